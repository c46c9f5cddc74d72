//! The table `cases`, which has every kind.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{dsl, prelude::*};

use crate::{
    grants::{
        case::{Case, Handled, Kind},
        grant::Grant,
    },
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError, json},
        schema::{agreements, cases, grants},
    },
    people::{
        access::{Act, Person, Scope},
        recipient::Organisation,
    },
    terms::insight,
};
use values::Id;

/// What a kind reads itself from.
#[derive(Debug, Queryable, Selectable)]
#[diesel(table_name = cases)]
pub struct Row {
    /// Which kind it is of, the query knows.
    pub id: Id<Row>,
    pub grant_id: Id<Grant>,
    pub part: String,
    pub number: i32,
    pub state: String,
    pub draft: String,
    pub version: i32,
    pub revision: i64,
    pub officer_id: Option<Id<Person>>,
    pub created_at: DateTime<Utc>,
    pub asks_for: String,
    pub due: Option<NaiveDate>,
    pub asked_by: String,
    pub asked_by_id: Option<Id<Person>>,
    pub asker_id: Option<Id<Organisation>>,
}

/// What a kind writes of itself when its state changes.
#[derive(Debug, AsChangeset, Insertable)]
#[diesel(table_name = cases, treat_none_as_null = true)]
pub struct Columns {
    pub status: &'static str,
    pub state: String,
    pub draft: String,
    pub version: i32,
    /// Whether anybody but the recipient sees it.
    pub is_shown: bool,
    pub received_at: Option<NaiveDateTime>,
    pub approved_at: Option<NaiveDateTime>,
    pub officer_id: Option<Id<Person>>,
    pub asks_for: String,
    pub due: Option<NaiveDate>,
    pub asked_by: String,
    pub asked_by_id: Option<Id<Person>>,
    pub asker_id: Option<Id<Organisation>>,
}

impl Columns {
    /// Of a kind that has no more than its state.
    pub fn of(status: &'static str, state: String, is_shown: bool) -> Self {
        Self {
            status,
            state,
            draft: "null".to_owned(),
            version: 0,
            is_shown,
            received_at: None,
            approved_at: None,
            officer_id: None,
            asks_for: String::new(),
            due: None,
            asked_by: String::new(),
            asked_by_id: None,
            asker_id: None,
        }
    }
}

/// A kind of case as a row.
pub trait Stored: Case {
    fn read(row: Row) -> Result<Self, DbError>;
    fn columns(&self) -> Result<Columns, DbError>;
    /// Which of the agreement's forms or reports it is on, and its number among the grant's cases of its kind.
    fn place(&self) -> (&str, i32);
}

fn read_all<C: Stored>(rows: Vec<Row>) -> Result<Vec<C>, DbError> {
    rows.into_iter().map(C::read).collect()
}

/// The case, if it is there for these eyes.
pub fn find<C: Stored>(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<C>,
) -> Result<Option<C>, DbError> {
    find_row(connection, scope, C::KIND, id.retyped())?.map(C::read).transpose()
}

fn find_row(
    connection: &mut AnyConnection,
    scope: Scope,
    kind: Kind,
    id: Id<Row>,
) -> Result<Option<Row>, DbError> {
    Ok(in_sight(scope, kind, id).select(Row::as_select()).first(connection).optional()?)
}

/// The grant of a case that is there for these eyes, for whoever locks it before reading the case.
pub fn grant_in_sight<C: Case>(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<C>,
) -> Result<Option<Id<Grant>>, DbError> {
    Ok(in_sight(scope, C::KIND, id.retyped()).select(cases::grant_id).first(connection).optional()?)
}

type InSight = dsl::IntoBoxed<
    'static,
    dsl::InnerJoin<cases::table, dsl::InnerJoin<grants::table, agreements::table>>,
    <AnyConnection as Connection>::Backend,
>;

/// Authorities and readers see nothing that is the recipient's own.
fn in_sight(scope: Scope, kind: Kind, id: Id<Row>) -> InSight {
    let query = cases::table
        .inner_join(grants::table.inner_join(agreements::table))
        .into_boxed()
        .filter(cases::id.eq(id))
        .filter(cases::kind.eq(kind));
    match scope {
        Scope::Recipient(organisation) => query.filter(grants::holder_id.eq(organisation)),
        Scope::Authority(organisation) => {
            query.filter(agreements::authority_id.eq(organisation)).filter(cases::is_shown)
        }
        Scope::Reader(organisation) => {
            query.filter(insight::store::read_by(organisation)).filter(cases::is_shown)
        }
    }
}

/// A grant's cases of this kind, the newest first.
pub fn of_grant<C: Stored>(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<C>, DbError> {
    of_grants(connection, &[grant])
}

/// The cases of these grants, the newest of each first: one query.
pub fn of_grants<C: Stored>(connection: &mut AnyConnection, grants: &[Id<Grant>]) -> Result<Vec<C>, DbError> {
    read_all(rows_of_grants(connection, C::KIND, grants)?)
}

fn rows_of_grants(
    connection: &mut AnyConnection,
    kind: Kind,
    grants: &[Id<Grant>],
) -> Result<Vec<Row>, DbError> {
    Ok(cases::table
        .filter(cases::kind.eq(kind))
        .filter(cases::grant_id.eq_any(grants))
        .order_by((cases::grant_id, cases::number.desc(), cases::part))
        .select(Row::as_select())
        .load(connection)?)
}

/// All cases of this kind of the grants that an organisation holds, the newest of each grant first.
pub fn held_by<C: Stored>(
    connection: &mut AnyConnection,
    holder: Id<Organisation>,
) -> Result<Vec<C>, DbError> {
    read_all(rows_held_by(connection, C::KIND, holder)?)
}

fn rows_held_by(
    connection: &mut AnyConnection,
    kind: Kind,
    holder: Id<Organisation>,
) -> Result<Vec<Row>, DbError> {
    Ok(cases::table
        .inner_join(grants::table)
        .filter(cases::kind.eq(kind))
        .filter(grants::holder_id.eq(holder))
        .order_by((cases::grant_id, cases::number.desc(), cases::part))
        .select(Row::as_select())
        .load(connection)?)
}

/// The grant of a case, whatever kind it is.
pub fn grant_of<C: 'static>(
    connection: &mut AnyConnection,
    case: Id<C>,
) -> Result<Option<Id<Grant>>, DbError> {
    Ok(cases::table.find(case).select(cases::grant_id).first(connection).optional()?)
}

pub fn exists<C: 'static>(connection: &mut AnyConnection, id: Id<C>) -> Result<bool, DbError> {
    Ok(grant_of(connection, id)?.is_some())
}

/// Whether the columns that lists are made by say what the state says, for `bidragsporten check`.
pub fn is_listed_as_it_is<C: Stored>(connection: &mut AnyConnection, case: &C) -> Result<bool, DbError> {
    let listed: (String, bool, bool, bool) = cases::table
        .find(case.id())
        .select((
            cases::status,
            cases::is_shown,
            cases::received_at.is_not_null(),
            cases::approved_at.is_not_null(),
        ))
        .first(connection)?;
    let own = case.columns()?;
    let told = (own.status.to_owned(), own.is_shown, own.received_at.is_some(), own.approved_at.is_some());
    Ok(listed == told)
}

/// The number of the grant's next case of this kind. After the grant is locked.
pub fn next_number<C: Case>(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<i32, DbError> {
    let last: Option<i32> = cases::table
        .filter(cases::kind.eq(C::KIND))
        .filter(cases::grant_id.eq(grant))
        .select(dsl::max(cases::number))
        .first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

/// `by` began it, where somebody did.
pub fn insert<C: Stored>(
    connection: &mut AnyConnection,
    case: &C,
    by: Option<Id<Person>>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let (part, number) = case.place();
    diesel::insert_into(cases::table)
        .values((
            (
                cases::id.eq(case.id()),
                cases::kind.eq(C::KIND),
                cases::grant_id.eq(case.grant_id()),
                cases::part.eq(part),
                cases::number.eq(number),
                cases::revision.eq(case.revision()),
                cases::created_by.eq(by),
                cases::created_at.eq(at.naive_utc()),
            ),
            case.columns()?,
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes the case over the revision it was read at.
pub fn update<C: Stored>(
    connection: &mut AnyConnection,
    case: &C,
) -> Result<Result<(), C::Refusal>, DbError> {
    let columns = case.columns()?;
    let is_written = update_row(connection, case.id().retyped(), case.revision(), &columns)?;
    Ok(if is_written { Ok(()) } else { Err(C::changed()) })
}

fn update_row(
    connection: &mut AnyConnection,
    id: Id<Row>,
    revision: i64,
    columns: &Columns,
) -> Result<bool, DbError> {
    let changed = diesel::update(cases::table.find(id).filter(cases::revision.eq(revision)))
        .set((columns, cases::revision.eq(revision + 1)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Takes the case for the rest of this transaction, and raises its revision: its files change, and with them what somebody
/// else would hand in.
pub fn touch<C: Case>(connection: &mut AnyConnection, id: Id<C>) -> Result<(), DbError> {
    diesel::update(cases::table.find(id)).set(cases::revision.eq(cases::revision + 1)).execute(connection)?;
    Ok(())
}

/// Saves what was typed, over the revision it was typed on; false when a colleague saved in between.
pub fn save_draft<C: Stored>(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<C>,
    revision: i64,
    draft: &impl serde::Serialize,
) -> Result<bool, DbError> {
    let Some(case) = find(connection, act.scope, id)? else { return Ok(false) };
    if !case.is_editable() || case.revision() != revision {
        return Ok(false);
    }
    let saved = act.saved();
    let (by, at) = saved.columns();
    let changed = diesel::update(cases::table.find(id).filter(cases::revision.eq(revision)))
        .set((
            cases::draft.eq(json(draft)?),
            cases::revision.eq(revision + 1),
            (cases::saved_by.eq(by), cases::saved_at.eq(at)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Who saved the draft last, and when.
pub fn last_saved<C: Case>(connection: &mut AnyConnection, id: Id<C>) -> Result<Option<Saved>, DbError> {
    let draft = cases::table.find(id);
    Ok(Saved::of(draft.select((cases::saved_by, cases::saved_at)).first(connection)?))
}

/// Who handles it, and nothing else. After the grant is locked.
pub fn set_officer<C: Handled>(connection: &mut AnyConnection, case: &C) -> Result<(), DbError> {
    diesel::update(cases::table.find(case.id()))
        .set(cases::officer_id.eq(case.officer()))
        .execute(connection)?;
    Ok(())
}

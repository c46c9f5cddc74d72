//! Rows and queries of the register.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::{FormerName, Held, Kind, Listed, Passed, Succession};
use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError, Json, key_column, read_by_row},
        schema::{
            agreements, former_names, grants, organisation_aliases, organisations, settings,
            succession_grants, successions,
        },
    },
    people::{
        access::{Doer, Person},
        recipient::{self, Organisation},
    },
};
use values::{Id, OrganisationNumber, text::sort_key};

diesel::alias!(organisations as holders: Holders, organisations as successors: Successors);

/// Takes the register for the rest of this transaction: two at once would each find a name free. One row for all, since a
/// name is held against everybody's.
pub fn hold(connection: &mut AnyConnection) -> Result<(), DbError> {
    diesel::update(settings::table.find("register"))
        .set(settings::value.eq(settings::value))
        .execute(connection)?;
    Ok(())
}

/// Everybody, in Swedish alphabetical order, with what else they answer to: two queries.
pub fn register(connection: &mut AnyConnection) -> Result<Vec<Listed>, DbError> {
    let known = recipient::store::with_aliases(connection)?.into_iter();
    Ok(known.map(|(organisation, aliases)| Listed { organisation, aliases }).collect())
}

pub fn aliases(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<Vec<String>, DbError> {
    let mut aliases: Vec<String> = organisation_aliases::table
        .filter(organisation_aliases::organisation_id.eq(id))
        .order_by(organisation_aliases::alias)
        .select(organisation_aliases::alias)
        .load(connection)?;
    aliases.sort_by_cached_key(|alias| sort_key(alias));
    Ok(aliases)
}

pub fn insert_alias(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    alias: &str,
) -> Result<(), DbError> {
    diesel::insert_into(organisation_aliases::table)
        .values((organisation_aliases::organisation_id.eq(id), organisation_aliases::alias.eq(alias)))
        .execute(connection)?;
    Ok(())
}

pub fn delete_alias(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    alias: &str,
) -> Result<(), DbError> {
    let row = organisation_aliases::table.find((id, alias));
    diesel::delete(row).execute(connection)?;
    Ok(())
}

/// What it was called before, the latest first.
pub fn former_names(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
) -> Result<Vec<FormerName>, DbError> {
    let rows: Vec<(String, String, NaiveDate)> = former_names::table
        .filter(former_names::organisation_id.eq(id))
        .order_by((former_names::until.desc(), former_names::id.desc()))
        .select((former_names::name, former_names::formal_name, former_names::until))
        .load(connection)?;
    Ok(rows.into_iter().map(|(name, formal_name, until)| FormerName { name, formal_name, until }).collect())
}

/// Gives it its new names, and keeps the old ones with their last day. After the organisation is locked.
pub fn rename(
    connection: &mut AnyConnection,
    was: &Organisation,
    name: &str,
    formal_name: &str,
    until: NaiveDate,
) -> Result<(), DbError> {
    diesel::insert_into(former_names::table)
        .values((
            former_names::id.eq(Id::<FormerName>::new()),
            former_names::organisation_id.eq(was.id),
            former_names::name.eq(&was.name),
            former_names::formal_name.eq(&was.formal_name),
            former_names::until.eq(until),
        ))
        .execute(connection)?;
    diesel::update(organisations::table.find(was.id))
        .set((organisations::name.eq(name), organisations::formal_name.eq(formal_name)))
        .execute(connection)?;
    Ok(())
}

/// After the organisation is locked.
pub fn set_number(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    number: OrganisationNumber,
) -> Result<(), DbError> {
    diesel::update(organisations::table.find(id))
        .set(organisations::organisation_number.eq(number))
        .execute(connection)?;
    Ok(())
}

/// The grants that were allocated to it or that it holds, whoever pays them: their pages show its names.
pub fn grants_naming(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
) -> Result<Vec<Id<Grant>>, DbError> {
    Ok(grants::table
        .filter(grants::recipient_id.eq(id).or(grants::holder_id.eq(id)))
        .order_by(grants::id)
        .select(grants::id)
        .load(connection)?)
}

/// The grants of the agreements that an authority pays which were allocated to one of the organisations or which it holds,
/// the newest year first: one query.
pub fn grants_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    ids: &[Id<Organisation>],
) -> Result<Vec<Held>, DbError> {
    type Row = (Id<Grant>, String, Json<Named>, i32, (String, String), (String, String));
    let rows: Vec<Row> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(agreements::authority_id.eq(authority))
        .filter(grants::recipient_id.eq_any(ids).or(grants::holder_id.eq_any(ids)))
        .order_by((agreements::year.desc(), agreements::slug, organisations::code))
        .select((
            grants::id,
            agreements::code,
            agreements::definition,
            agreements::year,
            (organisations::code, organisations::name),
            (holders.field(organisations::code), holders.field(organisations::name)),
        ))
        .load(connection)?;
    let held = |(grant, code, Json(terms), year, recipient, holder): Row| Held {
        grant,
        number: format!("{code}-{}", recipient.0),
        agreement: format!("{} {year}", terms.name),
        agreement_code: code,
        recipient,
        holder,
    };
    Ok(rows.into_iter().map(held).collect())
}

/// All that is asked of an agreement's terms here.
#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

/// After the grant is locked.
pub fn set_holder(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    holder: Id<Organisation>,
) -> Result<(), DbError> {
    diesel::update(grants::table.find(grant)).set(grants::holder_id.eq(holder)).execute(connection)?;
    Ok(())
}

pub fn insert(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    succession: &Succession,
    passing: &[(Id<Grant>, Id<Organisation>, Id<Organisation>)],
) -> Result<(), DbError> {
    diesel::insert_into(successions::table)
        .values((
            successions::id.eq(succession.id),
            successions::authority_id.eq(authority),
            successions::kind.eq(succession.kind),
            successions::day.eq(succession.day),
            successions::decision.eq(&succession.decision),
            successions::reason.eq(&succession.reason),
            successions::registered_by.eq(succession.registered_by.name()),
            successions::registered_by_id.eq(succession.registered_by.person()),
            successions::registered_at.eq(succession.registered_at.naive_utc()),
        ))
        .execute(connection)?;
    for (grant, from, to) in passing {
        diesel::insert_into(succession_grants::table)
            .values((
                succession_grants::succession_id.eq(succession.id),
                succession_grants::grant_id.eq(grant),
                succession_grants::from_id.eq(from),
                succession_grants::to_id.eq(to),
            ))
            .execute(connection)?;
    }
    Ok(())
}

key_column!(Kind);

#[derive(Queryable, Selectable)]
#[diesel(table_name = successions)]
pub struct SuccessionRow {
    id: Id<Succession>,
    kind: Kind,
    day: NaiveDate,
    decision: String,
    reason: String,
    registered_by: String,
    registered_by_id: Option<Id<Person>>,
    registered_at: DateTime<Utc>,
}

read_by_row!(Succession, SuccessionRow);

impl From<SuccessionRow> for Succession {
    fn from(row: SuccessionRow) -> Self {
        let SuccessionRow { id, kind, day, decision, reason, registered_by, registered_by_id, registered_at } =
            row;
        let registered_by = Doer::stored(registered_by_id, registered_by);
        Self { id, kind, day, decision, reason, registered_by, registered_at }
    }
}

/// What an authority has registered of an organisation as one of the parties, the latest first, with the grants that passed
/// to or from it: one query.
pub fn successions_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Organisation>,
) -> Result<Vec<(Succession, Vec<Passed>)>, DbError> {
    type Row = (Succession, Id<Grant>, String, String, String, String);
    let rows: Vec<Row> = succession_grants::table
        .inner_join(successions::table)
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(succession_grants::from_id.eq(holders.field(organisations::id))))
        .inner_join(successors.on(succession_grants::to_id.eq(successors.field(organisations::id))))
        .filter(successions::authority_id.eq(authority))
        .filter(succession_grants::from_id.eq(id).or(succession_grants::to_id.eq(id)))
        .order_by((
            successions::registered_at.desc(),
            successions::id.desc(),
            agreements::code,
            organisations::code,
        ))
        .select((
            Succession::as_select(),
            grants::id,
            agreements::code,
            organisations::code,
            holders.field(organisations::name),
            successors.field(organisations::name),
        ))
        .load(connection)?;
    let mut successions: Vec<(Succession, Vec<Passed>)> = Vec::new();
    for (succession, grant, agreement, recipient, from, to) in rows {
        let passed = Passed { grant, number: format!("{agreement}-{recipient}"), from, to };
        match successions.last_mut() {
            Some((last, of_last)) if last.id == succession.id => of_last.push(passed),
            _ => successions.push((succession, vec![passed])),
        }
    }
    Ok(successions)
}

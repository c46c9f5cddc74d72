//! Rows and queries of requisitions and their issues.

mod issues;
mod queue;

pub use issues::{
    altered_issues, approved_of, awaiting, case, insert_issue, is_reported, issue, issues_of, last_received,
    received_issue,
};
pub use queue::{QueueRow, officer_name, open_cases_of, queue, to_pay};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{Refusal, Requisition, form::RequisitionForm};
use crate::{
    grants::{
        filing::Act,
        grant::{Grant, Scope, store::Which},
    },
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError},
        schema::{agreements, grants, requisitions},
    },
    people::{access::Person, recipient::Organisation},
    terms::insight,
};
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = requisitions)]
pub struct RequisitionRow {
    id: String,
    grant_id: String,
    number: i32,
    post: String,
    state: String,
    draft: String,
    version: i32,
    revision: i64,
    officer_id: Option<String>,
}

impl TryFrom<RequisitionRow> for Requisition {
    type Error = DbError;

    fn try_from(row: RequisitionRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            grant_id: row.grant_id.parse().map_err(DbError::corrupt)?,
            number: row.number,
            form: row.post,
            status: serde_json::from_str(&row.state).map_err(DbError::corrupt)?,
            draft: serde_json::from_str(&row.draft).map_err(DbError::corrupt)?,
            version: row.version,
            revision: row.revision,
            officer: row.officer_id,
        })
    }
}

/// What the recipient keeps to itself.
const PRIVATE: [&str; 2] = ["draft", "discarded"];

/// The requisition, if it is there for these eyes. Authorities and readers see nothing before it is issued: a draft is
/// the recipient's own.
pub fn find(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Requisition>,
) -> Result<Option<Requisition>, DbError> {
    let mut query = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(requisitions::id.eq(id.to_string()))
        .select(RequisitionRow::as_select())
        .into_boxed();
    query = match scope {
        Scope::Recipient(organisation) => query.filter(grants::holder_id.eq(organisation.to_string())),
        Scope::Authority(organisation) => query
            .filter(agreements::authority_id.eq(organisation.to_string()))
            .filter(requisitions::status.ne_all(PRIVATE)),
        Scope::Reader(organisation) => {
            query.filter(insight::store::read_by(organisation)).filter(requisitions::status.ne_all(PRIVATE))
        }
    };
    query.first::<RequisitionRow>(connection).optional()?.map(TryInto::try_into).transpose()
}

/// The column that lists are made by, which the state says too.
pub fn status_column(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<String, DbError> {
    Ok(requisitions::table.find(id.to_string()).select(requisitions::status).first(connection)?)
}

/// A grant's requisitions, the newest first.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<Requisition>, DbError> {
    of_grants(connection, &[grant])
}

/// The requisitions of these grants, the newest of each first: one query.
pub fn of_grants(connection: &mut AnyConnection, grants: &[Id<Grant>]) -> Result<Vec<Requisition>, DbError> {
    let rows: Vec<RequisitionRow> = requisitions::table
        .filter(requisitions::grant_id.eq_any(grants.iter().map(Id::to_string)))
        .order_by((requisitions::grant_id, requisitions::number.desc()))
        .select(RequisitionRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// All requisitions of the grants that an organisation holds, the newest first.
pub fn held_by(
    connection: &mut AnyConnection,
    holder: Id<Organisation>,
) -> Result<Vec<Requisition>, DbError> {
    let rows: Vec<RequisitionRow> = requisitions::table
        .inner_join(grants::table)
        .filter(grants::holder_id.eq(holder.to_string()))
        .order_by((requisitions::grant_id, requisitions::number.desc()))
        .select(RequisitionRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Grant, post and status of every requisition of these grants, and whether it ever came in: one query.
pub fn statuses(
    connection: &mut AnyConnection,
    which: Which<'_>,
) -> Result<Vec<(String, String, String, bool)>, DbError> {
    Ok(requisitions::table
        .filter(requisitions::grant_id.eq_any(which.ids()))
        .order_by((requisitions::grant_id, requisitions::number))
        .select((
            requisitions::grant_id,
            requisitions::post,
            requisitions::status,
            requisitions::received_at.is_not_null(),
        ))
        .load(connection)?)
}

/// The number of the grant's next requisition. After the grant is locked.
pub fn next_number(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<i32, DbError> {
    let last: Option<i32> = requisitions::table
        .filter(requisitions::grant_id.eq(grant.to_string()))
        .select(diesel::dsl::max(requisitions::number))
        .first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn exists(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<bool, DbError> {
    let row = requisitions::table.find(id.to_string());
    Ok(diesel::select(diesel::dsl::exists(row)).get_result(connection)?)
}

pub fn insert(
    connection: &mut AnyConnection,
    requisition: &Requisition,
    by: Id<Person>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(requisitions::table)
        .values((
            requisitions::id.eq(requisition.id.to_string()),
            requisitions::grant_id.eq(requisition.grant_id.to_string()),
            requisitions::number.eq(requisition.number),
            requisitions::post.eq(&requisition.form),
            requisitions::status.eq(requisition.status.key()),
            requisitions::state.eq(json(&requisition.status)?),
            requisitions::draft.eq(json(&requisition.draft)?),
            requisitions::version.eq(requisition.version),
            requisitions::revision.eq(requisition.revision),
            requisitions::created_by.eq(by.to_string()),
            requisitions::created_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes the requisition over the revision it was read at.
pub fn update(
    connection: &mut AnyConnection,
    requisition: &Requisition,
) -> Result<Result<(), Refusal>, DbError> {
    let received_at: Option<NaiveDateTime> = requisition.received().map(|received| received.at.naive_utc());
    let changed = diesel::update(
        requisitions::table
            .find(requisition.id.to_string())
            .filter(requisitions::revision.eq(requisition.revision)),
    )
    .set((
        requisitions::status.eq(requisition.status.key()),
        requisitions::state.eq(json(&requisition.status)?),
        requisitions::draft.eq(json(&requisition.draft)?),
        requisitions::version.eq(requisition.version),
        requisitions::revision.eq(requisition.revision + 1),
        requisitions::received_at.eq(received_at),
        requisitions::officer_id.eq(&requisition.officer),
    ))
    .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(DbError::corrupt)
}

/// Saves what was typed, over the revision it was typed on; false when a colleague saved in between.
pub fn save_draft(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Requisition>,
    revision: i64,
    draft: &RequisitionForm,
) -> Result<bool, DbError> {
    let Some(requisition) = find(connection, act.scope, id)? else { return Ok(false) };
    if !requisition.is_editable() || requisition.revision != revision {
        return Ok(false);
    }
    let saved = act.saved();
    let (by, at) = saved.columns();
    let changed =
        diesel::update(requisitions::table.find(id.to_string()).filter(requisitions::revision.eq(revision)))
            .set((
                requisitions::draft.eq(json(draft)?),
                requisitions::revision.eq(revision + 1),
                (requisitions::saved_by.eq(by), requisitions::saved_at.eq(at)),
            ))
            .execute(connection)?;
    Ok(changed == 1)
}

/// Who saved the draft last, and when.
pub fn last_saved(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<Option<Saved>, DbError> {
    let draft = requisitions::table.find(id.to_string());
    Ok(Saved::of(draft.select((requisitions::saved_by, requisitions::saved_at)).first(connection)?))
}

/// Who handles it, and nothing else. After the grant is locked.
pub fn set_officer(connection: &mut AnyConnection, requisition: &Requisition) -> Result<(), DbError> {
    diesel::update(requisitions::table.find(requisition.id.to_string()))
        .set(requisitions::officer_id.eq(&requisition.officer))
        .execute(connection)?;
    Ok(())
}

//! Rows and queries of requisitions and their issues.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{Case, Content, Issue, Refusal, Requisition, form::RequisitionForm};
use crate::{
    access::Person,
    agreement::Later,
    grant::{
        self, Grant, Scope,
        store::{LaterRow, Which},
    },
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, issues, organisations, people, requisitions},
    },
    insight,
    recipient::Organisation,
};

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

/// The requisition with its grant and standing issue, if it is there for these eyes.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Requisition>,
) -> Result<Option<Case>, DbError> {
    let Some(requisition) = find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, requisition.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("requisition {id} has no grant")))?;
    let issue = issue(connection, &requisition)?;
    Ok(Some(Case { requisition, grant, issue }))
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
    scope: Scope,
    id: Id<Requisition>,
    revision: i64,
    draft: &RequisitionForm,
) -> Result<bool, DbError> {
    let Some(requisition) = find(connection, scope, id)? else { return Ok(false) };
    if !requisition.is_editable() || requisition.revision != revision {
        return Ok(false);
    }
    let changed =
        diesel::update(requisitions::table.find(id.to_string()).filter(requisitions::revision.eq(revision)))
            .set((requisitions::draft.eq(json(draft)?), requisitions::revision.eq(revision + 1)))
            .execute(connection)?;
    Ok(changed == 1)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = issues)]
struct IssueRow {
    version: i32,
    content: String,
    warnings: String,
    fingerprint: String,
    issued_by: String,
    issued_at: NaiveDateTime,
    recipient: String,
}

impl TryFrom<IssueRow> for Issue {
    type Error = DbError;

    fn try_from(row: IssueRow) -> Result<Self, DbError> {
        let content: Content = serde_json::from_str(&row.content).map_err(DbError::corrupt)?;
        Ok(Self {
            version: row.version,
            content,
            warnings: serde_json::from_str(&row.warnings).map_err(DbError::corrupt)?,
            fingerprint: row.fingerprint,
            issued_by: row.issued_by,
            issued_at: row.issued_at.and_utc(),
            recipient: row.recipient,
        })
    }
}

/// Who handles it, and nothing else. After the grant is locked.
pub fn set_officer(connection: &mut AnyConnection, requisition: &Requisition) -> Result<(), DbError> {
    diesel::update(requisitions::table.find(requisition.id.to_string()))
        .set(requisitions::officer_id.eq(&requisition.officer))
        .execute(connection)?;
    Ok(())
}

/// Every issue of a requisition, the newest first.
pub fn issues_of(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<Vec<Issue>, DbError> {
    let rows: Vec<IssueRow> = issues::table
        .filter(issues::requisition_id.eq(id.to_string()))
        .order_by(issues::version.desc())
        .select(IssueRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The standing issue: see [`Requisition::standing_version`].
pub fn issue(connection: &mut AnyConnection, requisition: &Requisition) -> Result<Option<Issue>, DbError> {
    issue_of_version(connection, requisition, requisition.standing_version())
}

/// The issue that came in, whatever has been issued since.
pub fn received_issue(
    connection: &mut AnyConnection,
    requisition: &Requisition,
) -> Result<Option<Issue>, DbError> {
    issue_of_version(connection, requisition, requisition.received().map(|received| received.version))
}

fn issue_of_version(
    connection: &mut AnyConnection,
    requisition: &Requisition,
    version: Option<i32>,
) -> Result<Option<Issue>, DbError> {
    let Some(version) = version else { return Ok(None) };
    issues::table
        .find((requisition.id.to_string(), version))
        .select(IssueRow::as_select())
        .first(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

pub fn insert_issue(
    connection: &mut AnyConnection,
    id: Id<Requisition>,
    issue: &Issue,
) -> Result<(), DbError> {
    diesel::insert_into(issues::table)
        .values((
            issues::requisition_id.eq(id.to_string()),
            issues::version.eq(issue.version),
            issues::content.eq(json(&issue.content)?),
            issues::warnings.eq(json(&issue.warnings)?),
            issues::fingerprint.eq(&issue.fingerprint),
            issues::issued_by.eq(&issue.issued_by),
            issues::issued_at.eq(issue.issued_at.naive_utc()),
            issues::recipient.eq(&issue.recipient),
        ))
        .execute(connection)?;
    Ok(())
}

/// What was last received of the grants that an organisation holds now and that still stands, for these eyes, with its case number: for prefilling and
/// for comparing. Before `this` one, when that came in.
pub fn last_received(
    connection: &mut AnyConnection,
    scope: Scope,
    holder: Id<Organisation>,
    this: Option<&Requisition>,
) -> Result<Option<(String, Content)>, DbError> {
    let mut query = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(grants::holder_id.eq(holder.to_string()))
        .filter(requisitions::received_at.is_not_null())
        .filter(requisitions::status.eq_any(["awaiting_signature", "submitted", "returned", "approved"]))
        .order_by((requisitions::received_at.desc(), requisitions::id.desc()))
        .select((RequisitionRow::as_select(), agreements::code, organisations::code))
        .into_boxed();
    query = match scope {
        Scope::Recipient(_) => query,
        Scope::Authority(authority) => query.filter(agreements::authority_id.eq(authority.to_string())),
        Scope::Reader(reader) => query.filter(insight::store::read_by(reader)),
    };
    if let Some(this) = this {
        query = query.filter(requisitions::id.ne(this.id.to_string()));
        if let Some(received) = this.received() {
            query = query.filter(requisitions::received_at.lt(received.at.naive_utc()));
        }
    }
    let found: Option<(RequisitionRow, String, String)> = query.first(connection).optional()?;
    let Some((row, agreement, recipient)) = found else { return Ok(None) };
    let requisition = Requisition::try_from(row)?;
    let number = super::case_number(&agreement, &recipient, requisition.number);
    Ok(received_issue(connection, &requisition)?.map(|issue| (number, issue.content)))
}

/// A grant's approved requisitions with what they said, by number: one query.
pub fn approved_of(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
) -> Result<Vec<(Requisition, Content)>, DbError> {
    let rows: Vec<(RequisitionRow, IssueRow)> = requisitions::table
        .inner_join(issues::table)
        .filter(requisitions::grant_id.eq(grant.to_string()))
        .filter(requisitions::status.eq("approved"))
        .order_by((requisitions::number, issues::version))
        .select((RequisitionRow::as_select(), IssueRow::as_select()))
        .load(connection)?;
    let mut approved = Vec::new();
    for (requisition, issue) in rows {
        let (requisition, issue) = (Requisition::try_from(requisition)?, Issue::try_from(issue)?);
        if requisition.standing_version() == Some(issue.version) {
            approved.push((requisition, issue.content));
        }
    }
    Ok(approved)
}

/// The cases of an authority that an officer handles and that are not decided, in the order of their grants: each with the
/// codes of its agreement and its recipient.
pub fn open_cases_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    officer: Id<Person>,
) -> Result<Vec<(Requisition, String, String)>, DbError> {
    let rows: Vec<(RequisitionRow, String, String)> = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(requisitions::officer_id.eq(officer.to_string()))
        .filter(requisitions::status.eq_any(["awaiting_signature", "submitted", "returned"]))
        .order_by((requisitions::grant_id, requisitions::id))
        .select((RequisitionRow::as_select(), agreements::code, organisations::code))
        .load(connection)?;
    rows.into_iter().map(|(row, agreement, recipient)| Ok((row.try_into()?, agreement, recipient))).collect()
}

/// The name of the officer who handles a case.
pub fn officer_name(connection: &mut AnyConnection, id: &str) -> Result<Option<String>, DbError> {
    Ok(people::table.find(id).select(people::name).first(connection).optional()?)
}

diesel::alias!(organisations as holders: Holders);

/// What the queue lists.
pub struct QueueRow {
    pub requisition: Requisition,
    pub recipient_code: String,
    /// As [`grant::held_by`] names it.
    pub recipient: String,
    pub agreement_code: String,
    pub agreement_slug: String,
    pub year: i32,
    pub officer: Option<String>,
    pub later: Later,
}

/// Every issued requisition of the agreements that an authority pays, the longest waiting first.
pub fn queue(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<Vec<QueueRow>, DbError> {
    type Row = (RequisitionRow, String, String, String, String, String, i32, Option<String>, LaterRow);
    let rows: Vec<Row> = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .left_join(people::table.on(requisitions::officer_id.eq(people::id.nullable())))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(requisitions::status.ne_all(PRIVATE))
        .filter(requisitions::status.eq_any(statuses.to_vec()))
        .order_by((requisitions::received_at, requisitions::id))
        .select((
            RequisitionRow::as_select(),
            organisations::code,
            organisations::name,
            holders.field(organisations::name),
            agreements::code,
            agreements::slug,
            agreements::year,
            people::name.nullable(),
            LaterRow::as_select(),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|row| {
            let (
                requisition,
                recipient_code,
                recipient,
                holder,
                agreement_code,
                agreement_slug,
                year,
                officer,
                later,
            ) = row;
            Ok(QueueRow {
                requisition: requisition.try_into()?,
                recipient_code,
                recipient: grant::held_by(&holder, &recipient),
                agreement_code,
                agreement_slug,
                year,
                officer,
                later: later.into(),
            })
        })
        .collect()
}

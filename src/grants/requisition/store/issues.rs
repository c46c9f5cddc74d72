//! What was fixed for signature: rows and queries of the issues.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{RequisitionRow, find, json};
use crate::{
    grants::{
        filing::StoredIssue,
        grant::{self, Grant, Scope},
        requisition::{Case, Content, Issue, Requisition, case_number},
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, issues, organisations, reports, requisitions},
    },
    people::{access::Doer, recipient::Organisation},
    terms::insight,
};
use values::Id;

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
    issued_by_id: Option<String>,
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
            issued_by: Doer::stored(row.issued_by_id, row.issued_by)?,
            issued_at: row.issued_at.and_utc(),
            recipient: row.recipient,
        })
    }
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
            issues::issued_by.eq(issue.issued_by.name()),
            issues::issued_by_id.eq(issue.issued_by.person()),
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
    let number = crate::grants::requisition::case_number(&agreement, &recipient, requisition.number);
    Ok(received_issue(connection, &requisition)?.map(|issue| (number, issue.content)))
}

/// What waits for a signature of these grants, with what it says, by grant and number: one query.
pub fn awaiting(
    connection: &mut AnyConnection,
    grants: &[Id<Grant>],
) -> Result<Vec<(Requisition, Content)>, DbError> {
    let newest = issues::requisition_id.eq(requisitions::id).and(issues::version.eq(requisitions::version));
    let rows: Vec<(RequisitionRow, String)> = requisitions::table
        .inner_join(issues::table.on(newest))
        .filter(requisitions::grant_id.eq_any(grants.iter().map(Id::to_string)))
        .filter(requisitions::status.eq("awaiting_signature"))
        .order_by((requisitions::grant_id, requisitions::number))
        .select((RequisitionRow::as_select(), issues::content))
        .load(connection)?;
    rows.into_iter()
        .map(|(row, content)| {
            Ok((row.try_into()?, serde_json::from_str(&content).map_err(DbError::corrupt)?))
        })
        .collect()
}

/// True when a report of the grant has come in.
pub fn is_reported(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<bool, DbError> {
    let came_in = reports::table
        .filter(reports::grant_id.eq(grant.to_string()))
        .filter(reports::received_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(came_in)).get_result(connection)?)
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

/// The issues whose content is not what was fixed for signature, for `bidragsporten check`.
pub fn altered_issues(connection: &mut AnyConnection, codes: &[&str]) -> Result<Vec<String>, DbError> {
    let of_grant = grants::table.inner_join(agreements::table).inner_join(organisations::table);
    let rows: Vec<(i32, String, String, String, String, i32)> = issues::table
        .inner_join(requisitions::table.inner_join(of_grant))
        .order_by((issues::requisition_id, issues::version))
        .select((
            issues::version,
            issues::content,
            issues::fingerprint,
            agreements::code,
            organisations::code,
            requisitions::number,
        ))
        .load(connection)?;
    let faults =
        rows.into_iter().filter_map(|(version, content, fingerprint, agreement, recipient, number)| {
            let case_number = case_number(&agreement, &recipient, number);
            StoredIssue { case_number, version, content, fingerprint }.fault(codes)
        });
    Ok(faults.collect())
}

//! What was fixed for signature: rows and queries of the issues, and of their certificates.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{ReportRow, find, json};
use crate::{
    grants::{
        filing::{FieldRemark, StoredIssue},
        grant::{self, Grant, Scope},
        report::{Case, Certificate, Content, Issue, Report, case_number},
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, organisations, report_issues, reports},
    },
    people::access::Doer,
    terms::insight,
};
use values::Id;

/// The report with its grant and standing issue, if it is there for these eyes.
pub fn case(connection: &mut AnyConnection, scope: Scope, id: Id<Report>) -> Result<Option<Case>, DbError> {
    let Some(report) = find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, report.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("report {id} has no grant")))?;
    let issue = issue(connection, &report)?;
    Ok(Some(Case { report, grant, issue }))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = report_issues)]
struct IssueRow {
    version: i32,
    content: String,
    warnings: String,
    fingerprint: String,
    issued_by: String,
    issued_at: NaiveDateTime,
    /// Of an issue that came in: the certificate, or `null` where nobody was to certify.
    certificate: Option<String>,
    recipient: String,
    issued_by_id: Option<String>,
}

impl TryFrom<IssueRow> for Issue {
    type Error = DbError;

    fn try_from(row: IssueRow) -> Result<Self, DbError> {
        let content: Content = serde_json::from_str(&row.content).map_err(DbError::corrupt)?;
        let warnings: Vec<FieldRemark> = serde_json::from_str(&row.warnings).map_err(DbError::corrupt)?;
        Ok(Self {
            version: row.version,
            content,
            warnings,
            fingerprint: row.fingerprint,
            issued_by: Doer::stored(row.issued_by_id, row.issued_by)?,
            issued_at: row.issued_at.and_utc(),
            recipient: row.recipient,
        })
    }
}

/// Every issue of a report, the newest first, and whether it came in.
pub fn issues_of(connection: &mut AnyConnection, id: Id<Report>) -> Result<Vec<(Issue, bool)>, DbError> {
    let rows: Vec<IssueRow> = report_issues::table
        .filter(report_issues::report_id.eq(id.to_string()))
        .order_by(report_issues::version.desc())
        .select(IssueRow::as_select())
        .load(connection)?;
    let issue = |row: IssueRow| {
        let came_in = row.certificate.is_some();
        Ok((row.try_into()?, came_in))
    };
    rows.into_iter().map(issue).collect()
}

/// The standing issue: see [`Report::standing_version`].
pub fn issue(connection: &mut AnyConnection, report: &Report) -> Result<Option<Issue>, DbError> {
    issue_of_version(connection, report.id, report.standing_version())
}

/// The issue that came in, whatever has been issued since.
pub fn received_issue(connection: &mut AnyConnection, report: &Report) -> Result<Option<Issue>, DbError> {
    let version = report.received().map(|received| received.version);
    issue_of_version(connection, report.id, version)
}

fn issue_of_version(
    connection: &mut AnyConnection,
    report: Id<Report>,
    version: Option<i32>,
) -> Result<Option<Issue>, DbError> {
    let Some(version) = version else { return Ok(None) };
    let row: Option<IssueRow> = report_issues::table
        .find((report.to_string(), version))
        .select(IssueRow::as_select())
        .first(connection)
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

pub fn insert_issue(connection: &mut AnyConnection, id: Id<Report>, issue: &Issue) -> Result<(), DbError> {
    diesel::insert_into(report_issues::table)
        .values((
            report_issues::report_id.eq(id.to_string()),
            report_issues::version.eq(issue.version),
            report_issues::content.eq(json(&issue.content)?),
            report_issues::warnings.eq(json(&issue.warnings)?),
            report_issues::fingerprint.eq(&issue.fingerprint),
            report_issues::issued_by.eq(issue.issued_by.name()),
            report_issues::issued_by_id.eq(issue.issued_by.person()),
            report_issues::issued_at.eq(issue.issued_at.naive_utc()),
            report_issues::recipient.eq(&issue.recipient),
        ))
        .execute(connection)?;
    Ok(())
}

/// That an issue came in stays with it, and the certificate that it came in with.
pub fn keep_certificate(
    connection: &mut AnyConnection,
    id: Id<Report>,
    version: i32,
    certificate: Option<&Certificate>,
) -> Result<(), DbError> {
    diesel::update(report_issues::table.find((id.to_string(), version)))
        .set(report_issues::certificate.eq(json(&certificate)?))
        .execute(connection)?;
    Ok(())
}

/// The report of an earlier year that came in, of a grant that the same organisation holds, for these eyes, with its case number: for comparing.
pub fn last_received(
    connection: &mut AnyConnection,
    scope: Scope,
    this: &Grant,
) -> Result<Option<(String, Content)>, DbError> {
    let mut query = reports::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(grants::holder_id.eq(this.holder.id.to_string()))
        .filter(agreements::year.lt(this.agreement.terms.year))
        .filter(reports::received_at.is_not_null())
        .order_by((agreements::year.desc(), reports::received_at.desc(), reports::id.desc()))
        .select((ReportRow::as_select(), agreements::code, organisations::code))
        .into_boxed();
    query = match scope {
        Scope::Recipient(_) => query,
        Scope::Authority(authority) => query.filter(agreements::authority_id.eq(authority.to_string())),
        Scope::Reader(reader) => query.filter(insight::store::read_by(reader)),
    };
    let found: Option<(ReportRow, String, String)> = query.first(connection).optional()?;
    let Some((row, agreement, recipient)) = found else { return Ok(None) };
    let report = Report::try_from(row)?;
    let number = case_number(&agreement, &recipient);
    Ok(received_issue(connection, &report)?.map(|issue| (number, issue.content)))
}

/// The issues whose content is not what was fixed for signature, for `bidragsporten check`.
pub fn altered_issues(connection: &mut AnyConnection, codes: &[&str]) -> Result<Vec<String>, DbError> {
    let of_grant = grants::table.inner_join(agreements::table).inner_join(organisations::table);
    let rows: Vec<(i32, String, String, String, String)> = report_issues::table
        .inner_join(reports::table.inner_join(of_grant))
        .order_by((report_issues::report_id, report_issues::version))
        .select((
            report_issues::version,
            report_issues::content,
            report_issues::fingerprint,
            agreements::code,
            organisations::code,
        ))
        .load(connection)?;
    let faults = rows.into_iter().filter_map(|(version, content, fingerprint, agreement, recipient)| {
        let case_number = case_number(&agreement, &recipient);
        StoredIssue { case_number, version, content, fingerprint }.fault(codes)
    });
    Ok(faults.collect())
}

//! Rows and queries of reports, their issues, and the authority's list of who has answered the survey.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    Case, Certificate, Content, Correction, Issue, Refusal, Report, Status, Verdict, case_number,
    form::ReportForm,
};
use crate::{
    access::Person,
    agreement::{Agreement, Later},
    filing::FieldRemark,
    grant::{
        self, Grant, Scope,
        store::{LaterRow, Which},
    },
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::{
            agreements, grants, organisations, people, report_issues, reports, survey_answers, survey_lists,
        },
    },
    insight,
    recipient::Organisation,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports)]
struct ReportRow {
    id: String,
    grant_id: String,
    state: String,
    draft: String,
    version: i32,
    revision: i64,
    officer_id: Option<String>,
}

/// What the column `state` holds.
#[derive(Deserialize)]
struct State {
    #[serde(flatten)]
    status: Status,
    correction: Option<Correction>,
}

impl TryFrom<ReportRow> for Report {
    type Error = DbError;

    fn try_from(row: ReportRow) -> Result<Self, DbError> {
        let state: State = serde_json::from_str(&row.state).map_err(DbError::corrupt)?;
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            grant_id: row.grant_id.parse().map_err(DbError::corrupt)?,
            status: state.status,
            correction: state.correction,
            draft: serde_json::from_str(&row.draft).map_err(DbError::corrupt)?,
            version: row.version,
            revision: row.revision,
            officer: row.officer_id,
        })
    }
}

fn state(report: &Report) -> Result<String, DbError> {
    #[derive(Serialize)]
    struct Written<'a> {
        #[serde(flatten)]
        status: &'a Status,
        correction: &'a Option<Correction>,
    }
    json(&Written { status: &report.status, correction: &report.correction })
}

fn json(value: &impl Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(DbError::corrupt)
}

/// The report, if it is there for these eyes. Authorities and readers see nothing before it came in: until then it is the
/// recipient's own.
pub fn find(connection: &mut AnyConnection, scope: Scope, id: Id<Report>) -> Result<Option<Report>, DbError> {
    let mut query = reports::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(reports::id.eq(id.to_string()))
        .select(ReportRow::as_select())
        .into_boxed();
    let is_seen = reports::received_at.is_not_null().or(reports::status.eq("awaiting_signature"));
    query = match scope {
        Scope::Recipient(recipient) => query.filter(grants::holder_id.eq(recipient.to_string())),
        Scope::Authority(authority) => {
            query.filter(agreements::authority_id.eq(authority.to_string())).filter(is_seen)
        }
        Scope::Reader(reader) => query.filter(insight::store::read_by(reader)).filter(is_seen),
    };
    query.first::<ReportRow>(connection).optional()?.map(TryInto::try_into).transpose()
}

/// The report with its grant and standing issue, if it is there for these eyes.
pub fn case(connection: &mut AnyConnection, scope: Scope, id: Id<Report>) -> Result<Option<Case>, DbError> {
    let Some(report) = find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, report.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("report {id} has no grant")))?;
    let issue = issue(connection, &report)?;
    Ok(Some(Case { report, grant, issue }))
}

/// The grant's report, when it has been begun.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Option<Report>, DbError> {
    reports::table
        .filter(reports::grant_id.eq(grant.to_string()))
        .select(ReportRow::as_select())
        .first::<ReportRow>(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// The reports of these grants that have been begun: one query.
pub fn of_grants(connection: &mut AnyConnection, grants: &[Id<Grant>]) -> Result<Vec<Report>, DbError> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::grant_id.eq_any(grants.iter().map(Id::to_string)))
        .order_by(reports::grant_id)
        .select(ReportRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// All reports of the grants that an organisation holds.
pub fn held_by(connection: &mut AnyConnection, holder: Id<Organisation>) -> Result<Vec<Report>, DbError> {
    let rows: Vec<ReportRow> = reports::table
        .inner_join(grants::table)
        .filter(grants::holder_id.eq(holder.to_string()))
        .order_by(reports::grant_id)
        .select(ReportRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// How far a grant's report has come.
#[derive(Debug, Clone)]
pub struct Progress {
    pub grant: String,
    /// The key of its [`Status`].
    pub status: &'static str,
    pub received: bool,
    pub approved: bool,
    /// What the finance head says of what came in last.
    pub verdict: Option<Verdict>,
}

/// How far every report of these grants has come: one query.
pub fn progress(connection: &mut AnyConnection, which: Which<'_>) -> Result<Vec<Progress>, DbError> {
    let rows: Vec<ReportRow> = reports::table
        .filter(reports::grant_id.eq_any(which.ids()))
        .order_by(reports::grant_id)
        .select(ReportRow::as_select())
        .load(connection)?;
    let progress = |row: ReportRow| {
        let report = Report::try_from(row)?;
        let received = report.received();
        Ok(Progress {
            grant: report.grant_id.to_string(),
            status: report.status.key(),
            received: received.is_some(),
            approved: report.approval().is_some(),
            verdict: received.and_then(super::Received::verdict).cloned(),
        })
    };
    rows.into_iter().map(progress).collect()
}

pub fn insert(
    connection: &mut AnyConnection,
    report: &Report,
    by: Id<Person>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(reports::table)
        .values((
            reports::id.eq(report.id.to_string()),
            reports::grant_id.eq(report.grant_id.to_string()),
            reports::status.eq(report.status.key()),
            reports::state.eq(state(report)?),
            reports::draft.eq(json(&report.draft)?),
            reports::version.eq(report.version),
            reports::revision.eq(report.revision),
            reports::created_by.eq(by.to_string()),
            reports::created_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes the report over the revision it was read at.
pub fn update(connection: &mut AnyConnection, report: &Report) -> Result<Result<(), Refusal>, DbError> {
    let received_at: Option<NaiveDateTime> = report.received().map(|received| received.at.naive_utc());
    let changed = diesel::update(
        reports::table.find(report.id.to_string()).filter(reports::revision.eq(report.revision)),
    )
    .set((
        reports::status.eq(report.status.key()),
        reports::state.eq(state(report)?),
        reports::draft.eq(json(&report.draft)?),
        reports::version.eq(report.version),
        reports::revision.eq(report.revision + 1),
        reports::received_at.eq(received_at),
        reports::approved_at.eq(report.approval().map(|approval| approval.at.naive_utc())),
        reports::officer_id.eq(&report.officer),
    ))
    .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

/// Saves what was typed, over the revision it was typed on; false when a colleague saved in between.
pub fn save_draft(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Report>,
    revision: i64,
    draft: &ReportForm,
) -> Result<bool, DbError> {
    let Some(report) = find(connection, scope, id)? else { return Ok(false) };
    if !report.is_editable() || report.revision != revision {
        return Ok(false);
    }
    let changed = diesel::update(reports::table.find(id.to_string()).filter(reports::revision.eq(revision)))
        .set((reports::draft.eq(json(draft)?), reports::revision.eq(revision + 1)))
        .execute(connection)?;
    Ok(changed == 1)
}

/// The reports of an authority that came in, that an officer handles and that are not decided, in the order of their grants:
/// each with the codes of its agreement and its recipient.
pub fn open_cases_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    officer: Id<Person>,
) -> Result<Vec<(Report, String, String)>, DbError> {
    let rows: Vec<(ReportRow, String, String)> = reports::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(reports::officer_id.eq(officer.to_string()))
        .filter(reports::received_at.is_not_null())
        .filter(reports::status.ne("approved"))
        .order_by((reports::grant_id, reports::id))
        .select((ReportRow::as_select(), agreements::code, organisations::code))
        .load(connection)?;
    rows.into_iter().map(|(row, agreement, recipient)| Ok((row.try_into()?, agreement, recipient))).collect()
}

/// Who handles it, and nothing else. After the grant is locked.
pub fn set_officer(connection: &mut AnyConnection, report: &Report) -> Result<(), DbError> {
    diesel::update(reports::table.find(report.id.to_string()))
        .set(reports::officer_id.eq(&report.officer))
        .execute(connection)?;
    Ok(())
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
            issued_by: row.issued_by,
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
            report_issues::issued_by.eq(&issue.issued_by),
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

diesel::alias!(organisations as holders: Holders);

/// What the queue lists.
pub struct QueueRow {
    pub report: Report,
    /// What the standing issue says.
    pub content: Content,
    pub recipient_code: String,
    /// As [`grant::held_by`] names it.
    pub recipient: String,
    pub agreement_code: String,
    pub agreement_slug: String,
    pub year: i32,
    pub officer: Option<String>,
    pub later: Later,
}

/// Every report in these states that came in, or that is to be signed, of the agreements that an authority pays. Two
/// queries, however many there are.
pub fn queue(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<Vec<QueueRow>, DbError> {
    type Row = (ReportRow, String, String, String, String, String, i32, Option<String>, LaterRow);
    let rows: Vec<Row> = reports::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .left_join(people::table.on(reports::officer_id.eq(people::id.nullable())))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(reports::received_at.is_not_null().or(reports::status.eq("awaiting_signature")))
        .filter(reports::status.eq_any(statuses.to_vec()))
        .order_by((reports::received_at, reports::id))
        .select((
            ReportRow::as_select(),
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
    let mut contents = contents(connection, authority, statuses)?;
    rows.into_iter()
        .filter_map(|row| {
            let (
                report,
                recipient_code,
                recipient,
                holder,
                agreement_code,
                agreement_slug,
                year,
                officer,
                later,
            ) = row;
            let report = match Report::try_from(report) {
                Ok(report) => report,
                Err(error) => return Some(Err(error)),
            };
            let content = contents.remove(&(report.id.to_string(), report.standing_version()?))?;
            let content = serde_json::from_str(&content).map_err(DbError::corrupt);
            Some(content.map(|content| QueueRow {
                report,
                content,
                recipient_code,
                recipient: grant::held_by(&holder, &recipient),
                agreement_code,
                agreement_slug,
                year,
                officer,
                later: later.into(),
            }))
        })
        .collect()
}

/// The issues of the reports in these states, by report and version.
fn contents(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<HashMap<(String, i32), String>, DbError> {
    let rows: Vec<(String, i32, String)> = report_issues::table
        .inner_join(reports::table.inner_join(grants::table.inner_join(agreements::table)))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(reports::status.eq_any(statuses.to_vec()))
        .select((report_issues::report_id, report_issues::version, report_issues::content))
        .order_by((report_issues::report_id, report_issues::version))
        .load(connection)?;
    Ok(rows.into_iter().map(|(report, version, content)| ((report, version), content)).collect())
}

/// A list of who has answered the survey, and when it was read in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = survey_lists)]
pub struct SurveyList {
    pub imported_by: String,
    pub imported_at: NaiveDateTime,
}

pub fn survey_list(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<Option<SurveyList>, DbError> {
    Ok(survey_lists::table
        .find(agreement.to_string())
        .select(SurveyList::as_select())
        .first(connection)
        .optional()?)
}

/// Whether the authority's list has the recipient; `None` when there is no list.
pub fn is_listed(connection: &mut AnyConnection, grant: &Grant) -> Result<Option<bool>, DbError> {
    if survey_list(connection, grant.agreement.id)?.is_none() {
        return Ok(None);
    }
    let row = survey_answers::table.find((grant.agreement.id.to_string(), grant.recipient.id.to_string()));
    Ok(Some(diesel::select(diesel::dsl::exists(row)).get_result(connection)?))
}

/// The codes of those on the list.
pub fn listed(connection: &mut AnyConnection, agreement: Id<Agreement>) -> Result<HashSet<String>, DbError> {
    let codes: Vec<String> = survey_answers::table
        .inner_join(organisations::table)
        .filter(survey_answers::agreement_id.eq(agreement.to_string()))
        .order_by(organisations::code)
        .select(organisations::code)
        .load(connection)?;
    Ok(codes.into_iter().collect())
}

/// Puts a new list in the place of the old one.
pub fn replace_survey_list(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    answered: &[Id<Organisation>],
    by: &str,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let id = agreement.to_string();
    diesel::delete(survey_answers::table.filter(survey_answers::agreement_id.eq(&id))).execute(connection)?;
    diesel::delete(survey_lists::table.find(&id)).execute(connection)?;
    for recipient in answered {
        diesel::insert_into(survey_answers::table)
            .values((
                survey_answers::agreement_id.eq(&id),
                survey_answers::recipient_id.eq(recipient.to_string()),
            ))
            .execute(connection)?;
    }
    diesel::insert_into(survey_lists::table)
        .values((
            survey_lists::agreement_id.eq(&id),
            survey_lists::imported_by.eq(by),
            survey_lists::imported_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

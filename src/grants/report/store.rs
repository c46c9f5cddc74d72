//! Rows and queries of reports, their issues, and the authority's list of who has answered the survey.

mod issues;
mod queue;
mod survey;

pub use issues::{
    altered_issues, case, insert_issue, issue, issues_of, keep_certificate, last_received, received_issue,
};
pub use queue::{QueueRow, open_cases_of, queue};
pub use survey::{SurveyList, is_listed, listed, replace_survey_list, survey_list};

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Correction, Refusal, Report, Status, Verdict, form::ReportForm};
use crate::{
    grants::{
        filing::Act,
        grant::{Grant, Scope, store::Which},
    },
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError},
        schema::{agreements, grants, reports},
    },
    people::{access::Person, recipient::Organisation},
    terms::insight,
};
use values::Id;

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
    act: &Act,
    id: Id<Report>,
    revision: i64,
    draft: &ReportForm,
) -> Result<bool, DbError> {
    let Some(report) = find(connection, act.scope, id)? else { return Ok(false) };
    if !report.is_editable() || report.revision != revision {
        return Ok(false);
    }
    let saved = act.saved();
    let (by, at) = saved.columns();
    let changed = diesel::update(reports::table.find(id.to_string()).filter(reports::revision.eq(revision)))
        .set((
            reports::draft.eq(json(draft)?),
            reports::revision.eq(revision + 1),
            (reports::saved_by.eq(by), reports::saved_at.eq(at)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Who saved the draft last, and when.
pub fn last_saved(connection: &mut AnyConnection, id: Id<Report>) -> Result<Option<Saved>, DbError> {
    let draft = reports::table.find(id.to_string());
    Ok(Saved::of(draft.select((reports::saved_by, reports::saved_at)).first(connection)?))
}

/// Who handles it, and nothing else. After the grant is locked.
pub fn set_officer(connection: &mut AnyConnection, report: &Report) -> Result<(), DbError> {
    diesel::update(reports::table.find(report.id.to_string()))
        .set(reports::officer_id.eq(&report.officer))
        .execute(connection)?;
    Ok(())
}

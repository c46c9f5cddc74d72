//! Rows and queries of reports, their editions, and the authority's list of who has answered the survey.

mod editions;
mod queue;
mod survey;

pub use editions::{altered_editions, case, editions_of, last_received, received_edition, standing_edition};
pub use queue::queue;
pub use survey::{SurveyList, is_listed, listed, replace_survey_list, survey_list};

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Correction, Report, Status, Verdict};
use crate::{
    grants::{
        case::{
            self, Kind,
            store::{Columns, Row, Stored, from_json},
        },
        grant::{Grant, store::GrantFilter},
    },
    ground::infra::{
        db::{AnyConnection, DbError, json},
        schema::cases,
    },
};
use values::Id;

/// What the column `state` holds.
#[derive(Deserialize)]
struct State {
    #[serde(flatten)]
    status: Status,
    correction: Option<Correction>,
}

impl Stored for Report {
    fn read(row: Row) -> Result<Self, DbError> {
        let state: State = from_json(&row.state)?;
        Ok(Self {
            id: row.id.retyped(),
            grant_id: row.grant_id,
            status: state.status,
            correction: state.correction,
            draft: from_json(&row.draft)?,
            version: row.version,
            revision: row.revision,
            officer: row.officer_id,
        })
    }

    fn columns(&self) -> Result<Columns, DbError> {
        Ok(Columns {
            draft: json(&self.draft)?,
            version: self.version,
            received_at: self.received().map(|received| received.at.naive_utc()),
            approved_at: self.approval().map(|approval| approval.at.naive_utc()),
            officer_id: self.officer,
            ..Columns::of(self.status.key(), state(self)?, self.is_seen_by_authority())
        })
    }

    /// A grant has one.
    fn place(&self) -> (&str, i32) {
        ("", 1)
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

/// The grant's report, when it has been begun.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Option<Report>, DbError> {
    Ok(case::store::of_grant(connection, grant)?.pop())
}

/// How far a grant's report has come.
#[derive(Debug, Clone)]
pub struct Progress {
    pub grant: Id<Grant>,
    /// The key of its [`Status`].
    pub status: &'static str,
    pub received: bool,
    pub approved: bool,
    /// What the finance head says of what came in last.
    pub verdict: Option<Verdict>,
}

/// How far every report of these grants has come: one query.
pub fn progress(connection: &mut AnyConnection, which: GrantFilter<'_>) -> Result<Vec<Progress>, DbError> {
    let rows: Vec<Row> = cases::table
        .filter(cases::kind.eq(Kind::Report))
        .filter(cases::grant_id.eq_any(which.ids()))
        .order_by(cases::grant_id)
        .select(Row::as_select())
        .load(connection)?;
    let progress = |row: Row| {
        let report = Report::read(row)?;
        let received = report.received();
        Ok(Progress {
            grant: report.grant_id,
            status: report.status.key(),
            received: received.is_some(),
            approved: report.approval().is_some(),
            verdict: received.and_then(super::Received::verdict).cloned(),
        })
    };
    rows.into_iter().map(progress).collect()
}

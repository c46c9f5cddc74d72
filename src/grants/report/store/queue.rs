//! What the authority has before it of reports.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::{
    grants::{
        case::{self, Kind, store::QueueRow},
        report::{Content, Report},
    },
    ground::infra::{
        db::{AnyConnection, DbError, Json},
        schema::{agreements, cases, editions, grants},
    },
    people::recipient::Organisation,
};
use values::Id;

/// Every report in these states that came in, or that is to be signed, of the agreements that an authority pays, with what the
/// standing edition says. Two queries, however many there are.
pub fn queue(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<Vec<(QueueRow<Report>, Content)>, DbError> {
    let rows = case::store::queue::<Report>(connection, authority, statuses, None)?;
    let mut contents = contents(connection, authority, statuses)?;
    let with_content = |row: QueueRow<Report>| {
        let report = &row.case;
        let content = contents.remove(&(report.id, report.standing_version()?))?;
        Some((row, content))
    };
    Ok(rows.into_iter().filter_map(with_content).collect())
}

/// The editions of the reports in these states, by report and version.
fn contents(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<HashMap<(Id<Report>, i32), Content>, DbError> {
    let rows: Vec<(Id<Report>, i32, Json<Content>)> = editions::table
        .inner_join(cases::table.inner_join(grants::table.inner_join(agreements::table)))
        .filter(cases::kind.eq(Kind::Report))
        .filter(agreements::authority_id.eq(authority))
        .filter(cases::status.eq_any(statuses.to_vec()))
        .select((editions::case_id, editions::version, editions::content))
        .order_by((editions::case_id, editions::version))
        .load(connection)?;
    Ok(rows.into_iter().map(|(report, version, Json(content))| ((report, version), content)).collect())
}

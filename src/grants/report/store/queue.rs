//! What the authority has before it: the queue, and the cases of an officer.

use std::collections::HashMap;

use diesel::prelude::*;

use super::ReportRow;
use crate::{
    grants::{
        grant::{self, store::LaterRow},
        report::{Content, Report},
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, organisations, people, report_issues, reports},
    },
    people::{access::Person, recipient::Organisation},
    terms::agreement::Later,
};
use values::Id;

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

//! What the authority does with what came in, and its correction.

use super::{Failure, Target, lock, same_revision, signing::accounts_for_all, simply, write};
use crate::{
    grants::{
        filing::{Act, FieldRemark},
        report::{Refusal, Report, number_of, store},
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Person,
};
use values::Id;

/// Asks for completion. The history keeps the remarks: the report forgets them when it is submitted again.
pub fn send_back(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = locked.report.clone().send_back(act.doer(), act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.report, target)?;
    let at_fields = remarks.iter().map(|remark| {
        format!(
            "{}: {}",
            crate::grants::report::sheet::field_label(&locked.grant, &remark.field),
            remark.text
        )
    });
    let entry = history::Entry {
        details: at_fields.collect::<Vec<_>>().join("; "),
        reason: message.to_owned(),
        ..act.entry(Event::ReportReturned, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)
}

/// The costs are settled, and so is what is to be repaid.
pub fn approve(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let issue = store::issue(connection, &locked.report)?.ok_or_else(|| locked.report.status.not_now())?;
    let after = locked.report.clone().approve(act.doer(), act.now)?;
    same_revision(&locked.report, target)?;
    accounts_for_all(&issue.content, &locked.grant)?;
    let to_repay = issue.content.to_repay();
    let entry = history::Entry {
        details: match to_repay.is_zero() {
            true => format!("kostnader {}, inget att betala tillbaka", issue.content.costs()),
            false => format!("kostnader {}, att betala tillbaka {to_repay}", issue.content.costs()),
        },
        ..act.entry(Event::ReportApproved, number_of(&locked.grant))
    };
    write(connection, act, &locked, &after, entry)
}

/// Opens an approved report for a new version. What was approved stands until the new one is.
pub fn correct(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let by = act.doer();
    simply(connection, act, target, Event::CorrectionStarted, reason, |report| {
        report.correct(by, act.now, reason.to_owned())
    })
}

pub fn give_up_correction(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::CorrectionGivenUp, "", Report::give_up_correction)
}

/// Gives the case to an officer, or to nobody, if it is still with whom the page said. The report's revision stays: who
/// handles it is no business of whoever is filling it in.
pub fn assign(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    was: Option<&str>,
    officer: Option<&Person>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, id)?;
    let after = locked.report.clone().assign(officer.map(|person| person.id.to_string()))?;
    if locked.report.officer.as_deref() != was {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry {
        details: officer.map_or_else(|| "ingen".to_owned(), |person| person.name.clone()),
        ..act.entry(Event::ReportAssigned, number_of(&locked.grant))
    };
    store::set_officer(connection, &after)?;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

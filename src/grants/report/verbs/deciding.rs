//! What the authority does with what came in, and its correction.

use super::{Failure, Target, signing::accounts_for_all};
use crate::{
    grants::{
        case::{
            FieldRemark,
            verbs::{line, lock, same_revision, simply, write},
        },
        report::{Report, store},
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Act,
};

/// Asks for completion. The history keeps the remarks: the report forgets them when it is submitted again.
pub fn request_completion(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after =
        locked.case.clone().request_completion(act.doer(), act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.case, target)?;
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
        ..line(act, Event::ReportReturned, &locked.grant, &locked.case)
    };
    write(connection, act, &locked, &after, entry)
}

/// The costs are settled, and so is what is to be repaid.
pub fn approve(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let edition =
        store::standing_edition(connection, &locked.case)?.ok_or_else(|| locked.case.status.not_now())?;
    let after = locked.case.clone().approve(act.doer(), act.now)?;
    same_revision(&locked.case, target)?;
    accounts_for_all(&edition.content, &locked.grant)?;
    let to_repay = edition.content.to_repay();
    let entry = history::Entry {
        details: match to_repay.is_zero() {
            true => format!("kostnader {}, inget att betala tillbaka", edition.content.costs()),
            false => format!("kostnader {}, att betala tillbaka {to_repay}", edition.content.costs()),
        },
        ..line(act, Event::ReportApproved, &locked.grant, &locked.case)
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

//! What the authority does with what came in.

use super::{Failure, Target, missing_before};
use crate::{
    grants::{
        case::{
            FieldRemark,
            head::field_label,
            verbs::{line, lock, same_revision, simply, write},
        },
        requisition::Refusal,
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Act,
};

/// Asks for completion. The history keeps the remarks: the requisition forgets them when it is submitted again.
pub fn request_completion(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let by = act.doer();
    let after = locked.case.clone().request_completion(by, act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.case, target)?;
    let paper = &locked.grant.agreement.terms.forms.requisition;
    let at_fields =
        remarks.iter().map(|remark| format!("{}: {}", field_label(paper, &remark.field), remark.text));
    let entry = history::Entry {
        details: at_fields.collect::<Vec<_>>().join("; "),
        reason: message.to_owned(),
        ..line(act, Event::RequisitionReturned, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)
}

/// Not while the post that must be requisitioned first is not.
pub fn approve(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = locked.case.clone().approve(act.doer(), act.now)?;
    same_revision(&locked.case, target)?;
    // The first may have been refused since this came in: "efter att ha rekvirerat sin del" (2022 §7.1).
    if let Some(first) = missing_before(&locked.grant, &after.form) {
        return Err(Refusal::NotOpenYet(first.name.clone()).into());
    }
    let entry = line(act, Event::RequisitionApproved, &locked.grant, &after);
    write(connection, act, &locked, &after, entry)
}

pub fn refuse(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let by = act.doer();
    simply(connection, act, target, Event::RequisitionRefused, reason, |requisition| {
        requisition.refuse(by, act.now, reason.to_owned())
    })
}

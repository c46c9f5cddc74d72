//! What the authority does with what came in.

use super::{Failure, Target, line, lock, missing_before, same_revision, simply, write};
use crate::{
    grants::{
        filing::{Act, FieldRemark, head::field_label},
        requisition::{Refusal, Requisition, store},
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Person,
};
use values::Id;

/// Asks for completion. The history keeps the remarks: the requisition forgets them when it is submitted again.
pub fn send_back(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let by = act.doer();
    let after = locked.requisition.clone().send_back(by, act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.requisition, target)?;
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
    let after = locked.requisition.clone().approve(act.doer(), act.now)?;
    same_revision(&locked.requisition, target)?;
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

/// Gives the case to an officer, or to nobody, if it is still with whom the page said. The requisition's revision stays:
/// who handles it is no business of whoever is filling it in.
pub fn assign(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Requisition>,
    was: Option<&str>,
    officer: Option<&Person>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, id)?;
    let after = locked.requisition.clone().assign(officer.map(|person| person.id.to_string()))?;
    if locked.requisition.officer.as_deref() != was {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry {
        details: officer.map_or_else(|| "ingen".to_owned(), |person| person.name.clone()),
        ..line(act, Event::RequisitionAssigned, &locked.grant, &after)
    };
    store::set_officer(connection, &after)?;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

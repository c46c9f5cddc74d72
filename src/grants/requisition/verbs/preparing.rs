//! Before it is signed: fixed for signature, taken back, passed on, done away with.

use super::{Failure, Target, beside, form_facts, number_of};
use crate::{
    grants::{
        case::{
            self, FieldRemark,
            verbs::{line, lock, same_revision, simply, write},
        },
        grant::Grant,
        requisition::{
            Content, Edition, Refusal, Requisition, Status,
            form::{FormFacts, warnings},
        },
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Act,
};
use values::Id;

/// Fixes the draft for signature.
pub fn issue(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    confirmed: bool,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let requisition = &locked.case;
    let form = &requisition.form;
    let beside = beside(connection, act.scope, &locked.grant, form, Some(requisition))?;
    let form_facts = form_facts(&locked.grant, form, Some(requisition), &beside, act.now);
    let after = requisition.clone().issue()?;
    same_revision(requisition, target)?;
    if requisition.has_lapsed(locked.grant.right_has_lapsed(&requisition.form, act.now)) {
        return Err(Refusal::TooLate(locked.grant.requisition_deadline(&requisition.form)).into());
    }
    let content = requisition.draft.parse(&form_facts).map_err(Failure::Invalid)?;
    let warnings = confirmed_warnings(&content, &form_facts, confirmed)?;
    let edition = Edition::new(
        &number_of(&locked.grant, &after),
        &locked.grant.holder,
        after.version,
        content,
        warnings,
        act.doer(),
        act.now,
    );
    let entry = history::Entry {
        details: format!("version {}, {}", edition.version, edition.content.amount),
        ..line(act, Event::RequisitionIssued, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)?;
    case::store::insert_edition(connection, after.id, &edition)?;
    Ok(())
}

pub(super) fn confirmed_warnings(
    content: &Content,
    facts: &FormFacts,
    confirmed: bool,
) -> Result<Vec<FieldRemark>, Failure> {
    let warnings = warnings(content, facts).list;
    if !warnings.is_empty() && !confirmed {
        return Err(Failure::Unconfirmed);
    }
    Ok(warnings
        .into_iter()
        .map(|warning| FieldRemark { field: warning.field.into_owned(), text: warning.message })
        .collect())
}

pub fn recall(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::RequisitionTakenBack, "", Requisition::recall)
}

/// The table that the grant's amount stands in has just been replaced, in this transaction, and less is left than what
/// waits for a signature asks for. The recipient gets it back to be changed.
pub fn recall_above(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    simply(connection, act, target, Event::RequisitionTakenBack, reason, Requisition::recall)
}

/// The grant has just passed to a successor, in this transaction. What waits for a signature is taken back, so that nobody signs a form with the
/// predecessor's name on it, and whoever has a form open cannot save it any more. What came in stays as it was. `act` has
/// the successor's eyes.
pub fn transfer(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    reason: &str,
) -> Result<(), Failure> {
    for requisition in case::store::of_grant::<Requisition>(connection, grant)? {
        let target = Target { id: requisition.id, revision: requisition.revision };
        match requisition.status {
            Status::AwaitingSignature { .. } => {
                let event = Event::RequisitionTakenBack;
                simply(connection, act, target, event, reason, Requisition::recall)?;
            }
            Status::Draft | Status::Returned(_) => case::store::update(connection, &requisition)??,
            Status::Submitted { .. }
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => {}
        }
    }
    Ok(())
}

pub fn discard(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let by = act.doer();
    simply(connection, act, target, Event::RequisitionDiscarded, "", |requisition| {
        requisition.discard(by, act.now)
    })
}

//! The model: typed, approved, opened again.

use super::{CHANGED, Failure, append, movement, take};
use crate::{
    filing::Act,
    grant::{self, Grant},
    history::{self, Event},
    ids::Id,
    infra::db::AnyConnection,
    onward::{Plan, form::ModelForm, fund::Account, store, to_hand_on},
};

/// Begins from a form: an example, or an empty one. Whoever comes second finds what is there.
pub fn begin(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    draft: ModelForm,
) -> Result<(), Failure> {
    let found = grant::store::find(connection, act.scope, grant)?.ok_or(Failure::NotFound)?;
    if !found.agreement.terms.onward_distribution {
        return Err(Failure::Conflict("Överenskommelsen tillåter inte att medlen fördelas vidare."));
    }
    grant::store::hold(connection, grant)?;
    if store::plan_of(connection, grant)?.is_some() {
        return Err(Failure::Done);
    }
    let plan = Plan { id: Id::new(), grant_id: grant, draft, model: None, approved: None, revision: 1 };
    store::insert_plan(connection, &plan)?;
    let (case, version) = take(connection, act.scope, grant)?;
    Ok(append(connection, &case, version, act.entry(Event::OnwardBegun, ""))?)
}

/// Keeps what was typed, over the revision it was typed on. Nothing is decided by it.
pub fn save_draft(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    revision: i64,
    draft: ModelForm,
) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, grant)?.ok_or(Failure::NotFound)?;
    if case.plan.model.is_some() {
        return Err(Failure::Conflict("Modellen är fastställd. Öppna den för ändring först."));
    }
    let saved = store::update_plan(connection, &Plan { draft, revision, ..case.plan })?;
    if saved { Ok(()) } else { Err(Failure::Conflict(CHANGED)) }
}

/// What the municipality's own board has decided holds from here. The reserve is set aside.
pub fn approve(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    revision: i64,
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    if case.plan.model.is_some() {
        return Err(Failure::Done);
    }
    if case.plan.revision != revision {
        return Err(Failure::Conflict(CHANGED));
    }
    let period = case.grant.agreement.terms.period;
    let model = case.plan.draft.parse(to_hand_on(&case.grant), period).map_err(Failure::Invalid)?;
    let reserved = case.fund().reserve(model.reserve)?;
    if !reserved.is_zero() {
        let basis = (model.decision.on, model.decision.number.as_str());
        let entry = movement(act, Account::Reserve, None, reserved, basis);
        store::insert_entry(connection, case.plan.id, &entry)?;
    }
    let details = format!(
        "{} att fördela, {} i reserv, beslut av {}",
        model.distributed(),
        model.reserve,
        model.decision.board
    );
    let approved = Some((act.by(), act.now));
    let plan = Plan { model: Some(model), approved, ..case.plan.clone() };
    if !store::update_plan(connection, &plan)? {
        return Err(Failure::Conflict(CHANGED));
    }
    let entry = history::Entry { details, ..act.entry(Event::OnwardModelApproved, "") };
    Ok(append(connection, &case, version, entry)?)
}

/// To be changed and decided anew, as long as nobody has applied by it.
pub fn reopen(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    revision: i64,
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    if case.plan.model.is_none() {
        return Err(Failure::Done);
    }
    if case.applications.iter().any(|application| application.received().is_some()) {
        return Err(Failure::Conflict(
            "Enheter har redan ansökt enligt modellen. Den kan inte ändras, men medel kan omfördelas.",
        ));
    }
    let plan = Plan { model: None, approved: None, revision, ..case.plan.clone() };
    if !store::update_plan(connection, &plan)? {
        return Err(Failure::Conflict(CHANGED));
    }
    Ok(append(connection, &case, version, act.entry(Event::OnwardModelReopened, ""))?)
}

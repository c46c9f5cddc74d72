//! The model: typed, approved, opened again; its days and its reserve as later decisions have them.

use super::{Failure, append, lock, lock_as_signatory, movement};
use crate::{
    grants::{
        grant::{self, Grant},
        onward::{
            Plan,
            application::Refusal,
            form::{DaysForm, Decided, ModelForm, Reserve},
            fund::Account,
            model::{Days, Model},
            rules::Rule,
            store, to_hand_on,
        },
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, form::FieldErrors},
    },
    people::access::Act,
};
use values::{Id, calendar};

/// Begins from a form: an example, or an empty one. Whoever comes second finds what is there.
pub fn begin(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    draft: ModelForm,
) -> Result<(), Failure> {
    let found = grant::store::find(connection, act.scope, grant)?.ok_or(Failure::NotFound)?;
    if !found.may_be_handed_on() {
        return Err(Refusal::Hindered("Villkoren tillåter inte att medlen fördelas vidare.").into());
    }
    grant::store::hold(connection, grant)?;
    if store::plan_of(connection, grant)?.is_some() {
        return Err(Failure::Done);
    }
    let plan =
        Plan { id: Id::new(), grant_id: grant, draft, model: None, approved: None, revision: 1, saved: None };
    store::insert_plan(connection, &plan)?;
    let (case, version) = lock(connection, act.scope, grant)?;
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
        return Err(Refusal::Changed.into());
    }
    let saved = store::update_plan(connection, &Plan { draft, revision, ..case.plan }, &act.saved())?;
    if saved { Ok(()) } else { Err(Refusal::Changed.into()) }
}

/// What the municipality's own board has decided holds from here. The reserve is set aside.
pub fn approve(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    revision: i64,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    if case.plan.model.is_some() {
        return Err(Failure::Done);
    }
    if case.plan.revision != revision {
        return Err(Refusal::Changed.into());
    }
    let period = case.grant.agreement.terms.period;
    let model = case.plan.draft.parse(to_hand_on(&case.grant), period).map_err(Failure::Invalid)?;
    if model.decision.on > calendar::day(act.now) {
        let mut errors = FieldErrors::default();
        errors.broken(
            "decided_on",
            Rule::Decision,
            "Beslutets dag ligger i framtiden. Fastställ modellen när den är beslutad.",
        );
        return Err(Failure::Invalid(errors));
    }
    let reserved = case.fund().reserve(model.reserve).map_err(Refusal::from)?;
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
    let approved = Some((act.doer(), act.now));
    let plan = Plan { model: Some(model), approved, ..case.plan.clone() };
    if !store::update_plan(connection, &plan, &act.saved())? {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry { details, ..act.entry(Event::OnwardModelApproved, "") };
    Ok(append(connection, &case, version, entry)?)
}

/// To be changed and decided anew, as long as nobody has applied by it.
pub fn reopen_model(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    revision: i64,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    if case.plan.model.is_none() {
        return Err(Failure::Done);
    }
    if case.applications.iter().any(|application| application.received().is_some()) {
        return Err(Refusal::Hindered(
            "Enheter har redan ansökt enligt modellen. Den kan inte ändras, men medel kan omfördelas.",
        )
        .into());
    }
    let plan = Plan { model: None, approved: None, revision, ..case.plan.clone() };
    if !store::update_plan(connection, &plan, &act.saved())? {
        return Err(Refusal::Changed.into());
    }
    Ok(append(connection, &case, version, act.entry(Event::OnwardModelReopened, ""))?)
}

/// The last days are moved forward, also after units have applied by them.
pub fn move_days(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    form: &DaysForm,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let model = super::model(&case)?;
    if case.plan.revision != form.revision {
        return Err(Refusal::Changed.into());
    }
    let period = case.grant.agreement.terms.period;
    let (days, decided) = form.parse(model, period, calendar::day(act.now)).map_err(Failure::Invalid)?;
    let details = format!("{}{}", moved(model.days(), days), decided.told());
    let mut plan = case.plan.clone();
    (plan.draft.apply_by, plan.draft.use_by, plan.draft.report_by) =
        (form.apply_by.clone(), form.use_by.clone(), form.report_by.clone());
    plan.model = Some(Model {
        apply_by: days.apply_by,
        use_by: days.use_by,
        report_by: days.report_by,
        ..model.clone()
    });
    if !store::update_plan(connection, &plan, &act.saved())? {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry { details, ..act.entry(Event::OnwardDaysMoved, "") };
    Ok(append(connection, &case, version, entry)?)
}

/// `ansöka 31 maj 2022 → 15 juni 2022, använda …`
fn moved(before: Days, after: Days) -> String {
    let each = [
        ("ansöka", before.apply_by.0, after.apply_by.0),
        ("använda", before.use_by, after.use_by),
        ("återrapportera", before.report_by.0, after.report_by.0),
    ];
    let moved = each.into_iter().filter(|(_, before, after)| before != after);
    let told = moved.map(|(what, before, after)| {
        format!("{what} {} → {}", calendar::long_date(before), calendar::long_date(after))
    });
    told.collect::<Vec<_>>().join(", ")
}

/// Sets the reserve to another amount or purpose: what is let go can be distributed, and more can be set aside of what is left.
pub fn set_reserve(
    connection: &mut AnyConnection,
    act: &Act,
    (grant, revision): (Id<Grant>, i64),
    (reserve, purpose): Reserve,
    decided: &Decided,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let model = super::model(&case)?;
    let mut fund = case.fund();
    let before = fund.reserve;
    let amount = fund.reserve(reserve).map_err(Refusal::from)?;
    if amount.is_zero() && purpose == model.reserved_for {
        return Err(Failure::Done);
    }
    if case.plan.revision != revision {
        return Err(Refusal::Changed.into());
    }
    if !amount.is_zero() {
        let entry = movement(act, Account::Reserve, None, amount, (decided.on, &decided.number));
        store::insert_entry(connection, case.plan.id, &entry)?;
    }
    let told = if purpose.is_empty() { String::new() } else { format!(", till {purpose}") };
    let details = format!("från {before} till {reserve}{told}{}", decided.told());
    let mut plan = case.plan.clone();
    (plan.draft.reserve, plan.draft.reserved_for) = (reserve.digits().to_string(), purpose.clone());
    plan.model = Some(Model { reserve, reserved_for: purpose, ..model.clone() });
    if !store::update_plan(connection, &plan, &act.saved())? {
        return Err(Refusal::Changed.into());
    }
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardReserveSet, "") })?;
    Ok(())
}

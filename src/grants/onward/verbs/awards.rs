//! Who is invited, who gets what, and what is distributed anew.

use std::collections::{HashMap, HashSet};

use super::{Failure, append, lock, lock_as_signatory, model, movement};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Distribution,
            application::{Application, LaterAccount, Received, Refusal, Status, admitted},
            counted,
            form::{Decided, Seen, Share},
            fund::{Account, Entry},
            store,
        },
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, form::FieldErrors},
    },
    people::access::Act,
    terms::allocation::key::{Basis, Key, OddKronor},
};
use values::{GiroAccount, Id, Money};

/// Gives every unit of the register a link that can have money by the model and has none. Those that come later are invited by
/// doing it again.
pub fn invite(connection: &mut AnyConnection, act: &Act, grant: Id<Grant>) -> Result<usize, Failure> {
    let (case, version) = lock(connection, act.scope, grant)?;
    let model = model(&case)?;
    let own = &case.grant.holder;
    let there: HashSet<String> =
        case.applications.iter().map(|application| application.unit.id.to_string()).collect();
    let mut count = 0;
    for unit in store::units(connection, own.id)? {
        let is_new = !unit.is_closed && !there.contains(&unit.id.to_string());
        if !is_new || admitted(model, &own.name, &unit.content, unit.content.size).is_err() {
            continue;
        }
        let application = Application {
            id: Id::new(),
            plan: case.plan.id,
            unit,
            status: Status::Invited { given_back: None },
            link: 1,
            revision: 1,
            saved: Some(act.saved()),
        };
        store::insert_application(connection, &application)?;
        count += 1;
    }
    if count == 0 {
        return Err(Failure::Done);
    }
    let entry = history::Entry { details: counted(count), ..act.entry(Event::OnwardInvited, "") };
    append(connection, &case, version, entry)?;
    Ok(count)
}

/// Another link for a unit: those that it had before lead nowhere.
pub fn renew_link(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
) -> Result<(), Failure> {
    let (case, version) = lock(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    let renewed = Application { link: found.link + 1, revision, ..found.clone() };
    store::update_application(connection, &renewed, &act.saved())??;
    let details = found.of().name.to_string();
    let entry = history::Entry { details, ..act.entry(Event::OnwardLinkRenewed, "") };
    Ok(append(connection, &case, version, entry)?)
}

pub(super) fn one(case: &Distribution, id: Id<Application>) -> Result<&Application, Failure> {
    case.applications.iter().find(|application| application.id == id).ok_or(Failure::NotFound)
}

/// Grants the applications that are chosen, all or none, each the amount of its tier.
pub fn award(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    chosen: &[Seen],
    decided: &Decided,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let mut fund = case.fund();
    let chosen: HashMap<String, i64> =
        chosen.iter().map(|(id, revision)| (id.to_string(), *revision)).collect();
    let mut awarded = Vec::new();
    for application in &case.applications {
        let Some(revision) = chosen.get(&application.id.to_string()) else { continue };
        let after = application.clone().grant(act.doer(), act.now)?;
        if application.revision != *revision {
            return Err(not_as_shown(application));
        }
        let amount = after.received().map(|received| received.amount).unwrap_or_default();
        awarded.push((after, amount));
    }
    if awarded.len() != chosen.len() {
        return Err(Failure::NotFound);
    }
    let sum: Money = awarded.iter().map(|(_, amount)| *amount).sum();
    fund.award(sum).map_err(Refusal::from)?;
    for (after, amount) in &awarded {
        store::update_application(connection, after, &act.saved())??;
        store::insert_entry(connection, case.plan.id, &entry(act, after.id, *amount, decided))?;
    }
    let details = told(awarded.len(), sum, decided);
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardAwarded, "") })?;
    Ok(())
}

/// It has been given back and came in again, with another size or another account.
fn not_as_shown(application: &Application) -> Failure {
    let mut errors = FieldErrors::default();
    let unit = &application.of().name;
    let told =
        format!("{unit} har ändrat sin ansökan sedan du öppnade sidan. Läs den och kryssa för den igen.");
    errors.add("chosen", told);
    Failure::Invalid(errors)
}

fn entry(act: &Act, application: Id<Application>, amount: Money, decided: &Decided) -> Entry {
    movement(act, Account::Award, Some(application), amount, (decided.on, &decided.number))
}

fn told(count: usize, sum: Money, decided: &Decided) -> String {
    format!("{}, {sum}{}", counted(count), decided.told())
}

pub fn refuse(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let after = found.clone().refuse(reason.to_owned(), act.doer(), act.now)?;
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    store::update_application(connection, &after, &act.saved())??;
    let entry = history::Entry {
        details: found.of().name.to_string(),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardRefused, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// An application that is wrong (its size, its account) is the unit's again. What was granted by it is taken back, which can
/// only be done before it is paid.
pub fn reopen_application(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    message: &str,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let after = found.clone().reopen(message.to_owned(), act.doer(), act.now)?;
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    if case.is_paid(found) {
        return Err(Refusal::Hindered(
            "Beloppet står på en betalningslista. Registrera i stället det som kommer tillbaka.",
        )
        .into());
    }
    let has = case.balance(found).has();
    if !has.is_zero() {
        let taken = movement(act, Account::Award, Some(id), -has, (values::calendar::day(act.now), ""));
        store::insert_entry(connection, case.plan.id, &taken)?;
    }
    store::update_application(connection, &after, &act.saved())??;
    let entry = history::Entry {
        details: found.of().name.to_string(),
        reason: message.to_owned(),
        ..act.entry(Event::OnwardGivenBack, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// What a unit has not been paid yet goes to another account than it applied with: the bank said that the first is closed.
pub fn pay_to(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    (account, reason): (GiroAccount, String),
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let before = found.received().map(Received::account_now);
    if before == Some(account) {
        return Err(Failure::Done);
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    let from_list = store::next_number(connection, case.plan.id)?;
    let later = LaterAccount { account, from_list, reason: reason.clone(), by: act.doer(), at: act.now };
    store::update_application(connection, &found.clone().pay_to(later)?, &act.saved())??;
    let before = before.map(GiroAccount::with_kind).unwrap_or_default();
    let details = format!("{}, {before} → {}", found.of().name, account.with_kind());
    let entry = history::Entry { details, reason, ..act.entry(Event::OnwardAccountChanged, "") };
    Ok(append(connection, &case, version, entry)?)
}

/// What a unit was granted and has not been paid is the municipality's again, to be distributed: not what it says it has used.
pub fn recall_unpaid(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let unpaid = case.unpaid(found);
    if unpaid.is_zero() {
        return Err(Failure::Done);
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    if !found.has_money() {
        return Err(Refusal::NotInThisState(found.status.told()).into());
    }
    if found.reported().is_some_and(|report| report.used > case.balance(found).has() - unpaid) {
        return Err(
            Refusal::Hindered("Enheten har redovisat mer som använt än vad den då skulle ha fått.").into()
        );
    }
    let taken = movement(act, Account::Award, Some(id), -unpaid, (values::calendar::day(act.now), ""));
    store::insert_entry(connection, case.plan.id, &taken)?;
    store::update_application(connection, &Application { revision, ..found.clone() }, &act.saved())??;
    let entry = history::Entry {
        details: format!("{}, {unpaid}", found.of().name),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardUnpaidTakenBack, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// What is left, divided over the units that have had something, in proportion to what the model gave them.
///
/// # Errors
/// In words, when there is nobody to give to.
pub fn share_out(case: &Distribution, sum: Money) -> Result<Vec<Share>, String> {
    let units: Vec<&Application> = case.applications.iter().filter(|one| one.can_have_more()).collect();
    let bases: Vec<Basis> = units
        .iter()
        .map(|one| {
            let amount = one.received().map_or(Money::ZERO, |received| received.amount);
            Basis { code: one.id.to_string(), numbers: vec![amount.to_ore().unsigned_abs()] }
        })
        .collect();
    let kronor = sum.to_ore().unsigned_abs() / 100;
    let shares = Key::Proportional.divide(kronor, &bases, OddKronor::LargestRemainder);
    let shares = shares.map_err(|fault| fault.to_string())?;
    let money = |kronor: u64| i64::try_from(kronor).map(Money::kronor).unwrap_or_default();
    Ok(units.iter().map(|one| one.id).zip(shares.into_iter().map(money)).collect())
}

/// More for units that have had something, of what nobody applied for or what came back. Before the money must be used.
pub fn redistribute(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    amounts: &[Share],
    decided: &Decided,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let use_by = model(&case)?.use_by;
    if values::calendar::day(act.now) > use_by {
        return Err(Refusal::Hindered(
            "Medlen skulle vara använda vid det här laget: inget mer kan fördelas.",
        )
        .into());
    }
    let mut fund = case.fund();
    let by_id: HashMap<String, &Application> =
        case.applications.iter().map(|one| (one.id.to_string(), one)).collect();
    let sum: Money = amounts.iter().map(|(_, amount)| *amount).sum();
    fund.award(sum).map_err(Refusal::from)?;
    for (unit, amount) in amounts {
        let found = by_id.get(&unit.to_string()).ok_or(Failure::NotFound)?;
        if !found.can_have_more() {
            return Err(Refusal::NotInThisState(found.status.told()).into());
        }
        store::insert_entry(connection, case.plan.id, &entry(act, *unit, *amount, decided))?;
    }
    let details = format!("omfördelning, {}", told(amounts.len(), sum, decided));
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardAwarded, "") })?;
    Ok(())
}

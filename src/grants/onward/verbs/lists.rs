//! Payment lists: made, and told what the bank did not pay.

use chrono::NaiveDate;

use super::{Failure, append};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Distribution,
            application::{Application, Refusal},
            case_number, counted,
            list::{Bic, List},
            payments::{FailedPayment, fingerprint},
            store,
        },
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, form::FieldErrors},
    },
    people::access::Act,
};
use values::{Bankgiro, Id, Money};

/// Puts every award that stands on no list on a new one.
pub fn make_list(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    pay_on: NaiveDate,
    (account, bic): (Bankgiro, Bic),
    seen: &str,
) -> Result<(), Failure> {
    let (case, version) = super::lock(connection, act.scope, grant)?;
    let waiting = case.waiting();
    let sum: Money = waiting.iter().map(|one| one.amount).sum();
    if waiting.is_empty() {
        return Err(Refusal::Hindered("Alla beviljade belopp står redan på en betalningslista.").into());
    }
    if fingerprint(&waiting) != seen {
        return Err(Refusal::Changed.into());
    }
    let number = store::next_number(connection, case.plan.id)?;
    let payer = &case.grant.holder;
    let list = List {
        id: Id::new(),
        plan: case.plan.id,
        number,
        pay_on,
        account,
        bic,
        payer: payer.formal_name.clone(),
        payer_number: payer.organisation_number,
        made_by: act.doer(),
        made_at: act.now,
    };
    store::insert_list(connection, &list)?;
    store::put_on_list(connection, &list)?;
    let details = format!("L{number}, {}, {sum}", counted(waiting.len()));
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardListMade, "") })?;
    Ok(())
}

/// Says of some payments of a list that the bank did not make them. They wait for another list, or for the unit to put right
/// what it applied with. The list itself is what was sent, and stays.
pub fn payments_failed(
    connection: &mut AnyConnection,
    act: &Act,
    (grant, list): (Id<Grant>, Id<List>),
    chosen: &[Id<Application>],
    reason: &str,
) -> Result<(), Failure> {
    let (case, version) = super::lock_as_signatory(connection, act, grant)?;
    let list = store::list_of(connection, list)?.filter(|list| list.plan == case.plan.id);
    let list = list.ok_or(Failure::NotFound)?;
    let (mut count, mut sum) = (0, Money::ZERO);
    let standing = list.standing(&case);
    for (application, payment) in standing.iter().filter(|(one, _)| chosen.contains(&one.id)) {
        keeps_what_came_back(&case, application, payment.amount)?;
        let failed = FailedPayment {
            list: list.id,
            application: application.id,
            payment: payment.clone(),
            entries: list.entries(&case, application).map(|entry| entry.id).collect(),
            reason: reason.to_owned(),
            by: act.doer(),
            at: act.now,
        };
        store::insert_failed(connection, &failed)?;
        count += 1;
        sum += payment.amount;
    }
    // Those that a colleague told of meanwhile are told of; what was never on the list is nobody's.
    let is_known = |id: &Id<Application>| {
        standing.iter().any(|(one, _)| one.id == *id) || list.failed(&case).any(|one| one.application == *id)
    };
    if !chosen.iter().all(is_known) {
        return Err(Failure::NotFound);
    }
    if count == 0 {
        return Err(Failure::Done);
    }
    let entry = history::Entry {
        details: format!("{}, {}, {sum}", list.name(&case_number(&case.grant)), counted(count)),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardPaymentsFailed, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// The bank had paid after all: the payment stands on its list again, as long as nothing has come of its having failed.
pub fn payment_was_made(
    connection: &mut AnyConnection,
    act: &Act,
    (grant, list): (Id<Grant>, Id<List>),
    application: Id<Application>,
) -> Result<(), Failure> {
    let (case, version) = super::lock_as_signatory(connection, act, grant)?;
    let list = store::list_of(connection, list)?.filter(|list| list.plan == case.plan.id);
    let list = list.ok_or(Failure::NotFound)?;
    let Some(failed) = list.failed(&case).find(|failed| failed.application == application) else {
        let stands = list.standing(&case).iter().any(|(one, _)| one.id == application);
        return Err(if stands { Failure::Done } else { Failure::NotFound });
    };
    if !list.would_stand(&case, failed) {
        return Err(Refusal::Hindered(
            "Det går inte längre: beloppet står på en annan lista, har återtagits, eller så har enheten ändrat sin ansökan.",
        ).into());
    }
    store::strike_failed(connection, failed)?;
    let details = format!(
        "{}, {}, {}",
        list.name(&case_number(&case.grant)),
        failed.payment.unit,
        failed.payment.amount
    );
    let entry = history::Entry { details, ..act.entry(Event::OnwardPaymentMade, "") };
    Ok(append(connection, &case, version, entry)?)
}

/// What a unit has paid back, it had been paid.
fn keeps_what_came_back(
    case: &Distribution,
    application: &Application,
    amount: Money,
) -> Result<(), Failure> {
    if case.paid(application) - amount >= case.balance(application).returned {
        return Ok(());
    }
    let mut errors = FieldErrors::default();
    let unit = &application.of().name;
    errors.add(
        "chosen",
        format!("{unit} har betalat tillbaka av beloppet, så det har gått fram. Ta bort den registreringen först om den är fel."),
    );
    Err(Failure::Invalid(errors))
}

//! Payment lists: made, and told what the bank did not pay.

use chrono::NaiveDate;

use super::{Failure, append};
use crate::{
    filing::Act,
    grant::Grant,
    history::{self, Event},
    ids::Id,
    infra::{db::AnyConnection, form::FieldErrors},
    money::Money,
    numbers::Bankgiro,
    onward::{
        Case,
        application::Application,
        case_number, counted,
        list::{Bic, FailedPayment, List},
        store,
    },
};

/// Puts every award that stands on no list on a new one. The id comes from the page: posted twice, it is one list.
pub fn make_list(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<List>,
    pay_on: NaiveDate,
    (account, bic): (Bankgiro, Bic),
    seen: Money,
) -> Result<(), Failure> {
    let (case, version) = super::take(connection, act.scope, grant)?;
    match store::list_of(connection, id)? {
        Some(made) if made.plan == case.plan.id => return Err(Failure::Done),
        Some(_) => return Err(Failure::NotFound),
        None => {}
    }
    let waiting = case.to_pay(None);
    let sum: Money = waiting.iter().map(|(_, amount)| *amount).sum();
    if waiting.is_empty() {
        return Err(Failure::Conflict("Alla beviljade belopp står redan på en betalningslista."));
    }
    if sum != seen {
        return Err(Failure::Conflict(
            "Det som väntar på betalning har ändrats sedan du öppnade sidan. Läs sidan som den är nu och försök igen.",
        ));
    }
    let number = store::next_number(connection, case.plan.id)?;
    let payer = &case.grant.holder;
    let list = List {
        id,
        plan: case.plan.id,
        number,
        pay_on,
        account,
        bic,
        payer: payer.formal_name.clone(),
        payer_number: payer.organisation_number,
        made_by: act.by(),
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
    let (case, version) = super::take(connection, act.scope, grant)?;
    let list = store::list_of(connection, list)?.filter(|list| list.plan == case.plan.id);
    let list = list.ok_or(Failure::NotFound)?;
    let standing = list.standing(&case);
    let mut sum = Money::ZERO;
    for id in chosen {
        let Some((application, payment)) = standing.iter().find(|(application, _)| application.id == *id)
        else {
            let is_told = list.failed(&case).any(|failed| failed.application == *id);
            return Err(if is_told { Failure::Done } else { Failure::NotFound });
        };
        keeps_what_came_back(&case, application, payment.amount)?;
        sum += payment.amount;
        let failed = FailedPayment {
            list: list.id,
            application: *id,
            payment: payment.clone(),
            reason: reason.to_owned(),
            by: act.by(),
            at: act.now,
        };
        store::insert_failed(connection, &failed)?;
    }
    let entry = history::Entry {
        details: format!("{}, {}, {sum}", list.name(&case_number(&case.grant)), counted(chosen.len())),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardPaymentsFailed, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// What a unit has paid back, it had been paid.
fn keeps_what_came_back(case: &Case, application: &Application, amount: Money) -> Result<(), Failure> {
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

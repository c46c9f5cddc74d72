//! What moves money beside the awards: the reserve, payment lists, what comes back, and a report that is not enough.

use chrono::NaiveDate;

use super::{Failure, append, awards::one, movement, take};
use crate::{
    filing::Act,
    grant::Grant,
    history::{self, Event},
    ids::Id,
    infra::db::AnyConnection,
    money::Money,
    numbers::Bankgiro,
    onward::{
        application::{Application, Refusal},
        counted,
        form::Decided,
        fund::{Account, Entry},
        list::{Bic, List},
        store,
    },
};

/// Sets the reserve to another amount: what is let go can be distributed, and more can be set aside of what is left.
pub fn set_reserve(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    reserve: Money,
    decided: &Decided,
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    super::model(&case)?;
    let mut fund = case.fund();
    let before = fund.reserve;
    let amount = fund.reserve(reserve)?;
    if amount.is_zero() {
        return Err(Failure::Done);
    }
    let entry = movement(act, Account::Reserve, None, amount, (decided.on, &decided.number));
    store::insert_entry(connection, case.plan.id, &entry)?;
    let details = format!("från {before} till {reserve}");
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardReserveSet, "") })?;
    Ok(())
}

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
    let (case, version) = take(connection, act.scope, grant)?;
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
    let list =
        List { id, plan: case.plan.id, number, pay_on, account, bic, made_by: act.by(), made_at: act.now };
    store::insert_list(connection, &list)?;
    store::put_on_list(connection, &list)?;
    let details = format!("L{number}, {}, {sum}", counted(waiting.len()));
    append(connection, &case, version, history::Entry { details, ..act.entry(Event::OnwardListMade, "") })?;
    Ok(())
}

/// What the municipality says is missing in a unit's report.
pub fn send_back(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    message: &str,
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    let after = found.clone().send_back(message.to_owned(), act.by(), act.now)?;
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    store::update_application(connection, &after)??;
    let entry = history::Entry {
        details: found.of().name.to_string(),
        reason: message.to_owned(),
        ..act.entry(Event::OnwardReportReturned, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// Money that a unit paid back to the municipality: there is more to distribute. The id comes from the page: posted twice, it is
/// registered once.
pub fn register_return(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    (entry_id, revision): (Id<Entry>, i64),
    (amount, day, reference): (Money, NaiveDate, String),
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    if case.entries_of(found).any(|entry| entry.id == entry_id) {
        return Err(Failure::Done);
    }
    if store::entry_exists(connection, entry_id)? {
        return Err(Failure::NotFound);
    }
    if !found.has_money() {
        return Err(Refusal::NotInThisState(found.status.told()).into());
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    if amount > case.can_come_back(found) {
        return Err(Failure::Conflict(
            "Mer kan inte komma tillbaka än vad enheten har fått utbetalt och inte använt.",
        ));
    }
    let entry = movement(act, Account::Return, Some(id), amount, (day, &reference));
    store::insert_entry(connection, case.plan.id, &Entry { id: entry_id, ..entry })?;
    store::update_application(connection, &Application { revision, ..found.clone() })??;
    let details = format!("{}, {amount}", found.of().name);
    append(
        connection,
        &case,
        version,
        history::Entry { details, ..act.entry(Event::OnwardMoneyReturned, "") },
    )?;
    Ok(())
}

/// Returns that were registered wrongly are taken away by a movement of the opposite sign, as long as the money has not been
/// distributed anew.
pub fn strike_returns(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let (case, version) = take(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    let returned = case.balance(found).returned;
    if returned.is_zero() {
        return Err(Failure::Done);
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    case.fund().award(returned)?;
    let entry = movement(act, Account::Return, Some(id), -returned, (crate::calendar::day(act.now), ""));
    store::insert_entry(connection, case.plan.id, &entry)?;
    store::update_application(connection, &Application { revision, ..found.clone() })??;
    let entry = history::Entry {
        details: format!("{}, {returned}", found.of().name),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardReturnsStruck, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

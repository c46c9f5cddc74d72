//! What moves money beside the awards: what comes back, and a report that is not enough.

use chrono::NaiveDate;

use super::{Failure, append, awards::one, movement, take, take_as_signatory};
use crate::{
    filing::Act,
    grant::Grant,
    history::{self, Event},
    ids::Id,
    infra::db::AnyConnection,
    money::Positive,
    onward::{
        application::{Application, Refusal},
        fund::{Account, Entry},
        store,
    },
};

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
        return Err(Failure::Overtaken);
    }
    store::update_application(connection, &after, &act.saved())??;
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
    (amount, day, reference): (Positive, NaiveDate, String),
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
        return Err(Failure::Overtaken);
    }
    let amount = amount.get();
    if amount > case.can_come_back(found) {
        return Err(Failure::Conflict(
            "Mer kan inte komma tillbaka än vad enheten har fått utbetalt och inte använt.",
        ));
    }
    let entry = movement(act, Account::Return, Some(id), amount, (day, &reference));
    store::insert_entry(connection, case.plan.id, &Entry { id: entry_id, ..entry })?;
    store::update_application(connection, &Application { revision, ..found.clone() }, &act.saved())??;
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
    let (case, version) = take_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let returned = case.balance(found).returned;
    if returned.is_zero() {
        return Err(Failure::Done);
    }
    if found.revision != revision {
        return Err(Failure::Overtaken);
    }
    case.fund().award(returned)?;
    let entry = movement(act, Account::Return, Some(id), -returned, (crate::calendar::day(act.now), ""));
    store::insert_entry(connection, case.plan.id, &entry)?;
    store::update_application(connection, &Application { revision, ..found.clone() }, &act.saved())??;
    let entry = history::Entry {
        details: format!("{}, {returned}", found.of().name),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardReturnsStruck, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

//! What moves money beside the awards: what comes back, and a report that is not enough.

use super::{Failure, append, awards::one, lock, lock_as_signatory, movement};
use crate::{
    grants::{
        case::alike::Alike,
        grant::Grant,
        onward::{
            Distribution,
            application::{Application, Refusal},
            form::MoneyBack,
            fund::{Account, Entry},
            store,
        },
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    paths,
    people::access::Act,
};
use values::{
    Id,
    calendar::{long_date, long_time},
    text::fold,
};

/// What the municipality says is missing in a unit's report.
pub fn request_completion(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    message: &str,
) -> Result<(), Failure> {
    let (case, version) = lock(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    let after = found.clone().request_completion(message.to_owned(), act.doer(), act.now)?;
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    store::update_application(connection, &after, &act.saved())??;
    let entry = history::Entry {
        details: found.of().name.to_string(),
        reason: message.to_owned(),
        ..act.entry(Event::OnwardReportReturned, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

/// Money that a unit paid back to the municipality: there is more to distribute.
pub fn register_money_back(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    came_back: &MoneyBack,
) -> Result<(), Failure> {
    let (case, version) = lock(connection, act.scope, grant)?;
    let found = one(&case, id)?;
    if !found.has_money() {
        return Err(Refusal::NotInThisState(found.status.told()).into());
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    let amount = came_back.amount.get();
    if let Some(known) = alike(&case, found, came_back).filter(|_| !came_back.is_another) {
        return Err(Refusal::Alike(known).into());
    }
    if amount > case.can_come_back(found) {
        return Err(Refusal::Hindered(
            "Mer kan inte komma tillbaka än vad enheten har fått utbetalt och inte använt.",
        )
        .into());
    }
    let entry = movement(act, Account::MoneyBack, Some(id), amount, (came_back.on, &came_back.reference));
    store::insert_entry(connection, case.plan.id, &entry)?;
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

/// One with the same day, amount and reference, that has not been struck.
fn alike(case: &Distribution, application: &Application, came_back: &MoneyBack) -> Option<Alike> {
    let of = case.entries_of(application).filter(|entry| entry.account == Account::MoneyBack);
    let standing: Vec<&Entry> = of.collect();
    let struck = standing.iter().rposition(|entry| entry.amount.is_negative()).map_or(0, |place| place + 1);
    let is_like = |entry: &&&Entry| {
        (entry.amount, entry.day) == (came_back.amount.get(), came_back.on)
            && fold(&entry.reference) == fold(&came_back.reference)
    };
    let known = standing[struck..].iter().find(is_like)?;
    let (amount, day, by) = (known.amount, long_date(known.day), &known.by);
    let at = long_time(known.at);
    Some(Alike {
        told: format!("{amount} den {day}, referens {}, av {by} {at}", told(&known.reference)),
        href: format!("{}#pengarna", paths::onward::Application(&case.grant.id, &application.id)),
    })
}

fn told(reference: &str) -> &str {
    if reference.is_empty() { "saknas" } else { reference }
}

/// Returns that were registered wrongly are taken away by a movement of the opposite sign, as long as the money has not been
/// distributed anew.
pub fn strike_money_back(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    id: Id<Application>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let (case, version) = lock_as_signatory(connection, act, grant)?;
    let found = one(&case, id)?;
    let returned = case.balance(found).returned;
    if returned.is_zero() {
        return Err(Failure::Done);
    }
    if found.revision != revision {
        return Err(Refusal::Changed.into());
    }
    case.fund().award(returned).map_err(Refusal::from)?;
    let entry = movement(act, Account::MoneyBack, Some(id), -returned, (values::calendar::day(act.now), ""));
    store::insert_entry(connection, case.plan.id, &entry)?;
    store::update_application(connection, &Application { revision, ..found.clone() }, &act.saved())??;
    let entry = history::Entry {
        details: format!("{}, {returned}", found.of().name),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardReturnsStruck, "")
    };
    Ok(append(connection, &case, version, entry)?)
}

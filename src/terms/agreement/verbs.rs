//! What can be done with an agreement: its two diarienummer, and the account that unused money is paid back to, are set
//! when they are known.

use super::{Agreement, DecidedDays, Diarienummers, Refusal, form::DeadlinesForm, store};
use crate::{
    ground::{
        history::{Entry, Event},
        infra::{db::AnyConnection, failure},
    },
    people::access::Act,
};
use values::{
    GiroAccount,
    calendar::{Deadline, LastDay},
};

pub type Failure = failure::Failure<Refusal>;

/// Sets both, over the version that they were read at. Numbers that are the same already leave no line.
pub fn set_diarienummer(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    version: &str,
    numbers: &Diarienummers,
) -> Result<(), Failure> {
    let agreement = find(connection, act, slug)?;
    if agreement.diarienummer == *numbers {
        return Ok(());
    }
    if agreement.version.to_string() != version {
        return Err(Refusal::Changed.into());
    }
    let details = change(&agreement.diarienummer, numbers);
    let entry = line(act, Event::DiarienummerSet, details);
    if store::set_diarienummer(connection, &agreement, numbers, entry)? {
        Ok(())
    } else {
        Err(Refusal::Changed.into())
    }
}

/// Sets the account for repayments, or takes it away, over the version that it was read at. The same as before leaves no
/// line.
pub fn set_repayment_account(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    version: &str,
    account: Option<GiroAccount>,
) -> Result<(), Failure> {
    let agreement = find(connection, act, slug)?;
    if agreement.repayment_account == account {
        return Ok(());
    }
    if agreement.version.to_string() != version {
        return Err(Refusal::Changed.into());
    }
    let told =
        |account: Option<GiroAccount>| account.map_or_else(|| "inget".to_owned(), GiroAccount::with_kind);
    let details = format!("{} → {}", told(agreement.repayment_account), told(account));
    let entry = line(act, Event::RepaymentAccountSet, details);
    if store::set_repayment_account(connection, &agreement, account, entry)? {
        Ok(())
    } else {
        Err(Refusal::Changed.into())
    }
}

/// Decides the last days that the source leaves to the authority, or takes a decision back, over the version that they
/// were read at. The same as before leaves no line.
pub fn decide_deadlines(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    form: &DeadlinesForm,
) -> Result<(), Failure> {
    let agreement = find(connection, act, slug)?;
    let days = form.parse(&agreement.terms).map_err(Failure::Invalid)?;
    if agreement.decided == days {
        return Ok(());
    }
    if agreement.version.to_string() != form.version {
        return Err(Refusal::Changed.into());
    }
    let entry = line(act, Event::DeadlinesDecided, decided(agreement.decided, days));
    if store::set_deadlines(connection, &agreement, days, entry)? {
        Ok(())
    } else {
        Err(Refusal::Changed.into())
    }
}

/// The agreement, if the actor's authority pays it.
fn find(connection: &mut AnyConnection, act: &Act, slug: &str) -> Result<Agreement, Failure> {
    store::find_paid_by(connection, act.actor.organisation.id, slug)?.ok_or(Failure::NotFound)
}

fn line(act: &Act, event: Event, details: String) -> Entry {
    Entry { details, ..act.entry(event, "") }
}

/// `överenskommelsen: inget → S2022/01234; utbetalningsbeslutet: …`, of what changes.
fn change(old: &Diarienummers, new: &Diarienummers) -> String {
    let known = |number: &str| if number.is_empty() { "inget".to_owned() } else { number.to_owned() };
    [
        ("överenskommelsen", &old.agreement, &new.agreement),
        ("utbetalningsbeslutet", &old.payment_decision, &new.payment_decision),
    ]
    .into_iter()
    .filter(|(_, old, new)| old != new)
    .map(|(which, old, new)| format!("{which}: {} → {}", known(old), known(new)))
    .collect::<Vec<_>>()
    .join("; ")
}

/// `redovisning: ingen dag är bestämd → 31 mars 2019`, of what changes.
fn decided(old: DecidedDays, new: DecidedDays) -> String {
    [("rekvisition", old.requisition, new.requisition), ("redovisning", old.report, new.report)]
        .into_iter()
        .filter(|(_, old, new)| old != new)
        .map(|(what, old, new)| {
            format!("{what}: {} → {}", LastDay(old.map(Deadline)), LastDay(new.map(Deadline)))
        })
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_tells_old_and_new_of_what_changed() {
        let numbers = |agreement: &str, decision: &str| Diarienummers {
            agreement: agreement.to_owned(),
            payment_decision: decision.to_owned(),
        };
        let told = change(&numbers("", "S2022/1"), &numbers("S2022/2", ""));
        assert_eq!(told, "överenskommelsen: inget → S2022/2; utbetalningsbeslutet: S2022/1 → inget");
        assert_eq!(change(&numbers("a", "b"), &numbers("a", "c")), "utbetalningsbeslutet: b → c");
    }
}

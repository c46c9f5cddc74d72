//! What can be done with repayments: each verb one transaction. The grant that the money is for is locked and gets one
//! history line; what is for no grant has no stream, and its own row says who and when.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    Ending, Refusal, Repayment, Settlement, State, Target, Unknown, check_return, check_unmatched,
    form::{Incoming, Outgoing},
    number_of,
    rules::Rule,
    store,
};
use crate::{
    grants::grant::{self, Account, Grant, WHOLE},
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, failure, form::FieldErrors},
    },
    people::{access::Act, recipient},
    terms::agreement,
};
use values::{
    Id, Money, Ocr,
    calendar::{self, long_date},
};

pub type Failure = failure::Failure<Refusal>;

/// Registers money that came in. Its reference decides which grant it is for; without one that is known it is unmatched.
pub fn register(
    connection: &mut AnyConnection,
    act: &Act,
    incoming: &Incoming,
    is_another: bool,
) -> Result<Id<Repayment>, Failure> {
    let authority = act.actor.organisation.id;
    // Two who register the same money at the same time wait for one another.
    recipient::store::hold(connection, authority)?;
    let (state, first_day) = match matching(connection, act, &incoming.reference)? {
        Ok(grant) => (State::Matched { grant: grant.id }, Some(grant.agreement.terms.period.from)),
        Err(unknown) => {
            (State::Unmatched { why: unknown.to_string(), taken_away: None }, first_period(connection, act)?)
        }
    };
    check_day("received_on", incoming.received_on, first_day, act.now).map_err(Failure::Invalid)?;
    let repayment = Repayment {
        id: Id::new(),
        authority,
        amount: incoming.amount.get(),
        received_on: incoming.received_on,
        reference: incoming.reference.clone(),
        payer: incoming.payer.clone(),
        revision: 1,
        registered_by: act.doer(),
        registered_at: act.now,
        state,
    };
    if !is_another && let Some(known) = store::alike(connection, &repayment)? {
        return Err(Refusal::Alike(known.alike()).into());
    }
    store::insert(connection, &repayment)?;
    if let Some(grant) = repayment.grant() {
        let locked = lock(connection, act, grant)?;
        post(connection, act, locked, &repayment, repayment.amount, Event::RepaymentReceived, "")?;
    }
    Ok(repayment.id)
}

/// The grant that a reference was given out for, or why it leads nowhere.
fn matching(
    connection: &mut AnyConnection,
    act: &Act,
    reference: &str,
) -> Result<Result<Grant, Unknown>, Failure> {
    let ocr = match Ocr::parse(reference) {
        Ok(ocr) => ocr,
        Err(error) => match Ocr::only_in(reference) {
            Some(ocr) => ocr,
            None if Ocr::possible_in(reference).len() > 1 => return Ok(Err(Unknown::Several)),
            None => return Ok(Err(error.into())),
        },
    };
    let Some(id) = store::grant_of(connection, act.actor.organisation.id, ocr)? else {
        return Ok(Err(Unknown::NotOurs));
    };
    Ok(Ok(grant::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?))
}

/// The first day of the earliest agreement that this authority pays.
fn first_period(connection: &mut AnyConnection, act: &Act) -> Result<Option<NaiveDate>, Failure> {
    let agreements = agreement::store::all(connection)?;
    let ours = agreements.iter().filter(|agreement| agreement.authority.id == act.actor.organisation.id);
    Ok(ours.map(|agreement| agreement.terms.period.from).min())
}

fn check_day(
    field: &'static str,
    day: NaiveDate,
    earliest: Option<NaiveDate>,
    now: DateTime<Utc>,
) -> Result<(), FieldErrors> {
    let mut errors = FieldErrors::default();
    let today = calendar::day(now);
    if day > today {
        let message = format!("{} har inte varit än. Skriv dagen då pengarna bokfördes.", long_date(day));
        errors.broken(field, Rule::ReceivedOn, message);
    } else if let Some(earliest) = earliest.filter(|earliest| day < *earliest) {
        let message = format!(
            "{} är innan det kan ha funnits något att betala tillbaka: medlen gäller från {}. Kontrollera årtalet.",
            long_date(day),
            long_date(earliest)
        );
        errors.broken(field, Rule::ReceivedOn, message);
    }
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// The grant, taken for the rest of this transaction, with the number of the line that is owed.
struct Locked {
    grant: Grant,
    version: i64,
}

fn lock(connection: &mut AnyConnection, act: &Act, id: Id<Grant>) -> Result<Locked, Failure> {
    if grant::store::find(connection, act.scope, id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, id)?;
    let grant = grant::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    Ok(Locked { grant, version })
}

/// The entry in the ledger and the line in the history.
fn post(
    connection: &mut AnyConnection,
    act: &Act,
    locked: Locked,
    repayment: &Repayment,
    moved: Money,
    event: Event,
    reason: &str,
) -> Result<(), Failure> {
    let Locked { mut grant, version } = locked;
    let entry = grant::Entry { post: WHOLE.to_owned(), account: Account::Repaid, amount: moved };
    grant::store::post_entry(connection, grant.id, &entry, Some(&repayment.id.to_string()), act.now)?;
    grant.ledger.add(&entry);
    let settlement = Settlement::of(&grant.ledger, store::is_settled(connection, grant.id)?);
    let line = history::Entry {
        details: details(repayment, &settlement),
        reason: reason.to_owned(),
        ..act.entry(event, number_of(&grant))
    };
    history::store::append(connection, &grant.id.to_string(), version, line)?;
    Ok(())
}

/// `10 000 kr, 4 april 2022, referens 000000190; kvar att återbetala: 0 kr`
fn details(repayment: &Repayment, settlement: &Settlement) -> String {
    let amount = if repayment.amount.is_negative() { -repayment.amount } else { repayment.amount };
    let mut text = format!("{amount}, {}", long_date(repayment.received_on));
    if !repayment.reference.is_empty() {
        text.push_str(&format!(", referens {}", repayment.reference));
    }
    if settlement.is_settled {
        text.push_str(&format!("; kvar att återbetala: {}", settlement.left));
    }
    text
}

/// The revision a page was made from must be the one that is changed. After the transition, whose refusal says more.
fn same_revision(repayment: &Repayment, target: Target) -> Result<(), Refusal> {
    if repayment.revision == target.revision { Ok(()) } else { Err(Refusal::Changed) }
}

fn find(connection: &mut AnyConnection, act: &Act, id: Id<Repayment>) -> Result<Repayment, Failure> {
    store::find(connection, act.actor.organisation.id, id)?.ok_or(Failure::NotFound)
}

/// An unmatched amount is for this grant after all.
pub fn match_to(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    grant: Id<Grant>,
) -> Result<(), Failure> {
    find(connection, act, target.id)?;
    let locked = lock(connection, act, grant)?;
    let before = find(connection, act, target.id)?;
    let after = before.clone().match_to(grant)?;
    same_revision(&before, target)?;
    let first_day = Some(locked.grant.agreement.terms.period.from);
    check_day("recipient", before.received_on, first_day, act.now).map_err(Failure::Invalid)?;
    store::update(connection, &after)??;
    post(connection, act, locked, &after, after.amount, Event::RepaymentMatched, "")
}

/// It was for another grant, or for none: it is unmatched again.
pub fn unmatch(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let (before, locked) = with_grant(connection, act, target)?;
    let why = taken_away(&number_of(&locked.grant), &act.by(), reason);
    let after = before.clone().unmatch(why, ending(act, reason))?;
    same_revision(&before, target)?;
    let of_grant = store::of_grant(connection, locked.grant.id)?;
    let returned: Money =
        of_grant.iter().map(|it| it.amount).filter(|amount| amount.is_negative()).map(|amount| -amount).sum();
    check_unmatched(locked.grant.ledger.total(Account::Repaid), before.amount, returned)?;
    store::update(connection, &after)??;
    post(connection, act, locked, &before, -before.amount, Event::RepaymentUnmatched, reason)
}

/// Why an amount that was matched once is unmatched.
fn taken_away(number: &str, by: &str, reason: &str) -> String {
    format!("{by} förde bort den från {number}: {reason}")
}

/// The repayment with the grant that it counts for, locked.
fn with_grant(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
) -> Result<(Repayment, Locked), Failure> {
    let seen = find(connection, act, target.id)?;
    let grant = seen.grant().ok_or_else(|| seen.state.not_now())?;
    let locked = lock(connection, act, grant)?;
    let repayment = find(connection, act, target.id)?;
    // It may have changed grants while this waited for the lock.
    if repayment.grant() != Some(grant) {
        return Err(Refusal::Changed.into());
    }
    Ok((repayment, locked))
}

/// An unmatched amount went back to whoever paid it.
pub fn refund(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let before = find(connection, act, target.id)?;
    let after = before.clone().refund(ending(act, reason))?;
    same_revision(&before, target)?;
    Ok(store::update(connection, &after)??)
}

/// It was registered by mistake: an unmatched amount, or an excess that was not returned.
pub fn strike(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let seen = find(connection, act, target.id)?;
    if seen.grant().is_none() {
        let after = seen.clone().strike(ending(act, reason))?;
        same_revision(&seen, target)?;
        return Ok(store::update(connection, &after)??);
    }
    let (before, locked) = with_grant(connection, act, target)?;
    let after = before.clone().strike(ending(act, reason))?;
    same_revision(&before, target)?;
    store::update(connection, &after)??;
    post(connection, act, locked, &before, -before.amount, Event::ExcessReturnStruck, reason)
}

fn ending(act: &Act, reason: &str) -> Ending {
    Ending { by: act.doer(), at: act.now, reason: reason.to_owned() }
}

/// What came in above the debt went back to the recipient.
pub fn return_excess(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    outgoing: &Outgoing,
) -> Result<(), Failure> {
    let locked = lock(connection, act, grant)?;
    let authority = act.actor.organisation.id;
    let came_in = store::of_grant(connection, grant)?;
    let first_day = came_in.iter().map(|repayment| repayment.received_on).min();
    check_day("paid_on", outgoing.paid_on, first_day, act.now).map_err(Failure::Invalid)?;
    let settlement = Settlement::of(&locked.grant.ledger, store::is_settled(connection, grant)?);
    check_return(outgoing.amount.get(), settlement.excess)?;
    let repayment = Repayment {
        id: Id::new(),
        authority,
        amount: -outgoing.amount.get(),
        received_on: outgoing.paid_on,
        reference: outgoing.reference.clone(),
        payer: locked.grant.holder.formal_name.clone(),
        revision: 1,
        registered_by: act.doer(),
        registered_at: act.now,
        state: State::ExcessReturned { grant },
    };
    let known = came_in.iter().find(|known| known.is_like(&repayment));
    if let Some(known) = known.filter(|_| !outgoing.is_another) {
        return Err(Refusal::Alike(known.alike()).into());
    }
    store::insert(connection, &repayment)?;
    post(connection, act, locked, &repayment, repayment.amount, Event::ExcessReturned, "")
}

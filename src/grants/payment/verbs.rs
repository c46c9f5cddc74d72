//! What can be done with payments: each verb one transaction, one history line.

use super::{Payable, Payment, Refusal, Registration, not_accounted_for, store};
use crate::{
    grants::{
        case,
        grant::{self, Account, Grant},
        requisition::{self, Requisition, verbs::number_of},
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, failure},
    },
    people::access::Act,
};
use values::{Id, Money, calendar};

pub type Failure = failure::Failure<Refusal>;

/// The requisition and its payments as they stand, with the grant locked for this transaction.
struct Locked {
    grant: Grant,
    grant_version: i64,
    requisition: Requisition,
    standing: Payable,
}

fn lock(connection: &mut AnyConnection, act: &Act, id: Id<Requisition>) -> Result<Locked, Failure> {
    let grant_id = case::store::grant_in_sight(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant_version = grant::store::lock(connection, grant_id)?;
    let requisition = case::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    let standing = Payable::of(&requisition, store::of_requisition(connection, id)?)?;
    Ok(Locked { grant, grant_version, requisition, standing })
}

/// Marks an approved requisition, or a part of it, as paid.
pub fn register(
    connection: &mut AnyConnection,
    act: &Act,
    requisition: Id<Requisition>,
    registration: &Registration,
) -> Result<(), Failure> {
    let locked = lock(connection, act, requisition)?;
    locked.standing.admits(registration, calendar::day(act.now))?;
    let payment = registration.registered(requisition, act.doer(), act.now);
    store::insert(connection, &payment)?;
    let paid = locked.standing.paid();
    post(connection, act, &locked, &payment, paid, paid + payment.amount)?;
    remember(connection, act, &locked, Event::PaymentRegistered, &payment, "")
}

/// Puts a mistaken registration right. Not when costs or repayments have been held against what the grant was paid: the
/// report states what was paid out, and what is to be repaid follows from it.
pub fn reverse(
    connection: &mut AnyConnection,
    act: &Act,
    requisition: Id<Requisition>,
    id: Id<Payment>,
    reason: &str,
) -> Result<(), Failure> {
    let locked = lock(connection, act, requisition)?;
    let payment = locked.standing.payments.iter().find(|payment| payment.id == id);
    let payment = payment.cloned().ok_or(Failure::NotFound)?;
    let payment = payment.reverse(act.doer(), act.now, reason.to_owned())?;
    let is_reported = requisition::store::is_reported(connection, locked.grant.id)?;
    not_accounted_for(&locked.grant.ledger, is_reported)?;
    store::reverse(connection, &payment)?;
    let paid = locked.standing.paid();
    post(connection, act, &locked, &payment, paid, paid - payment.amount)?;
    remember(connection, act, &locked, Event::PaymentReversed, &payment, reason)
}

/// The ledger follows from what of the requisition is paid, before and after.
fn post(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    payment: &Payment,
    before: Money,
    after: Money,
) -> Result<(), Failure> {
    let (before, after) = (locked.requisition.paid_by_post(before), locked.requisition.paid_by_post(after));
    let moved = before.into_iter().zip(after);
    let subject = payment.id.to_string();
    for entry in moved
        .filter_map(|((post, before), (_, after))| grant::movement(post, Account::PaidOut, before, after))
    {
        grant::store::post_entry(connection, locked.grant.id, &entry, Some(&subject), act.now)?;
    }
    Ok(())
}

fn remember(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    event: Event,
    payment: &Payment,
    reason: &str,
) -> Result<(), Failure> {
    let paid_on = calendar::long_date(payment.paid_on);
    let entry = history::Entry {
        details: format!("{} den {paid_on}, referens {}", payment.amount, payment.reference),
        reason: reason.to_owned(),
        ..act.entry(event, number_of(&locked.grant, &locked.requisition))
    };
    history::store::append(connection, &locked.grant.id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

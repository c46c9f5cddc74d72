//! The ledger, against the tables and the cases that it follows from.

use std::collections::HashMap;

use super::cases;
use crate::{
    grants::{
        case,
        grant::{self, Account, Entry, Grant, Ledger, WHOLE, store::GrantFilter},
        payment, repayment, report,
        requisition::Requisition,
    },
    ground::infra::db::{AnyConnection, DbError},
    terms::{
        agreement::{self, Agreement},
        allocation,
    },
};
use values::{Id, Money, calendar::long_date};

/// What does not hold in any grant, and the shares of a published table that have none.
pub(super) fn look_through(connection: &mut AnyConnection) -> Result<Vec<String>, DbError> {
    let mut found = Vec::new();
    for agreement in agreement::store::all(connection)? {
        let mut ledgers = grant::store::ledgers(connection, GrantFilter::of(&[agreement.id]))?;
        let mut shares = shares(connection, agreement.id)?;
        for (grant, recipient) in grant::store::recipients_of(connection, agreement.id)? {
            let name = format!("{}-{}", agreement.terms.code, recipient.code);
            let share = shares.remove(&recipient.code).unwrap_or_default();
            let stored = ledgers.remove(&grant).unwrap_or_default();
            let of_cases = of_cases(connection, &agreement, grant, share)?;
            found.extend(differences(&name, &stored, &of_cases));
            found.extend(cases::look_through(connection, &name, grant)?);
        }
        let missing =
            shares.into_keys().map(|code| format!("{}-{code}: bidraget finns inte", agreement.terms.code));
        found.extend(missing);
    }
    Ok(found)
}

/// What the table that stands gives each recipient, by code.
fn shares(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<HashMap<String, Vec<Entry>>, DbError> {
    let mut shares: HashMap<String, Vec<Entry>> = HashMap::new();
    for share in allocation::store::of(connection, agreement)? {
        let entry = Entry { post: share.post, account: Account::Allocated, amount: share.amount };
        shares.entry(share.recipient).or_default().push(entry);
    }
    Ok(shares)
}

/// The ledger as it would be if it were written anew.
fn of_cases(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    grant: Id<Grant>,
    share: Vec<Entry>,
) -> Result<Ledger, DbError> {
    let mut ledger = Ledger::default();
    share.iter().for_each(|entry| ledger.add(entry));
    let mut add = |post: &str, account, amount: Money| {
        ledger.add(&Entry { post: post.to_owned(), account, amount });
    };
    for requisition in case::store::of_grant::<Requisition>(connection, grant)? {
        let payments = payment::store::of_requisition(connection, requisition.id)?;
        let paid = payments.iter().map(payment::Payment::counts).sum();
        for (post, paid) in requisition.paid_by_post(paid) {
            add(post, Account::Requisitioned, requisition.claim_on(post));
            add(post, Account::Approved, requisition.approved_on(post));
            add(post, Account::PaidOut, paid);
        }
    }
    if let Some(report) = report::store::of_grant(connection, grant)? {
        for post in &agreement.terms.posts {
            add(&post.key, Account::Reported, report.reported(&post.key));
            add(&post.key, Account::Costs, report.costs(&post.key));
        }
    }
    for repayment in repayment::store::of_grant(connection, grant)? {
        add(WHOLE, Account::Repaid, repayment.posted().map(|(_, amount)| amount).unwrap_or_default());
    }
    Ok(ledger)
}

fn differences(name: &str, stored: &Ledger, of_cases: &Ledger) -> Vec<String> {
    stored
        .differences(of_cases)
        .map(|(post, account, stored, right)| {
            let of_post = if post == WHOLE { String::new() } else { format!(", posten {post}") };
            format!("{name}{of_post}: huvudboken har {stored} på {}, ärendena {right}", account.key())
        })
        .collect()
}

/// How the history names a payment: what it begins with whatever it says beside.
pub(super) fn named(payment: &payment::Payment) -> String {
    format!("{} den {}", payment.amount, long_date(payment.paid_on))
}

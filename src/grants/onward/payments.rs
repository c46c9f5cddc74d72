//! What a payment list pays: made of what the units applied with, and kept as it stood where the bank did not pay.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    Distribution,
    application::Application,
    case_number,
    fund::{Account, Entry},
    list::List,
};
use crate::{ground::infra::hash::sha256_hex, people::access::Doer};
use values::{
    GiroAccount, Id, Money, ProviderNumber,
    text::{SortKey, sort_key},
};

/// One payment of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The award's id without its dashes, in 32 characters, and a number when it is tried again: unique for the bank, which
    /// takes at most 35.
    pub id: String,
    pub provider_number: ProviderNumber,
    pub provider: String,
    pub unit: String,
    pub account: GiroAccount,
    /// Where the unit was paid before, when that was another account.
    #[serde(default)]
    pub account_before: Option<GiroAccount>,
    pub amount: Money,
    /// What the recipient sees.
    pub message: String,
    /// State aid by lag (2013:388).
    pub is_state_aid: bool,
}

impl Payment {
    /// The order in which a page shows payments: as their providers and units are called.
    pub fn order(&self) -> (SortKey, SortKey, String) {
        (sort_key(&self.provider), sort_key(&self.unit), self.id.clone())
    }
}

/// A payment that the bank did not make, as it stood on its list. What was to be paid waits for another list.
#[derive(Debug, Clone)]
pub struct FailedPayment {
    pub list: Id<List>,
    pub application: Id<Application>,
    pub payment: Payment,
    /// What was to be paid by it.
    pub entries: Vec<Id<Entry>>,
    pub reason: String,
    pub by: Doer,
    pub at: DateTime<Utc>,
}

/// What waits for the next payment list, as it will stand there.
pub struct Waiting<'a> {
    pub application: &'a Application,
    pub amount: Money,
    pub account: GiroAccount,
    /// Where the unit was paid before, when that was another account.
    pub account_before: Option<GiroAccount>,
}

/// Of the units, the amounts and the accounts. A page carries it, so that no list is made of anything else than it showed.
pub fn fingerprint(waiting: &[Waiting<'_>]) -> String {
    let each = waiting
        .iter()
        .map(|one| (one.application.id.to_string(), one.amount.to_ore(), one.account.with_kind()));
    sha256_hex(serde_json::json!(each.collect::<Vec<_>>()).to_string())
}

impl Distribution {
    pub fn waiting(&self) -> Vec<Waiting<'_>> {
        let number = self.lists.first().map_or(1, |last| last.number + 1);
        let each = self.to_pay(None).into_iter().filter_map(|(application, amount)| {
            let account = application.received()?.account(number);
            let before = self.account_before(application, number);
            let account_before = before.filter(|before| *before != account);
            Some(Waiting { application, amount, account, account_before })
        });
        each.collect()
    }

    /// Where a unit was paid, or was to be paid, before a list with this number; where it never was, the account that it
    /// applied with at first.
    fn account_before(&self, application: &Application, number: i32) -> Option<GiroAccount> {
        let received = application.received()?;
        let number_of = |id: Id<List>| self.lists.iter().find(|list| list.id == id).map(|list| list.number);
        let awards = self.entries_of(application).filter(|entry| entry.account == Account::Award);
        let standing = awards.filter_map(|entry| number_of(entry.list?)).map(|of| (of, received.account(of)));
        let failed = self.failed.iter().filter(|one| one.application == application.id);
        let failed = failed.filter_map(|one| Some((number_of(one.list)?, one.payment.account)));
        let last = standing.chain(failed).filter(|(of, _)| *of < number).max_by_key(|(of, _)| *of);
        Some(last.map_or(received.account_at_first(), |(_, account)| account))
    }
}

impl List {
    /// Its payments that nobody has said failed, each with the application that it is for.
    pub fn standing<'a>(&self, case: &'a Distribution) -> Vec<(&'a Application, Payment)> {
        let payments = case.to_pay(Some(self.id)).into_iter();
        let payments =
            payments.filter(|(one, _)| !self.failed(case).any(|failed| failed.application == one.id));
        payments.filter_map(|(one, amount)| Some((one, self.payment(case, one, amount)?))).collect()
    }

    fn payment(&self, case: &Distribution, application: &Application, amount: Money) -> Option<Payment> {
        let received = application.received()?;
        let award = self.entries(case, application).find(|entry| entry.account == Account::Award)?;
        let id = award.id.to_string().replace('-', "");
        let tried = |one: &&FailedPayment| one.list != self.id && one.payment.id.starts_with(&id);
        let again = match case.failed.iter().filter(tried).count() {
            0 => String::new(),
            times => format!("-{}", times + 1),
        };
        let unit = &received.unit;
        let account = received.account(self.number);
        Some(Payment {
            id: format!("{id}{again}"),
            provider_number: unit.provider_number,
            provider: unit.provider.to_string(),
            unit: unit.name.to_string(),
            account,
            account_before: case.account_before(application, self.number).filter(|before| *before != account),
            amount,
            message: format!("{} {}", case_number(&case.grant), unit.name),
            is_state_aid: unit.is_private,
        })
    }

    /// What an application has standing on it.
    pub fn entries<'a>(
        &self,
        case: &'a Distribution,
        application: &Application,
    ) -> impl Iterator<Item = &'a Entry> {
        let (id, of) = (self.id, application.id);
        case.entries.iter().filter(move |entry| entry.application == Some(of) && entry.list == Some(id))
    }

    /// Whether a payment that failed would be the same, were it on the list again.
    pub fn would_stand(&self, case: &Distribution, failed: &FailedPayment) -> bool {
        let mut as_before = case.clone();
        as_before.failed.retain(|one| (one.list, one.application) != (failed.list, failed.application));
        let of_it = as_before.entries.iter_mut().filter(|entry| failed.entries.contains(&entry.id));
        for entry in of_it {
            if entry.list.is_some() {
                return false;
            }
            entry.list = Some(self.id);
        }
        let keeps = |one: &&Application| as_before.unpaid(one) >= Money::ZERO;
        let mut standing = self.standing(&as_before).into_iter();
        standing.any(|(one, payment)| {
            let account_before = failed.payment.account_before;
            Payment { account_before, ..payment } == failed.payment && keeps(&one)
        })
    }

    pub fn failed<'a>(&self, case: &'a Distribution) -> impl Iterator<Item = &'a FailedPayment> {
        let id = self.id;
        case.failed.iter().filter(move |one| one.list == id)
    }

    /// What was sent to the bank, in an order that nothing changes: neither does what is made of it. A page shows it in
    /// [`Payment::order`].
    pub fn sent(&self, case: &Distribution) -> Vec<Payment> {
        let standing = self.standing(case).into_iter().map(|(_, payment)| payment);
        let mut sent: Vec<Payment> =
            standing.chain(self.failed(case).map(|one| one.payment.clone())).collect();
        sent.sort_by(|one, other| one.id.cmp(&other.id));
        sent
    }
}

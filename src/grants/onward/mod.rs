//! Onward distribution (*vidarefördelning*): a recipient hands its grant on to care providers, public and private. It alone
//! requisitions and it alone answers for repayment; how it hands the money on is its own decision.
//!
//! A **model** says who may get how much (`model.rs`, decided by the municipality's own board). **Units** of providers
//! (`unit.rs`) are invited by a link, **apply** without an account, are **awarded** an amount by their size, are paid by a
//! **list** in the municipality's own payment system, and **report back**. What nobody applied for or what came back is
//! distributed anew. The money is reckoned in one place: `fund.rs`.

pub mod application;
pub mod example;
pub mod form;
pub mod fund;
pub mod import;
pub mod letter;
pub mod list;
pub mod model;
pub mod pages;
pub mod paths;
pub mod payment_file;
pub mod payments;
pub mod rules;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod unit;
pub mod verbs;

use chrono::{DateTime, Utc};

use crate::{
    grants::grant::{Account, Grant},
    ground::infra::conflict::Saved,
    people::access::Doer,
};
pub use application::Refusal;

use application::Application;
use form::ModelForm;
use fund::{Balance, Entry, Fund};
use list::List;
use model::Model;
use payments::FailedPayment;
use values::{Id, Money};

/// How one grant is handed on: the model, as it is being typed and as it was decided. An aggregate of its own: what is handed
/// on moves none of the grant's own accounts.
#[derive(Debug, Clone)]
pub struct Plan {
    pub id: Id<Plan>,
    pub grant_id: Id<Grant>,
    pub draft: ModelForm,
    /// As it was decided; nothing until then.
    pub model: Option<Model>,
    pub approved: Option<(Doer, DateTime<Utc>)>,
    /// Changes with every save of the draft and every decision on it: what a page was made from.
    pub revision: i64,
    /// Who made that revision.
    pub saved: Option<Saved>,
}

/// Everything of a grant's onward distribution, at one time.
#[derive(Debug, Clone)]
pub struct Distribution {
    pub grant: Grant,
    pub plan: Plan,
    pub applications: Vec<Application>,
    pub entries: Vec<Entry>,
    /// Its payment lists, the newest first.
    pub lists: Vec<List>,
    /// What the bank did not pay, of all the lists.
    pub failed: Vec<FailedPayment>,
}

impl Distribution {
    pub fn fund(&self) -> Fund {
        Fund::of(to_hand_on(&self.grant), &self.entries)
    }

    pub fn entries_of(&self, application: &Application) -> impl Iterator<Item = &Entry> {
        self.entries.iter().filter(move |entry| entry.application == Some(application.id))
    }

    pub fn balance(&self, application: &Application) -> Balance {
        Balance::of(self.entries_of(application))
    }

    /// What a unit can have paid back: of what it was paid, what it has not reported as used.
    pub fn can_come_back(&self, application: &Application) -> Money {
        let balance = self.balance(application);
        let unused = application.reported().map_or(balance.has(), |report| balance.owes(report.used));
        unused.min((self.paid(application) - balance.returned).max(Money::ZERO))
    }

    /// What a unit that has reported still is to pay back: nothing of what it has not been paid.
    pub fn owes(&self, application: &Application) -> Money {
        application.reported().map_or(Money::ZERO, |_| self.can_come_back(application))
    }

    /// Whether anything of what it was granted stands on a payment list. What was taken back stands beside it and pays nothing.
    pub fn is_paid(&self, application: &Application) -> bool {
        self.paid(application) > Money::ZERO
    }

    /// What waits for a payment list.
    pub fn unpaid(&self, application: &Application) -> Money {
        let waits = |entry: &&Entry| entry.account == fund::Account::Award && entry.list.is_none();
        self.entries_of(application).filter(waits).map(|entry| entry.amount).sum()
    }

    /// What stands on payment lists, and has not failed.
    pub fn paid(&self, application: &Application) -> Money {
        let listed = |entry: &&Entry| entry.account == fund::Account::Award && entry.list.is_some();
        self.entries_of(application).filter(listed).map(|entry| entry.amount).sum()
    }

    /// What each unit is to be paid by a list, or (`None`) what stands on no list yet: what was granted less what was taken
    /// back before it was paid.
    pub fn to_pay(&self, list: Option<Id<List>>) -> Vec<(&Application, Money)> {
        let of_list = |entry: &&Entry| entry.account == fund::Account::Award && entry.list == list;
        self.applications
            .iter()
            .map(|one| (one, self.entries_of(one).filter(of_list).map(|entry| entry.amount).sum::<Money>()))
            .filter(|(_, amount)| *amount > Money::ZERO)
            .collect()
    }

    /// What the units have said that they used.
    pub fn used(&self) -> Money {
        self.applications.iter().filter_map(Application::reported).map(|report| report.used).sum()
    }
}

/// *Tilldelat*: what the model is held against.
pub fn to_hand_on(grant: &Grant) -> Money {
    grant.ledger.total(Account::Allocated)
}

/// `1 enhet`, `214 enheter`.
pub fn counted(units: usize) -> String {
    if units == 1 { "1 enhet".to_owned() } else { format!("{units} enheter") }
}

/// `AO22-0180-V`: what a grant's onward distribution is called in the history and in files.
pub fn case_number(grant: &Grant) -> String {
    format!("{}-{}-V", grant.agreement.terms.code, grant.recipient.code)
}

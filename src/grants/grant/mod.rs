//! A grant (*bidrag*): one recipient's share of one agreement. The aggregate that everything else hangs on.
//!
//! Its [`Ledger`] is the only arithmetic of funds: entries are added, never changed, and every figure that a page or a
//! document shows is a sum of them.

pub mod store;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    people::recipient::Organisation,
    terms::agreement::{Agreement, Deadlines, Later, Post, Terms},
};
use values::{Id, Money, Ocr, calendar::LastDay};

#[derive(Debug, Clone)]
pub struct Grant {
    pub id: Id<Grant>,
    pub agreement: Agreement,
    /// Whom it was allocated to. What is published stays published, and its code is in the case numbers.
    pub recipient: Organisation,
    /// Who has its rights and debts now: the recipient, or its successor (*efterföljare*).
    pub holder: Organisation,
    /// The agreement's, or later where this recipient has an extension. The last day to requisition can differ between posts:
    /// see [`Self::requisition_deadline`].
    pub deadlines: Deadlines,
    /// Its extensions.
    pub later: Later,
    /// The body of its OCR number.
    pub reference: u32,
    pub ledger: Ledger,
}

/// The holder, and whom it was allocated to when that is another.
pub fn held_by(holder: &str, recipient: &str) -> String {
    if holder == recipient { holder.to_owned() } else { format!("{holder} (tilldelat {recipient})") }
}

impl Grant {
    /// The terms of some of its posts let care providers have a part of it.
    pub fn may_be_handed_on(&self) -> bool {
        self.agreement.terms.may_hand_on(self.ledger.shares())
    }

    /// The last day a requisition on this form may be received (2021 §7.1, 2022 §7.1).
    pub fn requisition_deadline(&self, form: &str) -> LastDay {
        self.deadlines_of(form).requisition
    }

    /// True when a requisition on this form that is received at that moment is too late.
    pub fn right_has_lapsed(&self, form: &str, at: DateTime<Utc>) -> bool {
        self.deadlines_of(form).right_has_lapsed(at)
    }

    /// The last days that hold for what is requisitioned on this form.
    pub fn deadlines_of(&self, form: &str) -> Deadlines {
        let posts = self.posts_of_form(form).map(|post| post.key.as_str());
        self.agreement.terms.deadlines_of(posts, self.later)
    }

    /// `Nyby`, or `Nyby (tilldelat Ale)` where the grant has passed to a successor: how the authority names it.
    pub fn name(&self) -> String {
        held_by(&self.holder.name, &self.recipient.name)
    }

    /// The same with the formal names.
    pub fn formal_name(&self) -> String {
        held_by(&self.holder.formal_name, &self.recipient.formal_name)
    }

    pub fn has_passed(&self) -> bool {
        self.holder.id != self.recipient.id
    }

    /// The reference on what is paid back.
    pub fn ocr(&self) -> Ocr {
        Ocr::of(self.reference)
    }

    /// Nothing was requisitioned and nothing can be any more: no report is owed.
    pub fn has_nothing_to_report(&self, at: DateTime<Utc>) -> bool {
        has_nothing_to_report(&self.agreement.terms, &self.ledger, self.later, at)
    }

    /// The posts that this recipient requisitions on one form.
    pub fn posts_of_form<'a>(&'a self, form: &'a str) -> impl Iterator<Item = &'a Post> {
        self.posts().filter(move |post| post.form() == form)
    }

    /// The forms that it requisitions on, in the agreement's order.
    pub fn forms(&self) -> Vec<&str> {
        let mut forms: Vec<&str> = Vec::new();
        for post in self.posts() {
            if !forms.contains(&post.form()) {
                forms.push(post.form());
            }
        }
        forms
    }

    /// What is left to requisition on one form.
    pub fn left_on(&self, form: &str) -> Money {
        self.posts_of_form(form).map(|post| self.ledger.left_to_requisition(&post.key)).sum()
    }

    /// The posts that this recipient has a share of, in the agreement's order.
    pub fn posts(&self) -> impl Iterator<Item = &Post> {
        self.agreement
            .terms
            .posts
            .iter()
            .filter(|post| self.ledger.of(&post.key, Account::Allocated) > Money::ZERO)
    }
}

/// See [`Grant::has_nothing_to_report`].
pub fn has_nothing_to_report(terms: &Terms, ledger: &Ledger, later: Later, at: DateTime<Utc>) -> bool {
    let has_lapsed = |post| terms.deadlines_of([post], later).right_has_lapsed(at);
    ledger.total(Account::Requisitioned).is_zero() && ledger.shares().all(has_lapsed)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Account {
    /// *Tilldelat*, as published.
    Allocated,
    /// *Rekvirerat*: received requisitions that are not withdrawn or refused.
    Requisitioned,
    /// *Godkänt*: approved requisitions.
    Approved,
    /// *Utbetalt*: paid to the recipient.
    PaidOut,
    /// *Redovisade kostnader*: the costs of the report that came in last.
    Reported,
    /// *Kostnader*: the costs of the report that was approved last.
    Costs,
    /// *Inbetalt*: paid back by the recipient, less what was returned to it. Of the grant as a whole: see [`WHOLE`].
    Repaid,
}

/// The post of an entry that is about the grant as a whole.
pub const WHOLE: &str = "";

impl Account {
    pub fn key(self) -> &'static str {
        match self {
            Self::Allocated => "allocated",
            Self::Requisitioned => "requisitioned",
            Self::Approved => "approved",
            Self::PaidOut => "paid_out",
            Self::Reported => "reported",
            Self::Costs => "costs",
            Self::Repaid => "repaid",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        let all = [
            Self::Allocated,
            Self::Requisitioned,
            Self::Approved,
            Self::PaidOut,
            Self::Reported,
            Self::Costs,
            Self::Repaid,
        ];
        all.into_iter().find(|account| account.key() == key)
    }
}

/// A movement on an account. Signed: a withdrawn requisition is a negative entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub post: String,
    pub account: Account,
    pub amount: Money,
}

/// The balances of a grant's accounts, by post.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ledger(BTreeMap<(String, Account), Money>);

/// More than is left of the allocation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Beloppet är större än vad som är kvar att rekvirera: {left}.")]
pub struct Overdrawn {
    pub left: Money,
}

impl Ledger {
    pub fn add(&mut self, entry: &Entry) {
        *self.0.entry((entry.post.clone(), entry.account)).or_default() += entry.amount;
    }

    pub fn of(&self, post: &str, account: Account) -> Money {
        self.0.get(&(post.to_owned(), account)).copied().unwrap_or_default()
    }

    /// Over all posts.
    pub fn total(&self, account: Account) -> Money {
        self.0.iter().filter(|((_, of), _)| *of == account).map(|(_, amount)| *amount).sum()
    }

    /// What each post has on it.
    pub fn of_account(&self, account: Account) -> impl Iterator<Item = (&str, Money)> {
        self.0
            .iter()
            .filter(move |((_, of), _)| *of == account)
            .map(|((post, _), amount)| (post.as_str(), *amount))
    }

    /// The posts that there is a share of.
    pub fn shares(&self) -> impl Iterator<Item = &str> {
        self.of_account(Account::Allocated).filter(|(_, amount)| *amount > Money::ZERO).map(|(post, _)| post)
    }

    pub fn left_to_requisition(&self, post: &str) -> Money {
        self.of(post, Account::Allocated) - self.of(post, Account::Requisitioned)
    }

    /// What a requisition that claimed `before` can claim at most.
    pub fn available_to(&self, post: &str, before: Money) -> Money {
        self.left_to_requisition(post) + before
    }

    /// The entry that changes a requisition's claim on the allocation; none when nothing changes.
    pub fn claim(&self, post: &str, before: Money, after: Money) -> Result<Option<Entry>, Overdrawn> {
        let left = self.available_to(post, before);
        if after > before && after > left {
            return Err(Overdrawn { left });
        }
        Ok(movement(post, Account::Requisitioned, before, after))
    }

    /// *Medel som inte har förbrukats (Bidrag – totala kostnader)*, by the report that was approved last (Bilaga 2,
    /// Ekonomisk redovisning punkt 3). Negative where it is a deficit. Before a report is approved it is all that was
    /// paid out.
    pub fn unspent(&self, post: &str) -> Money {
        self.of(post, Account::PaidOut) - self.of(post, Account::Costs)
    }

    /// What is owed back of all posts. Each is accounted for by itself: a deficit in one pays nothing of another, and
    /// gives nothing to repay.
    pub fn to_repay(&self) -> Money {
        self.posts().map(|post| self.unspent(post).max(Money::ZERO)).sum()
    }

    /// What would be owed back by the report that came in last, while it is not approved.
    pub fn to_repay_by_report(&self) -> Money {
        let unspent = |post: &str| self.of(post, Account::PaidOut) - self.of(post, Account::Reported);
        self.posts().map(|post| unspent(post).max(Money::ZERO)).sum()
    }

    /// Of what is owed, what has been paid back.
    pub fn repaid(&self) -> Money {
        self.total(Account::Repaid).min(self.to_repay())
    }

    pub fn left_to_repay(&self) -> Money {
        self.to_repay() - self.repaid()
    }

    /// Paid back above what is owed.
    pub fn excess(&self) -> Money {
        self.total(Account::Repaid) - self.repaid()
    }

    /// Where it has another balance than it should: post, account, its own and the right one.
    pub fn differences<'a>(
        &'a self,
        right: &'a Self,
    ) -> impl Iterator<Item = (&'a str, Account, Money, Money)> + 'a {
        let all: BTreeSet<&(String, Account)> = self.0.keys().chain(right.0.keys()).collect();
        all.into_iter()
            .map(|(post, account)| {
                (post.as_str(), *account, self.of(post, *account), right.of(post, *account))
            })
            .filter(|(_, _, own, right)| own != right)
    }

    fn posts(&self) -> impl Iterator<Item = &str> {
        let mut posts: Vec<&str> = self.0.keys().map(|(post, _)| post.as_str()).collect();
        posts.dedup();
        posts.into_iter().filter(|post| *post != WHOLE)
    }
}

/// The entry that takes an account from one balance of something to another; none when they are the same.
pub fn movement(post: &str, account: Account, before: Money, after: Money) -> Option<Entry> {
    let amount = after - before;
    (amount != Money::ZERO).then(|| Entry { post: post.to_owned(), account, amount })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allocated(amount: i64) -> Ledger {
        let mut ledger = Ledger::default();
        ledger.add(&Entry {
            post: "bas".to_owned(),
            account: Account::Allocated,
            amount: Money::kronor(amount),
        });
        ledger
    }

    #[test]
    fn nobody_claims_more_than_is_left() {
        let mut ledger = allocated(381_308);
        let first = ledger.claim("bas", Money::ZERO, Money::kronor(300_000)).unwrap().unwrap();
        ledger.add(&first);
        assert_eq!(ledger.left_to_requisition("bas"), Money::kronor(81_308));
        let too_much = ledger.claim("bas", Money::ZERO, Money::kronor(81_309)).unwrap_err();
        assert_eq!(too_much.left, Money::kronor(81_308));
        // The same requisition may grow into what is left beside its own claim.
        assert!(ledger.claim("bas", Money::kronor(300_000), Money::kronor(381_308)).is_ok());
        assert!(ledger.claim("modell", Money::ZERO, Money::kronor(1)).is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_claimed_and_given_back_the_allocation_holds(
            moves in proptest::collection::vec((0usize..5, 0i64..2_000), 0..60)
        ) {
            let mut ledger = allocated(2_500);
            let mut claims = [Money::ZERO; 5];
            for (who, wanted) in moves {
                let wanted = Money::kronor(wanted);
                if let Ok(entry) = ledger.claim("bas", claims[who], wanted) {
                    entry.iter().for_each(|entry| ledger.add(entry));
                    claims[who] = wanted;
                }
                let sum: Money = claims.iter().copied().sum();
                prop_assert_eq!(ledger.of("bas", Account::Requisitioned), sum);
                prop_assert!(sum <= Money::kronor(2_500));
                prop_assert_eq!(ledger.left_to_requisition("bas") + sum, Money::kronor(2_500));
            }
        }
    }
}

//! A requisition (*rekvisition*): a recipient asks for its share of a post.
//!
//! ```text
//!            ┌─────────────recall─────────────────┐
//!            ▼                                    │
//! Draft ──issue──► AwaitingSignature ──submit──► Submitted ──approve──► Approved
//!   │ discard         ▲     ▲                     │  │  └────refuse───► Refused
//!   ▼                 │     │                     │  └──────withdraw──► Withdrawn
//! Discarded           │   issue       request completion
//!                     │     │                     ▼
//!                     recall└──────────────── Returned ──── withdraw ──► Withdrawn
//! ```
//!
//! What counts is when it was first *received* (*inkommit*): a requisition that was received in time and returned can be
//! completed after the deadline. One that was never received by then has lapsed (*rätten förfaller*, 2022 §7.1). That
//! follows from the clock and is computed, not stored: an original that arrived in time may be registered later.

mod content;
pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod sheet;
mod status;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

pub use content::{Content, Edition, PostAmount};
pub use status::{CompletionRequest, Received, Refusal, Status, tone};

use chrono::{DateTime, Utc};

use self::content::by_post;
use crate::{
    grants::{
        case::{self, FieldRemark, Handled, Kind, Signature},
        grant::{self, Account, Entry, Grant},
    },
    ground::history::Event,
    people::access::{Doer, Person},
};
use values::{Id, Money, calendar::LastDay};

#[derive(Debug, Clone)]
pub struct Requisition {
    pub id: Id<Requisition>,
    pub grant_id: Id<Grant>,
    /// Counts the grant's requisitions from 1.
    pub number: i32,
    /// The post it is about, or the word that the posts on one form share: [`crate::terms::agreement::Post::form`].
    pub form: String,
    pub status: Status,
    pub draft: form::RequisitionForm,
    /// How many times it has been issued; the newest edition has this number.
    pub version: i32,
    /// Changes with every write: what a page was made from.
    pub revision: i64,
    /// The case officer who handles it.
    pub officer: Option<Id<Person>>,
}

/// A requisition with its grant and its standing edition: what a page or a document is made of.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub requisition: Requisition,
    pub grant: Grant,
    pub edition: Option<Edition>,
}

impl Dossier {
    pub fn number(&self) -> String {
        let grant = &self.grant;
        case_number(&grant.agreement.terms.code, &grant.recipient.code, self.requisition.number)
    }

    pub fn post_name(&self) -> String {
        self.grant.agreement.terms.form_name(&self.requisition.form)
    }
}

/// What a submission has to reckon with, as it is while the grant is locked.
#[derive(Debug, Clone)]
pub struct Facts {
    pub deadline: LastDay,
    /// At the moment it comes in.
    pub right_has_lapsed: bool,
    /// The post that must be requisitioned first and is not, by name.
    pub opens_after_missing: Option<String>,
}

impl case::Case for Requisition {
    const KIND: Kind = Kind::Requisition;
    type Refusal = Refusal;

    fn id(&self) -> Id<Self> {
        self.id
    }

    fn grant_id(&self) -> Id<Grant> {
        self.grant_id
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn case_number(&self, grant: &Grant) -> String {
        case_number(&grant.agreement.terms.code, &grant.recipient.code, self.number)
    }

    fn is_editable(&self) -> bool {
        matches!(self.status, Status::Draft | Status::Returned(_))
    }

    fn changed() -> Refusal {
        Refusal::Changed
    }

    /// The ledger follows from the states: what the requisition claims and what of it is approved.
    fn movements(before: &Self, after: &Self, grant: &Grant) -> Result<Vec<Entry>, Refusal> {
        let mut moved = Vec::new();
        for post in grant.posts_of_form(&after.form) {
            let key = post.key.as_str();
            moved.extend(grant.ledger.claim(key, before.claim_on(key), after.claim_on(key))?);
            let (before, after) = (before.approved_on(key), after.approved_on(key));
            moved.extend(grant::movement(key, Account::Approved, before, after));
        }
        Ok(moved)
    }
}

impl Handled for Requisition {
    const ASSIGNED: Event = Event::RequisitionAssigned;
    const OPEN: &'static [&'static str] = &["awaiting_signature", "submitted", "returned"];

    fn officer(&self) -> Option<Id<Person>> {
        self.officer
    }

    /// Not when it is decided.
    fn assign(mut self, officer: Option<Id<Person>>) -> Result<Self, Refusal> {
        match self.status {
            Status::AwaitingSignature { .. } | Status::Submitted { .. } | Status::Returned(_) => {
                self.officer = officer;
                Ok(self)
            }
            Status::Draft
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => Err(self.status.not_now()),
        }
    }
}

impl Requisition {
    /// Whether the authority sees it: a draft is the recipient's own.
    pub fn is_shown(&self) -> bool {
        !matches!(self.status, Status::Draft | Status::Discarded { .. })
    }

    /// What it holds of the allocation.
    pub fn claim(&self) -> Money {
        self.received().filter(|_| !self.status.is_void()).map_or(Money::ZERO, |received| received.amount)
    }

    /// What of it is approved.
    pub fn approved(&self) -> Money {
        match &self.status {
            Status::Approved { received, .. } => received.amount,
            Status::Draft
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. }
            | Status::Returned(_)
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => Money::ZERO,
        }
    }

    /// What it holds of the allocation of a post.
    pub fn claim_on(&self, post: &str) -> Money {
        if self.claim().is_zero() { Money::ZERO } else { self.received_on(post) }
    }

    /// What of it is approved on a post.
    pub fn approved_on(&self, post: &str) -> Money {
        if self.approved().is_zero() { Money::ZERO } else { self.received_on(post) }
    }

    fn received_on(&self, post: &str) -> Money {
        let by_post = self.received().map(|received| received.by_post(&self.form)).unwrap_or_default();
        by_post.into_iter().filter(|(of, _)| *of == post).map(|(_, amount)| amount).sum()
    }

    /// What each post has got when so much of the requisition is paid: one after the other, in the agreement's order.
    pub fn paid_by_post(&self, paid: Money) -> Vec<(&str, Money)> {
        let mut left = paid;
        let by_post = self.received().map(|received| received.by_post(&self.form)).unwrap_or_default();
        by_post
            .into_iter()
            .map(|(post, amount)| {
                let of_post = left.min(amount);
                left -= of_post;
                (post, of_post)
            })
            .collect()
    }

    /// The submission that counts, if it ever came in.
    pub fn received(&self) -> Option<&Received> {
        match &self.status {
            Status::Draft | Status::Discarded { .. } | Status::AwaitingSignature { answers: None } => None,
            Status::AwaitingSignature { answers: Some(returned) } | Status::Returned(returned) => {
                Some(&returned.received)
            }
            Status::Submitted { received }
            | Status::Approved { received, .. }
            | Status::Refused { received, .. }
            | Status::Withdrawn { received, .. } => Some(received),
        }
    }

    /// The edition that speaks for it: the one to be signed, or the one that came in. One that was taken back unsigned
    /// speaks for nothing.
    pub fn standing_version(&self) -> Option<i32> {
        match &self.status {
            Status::AwaitingSignature { .. } => Some(self.version),
            Status::Draft
            | Status::Submitted { .. }
            | Status::Returned(_)
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => self.received().map(|received| received.version),
        }
    }

    /// What the authority asked for and that is not answered yet.
    pub fn returned(&self) -> Option<&CompletionRequest> {
        match &self.status {
            Status::Returned(returned) | Status::AwaitingSignature { answers: Some(returned) } => {
                Some(returned)
            }
            Status::Draft
            | Status::AwaitingSignature { answers: None }
            | Status::Submitted { .. }
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => None,
        }
    }

    /// True when it was never received and can no longer be: the right to the grant has lapsed.
    pub fn has_lapsed(&self, right_has_lapsed: bool) -> bool {
        right_has_lapsed && self.received().is_none() && !self.status.is_void()
    }

    /// Fixes the content for signature. The caller keeps the [`Edition`] with the next version.
    pub fn issue(mut self) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Draft => Status::AwaitingSignature { answers: None },
            Status::Returned(returned) => Status::AwaitingSignature { answers: Some(returned) },
            other => return Err(other.not_now()),
        };
        self.version += 1;
        Ok(self)
    }

    /// Back to where it was before it was issued, to be changed.
    pub fn recall(mut self) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::AwaitingSignature { answers: None } => Status::Draft,
            Status::AwaitingSignature { answers: Some(returned) } => Status::Returned(returned),
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The signed document has come in. `at` is when: now, or for an original on paper the day it arrived.
    pub fn submit(
        mut self,
        edition: &Edition,
        facts: &Facts,
        signature: Signature,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let asks_for_more = by_post(&self.form, edition.content.amount, &edition.content.amounts)
            .into_iter()
            .any(|(post, amount)| amount > self.claim_on(post));
        let first_received = match self.status {
            Status::AwaitingSignature { answers: None } => None,
            Status::AwaitingSignature { answers: Some(returned) } => Some(returned.received.at),
            other => return Err(other.not_now()),
        };
        // What was not asked for in time has lapsed: a late completion can ask for no more than before.
        if facts.right_has_lapsed && asks_for_more {
            return Err(Refusal::TooLate(facts.deadline));
        }
        if let (None, Some(post)) = (first_received, &facts.opens_after_missing) {
            return Err(Refusal::NotOpenYet(post.clone()));
        }
        self.status = Status::Submitted {
            received: Received {
                at: first_received.unwrap_or(at),
                version: edition.version,
                amount: edition.content.amount,
                amounts: edition.content.amounts.clone(),
                signature,
                completed_at: at,
            },
        };
        Ok(self)
    }

    /// The recipient takes it back for good, before a decision.
    pub fn withdraw(mut self, by: Doer, at: DateTime<Utc>, reason: String) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received }
            | Status::Returned(CompletionRequest { received, .. })
            | Status::AwaitingSignature { answers: Some(CompletionRequest { received, .. }) } => {
                Status::Withdrawn { received, by, at, reason }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// Away with what was never received.
    pub fn discard(mut self, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Draft => Status::Discarded { by, at },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    pub fn request_completion(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        message: String,
        remarks: Vec<FieldRemark>,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received } => {
                Status::Returned(CompletionRequest { received, by, at, message, remarks })
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    pub fn approve(mut self, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received } if received.signature.is_registered_by(&by) => {
                return Err(Refusal::OwnRegistration);
            }
            Status::Submitted { received } => Status::Approved { received, by, at },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    pub fn refuse(mut self, by: Doer, at: DateTime<Utc>, reason: String) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received } => Status::Refused { received, by, at, reason },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }
}

/// `AO22-1440-R1`: the agreement's code, the recipient's, and the requisition's number within the grant.
pub fn case_number(agreement_code: &str, recipient_code: &str, number: i32) -> String {
    format!("{agreement_code}-{recipient_code}-R{number}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn approved(amounts: &[i64]) -> Requisition {
        let of = |(index, amount): (usize, &i64)| PostAmount {
            post: format!("p{index}"),
            amount: Money::kronor(*amount),
        };
        let received = Received {
            at: DateTime::UNIX_EPOCH,
            version: 1,
            amount: amounts.iter().copied().map(Money::kronor).sum(),
            amounts: amounts.iter().enumerate().map(of).collect(),
            signature: Signature::Portal { by: Doer::named("Någon") },
            completed_at: DateTime::UNIX_EPOCH,
        };
        Requisition {
            id: Id::new(),
            grant_id: Id::new(),
            number: 1,
            form: "flera".to_owned(),
            status: Status::Approved { received, by: Doer::named("Någon"), at: DateTime::UNIX_EPOCH },
            draft: form::RequisitionForm::default(),
            version: 1,
            revision: 1,
            officer: None,
        }
    }

    proptest! {
        /// However it is paid, the posts have got what is paid, none more than is approved on it, and none loses any.
        #[test]
        fn what_is_paid_of_several_posts_is_all_theirs(
            amounts in proptest::collection::vec(0i64..1_000, 1..8),
            first in 0i64..8_000,
            second in 0i64..8_000,
        ) {
            let requisition = approved(&amounts);
            let (less, more) = (first.min(second), first.max(second));
            let whole = requisition.approved();
            let (less, more) = (Money::kronor(less).min(whole), Money::kronor(more).min(whole));
            let (before, after) = (requisition.paid_by_post(less), requisition.paid_by_post(more));
            prop_assert_eq!(after.iter().map(|(_, amount)| *amount).sum::<Money>(), more);
            for ((post, before), (_, after)) in before.into_iter().zip(after) {
                prop_assert!(before <= after && after <= requisition.approved_on(post));
            }
        }
    }
}

//! A payment (*utbetalning*): what an authority has paid of an approved requisition.
//!
//! A payment officer marks approved requisitions as paid, and that is how money enters the ledger. A payment is never
//! changed: one that was registered by mistake is reversed (*rättas*), with a reason, and stays to be seen.
//!
//! ```text
//! Registered ──reverse──► Reversed
//! ```

pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod store;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{
    grants::{
        case::alike::Alike,
        grant::{Account, Ledger},
        requisition::{Requisition, Status},
    },
    ground::infra::failure,
    people::access::Doer,
};
use rules::Rule;
use values::{Id, Line, Money, Positive, calendar, text::fold};

/// What the payment is found by at the bank.
pub type Reference = Line<35>;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    pub id: Id<Payment>,
    pub requisition: Id<Requisition>,
    pub amount: Money,
    pub paid_on: NaiveDate,
    pub reference: Reference,
    pub registered_by: Doer,
    pub registered_at: DateTime<Utc>,
    pub reversal: Option<Reversal>,
}

/// That it was registered by mistake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reversal {
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// A payment that somebody wants to register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    pub amount: Positive,
    pub paid_on: NaiveDate,
    pub reference: Reference,
    /// Whoever registers has said that it is not the one that looks the same.
    pub is_another: bool,
    /// What was left to pay when the page was made.
    pub expected_left: Money,
}

/// An approved requisition and its payments, the oldest first.
#[derive(Debug, Clone)]
pub struct Payable {
    pub approved: Money,
    pub approved_at: DateTime<Utc>,
    pub payments: Vec<Payment>,
}

/// Why a verb could not be carried out, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det går inte: rekvisitionen är {}. Bara en godkänd rekvisition betalas ut. ({})", .0.to_lowercase(), Rule::Approved)]
    NotApproved(&'static str),
    #[error(
        "Någon annan har registrerat eller rättat en utbetalning sedan du öppnade sidan. Nu är {left} kvar att betala. Kontrollera och försök igen."
    )]
    Changed { left: Money },
    #[error("Beloppet är större än vad som är kvar att betala. Skriv högst {left}. ({})", Rule::AmountLeft)]
    AboveLeft { left: Money },
    #[error("Dagen ligger i framtiden. Ange den dag då pengarna betalades ut. ({})", Rule::PaidOn)]
    InFuture,
    #[error(
        "Rekvisitionen godkändes {}. Den kan inte ha betalats ut före den dagen. ({})",
        calendar::long_date(*.approved), Rule::PaidAfterApproval
    )]
    BeforeApproval { approved: NaiveDate },
    /// The page asks, with the rule's number.
    #[error("{0}")]
    Alike(Alike),
    #[error("Utbetalningen är redan rättad.")]
    AlreadyReversed,
    #[error(
        "Utbetalningen kan inte rättas, eftersom {why}. Det som har redovisats och betalats tillbaka räknas mot det som är utbetalt. ({})",
        Rule::NotAccountedFor
    )]
    AccountedFor { why: &'static str },
}

impl failure::Refusal for Refusal {}

impl Payment {
    /// What it counts for: nothing when it is reversed.
    pub fn counts(&self) -> Money {
        if self.reversal.is_none() { self.amount } else { Money::ZERO }
    }

    /// Named where another one looks the same.
    fn alike(&self) -> Alike {
        let (amount, day, reference) = (self.amount, calendar::long_date(self.paid_on), &self.reference);
        let (by, at) = (&self.registered_by, calendar::long_time(self.registered_at));
        Alike {
            told: format!("{amount} den {day}, referens {reference}, av {by} {at}"),
            href: paths::Case(&self.requisition).to_string(),
        }
    }

    pub fn reverse(mut self, by: Doer, at: DateTime<Utc>, reason: String) -> Result<Self, Refusal> {
        if self.reversal.is_some() {
            return Err(Refusal::AlreadyReversed);
        }
        self.reversal = Some(Reversal { by, at, reason });
        Ok(self)
    }
}

impl Registration {
    /// The payment that it becomes.
    fn registered(&self, requisition: Id<Requisition>, by: Doer, at: DateTime<Utc>) -> Payment {
        Payment {
            id: Id::new(),
            requisition,
            amount: self.amount.get(),
            paid_on: self.paid_on,
            reference: self.reference.clone(),
            registered_by: by,
            registered_at: at,
            reversal: None,
        }
    }
}

impl Payable {
    pub fn of(requisition: &Requisition, payments: Vec<Payment>) -> Result<Self, Refusal> {
        match &requisition.status {
            Status::Approved { at, .. } => {
                Ok(Self { approved: requisition.approved(), approved_at: *at, payments })
            }
            Status::Draft
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. }
            | Status::Returned(_)
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => Err(Refusal::NotApproved(requisition.status.label())),
        }
    }

    pub fn paid(&self) -> Money {
        self.payments.iter().map(Payment::counts).sum()
    }

    pub fn left(&self) -> Money {
        self.approved - self.paid()
    }

    /// The first day it can have been paid.
    pub fn earliest(&self) -> NaiveDate {
        calendar::day(self.approved_at)
    }

    /// Whether a payment can be registered as things stand now.
    pub fn admits(&self, registration: &Registration, today: NaiveDate) -> Result<(), Refusal> {
        let left = self.left();
        if registration.expected_left != left {
            return Err(Refusal::Changed { left });
        }
        if registration.amount.get() > left {
            return Err(Refusal::AboveLeft { left });
        }
        if registration.paid_on > today {
            return Err(Refusal::InFuture);
        }
        if registration.paid_on < self.earliest() {
            return Err(Refusal::BeforeApproval { approved: self.earliest() });
        }
        match self.looks_like(registration) {
            Some(known) if !registration.is_another => Err(Refusal::Alike(known.alike())),
            Some(_) | None => Ok(()),
        }
    }

    /// One that counts, of the same day and amount and with the same reference.
    fn looks_like(&self, registration: &Registration) -> Option<&Payment> {
        let is_like = |payment: &&Payment| {
            (registration.amount.get(), registration.paid_on) == (payment.amount, payment.paid_on)
                && fold(registration.reference.as_str()) == fold(payment.reference.as_str())
        };
        self.payments.iter().filter(|payment| payment.reversal.is_none()).find(is_like)
    }
}

/// Nothing has been held against what the grant has been paid: a payment of it can still be reversed.
/// `is_reported`: a report has come in, also one without costs, which leaves nothing in the ledger.
pub fn not_accounted_for(ledger: &Ledger, is_reported: bool) -> Result<(), Refusal> {
    if is_reported {
        let why = "mottagaren har lämnat in en ekonomisk redovisning av bidraget";
        return Err(Refusal::AccountedFor { why });
    }
    if !ledger.total(Account::Repaid).is_zero() {
        return Err(Refusal::AccountedFor { why: "mottagaren har betalat tillbaka av bidraget" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::grants::grant::{Entry, movement};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// Approved at 00:30 on 16 March in Stockholm, which is 15 March in UTC.
    fn standing(approved: i64) -> Payable {
        Payable {
            approved: Money::kronor(approved),
            approved_at: "2022-03-15T23:30:00Z".parse().unwrap(),
            payments: Vec::new(),
        }
    }

    fn of(amount: i64, left: i64) -> Registration {
        Registration {
            amount: Positive::new(Money::kronor(amount)).unwrap(),
            paid_on: day("2022-03-16"),
            reference: Reference::parse("UB 1").unwrap(),
            is_another: false,
            expected_left: Money::kronor(left),
        }
    }

    const TODAY: &str = "2022-03-20";

    fn registered(standing: &mut Payable, registration: &Registration) -> Result<(), Refusal> {
        standing.admits(registration, day(TODAY))?;
        standing.payments.push(registration.registered(Id::new(), Doer::named("Prov"), Utc::now()));
        Ok(())
    }

    #[test]
    fn the_whole_rest_and_no_more() {
        let mut standing = standing(1_000);
        registered(&mut standing, &of(400, 1_000)).unwrap();
        let left = Money::kronor(600);
        assert_eq!(registered(&mut standing, &of(601, 600)), Err(Refusal::AboveLeft { left }));
        assert_eq!(registered(&mut standing, &of(600, 1_000)), Err(Refusal::Changed { left }));
        registered(&mut standing, &of(600, 600)).unwrap();
        assert_eq!(standing.left(), Money::ZERO);
    }

    #[test]
    fn from_the_day_of_approval_in_stockholm_to_today() {
        let standing = standing(1_000);
        let on = |text: &str| {
            standing.admits(&Registration { paid_on: day(text), ..of(1_000, 1_000) }, day(TODAY))
        };
        assert_eq!(on("2022-03-15"), Err(Refusal::BeforeApproval { approved: day("2022-03-16") }));
        assert_eq!(on("2022-03-16"), Ok(()));
        assert_eq!(on(TODAY), Ok(()));
        assert_eq!(on("2022-03-21"), Err(Refusal::InFuture));
    }

    #[test]
    fn one_is_reversed_once() {
        let mut standing = standing(1_000);
        registered(&mut standing, &of(400, 1_000)).unwrap();
        let reversed =
            standing.payments[0].clone().reverse(Doer::named("Prov"), Utc::now(), "Fel.".into()).unwrap();
        assert_eq!(
            reversed.clone().reverse(Doer::named("Prov"), Utc::now(), "Fel.".into()),
            Err(Refusal::AlreadyReversed)
        );
        standing.payments[0] = reversed;
        assert_eq!(standing.left(), Money::kronor(1_000));
    }

    #[test]
    fn one_that_looks_the_same_is_asked_about() {
        let mut standing = standing(1_000);
        registered(&mut standing, &of(400, 1_000)).unwrap();
        let again = of(400, 600);
        let Err(Refusal::Alike(known)) = registered(&mut standing, &again) else { panic!("not asked") };
        assert!(known.told.contains("16 mars 2022, referens UB 1"), "{}", known.told);
        let other_day = Registration { paid_on: day("2022-03-17"), ..of(400, 600) };
        assert_eq!(standing.admits(&other_day, day(TODAY)), Ok(()));
        let other_reference = Registration { reference: Reference::parse("UB 2").unwrap(), ..of(400, 600) };
        assert_eq!(standing.admits(&other_reference, day(TODAY)), Ok(()));
        registered(&mut standing, &Registration { is_another: true, ..again }).unwrap();
        let reversed =
            |payment: Payment| payment.reverse(Doer::named("Prov"), Utc::now(), "Fel.".into()).unwrap();
        standing.payments = standing.payments.into_iter().map(reversed).collect();
        assert_eq!(standing.admits(&of(400, 1_000), day(TODAY)), Ok(()));
    }

    #[test]
    fn what_is_accounted_for_stays() {
        let mut ledger = Ledger::default();
        ledger.add(&Entry { post: "bas".into(), account: Account::PaidOut, amount: Money::kronor(9) });
        assert_eq!(not_accounted_for(&ledger, false), Ok(()));
        assert!(matches!(not_accounted_for(&ledger, true), Err(Refusal::AccountedFor { .. })));
        ledger.add(&Entry { post: "bas".into(), account: Account::Repaid, amount: Money::kronor(1) });
        assert!(matches!(not_accounted_for(&ledger, false), Err(Refusal::AccountedFor { .. })));
        ledger.add(&Entry { post: "bas".into(), account: Account::Repaid, amount: Money::kronor(-1) });
        assert_eq!(not_accounted_for(&ledger, false), Ok(()));
    }

    proptest! {
        #[test]
        fn whatever_is_paid_and_put_right_the_approval_holds_and_the_ledger_follows(
            moves in proptest::collection::vec((1i64..1_500, any::<bool>(), 0usize..8), 0..60)
        ) {
            let mut standing = standing(2_500);
            let mut ledger = Ledger::default();
            for (amount, is_fresh, which) in moves {
                let before = standing.paid();
                if amount % 3 == 0 && !standing.payments.is_empty() {
                    let at = which % standing.payments.len();
                    let payment = standing.payments[at].clone();
                    if let Ok(reversed) = payment.reverse(Doer::named("Prov"), Utc::now(), "Fel.".into()) {
                        standing.payments[at] = reversed;
                    }
                } else {
                    let seen = if is_fresh { standing.left() } else { Money::kronor(2_500) };
                    let registration = Registration { expected_left: seen, is_another: true, ..of(amount, 0) };
                    let _ = registered(&mut standing, &registration);
                }
                let entry = movement("bas", Account::PaidOut, before, standing.paid());
                entry.iter().for_each(|entry| ledger.add(entry));
                prop_assert!(standing.paid() <= standing.approved);
                prop_assert!(!standing.paid().is_negative());
                prop_assert_eq!(ledger.of("bas", Account::PaidOut), standing.paid());
            }
        }
    }
}

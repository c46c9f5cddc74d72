//! Repayments (*återbetalningar*): what a recipient owes back of its grant, and the money that comes in.
//!
//! What is owed is no state of its own: it is reckoned from the ledger ([`Settlement`]), and so is whether a grant is closed.
//! A [`Repayment`] is an amount that an officer has registered:
//!
//! ```text
//!             ┌──take away──┐
//!             ▼             │
//! register ► Unmatched ──match──► Matched ◄── register, by its OCR number
//!             │    └─send back─► SentBack
//!             └──────strike────► Struck ◄──strike── ExcessReturned ◄── return excess
//! ```
//!
//! What counts in the ledger follows from the state ([`Repayment::posted`]).

pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod sheet;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    grants::{
        case::alike::Alike,
        grant::{Account, Grant, Ledger},
    },
    ground::infra::failure,
    people::{access::Doer, recipient::Organisation},
};
use rules::Rule;
use values::{
    Id, Money, Ocr, OcrError,
    calendar::{long_date, long_time},
    text::fold,
};

/// Which repayment, and as it was when the page was made.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: Id<Repayment>,
    pub revision: i64,
}

/// An amount that came in to an authority, or that it paid back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repayment {
    pub id: Id<Repayment>,
    /// The authority that has the money.
    pub authority: Id<Organisation>,
    /// Negative where it was paid back to the recipient.
    pub amount: Money,
    pub received_on: NaiveDate,
    /// As it was typed, or as the bank states it.
    pub reference: String,
    /// Empty when nobody knows.
    pub payer: String,
    pub revision: i64,
    pub registered_by: Doer,
    pub registered_at: DateTime<Utc>,
    pub state: State,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Repaid of this grant.
    Matched { grant: Id<Grant> },
    /// Nobody knows what it is for, and this is why.
    Unmatched {
        why: String,
        /// It was matched once, and this is who put that right.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        taken_away: Option<Ending>,
    },
    /// An unmatched one that was paid back to whoever paid it in.
    SentBack(Ending),
    /// Registered by mistake: no such money came in or went out.
    Struck(Ending),
    /// *För mycket inbetalt* that was paid back to the recipient.
    ExcessReturned { grant: Id<Grant> },
}

/// Who said the last word, when and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ending {
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// Why something cannot be done with a repayment, in words for the user.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Någon annan har ändrat inbetalningen sedan sidan öppnades.")]
    Changed,
    #[error("Det går inte nu: inbetalningen har läget ”{0}”.")]
    NotNow(&'static str),
    #[error(
        "Högst {excess} kan betalas tillbaka: det är vad som har kommit in utöver skulden. ({})",
        Rule::ExcessLeft
    )]
    AboveExcess { excess: Money },
    #[error(
        "Inbetalningen kan inte föras bort: {returned} av det som kom in har redan betalats tillbaka till mottagaren. Ta först bort den registreringen om den är fel. ({})",
        Rule::NotBelowReturned
    )]
    AlreadyReturned { returned: Money },
    /// The page asks, with the rule's number.
    #[error("{0}")]
    Alike(Alike),
}

impl failure::Refusal for Refusal {}

impl Repayment {
    /// What it adds to a grant's account *Inbetalt*.
    pub fn posted(&self) -> Option<(Id<Grant>, Money)> {
        self.grant().map(|grant| (grant, self.amount))
    }

    pub fn grant(&self) -> Option<Id<Grant>> {
        match self.state {
            State::Matched { grant } | State::ExcessReturned { grant } => Some(grant),
            State::Unmatched { .. } | State::SentBack(_) | State::Struck(_) => None,
        }
    }

    /// What the authority still has of it: nothing of what was sent back or never came in.
    pub fn held(&self) -> Money {
        match self.state {
            State::Matched { .. } | State::Unmatched { .. } | State::ExcessReturned { .. } => self.amount,
            State::SentBack(_) | State::Struck(_) => Money::ZERO,
        }
    }

    pub fn match_to(self, grant: Id<Grant>) -> Result<Self, Refusal> {
        match self.state {
            State::Unmatched { .. } => Ok(Self { state: State::Matched { grant }, ..self }),
            State::Matched { .. } | State::SentBack(_) | State::Struck(_) | State::ExcessReturned { .. } => {
                Err(self.state.not_now())
            }
        }
    }

    /// It was matched wrongly.
    pub fn unmatch(self, why: String, ending: Ending) -> Result<Self, Refusal> {
        match self.state {
            State::Matched { .. } => {
                Ok(Self { state: State::Unmatched { why, taken_away: Some(ending) }, ..self })
            }
            State::Unmatched { .. }
            | State::SentBack(_)
            | State::Struck(_)
            | State::ExcessReturned { .. } => Err(self.state.not_now()),
        }
    }

    pub fn refund(self, ending: Ending) -> Result<Self, Refusal> {
        match self.state {
            State::Unmatched { .. } => Ok(Self { state: State::SentBack(ending), ..self }),
            State::Matched { .. } | State::SentBack(_) | State::Struck(_) | State::ExcessReturned { .. } => {
                Err(self.state.not_now())
            }
        }
    }

    /// A matched one is taken away from its grant first.
    pub fn strike(self, ending: Ending) -> Result<Self, Refusal> {
        match self.state {
            State::Unmatched { .. } | State::ExcessReturned { .. } => {
                Ok(Self { state: State::Struck(ending), ..self })
            }
            State::Matched { .. } | State::SentBack(_) | State::Struck(_) => Err(self.state.not_now()),
        }
    }

    /// The same day, amount and reference: perhaps the same money, registered once already. Where neither has a reference, the
    /// payer tells. What was struck was no money.
    pub fn is_like(&self, other: &Self) -> bool {
        let struck = |repayment: &Self| matches!(repayment.state, State::Struck(_));
        !(struck(self) || struck(other))
            && (self.received_on, self.amount) == (other.received_on, other.amount)
            && same_reference(&self.reference, &other.reference)
            && (!fold(&self.reference).is_empty() || fold(&self.payer) == fold(&other.payer))
    }

    /// Named where another one looks the same.
    pub fn alike(&self) -> Alike {
        let (amount, day) = (self.amount.abs(), long_date(self.received_on));
        let payer = if self.payer.is_empty() { "okänd" } else { &self.payer };
        let way = if self.amount.is_negative() { "till" } else { "från" };
        let (by, at) = (&self.registered_by, long_time(self.registered_at));
        Alike {
            told: format!("{amount} {way} {payer}, {day}, av {by} {at}"),
            href: paths::Repayment(&self.id).to_string(),
        }
    }
}

/// Two spellings of one OCR number are the same reference.
fn same_reference(one: &str, other: &str) -> bool {
    match (Ocr::only_in(one), Ocr::only_in(other)) {
        (Some(one), Some(other)) => one == other,
        _ => fold(one) == fold(other),
    }
}

impl State {
    pub fn label(&self) -> &'static str {
        match self {
            Self::Matched { .. } => "Kopplad till bidrag",
            Self::Unmatched { .. } => "Omatchad",
            Self::SentBack(_) => "Tillbaka till inbetalaren",
            Self::Struck(_) => "Struken",
            Self::ExcessReturned { .. } => "Överskott tillbaka till mottagaren",
        }
    }

    pub fn tone(&self) -> &'static str {
        match self {
            Self::Matched { .. } => "success",
            Self::Unmatched { .. } => "warning",
            Self::SentBack(_) | Self::ExcessReturned { .. } => "info",
            Self::Struck(_) => "neutral",
        }
    }

    fn not_now(&self) -> Refusal {
        Refusal::NotNow(self.label())
    }
}

/// Why a reference led to no grant.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Unknown {
    #[error("Inbetalningen har ingen referens.")]
    Missing,
    #[error("Referensen är inget OCR-nummer: den innehåller annat än siffror.")]
    NotDigits,
    #[error("Referensen är inget OCR-nummer: den har {0} siffror, och portalens har nio till tolv.")]
    Length(usize),
    #[error("Längdsiffran i OCR-numret stämmer inte. Någon siffra fattas, är för mycket eller är fel.")]
    LengthDigit,
    #[error("Kontrollsiffran i OCR-numret stämmer inte. Någon siffra är fel.")]
    CheckDigit,
    #[error("Referensen har fler än ett nummer som kan vara ett OCR-nummer.")]
    Several,
    /// Nobody's, or another authority's: which of them is not ours to tell.
    #[error("OCR-numret hör inte till något bidrag som ni betalar ut.")]
    NotOurs,
}

impl From<OcrError> for Unknown {
    fn from(error: OcrError) -> Self {
        match error {
            OcrError::Empty => Self::Missing,
            OcrError::NotDigits => Self::NotDigits,
            OcrError::TooShort { found } | OcrError::TooLong { found } => Self::Length(found),
            OcrError::WrongLengthDigit { .. } => Self::LengthDigit,
            OcrError::WrongCheckDigit => Self::CheckDigit,
            OcrError::NotOurs => Self::NotOurs,
        }
    }
}

/// The number of a grant's repayment: `AO21-1440`.
pub fn case_number(agreement_code: &str, recipient_code: &str) -> String {
    format!("{agreement_code}-{recipient_code}")
}

pub fn number_of(grant: &Grant) -> String {
    case_number(&grant.agreement.terms.code, &grant.recipient.code)
}

/// What is owed and what has come in of it, as the ledger has it.
///
/// Nothing is owed until the report is approved: only then is it known what was not used (Bilaga 2, Ekonomisk redovisning
/// punkt 3). What comes in before that is paid in advance.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Settlement {
    /// The report is approved.
    pub is_settled: bool,
    pub owed: Money,
    /// Of what is owed.
    pub repaid: Money,
    pub left: Money,
    /// *För mycket inbetalt*: above what is owed.
    pub excess: Money,
    /// *Inbetalt i förskott*: before it is known what is owed.
    pub advance: Money,
}

impl Settlement {
    pub fn of(ledger: &Ledger, is_settled: bool) -> Self {
        if !is_settled {
            return Self { advance: ledger.total(Account::Repaid), ..Self::default() };
        }
        Self {
            is_settled,
            owed: ledger.to_repay(),
            repaid: ledger.repaid(),
            left: ledger.left_to_repay(),
            excess: ledger.excess(),
            advance: Money::ZERO,
        }
    }

    /// Nothing is left of the grant's matter: the report is approved and what was not used is repaid. Computed, so that a
    /// corrected report opens it again by itself.
    pub fn is_closed(&self) -> bool {
        self.is_settled && self.left.is_zero()
    }

    pub fn is_partial(&self) -> bool {
        self.repaid > Money::ZERO && self.left > Money::ZERO
    }

    /// *Återbetalt*: all that has come in, less what was returned.
    pub fn came_in(&self) -> Money {
        self.repaid + self.excess + self.advance
    }

    /// In the order they are reckoned, as every page shows them.
    pub fn figures(&self) -> Vec<(&'static str, Money)> {
        if !self.is_settled {
            return vec![("Inbetalt i förskott", self.advance)];
        }
        let mut figures = vec![
            ("Att återbetala", self.owed),
            ("Återbetalt", self.came_in()),
            ("Kvar att återbetala", self.left),
        ];
        if self.excess > Money::ZERO {
            figures.push(("För mycket inbetalt", self.excess));
        }
        figures
    }

    /// `Att återbetala`, `Återbetalt` …
    pub fn label(&self) -> &'static str {
        if !self.is_settled {
            "Redovisningen är inte godkänd"
        } else if self.excess > Money::ZERO {
            "För mycket inbetalt"
        } else if self.owed.is_zero() {
            "Inget att återbetala"
        } else if self.is_closed() {
            "Återbetalt"
        } else if self.is_partial() {
            "Delvis återbetalt"
        } else {
            "Att återbetala"
        }
    }

    pub fn tone(&self, is_late: bool) -> &'static str {
        if !self.is_settled {
            "neutral"
        } else if !self.is_closed() {
            if is_late { "danger" } else { "warning" }
        } else if self.excess > Money::ZERO {
            "info"
        } else {
            "success"
        }
    }
}

/// No more goes back to the recipient than came in above what is owed.
pub fn check_return(amount: Money, excess: Money) -> Result<(), Refusal> {
    if amount > excess { Err(Refusal::AboveExcess { excess }) } else { Ok(()) }
}

/// What was returned to the recipient must still have come in when `amount` of `total` is taken away.
pub fn check_unmatched(total: Money, amount: Money, returned: Money) -> Result<(), Refusal> {
    if total < amount { Err(Refusal::AlreadyReturned { returned }) } else { Ok(()) }
}

#[cfg(test)]
mod tests;

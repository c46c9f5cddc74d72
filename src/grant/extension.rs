//! Extensions (*anstånd*): a later date for one recipient, with the decision and the reason. The date that holds is on the
//! grant and so wherever a deadline is used or shown; the decisions are kept beside it.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{
    agreement::Deadlines,
    calendar::{Deadline, long_date},
    ids::Id,
};

/// Which of the agreement's dates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Requisition,
    Report,
    Repayment,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Requisition, Self::Report, Self::Repayment];

    /// In addresses, forms and rows.
    pub fn key(self) -> &'static str {
        match self {
            Self::Requisition => "rekvisition",
            Self::Report => "redovisning",
            Self::Repayment => "aterbetalning",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Requisition => "Rekvisition",
            Self::Report => "Ekonomisk redovisning",
            Self::Repayment => "Återbetalning",
        }
    }

    pub fn of(self, deadlines: &Deadlines) -> Deadline {
        match self {
            Self::Requisition => deadlines.requisition,
            Self::Report => deadlines.report,
            Self::Repayment => deadlines.repayment,
        }
    }
}

/// A decision on a later date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    pub id: Id<Extension>,
    pub kind: Kind,
    pub until: NaiveDate,
    /// The authority's own reference to its decision.
    pub decision: String,
    pub reason: String,
    pub decided_by: String,
    pub decided_at: DateTime<Utc>,
}

/// Why a date cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoExtension {
    #[error("Den nya dagen måste vara senare än den som gäller nu, {}. (R503)", long_date(*.0))]
    NotLater(NaiveDate),
    #[error(
        "Dagen ligger mer än två år efter överenskommelsens egen, {}. Kontrollera årtalet. (R504)",
        long_date(*.0)
    )]
    TooFar(NaiveDate),
}

/// A later day than the one that holds, at most two years after the agreement's own.
pub fn check(kind: Kind, until: NaiveDate, now: &Deadlines, agreed: &Deadlines) -> Result<(), NoExtension> {
    let (holds, own) = (kind.of(now).0, kind.of(agreed).0);
    if until <= holds {
        return Err(NoExtension::NotLater(holds));
    }
    if until > own + chrono::Months::new(24) {
        return Err(NoExtension::TooFar(own));
    }
    Ok(())
}

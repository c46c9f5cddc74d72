//! Extensions (*anstånd*): a later date for one recipient, with the decision and the reason. The date that holds is on the
//! grant and so wherever a deadline is used or shown ([`crate::grants::grant::Grant::deadlines`]); the decisions are kept beside it.

pub mod form;
pub mod rules;
pub mod store;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{ground::infra::failure, people::access::Doer, terms::agreement::Deadlines};
use values::{
    Id,
    calendar::{LastDay, long_date, long_time},
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

    pub fn of(self, deadlines: &Deadlines) -> LastDay {
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
    pub decided_by: Doer,
    pub decided_at: DateTime<Utc>,
}

impl Extension {
    /// As the history tells of it.
    pub fn told(&self) -> String {
        format!("till och med {}, beslut {}", long_date(self.until), self.decision)
    }
}

/// Why a date cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det finns ingen sista dag att förlänga: ingen dag är bestämd. (R503)")]
    NotDecided,
    #[error("Den nya dagen måste vara senare än den som gäller nu, {}. (R503)", long_date(*.0))]
    NotLater(NaiveDate),
    #[error(
        "Dagen ligger mer än två år efter den ursprungliga, {}. Kontrollera årtalet. (R504)",
        long_date(*.0)
    )]
    TooFar(NaiveDate),
    /// It gives nobody any time. What is late already may be meant to count as in time, so it is asked about.
    #[error(
        "Den nya dagen, {}, har redan passerat. Är den ändå rätt, kryssa för det och bevilja igen. (R507)",
        long_date(*.0)
    )]
    Passed(NaiveDate),
    /// Somebody else gave one while the form was filled in: it may be the same, or make this one too many.
    #[error(
        "{} beviljade ett anstånd till och med {} ({}) {}, medan du fyllde i formuläret. Ska ditt ändå gälla, bevilja igen.",
        .0.decided_by, long_date(.0.until), .0.kind.label().to_lowercase(), long_time(.0.decided_at)
    )]
    GivenMeanwhile(Box<Extension>),
}

impl failure::Refusal for Refusal {}

/// A later day than the one that holds, at most two years after the agreement's own.
pub fn check(kind: Kind, until: NaiveDate, now: &Deadlines, agreed: &Deadlines) -> Result<(), Refusal> {
    let (Some(holds), Some(own)) = (kind.of(now).date(), kind.of(agreed).date()) else {
        return Err(Refusal::NotDecided);
    };
    if until <= holds {
        return Err(Refusal::NotLater(holds));
    }
    if until > own + chrono::Months::new(24) {
        return Err(Refusal::TooFar(own));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::agreement::{LateReport, LateRequisition, Later};

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn agreed() -> Deadlines {
        Deadlines {
            requisition: LastDay::on(day("2022-12-01")),
            report: LastDay::on(day("2023-03-31")),
            repayment: LastDay::on(day("2023-03-31")),
            late_requisition: LateRequisition::Lapses,
            late_report: LateReport::MayReclaim,
            may_be_decided: Vec::new(),
        }
    }

    #[test]
    fn a_day_is_later_than_the_one_that_holds_and_at_most_two_years_away() {
        let agreed = agreed();
        let now = agreed.extended(Later { requisition: Some(day("2022-12-15")), ..Later::default() });
        let check = |until: &str| check(Kind::Requisition, day(until), &now, &agreed);
        assert_eq!(check("2022-12-15"), Err(Refusal::NotLater(day("2022-12-15"))));
        assert_eq!(check("2022-12-16"), Ok(()));
        assert_eq!(check("2024-12-01"), Ok(()));
        assert_eq!(check("2024-12-02"), Err(Refusal::TooFar(day("2022-12-01"))));
    }

    #[test]
    fn each_date_is_extended_by_itself() {
        let agreed = agreed();
        let now = agreed.extended(Later { requisition: Some(day("2023-02-01")), ..Later::default() });
        assert_eq!(Kind::Report.of(&now), Kind::Report.of(&agreed));
        assert_eq!(check(Kind::Repayment, day("2023-04-01"), &now, &agreed), Ok(()));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.key()), Some(kind));
        }
    }
}

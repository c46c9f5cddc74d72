//! The overview (*översikt*): every recipient of an agreement on one page, and every agreement on one. Owns no state.
//!
//! From the ledgers and the cases' states (an [`AgreementPositions`]) to [`Row`]s and a [`Summary`]; a [`view::View`] says which
//! rows, and [`tables`] makes of them the tables of the pages and of the files. What a recipient has not issued is its own
//! and is not seen here.

pub mod cache;
mod figures;
pub mod form;
pub mod government;
pub mod pages;
pub mod paths;
pub mod pictures;
mod row;
mod state;
pub mod store;
pub mod tables;
pub mod view;

use chrono::{DateTime, Utc};

pub use self::{
    figures::{Figures, Measure},
    row::{Row, Summary, Tally},
    state::{Reporting, Stage, State},
};
use crate::{
    grants::{
        grant::{Account, Grant, Ledger, store::Holder},
        report::store::Progress,
        standing::{Facts, Reported},
    },
    ground::history::Event,
    people::recipient::Organisation,
    terms::agreement::{Agreement, Later, Terms},
};
use values::{Id, Money, text::sort_key};

/// A requisition that has been issued.
#[derive(Debug, Clone)]
pub struct Filing {
    /// The form it is made on.
    pub form: String,
    pub stage: Stage,
    /// It came in at some time, whatever became of it.
    pub received: bool,
}

impl Filing {
    /// Once the right has lapsed, what never came in counts for nothing.
    pub fn counts(&self, has_lapsed: bool) -> bool {
        self.received || !has_lapsed
    }
}

/// Where one recipient is in an agreement: its share and what it has filed.
#[derive(Debug, Clone)]
pub struct Position {
    pub recipient: Organisation,
    /// Whoever holds the grant now: the recipient, or its successor.
    pub holder: Holder,
    pub later: Later,
    pub ledger: Ledger,
    pub filings: Vec<Filing>,
    pub report: Option<Progress>,
    /// The keys of the further reports that have come in.
    pub further_reports: Vec<String>,
    /// What happened last, apart from what the recipient prepares.
    pub last_event: Option<(Event, DateTime<Utc>)>,
    pub grant: Id<Grant>,
}

impl Position {
    /// Its share of each post that it has a share of.
    pub fn shares(&self) -> impl Iterator<Item = (&str, Money)> {
        self.ledger.of_account(Account::Allocated).filter(|(_, amount)| *amount > Money::ZERO)
    }

    pub fn reported(&self) -> Reported {
        let report = self.report.as_ref();
        Reported {
            received: report.is_some_and(|report| report.received),
            approved: report.is_some_and(|report| report.approved),
        }
    }

    /// What its obligations follow from.
    pub fn facts<'a>(&'a self, terms: &'a Terms) -> Facts<'a> {
        Facts {
            terms,
            ledger: &self.ledger,
            later: self.later,
            report: self.reported(),
            filed: &self.further_reports,
        }
    }
}

/// An agreement with everyone who has a share of it.
#[derive(Debug, Clone)]
pub struct AgreementPositions {
    pub agreement: Agreement,
    pub positions: Vec<Position>,
}

impl AgreementPositions {
    /// A row for everyone who has a share: of the post, or of any.
    pub fn rows(&self, post: Option<&str>, now: DateTime<Utc>) -> Vec<Row> {
        self.positions
            .iter()
            .map(|position| row::row(self, position, post, now))
            .filter(|row| row.figures.allocated > Money::ZERO)
            .collect()
    }

    /// All that was published.
    pub fn allocated(&self) -> Money {
        self.positions.iter().map(|position| position.ledger.total(Account::Allocated)).sum()
    }

    /// The row of one recipient, when it has a share.
    pub fn of_recipient(&self, code: &str, now: DateTime<Utc>) -> Option<Row> {
        let position = self.positions.iter().find(|position| position.recipient.code == code)?;
        Some(row::row(self, position, None, now)).filter(|row| row.figures.allocated > Money::ZERO)
    }

    /// The rows that somebody holds of others' shares: a successor's.
    pub fn taken_over_by(&self, code: &str, now: DateTime<Utc>) -> Vec<Row> {
        let of_others =
            |position: &&Position| position.holder.code == code && position.recipient.code != code;
        self.positions.iter().filter(of_others).map(|position| row::row(self, position, None, now)).collect()
    }

    /// The counties of the recipients, in Swedish order.
    pub fn counties(&self) -> Vec<&str> {
        let mut counties: Vec<&str> =
            self.positions.iter().map(|position| position.recipient.county.as_str()).collect();
        counties.sort_by_cached_key(|county| sort_key(county));
        counties.dedup();
        counties.retain(|county| !county.is_empty());
        counties
    }
}

//! The overview (*översikt*): every recipient of an agreement on one page, and every agreement on one. Owns no state.
//!
//! From the ledgers and the cases' states (an [`Outcome`]) to [`Row`]s and a [`Summary`]; a [`view::View`] says which
//! rows, and [`tables`] makes of them the tables of the pages and of the files. What a recipient has not issued is its own
//! and is not seen here.

pub mod cache;
mod figures;
pub mod form;
pub mod government;
pub mod pages;
pub mod pictures;
mod row;
mod state;
pub mod store;
pub mod tables;
pub mod view;

use chrono::{DateTime, Utc};

pub use self::{
    figures::{Figures, Measure},
    row::{Late, Row, Summary},
    state::{Reporting, Stage, State},
};
use crate::{
    agreement::{Agreement, Later},
    grant::{Account, Grant, Ledger},
    history::Event,
    ids::Id,
    money::Money,
    recipient::Organisation,
    report::store::Progress,
    text::sort_key,
};

/// A requisition that has been issued.
#[derive(Debug, Clone)]
pub struct Filing {
    /// The form it is made on.
    pub form: String,
    pub stage: Stage,
    /// It came in at some time, whatever became of it.
    pub received: bool,
}

/// One recipient's share and what it has filed.
#[derive(Debug, Clone)]
pub struct Standing {
    pub recipient: Organisation,
    /// The name of whoever holds the grant now: its own, or a successor's.
    pub holder: String,
    pub later: Later,
    pub ledger: Ledger,
    pub filings: Vec<Filing>,
    pub report: Option<Progress>,
    /// What happened last, apart from what the recipient prepares.
    pub last_event: Option<(Event, DateTime<Utc>)>,
    pub grant: Id<Grant>,
}

impl Standing {
    /// Its share of each post that it has a share of.
    pub fn shares(&self) -> impl Iterator<Item = (&str, Money)> {
        self.ledger.of_account(Account::Allocated).filter(|(_, amount)| *amount > Money::ZERO)
    }
}

/// An agreement with everyone who has a share of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub agreement: Agreement,
    pub standings: Vec<Standing>,
}

impl Outcome {
    /// True when the last day has passed and the right to the rest is lost.
    pub fn lapses(&self, now: DateTime<Utc>) -> bool {
        self.agreement.terms.deadlines.right_has_lapsed(now)
    }

    /// A row for everyone who has a share: of the post, or of any.
    pub fn rows(&self, post: Option<&str>, now: DateTime<Utc>) -> Vec<Row> {
        self.standings
            .iter()
            .map(|standing| row::row(self, standing, post, now))
            .filter(|row| row.figures.allocated > Money::ZERO)
            .collect()
    }

    /// All that was published.
    pub fn allocated(&self) -> Money {
        self.standings.iter().map(|standing| standing.ledger.total(Account::Allocated)).sum()
    }

    /// The row of one recipient, when it has a share.
    pub fn of_recipient(&self, code: &str, now: DateTime<Utc>) -> Option<Row> {
        let standing = self.standings.iter().find(|standing| standing.recipient.code == code)?;
        Some(row::row(self, standing, None, now)).filter(|row| row.figures.allocated > Money::ZERO)
    }

    /// The counties of the recipients, in Swedish order.
    pub fn counties(&self) -> Vec<&str> {
        let mut counties: Vec<&str> =
            self.standings.iter().map(|standing| standing.recipient.county.as_str()).collect();
        counties.sort_by_cached_key(|county| sort_key(county));
        counties.dedup();
        counties.retain(|county| !county.is_empty());
        counties
    }
}

//! Open data (*öppna data*): what each recipient was granted of every agreement and what became of it, for anybody, as
//! pages and as files. Owns nothing but the authority's switch.
//!
//! A [`Record`] is all that is public: organisations and amounts. It has no field that could hold a person, a case or a
//! word of the handling. What can still change in the ordinary course of things is marked [`Status::Preliminary`].

pub mod field;
pub mod form;
pub mod json;
pub mod pages;
pub mod paths;
pub mod store;
pub mod tables;
pub mod verbs;
mod view;

use std::collections::HashMap;

use chrono::{DateTime, Utc};

pub use self::view::View;
use crate::{
    desks::dashboard::{AgreementPositions, Figures, Position, Row, State},
    grants::grant::{Account, Grant, store::Holder},
    people::recipient::Organisation,
    terms::agreement,
};
use values::{Id, Line, Money, text::sort_key};

/// The addresses and names of fields hold for good; so does the licence, since nobody can take it back.
pub const LICENCE: &str = "https://creativecommons.org/publicdomain/zero/1.0/";

/// One recipient's share of one agreement, as everybody may see it.
#[derive(Debug, Clone)]
pub struct Record {
    pub slug: String,
    pub agreement: String,
    pub year: i32,
    pub name: String,
    pub code: String,
    pub county: String,
    pub figures: Figures,
    pub status: Status,
    /// Whoever has taken over this share. The figures stay by the recipient that it was allocated to.
    pub successor: Option<Holder>,
    /// Whose shares of the same agreement this recipient has taken over, by name.
    pub predecessors: Vec<Holder>,
}

impl Record {
    /// What the agreement is called.
    pub fn title(&self) -> String {
        agreement::titled(&self.agreement, &self.year.to_string())
    }
}

/// Whether the amounts stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// *Preliminär*: something of the recipient's grant is still under way.
    Preliminary,
    /// *Slutlig*: nothing changes any more but by a new decision or a correction.
    Final,
}

impl Status {
    pub const ALL: [Self; 2] = [Self::Preliminary, Self::Final];

    pub fn label(self) -> &'static str {
        match self {
            Self::Preliminary => "Preliminär",
            Self::Final => "Slutlig",
        }
    }

    pub fn tone(self) -> &'static str {
        match self {
            Self::Preliminary => "warning",
            Self::Final => "success",
        }
    }

    /// The rule, as the page of the fields tells it. Final is
    ///
    /// - what was never requisitioned, once the right to it has lapsed; and
    /// - a closed grant: nothing more can be requisitioned, all that was requisitioned is paid out, the report that came
    ///   in last is approved, and what was not used is repaid.
    ///
    /// All else is preliminary: an amount that waits for a decision, and the costs of a report that nobody has approved.
    fn of(row: &Row, position: &Position) -> Self {
        let figures = &row.figures;
        let is_nothing = figures.requisitioned.is_zero() && figures.paid.is_zero();
        // A correction that came in and is not approved is in the one and not in the other.
        let stands = position.ledger.total(Account::Reported) == position.ledger.total(Account::Costs);
        let is_closed = row.state == State::Closed && figures.paid == figures.requisitioned && stands;
        if !row.is_open() && (is_nothing || is_closed) { Self::Final } else { Self::Preliminary }
    }
}

/// An agreement's records of the recipients that are asked for, by name.
pub fn records(
    outcome: &AgreementPositions,
    is_asked: impl Fn(&Organisation) -> bool,
    now: DateTime<Utc>,
) -> Vec<Record> {
    let terms = &outcome.agreement.terms;
    let positions: HashMap<Id<Grant>, &Position> =
        outcome.positions.iter().map(|position| (position.grant, position)).collect();
    let predecessors = predecessors(outcome);
    let record = |row: Row| {
        let position = positions.get(&row.grant)?;
        Some(Record {
            slug: terms.slug.clone(),
            agreement: terms.name.clone(),
            year: terms.year,
            status: Status::of(&row, position),
            successor: row.has_passed().then(|| row.holder.clone()),
            predecessors: predecessors.get(row.recipient.code.as_str()).cloned().unwrap_or_default(),
            name: row.recipient.name,
            code: row.recipient.code,
            county: row.recipient.county,
            figures: row.figures,
        })
    };
    let rows = outcome.rows(None, now).into_iter().filter(|row| is_asked(&row.recipient));
    let mut records: Vec<Record> = rows.filter_map(record).collect();
    records.sort_by_cached_key(|record| sort_key(&record.name));
    records
}

/// Whose shares each has taken over, by its code.
fn predecessors(outcome: &AgreementPositions) -> HashMap<&str, Vec<Holder>> {
    let mut taken: HashMap<&str, Vec<Holder>> = HashMap::new();
    for position in
        outcome.positions.iter().filter(|position| position.holder.code != position.recipient.code)
    {
        let Organisation { name, code, .. } = position.recipient.clone();
        taken.entry(&position.holder.code).or_default().push(Holder { name, code });
    }
    for of in taken.values_mut() {
        of.sort_by_cached_key(|of| sort_key(&of.name));
    }
    taken
}

/// What the records come to.
#[derive(Debug, Clone, Default)]
pub struct Sum {
    pub figures: Figures,
    pub recipients: usize,
    pub preliminary: usize,
    /// How many have reported, and how many of them have a surplus and a deficit.
    pub reported: usize,
    pub with_surplus: usize,
    pub with_deficit: usize,
}

impl Sum {
    pub fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> Self {
        let mut sum = Self::default();
        for record in records {
            sum.figures += &record.figures;
            sum.recipients += 1;
            sum.preliminary += usize::from(record.status == Status::Preliminary);
            let is_some = |amount: Option<Money>| usize::from(amount.is_some_and(|amount| !amount.is_zero()));
            sum.reported += usize::from(record.figures.costs.is_some());
            sum.with_surplus += is_some(record.figures.surplus);
            sum.with_deficit += is_some(record.figures.deficit());
        }
        sum
    }

    pub fn status(&self) -> Status {
        if self.preliminary == 0 { Status::Final } else { Status::Preliminary }
    }
}

/// What an authority decides of its open data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Switch {
    On,
    /// What was public is so no longer, and this is why.
    Off {
        reason: Line<200>,
    },
}

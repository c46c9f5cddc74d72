//! The report to the government (*rapport till regeringen*): what became of one agreement, in words, tables and pictures.
//! A page, a workbook and a [document](document::report) are made of it.
//!
//! Every amount is a [`Summary`]'s or a row's [`Figures`](super::Figures), the same as on the overview's other pages.

pub mod print;
pub mod tables;
pub mod words;

use chrono::{DateTime, NaiveDate, Utc};

use super::{AgreementPositions, Row, Summary};
use crate::{
    grants::standing::{Obligation, What},
    paths,
    terms::agreement::Terms,
};
use table::Table;
use values::{calendar, text::sort_key};

/// What the report is made of, reckoned once.
pub struct GovernmentReport<'a> {
    pub outcome: &'a AgreementPositions,
    pub now: DateTime<Utc>,
    /// Everyone who has a share, by name.
    pub rows: Vec<Row>,
    pub whole: Summary,
    /// Of those whose reports are approved, and of those whose costs are preliminary.
    pub approved: Summary,
    pub preliminary: Summary,
    /// The posts that somebody has a share of, by name in the agreement's order.
    pub posts: Vec<(&'a str, Summary)>,
}

impl<'a> GovernmentReport<'a> {
    pub fn of(outcome: &'a AgreementPositions, now: DateTime<Utc>) -> Self {
        let mut rows = outcome.rows(None, now);
        rows.sort_by_cached_key(|row| sort_key(&row.recipient.name));
        let reported = || rows.iter().filter(|row| row.figures.costs.is_some());
        let posts = outcome.agreement.terms.posts.iter();
        Self {
            whole: Summary::of(&rows),
            approved: Summary::of(reported().filter(|row| row.is_settled)),
            preliminary: Summary::of(reported().filter(|row| !row.is_settled)),
            posts: posts
                .map(|post| (post.name.as_str(), Summary::of(&outcome.rows(Some(&post.key), now))))
                .filter(|(_, summary)| summary.recipients > 0)
                .collect(),
            outcome,
            now,
            rows,
        }
    }

    pub fn terms(&self) -> &'a Terms {
        &self.outcome.agreement.terms
    }

    pub fn today(&self) -> NaiveDate {
        calendar::day(self.now)
    }

    /// What was not done by its last day: what is late, the longest first, and what has lapsed, the most kronor first.
    pub fn overdue(&self, what: What) -> Vec<(&Row, &Obligation)> {
        let is_overdue = |due: &Obligation| due.what == what && (due.is_late() || due.has_lapsed());
        let all = self.rows.iter().flat_map(|row| row.obligations.iter().map(move |due| (row, due)));
        let mut overdue: Vec<(&Row, &Obligation)> = all.filter(|(_, due)| is_overdue(due)).collect();
        overdue.sort_by_key(|(_, due)| (due.days_left.unwrap_or_default(), std::cmp::Reverse(due.amount)));
        overdue
    }

    /// Whose finance head does not find the report correct, with the deviations and the measures.
    pub fn deviations(&self) -> Vec<(&Row, String, String)> {
        let told = |row: &Row| {
            let verdict = row.verdict.as_ref().filter(|verdict| !verdict.is_correct())?;
            verdict.told()
        };
        let all = self.rows.iter().filter_map(|row| told(row).map(|(said, done)| (row, said, done)));
        all.collect()
    }

    /// The sheets of the workbook: each name and table.
    pub fn sheets(&self) -> Vec<(&'static str, Table)> {
        vec![
            ("Totaler", tables::totals(self)),
            ("Poster", tables::posts(self)),
            ("Län", super::tables::counties(&self.rows, true, &self.address())),
            ("Mottagare", super::tables::recipients(&self.rows, true)),
            ("Sena", tables::overdue(self, &What::ALL)),
            ("Avvikelser", tables::deviations(self)),
            ("Lägen", tables::states(self)),
        ]
    }

    fn address(&self) -> String {
        paths::dashboard::Agreement(&self.terms().slug).to_string()
    }
}

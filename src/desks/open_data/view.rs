//! Which records of a page, in what order, and what its map shows: what the address says.

use super::field;
use crate::desks::dashboard::{Measure, view};
use table::Sort;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct View {
    /// Part of a name, or a number.
    pub search: String,
    /// As in the overview, by names alone.
    pub meant: Vec<String>,
    pub county: Option<String>,
    pub sort: Sort,
    /// What the map measures; the page chooses when it says nothing.
    pub measure: Option<Measure>,
}

impl View {
    pub fn is_filtered(&self) -> bool {
        !self.search.is_empty() || self.county.is_some()
    }

    pub fn sorted_by(&self, sort: Sort) -> Self {
        Self { sort, ..self.clone() }
    }

    pub fn measuring(&self, measure: Measure) -> Self {
        Self { measure: Some(measure), ..self.clone() }
    }

    /// The same rows as a file, which has no map.
    pub fn of_file(&self) -> Self {
        Self { measure: None, ..self.clone() }
    }

    pub fn measure_key(&self) -> &'static str {
        self.measure.map_or("", |measure| field::Field::Amount(measure).key())
    }

    /// Who is searched for, as in the overview.
    pub fn overview(&self) -> view::View {
        view::View {
            search: self.search.clone(),
            meant: self.meant.clone(),
            county: self.county.clone(),
            ..view::View::default()
        }
    }
}

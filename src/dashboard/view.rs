//! Which rows of the overview, and in what order.

use super::{Outcome, Row, State};
use crate::recipient::{search_form, sort_key};

/// Which rows, in what order: what the address says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct View {
    /// Part of a name, or the beginning of a code.
    pub search: String,
    pub county: Option<String>,
    pub state: Option<State>,
    pub post: Option<String>,
    pub sort: Sort,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    pub column: Column,
    pub descending: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Column {
    #[default]
    Recipient,
    State,
    Allocated,
    Requisitioned,
    Approved,
    Left,
    Paid,
    Costs,
    Unspent,
    Repaid,
    LeftToRepay,
    Code,
    County,
}

impl Column {
    /// As they stand on the page: what matters most is seen on a telephone without scrolling sideways.
    pub const ALL: [Self; 13] = [
        Self::Recipient,
        Self::State,
        Self::Allocated,
        Self::Requisitioned,
        Self::Approved,
        Self::Left,
        Self::Paid,
        Self::Costs,
        Self::Unspent,
        Self::Repaid,
        Self::LeftToRepay,
        Self::Code,
        Self::County,
    ];

    /// What says something: before anything is paid out there is nothing to account for.
    pub fn shown(is_paid: bool) -> Vec<Self> {
        let follows_payment = |column: &Self| {
            matches!(column, Self::Paid | Self::Costs | Self::Unspent | Self::Repaid | Self::LeftToRepay)
        };
        Self::ALL.into_iter().filter(|column| is_paid || !follows_payment(column)).collect()
    }

    /// In addresses.
    pub fn key(self) -> &'static str {
        self.words().0
    }

    pub fn label(self) -> &'static str {
        self.words().1
    }

    pub fn is_amount(self) -> bool {
        !matches!(self, Self::Recipient | Self::State | Self::Code | Self::County)
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Recipient => ("mottagare", "Mottagare"),
            Self::Code => ("kod", "Kommunkod"),
            Self::County => ("lan", "Län"),
            Self::Allocated => ("tilldelat", "Tilldelat"),
            Self::Requisitioned => ("rekvirerat", "Rekvirerat"),
            Self::Approved => ("godkant", "Godkänt"),
            Self::Left => ("kvar", "Inte rekvirerat"),
            Self::Paid => ("utbetalt", "Utbetalt"),
            Self::Costs => ("kostnader", "Kostnader"),
            Self::Unspent => ("inte-forbrukat", "Inte förbrukat"),
            Self::Repaid => ("aterbetalt", "Återbetalt"),
            Self::LeftToRepay => ("kvar-att-aterbetala", "Kvar att återbetala"),
            Self::State => ("lage", "Läge"),
        }
    }
}

impl View {
    /// Without what this agreement does not have: a county or a post from another one's address.
    pub fn fitted_to(mut self, outcome: &Outcome) -> Self {
        self.county = self.county.filter(|county| outcome.counties().contains(&county.as_str()));
        self.post = self.post.filter(|post| outcome.agreement.terms.post(post).is_some());
        self
    }

    /// The rows that it asks for, in its order; equal ones by name.
    pub fn select(&self, mut rows: Vec<Row>) -> Vec<Row> {
        let needle = search_form(&self.search);
        rows.retain(|row| {
            self.county.as_ref().is_none_or(|county| row.county == *county)
                && self.state.is_none_or(|state| row.state == state)
                && is_found(row, &needle)
        });
        rows.sort_by_cached_key(|row| sort_key(&row.name));
        // Stable sorts: the order by name stays within what is equal.
        match self.sort.column {
            Column::Recipient if self.sort.descending => rows.reverse(),
            Column::Recipient => {}
            Column::Code => self.sort_by(&mut rows, |row| row.code.clone()),
            Column::County => self.sort_by(&mut rows, |row| sort_key(&row.county)),
            Column::State => self.sort_by(&mut rows, |row| row.state),
            amount => self.sort_by(&mut rows, |row| row.amount(amount)),
        }
        rows
    }

    fn sort_by<K: Ord>(&self, rows: &mut [Row], key: impl Fn(&Row) -> K) {
        if self.sort.descending {
            rows.sort_by_cached_key(|row| std::cmp::Reverse(key(row)));
        } else {
            rows.sort_by_cached_key(key);
        }
    }

    /// The same rows by this column: the other way when they are by it already, else the largest amount or the first
    /// letter first.
    pub fn sorted_by(&self, column: Column) -> Self {
        let descending = if self.sort.column == column { !self.sort.descending } else { column.is_amount() };
        Self { sort: Sort { column, descending }, ..self.clone() }
    }

    /// Something is filtered away.
    pub fn is_filtered(&self) -> bool {
        *self != Self { sort: self.sort, ..Self::default() }
    }
}

fn is_found(row: &Row, needle: &str) -> bool {
    needle.is_empty()
        || search_form(&row.name).contains(needle)
        || search_form(&row.formal_name).contains(needle)
        || search_form(&row.code).starts_with(needle)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Money;

    fn row(name: &str, code: &str, county: &str, kronor: (i64, i64), state: State) -> Row {
        Row {
            name: name.to_owned(),
            formal_name: format!("{name} kommun"),
            code: code.to_owned(),
            county: county.to_owned(),
            allocated: Money::kronor(kronor.0),
            requisitioned: Money::kronor(kronor.1),
            approved: Money::ZERO,
            paid: Money::ZERO,
            costs: None,
            unspent: None,
            repaid: None,
            left_to_repay: None,
            grant: crate::ids::Id::new(),
            state,
            answered: kronor.1 > 0,
            has_case: kronor.1 > 0,
        }
    }

    fn rows() -> Vec<Row> {
        vec![
            row("Örebro", "1880", "Örebro län", (900, 0), State::NotStarted),
            row("Ale", "1440", "Västra Götalands län", (400, 400), State::Submitted),
            row("Åre", "2321", "Jämtlands län", (250, 0), State::NotStarted),
            row("SKR", "SKR", "", (250, 100), State::PartlyApproved),
            row("Älvkarleby", "0319", "Uppsala län", (250, 250), State::Approved),
        ]
    }

    fn names(view: &View) -> Vec<String> {
        view.select(rows()).into_iter().map(|row| row.name).collect()
    }

    fn by(column: Column, descending: bool) -> View {
        View { sort: Sort { column, descending }, ..View::default() }
    }

    #[test]
    fn names_come_in_swedish_order_both_ways() {
        assert_eq!(names(&View::default()), ["Ale", "SKR", "Åre", "Älvkarleby", "Örebro"]);
        assert_eq!(names(&by(Column::Recipient, true)), ["Örebro", "Älvkarleby", "Åre", "SKR", "Ale"]);
    }

    #[test]
    fn every_column_sorts_and_equal_rows_stay_by_name() {
        assert_eq!(names(&by(Column::Code, false)), ["Älvkarleby", "Ale", "Örebro", "Åre", "SKR"]);
        assert_eq!(names(&by(Column::County, false)), ["SKR", "Åre", "Älvkarleby", "Ale", "Örebro"]);
        assert_eq!(names(&by(Column::Allocated, true)), ["Örebro", "Ale", "SKR", "Åre", "Älvkarleby"]);
        assert_eq!(names(&by(Column::Allocated, false)), ["SKR", "Åre", "Älvkarleby", "Ale", "Örebro"]);
        assert_eq!(names(&by(Column::Requisitioned, true)), ["Ale", "Älvkarleby", "SKR", "Åre", "Örebro"]);
        assert_eq!(names(&by(Column::Left, true)), ["Örebro", "Åre", "SKR", "Ale", "Älvkarleby"]);
        assert_eq!(names(&by(Column::State, false)), ["Ale", "Åre", "Örebro", "SKR", "Älvkarleby"]);
    }

    #[test]
    fn a_search_finds_swedish_letters_codes_and_formal_names() {
        let search = |text: &str| names(&View { search: text.to_owned(), ..View::default() });
        assert_eq!(search(" ÖREBRO "), ["Örebro"]);
        assert_eq!(search("ä"), ["Älvkarleby"]);
        assert_eq!(search("1440"), ["Ale"]);
        assert_eq!(search("Ale kommun"), ["Ale"]);
        assert_eq!(search("440"), [""; 0]);
    }

    #[test]
    fn filters_go_together() {
        let county = Some("Jämtlands län".to_owned());
        let view = View { county, state: Some(State::NotStarted), ..View::default() };
        assert_eq!(names(&view), ["Åre"]);
        assert!(view.is_filtered() && !by(Column::Left, true).is_filtered());
    }

    #[test]
    fn a_heading_turns_the_order_and_keeps_the_filter() {
        let view = View { state: Some(State::Lapsed), ..View::default() };
        let by_left = view.sorted_by(Column::Left);
        assert_eq!(by_left.state, view.state);
        assert!(by_left.sort.descending && !by_left.sorted_by(Column::Left).sort.descending);
        assert!(!view.sorted_by(Column::County).sort.descending);
        assert!(view.sorted_by(Column::Recipient).sort.descending);
    }
}

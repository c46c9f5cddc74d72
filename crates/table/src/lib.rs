//! Tables (*tabeller*): figures in rows and columns, the same on a page, in a CSV file and in a workbook.

pub mod csv;
pub mod workbook;

use std::{borrow::Cow, cmp::Ordering};

use chrono::NaiveDate;

use values::{
    MINUS, Money,
    text::{SortKey, sort_key},
};

#[derive(Debug, Clone)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Row>,
    /// What the rows come to. In the order of the columns, like each row.
    pub total: Option<Vec<Cell>>,
    /// The column that the rows are in the order of.
    pub sort: Sort,
}

/// The heading of a column, and its name in addresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    pub key: Cow<'static, str>,
    pub label: Cow<'static, str>,
    pub is_numeric: bool,
}

/// A heading on a page.
#[derive(Debug, Clone)]
pub struct Heading {
    pub label: Cow<'static, str>,
    pub href: String,
    /// `ascending`, `descending`, or nothing.
    pub direction: &'static str,
    pub is_numeric: bool,
}

#[derive(Debug, Clone)]
pub struct Row {
    /// The first is the row's heading.
    pub cells: Vec<Cell>,
    /// Something here is late.
    pub is_late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Not known yet, or nothing to say.
    Empty,
    Text(String),
    /// A text that leads somewhere.
    Link {
        text: String,
        href: String,
    },
    /// One of a few words, sorted by its rank.
    Tag {
        label: &'static str,
        tone: &'static str,
        rank: usize,
    },
    Amount(Money),
    Share(Share),
    Count(i64),
    Day(NaiveDate),
}

/// A part of a whole, shown in per cent with one decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    pub part: Money,
    pub whole: Money,
}

/// By which column, and which end first: `kvar` in an address, or `-kvar` for the largest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Sort {
    pub key: String,
    pub descending: bool,
}

impl Column {
    pub fn text(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), label: label.into(), is_numeric: false }
    }

    pub fn number(key: impl Into<Cow<'static, str>>, label: impl Into<Cow<'static, str>>) -> Self {
        Self { key: key.into(), label: label.into(), is_numeric: true }
    }
}

impl Cell {
    pub fn amount(known: Option<Money>) -> Self {
        known.map_or(Self::Empty, Self::Amount)
    }

    /// Nothing when there is no whole to be a part of.
    pub fn share(part: Option<Money>, whole: Money) -> Self {
        match part {
            Some(part) if whole > Money::ZERO => Self::Share(Share { part, whole }),
            _ => Self::Empty,
        }
    }

    pub fn count(count: usize) -> Self {
        i64::try_from(count).map_or(Self::Empty, Self::Count)
    }

    /// As people read it; nothing where it is empty.
    pub fn shown(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) | Self::Link { text, .. } => text.clone(),
            Self::Tag { label, .. } => (*label).to_owned(),
            Self::Amount(amount) => amount.digits().to_string(),
            Self::Share(share) => share.to_string(),
            Self::Count(count) if *count < 0 => format!("{MINUS}{}", count.unsigned_abs()),
            Self::Count(count) => count.to_string(),
            Self::Day(day) => day.to_string(),
        }
    }
}

impl Share {
    /// Of a number of things: a share has no unit.
    pub fn of_counts(part: usize, whole: usize) -> Self {
        let number = |count| Money::ore(i64::try_from(count).unwrap_or(i64::MAX));
        Self { part: number(part), whole: number(whole) }
    }

    /// Of a thousand, rounded towards zero: 1000 only when the part is the whole.
    pub fn per_mille(self) -> i64 {
        match self.whole.to_ore() {
            0 => 0,
            whole => {
                i64::try_from(i128::from(self.part.to_ore()) * 1000 / i128::from(whole)).unwrap_or(i64::MAX)
            }
        }
    }

    /// Shown as negative: one that rounds to zero is not.
    pub fn is_negative(self) -> bool {
        self.per_mille() < 0
    }

    pub fn abs(self) -> Self {
        Self { part: self.part.abs(), whole: self.whole }
    }

    fn compare(self, other: Self) -> Ordering {
        let cross = |a: Self, b: Self| i128::from(a.part.to_ore()) * i128::from(b.whole.to_ore());
        cross(self, other).cmp(&cross(other, self))
    }
}

impl std::fmt::Display for Share {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let per_mille = self.per_mille();
        let sign = if per_mille < 0 { MINUS } else { "" };
        let (whole, tenth) = (per_mille.unsigned_abs() / 10, per_mille.unsigned_abs() % 10);
        write!(f, "{sign}{whole},{tenth}\u{A0}%")
    }
}

impl Sort {
    pub fn by(key: impl Into<String>) -> Self {
        Self { key: key.into(), descending: false }
    }

    pub fn parse(typed: &str) -> Self {
        match typed.strip_prefix('-') {
            Some(key) => Self { key: key.to_owned(), descending: true },
            None => Self::by(typed),
        }
    }

    /// As it stands in an address.
    pub fn written(&self) -> String {
        format!("{}{}", if self.descending { "-" } else { "" }, self.key)
    }
}

impl Table {
    /// Rows that come in the order of the first column.
    pub fn new(columns: Vec<Column>, rows: Vec<Row>, total: Option<Vec<Cell>>) -> Self {
        let sort = Sort::by(columns.first().map_or("", |column| &column.key));
        Self { columns, rows, total, sort }
    }

    /// In this order; as it is when there is no such column. Rows that are equal there keep their order, and those with
    /// nothing there come last.
    #[must_use]
    pub fn sorted(mut self, sort: &Sort) -> Self {
        let Some(at) = self.columns.iter().position(|column| column.key == sort.key) else {
            return self;
        };
        self.rows.sort_by_cached_key(|row| match row.cells.get(at) {
            None | Some(Cell::Empty) => (true, Key::default()),
            Some(cell) => (false, Key { of: KeyOf::of(cell), descending: sort.descending }),
        });
        self.sort = sort.clone();
        self
    }

    /// The headings, each with the address of the order that it leads to.
    pub fn headings(&self, address: impl Fn(Sort) -> String) -> Vec<Heading> {
        let heading = |column: &Column| Heading {
            label: column.label.clone(),
            href: address(self.sort_of(column)),
            direction: self.direction(column),
            is_numeric: column.is_numeric,
        };
        self.columns.iter().map(heading).collect()
    }

    /// The order that a heading leads to: the other way when the rows are by it already, else the largest amount or the
    /// first letter first.
    fn sort_of(&self, column: &Column) -> Sort {
        let is_by_it = self.sort.key == column.key;
        let descending = if is_by_it { !self.sort.descending } else { column.is_numeric };
        Sort { key: column.key.clone().into_owned(), descending }
    }

    /// `ascending`, `descending`, or nothing.
    fn direction(&self, column: &Column) -> &'static str {
        match &self.sort {
            sort if sort.key != column.key => "",
            sort if sort.descending => "descending",
            _ => "ascending",
        }
    }
}

/// What a cell is sorted by, and which way.
#[derive(Default, PartialEq, Eq)]
struct Key {
    of: KeyOf,
    descending: bool,
}

#[derive(Default, PartialEq, Eq)]
enum KeyOf {
    #[default]
    Nothing,
    Text(SortKey),
    Number(i64),
    Share(Share),
}

impl KeyOf {
    fn of(cell: &Cell) -> Self {
        match cell {
            Cell::Empty => Self::Nothing,
            Cell::Text(text) | Cell::Link { text, .. } => Self::Text(sort_key(text)),
            Cell::Tag { rank, .. } => Self::Number(i64::try_from(*rank).unwrap_or(i64::MAX)),
            Cell::Amount(amount) => Self::Number(amount.to_ore()),
            Cell::Share(share) => Self::Share(*share),
            Cell::Count(count) => Self::Number(*count),
            Cell::Day(day) => Self::Number(chrono::Datelike::num_days_from_ce(day).into()),
        }
    }

    /// A column holds cells of one kind, so nothing else is ever compared.
    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.cmp(b),
            (Self::Share(a), Self::Share(b)) => a.compare(*b),
            _ => Ordering::Equal,
        }
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = self.of.compare(&other.of);
        if self.descending { order.reverse() } else { order }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(cells: Vec<(&str, Cell)>) -> Table {
        let columns = vec![Column::text("namn", "Namn"), Column::number("varde", "Värde")];
        let row = |(name, cell): (&str, Cell)| Row {
            cells: vec![Cell::Text(name.to_owned()), cell],
            is_late: false,
        };
        Table::new(columns, cells.into_iter().map(row).collect(), None)
    }

    fn names(table: &Table) -> Vec<String> {
        let name = |row: &Row| match &row.cells[0] {
            Cell::Text(name) => name.clone(),
            other => format!("{other:?}"),
        };
        table.rows.iter().map(name).collect()
    }

    fn kronor(kronor: i64) -> Cell {
        Cell::Amount(Money::kronor(kronor))
    }

    #[test]
    fn names_come_in_swedish_order_both_ways() {
        let names_by = |sort: &str| {
            let rows = ["Örebro", "Ale", "Åre", "Älvkarleby"].map(|name| (name, Cell::Empty)).to_vec();
            names(&table(rows).sorted(&Sort::parse(sort)))
        };
        assert_eq!(names_by("namn"), ["Ale", "Åre", "Älvkarleby", "Örebro"]);
        assert_eq!(names_by("-namn"), ["Örebro", "Älvkarleby", "Åre", "Ale"]);
        assert_eq!(names_by("pengar"), ["Örebro", "Ale", "Åre", "Älvkarleby"]);
    }

    #[test]
    fn equal_rows_keep_their_order_and_empty_ones_come_last_both_ways() {
        let rows = || {
            vec![
                ("A", kronor(-5)),
                ("B", Cell::Empty),
                ("C", kronor(20)),
                ("D", kronor(3)),
                ("E", kronor(20)),
            ]
        };
        assert_eq!(names(&table(rows()).sorted(&Sort::parse("varde"))), ["A", "D", "C", "E", "B"]);
        assert_eq!(names(&table(rows()).sorted(&Sort::parse("-varde"))), ["C", "E", "D", "A", "B"]);
    }

    #[test]
    fn shares_are_compared_exactly_and_shown_in_per_cent() {
        let share = |part, whole| Cell::share(Some(Money::kronor(part)), Money::kronor(whole));
        let rows = vec![("A", share(2, 3)), ("B", share(666_666, 1_000_000)), ("C", share(-1, 3))];
        assert_eq!(names(&table(rows).sorted(&Sort::parse("-varde"))), ["A", "B", "C"]);
        assert_eq!(share(1, 0), Cell::Empty);
        for (part, shown) in
            [(1, "33,3\u{A0}%"), (3, "100,0\u{A0}%"), (-1, "\u{2212}33,3\u{A0}%"), (0, "0,0\u{A0}%")]
        {
            assert_eq!(Share { part: Money::kronor(part), whole: Money::kronor(3) }.to_string(), shown);
        }
    }

    #[test]
    fn a_heading_turns_the_order() {
        let table = table(Vec::new());
        let [name, value] = &table.columns[..] else { panic!("two columns") };
        assert_eq!(table.direction(name), "ascending");
        assert_eq!(table.sort_of(name).written(), "-namn");
        assert_eq!(table.sort_of(value).written(), "-varde");
        let by_value = table.clone().sorted(&Sort::parse("-varde"));
        assert_eq!(by_value.direction(value), "descending");
        assert_eq!(by_value.sort_of(value).written(), "varde");
    }
}

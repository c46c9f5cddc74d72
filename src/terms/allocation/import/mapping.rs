//! What the columns of a table are: guessed ([`super::guess`]), and changed by the user.

use super::{
    Fault, Place, column_letters,
    matching::Clues,
    reading::{Row, Sheet, Table},
    unit::Unit,
};
use crate::{people::recipient::Kind, terms::agreement::Post};
use values::{Money, text::fold};

/// What a post is held against.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    pub key: String,
    pub name: String,
    /// As printed.
    pub total: Money,
    /// What the published rows sum to, where that is not what is printed (2020 Bilaga 2).
    pub rows_total: Option<Money>,
    pub recipients: usize,
    pub floor: Option<Money>,
    pub rows_at_floor: Option<usize>,
}

impl Decided {
    /// What the rows are to sum to.
    #[must_use]
    pub fn of_rows(&self) -> Money {
        self.rows_total.unwrap_or(self.total)
    }
}

impl From<&Post> for Decided {
    fn from(post: &Post) -> Self {
        Self {
            key: post.key.clone(),
            name: post.name.clone(),
            total: Money::kronor(post.total),
            rows_total: post.rows_total.map(Money::kronor),
            recipients: post.recipients,
            floor: post.floor.map(Money::kronor),
            rows_at_floor: post.rows_at_floor,
        }
    }
}

/// Columns are counted from 0, rows are numbered as in the table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mapping {
    /// Which of the table's sheets.
    pub sheet: usize,
    /// The table's rows begin below it; without one, at the top.
    pub header_row: Option<usize>,
    pub code: Option<usize>,
    pub organisation_number: Option<usize>,
    pub name: Option<usize>,
    /// In percent, as printed.
    pub share: Option<usize>,
    pub amounts: Amounts,
    /// What the amounts are in.
    pub unit: Unit,
    /// Whom a name is taken for that fits several.
    pub kind: Option<Kind>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amounts {
    /// A column for each post, as in 2020 Bilaga 1.
    Columns(Vec<PostColumn>),
    /// One column, and beside it which post the row is about.
    Rows { post: usize, amount: usize },
}

impl Default for Amounts {
    fn default() -> Self {
        Self::Columns(Vec::new())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostColumn {
    pub post: String,
    pub column: usize,
}

impl Mapping {
    #[must_use]
    pub fn clues<'a>(&self, row: &'a Row) -> Clues<'a> {
        let cell = |column: Option<usize>| column.map_or("", |column| row.cell(column));
        Clues {
            code: cell(self.code),
            organisation_number: cell(self.organisation_number),
            name: cell(self.name),
        }
    }

    /// The rows below the heading, without a heading that is repeated on every page.
    pub fn rows<'a>(&self, sheet: &'a Sheet) -> impl Iterator<Item = &'a Row> {
        let header = sheet.rows.iter().find(|row| Some(row.number) == self.header_row);
        let first = self.header_row.map_or(0, |header| header + 1);
        sheet
            .rows
            .iter()
            .filter(move |row| row.number >= first && header.is_none_or(|header| header.cells != row.cells))
    }

    /// Those with an amount of a post.
    #[must_use]
    pub fn amount_columns(&self) -> Vec<usize> {
        match &self.amounts {
            Amounts::Columns(columns) => columns.iter().map(|column| column.column).collect(),
            Amounts::Rows { amount, .. } => vec![*amount],
        }
    }

    /// Every column that means something.
    #[must_use]
    pub fn columns(&self) -> Vec<usize> {
        let post = match &self.amounts {
            Amounts::Columns(_) => None,
            Amounts::Rows { post, .. } => Some(*post),
        };
        let others = [self.code, self.organisation_number, self.name, self.share, post];
        others.into_iter().flatten().chain(self.amount_columns()).collect()
    }

    /// What keeps the rows from being read at all.
    #[must_use]
    pub fn faults(&self, table: &Table, posts: &[Decided]) -> Vec<Fault> {
        let Some(sheet) = table.sheets.get(self.sheet) else {
            return vec![fault(Place::default(), "Bladet finns inte.", "Välj ett blad i tabellen.")];
        };
        let at = |column| Place { sheet: sheet.name.clone(), row: self.header_row, column };
        let mut faults = Vec::new();
        if [self.code, self.organisation_number, self.name].iter().all(Option::is_none) {
            let mend = "Ange i vilken kolumn koden, organisationsnumret eller namnet står. Bara den som finns i registret kan få bidraget: kommuner, regioner, RSS och de organisationer som är inlagda där. Ett lärosäte eller någon annan läggs in under Register först.";
            faults.push(fault(at(None), "Ingen kolumn säger vem som får bidraget.", mend));
        }
        match &self.amounts {
            Amounts::Columns(columns) if columns.is_empty() => {
                let mend = "Ange för varje post i vilken kolumn beloppen står.";
                faults.push(fault(at(None), "Ingen kolumn har beloppen.", mend));
            }
            Amounts::Columns(columns) => {
                let mut seen = Vec::new();
                for PostColumn { post, column } in columns {
                    if seen.contains(&post) || !posts.iter().any(|decided| decided.key == *post) {
                        let reason = format!("Posten {post} finns inte, eller har fått två kolumner.");
                        faults.push(fault(at(Some(*column)), &reason, "Välj en kolumn för varje post."));
                    }
                    seen.push(post);
                }
            }
            Amounts::Rows { .. } => {}
        }
        let columns = self.columns();
        for (index, column) in columns.iter().enumerate() {
            if *column >= sheet.columns() || columns[..index].contains(column) {
                let reason =
                    format!("Kolumn {} finns inte, eller är vald två gånger.", column_letters(*column));
                faults.push(fault(at(Some(*column)), &reason, "Välj en egen kolumn för varje uppgift."));
            }
        }
        faults
    }
}

fn fault(place: Place, reason: &str, mend: &str) -> Fault {
    Fault { place, value: String::new(), reason: reason.to_owned(), mend: mend.to_owned() }
}

/// The post that a cell names, by its key or its name.
pub(super) fn post_called<'a>(posts: &'a [Decided], cell: &str) -> Option<&'a Decided> {
    let cell = fold(cell);
    posts.iter().find(|post| fold(&post.key) == cell || fold(&post.name) == cell)
}

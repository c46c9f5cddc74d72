//! What was said of a table: its columns, and whom its rows are about.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ground::infra::form::FieldErrors,
    people::recipient::Kind,
    terms::allocation::import::{
        Fault, column_letters,
        guess::undecided_kinds,
        mapping::{Amounts, Mapping, PostColumn},
        matching::{Clues, Registry, Resolution, Resolutions},
        proof::Basis,
        reading::Table,
        unit::Unit,
    },
};

pub const SHEET: &str = "blad";
pub const HEADER_ROW: &str = "rubrikrad";
pub const CODE: &str = "kod";
pub const NUMBER: &str = "organisationsnummer";
pub const NAME: &str = "namn";
pub const SHARE: &str = "andel";
pub const KIND: &str = "slag";
pub const UNIT: &str = "enhet";
/// The column that says which post a row is about, and the one with its amount.
pub const POST: &str = "post";
pub const AMOUNT: &str = "belopp";

/// Those who can have a column of their own to be found by, with what they are called.
pub const KINDS: [Kind; 4] = [Kind::Municipality, Kind::Region, Kind::Rss, Kind::Association];

/// The choice that each name means the one whom it fits best, of whichever kind.
pub const ANY_KIND: &str = "alla";

/// The field of a post that has its amounts in a column of its own.
pub fn amount_field(post: &str) -> String {
    format!("{AMOUNT}-{post}")
}

/// The columns as they were chosen, by the names of the fields.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ColumnsForm(BTreeMap<String, String>);

impl ColumnsForm {
    pub fn of(mapping: &Mapping) -> Self {
        let mut form = Self::default();
        let mut set = |name: &str, value: Option<usize>| {
            form.0.insert(name.to_owned(), value.map(|value| value.to_string()).unwrap_or_default());
        };
        set(SHEET, Some(mapping.sheet));
        set(HEADER_ROW, mapping.header_row);
        set(CODE, mapping.code);
        set(NUMBER, mapping.organisation_number);
        set(NAME, mapping.name);
        set(SHARE, mapping.share);
        match &mapping.amounts {
            Amounts::Columns(columns) => {
                for PostColumn { post, column } in columns {
                    set(&amount_field(post), Some(*column));
                }
            }
            Amounts::Rows { post, amount } => {
                set(POST, Some(*post));
                set(AMOUNT, Some(*amount));
            }
        }
        form.0.insert(KIND.to_owned(), mapping.kind.map(Kind::key).unwrap_or_default().to_owned());
        form.0.insert(UNIT.to_owned(), mapping.unit.key().to_owned());
        form
    }

    pub fn posted(fields: &[(String, String)]) -> Self {
        let known = [SHEET, HEADER_ROW, CODE, NUMBER, NAME, SHARE, KIND, UNIT, POST, AMOUNT];
        let is_ours = |name: &str| {
            known.contains(&name) || name.strip_prefix(AMOUNT).is_some_and(|of| of.starts_with('-'))
        };
        let ours = fields.iter().filter(|(name, _)| is_ours(name));
        Self(ours.map(|(name, typed)| (name.clone(), typed.trim().to_owned())).collect())
    }

    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// With something else in one field.
    pub fn with(&self, name: &str, typed: &str) -> Self {
        let mut form = self.clone();
        form.0.insert(name.to_owned(), typed.to_owned());
        form
    }

    /// Which of the table's sheets; the first when it says none that there is.
    pub fn sheet(&self, table: &Table) -> usize {
        self.get(SHEET).parse().ok().filter(|sheet| *sheet < table.sheets.len()).unwrap_or(0)
    }

    /// # Errors
    /// With the field that is to be mended.
    pub fn read(&self, table: &Table, basis: Basis<'_>) -> Result<Mapping, FieldErrors> {
        let posts = basis.posts;
        let mut errors = FieldErrors::default();
        let header_row = match self.get(HEADER_ROW) {
            "" => None,
            typed => errors.take(
                HEADER_ROW,
                typed
                    .parse::<usize>()
                    .map_err(|_| "Skriv radens nummer, eller töm fältet om tabellen saknar rubriker."),
            ),
        };
        let mut column = |name: &str| match self.get(name) {
            "" => None,
            typed => errors.take(name.to_owned(), typed.parse::<usize>().map_err(|_| "Välj en kolumn.")),
        };
        let mut mapping = Mapping {
            sheet: self.sheet(table),
            header_row,
            code: column(CODE),
            organisation_number: column(NUMBER),
            name: column(NAME),
            share: column(SHARE),
            amounts: Amounts::default(),
            unit: Unit::parse(self.get(UNIT)).unwrap_or_default(),
            kind: Kind::parse(self.get(KIND)),
        };
        let (post, amount) = (column(POST), column(AMOUNT));
        let of_posts = posts.iter().filter_map(|post| {
            let column = column(&amount_field(&post.key))?;
            Some(PostColumn { post: post.key.clone(), column })
        });
        let of_posts: Vec<PostColumn> = of_posts.collect();
        mapping.amounts = match (post, amount) {
            (Some(post), Some(amount)) => Amounts::Rows { post, amount },
            (Some(_), None) => {
                errors.add(AMOUNT, "Välj i vilken kolumn beloppen står.");
                Amounts::default()
            }
            (None, _) => Amounts::Columns(of_posts),
        };
        if errors.is_empty() {
            for fault in mapping.faults(table, posts) {
                errors
                    .add(self.field_of(&fault, &mapping, basis), format!("{} {}", fault.reason, fault.mend));
            }
        }
        if errors.is_empty() && self.get(KIND).is_empty() {
            let undecided = undecided_kinds(table, &mapping, basis);
            if !undecided.is_empty() {
                errors.add(KIND, whom_the_names_fit(&undecided));
            }
        }
        if errors.is_empty() { Ok(mapping) } else { Err(errors) }
    }

    /// Where a fault of the whole mapping is mended.
    fn field_of(&self, fault: &Fault, mapping: &Mapping, basis: Basis<'_>) -> String {
        let of_column = fault.place.column.and_then(|column| {
            let is_it = |(_, typed): &(&String, &String)| **typed == column.to_string();
            let others = [SHEET, HEADER_ROW, KIND, UNIT];
            let of_columns = self.0.iter().filter(|(name, _)| !others.contains(&name.as_str()));
            of_columns.rev().find(is_it).map(|(name, _)| name.clone())
        });
        let first_amount = || basis.posts.first().map_or(AMOUNT.to_owned(), |post| amount_field(&post.key));
        let nobody = [mapping.code, mapping.organisation_number, mapping.name].iter().all(Option::is_none);
        of_column.unwrap_or_else(|| if nobody { NAME.to_owned() } else { first_amount() })
    }
}

/// What must be chosen when nothing says which of these kinds is meant.
pub fn whom_the_names_fit(kinds: &[Kind]) -> String {
    let kinds: Vec<&str> = kinds.iter().map(|kind| kind.plural()).collect();
    format!("Namnen i tabellen passar på {}. Välj vilka som menas.", kinds.join(" och "))
}

/// The columns to choose from: letter and heading.
pub fn columns(table: &Table, sheet: usize, header_row: Option<usize>) -> Vec<(String, String)> {
    let Some(sheet) = table.sheets.get(sheet) else { return Vec::new() };
    let header = sheet.rows.iter().find(|row| Some(row.number) == header_row);
    let option = |column: usize| {
        let heading: String =
            header.map(|row| row.cell(column)).unwrap_or_default().chars().take(40).collect();
        let letters = column_letters(column);
        let words = if heading.is_empty() { letters } else { format!("{letters}: {heading}") };
        (column.to_string(), words)
    };
    (0..sheet.columns()).map(option).collect()
}

/// The choice that a row is no part of the allocation.
pub const LEAVE_OUT: &str = "utelamna";

/// The field of a row's choice, and the one where somebody else is typed.
pub fn row_field(row: usize) -> String {
    format!("rad-{row}")
}

pub fn other_field(row: usize) -> String {
    format!("annan-{row}")
}

/// What was said of the rows, with what was said before of those that were not on the page.
///
/// # Errors
/// With the rows whose recipient is nobody in the registry.
pub fn resolutions(
    posted: &[(String, String)],
    before: &Resolutions,
    registry: &Registry,
) -> Result<Resolutions, FieldErrors> {
    let mut errors = FieldErrors::default();
    let mut after = before.clone();
    for (name, choice) in posted {
        let Some(row) = name.strip_prefix("rad-").and_then(|row| row.parse::<usize>().ok()) else { continue };
        let other = other_field(row);
        let typed = posted.iter().find(|(name, _)| *name == other).map_or("", |(_, typed)| typed.trim());
        let said = match (typed, choice.as_str()) {
            ("", "") => None,
            ("", LEAVE_OUT) => Some(Resolution::LeaveOut),
            ("", code) => match registry.get(code) {
                Some(found) => Some(Resolution::Recipient(found.code.clone())),
                None => {
                    errors.add(row_field(row), format!("Rad {row}: välj någon i registret."));
                    continue;
                }
            },
            (typed, _) => match named(registry, typed) {
                Some(code) => Some(Resolution::Recipient(code)),
                None => {
                    let message = "finns inte i registret, eller är flera. Skriv koden.";
                    errors.add(other, format!("Rad {row}: ”{typed}” {message}"));
                    continue;
                }
            },
        };
        match said {
            Some(said) => after.insert(row, said),
            None => after.remove(&row),
        };
    }
    if errors.is_empty() { Ok(after) } else { Err(errors) }
}

/// By its code or by a name that is only its own.
fn named(registry: &Registry, typed: &str) -> Option<String> {
    let by_code = registry.get(typed).map(|found| found.code.clone());
    let by_name = || registry.find(Clues { name: typed, ..Clues::default() }, None).code().map(str::to_owned);
    by_code.or_else(by_name)
}

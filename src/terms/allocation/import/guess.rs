//! The likeliest mapping of a table, from what stands in its columns and above them.
//!
//! The cells say more than the headings: a column in which the registry's recipients stand is the recipients', and one
//! that sums to a post's total is that post's.

use std::collections::HashSet;

use rust_decimal::Decimal;

use super::{
    amount::{is_nothing, percent},
    column::{Column, pair},
    kind::Kinds,
    mapping::{Amounts, Mapping, post_called},
    matching::{Clues, Registry},
    proof::Basis,
    reading::{Row, Sheet, Table},
    unit::{self, Unit},
};
use crate::{people::recipient::Kind, terms::allocation::Share};
use values::text::fold;

/// The likeliest mapping; with nothing to go by, an empty one of the first sheet.
#[must_use]
pub fn guess(table: &Table, basis: Basis<'_>) -> Mapping {
    let guesses = table.sheets.iter().enumerate().map(|(at, sheet)| guess_sheet(at, sheet, basis));
    let best = guesses.rev().max_by_key(|(_, recipients)| *recipients);
    best.map(|(mapping, _)| mapping).unwrap_or_default()
}

/// The kinds that the names of a table under a mapping fit alike, where nothing says which one is meant.
#[must_use]
pub fn undecided_kinds(table: &Table, mapping: &Mapping, basis: Basis<'_>) -> Vec<Kind> {
    let Some(sheet) = table.sheets.get(mapping.sheet) else { return Vec::new() };
    let rows: Vec<&Row> = mapping.rows(sheet).collect();
    let kinds = kinds(mapping, sheet, &rows, basis);
    if kinds.fitting.len() > 1 && kinds.meant.is_none() { kinds.fitting } else { Vec::new() }
}

/// The round before says who the table's own posts went to, if it had them.
fn kinds(mapping: &Mapping, sheet: &Sheet, rows: &[&Row], basis: Basis<'_>) -> Kinds {
    let is_of_table = |share: &&Share| match &mapping.amounts {
        Amounts::Columns(columns) => columns.iter().any(|column| column.post == share.post),
        Amounts::Rows { .. } => true,
    };
    let of_posts: Vec<Share> = basis.previous.iter().filter(is_of_table).cloned().collect();
    let before = if of_posts.is_empty() { basis.previous } else { &of_posts };
    Kinds::of(mapping, sheet, rows, basis.registry, before)
}

/// With how many of the rows name a recipient.
fn guess_sheet(at: usize, sheet: &Sheet, basis: Basis<'_>) -> (Mapping, usize) {
    let mut mapping = Mapping { sheet: at, ..of_recipients(sheet, basis.registry) };
    let clues = |row: &Row| basis.registry.kinds(basis.registry.parted(mapping.clues(row)));
    let mut rows: Vec<&Row> = sheet.rows.iter().filter(|row| !clues(row).is_empty()).collect();
    let named = rows.len();
    mapping.header_row = header_row(sheet, &mapping, rows.first().copied());
    let of_recipients = rows.clone();
    if rows.is_empty()
        && let Some((row, column)) = heading_of_recipients(sheet)
    {
        mapping.header_row = Some(row);
        mapping.name = Some(column);
        rows = mapping.rows(sheet).collect();
    }
    let header = sheet.rows.iter().find(|row| Some(row.number) == mapping.header_row);
    mapping.share = share_column(sheet, header, &mapping, &rows);
    (mapping.amounts, mapping.unit) = amounts(sheet, header, &mapping, &rows, basis);
    mapping.kind = kinds(&mapping, sheet, &of_recipients, basis).meant;
    (mapping, named)
}

/// The columns that say whom the rows are about.
fn of_recipients(sheet: &Sheet, registry: &Registry) -> Mapping {
    let is_number = |row: &Row, column| registry.by_number(row.cell(column)).is_some();
    let organisation_number = column_of(sheet, is_number, &[]);
    let is_name = |row: &Row, column| {
        let parted = registry.parted(Clues { name: row.cell(column), ..Clues::default() });
        registry.by_code(parted.code).is_some() || registry.knows_name(parted.name)
    };
    let name = column_of(sheet, is_name, &[organisation_number]);
    // Small numbers of anything can be codes, but not beside other names.
    let is_code = |row: &Row, column| {
        let name = name.map_or("", |name| row.cell(name));
        registry.by_code(row.cell(column)).is_some()
            && !registry.contradict(Clues { code: row.cell(column), name, ..Clues::default() })
    };
    let code = column_of(sheet, is_code, &[organisation_number, name]);
    Mapping { code, organisation_number, name, ..Mapping::default() }
}

/// The column with the most different cells that fit, the first of several, if they are at least a quarter of those used:
/// names may be misspelt, footnotes stand in the same column, and the same county stands beside many municipalities.
fn column_of(sheet: &Sheet, fits: impl Fn(&Row, usize) -> bool, taken: &[Option<usize>]) -> Option<usize> {
    let free = (0..sheet.columns()).rev().filter(|column| !taken.contains(&Some(*column)));
    let counted = free.filter_map(|column| {
        let fitting: Vec<&str> =
            sheet.rows.iter().filter(|row| fits(row, column)).map(|row| row.cell(column)).collect();
        let used = sheet.rows.iter().filter(|row| !is_nothing(row.cell(column))).count();
        let different: HashSet<&&str> = fitting.iter().collect();
        (!fitting.is_empty() && fitting.len() * 4 >= used).then_some((different.len(), column))
    });
    counted.max_by_key(|(different, _)| *different).map(|(_, column)| column)
}

/// Where no recipient is known, the words above the column are all there is to go by.
fn heading_of_recipients(sheet: &Sheet) -> Option<(usize, usize)> {
    let called = |row: &Row, word: &str| {
        let column = row.cells.iter().position(|cell| fold(cell).split(' ').next() == Some(word));
        column.map(|column| (row.number, column))
    };
    sheet.rows.iter().find_map(|row| OF_RECIPIENTS.iter().find_map(|word| called(row, word)))
}

/// What names a recipient best comes first.
const OF_RECIPIENTS: [&str; 9] =
    ["kommun", "region", "mottagare", "recipient", "namn", "kommunkod", "organisationsnummer", "kod", "län"];

/// The last row above the first recipient that is not itself a row with an amount and an unknown recipient.
fn header_row(sheet: &Sheet, mapping: &Mapping, first: Option<&Row>) -> Option<usize> {
    let first = first?.number;
    let clue = |row: &Row| {
        let clues = mapping.clues(row);
        [clues.code, clues.organisation_number, clues.name].map(fold).join(" ")
    };
    let has_amount = |row: &Row| {
        let others = row.cells.iter().enumerate().filter(|(at, _)| !mapping.columns().contains(at));
        others.into_iter().any(|(_, cell)| unit::number(cell).is_some())
    };
    let is_header = |row: &&Row| {
        let words = clue(row);
        OF_RECIPIENTS.iter().any(|word| words.contains(word)) || !has_amount(row)
    };
    sheet.rows.iter().rfind(|row| row.number < first && is_header(row)).map(|row| row.number)
}

fn heading_text(header: Option<&Row>, column: usize) -> String {
    header.map(|row| row.cell(column).to_owned()).unwrap_or_default()
}

fn share_column(sheet: &Sheet, header: Option<&Row>, mapping: &Mapping, named: &[&Row]) -> Option<usize> {
    let hundred = Decimal::ONE_HUNDRED;
    let taken = mapping.columns();
    (0..sheet.columns()).filter(|column| !taken.contains(column)).find(|column| {
        let heading = fold(&heading_text(header, *column));
        let is_called = ["andel", "procent", "%"].iter().any(|word| heading.contains(word));
        let shares: Vec<Decimal> = named.iter().filter_map(|row| percent(row.cell(*column))).collect();
        is_called && !shares.is_empty() && shares.iter().all(|share| *share <= hundred)
    })
}

/// The columns of the amounts, and the unit they are in.
fn amounts(
    sheet: &Sheet,
    header: Option<&Row>,
    mapping: &Mapping,
    named: &[&Row],
    basis: Basis<'_>,
) -> (Amounts, Unit) {
    let (taken, posts) = (mapping.columns(), basis.posts);
    let free = || (0..sheet.columns()).filter(|column| !taken.contains(column));
    let most = |count: usize| count * 2 >= named.len() && count > 0;
    let says_post = |column: &usize| {
        most(named.iter().filter(|row| post_called(posts, row.cell(*column)).is_some()).count())
    };
    let post = free().find(says_post);
    let above = unit_around(sheet, named);
    let of_money = free().filter(|column| Some(*column) != post);
    let columns: Vec<Column> = of_money
        .filter_map(|column| Column::read(column, &heading_text(header, column), above, named, posts))
        .collect();
    if let (Some(post), Some(column)) = (post, columns.iter().max_by_key(|column| column.likeness())) {
        return (Amounts::Rows { post, amount: column.at }, column.unit);
    }
    let pairs = pair(posts, &columns);
    let unit = pairs.first().and_then(|pair| columns.iter().find(|column| column.at == pair.column));
    (Amounts::Columns(pairs), unit.map(|column| column.unit).unwrap_or_default())
}

/// The unit that a heading or a line around the recipients' rows names.
fn unit_around(sheet: &Sheet, named: &[&Row]) -> Option<Unit> {
    let rows: HashSet<usize> = named.iter().map(|row| row.number).collect();
    let others = sheet.rows.iter().filter(|row| !rows.contains(&row.number)).flat_map(|row| &row.cells);
    let said = others.chain(std::iter::once(&sheet.name)).filter_map(|cell| Unit::said(cell));
    // A line can name kronor in passing.
    said.into_iter().find(|unit| *unit != Unit::Kronor)
}

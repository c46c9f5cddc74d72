//! The tables of the pages and the files.

use std::collections::BTreeMap;

use super::{
    Record, Sum,
    field::{Field, MEASURES, recipient_address, status},
};
use crate::desks::dashboard::Figures;
use table::{Cell, Column, Row, Sort, Table};
use values::text::sort_key;

/// Every field, for a program. In practice mode each line says that it is made up, wherever it is carried.
pub fn file(records: &[Record], is_practice: bool) -> Table {
    let practice = is_practice.then(|| Column::text("ovning", "Övning"));
    let columns = Field::ALL.into_iter().map(column).chain(practice).collect();
    let line = |record: &Record| {
        let practice = is_practice.then(|| Cell::Text("ja".to_owned()));
        row(Field::ALL.into_iter().map(|field| field.cell(record)).chain(practice).collect())
    };
    Table::new(columns, records.iter().map(line).collect(), None)
}

/// One agreement's recipients. What matters most is seen on a telephone without scrolling sideways.
pub fn recipients(records: &[Record]) -> Table {
    of(&[&[Field::Recipient, Field::Status], &amounts()[..], &[Field::Code, Field::County]].concat(), records)
}

/// One recipient's share of each agreement.
pub fn agreements(records: &[Record]) -> Table {
    let table = of(&[&[Field::Agreement, Field::Year, Field::Status], &amounts()[..]].concat(), records);
    // As the database gives the agreements.
    Table { sort: Sort { key: Field::Year.key().to_owned(), descending: true }, ..table }
}

/// Every recipient over all agreements.
pub fn across(records: &[Record]) -> Table {
    let mut by_code: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        by_code.entry(&record.code).or_default().push(record);
    }
    let mut recipients: Vec<Vec<&Record>> = by_code.into_values().collect();
    let name = |records: &[&Record]| records.first().map(|record| record.name.clone()).unwrap_or_default();
    recipients.sort_by_cached_key(|records| sort_key(&name(records)));
    let columns = [
        Column::text(Field::Recipient.key(), Field::Recipient.label()),
        Column::number("antal", "Överenskommelser"),
        column(Field::Status),
    ];
    let columns =
        columns.into_iter().chain(amounts().map(column)).chain([column(Field::Code), column(Field::County)]);
    let line = |records: &Vec<&Record>| {
        let sum = Sum::of(records.iter().copied());
        let first = records.first();
        let of = |field: Field| first.map_or(Cell::Empty, |record| field.cell(record));
        let code = first.map(|record| recipient_address(&record.code)).unwrap_or_default();
        let before = [
            Cell::Link { text: name(records), href: code },
            Cell::count(sum.recipients),
            status(sum.status()),
        ];
        let after = [of(Field::Code), of(Field::County)];
        row(before.into_iter().chain(cells(&sum.figures)).chain(after).collect())
    };
    let total = cells(&Sum::of(records).figures);
    let before = [Cell::Text("Totalt".to_owned()), Cell::Empty, Cell::Empty];
    let total = before.into_iter().chain(total).chain([Cell::Empty, Cell::Empty]).collect();
    Table::new(columns.collect(), recipients.iter().map(line).collect(), Some(total))
}

fn of(fields: &[Field], records: &[Record]) -> Table {
    let figures = Sum::of(records).figures;
    let total = fields.iter().enumerate().map(|(at, field)| match field {
        _ if at == 0 => Cell::Text("Totalt".to_owned()),
        Field::Amount(measure) => Cell::amount(figures.get(*measure)),
        _ => Cell::Empty,
    });
    let line = |record| row(fields.iter().map(|field| field.linked_cell(record)).collect());
    let columns = fields.iter().copied().map(column).collect();
    Table::new(columns, records.iter().map(line).collect(), Some(total.collect()))
}

fn row(cells: Vec<Cell>) -> Row {
    Row { cells, is_late: false }
}

fn amounts() -> [Field; MEASURES.len()] {
    MEASURES.map(Field::Amount)
}

fn cells(figures: &Figures) -> [Cell; MEASURES.len()] {
    MEASURES.map(|measure| Cell::amount(figures.get(measure)))
}

fn column(field: Field) -> Column {
    if field.is_numeric() {
        Column::number(field.key(), field.label())
    } else {
        Column::text(field.key(), field.label())
    }
}

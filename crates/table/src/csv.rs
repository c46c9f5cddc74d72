//! A table as a CSV file.

use csv::{Terminator, WriterBuilder};

use super::{Cell, Table};
use values::begins_like_a_formula;

/// Whose program reads the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// A spreadsheet program with Swedish settings: semicolons, decimal comma, a byte order mark so that å ä ö come out
    /// right, and nothing that it would run as a formula.
    Spreadsheet,
    /// Another program, by RFC 4180: commas, decimal point, UTF-8. Its first line is the columns' names in addresses.
    Program,
}

const BYTE_ORDER_MARK: &[u8] = "\u{FEFF}".as_bytes();

/// The rows in their order. The total is left to the reader: a row of totals among the others would be added too.
pub fn write(table: &Table, reader: Reader) -> Result<Vec<u8>, csv::Error> {
    let (delimiter, start) = match reader {
        Reader::Spreadsheet => (b';', BYTE_ORDER_MARK.to_vec()),
        Reader::Program => (b',', Vec::new()),
    };
    let mut writer =
        WriterBuilder::new().delimiter(delimiter).terminator(Terminator::CRLF).from_writer(start);
    writer.write_record(table.columns.iter().map(|column| match reader {
        Reader::Spreadsheet => guarded(&column.label),
        Reader::Program => column.key.clone().into_owned(),
    }))?;
    for row in &table.rows {
        writer.write_record(row.cells.iter().map(|cell| text(cell, reader)))?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn text(cell: &Cell, reader: Reader) -> String {
    let words = |text: &str| match reader {
        Reader::Spreadsheet => guarded(text),
        Reader::Program => text.to_owned(),
    };
    let number = |plain: String| match reader {
        Reader::Spreadsheet => plain.replace('.', ","),
        Reader::Program => plain,
    };
    match cell {
        Cell::Empty => String::new(),
        Cell::Text(text) | Cell::Link { text, .. } => words(text),
        Cell::Tag { label, .. } => words(label),
        Cell::Amount(amount) => number(amount.plain().to_string()),
        Cell::Share(share) => {
            let per_mille = share.per_mille();
            let sign = if per_mille < 0 { "-" } else { "" };
            let (whole, tenth) = (per_mille.unsigned_abs() / 10, per_mille.unsigned_abs() % 10);
            number(format!("{sign}{whole}.{tenth}"))
        }
        Cell::Count(count) => count.to_string(),
        Cell::Day(day) => day.to_string(),
    }
}

/// A spreadsheet program runs what begins like a formula; an apostrophe makes it text.
fn guarded(text: &str) -> String {
    format!("{}{text}", if begins_like_a_formula(text) { "'" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Column, Row};
    use values::Money;

    fn table() -> Table {
        let columns = vec![
            Column::text("mottagare", "Mottagare"),
            Column::text("lan", "Län"),
            Column::number("tilldelat", "Tilldelat"),
            Column::number("andel", "Andel"),
            Column::number("kvar", "Kvar"),
        ];
        let cells = vec![
            Cell::Link { text: "=HYPERLINK(\"https://example.org\")".to_owned(), href: String::new() },
            Cell::Text("Jämtlands län; norra, övre".to_owned()),
            Cell::Amount(Money::ore(131_022_350)),
            Cell::share(Some(Money::kronor(-1)), Money::kronor(3)),
            Cell::Empty,
        ];
        Table::new(columns, vec![Row { cells, is_late: false }], None)
    }

    #[test]
    fn a_spreadsheet_gets_swedish_numbers_and_no_formulas() {
        assert_eq!(
            String::from_utf8(write(&table(), Reader::Spreadsheet).unwrap()).unwrap(),
            "\u{FEFF}Mottagare;Län;Tilldelat;Andel;Kvar\r\n\
             \"'=HYPERLINK(\"\"https://example.org\"\")\";\"Jämtlands län; norra, övre\";1310223,50;-33,3;\r\n"
        );
        for text in ["+1", "-1", "@a", "\t=1"] {
            assert!(guarded(text).starts_with('\''), "{text:?}");
        }
        assert_eq!(guarded("Upplands-Bro"), "Upplands-Bro");
    }

    #[test]
    fn a_program_gets_plain_numbers_and_the_text_as_it_is() {
        assert_eq!(
            String::from_utf8(write(&table(), Reader::Program).unwrap()).unwrap(),
            "mottagare,lan,tilldelat,andel,kvar\r\n\
             \"=HYPERLINK(\"\"https://example.org\"\")\",\"Jämtlands län; norra, övre\",1310223.50,-33.3,\r\n"
        );
    }
}

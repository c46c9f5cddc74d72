//! Tables as a workbook (XLSX): a sheet each, numbers as numbers, headings that stay when one scrolls.

use rust_xlsxwriter::{Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::{Cell, Table};
use values::Money;

/// A table under its sheet's name.
pub struct Sheet<'a> {
    pub name: &'a str,
    pub table: &'a Table,
}

/// Names of sheets have a limit, and characters that they cannot have.
const LONGEST_NAME: usize = 31;
const FORBIDDEN: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];

/// Characters; the first column holds names.
const WIDTHS: std::ops::RangeInclusive<usize> = 10..=45;

struct Formats {
    bold: Format,
    heading: Format,
    numeric_heading: Format,
    /// For text that is longer than its column, or has lines.
    wrapped: Format,
    kronor: Format,
    ore: Format,
    share: Format,
    day: Format,
}

impl Formats {
    fn new() -> Self {
        let bold = Format::new().set_bold();
        let heading = bold.clone().set_text_wrap().set_border_bottom(FormatBorder::Thin);
        // The reader's program shows the separators of its own language.
        let number = |format: &str| Format::new().set_num_format(format);
        Self {
            bold,
            numeric_heading: heading.clone().set_align(FormatAlign::Right),
            heading,
            wrapped: Format::new().set_text_wrap().set_align(FormatAlign::Top),
            kronor: number("#,##0"),
            ore: number("#,##0.00"),
            share: number("0.0%"),
            day: number("yyyy-mm-dd"),
        }
    }

    fn of_amount(&self, amount: Money) -> &Format {
        if amount.to_ore() % 100 == 0 { &self.kronor } else { &self.ore }
    }
}

/// The sheets, and after them one that says what they are: each matter and its words.
pub fn write(sheets: &[Sheet<'_>], about: &[(&str, String)]) -> Result<Vec<u8>, XlsxError> {
    let formats = Formats::new();
    let mut workbook = Workbook::new();
    for sheet in sheets {
        write_table(workbook.add_worksheet().set_name(sheet_name(sheet.name))?, sheet.table, &formats)?;
    }
    let worksheet = workbook.add_worksheet().set_name("Om uppgifterna")?;
    worksheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    for (row, (what, words)) in (0..).zip(about) {
        worksheet.write_with_format(row, 0, *what, &formats.bold)?;
        worksheet.write_with_format(row, 1, words.as_str(), &formats.wrapped)?;
    }
    workbook.save_to_buffer()
}

fn sheet_name(name: &str) -> String {
    name.chars().filter(|letter| !FORBIDDEN.contains(letter)).take(LONGEST_NAME).collect()
}

fn write_table(sheet: &mut Worksheet, table: &Table, formats: &Formats) -> Result<(), XlsxError> {
    for (at, column) in (0_u16..).zip(&table.columns) {
        let format = if column.is_numeric { &formats.numeric_heading } else { &formats.heading };
        sheet.write_with_format(0, at, &*column.label, format)?;
        sheet.set_column_width(at, width(table, usize::from(at)))?;
    }
    let mut line = 0_u32;
    for row in &table.rows {
        line += 1;
        for (at, cell) in (0_u16..).zip(&row.cells) {
            write_cell(sheet, (line, at), cell, formats)?;
        }
    }
    let last_column = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    sheet.set_freeze_panes(1, 1)?.autofilter(0, 0, line, last_column)?;
    if let Some(total) = &table.total {
        // A row between, so that sorting and filtering leave the total where it is.
        line += 2;
        for (at, cell) in (0_u16..).zip(total) {
            write_cell(sheet, (line, at), cell, formats)?;
        }
        sheet.set_row_format(line, &formats.bold)?;
    }
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(())
}

const A4: u8 = 9;

fn write_cell(
    sheet: &mut Worksheet,
    (row, column): (u32, u16),
    cell: &Cell,
    formats: &Formats,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        // Text is never read as a formula here, whatever it begins with.
        Cell::Text(text) | Cell::Link { text, .. } if is_long(text) => {
            sheet.write_string_with_format(row, column, text, &formats.wrapped)?
        }
        Cell::Text(text) | Cell::Link { text, .. } => sheet.write_string(row, column, text)?,
        Cell::Tag { label, .. } => sheet.write_string(row, column, *label)?,
        Cell::Amount(amount) => {
            sheet.write_number_with_format(row, column, kronor(*amount), formats.of_amount(*amount))?
        }
        Cell::Share(share) => sheet.write_number_with_format(
            row,
            column,
            kronor(share.part) / kronor(share.whole),
            &formats.share,
        )?,
        Cell::Count(count) => sheet.write_number(row, column, *count as f64)?,
        Cell::Day(day) => sheet.write_date_with_format(row, column, day, &formats.day)?,
    };
    Ok(())
}

/// It does not fit on one line of the widest column.
fn is_long(text: &str) -> bool {
    text.contains('\n') || text.chars().count() > *WIDTHS.end()
}

/// A workbook has no other numbers than these; every amount of the portal comes out to the öre (up to 2^53 of them).
fn kronor(amount: Money) -> f64 {
    amount.to_ore() as f64 / 100.0
}

fn width(table: &Table, at: usize) -> f64 {
    let of_cell = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Link { text, .. } => text.chars().count(),
        Cell::Tag { label, .. } => label.chars().count(),
        Cell::Amount(amount) => amount.digits().to_string().chars().count(),
        Cell::Empty | Cell::Share(_) | Cell::Count(_) | Cell::Day(_) => 0,
    };
    let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
    let total = table.total.iter().filter_map(|total| total.get(at));
    let widest = cells.chain(total).map(of_cell).max().unwrap_or(0);
    (widest + 2).clamp(*WIDTHS.start(), *WIDTHS.end()) as f64
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::{Column, Row};

    #[test]
    fn text_that_is_longer_than_its_column_wraps() {
        let columns = vec![Column::text("avvikelser", "Avvikelser"), Column::text("namn", "Namn")];
        let cells = |text: &str| vec![Cell::Text(text.to_owned()), Cell::Text("Ale".to_owned())];
        let row = |text| Row { cells: cells(text), is_late: false };
        let table =
            Table::new(columns, vec![row("En rad\ntill"), row(&"lång ".repeat(20)), row("kort")], None);
        let file = write(&[Sheet { name: "Avvikelser", table: &table }], &[]).unwrap();
        let mut archive = zip::ZipArchive::new(Cursor::new(file)).unwrap();
        let mut part = |name: &str| std::io::read_to_string(archive.by_name(name).unwrap()).unwrap();
        let (sheet, styles) = (part("xl/worksheets/sheet1.xml"), part("xl/styles.xml"));
        let styled = |cell: &str| sheet.contains(&format!("r=\"{cell}\" s=\""));
        assert_eq!(["A2", "A3", "A4", "B2"].map(styled), [true, true, false, false]);
        assert!(styles.contains("vertical=\"top\" wrapText=\"1\""), "{styles}");
    }

    #[test]
    fn another_program_reads_numbers_as_numbers_and_text_as_text() {
        let columns = vec![
            Column::text("mottagare", "Mottagare"),
            Column::number("tilldelat", "Tilldelat"),
            Column::number("andel", "Andel"),
        ];
        let row = |name: &str, ore, part| Row {
            cells: vec![
                Cell::Text(name.to_owned()),
                Cell::Amount(Money::ore(ore)),
                Cell::share(part, Money::kronor(4)),
            ],
            is_late: false,
        };
        let rows = vec![row("=1+1", 131_022_350, Some(Money::kronor(1))), row("Åre", -1, None)];
        let total = vec![Cell::Text("Totalt".to_owned()), Cell::Amount(Money::ore(131_022_349)), Cell::Empty];
        let table = Table::new(columns, rows, Some(total));
        let sheet = Sheet { name: "Äldre: [2022] / en mycket lång överenskommelse", table: &table };
        let file = write(&[sheet], &[("Hämtad", "2022-03-15".to_owned())]).unwrap();

        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file)).unwrap();
        assert_eq!(workbook.sheet_names(), ["Äldre 2022  en mycket lång över", "Om uppgifterna"]);
        let range = workbook.worksheet_range_at(0).unwrap().unwrap();
        let at = |row, column| range.get_value((row, column)).cloned().unwrap_or(Data::Empty);
        assert_eq!(at(0, 1), Data::String("Tilldelat".to_owned()));
        assert_eq!(at(1, 0), Data::String("=1+1".to_owned()));
        assert_eq!((at(1, 1), at(1, 2)), (Data::Float(1_310_223.5), Data::Float(0.25)));
        assert_eq!((at(2, 1), at(2, 2)), (Data::Float(-0.01), Data::Empty));
        assert_eq!(at(4, 1), Data::Float(1_310_223.49));
        let about = workbook.worksheet_range_at(1).unwrap().unwrap();
        assert_eq!(about.get_value((0, 1)), Some(&Data::String("2022-03-15".to_owned())));
    }
}

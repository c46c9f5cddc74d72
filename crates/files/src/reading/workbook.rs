//! XLSX workbooks: the cells of the sheets, as a Swedish spreadsheet shows them. What it hides is not read but told.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Cursor, Read},
};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, SheetVisible, Style, Xlsx};
use zip::ZipArchive;

use super::{
    MAX_COLUMNS, MAX_PARTS, MAX_ROWS, MAX_SHEETS, MAX_TEXT, NotATable, Row, Sheet, column_letters,
    hidden::{self, Hidden},
};
use crate::other::{self, Archive};

/// Of all parts of the workbook together.
const MAX_UNPACKED: u64 = 32 * 1024 * 1024;
/// The formats take many times their size in memory; those of an ordinary workbook are some kilobytes.
const MAX_STYLES: u64 = 2 * 1024 * 1024;

/// Every sheet that is shown, and the names of those that are hidden.
pub(super) fn sheets(bytes: &[u8]) -> Result<(Vec<Sheet>, Vec<String>), NotATable> {
    let mut workbook = open(bytes)?;
    let worksheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let (shown, hidden): (Vec<_>, Vec<_>) =
        worksheets.cloned().partition(|sheet| sheet.visible == SheetVisible::Visible);
    if shown.len() > MAX_SHEETS {
        return Err(NotATable::TooManySheets { found: shown.len() });
    }
    let mut unseen = hidden::of_sheets(bytes)?;
    let mut room_left = MAX_TEXT;
    let mut sheets = Vec::with_capacity(shown.len());
    for calamine::Sheet { name, .. } in shown {
        let unseen = unseen.remove(&name).unwrap_or_default();
        sheets.push(sheet(&mut workbook, name, &unseen, &mut room_left)?);
    }
    Ok((sheets, hidden.into_iter().map(|sheet| sheet.name).collect()))
}

/// Once it is known that it unpacks to no more than it may.
pub fn open(bytes: &[u8]) -> Result<Xlsx<Cursor<&[u8]>>, NotATable> {
    check_parts(bytes)?;
    match other::archive(bytes) {
        Some(Archive::Workbook | Archive::MacroWorkbook) => {}
        Some(Archive::BinaryWorkbook) => return Err(NotATable::BinaryWorkbook),
        Some(Archive::TextDocument | Archive::Slides) => return Err(NotATable::TextDocument),
        Some(Archive::OpenWorkbook | Archive::Apple) => return Err(NotATable::OpenDocument),
        Some(Archive::Plain) => return Err(NotATable::Archive),
        Some(Archive::Broken) | None => return Err(NotATable::Broken),
    }
    Xlsx::new(Cursor::new(bytes)).map_err(|_| NotATable::Broken)
}

/// Unpacks every part once without keeping it: what the archive says of its sizes need not be true.
fn check_parts(bytes: &[u8]) -> Result<(), NotATable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotATable::Broken)?;
    if archive.len() > MAX_PARTS {
        return Err(NotATable::TooManyParts { found: archive.len() });
    }
    let mut room_left = MAX_UNPACKED;
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| NotATable::Broken)?;
        let is_styles = part.name().map_err(|_| NotATable::Broken)?.to_lowercase().ends_with("styles.xml");
        let limit = if is_styles { room_left.min(MAX_STYLES) } else { room_left };
        let unpacked = io::copy(&mut part.take(limit + 1), &mut io::sink()).map_err(|_| NotATable::Broken)?;
        if unpacked > limit {
            return Err(NotATable::UnpacksTooLarge);
        }
        room_left -= unpacked;
    }
    Ok(())
}

/// What is seen of a sheet; what is hidden and not empty is noted.
fn sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: String,
    unseen: &Hidden,
    room_left: &mut usize,
) -> Result<Sheet, NotATable> {
    if let Some((first, others)) = not_reckoned(workbook, &name, unseen)?.split_first() {
        return Err(NotATable::NotReckoned { sheet: name, cell: first.clone(), others: others.len() });
    }
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|_| NotATable::Broken)?;
    let mut rows: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let (mut hidden_rows, mut hidden_columns) = (BTreeSet::new(), BTreeSet::new());
    let percents: Vec<Option<usize>> = reader.styles().iter().map(decimals_of_percent).collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|_| NotATable::Broken)? {
        let text = match (cell.get_value(), percents.get(style).copied().flatten()) {
            (DataRef::Float(share), Some(decimals)) => as_percent(*share, decimals),
            (DataRef::Int(share), Some(_)) => format!("{} %", share * 100),
            (value, _) => text_of(value),
        };
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        match () {
            () if text.is_empty() => {}
            () if unseen.rows.contains(&row) => hidden_rows.extend([row + 1]),
            () if unseen.columns.contains(&column) => hidden_columns.extend([column]),
            () if column >= MAX_COLUMNS => {
                return Err(NotATable::TooManyColumns { sheet: name, row: row + 1 });
            }
            () => {
                *room_left = room_left.checked_sub(text.len()).ok_or(NotATable::TooMuchText)?;
                let cells = rows.entry(row).or_default();
                if cells.len() <= column {
                    cells.resize(column + 1, String::new());
                }
                cells[column] = text;
            }
        }
        if rows.len().max(hidden_rows.len()) > MAX_ROWS {
            return Err(NotATable::TooManyRows { sheet: name });
        }
    }
    let rows = rows.into_iter().filter_map(|(index, cells)| Row::of(index + 1, cells)).collect();
    let (hidden_rows, hidden_columns) =
        (hidden_rows.into_iter().collect(), hidden_columns.into_iter().collect());
    Ok(Sheet { name, rows, hidden_rows, hidden_columns })
}

/// The cells that are seen and have a formula without a value: whoever wrote the file reckoned nothing.
fn not_reckoned(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: &str,
    unseen: &Hidden,
) -> Result<Vec<String>, NotATable> {
    let mut reader = workbook.worksheet_cells_reader(name).map_err(|_| NotATable::Broken)?;
    let mut found = Vec::new();
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(|_| NotATable::Broken)? {
        let (row, column) = (cell.pos.0 as usize, cell.pos.1 as usize);
        let is_seen = !unseen.rows.contains(&row) && !unseen.columns.contains(&column);
        if is_seen && cell.formula.is_some() && matches!(cell.value, DataRef::Empty) {
            found.push(format!("{}{}", column_letters(column), row + 1));
        }
    }
    Ok(found)
}

fn text_of(value: &DataRef<'_>) -> String {
    match value {
        DataRef::SharedString(text) => (*text).to_owned(),
        other => match Data::from(other.clone()) {
            Data::Empty => String::new(),
            Data::Int(number) => number.to_string(),
            Data::Float(number) => as_shown(number),
            Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text,
            Data::Bool(true) => "SANT".to_owned(),
            Data::Bool(false) => "FALSKT".to_owned(),
            Data::DateTime(moment) => date(&moment),
            Data::Error(error) => error.to_string(),
        },
    }
}

/// A spreadsheet keeps fifteen digits of a number and shows no more: 0,1 + 0,2 is 0,3 there. Whole numbers have no
/// decimals, others a Swedish comma.
fn as_shown(number: f64) -> String {
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string().replace('.', ",")
}

/// With how many decimals a cell of that style shows a percentage; `None` for one that shows none.
fn decimals_of_percent(style: &Style) -> Option<usize> {
    let format = without_texts(&style.number_format.as_ref()?.format_code);
    let (before, _) = format.split(';').next()?.split_once('%')?;
    let decimals = before.rsplit_once('.').map_or("", |(_, decimals)| decimals);
    Some(decimals.chars().filter(|c| matches!(c, '0' | '#' | '?')).count())
}

/// A format without the letters that it only shows: between quotation marks, or after `\\`, `_` or `*`.
fn without_texts(format: &str) -> String {
    let (mut letters, mut is_text, mut left) = (format.chars(), false, String::new());
    while let Some(letter) = letters.next() {
        match letter {
            '"' => is_text = !is_text,
            '\\' | '_' | '*' if !is_text => drop(letters.next()),
            letter if !is_text => left.push(letter),
            _ => {}
        }
    }
    left
}

/// A workbook keeps a share that it shows as 0,48 % as 0,0048.
fn as_percent(share: f64, decimals: usize) -> String {
    format!("{:.decimals$} %", share * 100.0).replace('.', ",")
}

fn date(moment: &ExcelDateTime) -> String {
    match moment.as_datetime() {
        Some(at) if !moment.is_duration() => at.format("%Y-%m-%d").to_string(),
        _ => as_shown(moment.as_f64()),
    }
}

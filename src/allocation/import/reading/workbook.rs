//! XLSX workbooks: every sheet's cells, as a Swedish spreadsheet shows them.

use std::{
    collections::BTreeMap,
    io::{self, Cursor, Read},
};

use calamine::{Data, DataRef, ExcelDateTime, Reader, SheetType, Style, Xlsx};
use zip::ZipArchive;

use super::{MAX_COLUMNS, MAX_PARTS, MAX_ROWS, MAX_SHEETS, MAX_TEXT, NotATable, Row, Sheet};

/// Of all parts of the workbook together.
const MAX_UNPACKED: u64 = 32 * 1024 * 1024;
/// The formats take many times their size in memory; those of an ordinary workbook are some kilobytes.
const MAX_STYLES: u64 = 2 * 1024 * 1024;

pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<Sheet>, NotATable> {
    check_parts(bytes)?;
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(|_| NotATable::Broken)?;
    let worksheets = workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = worksheets.map(|sheet| sheet.name.clone()).collect();
    if names.len() > MAX_SHEETS {
        return Err(NotATable::TooManySheets { found: names.len() });
    }
    let mut room_left = MAX_TEXT;
    names.into_iter().map(|name| sheet(&mut workbook, name, &mut room_left)).collect()
}

/// Unpacks every part once without keeping it: what the archive says of its sizes need not be true.
fn check_parts(bytes: &[u8]) -> Result<(), NotATable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| NotATable::Broken)?;
    if archive.len() > MAX_PARTS {
        return Err(NotATable::TooManyParts { found: archive.len() });
    }
    let mut room_left = MAX_UNPACKED;
    let mut kind = Err(NotATable::Archive);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| NotATable::Broken)?;
        let name = part.name().map_err(|_| NotATable::Broken)?.to_lowercase();
        let limit = if name.ends_with("styles.xml") { room_left.min(MAX_STYLES) } else { room_left };
        let unpacked = io::copy(&mut part.take(limit + 1), &mut io::sink()).map_err(|_| NotATable::Broken)?;
        if unpacked > limit {
            return Err(NotATable::UnpacksTooLarge);
        }
        room_left -= unpacked;
        match name.as_str() {
            "xl/workbook.xml" => kind = Ok(()),
            "xl/workbook.bin" => kind = Err(NotATable::BinaryWorkbook),
            "word/document.xml" => kind = Err(NotATable::TextDocument),
            "meta-inf/manifest.xml" => kind = Err(NotATable::OpenDocument),
            _ => {}
        }
    }
    kind
}

fn sheet(
    workbook: &mut Xlsx<Cursor<&[u8]>>,
    name: String,
    room_left: &mut usize,
) -> Result<Sheet, NotATable> {
    let mut reader = workbook.worksheet_cells_reader(&name).map_err(|_| NotATable::Broken)?;
    let mut rows: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    let percents: Vec<Option<usize>> = reader.styles().iter().map(decimals_of_percent).collect();
    while let Some((cell, style)) = reader.next_cell_with_style_id().map_err(|_| NotATable::Broken)? {
        let text = match (cell.get_value(), percents.get(style).copied().flatten()) {
            (DataRef::Float(share), Some(decimals)) => as_percent(*share, decimals),
            (DataRef::Int(share), Some(_)) => format!("{} %", share * 100),
            (value, _) => text_of(value),
        };
        if text.is_empty() {
            continue;
        }
        let (row, column) = cell.get_position();
        let (row, column) = (row as usize, column as usize);
        if column >= MAX_COLUMNS {
            return Err(NotATable::TooManyColumns { sheet: name, row: row + 1 });
        }
        *room_left = room_left.checked_sub(text.len()).ok_or(NotATable::TooMuchText)?;
        let cells = rows.entry(row).or_default();
        if cells.len() <= column {
            cells.resize(column + 1, String::new());
        }
        cells[column] = text;
        if rows.len() > MAX_ROWS {
            return Err(NotATable::TooManyRows { sheet: name });
        }
    }
    let rows = rows.into_iter().filter_map(|(index, cells)| Row::of(index + 1, cells)).collect();
    Ok(Sheet { name, rows })
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
    let format = &style.number_format.as_ref()?.format_code;
    let (before, _) = format.split(';').next()?.split_once('%')?;
    let decimals = before.rsplit_once('.').map_or("", |(_, decimals)| decimals);
    Some(decimals.chars().filter(|c| matches!(c, '0' | '#' | '?')).count())
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

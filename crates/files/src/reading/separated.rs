//! Text with a separator between the cells: CSV from any program, and tables pasted from a document.
//!
//! Rows are numbered as a spreadsheet shows them, blank ones counted, and a quotation mark that nothing ends is a fault
//! instead of a cell that swallows the rest of the table: that is why the text is split here.

use std::{borrow::Cow, collections::HashMap, mem};

use super::{MAX_COLUMNS, MAX_ROWS, NotATable, Row};
use values::{is_blank, is_dash};

/// Blank ones too: a small file can have millions of them.
const MOST_LINES: usize = 2 * MAX_ROWS;

/// The likeliest first.
const SEPARATORS: [char; 4] = ['\t', ';', ',', '|'];

/// What splitting by one separator gives.
struct Split {
    rows: Vec<Vec<String>>,
    /// Something stood between a closing quotation mark and the next separator: probably the wrong separator.
    stray: bool,
    /// The row in which a quotation mark was opened and never closed.
    open: Option<usize>,
    /// There is more, and it was not read.
    is_cut: bool,
}

pub(super) fn rows(text: &str) -> Result<Vec<Row>, NotATable> {
    // An empty sheet saved as text is rows of separators.
    if text.chars().all(|c| is_blank(c) || c == '"' || SEPARATORS.contains(&c)) {
        return Ok(Vec::new());
    }
    let text = without_frame(text);
    let best = SEPARATORS
        .map(|separator| split(&text, separator))
        .into_iter()
        // The first of those that are as good.
        .rev()
        .max_by_key(|split| (split.open.is_none(), !split.stray, split.agreeing()));
    let Some(best) = best else { return Err(NotATable::Empty) };
    if best.is_cut {
        return Err(NotATable::TooManyRows { sheet: String::new() });
    }
    if let Some(row) = best.open {
        return Err(NotATable::OpenQuote { row });
    }
    let cells = if best.agreeing() == 0 { by_last_number(best.rows) } else { best.rows };
    bounded(cells)
}

fn bounded(rows: Vec<Vec<String>>) -> Result<Vec<Row>, NotATable> {
    let rows: Vec<Row> =
        rows.into_iter().enumerate().filter_map(|(index, cells)| Row::of(index + 1, cells)).collect();
    if rows.len() > MAX_ROWS {
        return Err(NotATable::TooManyRows { sheet: String::new() });
    }
    match rows.iter().find(|row| row.cells.len() > MAX_COLUMNS) {
        Some(row) => Err(NotATable::TooManyColumns { sheet: String::new(), row: row.number }),
        None => Ok(rows),
    }
}

impl Split {
    /// How many rows have the number of cells that most rows have; 0 when most have one cell, or hardly any agree.
    fn agreeing(&self) -> usize {
        let mut rows_of: HashMap<usize, usize> = HashMap::new();
        let mut used = 0;
        for row in self.rows.iter().filter(|row| row.iter().any(|cell| !cell.trim().is_empty())) {
            used += 1;
            *rows_of.entry(row.len()).or_default() += 1;
        }
        let most = rows_of.into_iter().filter(|(cells, _)| *cells > 1).map(|(_, rows)| rows).max();
        most.filter(|most| most * 2 >= used).unwrap_or(0)
    }
}

fn split(text: &str, separator: char) -> Split {
    let mut found = Split { rows: Vec::new(), stray: false, open: None, is_cut: false };
    let (mut row, mut cell) = (Vec::new(), String::new());
    let mut closed = false;
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if !closed && cell.trim().is_empty() => {
                cell.clear();
                closed = quoted(&mut characters, &mut cell);
                if !closed {
                    found.open = Some(found.rows.len() + 1);
                }
            }
            _ if c == separator => {
                // One too many is enough to say so.
                if row.len() <= MAX_COLUMNS {
                    row.push(mem::take(&mut cell));
                }
                cell.clear();
                closed = false;
            }
            '\n' | '\r' => {
                if c == '\r' {
                    characters.next_if_eq(&'\n');
                }
                row.push(mem::take(&mut cell));
                found.rows.push(mem::take(&mut row));
                closed = false;
                if found.rows.len() > MOST_LINES {
                    found.is_cut = true;
                    return found;
                }
            }
            _ => {
                found.stray |= closed && !is_blank(c);
                cell.push(c);
            }
        }
    }
    if !cell.is_empty() || !row.is_empty() {
        row.push(cell);
        found.rows.push(row);
    }
    found
}

/// Up to the closing quotation mark, of which two stand for one; false when there is none.
fn quoted(characters: &mut std::iter::Peekable<std::str::Chars<'_>>, cell: &mut String) -> bool {
    while let Some(c) = characters.next() {
        if c != '"' {
            cell.push(c);
        } else if characters.next_if_eq(&'"').is_some() {
            cell.push('"');
        } else {
            return true;
        }
    }
    false
}

/// A Markdown table has a bar before and after each row and a row of dashes below its heading; a drawn one is alike.
fn without_frame(text: &str) -> Cow<'_, str> {
    let is_blank_line = |line: &str| line.chars().all(is_blank);
    let framed = |line: &str| line.trim_matches(is_blank).starts_with('|');
    let used = text.lines().filter(|line| !is_blank_line(line)).count();
    if text.lines().filter(|line| framed(line)).count() * 2 <= used {
        return Cow::Borrowed(text);
    }
    let bare = |line: &str| {
        let line = line.trim_matches(is_blank);
        let is_rule = line.chars().all(|c| is_blank(c) || is_dash(c) || matches!(c, '|' | ':' | '+' | '='));
        let line = line.strip_prefix('|').unwrap_or(line);
        if is_rule { String::new() } else { line.strip_suffix('|').unwrap_or(line).to_owned() }
    };
    Cow::Owned(text.lines().map(bare).collect::<Vec<_>>().join("\n"))
}

/// Pasted from a PDF, a table can have nothing but spaces between name and amount: `Ale 381 308` (2022 Bilaga 1). So can
/// a list: `* Ale: 381 308 kr`.
fn by_last_number(rows: Vec<Vec<String>>) -> Vec<Vec<String>> {
    let whole = |row: Vec<String>| row.into_iter().next().unwrap_or_default();
    rows.into_iter()
        .map(|row| {
            let line = whole(row);
            match name_and_number(&line) {
                Some((name, number)) => vec![name.to_owned(), number.to_owned()],
                None => vec![line],
            }
        })
        .collect()
}

fn name_and_number(line: &str) -> Option<(&str, &str)> {
    let is_mark = |c: char| is_blank(c) || is_dash(c) || matches!(c, '*' | '•' | '·' | '+');
    let line = line.trim_start_matches(is_mark).trim_end_matches(is_blank);
    let bare = ["kronor", "kr"].iter().find_map(|unit| line.strip_suffix(unit)).unwrap_or(line);
    let bare = bare.trim_end_matches(is_blank);
    let name = bare.trim_end_matches(|c: char| c.is_ascii_digit() || is_blank(c));
    let number = bare[name.len()..].trim_start_matches(is_blank);
    let apart = bare[name.len()..].starts_with(is_blank);
    let is_row = apart && !number.is_empty() && name.chars().any(char::is_alphabetic);
    is_row.then_some((name.trim_end_matches([':', ' ']), number))
}

//! From a file's bytes to sheets of rows and cells. A file is what its content says, whatever it is called.
//!
//! Text (CSV, or what was pasted from a document) and XLSX workbooks are read; everything else is refused with what it is
//! and what to do about it. What somebody who opens the file does not see is not read either, and that is told. A small file
//! can unpack to a very large one, so all sizes are bounded.

mod hidden;
mod separated;
#[cfg(test)]
mod tests;
mod workbook;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    other::{self, Compound},
    text::{self, NotText},
};
use values::is_blank;

pub const MAX_BYTES: usize = 10 * 1024 * 1024;
pub const MAX_SHEETS: usize = 50;
/// An ordinary workbook has a dozen, and a few for each of its sheets (OWASP ASVS 5.0 V5.2.3).
pub const MAX_PARTS: usize = 1_000;
pub const MAX_ROWS: usize = 20_000;
pub const MAX_COLUMNS: usize = 100;
/// Of all cells together. A workbook can repeat one long text in every cell.
const MAX_TEXT: usize = 20 * 1024 * 1024;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    pub sheets: Vec<Sheet>,
    /// How the file was read, where that is not a matter of course: sentences for whoever has the file before them.
    #[serde(default)]
    pub told: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Empty for a file of text.
    pub name: String,
    /// Those with something in them.
    pub rows: Vec<Row>,
    /// Rows with something in them that are hidden, and so not read; numbered as the others.
    #[serde(default)]
    pub hidden_rows: Vec<usize>,
    /// The same of columns, from 0.
    #[serde(default)]
    pub hidden_columns: Vec<usize>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// As a spreadsheet shows it, from 1.
    pub number: usize,
    /// Without blanks around them, up to the last one with something in it.
    pub cells: Vec<String>,
}

impl Sheet {
    #[must_use]
    pub fn columns(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).max().unwrap_or(0)
    }

    /// What of it is hidden and was not read, in words; `None` when all of it is seen.
    #[must_use]
    pub fn hidden(&self) -> Option<String> {
        let rows = ranges(&self.hidden_rows, |row| row.to_string());
        let columns = ranges(&self.hidden_columns, column_letters);
        let named = |one: &str, several: &str, found: &[usize], words: &str| match found.len() {
            0 => None,
            1 => Some(format!("{one} {words}")),
            _ => Some(format!("{several} {words}")),
        };
        let parts: Vec<String> = [
            named("raden", "raderna", &self.hidden_rows, &rows),
            named("kolumnen", "kolumnerna", &self.hidden_columns, &columns),
        ]
        .into_iter()
        .flatten()
        .collect();
        let hidden = if self.hidden_rows.len() + self.hidden_columns.len() == 1 { "dold" } else { "dolda" };
        (!parts.is_empty()).then(|| format!("I bladet {} är {} {hidden}.", self.name, parts.join(" och ")))
    }
}

/// `2, 5–9`; after a dozen the rest is counted.
fn ranges(sorted: &[usize], words: impl Fn(usize) -> String) -> String {
    const MOST: usize = 12;
    let runs: Vec<&[usize]> = sorted.chunk_by(|before, after| before + 1 == *after).collect();
    let shown = runs.iter().take(MOST).map(|run| match run {
        [one] => words(*one),
        [first, .., last] => format!("{}–{}", words(*first), words(*last)),
        [] => String::new(),
    });
    let mut shown: Vec<String> = shown.collect();
    if runs.len() > MOST {
        shown.push("med flera".to_owned());
    }
    shown.join(", ")
}

/// `A` for the first column, `AA` for the twenty-seventh.
#[must_use]
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut left = column;
    loop {
        letters.push(char::from(b'A' + u8::try_from(left % 26).unwrap_or_default()));
        if left < 26 {
            break;
        }
        left = left / 26 - 1;
    }
    letters.iter().rev().collect()
}

impl Row {
    /// Empty where the row ends before the column.
    #[must_use]
    pub fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", String::as_str)
    }

    /// Cells as they were found; `None` when there is nothing in them.
    fn of(number: usize, mut cells: Vec<String>) -> Option<Self> {
        for cell in &mut cells {
            let bare = cell.trim_matches(is_blank);
            if bare.len() < cell.len() {
                *cell = bare.to_owned();
            }
        }
        let used = cells.iter().rposition(|cell| !cell.is_empty())? + 1;
        cells.truncate(used);
        Some(Self { number, cells })
    }
}

/// Why a file is no table, and what to do instead.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotATable {
    #[error("Filen är tom. Välj filen igen; öppna den gärna först och se att tabellen finns där.")]
    Empty,
    #[error("Filen är större än 10 MB. Spara bara bladet med tabellen i en ny arbetsbok och välj den.")]
    TooLarge,
    #[error("Filen är en arbetsbok i det gamla formatet .xls. Öppna den och spara den som .xlsx eller CSV.")]
    OldWorkbook,
    #[error(
        "Arbetsboken är skyddad med lösenord. Ta bort lösenordet i kalkylprogrammet, spara och välj filen igen."
    )]
    Password,
    #[error("Filen är en binär arbetsbok, .xlsb. Öppna den och spara den som .xlsx eller CSV.")]
    BinaryWorkbook,
    #[error("Filen är ett OpenDocument-kalkylark, .ods. Öppna det och spara det som .xlsx eller CSV.")]
    OpenDocument,
    #[error(
        "Filen är en PDF. Kopiera tabellen därifrån till ett kalkylblad och spara det som .xlsx eller CSV."
    )]
    Pdf,
    #[error(
        "Filen är ett textdokument. Kopiera tabellen därifrån till ett kalkylblad och spara det som .xlsx eller CSV."
    )]
    TextDocument,
    #[error(
        "Filen är en webbsida eller XML, även om den kanske heter .xls. Öppna den i ett kalkylprogram och spara den som .xlsx eller CSV."
    )]
    WebPage,
    #[error(
        "Filen är en bild. Skriv av tabellen i ett kalkylblad, eller be avsändaren om den som .xlsx eller CSV."
    )]
    Picture,
    #[error("Filen är ett zip-arkiv utan arbetsbok. Packa upp det och välj tabellen, som .xlsx eller CSV.")]
    Archive,
    #[error(
        "Det som står i arbetsboken står i dolda blad: {}. Visa bladet med tabellen, spara och välj filen igen.",
        .sheets.join(", ")
    )]
    OnlyHidden { sheets: Vec<String> },
    #[error("{} Visa dem, spara och välj filen igen.", .words)]
    AllHidden { words: String },
    #[error(
        "Cellen {cell} i bladet {sheet} har en formel men inget uträknat värde{}. Öppna arbetsboken i Excel eller LibreOffice, spara den och välj den igen.",
        and_others(*.others)
    )]
    NotReckoned { sheet: String, cell: String, others: usize },
    #[error(
        "Det går inte att avgöra vilken teckenkodning filen har: ”{}” eller ”{}”? Öppna den, spara den som ”CSV UTF-8” eller .xlsx och välj den igen.",
        .readings[0],
        .readings[1]
    )]
    UnsureLetters { readings: [String; 2] },
    #[error("Filen går inte att läsa som en tabell. Spara tabellen som .xlsx eller CSV och välj den.")]
    Unknown,
    #[error(
        "Arbetsboken är skadad. Öppna den i ett kalkylprogram, spara den på nytt som .xlsx och välj den."
    )]
    Broken,
    #[error(
        "Arbetsboken blir för stor när den packas upp. Spara bara bladet med tabellen i en ny arbetsbok."
    )]
    UnpacksTooLarge,
    #[error(
        "Arbetsboken har {found} delar, och fler än {MAX_PARTS} läses inte. Spara bara bladet med tabellen i en ny arbetsbok."
    )]
    TooManyParts { found: usize },
    #[error(
        "Arbetsboken har {found} blad; högst {MAX_SHEETS} går att läsa. Spara bladet med tabellen i en ny arbetsbok."
    )]
    TooManySheets { found: usize },
    #[error("Tabellen{} har fler än 20 000 rader. Ta bort det som inte hör till fördelningen.", of_sheet(.sheet))]
    TooManyRows { sheet: String },
    #[error(
        "Tabellen{} har fler än {MAX_COLUMNS} kolumner, på rad {row}. Ta bort det som inte hör till fördelningen.",
        of_sheet(.sheet)
    )]
    TooManyColumns { sheet: String, row: usize },
    #[error("Cellerna innehåller för mycket text. Ta bort det som inte hör till fördelningen.")]
    TooMuchText,
    #[error(
        "Ett citattecken på rad {row} har inget som avslutar det. Ta bort det eller skriv ett till efter texten."
    )]
    OpenQuote { row: usize },
}

fn and_others(others: usize) -> String {
    match others {
        0 => String::new(),
        1 => ", och en cell till".to_owned(),
        _ => format!(", och {others} celler till"),
    }
}

fn of_sheet(sheet: &str) -> String {
    if sheet.is_empty() { String::new() } else { format!(" i bladet {sheet}") }
}

/// Reads a file of text or an XLSX workbook.
///
/// # Errors
/// When it is neither, or too large; the error says what it is and what to do.
pub fn read(bytes: &[u8]) -> Result<Table, NotATable> {
    if bytes.len() > MAX_BYTES {
        return Err(NotATable::TooLarge);
    }
    let table = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        of_workbook(bytes)?
    } else {
        refuse_other_kinds(bytes)?;
        of_text(bytes)?
    };
    if table.sheets.iter().any(|sheet| !sheet.rows.is_empty()) {
        return Ok(table);
    }
    match table.sheets.iter().find_map(Sheet::hidden) {
        Some(words) => Err(NotATable::AllHidden { words }),
        None => Err(NotATable::Empty),
    }
}

/// Whether a workbook can be opened, however much is in it.
///
/// # Errors
/// When it is none, is damaged, or unpacks to more than anybody should.
pub fn open_workbook(bytes: &[u8]) -> Result<(), NotATable> {
    workbook::open(bytes).map(drop)
}

fn of_workbook(bytes: &[u8]) -> Result<Table, NotATable> {
    let (sheets, hidden) = workbook::sheets(bytes)?;
    if !hidden.is_empty() && sheets.iter().all(|sheet| sheet.rows.is_empty() && sheet.hidden().is_none()) {
        return Err(NotATable::OnlyHidden { sheets: hidden });
    }
    let told = match hidden.as_slice() {
        [] => Vec::new(),
        [one] => vec![format!("Bladet {one} är dolt och lästes inte.")],
        several => vec![format!("Bladen {} är dolda och lästes inte.", several.join(", "))],
    };
    Ok(Table { sheets, told })
}

fn of_text(bytes: &[u8]) -> Result<Table, NotATable> {
    let read = text::read(bytes).map_err(|why| match why {
        NotText::Binary => NotATable::Unknown,
        NotText::Unsure(readings) => NotATable::UnsureLetters { readings },
    })?;
    let told = match read.code_page {
        // What every Excel in Sweden writes.
        None | Some(text::CodePage::Windows1252) => Vec::new(),
        Some(page) => {
            let sample = read.sample().iter().map(|word| format!("”{word}”")).collect::<Vec<_>>().join(", ");
            vec![format!(
                "Filen lästes i teckenkodningen {page}: {sample}. Ser å, ä och ö fel ut, spara den som ”CSV UTF-8” och välj den igen."
            )]
        }
    };
    let sheet = Sheet { rows: separated::rows(&read.text)?, ..Sheet::default() };
    Ok(Table { sheets: vec![sheet], told })
}

fn refuse_other_kinds(bytes: &[u8]) -> Result<(), NotATable> {
    match other::compound(bytes) {
        None => {}
        Some(Compound::Locked) => return Err(NotATable::Password),
        Some(Compound::TextDocument | Compound::Slides | Compound::Mail) => {
            return Err(NotATable::TextDocument);
        }
        Some(Compound::Workbook | Compound::Other) => return Err(NotATable::OldWorkbook),
    }
    if bytes.starts_with(b"{\\rtf") {
        return Err(NotATable::TextDocument);
    }
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("application/pdf") => Err(NotATable::Pdf),
        Some("text/html" | "text/xml") => Err(NotATable::WebPage),
        // The mark may be the first letters of a text: of a bitmap it is "BM".
        Some(kind) if kind.starts_with("image/") && !text::is_text(bytes) => Err(NotATable::Picture),
        _ => Ok(()),
    }
}

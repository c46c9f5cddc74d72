//! From a file's bytes to sheets of rows and cells. A file is what its content says, whatever it is called.
//!
//! Text (CSV, or what was pasted from a document) and XLSX workbooks are read; everything else is refused with what it is
//! and what to do about it. A small file can unpack to a very large one, so all sizes are bounded.

mod separated;
#[cfg(test)]
mod tests;
mod workbook;

use std::str;

use encoding_rs::{Encoding, WINDOWS_1252};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::numbers::is_blank;

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
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// Empty for a file of text.
    pub name: String,
    /// Those with something in them.
    pub rows: Vec<Row>,
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
    let sheets = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        workbook::sheets(bytes)?
    } else {
        refuse_other_kinds(bytes)?;
        vec![Sheet { name: String::new(), rows: separated::rows(&decode(bytes)?)? }]
    };
    if sheets.iter().all(|sheet| sheet.rows.is_empty()) {
        Err(NotATable::Empty)
    } else {
        Ok(Table { sheets })
    }
}

fn refuse_other_kinds(bytes: &[u8]) -> Result<(), NotATable> {
    const COMPOUND: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
    if bytes.starts_with(COMPOUND) {
        return Err(compound(bytes));
    }
    if bytes.starts_with(b"{\\rtf") {
        return Err(NotATable::TextDocument);
    }
    match infer::get(bytes).map(|kind| kind.mime_type()) {
        Some("application/pdf") => Err(NotATable::Pdf),
        Some("text/html" | "text/xml") => Err(NotATable::WebPage),
        Some(kind) if kind.starts_with("image/") => Err(NotATable::Picture),
        _ => Ok(()),
    }
}

/// A compound file holds an old workbook, an old document, or a new workbook that is encrypted.
fn compound(bytes: &[u8]) -> NotATable {
    let has = |name: &str| {
        let utf_16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(utf_16.len()).any(|window| window == utf_16)
    };
    if has("EncryptedPackage") {
        NotATable::Password
    } else if has("WordDocument") {
        NotATable::TextDocument
    } else {
        NotATable::OldWorkbook
    }
}

/// UTF-8 where it is that, otherwise Windows-1252, in which Excel writes CSV; UTF-16 by its mark, Excel's "Unicode-text".
fn decode(bytes: &[u8]) -> Result<String, NotATable> {
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => {
            let (text, broken) = encoding.decode_without_bom_handling(&bytes[mark..]);
            if broken {
                return Err(NotATable::Unknown);
            }
            text.into_owned()
        }
        None => match str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned(),
        },
    };
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(NotATable::Unknown);
    }
    Ok(text)
}

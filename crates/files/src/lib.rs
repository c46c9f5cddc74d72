//! Files from outside: what a file is by its content, whether it can be opened, what it is called, and what its tables say.
//!
//! A name and a browser's word on the kind are not believed. [`Kind::of`] goes by the first bytes, and [`Kind::open`] has the
//! file opened by its own kind's reader, bounded in time and memory: what nobody can open is refused while the person who has
//! the original is still there.

mod bookkeeping;
pub mod name;
pub mod other;
mod pdf;
mod picture;
pub mod reading;
pub mod text;

use thiserror::Error;

/// What is kept as it is and given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Pdf,
    Png,
    Jpeg,
    /// XLSX.
    Workbook,
    /// CSV.
    Table,
    /// SIE.
    Bookkeeping,
}

/// Why a file cannot be opened, and how that is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Unreadable {
    #[error(
        "Filen är låst med lösenord. Öppna den, spara den utan lösenord eller skriv ut den till en ny PDF, och välj den."
    )]
    Locked,
    #[error(
        "PDF-filen är avklippt: slutet saknas. Hämta eller skanna den på nytt, se att alla sidor finns och välj den."
    )]
    CutPdf,
    #[error("PDF-filen går inte att öppna. Öppna den själv, skriv ut den till en ny PDF och välj den.")]
    BrokenPdf,
    #[error("PDF-filen har inga sidor. Spara eller skanna handlingen på nytt som PDF och välj den.")]
    NoPages,
    #[error("Bilden är avklippt: slutet saknas. Hämta, fotografera eller skanna den på nytt och välj den.")]
    CutPicture,
    #[error("Bilden går inte att öppna. Öppna den själv, spara den på nytt som JPEG eller PDF och välj den.")]
    BrokenPicture,
    #[error(
        "Arbetsboken går inte att öppna. Öppna den i ett kalkylprogram, spara den på nytt som .xlsx och välj den."
    )]
    BrokenWorkbook,
    #[error(
        "SIE-filen är avklippt: en verifikation eller slutet saknas. Exportera den på nytt och välj den."
    )]
    CutBookkeeping,
    #[error("Filen går inte att läsa som SIE. Exportera den på nytt ur bokföringssystemet och välj den.")]
    BrokenBookkeeping,
}

impl Kind {
    /// By what the file begins with; `None` for every other kind.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        // Some programs write a line break or a byte order mark before the rest.
        let start = bytes.strip_prefix(text::UTF_8_MARK).unwrap_or(bytes).trim_ascii_start();
        match () {
            () if start.starts_with(b"%PDF-") => Some(Self::Pdf),
            () if bytes.starts_with(picture::PNG) => Some(Self::Png),
            () if bytes.starts_with(picture::JPEG) => Some(Self::Jpeg),
            () if other::archive(bytes) == Some(other::Archive::Workbook) => Some(Self::Workbook),
            () if start.starts_with(b"#FLAGGA") => Some(Self::Bookkeeping),
            () if text::is_table(bytes) => Some(Self::Table),
            () => None,
        }
    }

    /// Has the file opened by its kind's reader.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn open(self, bytes: &[u8]) -> Result<(), Unreadable> {
        match self {
            Self::Pdf => pdf::open(bytes),
            Self::Png => picture::open_png(bytes),
            Self::Jpeg => picture::open_jpeg(bytes),
            Self::Workbook => reading::open_workbook(bytes).map_err(|_| Unreadable::BrokenWorkbook),
            Self::Bookkeeping => bookkeeping::open(bytes),
            // It was read as text to know that it is one.
            Self::Table => Ok(()),
        }
    }

    #[must_use]
    pub fn is_scan(self) -> bool {
        matches!(self, Self::Pdf | Self::Png | Self::Jpeg)
    }

    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Pdf => "application/pdf",
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Workbook => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            // Whatever is in a text, no browser shows it.
            Self::Table | Self::Bookkeeping => "application/octet-stream",
        }
    }

    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Workbook => "xlsx",
            Self::Table => "csv",
            Self::Bookkeeping => "se",
        }
    }
}

#[cfg(test)]
mod tests;

//! From data to a PDF that an archive accepts and a screen reader can read:
//! PDF/A-2a and PDF/UA-1 in one file.
//!
//! The typesetter is Typst, in the program itself. Templates and fonts are
//! compiled in; a document reaches its template only as the strings of
//! `data.json`, so nothing a user typed is ever read as markup. Templates see no
//! file, network or clock: the same data and time give the same bytes.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::LazyLock;

use chrono::{DateTime, Datelike, Timelike, Utc};
use serde::Serialize;
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};

use super::printable::printable_data;

const COMMON: &str = include_str!("../templates/common.typ");
const FORM: &str = include_str!("../templates/form.typ");
const RECEIPT: &str = include_str!("../templates/receipt.typ");
const SLIP: &str = include_str!("../templates/slip.typ");
const REPORT: &str = include_str!("../templates/government.typ");
const LETTER: &str = include_str!("../templates/letter.typ");

const FONTS: [&[u8]; 2] =
    [include_bytes!("../fonts/SourceSans3-Regular.ttf"), include_bytes!("../fonts/SourceSans3-Semibold.ttf")];

/// Typst keeps what it computed for the next document; older than this many
/// documents, it goes.
const CACHED_DOCUMENTS: usize = 5;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// For [`FormDocument`](super::sheet::FormDocument).
    Form,
    /// For [`Receipt`](super::sheet::Receipt).
    Receipt,
    /// For [`PaymentSlip`](super::sheet::PaymentSlip).
    Slip,
    /// For [`Report`](super::report::Report).
    Report,
    /// For [`Letters`](super::letter::Letters).
    Letter,
}

#[derive(Debug, thiserror::Error)]
pub enum TypesetError {
    #[error("the data of the document could not be written as JSON: {0}")]
    Data(#[from] serde_json::Error),
    #[error("the time {0} cannot be written in a PDF")]
    Time(DateTime<Utc>),
    #[error("the typesetter could not be set up: {0}")]
    SetUp(String),
    #[error("the document could not be typeset: {0}")]
    Typst(String),
}

/// Typesets `data` and returns the PDF.
///
/// `identity` names the document in the file's identifiers and stays the same
/// for the same document; `issued_at` is its date of creation.
pub fn typeset(
    template: Template,
    data: &impl Serialize,
    identity: &str,
    issued_at: DateTime<Utc>,
) -> Result<Vec<u8>, TypesetError> {
    let workshop = WORKSHOP.as_ref().map_err(|fault| TypesetError::SetUp(fault.clone()))?;
    let job = Job {
        workshop,
        main: workshop.main(template),
        data: Bytes::new(serde_json::to_vec(&printable_data(data, &workshop.fonts)?)?),
    };
    let pdf = job.print(identity, issued_at);
    comemo::evict(CACHED_DOCUMENTS);
    pdf
}

/// What every document shares: built once, at the first document.
struct Workshop {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    sources: HashMap<FileId, Source>,
    form: FileId,
    receipt: FileId,
    slip: FileId,
    report: FileId,
    letter: FileId,
    data: FileId,
    standards: PdfStandards,
}

static WORKSHOP: LazyLock<Result<Workshop, String>> = LazyLock::new(Workshop::set_up);

impl Workshop {
    fn set_up() -> Result<Self, String> {
        let fonts: Vec<Font> = FONTS.iter().filter_map(|font| Font::new(Bytes::new(*font), 0)).collect();
        if fonts.len() < FONTS.len() {
            return Err("a font of the program cannot be read".to_owned());
        }
        let (form, receipt, slip) = (file("form.typ")?, file("receipt.typ")?, file("slip.typ")?);
        let (report, letter) = (file("government.typ")?, file("letter.typ")?);
        let sources = [
            (file("common.typ")?, COMMON),
            (form, FORM),
            (receipt, RECEIPT),
            (slip, SLIP),
            (report, REPORT),
            (letter, LETTER),
        ];
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources: sources.map(|(id, text)| (id, Source::new(id, text.to_owned()))).into(),
            form,
            receipt,
            slip,
            report,
            letter,
            data: file("data.json")?,
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
                .map_err(|fault| fault.message().to_string())?,
        })
    }

    fn main(&self, template: Template) -> FileId {
        match template {
            Template::Form => self.form,
            Template::Receipt => self.receipt,
            Template::Slip => self.slip,
            Template::Report => self.report,
            Template::Letter => self.letter,
        }
    }
}

fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|_| format!("{name} is not a file name"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// One document in the making: the world as its template sees it.
struct Job<'a> {
    workshop: &'a Workshop,
    main: FileId,
    data: Bytes,
}

impl Job<'_> {
    fn print(&self, identity: &str, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let options = PdfOptions {
            ident: Smart::Custom(identity.to_owned()),
            creator: Smart::Custom(Some("Bidragsporten".to_owned())),
            timestamp: Some(timestamp(issued_at).ok_or(TypesetError::Time(issued_at))?),
            standards: self.workshop.standards.clone(),
            ..PdfOptions::default()
        };
        let laid_out = typst::compile::<PagedDocument>(self);
        if !laid_out.warnings.is_empty() {
            tracing::warn!(warnings = describe(&laid_out.warnings), "typesetting {identity}");
        }
        laid_out
            .output
            .and_then(|document| typst_pdf::pdf(&document, &options))
            .map_err(|faults| TypesetError::Typst(describe(&faults)))
    }
}

impl World for Job<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.workshop.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.workshop.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.workshop.sources.get(&id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.workshop.data { Ok(self.data.clone()) } else { Err(not_found(id)) }
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.workshop.fonts.get(index).cloned()
    }

    /// No clock: a document's dates are in its data.
    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(PathBuf::from(id.vpath().get_without_slash()))
}

fn timestamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let small = |number: u32| u8::try_from(number).ok();
    let datetime = Datetime::from_ymd_hms(
        at.year(),
        small(at.month())?,
        small(at.day())?,
        small(at.hour())?,
        small(at.minute())?,
        small(at.second())?,
    )?;
    Some(Timestamp::new_utc(datetime))
}

/// The messages with their hints, for the log.
fn describe(diagnostics: &[SourceDiagnostic]) -> String {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let hints = diagnostic.hints.iter().map(|hint| format!(" ({})", hint.v));
            format!("{}{}", diagnostic.message, hints.collect::<String>())
        })
        .collect::<Vec<_>>()
        .join("; ")
}

#[cfg(test)]
mod tests;

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
use serde_json::{Value, json};
use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp};
use unicode_normalization::UnicodeNormalization;

const COMMON: &str = include_str!("../../templates/document/common.typ");
const FORM: &str = include_str!("../../templates/document/form.typ");
const RECEIPT: &str = include_str!("../../templates/document/receipt.typ");

const FONTS: [&[u8]; 2] = [
    include_bytes!("../../static/fonts/SourceSans3-Regular.ttf"),
    include_bytes!("../../static/fonts/SourceSans3-Semibold.ttf"),
];

/// Typst keeps what it computed for the next document; older than this many
/// documents, it goes.
const CACHED_DOCUMENTS: usize = 5;

/// Stands for a character that the fonts lack; PDF/A allows no missing glyph.
const UNPRINTABLE: char = '□';

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// For [`FormDocument`](super::sheet::FormDocument).
    Form,
    /// For [`Receipt`](super::sheet::Receipt).
    Receipt,
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
        data: Bytes::new(serde_json::to_vec(&workshop.printable_data(data)?)?),
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
        let (form, receipt) = (file("form.typ")?, file("receipt.typ")?);
        let sources = [(file("common.typ")?, COMMON), (form, FORM), (receipt, RECEIPT)];
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            sources: sources.map(|(id, text)| (id, Source::new(id, text.to_owned()))).into(),
            form,
            receipt,
            data: file("data.json")?,
            standards: PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
                .map_err(|fault| fault.message().to_string())?,
        })
    }

    fn main(&self, template: Template) -> FileId {
        match template {
            Template::Form => self.form,
            Template::Receipt => self.receipt,
        }
    }

    /// `{ sheet, unprintable }`: the data in printable characters, and whether
    /// any had to be replaced, which the document then says.
    fn printable_data(&self, data: &impl Serialize) -> Result<Value, TypesetError> {
        let mut sheet = serde_json::to_value(data)?;
        let mut unprintable = false;
        self.make_printable(&mut sheet, &mut unprintable);
        Ok(json!({ "sheet": sheet, "unprintable": unprintable }))
    }

    fn make_printable(&self, value: &mut Value, unprintable: &mut bool) {
        match value {
            Value::String(text) => *text = self.printable(text, unprintable),
            Value::Array(items) => {
                for item in items {
                    self.make_printable(item, unprintable);
                }
            }
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.make_printable(field, unprintable);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Composes letters typed as two characters (å as a + ring), turns every kind
    /// of line break and space into one the fonts have, drops what cannot be seen
    /// (direction marks could make a number read otherwise than it is), and puts
    /// an empty square for what the fonts lack.
    fn printable(&self, text: &str, unprintable: &mut bool) -> String {
        let composed = text.replace("\r\n", "\n");
        composed
            .nfc()
            .filter_map(|character| match character {
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
                '\u{2007}' | '\u{202f}' => Some('\u{a0}'),
                '\t' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => Some(' '),
                '\u{2010}' | '\u{2011}' => Some('-'),
                _ if is_invisible(character) => None,
                _ if self.can_print(character) => Some(character),
                _ => {
                    *unprintable = true;
                    Some(UNPRINTABLE)
                }
            })
            .collect()
    }

    fn can_print(&self, character: char) -> bool {
        // A private character means something else in every font: not in PDF/A-2a.
        !matches!(character, '\u{e000}'..='\u{f8ff}')
            && self.fonts.iter().all(|font| font.info().coverage.contains(u32::from(character)))
    }
}

fn file(name: &str) -> Result<FileId, String> {
    let path = VirtualPath::new(name).map_err(|_| format!("{name} is not a file name"))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

/// Controls, joiners, direction marks, variation selectors, tags.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
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
mod tests {
    use chrono::TimeZone;
    use lopdf::{Document, Object};
    use proptest::prelude::*;

    use super::*;
    use crate::document::sheet::{Choice, Field, FieldValue, FormDocument, Receipt, Section, Signature};

    const FINGERPRINT: &str = "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881";
    const PRACTICE: &str = "ÖVNING – påhittade uppgifter";

    fn issued_at() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2022, 11, 3, 13, 5, 12).unwrap()
    }

    fn requisition(underskrift: FieldValue) -> FormDocument {
        let contact = Section {
            fields: vec![
                Field::text("Bidragsmottagare", "Ale kommun"),
                Field::text("Organisationsnummer", "212000-1439"),
                Field::text("Postadress", "Ledetvägen 6\n449 80 Alafors"),
                Field::blank("Faxnummer"),
            ],
            ..Section::new("1", "Kontaktuppgifter")
        };
        let grant = Section {
            fields: vec![Field::text("Belopp som rekvireras", "1\u{a0}310\u{a0}223\u{a0}kr")],
            ..Section::new("2", "Bidrag som ansökan avser")
        };
        let signature = Section {
            text: vec!["Bidragstagaren intygar att lämnade uppgifter är riktiga.".to_owned()],
            fields: vec![
                Field::blank("Datum"),
                Field { label: "Underskrift".to_owned(), value: underskrift },
                Field::blank("Namnförtydligande"),
            ],
            ..Section::new("4", "Underskrift i original av behörig företrädare")
        };
        FormDocument {
            title: "Rekvisition AO22-1440-R1, Ale kommun".to_owned(),
            heading: "Rekvisition".to_owned(),
            number: "AO22-1440-R1".to_owned(),
            version: 1,
            agreement: "Äldreomsorg – teknik, 2022".to_owned(),
            addressee: "Kammarkollegiet".to_owned(),
            state_line: "Utskrift för underskrift på papper".to_owned(),
            practice: false,
            diarienummer_agreement: "S2022/00001".to_owned(),
            diarienummer_decision: String::new(),
            sections: vec![contact, grant, signature],
            fingerprint: FINGERPRINT.to_owned(),
            issued: "3 november 2022 kl. 14.05".to_owned(),
        }
    }

    /// A requisition whose only section holds `text`, in a place of every kind.
    fn requisition_saying(text: &str) -> FormDocument {
        FormDocument {
            title: text.to_owned(),
            agreement: text.to_owned(),
            sections: vec![Section {
                text: vec![text.to_owned()],
                choices: vec![Choice { text: text.to_owned(), chosen: true }],
                fields: vec![Field::text(text, text), Field::text("Kort", "kort")],
                ..Section::new("1", text)
            }],
            ..requisition(FieldValue::Handwritten)
        }
    }

    fn receipt() -> Receipt {
        Receipt {
            title: "Kvitto AO22-1440-R1".to_owned(),
            heading: "Kvitto".to_owned(),
            number: "AO22-1440-R1".to_owned(),
            agreement: "Äldreomsorg – teknik, 2022".to_owned(),
            practice: true,
            received_at: "3 november 2022 kl. 14.05.12".to_owned(),
            received_by: "Kammarkollegiet".to_owned(),
            submitted_by: "Karin Åkesson, Ale kommun".to_owned(),
            submitted: vec![Field::text("Bankgiro", "5051-6822")],
            signing: "Elektroniskt underskriven av Karin Åkesson.".to_owned(),
            next_step: "Kammarkollegiet granskar rekvisitionen.".to_owned(),
            next_date: "20 december 2022".to_owned(),
            fingerprint: FINGERPRINT.to_owned(),
            issued: "3 november 2022 kl. 14.05".to_owned(),
        }
    }

    fn open(pdf: &[u8]) -> Document {
        Document::load_mem(pdf).unwrap()
    }

    /// The text without any white space: where a line ends is not the point.
    fn text(pdf: &[u8]) -> String {
        let document = open(pdf);
        let pages: Vec<u32> = document.get_pages().into_keys().collect();
        squeezed(&document.extract_text(&pages).unwrap())
    }

    fn squeezed(text: &str) -> String {
        text.chars().filter(|character| !character.is_whitespace()).collect()
    }

    #[track_caller]
    fn assert_says(pdf: &[u8], expected: &[&str]) {
        let text = text(pdf);
        for words in expected {
            assert!(text.contains(&squeezed(words)), "«{words}» is missing in {text}");
        }
    }

    #[test]
    fn a_form_prints_its_labels_and_values() {
        let pdf = requisition(FieldValue::Handwritten).to_pdf(issued_at()).unwrap();
        assert_says(
            &pdf,
            &[
                "Rekvisition",
                "Äldreomsorg – teknik, 2022",
                "Till Kammarkollegiet",
                "AO22-1440-R1, version 1",
                "Diarienummer, överenskommelse S2022/00001",
                "Diarienummer, beslut om utbetalning Ej angivet",
                "1. Kontaktuppgifter",
                "Bidragsmottagare Ale kommun",
                "Postadress Ledetvägen 6 449 80 Alafors",
                "Belopp som rekvireras 1 310 223 kr",
                "4. Underskrift i original av behörig företrädare",
                "Utskrift för underskrift på papper",
                "Sida 1 av 1",
                "Fingeravtryck 2d71 1642 b726 b044 Sida",
                FINGERPRINT,
            ],
        );
        assert!(!text(&pdf).contains("ÖVNING"));
    }

    #[test]
    fn a_form_signed_in_the_portal_says_by_whom_when_and_how() {
        let signature = Signature {
            signer: "Karin Åkesson, kommundirektör".to_owned(),
            time: "3 november 2022 kl. 14.05".to_owned(),
            method: "lösenord på nytt".to_owned(),
        };
        let pdf = requisition(FieldValue::Signed(signature)).to_pdf(issued_at()).unwrap();
        assert_says(
            &pdf,
            &[
                "Elektroniskt underskriven",
                "Karin Åkesson, kommundirektör",
                "Tidpunkt: 3 november 2022 kl. 14.05",
                "Metod: lösenord på nytt",
            ],
        );
    }

    #[test]
    fn a_receipt_prints_what_was_received() {
        let pdf = receipt().to_pdf(issued_at()).unwrap();
        assert_says(
            &pdf,
            &[
                "Inkom till Kammarkollegiet 3 november 2022 kl. 14.05.12",
                "Inlämnat av Karin Åkesson, Ale kommun",
                "Bankgiro 5051-6822",
                "Elektroniskt underskriven av Karin Åkesson.",
                "Kammarkollegiet granskar rekvisitionen.",
                "20 december 2022",
                PRACTICE,
                FINGERPRINT,
            ],
        );
    }

    #[test]
    fn a_chosen_alternative_is_crossed() {
        let alternative = |text: &str, chosen| Choice { text: text.to_owned(), chosen };
        let mut form = requisition(FieldValue::Handwritten);
        form.sections = vec![Section {
            choices: vec![alternative("Alt 1: korrekt", false), alternative("Alt 2: inte", true)],
            ..Section::new("4", "Granskning")
        }];
        let pdf = form.to_pdf(issued_at()).unwrap();
        assert_says(&pdf, &["4. Granskning Alt 1: korrekt X Alt 2: inte"]);
    }

    #[test]
    fn the_same_data_gives_the_same_bytes() {
        let form = requisition(FieldValue::Handwritten);
        let first = form.to_pdf(issued_at()).unwrap();
        receipt().to_pdf(issued_at()).unwrap();
        comemo::evict(0);
        assert!(first == form.to_pdf(issued_at()).unwrap());
        let later = issued_at() + chrono::Duration::seconds(1);
        assert!(first != form.to_pdf(later).unwrap());
    }

    #[test]
    fn documents_made_at_the_same_time_do_not_mix() {
        let alone: Vec<_> = ["Ale", "Åre"].map(requisition_saying).iter().map(print).collect();
        let threads: Vec<_> = (0..8)
            .map(|turn| std::thread::spawn(move || print(&requisition_saying(["Ale", "Åre"][turn % 2]))))
            .collect();
        for (turn, thread) in threads.into_iter().enumerate() {
            assert!(thread.join().unwrap() == alone[turn % 2]);
        }
    }

    fn print(form: &FormDocument) -> Vec<u8> {
        form.to_pdf(issued_at()).unwrap()
    }

    #[test]
    fn the_file_claims_pdf_a_2a_and_ua_1_and_carries_what_they_need() {
        for pdf in [print(&requisition(FieldValue::Handwritten)), receipt().to_pdf(issued_at()).unwrap()] {
            let document = open(&pdf);
            let catalog = document.catalog().unwrap();

            let metadata = catalog.get(b"Metadata").and_then(Object::as_reference).unwrap();
            let stream = document.get_object(metadata).and_then(Object::as_stream).unwrap();
            let xmp = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
            for claim in [
                "<pdfaid:part>2</pdfaid:part>",
                "<pdfaid:conformance>A</pdfaid:conformance>",
                "<pdfuaid:part>1</pdfuaid:part>",
                "<xmp:CreateDate>2022-11-03T13:05:12+00:00</xmp:CreateDate>",
                "AO22-1440-R1",
            ] {
                assert!(xmp.contains(claim), "{claim} is missing in {xmp}");
            }

            assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"sv-SE");
            for needed in ["StructTreeRoot", "OutputIntents", "Outlines"] {
                assert!(catalog.has(needed.as_bytes()), "no {needed}");
            }
            let preferences = document.get_dict_in_dict(catalog, b"ViewerPreferences").unwrap();
            assert!(preferences.get(b"DisplayDocTitle").and_then(Object::as_bool).unwrap());
            let mark = document.get_dict_in_dict(catalog, b"MarkInfo").unwrap();
            assert!(mark.get(b"Marked").and_then(Object::as_bool).unwrap());
            for object in document.objects.values() {
                let Ok(font) = object.as_dict() else { continue };
                if font.has_type(b"FontDescriptor") {
                    assert!(font.has(b"FontFile2") || font.has(b"FontFile3"));
                }
                if font.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0") {
                    assert!(font.has(b"ToUnicode"));
                }
            }
        }
    }

    #[test]
    fn what_a_user_typed_is_printed_letter_by_letter() {
        let typed = r##"#panic("x") *bold* _it_ $x^2$ @x \ \\ "#sys.version `raw` <x> // -- ~ 'q'"##;
        for typed in [typed, "= Rubrik", "- punkt", "+ 1", "/ a: b", "[#eval(\"1+1\")]", "\"); #panic("] {
            assert_says(&print(&requisition_saying(typed)), &[typed]);
        }
    }

    #[test]
    fn a_word_longer_than_the_line_is_printed_whole() {
        let word = "Välfärdsteknik".repeat(40);
        assert_says(&print(&requisition_saying(&word)), &[&word]);
    }

    #[test]
    fn a_form_with_nothing_in_it_is_printed() {
        let mut form = requisition_saying("");
        form.title = "Rekvisition".to_owned();
        form.fingerprint = String::new();
        form.sections.push(Section::new("", "Tom"));
        let pdf = print(&form);
        assert_says(&pdf, &["Tom"]);
        assert!(!text(&pdf).contains("Fingeravtryck"));
    }

    #[test]
    fn text_longer_than_a_page_runs_on() {
        let long = (1..=1500).map(|number| format!("avvikelse{number} ")).collect::<String>();
        let mut form = requisition(FieldValue::Handwritten);
        form.sections[1].fields.push(Field::text("Avvikelser", &long));
        let pdf = print(&form);
        assert!(open(&pdf).get_pages().len() > 2);
        assert_says(&pdf, &["avvikelse1500", "Sida 3 av"]);
    }

    #[test]
    fn a_character_the_fonts_lack_becomes_a_square_and_the_document_says_so() {
        let pdf = print(&requisition_saying("Bo 🙂 中 \u{e000}\u{0}\u{202e}\u{fffe} slut"));
        assert_says(&pdf, &["Bo □ □ □□ slut", "har ersatts med □"]);
    }

    #[test]
    fn letters_and_spaces_of_other_kinds_are_mended_without_a_remark() {
        let pdf = print(&requisition_saying("A\u{30a}sa O\u{308}berg 1\u{202f}000\u{2011}2\tx\r\ny Łódź"));
        assert_says(&pdf, &["Åsa Öberg 1 000-2 x y Łódź"]);
        assert!(!text(&pdf).contains(&squeezed("har ersatts")));
    }

    #[test]
    fn every_character_the_fonts_have_can_be_printed() {
        let workshop = WORKSHOP.as_ref().unwrap();
        let all: String = workshop.fonts[0]
            .info()
            .coverage
            .iter()
            .filter_map(char::from_u32)
            .map(|character| format!("{character} "))
            .collect();
        print(&requisition_saying(&all));
    }

    #[test]
    fn the_templates_give_no_warnings() {
        let workshop = WORKSHOP.as_ref().unwrap();
        for (main, data) in [
            (workshop.form, workshop.printable_data(&requisition(FieldValue::Handwritten))),
            (workshop.receipt, workshop.printable_data(&receipt())),
        ] {
            let data = Bytes::new(serde_json::to_vec(&data.unwrap()).unwrap());
            let warnings = typst::compile::<PagedDocument>(&Job { workshop, main, data }).warnings;
            assert!(warnings.is_empty(), "{}", describe(&warnings));
        }
    }

    #[test]
    fn data_that_does_not_fit_the_template_is_an_error_with_its_reason() {
        let fault = typeset(Template::Form, &json!({}), "x", issued_at()).unwrap_err();
        assert!(
            matches!(&fault, TypesetError::Typst(reason) if reason.contains("does not contain key")),
            "{fault}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn nothing_anyone_can_type_stops_a_document(typed in "(?s).{1,60}") {
            requisition_saying(&typed).to_pdf(issued_at()).unwrap();
        }
    }
}

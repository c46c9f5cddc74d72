//! The kinds of file that are not taken, by name, so that a refusal says what the file is and what to do with it.

use std::io::Cursor;

use zip::ZipArchive;

/// What a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Archive {
    Workbook,
    /// With macros in it.
    MacroWorkbook,
    BinaryWorkbook,
    OpenWorkbook,
    TextDocument,
    Slides,
    /// From Apple's Pages, Numbers or Keynote.
    Apple,
    Plain,
    /// It begins as an archive and cannot be opened.
    Broken,
}

/// By the parts that it lists; `None` when it is no archive at all.
#[must_use]
pub fn archive(bytes: &[u8]) -> Option<Archive> {
    if !bytes.starts_with(b"PK\x03\x04") && !bytes.starts_with(b"PK\x05\x06") {
        return None;
    }
    let Ok(archive) = ZipArchive::new(Cursor::new(bytes)) else { return Some(Archive::Broken) };
    let names: Vec<String> =
        archive.file_names().filter_map(Result::ok).map(|name| name.to_lowercase()).collect();
    let has = |part: &str| names.iter().any(|name| name == part);
    let begins = |start: &str| names.iter().any(|name| name.starts_with(start));
    Some(match () {
        () if has("xl/workbook.bin") => Archive::BinaryWorkbook,
        () if has("xl/vbaproject.bin") => Archive::MacroWorkbook,
        () if has("xl/workbook.xml") => Archive::Workbook,
        () if begins("word/") => Archive::TextDocument,
        () if begins("ppt/") => Archive::Slides,
        () if begins("index/") && names.iter().any(|name| name.ends_with(".iwa")) => Archive::Apple,
        () if has("meta-inf/manifest.xml") => open_document(bytes),
        () => Archive::Plain,
    })
}

/// An OpenDocument file tells its kind in its first part, which is not packed.
fn open_document(bytes: &[u8]) -> Archive {
    let start = &bytes[..bytes.len().min(200)];
    let says = |kind: &[u8]| start.windows(kind.len()).any(|window| window == kind);
    match () {
        () if says(b"opendocument.text") => Archive::TextDocument,
        () if says(b"opendocument.presentation") => Archive::Slides,
        () => Archive::OpenWorkbook,
    }
}

/// What an old file of Office's is: a compound file, which also holds a new one that is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compound {
    Locked,
    Workbook,
    TextDocument,
    Slides,
    Mail,
    Other,
}

/// By the streams that it names; `None` when it is no compound file.
#[must_use]
pub fn compound(bytes: &[u8]) -> Option<Compound> {
    if !bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]) {
        return None;
    }
    let has = |name: &str| {
        let utf_16: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(utf_16.len()).any(|window| window == utf_16)
    };
    Some(match () {
        () if has("EncryptedPackage") => Compound::Locked,
        () if has("WordDocument") => Compound::TextDocument,
        () if has("PowerPoint Document") => Compound::Slides,
        () if has("__substg1.0_") => Compound::Mail,
        () if has("Workbook") || has("Book") => Compound::Workbook,
        () => Compound::Other,
    })
}

/// Which kinds are taken where the file was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// PDF, PNG, JPEG.
    Scans,
    /// Those, workbooks, tables and SIE.
    Data,
}

/// What a file that is not taken is, and what to do with it instead.
#[must_use]
pub fn refusal(bytes: &[u8], taken: Taken) -> String {
    match named(bytes) {
        Some((what, advice)) => format!("Det här är {what}. {}", advice.words(taken)),
        None => match taken {
            Taken::Scans => {
                "Filen är inte en PDF, PNG eller JPEG, vad den än heter. Spara den som PDF och välj den."
            }
            Taken::Data => {
                "Filen är inte en PDF, PNG, JPEG, XLSX, CSV eller SIE, vad den än heter. Spara den som någon av dem och välj den."
            }
        }
        .to_owned(),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Advice {
    Picture,
    Document,
    Workbook,
    Unlock,
    Unpack,
    Again,
    Mail,
    Another,
}

impl Advice {
    fn words(self, taken: Taken) -> &'static str {
        match (self, taken) {
            (Self::Picture, _) => "Spara bilden som JPEG eller PDF och välj den.",
            (Self::Document, _) => "Spara dokumentet som PDF och välj den.",
            (Self::Workbook, Taken::Scans) => "Spara eller skriv ut den som PDF och välj den.",
            (Self::Workbook, Taken::Data) => "Spara den som .xlsx, CSV eller PDF och välj den.",
            (Self::Unlock, _) => "Öppna den, ta bort lösenordet, spara den på nytt och välj den.",
            (Self::Unpack, _) => "Packa upp det och välj filen som finns i det.",
            (Self::Again, _) => "Hämta den på nytt från den som gav dig den och välj den.",
            (Self::Mail, _) => "Spara det som är bifogat, eller skriv ut brevet som PDF, och välj den filen.",
            (Self::Another, Taken::Scans) => "Välj en PDF, PNG eller JPEG.",
            (Self::Another, Taken::Data) => "Välj en PDF, PNG, JPEG, XLSX, CSV eller SIE.",
        }
    }
}

/// What it is in words, for the kinds that people have.
fn named(bytes: &[u8]) -> Option<(&'static str, Advice)> {
    if let Some(kind) = archive(bytes) {
        return Some(match kind {
            Archive::Workbook => ("en Excel-arbetsbok (.xlsx)", Advice::Workbook),
            Archive::MacroWorkbook => ("en arbetsbok med makron (.xlsm)", Advice::Workbook),
            Archive::BinaryWorkbook => ("en binär arbetsbok (.xlsb)", Advice::Workbook),
            Archive::OpenWorkbook => ("ett OpenDocument-kalkylark (.ods)", Advice::Workbook),
            Archive::TextDocument => ("ett textdokument (DOCX eller ODT)", Advice::Document),
            Archive::Slides => ("en presentation (PPTX eller ODP)", Advice::Document),
            Archive::Apple => ("en fil från Pages, Numbers eller Keynote", Advice::Document),
            Archive::Plain => ("ett zip-arkiv", Advice::Unpack),
            Archive::Broken => {
                ("ett zip-arkiv eller ett Office-dokument som är avklippt eller skadat", Advice::Again)
            }
        });
    }
    if let Some(kind) = compound(bytes) {
        return Some(match kind {
            Compound::Locked => ("ett Office-dokument som är låst med lösenord", Advice::Unlock),
            Compound::Workbook => ("en arbetsbok i det gamla formatet (.xls)", Advice::Workbook),
            Compound::TextDocument => ("ett textdokument i det gamla formatet (.doc)", Advice::Document),
            Compound::Slides => ("en presentation i det gamla formatet (.ppt)", Advice::Document),
            Compound::Mail => ("ett sparat e-brev (.msg)", Advice::Mail),
            Compound::Other => ("ett dokument i ett gammalt Office-format", Advice::Document),
        });
    }
    by_mark(bytes).or_else(|| by_text(bytes))
}

fn by_mark(bytes: &[u8]) -> Option<(&'static str, Advice)> {
    let kind = infer::get(bytes)?;
    Some(match kind.mime_type() {
        "image/heif" | "image/heic" => ("en bild från iPhone (HEIC)", Advice::Picture),
        "image/webp" => ("en WebP-bild", Advice::Picture),
        "image/avif" => ("en AVIF-bild", Advice::Picture),
        "image/gif" => ("en GIF-bild", Advice::Picture),
        "image/tiff" => ("en TIFF-bild", Advice::Picture),
        "image/bmp" => ("en BMP-bild", Advice::Picture),
        "image/jp2" | "image/jxl" => ("en bild i JPEG 2000 eller JPEG XL", Advice::Picture),
        // Somewhere in the beginning of something else.
        "application/pdf" => return None,
        "application/rtf" => ("ett textdokument (RTF)", Advice::Document),
        "application/epub+zip" | "application/x-mobipocket-ebook" => ("en e-bok", Advice::Document),
        "application/postscript" => ("en PostScript-fil", Advice::Document),
        "text/html" => ("en webbsida (HTML)", Advice::Document),
        "text/xml" => ("en XML-fil", Advice::Document),
        _ => match kind.matcher_type() {
            infer::MatcherType::Image => ("en bild i ett ovanligt format", Advice::Picture),
            infer::MatcherType::Video => ("en film", Advice::Another),
            infer::MatcherType::Audio => ("en ljudfil", Advice::Another),
            infer::MatcherType::Archive => ("ett packat arkiv", Advice::Unpack),
            infer::MatcherType::App => ("ett program", Advice::Another),
            _ => return None,
        },
    })
}

/// What is text has no mark but what stands there.
fn by_text(bytes: &[u8]) -> Option<(&'static str, Advice)> {
    let start = bytes.strip_prefix(super::text::UTF_8_MARK).unwrap_or(bytes).trim_ascii_start();
    let lower = start[..start.len().min(1024)].to_ascii_lowercase();
    let has = |mark: &[u8]| lower.windows(mark.len()).any(|window| window == mark);
    match () {
        () if lower.starts_with(b"<") && has(b"<svg") => Some(("en SVG-bild", Advice::Picture)),
        () if lower.starts_with(b"<?xml") => Some(("en XML-fil", Advice::Document)),
        () if lower.starts_with(b"<") => Some(("en webbsida (HTML)", Advice::Document)),
        () if has(b"\nmime-version:") || lower.starts_with(b"received:") => {
            Some(("ett sparat e-brev (.eml)", Advice::Mail))
        }
        () if super::text::is_text(bytes) && start.len() > 3 => Some(("en textfil", Advice::Document)),
        () => None,
    }
}

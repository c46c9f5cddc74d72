//! Uploaded files: one file and a few short fields in a multipart form, bounded, and believed only by their content.

use std::{future::Future, pin::Pin};

use actix_multipart::Multipart;
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use futures_util::TryStreamExt;
use serde::de::DeserializeOwned;
use thiserror::Error;

use super::{
    Portal,
    browser::{self, BrowserToken},
    error::{AppError, Resume},
    scan::{Scanned, Verdict},
};

/// The largest file, in bytes.
pub const FILE_LIMIT: usize = 10 * 1024 * 1024;
const FIELD_LIMIT: usize = 4 * 1024;
const FIELD_COUNT: usize = 60;

/// A multipart form with one file in it, trusted to come from this site's own page.
#[derive(Debug)]
pub struct Upload {
    pub fields: Vec<(String, String)>,
    pub file: Result<Option<ReceivedFile>, UploadError>,
    /// What the file that was chosen is called; empty when none was.
    pub chosen: String,
}

#[derive(Debug, Clone)]
pub struct ReceivedFile {
    pub name: String,
    pub media_type: &'static str,
    pub bytes: Vec<u8>,
    pub scanned: Scanned,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum UploadError {
    #[error("Filen är större än 10 MB. Skanna i svartvitt eller med lägre upplösning och försök igen.")]
    TooLarge,
    #[error("Filen är tom. Välj filen igen; öppna den gärna först och se att den går att läsa.")]
    Empty,
    #[error("Filen är inte en PDF, PNG eller JPEG, vad den än heter. Spara den som PDF och försök igen.")]
    WrongKind,
    #[error(
        "Filen är inte en PDF, PNG, JPEG, XLSX, CSV eller SIE, vad den än heter. Spara den som någon av dem och försök igen."
    )]
    WrongKindOfData,
    #[error("Skicka en fil. Är den i flera delar, slå ihop dem till en PDF först.")]
    Several,
    #[error(
        "Filen innehåller skadlig kod och har inte sparats. Kontakta er it-avdelning innan du försöker med en annan."
    )]
    Infected,
    #[error("Filen går inte att virusgenomsöka just nu, så den har inte lästs. Försök igen om en stund.")]
    NotScanned,
}

impl Upload {
    pub fn field(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The fields beside the file, as a form reads them.
    pub fn form<T: DeserializeOwned>(&self) -> Result<T, AppError> {
        let unreadable = || AppError::bad_request("Formuläret hade fält som inte går att läsa.");
        let written = serde_html_form::to_string(&self.fields).map_err(|_| unreadable())?;
        serde_html_form::from_str(&written).map_err(|_| unreadable())
    }

    /// The scan of a signed paper, which there must be.
    pub fn scan(&self) -> Result<ReceivedFile, String> {
        match &self.file {
            Ok(Some(file)) => Ok(file.clone()),
            Ok(None) => Err(
                "Välj den inskannade handlingen: hela den undertecknade blanketten, som PDF, PNG eller JPEG."
                    .to_owned(),
            ),
            Err(error) => Err(error.to_string()),
        }
    }
}

impl FromRequest for Upload {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        extract(request, payload, recognise)
    }
}

/// The same with a file that may also be a workbook, a table or a bookkeeping file (SIE).
#[derive(Debug)]
pub struct DataUpload(pub Upload);

impl FromRequest for DataUpload {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = extract(request, payload, recognise_data);
        Box::pin(async move { upload.await.map(Self) })
    }
}

/// The same with a file of any kind, which is read and not given back: whoever reads it says what it is.
#[derive(Debug)]
pub struct AnyUpload(pub Upload);

impl FromRequest for AnyUpload {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = extract(request, payload, unrecognised);
        Box::pin(async move {
            let mut upload = upload.await?;
            // It is read at once, so it cannot wait for its scan.
            if matches!(&upload.file, Ok(Some(file)) if file.scanned == Scanned::Waiting) {
                upload.file = Err(UploadError::NotScanned);
            }
            Ok(Self(upload))
        })
    }
}

type Recognise = fn(&str, Vec<u8>) -> Result<ReceivedFile, UploadError>;

fn extract(
    request: &HttpRequest,
    payload: &mut Payload,
    recognise: Recognise,
) -> Pin<Box<dyn Future<Output = Result<Upload, AppError>>>> {
    let request = request.clone();
    let parts = Multipart::new(request.headers(), payload.take());
    Box::pin(async move {
        if !browser::same_origin(&request) {
            return Err(AppError::bad_request("Formuläret kom inte från portalens egen sida."));
        }
        let mut upload = Portal::of(&request)?.limits.file(receive(parts, recognise)).await??;
        if !BrowserToken::of(&request)?.csrf_is(upload.field("csrf")) {
            return Err(AppError::StaleForm(Resume::of_post(&request, upload.fields, Some(upload.chosen))));
        }
        if let Ok(Some(file)) = upload.file {
            upload.file = scanned(&request, file).await?;
        }
        Ok(upload)
    })
}

/// What somebody sent who may not: the fields, and what the file is called. The file is read and dropped, because a browser
/// shows an answer only when it could send everything.
pub async fn outline(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Option<(Vec<(String, String)>, String)> {
    let parts = Multipart::new(request.headers(), payload.take());
    let received = Portal::of(request).ok()?.limits.file(receive(parts, dropped)).await;
    let upload = received.ok()?.ok()?;
    Some((upload.fields, upload.chosen))
}

fn dropped(_: &str, _: Vec<u8>) -> Result<ReceivedFile, UploadError> {
    Err(UploadError::Empty)
}

/// The file as the virus scanner sees it, where there is one: one that cannot be scanned now waits.
async fn scanned(
    request: &HttpRequest,
    file: ReceivedFile,
) -> Result<Result<Option<ReceivedFile>, UploadError>, AppError> {
    let Some(scanner) = &Portal::of(request)?.scanner else { return Ok(Ok(Some(file))) };
    Ok(match scanner.scan(&file.bytes).await {
        Verdict::Clean => Ok(Some(ReceivedFile { scanned: Scanned::Clean, ..file })),
        Verdict::NotKnown => Ok(Some(ReceivedFile { scanned: Scanned::Waiting, ..file })),
        Verdict::Infected => Err(UploadError::Infected),
    })
}

async fn receive(mut parts: Multipart, recognise: Recognise) -> Result<Upload, AppError> {
    let broken = |_| AppError::bad_request("Filen kom inte fram i sin helhet. Försök igen.");
    let mut upload = Upload { fields: Vec::new(), file: Ok(None), chosen: String::new() };
    let mut file_count = 0;
    while let Some(mut part) = parts.try_next().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.content_disposition().and_then(|d| d.get_filename()).map(str::to_owned);
        let limit = if file_name.is_some() { FILE_LIMIT } else { FIELD_LIMIT };
        let mut bytes = web::BytesMut::new();
        let mut too_large = false;
        while let Some(chunk) = part.try_next().await.map_err(broken)? {
            too_large = too_large || bytes.len() + chunk.len() > limit;
            // The rest is read and dropped: a browser shows our answer only when it could send everything.
            if !too_large {
                bytes.extend_from_slice(&chunk);
            }
        }
        match file_name {
            // A file field in which nothing was chosen.
            Some(file_name) if file_name.is_empty() && bytes.is_empty() => {}
            Some(file_name) => {
                file_count += 1;
                upload.chosen.clone_from(&file_name);
                upload.file = match file_count {
                    1 if too_large => Err(UploadError::TooLarge),
                    1 => recognise(&file_name, bytes.to_vec()).map(Some),
                    _ => Err(UploadError::Several),
                };
            }
            None if too_large || upload.fields.len() == FIELD_COUNT => return Err(AppError::TooLarge),
            None => {
                let value = String::from_utf8(bytes.to_vec()).map_err(|_| {
                    AppError::bad_request("Formuläret är inte skrivet med teckenkodningen UTF-8.")
                })?;
                if value.contains('\0') {
                    return Err(AppError::bad_request(
                        "Texten innehåller ett tecken som inte går att spara.",
                    ));
                }
                upload.fields.push((name, value));
            }
        }
    }
    Ok(upload)
}

/// What the file is, by its first bytes: its name and the browser's word are not believed.
fn recognise(name: &str, bytes: Vec<u8>) -> Result<ReceivedFile, UploadError> {
    if bytes.is_empty() {
        return Err(UploadError::Empty);
    }
    let (media_type, extension) = match infer::get(&bytes).map(|kind| kind.mime_type()) {
        // `infer` finds the mark anywhere in the first kilobyte, in a web page too.
        Some("application/pdf") if bytes.trim_ascii_start().starts_with(b"%PDF-") => {
            ("application/pdf", "pdf")
        }
        Some("image/png") => ("image/png", "png"),
        Some("image/jpeg") => ("image/jpeg", "jpg"),
        _ => return Err(UploadError::WrongKind),
    };
    Ok(ReceivedFile { name: safe_name(name, extension), media_type, bytes, scanned: Scanned::Not })
}

/// A scan, a workbook, a table or a bookkeeping file.
fn recognise_data(name: &str, bytes: Vec<u8>) -> Result<ReceivedFile, UploadError> {
    const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    let (media_type, extension) = if infer::get(&bytes).is_some_and(|kind| kind.mime_type() == WORKBOOK) {
        (WORKBOOK, "xlsx")
    } else if is_text(&bytes) && bytes.starts_with(b"#FLAGGA") {
        ("application/octet-stream", "se")
    } else if is_text(&bytes) && is_table(&bytes) {
        ("application/octet-stream", "csv")
    } else {
        return recognise(name, bytes).map_err(|error| match error {
            UploadError::WrongKind => UploadError::WrongKindOfData,
            other => other,
        });
    };
    Ok(ReceivedFile { name: safe_name(name, extension), media_type, bytes, scanned: Scanned::Not })
}

/// In whatever encoding: no byte that text does not have.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\r' | b'\n'))
}

/// Its first line has more than one cell. Markup is not taken for one.
fn is_table(bytes: &[u8]) -> bool {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    !first.trim_ascii_start().starts_with(b"<")
        && first.iter().any(|byte| matches!(byte, b';' | b',' | b'\t'))
}

fn unrecognised(name: &str, bytes: Vec<u8>) -> Result<ReceivedFile, UploadError> {
    if bytes.is_empty() {
        return Err(UploadError::Empty);
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_plain = (1..=5).contains(&extension.len()) && extension.chars().all(|c| c.is_ascii_alphanumeric());
    let name = safe_name(name, if is_plain { extension } else { "fil" });
    Ok(ReceivedFile { name, media_type: "application/octet-stream", bytes, scanned: Scanned::Not })
}

/// The file's own name without its path and without what no file name needs, with the extension of what it is.
fn safe_name(name: &str, extension: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    let kept: String = stem
        .chars()
        .map(|c| if c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.' | '(' | ')') { c } else { '_' })
        .take(80)
        .collect();
    let kept = kept.trim_matches(['.', ' ']);
    format!("{}.{extension}", if kept.is_empty() { "fil" } else { kept })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_say() {
        let pdf = recognise("Rekvisition.PNG", b"%PDF-1.7 ...".to_vec()).unwrap();
        assert_eq!((pdf.media_type, pdf.name.as_str()), ("application/pdf", "Rekvisition.pdf"));
        assert_eq!(recognise("a.pdf", b"MZ program".to_vec()).unwrap_err(), UploadError::WrongKind);
        assert_eq!(recognise("a.pdf", Vec::new()).unwrap_err(), UploadError::Empty);
    }

    #[test]
    fn data_is_a_workbook_a_table_or_a_bookkeeping_file() {
        let kind = |bytes: &[u8]| recognise_data("a", bytes.to_vec()).map(|file| file.name);
        assert_eq!(kind(b"#FLAGGA 0\r\n#PROGRAM \"Bok\" 1\r\n").unwrap(), "a.se");
        assert_eq!(kind(b"Konto;Belopp\r\n5010;100\r\n").unwrap(), "a.csv");
        assert_eq!(kind(b"%PDF-1.7 ...").unwrap(), "a.pdf");
        for other in ["<html>a,b</html>", "MZ\0program", "en rad", "\u{1}a;b"] {
            assert_eq!(kind(other.as_bytes()).unwrap_err(), UploadError::WrongKindOfData, "{other:?}");
        }
    }

    #[test]
    fn a_file_name_keeps_no_path_and_no_markup() {
        assert_eq!(safe_name("C:\\skan\\blankett å.pdf", "pdf"), "blankett å.pdf");
        assert_eq!(safe_name("../../etc/passwd", "pdf"), "passwd.pdf");
        assert_eq!(safe_name("<script>.pdf", "pdf"), "_script_.pdf");
        assert_eq!(safe_name("...", "pdf"), "fil.pdf");
    }
}

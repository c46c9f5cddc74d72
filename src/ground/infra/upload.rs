//! Uploaded files: one file and a few short fields in a multipart form, bounded, and believed only when their own kind's reader
//! has opened them.

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
    hash::sha256_hex,
    once,
    scan::{Scanned, Verdict},
    turns,
};
use files::{
    Kind, Unreadable,
    other::{self, Taken},
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

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum UploadError {
    #[error("Filen är större än 10 MB. Skanna i svartvitt eller med lägre upplösning och försök igen.")]
    TooLarge,
    #[error("Filen är tom. Välj filen igen; öppna den gärna först och se att den går att läsa.")]
    Empty,
    /// What it is and what to do.
    #[error("{0}")]
    OtherKind(String),
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error("Skicka en fil. Är den i flera delar, slå ihop dem till en PDF först.")]
    Several,
    #[error(
        "Filen innehåller skadlig kod och har inte sparats. Kontakta er it-avdelning innan du försöker med en annan."
    )]
    Infected,
    #[error("Filen går inte att virusgenomsöka just nu, så den har inte lästs. Försök igen om en stund.")]
    NotScanned,
    #[error("Portalen läser dina andra filer. Vänta tills de är klara och skicka den här igen.")]
    NotYourTurn,
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
        extract(request, payload, Accepts::Scans)
    }
}

/// The same with a file that may also be a workbook, a table or a bookkeeping file (SIE).
#[derive(Debug)]
pub struct DataUpload(pub Upload);

impl FromRequest for DataUpload {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = extract(request, payload, Accepts::Data);
        Box::pin(async move { upload.await.map(Self) })
    }
}

/// The same with a file of any kind, which is read at once and not given back: its reader says what it is.
#[derive(Debug)]
pub struct AnyUpload(pub Upload);

impl FromRequest for AnyUpload {
    type Error = AppError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, AppError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let upload = extract(request, payload, Accepts::Anything);
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

/// Which kinds of file a form takes.
#[derive(Debug, Clone, Copy)]
enum Accepts {
    Scans,
    Data,
    Anything,
}

fn extract(
    request: &HttpRequest,
    payload: &mut Payload,
    accepts: Accepts,
) -> Pin<Box<dyn Future<Output = Result<Upload, AppError>>>> {
    let request = request.clone();
    let parts = Multipart::new(request.headers(), payload.take());
    Box::pin(async move {
        if !browser::same_origin(&request) {
            return Err(AppError::bad_request("Formuläret kom inte från portalens egen sida."));
        }
        let sent = Portal::of(&request)?.limits.file(receive(parts)).await??;
        let mut upload = Upload { fields: sent.fields, file: Ok(None), chosen: sent.chosen };
        if !BrowserToken::of(&request)?.csrf_is(upload.field("csrf")) {
            return Err(AppError::StaleForm(Box::new(Resume::of_post(
                &request,
                upload.fields,
                Some(upload.chosen),
            ))));
        }
        let (file, hash) = hashed(sent.file).await?;
        once::note(&request, &upload.fields, &hash).await?;
        upload.file = match file {
            Ok(Some((name, bytes))) => examined(&request, accepts, name, bytes).await?.map(Some),
            Ok(None) => Ok(None),
            Err(error) => Err(error),
        };
        Ok(upload)
    })
}

type SentFile = Result<Option<(String, Vec<u8>)>, UploadError>;

/// The hash of name and content, off the async threads. Empty where there is no file.
async fn hashed(file: SentFile) -> Result<(SentFile, String), AppError> {
    let Ok(Some((name, bytes))) = file else { return Ok((file, String::new())) };
    let hashed = web::block(move || {
        let hash = sha256_hex(format!("{name}:{}", sha256_hex(&bytes)));
        (Ok(Some((name, bytes))), hash)
    });
    hashed.await.map_err(|error| AppError::internal(error.to_string()))
}

/// What somebody sent who may not: the fields, and what the file is called. The file is read and dropped, because a browser
/// shows an answer only when it could send everything.
pub async fn outline(
    request: &HttpRequest,
    payload: &mut Payload,
) -> Option<(Vec<(String, String)>, String)> {
    let parts = Multipart::new(request.headers(), payload.take());
    let received = Portal::of(request).ok()?.limits.file(receive(parts)).await;
    let sent = received.ok()?.ok()?;
    Some((sent.fields, sent.chosen))
}

/// The file as its own kind's reader and the virus scanner, where there is one, see it. One that cannot be scanned now waits.
async fn examined(
    request: &HttpRequest,
    accepts: Accepts,
    name: String,
    bytes: Vec<u8>,
) -> Result<Result<ReceivedFile, UploadError>, AppError> {
    let portal = Portal::of(request)?;
    let Some(turn) = portal.turns.wait(&turns::sender(request)).await else {
        return Ok(Err(UploadError::NotYourTurn));
    };
    // Whoever goes away meanwhile keeps the turn until the file is read.
    let read = web::block(move || (accepts.read(&name, bytes), turn)).await;
    let (file, _turn) = read.map_err(|error| AppError::internal(error.to_string()))?;
    let (file, scanner) = match (file, &portal.scanner) {
        (Ok(file), Some(scanner)) => (file, scanner),
        (file, _) => return Ok(file),
    };
    Ok(match scanner.scan(&file.bytes).await {
        Verdict::Clean => Ok(ReceivedFile { scanned: Scanned::Clean, ..file }),
        Verdict::Failed(_) | Verdict::Away => Ok(ReceivedFile { scanned: Scanned::Waiting, ..file }),
        Verdict::Infected => Err(UploadError::Infected),
    })
}

impl Accepts {
    /// The file as what its content says, opened by that kind's reader.
    fn read(self, name: &str, bytes: Vec<u8>) -> Result<ReceivedFile, UploadError> {
        if bytes.is_empty() {
            return Err(UploadError::Empty);
        }
        let taken = match self {
            Self::Scans => Taken::Scans,
            Self::Data => Taken::Data,
            Self::Anything => return Ok(of_any_kind(name, bytes)),
        };
        let kind = Kind::of(&bytes).filter(|kind| kind.is_scan() || taken == Taken::Data);
        let kind = kind.ok_or_else(|| UploadError::OtherKind(other::refusal(&bytes, taken)))?;
        kind.open(&bytes)?;
        let name = files::name::safe(name, kind.extension());
        Ok(ReceivedFile { name, media_type: kind.media_type(), bytes, scanned: Scanned::Not })
    }
}

/// It is read and not given back, under the name that it had.
fn of_any_kind(name: &str, bytes: Vec<u8>) -> ReceivedFile {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    let is_plain = (1..=5).contains(&extension.len()) && extension.chars().all(|c| c.is_ascii_alphanumeric());
    let name = files::name::safe(name, if is_plain { extension } else { "fil" });
    ReceivedFile { name, media_type: "application/octet-stream", bytes, scanned: Scanned::Not }
}

/// What came, before anything of it is believed.
struct Sent {
    fields: Vec<(String, String)>,
    file: SentFile,
    /// What the file that was chosen is called.
    chosen: String,
}

async fn receive(mut parts: Multipart) -> Result<Sent, AppError> {
    let broken = |_| AppError::bad_request("Filen kom inte fram i sin helhet. Försök igen.");
    let mut sent = Sent { fields: Vec::new(), file: Ok(None), chosen: String::new() };
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
                sent.chosen.clone_from(&file_name);
                sent.file = match file_count {
                    1 if too_large => Err(UploadError::TooLarge),
                    1 => Ok(Some((file_name, bytes.to_vec()))),
                    _ => Err(UploadError::Several),
                };
            }
            None if too_large || sent.fields.len() == FIELD_COUNT => return Err(AppError::TooLarge),
            None => {
                let value = String::from_utf8(bytes.to_vec()).map_err(|_| {
                    AppError::bad_request("Formuläret är inte skrivet med teckenkodningen UTF-8.")
                })?;
                if value.contains('\0') {
                    return Err(AppError::bad_request(
                        "Texten innehåller ett tecken som inte går att spara.",
                    ));
                }
                sent.fields.push((name, value));
            }
        }
    }
    Ok(sent)
}

//! Forms as they arrive: bounded, UTF-8, from this site, with the session's token. And the errors that go back.

use std::{borrow::Cow, fmt::Display, future::Future, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header, web};
use serde::de::DeserializeOwned;

use super::{
    Portal,
    browser::{self, BrowserToken},
    error::AppError,
    held::{self, Resume},
    once,
    pieces::ErrorSummary,
};

/// The largest form that has nothing uploaded in it.
const LIMIT: usize = 128 * 1024;
/// The largest that holds another: sealed, that is up to four times as long.
const HOLDING_LIMIT: usize = 5 * LIMIT;

/// A posted form, trusted to come from this site's own page.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = trusted(request, payload, LIMIT);
        Box::pin(async move { form.await.map(Self) })
    }
}

/// The same, with a post that is held in it.
pub struct Holding<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Holding<T> {
    type Error = AppError;
    type Future = Reading<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = trusted(request, payload, HOLDING_LIMIT);
        Box::pin(async move { form.await.map(Self) })
    }
}

type Reading<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

fn trusted<T: DeserializeOwned + 'static>(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> Reading<T> {
    let request = request.clone();
    let body = read(&request, payload, limit);
    Box::pin(async move {
        let body = body.await?;
        let fields = pairs(&body)?;
        let token = fields.iter().find(|(name, _)| name == "csrf").map_or("", |(_, value)| value);
        if !browser::same_origin(&request) {
            return Err(AppError::bad_request("Formuläret kom inte från portalens egen sida."));
        }
        let is_ours = BrowserToken::of(&request)?.csrf_is(token);
        let post = Resume::of_post(&request, fields.clone(), None);
        if !is_ours {
            return Err(AppError::StaleForm(Box::new(post)));
        }
        held::keep(&request, post);
        once::note(&request, &fields, "").await?;
        serde_html_form::from_bytes(&body)
            .map_err(|_| AppError::bad_request("Formuläret hade fält som inte går att läsa."))
    })
}

/// The fields of a form that nobody has trusted yet. It may hold another.
pub async fn fields(request: &HttpRequest, payload: &mut Payload) -> Result<Vec<(String, String)>, AppError> {
    pairs(&read(request, payload, HOLDING_LIMIT).await?)
}

fn read(
    request: &HttpRequest,
    payload: &mut Payload,
    limit: usize,
) -> impl Future<Output = Result<web::Bytes, AppError>> + use<> {
    let is_form = request
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"application/x-www-form-urlencoded"));
    let declared = request
        .headers()
        .get(header::CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<usize>().ok())
        .unwrap_or(0);
    let (payload, request) = (payload.take(), request.clone());
    async move {
        if !is_form {
            return Err(AppError::bad_request("Det som skickades är inget formulär."));
        }
        if declared > limit {
            return Err(AppError::TooLarge);
        }
        let coming = actix_web::body::to_bytes_limited(actix_web::body::BodyStream::new(payload), limit);
        Portal::of(&request)?
            .limits
            .form(coming)
            .await?
            .map_err(|_| AppError::TooLarge)?
            .map_err(|_| AppError::bad_request("Formuläret kom inte fram i sin helhet."))
    }
}

fn pairs(body: &[u8]) -> Result<Vec<(String, String)>, AppError> {
    let unreadable = || AppError::bad_request("Formuläret är inte skrivet med teckenkodningen UTF-8.");
    let text = std::str::from_utf8(body).map_err(|_| unreadable())?;
    let pairs: Vec<(String, String)> = serde_html_form::from_str(text).map_err(|_| unreadable())?;
    // The decoder puts U+FFFD where the bytes were no UTF-8.
    if pairs.iter().any(|(name, value)| name.contains('\u{FFFD}') || value.contains('\u{FFFD}')) {
        return Err(unreadable());
    }
    // PostgreSQL keeps no text with a NUL in it, and nobody types one.
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(AppError::bad_request("Texten innehåller ett tecken som inte går att spara."));
    }
    Ok(pairs)
}

/// One thing to mend, at its field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    pub field: Cow<'static, str>,
    pub message: String,
}

/// What is to be mended, in the order of the form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FieldErrors {
    pub list: Vec<FieldError>,
}

impl FieldErrors {
    /// All of them, for the top of the form.
    pub fn summary(&self) -> ErrorSummary<'_> {
        ErrorSummary { list: &self.list }
    }

    pub fn add(&mut self, field: impl Into<Cow<'static, str>>, message: impl Display) {
        self.list.push(FieldError { field: field.into(), message: message.to_string() });
    }

    /// Takes the value out of a parsed field, or notes its error.
    pub fn take<T, E: Display>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|error| self.add(field, error)).ok()
    }

    /// A numbered rule that the field breaks.
    pub fn broken(&mut self, field: impl Into<Cow<'static, str>>, rule: impl Display, message: impl Display) {
        self.add(field, format!("{message} ({rule})"));
    }

    /// Takes the value out of a parsed field, or notes which rule it breaks and how.
    pub fn read<T, E: Display>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        rule: impl Display,
        parsed: Result<T, E>,
    ) -> Option<T> {
        parsed.map_err(|error| self.broken(field, rule, error)).ok()
    }

    /// `Some(None)` for a field left empty, `None` for one to be mended.
    pub fn read_optional<T, E: Display>(
        &mut self,
        field: impl Into<Cow<'static, str>>,
        rule: impl Display,
        typed: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<Option<T>> {
        if typed.trim().is_empty() {
            return Some(None);
        }
        self.read(field, rule, parse(typed)).map(Some)
    }

    /// The message at a field, empty when there is none.
    pub fn of(&self, field: &str) -> &str {
        self.list.iter().find(|error| error.field == field).map_or("", |error| &error.message)
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }
}

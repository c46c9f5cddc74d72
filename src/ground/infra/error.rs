//! What can go wrong between a request and its page. The user gets a safe page, the log gets the cause.

use actix_web::{HttpResponse, ResponseError, http::StatusCode};
use thiserror::Error;

use super::db::DbError;
pub use super::held::Resume;

#[derive(Debug, Error)]
pub enum AppError {
    /// Not there, or not for this organisation to know of.
    #[error("not found")]
    NotFound,
    /// Seen, but not for this role to do.
    #[error("forbidden")]
    Forbidden,
    /// The role needs a second factor, and the account has none yet.
    #[error("the second factor is missing")]
    SecondFactorMissing,
    /// Nobody is signed in. What was typed comes back after signing in.
    #[error("signed out")]
    SignedOut(Option<Box<Resume>>),
    /// The person is to show once more who it is. What was posted comes back after that.
    #[error("unconfirmed")]
    Unconfirmed(Option<Box<Resume>>),
    /// The form is from another session (signed in anew in another tab).
    #[error("stale form")]
    StaleForm(Box<Resume>),
    /// The same form was posted before, and had its effect: it got this address for an answer ([`super::once`]).
    #[error("answered before")]
    AnsweredBefore(String),
    /// Somebody else was first; the text tells what happened.
    #[error("conflict: {0}")]
    Conflict(String),
    #[error("bad request: {0}")]
    BadRequest(String),
    /// What was sent did not come in time.
    #[error("too slow")]
    TooSlow,
    #[error("too large")]
    TooLarge,
    /// Whoever asks has asked too often, and may again after so many seconds.
    #[error("too many requests")]
    TooMany { seconds: u64 },
    /// Too many passwords wait for their turn.
    #[error("busy")]
    Busy,
    /// Nothing was saved.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The database can be read, and nothing can be saved in it. Nothing was saved.
    #[error("nothing can be saved: {0}")]
    Unwritable(String),
    /// What was sent is saved or not: the answer to that was lost.
    #[error("perhaps saved: {0}")]
    MaybeSaved(String),
    #[error("internal: {0}")]
    Internal(String),
}

impl AppError {
    pub fn internal(cause: impl Into<String>) -> Self {
        Self::Internal(cause.into())
    }

    pub fn bad_request(what: impl Into<String>) -> Self {
        Self::BadRequest(what.into())
    }
}

impl From<DbError> for AppError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Unavailable(cause) => Self::Unavailable(cause),
            DbError::Unwritable(cause) => Self::Unwritable(cause),
            DbError::MaybeSaved(cause) => Self::MaybeSaved(cause),
            DbError::Spent(what) => Self::Conflict(what.to_owned()),
            DbError::Query(_) | DbError::Corrupt(_) | DbError::Unsupported(_) | DbError::Unfit(_) => {
                Self::Internal(error.to_string())
            }
        }
    }
}

impl From<diesel::result::Error> for AppError {
    fn from(error: diesel::result::Error) -> Self {
        DbError::from(error).into()
    }
}

impl From<askama::Error> for AppError {
    fn from(error: askama::Error) -> Self {
        Self::Internal(format!("template: {error}"))
    }
}

impl ResponseError for AppError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden | Self::SecondFactorMissing | Self::StaleForm(_) | Self::Unconfirmed(_) => {
                StatusCode::FORBIDDEN
            }
            Self::SignedOut(_) => StatusCode::UNAUTHORIZED,
            Self::AnsweredBefore(_) => StatusCode::SEE_OTHER,
            Self::Conflict(_) => StatusCode::CONFLICT,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable(_) | Self::Unwritable(_) | Self::MaybeSaved(_) | Self::Busy => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Empty: the middleware in `routes.rs` knows the visitor and makes the page.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

//! Why a verb did nothing: one answer for every room, and one translation of it for the web.

use std::fmt::{Debug, Display};

use thiserror::Error;

use super::{db::DbError, error::AppError, form::FieldErrors};

/// Why the domain says no, in words for whoever tried. Each room has its own.
pub trait Refusal: Debug + Display {}

#[derive(Debug, Error)]
pub enum Failure<R: Refusal> {
    /// Not there, or not for these eyes: answered alike.
    #[error("not found")]
    NotFound,
    #[error("{0}")]
    Refused(R),
    /// Fields to be mended.
    #[error("the form is not complete")]
    Invalid(FieldErrors),
    /// Warnings that nobody has confirmed.
    #[error("the warnings are not confirmed")]
    Unconfirmed,
    #[error(transparent)]
    Db(DbError),
}

impl<R: Refusal> From<R> for Failure<R> {
    fn from(refusal: R) -> Self {
        Self::Refused(refusal)
    }
}

impl<R: Refusal> From<DbError> for Failure<R> {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl<R: Refusal> From<Failure<R>> for AppError {
    fn from(failure: Failure<R>) -> Self {
        match failure {
            Failure::NotFound => Self::NotFound,
            Failure::Refused(refusal) => Self::Conflict(refusal.to_string()),
            Failure::Invalid(_) => Self::Conflict(
                "Uppgifterna är inte längre fullständiga. Öppna formuläret och rätta dem.".to_owned(),
            ),
            Failure::Unconfirmed => {
                Self::Conflict("Bekräfta att du har kontrollerat varningarna.".to_owned())
            }
            Failure::Db(error) => error.into(),
        }
    }
}

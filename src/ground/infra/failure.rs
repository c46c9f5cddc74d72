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
    /// It is so already, by somebody else or from another page. Rolls the locks back: nothing has changed.
    #[error("done already")]
    Done,
    /// Warnings that nobody has confirmed.
    #[error("the warnings are not confirmed")]
    Unconfirmed,
    #[error(transparent)]
    Db(DbError),
}

impl<R: Refusal> Failure<R> {
    /// Fails a verb of another room that called this one: the database's fault stays, anything else is this refusal.
    pub fn instead<S: Refusal>(self, refusal: S) -> Failure<S> {
        match self {
            Self::Db(error) => Failure::Db(error),
            Self::NotFound | Self::Refused(_) | Self::Invalid(_) | Self::Done | Self::Unconfirmed => {
                Failure::Refused(refusal)
            }
        }
    }
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
            Failure::Done => Self::Conflict("Det är redan gjort.".to_owned()),
            Failure::Unconfirmed => {
                Self::Conflict("Bekräfta att du har kontrollerat varningarna.".to_owned())
            }
            Failure::Db(error) => error.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{ResponseError, http::StatusCode};

    use super::*;
    use crate::ground::infra::form::FieldErrors;

    #[derive(Debug, Error)]
    #[error("Det går inte nu.")]
    struct No;

    impl Refusal for No {}

    #[test]
    fn an_outcome_has_one_status_in_every_room() {
        let status = |failure: Failure<No>| AppError::from(failure).status_code();
        assert_eq!(status(Failure::NotFound), StatusCode::NOT_FOUND);
        assert_eq!(status(No.into()), StatusCode::CONFLICT);
        assert_eq!(status(Failure::Invalid(FieldErrors::default())), StatusCode::CONFLICT);
        assert_eq!(status(Failure::Done), StatusCode::CONFLICT);
        assert_eq!(status(Failure::Unconfirmed), StatusCode::CONFLICT);
        let away = DbError::Unavailable("away".to_owned());
        assert_eq!(status(Failure::Db(away)), StatusCode::SERVICE_UNAVAILABLE);
    }

    #[test]
    fn a_refusal_is_told_in_its_own_words() {
        let told = AppError::from(Failure::from(No));
        assert!(matches!(told, AppError::Conflict(words) if words == "Det går inte nu."));
    }

    #[test]
    fn another_rooms_failure_is_this_rooms_refusal_unless_the_database_failed() {
        assert!(matches!(Failure::<No>::NotFound.instead(No), Failure::Refused(No)));
        let away = Failure::<No>::Db(DbError::Unavailable("away".to_owned()));
        assert!(matches!(away.instead(No), Failure::Db(DbError::Unavailable(_))));
    }
}

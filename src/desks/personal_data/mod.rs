//! Personal data (*personuppgifter*): what is kept of a person, why and for how long; given to whom it is about, and removed
//! when it is no longer needed.
//!
//! What somebody did in a case is part of the case and is kept with it: that is the history, and what was filed. What is only
//! about the account (address, sign-ins, saved views, roles) goes when the person has left.

pub mod pages;
pub mod paths;
pub mod store;
pub mod verbs;

use thiserror::Error;

use crate::ground::infra::failure;

/// Why an account was not removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("personen har kvar en roll; ta bort den först, så att det syns i historiken vem som gjorde det")]
    HasARole,
}

impl failure::Refusal for Refusal {}

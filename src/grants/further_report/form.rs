//! The forms of a further report: signing it, and sending it back.

use serde::Deserialize;

use super::rules::Rule;
use crate::{ground::infra::form::FieldErrors, people::account::pages::confirm};
use values::{Prose, ProseError};

#[derive(Deserialize)]
pub struct SignForm {
    pub revision: i64,
    #[serde(flatten)]
    pub confirmation: confirm::TypedProof,
}

#[derive(Debug, Clone, Default, Deserialize)]
pub struct ReturnForm {
    pub revision: i64,
    #[serde(default)]
    pub message: String,
}

impl ReturnForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let message = Prose::<2000>::parse(&self.message).map_err(|error| match error {
            ProseError::Empty => "Skriv vad som saknas eller ska ändras.".to_owned(),
            error => error.to_string(),
        });
        let message = errors.read("message", Rule::Missing, message);
        message.map(|message| message.to_string()).ok_or(errors)
    }
}

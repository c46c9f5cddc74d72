//! Whom insight is given to, or taken back from.

use serde::Deserialize;

use crate::{ground::infra::form::FieldErrors, people::recipient::Organisation};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ReaderForm {
    pub organisation: String,
}

impl ReaderForm {
    /// One of the organisations that there are to choose from.
    pub fn parse(&self, choices: &[Organisation]) -> Result<Organisation, FieldErrors> {
        let chosen = choices.iter().find(|choice| choice.id.to_string() == self.organisation);
        chosen.cloned().ok_or_else(|| {
            let mut errors = FieldErrors::default();
            errors.add("organisation", "Välj en organisation i listan.");
            errors
        })
    }
}

//! What an administrator types and chooses.

use serde::Deserialize;

use crate::{
    ground::infra::form::FieldErrors,
    people::{
        access::{Person, Role},
        recipient::Kind,
    },
};
use values::Email;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct InviteForm {
    pub email: String,
    pub role: String,
}

impl InviteForm {
    /// The address as accounts are found by, and the role.
    pub fn parse(&self, kind: Kind) -> Result<(String, Role), FieldErrors> {
        let mut errors = FieldErrors::default();
        let email = errors.take("email", Email::parse(&self.email));
        let role = errors.take("role", role(&self.role, kind));
        match (email, role) {
            (Some(email), Some(role)) => Ok((email.folded(), role)),
            _ => Err(errors),
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct GiveForm {
    pub role: String,
}

/// # Errors
/// In words, when nothing is chosen, or what the organisation does not have.
pub fn role(key: &str, kind: Kind) -> Result<Role, &'static str> {
    Role::parse(key).filter(|role| role.fits(kind)).ok_or("Välj en roll.")
}

/// A role to be taken, or without one all of them: what the page was made from, and who takes over.
#[derive(Debug, Clone, Deserialize)]
pub struct RemovalForm {
    pub version: i64,
    #[serde(default)]
    pub successor: String,
}

impl RemovalForm {
    /// Nobody, when the cases go back to the queue.
    pub fn successor(&self, choices: &[Person]) -> Result<Option<Person>, FieldErrors> {
        if self.successor.is_empty() {
            return Ok(None);
        }
        let chosen = choices.iter().find(|choice| choice.id.to_string() == self.successor);
        chosen.cloned().map(Some).ok_or_else(|| {
            let mut errors = FieldErrors::default();
            errors.add("successor", "Välj en handläggare i listan, eller ingen.");
            errors
        })
    }
}

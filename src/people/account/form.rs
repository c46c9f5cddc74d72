//! What is typed about an account, to what is stored.

use serde::Deserialize;

use super::policy;
use crate::ground::infra::form::FieldErrors;
use values::Line;

/// A new account: a name and a password.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WelcomeForm {
    #[serde(default)]
    pub name: String,
    pub new_password: String,
}

impl WelcomeForm {
    /// The name. The password stays where it is: it is hashed, and never shown again.
    pub fn parse(&self, email: &str, organisation: &str) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let name = errors.take("name", Line::<120>::parse(&self.name).map(|name| name.to_string()));
        check(&mut errors, &self.new_password, &[email, &self.name, organisation]);
        name.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

pub fn check(errors: &mut FieldErrors, password: &str, context: &[&str]) {
    errors.take("new_password", policy::check(password, context));
}

//! Registered by hand a second time? Where something with the same day, amount and reference is there already, whoever
//! registers is asked, and says so when it is another. Every register by hand asks in this way.

use std::fmt;

use crate::ground::infra::form::FieldErrors;

/// The name of the box that answers, in every form.
pub const ANSWER: &str = "is_another";

/// What is there already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    /// Names it: `100 000 kr den 14 mars 2022, referens BET-1001, registrerad av …`.
    pub told: String,
    /// Where it is seen.
    pub href: String,
}

/// True when the box says that it is another.
pub fn is_another(answer: &str) -> bool {
    answer == "ja"
}

impl Alike {
    /// The question, at the box that answers it.
    pub fn asked(&self, rule: impl fmt::Display) -> FieldErrors {
        let mut errors = FieldErrors::default();
        errors.broken(ANSWER, rule, self);
        errors
    }
}

impl fmt::Display for Alike {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = &self.told;
        write!(f, "Redan registrerat: {told}. Är det här något annat, kryssa för det och registrera igen.")
    }
}

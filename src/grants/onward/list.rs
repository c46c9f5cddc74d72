//! A payment list (*betalningslista*): awards that are handed to the municipality's own payment system together. Made once;
//! what is exported of it is the same every time.

use crate::people::access::Doer;
use chrono::{DateTime, NaiveDate, Utc};

use super::Plan;
use values::{Bankgiro, Id, OrganisationNumber};

#[derive(Debug, Clone)]
pub struct List {
    pub id: Id<List>,
    pub plan: Id<Plan>,
    /// Counts the plan's lists from 1.
    pub number: i32,
    pub pay_on: NaiveDate,
    /// What the payments are made from.
    pub account: Bankgiro,
    /// Of the bank that keeps it (ISO 9362).
    pub bic: Bic,
    /// Who pays, by its formal name, and its number where the register had one: as it was when the list was made.
    pub payer: String,
    pub payer_number: Option<OrganisationNumber>,
    pub made_by: Doer,
    pub made_at: DateTime<Utc>,
}

/// A bank's identifier: four letters, the country, two characters, and perhaps three for an office.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bic(String);

impl Bic {
    pub fn parse(typed: &str) -> Result<Self, &'static str> {
        let code: String = typed.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase();
        let bytes = code.as_bytes();
        let is_right = matches!(bytes.len(), 8 | 11)
            && bytes[..6].iter().all(u8::is_ascii_uppercase)
            && bytes[6..].iter().all(u8::is_ascii_alphanumeric);
        if is_right {
            Ok(Self(code))
        } else {
            Err("Skriv bankens BIC med 8 eller 11 tecken, till exempel SWEDSESS.")
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl List {
    pub fn name(&self, case_number: &str) -> String {
        format!("{case_number}-L{}", self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bic_has_8_or_11_characters() {
        assert_eq!(Bic::parse(" swed sess ").unwrap().as_str(), "SWEDSESS");
        assert!(Bic::parse("SWEDSESSXXX").is_ok());
        for wrong in ["", "SWED", "SWEDSESSX", "5WEDSESS", "SWEDSE*S", "ÅWEDSESS"] {
            assert!(Bic::parse(wrong).is_err(), "{wrong}");
        }
    }
}

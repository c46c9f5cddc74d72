//! The number of a care provider (*utförare*): an organisationsnummer, or of a sole trader (*enskild firma*) the owner's
//! personnummer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{OrganisationNumber, OrganisationNumberError, digits_of, luhn_holds, value_of};

/// Shown as `556016-0680`. A sole trader's is a person's: shown as `800101-XXXX`, and whole only to whoever keeps the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderNumber(u64);

impl ProviderNumber {
    /// An organisationsnummer, or a personnummer or samordningsnummer of ten digits or, with the century, of twelve.
    ///
    /// # Errors
    /// When `typed` is neither; the error says why.
    pub fn parse(typed: &str) -> Result<Self, OrganisationNumberError> {
        match OrganisationNumber::parse(typed) {
            Ok(number) => Ok(Self(number.value())),
            Err(OrganisationNumberError::PersonalNumber) => {
                let digits = digits_of(typed).unwrap_or_default();
                let ten = &digits[digits.len() - 10..];
                match is_of_a_person(ten) {
                    true => Ok(Self(value_of(ten))),
                    false => Err(OrganisationNumberError::WrongCheckDigit),
                }
            }
            Err(fault) => Err(fault),
        }
    }

    /// A person's, and to be shown as such.
    #[must_use]
    pub fn is_of_a_sole_trader(self) -> bool {
        self.0 / 10_000_000 % 10 < 2
    }

    /// The ten digits without a dash, as it is stored.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }

    /// Whole, for whoever keeps the register.
    #[must_use]
    pub fn whole(self) -> String {
        format!("{:06}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

/// Month, day (a samordningsnummer has sixty added to it) and check digit.
fn is_of_a_person(ten: &[u8]) -> bool {
    let (month, day) = (value_of(&ten[2..4]), value_of(&ten[4..6]));
    (1..=12).contains(&month) && matches!(day, 1..=31 | 61..=91) && luhn_holds(ten)
}

impl fmt::Display for ProviderNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.is_of_a_sole_trader() {
            true => write!(f, "{:06}-XXXX", self.0 / 10_000),
            false => f.write_str(&self.whole()),
        }
    }
}

impl TryFrom<String> for ProviderNumber {
    type Error = OrganisationNumberError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<ProviderNumber> for String {
    fn from(number: ProviderNumber) -> Self {
        number.whole()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a 31 June, and so of nobody.
    const SOLE_TRADER: &str = "640691-0015";

    #[test]
    fn a_sole_traders_number_is_read_and_shown_without_its_end() {
        for typed in [SOLE_TRADER, "6406910015", "19640691-0015", " 19640691 0015"] {
            let number = ProviderNumber::parse(typed).unwrap();
            assert!(number.is_of_a_sole_trader());
            assert_eq!((number.to_string().as_str(), number.whole().as_str()), ("640691-XXXX", SOLE_TRADER));
        }
        let company = ProviderNumber::parse("556016-0680").unwrap();
        assert!(!company.is_of_a_sole_trader());
        assert_eq!(company.to_string(), "556016-0680");
    }

    #[test]
    fn what_is_neither_is_refused() {
        for (typed, fault) in [
            ("", OrganisationNumberError::Empty),
            ("640691-0016", OrganisationNumberError::WrongCheckDigit),
            ("641391-0016", OrganisationNumberError::WrongCheckDigit),
            ("640600-0015", OrganisationNumberError::WrongCheckDigit),
            ("556016-0681", OrganisationNumberError::WrongCheckDigit),
            ("12345", OrganisationNumberError::WrongLength { found: 5 }),
        ] {
            assert_eq!(ProviderNumber::parse(typed), Err(fault), "{typed}");
        }
    }

    #[test]
    fn what_is_stored_is_whole() {
        let number = ProviderNumber::parse(SOLE_TRADER).unwrap();
        let stored = serde_json::to_string(&number).unwrap();
        assert_eq!(stored, "\"640691-0015\"");
        assert_eq!(serde_json::from_str::<ProviderNumber>(&stored).unwrap(), number);
        assert_eq!(ProviderNumber::parse(&number.digits()).unwrap(), number);
    }
}

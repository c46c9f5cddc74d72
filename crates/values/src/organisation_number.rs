//! *Organisationsnummer*: Bilaga 2 punkt 1.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{digits_of, luhn_holds, value_of};

/// An organisationsnummer, shown as `212000-1439`.
///
/// Ten digits: the third at least 2, which is what sets it apart from a
/// personnummer, and the last a mod-10 check digit (lag 1974:174,
/// Skatteverket SKV 709). Typed with or without dash and spaces, or with the
/// century figures `16` before it as in the authorities' files. The check digit
/// covers a dash in an odd place, so such a dash is let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OrganisationNumber(u64);

/// Why it is not an organisationsnummer, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrganisationNumberError {
    #[error("Organisationsnummer saknas. Skriv tio siffror, till exempel 212000-1439.")]
    Empty,
    #[error("Organisationsnumret innehåller annat än siffror. Skriv tio siffror, till exempel 212000-1439.")]
    NotDigits,
    #[error("Organisationsnumret ska ha tio siffror, men du har skrivit {found}. Skriv det som 212000-1439.")]
    WrongLength { found: usize },
    #[error(
        "Det här ser ut som ett personnummer. Skriv organisationens nummer, till exempel 212000-1439. Där är den tredje siffran alltid minst 2."
    )]
    PersonalNumber,
    #[error(
        "Organisationsnumret har fel kontrollsiffra. Kontrollera att alla siffror är rätt, till exempel 212000-1439."
    )]
    WrongCheckDigit,
}

impl OrganisationNumber {
    /// # Errors
    /// When `typed` is not an organisationsnummer; the error says why.
    pub fn parse(typed: &str) -> Result<Self, OrganisationNumberError> {
        use OrganisationNumberError as Fault;

        let typed = digits_of(typed).ok_or(Fault::NotDigits)?;
        let digits = match (typed.len(), typed.as_slice()) {
            (0, _) => return Err(Fault::Empty),
            (10, ten) | (12, [1, 6, ten @ ..]) => ten,
            (12, [1, 8 | 9, ..] | [2, 0, ..]) => return Err(Fault::PersonalNumber),
            (found, _) => return Err(Fault::WrongLength { found }),
        };
        if digits[2] < 2 {
            return Err(Fault::PersonalNumber);
        }
        if !luhn_holds(digits) {
            return Err(Fault::WrongCheckDigit);
        }
        Ok(Self(value_of(digits)))
    }

    pub(super) fn value(self) -> u64 {
        self.0
    }

    /// The ten digits without a dash, as in files between systems.
    #[must_use]
    pub fn digits(self) -> String {
        format!("{:010}", self.0)
    }
}

impl fmt::Display for OrganisationNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}-{:04}", self.0 / 10_000, self.0 % 10_000)
    }
}

impl TryFrom<String> for OrganisationNumber {
    type Error = OrganisationNumberError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<OrganisationNumber> for String {
    fn from(number: OrganisationNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::OrganisationNumberError as Fault;
    use super::*;
    use crate::luhn_check_digit;
    use proptest::prelude::*;

    #[test]
    fn numbers_of_municipalities_and_regions() {
        for number in [
            "212000-1439", // Ale
            "212000-0019", // Upplands Väsby
            "212000-0027", // Vallentuna
            "212000-2890", // Österåker
            "212000-0035", // Värmdö
            "232100-0198", // Region Gävleborg
            "232100-0230", // Region Norrbotten
        ] {
            assert_eq!(OrganisationNumber::parse(number).unwrap().to_string(), number);
        }
    }

    #[test]
    fn typed_in_any_manner() {
        let ale = OrganisationNumber::parse("212000-1439").unwrap();
        for typed in [
            "2120001439",
            " 212000 1439 ",
            "21 20 00\u{2013}14 39",
            "212000\u{A0}\u{2212}\u{202F}1439",
            "162120001439",
            "16 212000-1439",
            "\u{202D}212000-1439\u{202C}",
        ] {
            assert_eq!(OrganisationNumber::parse(typed), Ok(ale), "{typed:?}");
        }
        assert_eq!(ale.digits(), "2120001439");
    }

    #[test]
    fn what_is_refused_and_why() {
        for (typed, fault) in [
            ("", Fault::Empty),
            (" \u{A0}- ", Fault::Empty),
            ("212000-143", Fault::WrongLength { found: 9 }),
            ("212000-14390", Fault::WrongLength { found: 11 }),
            ("172120001439", Fault::WrongLength { found: 12 }),
            ("SE212000143901", Fault::NotDigits),
            ("212000-143٩", Fault::NotDigits),
            ("212000.1439", Fault::NotDigits),
            ("811228-9874", Fault::PersonalNumber),
            ("19811228-9874", Fault::PersonalNumber),
            ("20111228-9874", Fault::PersonalNumber),
            ("000000-0000", Fault::PersonalNumber),
            ("212000-1438", Fault::WrongCheckDigit),
            ("212001-0439", Fault::WrongCheckDigit),
        ] {
            assert_eq!(OrganisationNumber::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn stored_as_it_is_shown() {
        let ale = OrganisationNumber::parse("2120001439").unwrap();
        let stored = serde_json::to_string(&ale).unwrap();
        assert_eq!(stored, "\"212000-1439\"");
        assert_eq!(serde_json::from_str::<OrganisationNumber>(&stored).unwrap(), ale);
        assert!(serde_json::from_str::<OrganisationNumber>("\"212000-1430\"").is_err());
    }

    fn valid() -> impl Strategy<Value = OrganisationNumber> {
        ([0..10_u8, 0..10, 2..10, 0..10, 0..10, 0..10, 0..10, 0..10, 0..10]).prop_map(|nine| {
            let text: String = nine.iter().chain([&luhn_check_digit(&nine)]).map(u8::to_string).collect();
            OrganisationNumber::parse(&text).unwrap()
        })
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(number in valid()) {
            prop_assert_eq!(OrganisationNumber::parse(&number.to_string()), Ok(number));
            prop_assert_eq!(OrganisationNumber::parse(&number.digits()), Ok(number));
        }

        #[test]
        fn one_wrong_digit_is_always_found(number in valid(), place in 0..10_usize, by in 1..10_u8) {
            let mut digits = number.digits().into_bytes();
            digits[place] = b'0' + (digits[place] - b'0' + by) % 10;
            let typed = String::from_utf8(digits).unwrap();
            prop_assert!(OrganisationNumber::parse(&typed).is_err());
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in "\\PC*") {
            let _ = OrganisationNumber::parse(&typed);
        }
    }
}

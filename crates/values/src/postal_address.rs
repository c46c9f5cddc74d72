//! *Postadress*: Bilaga 2 punkt 1.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Line, LineError, is_dash, without_blanks};

/// A Swedish postal address, as on an envelope (SS 613401).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PostalAddress {
    pub street: Street,
    pub postal_code: PostalCode,
    pub city: City,
}

/// What is wrong with each part, to be shown beside its own field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PostalAddressErrors {
    pub street: Option<StreetError>,
    pub postal_code: Option<PostalCodeError>,
    pub city: Option<CityError>,
}

/// *Gatuadress, box*: 1–70 characters, as long as a payment file can carry.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Street(Line<70>);

/// *Postnummer*, shown as `449 80`: five digits, the first 1–9.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostalCode(u32);

/// *Postort*: 1–35 characters, without digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct City(Line<35>);

/// Why it is not a street or box, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StreetError {
    #[error("Gatuadress eller box saknas. Skriv till exempel Storgatan 1 eller Box 123.")]
    Empty,
    #[error("Gatuadressen är {found} tecken lång. Korta den till högst {max} tecken.")]
    TooLong { found: usize, max: usize },
    #[error("Gatuadressen går inte att läsa. Skriv till exempel Storgatan 1 eller Box 123.")]
    Unreadable,
}

/// Why it is not a postnummer, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum PostalCodeError {
    #[error("Postnummer saknas. Skriv fem siffror, till exempel 449 80.")]
    Empty,
    #[error("Postnumret ska ha fem siffror. Skriv det som 449 80.")]
    NotFiveDigits,
    #[error("Ett svenskt postnummer börjar inte med 0. Skriv det som 449 80.")]
    LeadingZero,
}

/// Why it is not a postort, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum CityError {
    #[error("Postort saknas. Skriv till exempel Alafors.")]
    Empty,
    #[error("Postorten är {found} tecken lång. Korta den till högst {max} tecken.")]
    TooLong { found: usize, max: usize },
    #[error(
        "Postorten innehåller siffror. Skriv postnumret i sitt eget fält och här bara orten, till exempel Alafors."
    )]
    Digits,
    #[error("Postorten går inte att läsa. Skriv till exempel Alafors.")]
    Unreadable,
}

impl PostalAddress {
    /// # Errors
    /// With what is wrong in each part, all parts at once.
    pub fn parse(street: &str, postal_code: &str, city: &str) -> Result<Self, PostalAddressErrors> {
        let parts = (Street::parse(street), PostalCode::parse(postal_code), City::parse(city));
        match parts {
            (Ok(street), Ok(postal_code), Ok(city)) => Ok(Self { street, postal_code, city }),
            (street, postal_code, city) => Err(PostalAddressErrors {
                street: street.err(),
                postal_code: postal_code.err(),
                city: city.err(),
            }),
        }
    }
}

impl Street {
    /// # Errors
    /// When `typed` is not a street or box; the error says why.
    pub fn parse(typed: &str) -> Result<Self, StreetError> {
        let line = Line::parse(typed).map_err(|fault| match fault {
            LineError::Empty => StreetError::Empty,
            LineError::TooLong { found, max } => StreetError::TooLong { found, max },
            LineError::ControlCharacter => StreetError::Unreadable,
        })?;
        if !line.as_str().contains(char::is_alphanumeric) {
            return Err(StreetError::Unreadable);
        }
        Ok(Self(line))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl PostalCode {
    /// Also takes the old country mark before it: `S-449 80`, `SE-449 80`.
    ///
    /// # Errors
    /// When `typed` is not a postnummer; the error says why.
    pub fn parse(typed: &str) -> Result<Self, PostalCodeError> {
        let compact = without_blanks(typed).to_ascii_uppercase();
        let unmarked = compact.strip_prefix("SE").or_else(|| compact.strip_prefix('S')).unwrap_or(&compact);
        let code = unmarked.strip_prefix(is_dash).unwrap_or(unmarked);
        if compact.is_empty() {
            return Err(PostalCodeError::Empty);
        }
        if code.len() != 5 || !code.bytes().all(|b| b.is_ascii_digit()) {
            return Err(PostalCodeError::NotFiveDigits);
        }
        if code.starts_with('0') {
            return Err(PostalCodeError::LeadingZero);
        }
        code.parse().map(Self).map_err(|_| PostalCodeError::NotFiveDigits)
    }

    /// The five digits together, as a payment file wants them.
    #[must_use]
    pub fn digits(self) -> String {
        self.0.to_string()
    }
}

impl City {
    /// # Errors
    /// When `typed` is not a postort; the error says why.
    pub fn parse(typed: &str) -> Result<Self, CityError> {
        let line = Line::parse(typed).map_err(|fault| match fault {
            LineError::Empty => CityError::Empty,
            LineError::TooLong { found, max } => CityError::TooLong { found, max },
            LineError::ControlCharacter => CityError::Unreadable,
        })?;
        if line.as_str().contains(char::is_numeric) {
            return Err(CityError::Digits);
        }
        if !line.as_str().contains(char::is_alphabetic) {
            return Err(CityError::Unreadable);
        }
        Ok(Self(line))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// On one line: `Box 123, 449 80 Alafors`.
impl fmt::Display for PostalAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, {} {}", self.street, self.postal_code, self.city)
    }
}

impl fmt::Display for Street {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for PostalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03} {:02}", self.0 / 100, self.0 % 100)
    }
}

impl fmt::Display for City {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Street {
    type Error = StreetError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Street> for String {
    fn from(street: Street) -> Self {
        street.0.into()
    }
}

impl TryFrom<String> for PostalCode {
    type Error = PostalCodeError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<PostalCode> for String {
    fn from(code: PostalCode) -> Self {
        code.to_string()
    }
}

impl TryFrom<String> for City {
    type Error = CityError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<City> for String {
    fn from(city: City) -> Self {
        city.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_address_on_one_line() {
        let address = PostalAddress::parse(" Ledetvägen  6 ", "44980", "Alafors").unwrap();
        assert_eq!(address.to_string(), "Ledetvägen 6, 449 80 Alafors");
        let stored = serde_json::to_string(&address).unwrap();
        let expected = r#"{"street":"Ledetvägen 6","postal_code":"449 80","city":"Alafors"}"#;
        assert_eq!(stored, expected);
        assert_eq!(serde_json::from_str::<PostalAddress>(&stored).unwrap(), address);
        let damaged = stored.replace("449 80", "049 80");
        assert!(serde_json::from_str::<PostalAddress>(&damaged).is_err());
    }

    #[test]
    fn every_part_tells_its_own_fault() {
        let errors = PostalAddress::parse("", "4498", "449 80 Alafors").unwrap_err();
        let expected = PostalAddressErrors {
            street: Some(StreetError::Empty),
            postal_code: Some(PostalCodeError::NotFiveDigits),
            city: Some(CityError::Digits),
        };
        assert_eq!(errors, expected);
        let one = PostalAddress::parse("Box 1", "449 80", " ").unwrap_err();
        let expected = PostalAddressErrors { city: Some(CityError::Empty), ..PostalAddressErrors::default() };
        assert_eq!(one, expected);
    }

    #[test]
    fn postal_codes() {
        for typed in ["449 80", "44980", "449\u{A0}80", " 4 4 9 8 0 ", "S-449 80", "se\u{2013}449 80"] {
            assert_eq!(PostalCode::parse(typed).unwrap().to_string(), "449 80", "{typed:?}");
        }
        assert_eq!(PostalCode::parse("100 05").unwrap().to_string(), "100 05");
        for (typed, fault) in [
            (" ", PostalCodeError::Empty),
            ("4498", PostalCodeError::NotFiveDigits),
            ("449 800", PostalCodeError::NotFiveDigits),
            ("449-80", PostalCodeError::NotFiveDigits),
            ("DK-44980", PostalCodeError::NotFiveDigits),
            ("4498O", PostalCodeError::NotFiveDigits),
            ("+4498", PostalCodeError::NotFiveDigits),
            ("S", PostalCodeError::NotFiveDigits),
            ("049 80", PostalCodeError::LeadingZero),
        ] {
            assert_eq!(PostalCode::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn streets_and_cities() {
        assert_eq!(Street::parse("-"), Err(StreetError::Unreadable));
        assert_eq!(Street::parse("Box\u{7}1"), Err(StreetError::Unreadable));
        let too_long = StreetError::TooLong { found: 71, max: 70 };
        assert_eq!(Street::parse(&"a".repeat(71)), Err(too_long));
        assert_eq!(City::parse("Malung-Sälen").unwrap().as_str(), "Malung-Sälen");
        assert_eq!(City::parse("--"), Err(CityError::Unreadable));
        let too_long = CityError::TooLong { found: 36, max: 35 };
        assert_eq!(City::parse(&"å".repeat(36)), Err(too_long));
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(code in 10_000..100_000_u32) {
            let parsed = PostalCode::parse(&code.to_string()).unwrap();
            prop_assert_eq!(PostalCode::parse(&parsed.to_string()), Ok(parsed));
            prop_assert_eq!(PostalCode::parse(&parsed.digits()), Ok(parsed));
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in any::<String>()) {
            let _ = PostalAddress::parse(&typed, &typed, &typed);
        }
    }
}

//! *Telefon inkl. riktnummer* and *Faxnummer*: Bilaga 2 punkt 1 and 4.

use std::fmt;

use phonenumber::{Mode, PhoneNumber, country};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{is_blank, is_dash};

/// A telephone number that can be called: Swedish with its area code, or of any
/// country with its country code.
///
/// Stored as E.164 (`+46303330000`). Shown as people write it: a Swedish one
/// `0303-33 00 00`, a foreign one `+47 22 00 00 00`. Numbering plans are those of
/// the crate `phonenumber`, which does not know the Italian fixed lines (those
/// alone keep a 0 after the country code).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Telephone {
    e164: String,
    /// Follows from `e164`; kept since working it out takes the numbering plans.
    shown: String,
}

/// Why it is not a telephone number, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TelephoneError {
    #[error("Telefonnummer saknas. Skriv det med riktnummer, till exempel 0303-33 00 00.")]
    Empty,
    #[error(
        "Telefonnumret innehåller annat än siffror. Skriv det med riktnummer, till exempel 0303-33 00 00."
    )]
    NotDigits,
    #[error(
        "Telefonnumret har en anknytning. Skriv bara numret, till exempel 0303-33 00 00, eller ett direktnummer."
    )]
    Extension,
    #[error("Riktnummer saknas. Börja numret med 0, till exempel 0303-33 00 00, eller med + och landskod.")]
    MissingAreaCode,
    #[error("Telefonnumret har för många siffror. Skriv ett enda nummer, till exempel 0303-33 00 00.")]
    TooLong,
    #[error(
        "Det finns inget sådant telefonnummer. Kontrollera riktnumret och att ingen siffra saknas, till exempel 0303-33 00 00."
    )]
    NoSuchNumber,
}

/// E.164 has at most 15 digits; before them can stand 00, and a (0) after the
/// country code.
const MAX_DIGITS: usize = 18;

const SWEDEN: u16 = 46;

impl Telephone {
    /// # Errors
    /// When `typed` is not a number that can be called; the error says why.
    pub fn parse(typed: &str) -> Result<Self, TelephoneError> {
        let number = read(typed)?;
        let e164 = write(&number, Mode::E164);
        // The numbering plans write a few series in a manner that they then do
        // not read, or read as another number.
        let reads_as_the_same =
            |written: &str| read(written).is_ok_and(|again| write(&again, Mode::E164) == e164);
        if !reads_as_the_same(&e164) {
            return Err(TelephoneError::NoSuchNumber);
        }
        let people_write =
            if number.country().code() == SWEDEN { Mode::National } else { Mode::International };
        let shown = Some(write(&number, people_write))
            .filter(|shown| reads_as_the_same(shown))
            .unwrap_or_else(|| e164.clone());
        Ok(Self { e164, shown })
    }

    /// The stored form, also for `tel:` links: `+46303330000`.
    #[must_use]
    pub fn e164(&self) -> &str {
        &self.e164
    }
}

fn read(typed: &str) -> Result<PhoneNumber, TelephoneError> {
    let dialled = dialled(typed)?;
    // Without + or 0 the library would guess at a missing area code.
    if !dialled.starts_with(['+', '0']) {
        return Err(TelephoneError::MissingAreaCode);
    }
    phonenumber::parse(Some(country::SE), &dialled)
        .ok()
        .filter(phonenumber::is_valid)
        .ok_or(TelephoneError::NoSuchNumber)
}

fn write(number: &PhoneNumber, mode: Mode) -> String {
    number.format().mode(mode).to_string()
}

/// What would be pressed on a telephone: a + at most first, then digits. Nothing
/// else reaches the library, and no more of it than a number can hold.
fn dialled(typed: &str) -> Result<String, TelephoneError> {
    let mut dialled = String::new();
    for c in typed.chars() {
        match c {
            '0'..='9' => dialled.push(c),
            '+' if dialled.is_empty() => dialled.push(c),
            '(' | ')' | '/' | '.' => {}
            _ if is_blank(c) || is_dash(c) => {}
            '#' | ';' | ',' if !dialled.is_empty() => return Err(TelephoneError::Extension),
            _ if c.is_alphabetic() && !dialled.is_empty() => return Err(TelephoneError::Extension),
            _ => return Err(TelephoneError::NotDigits),
        }
        if dialled.len() > MAX_DIGITS {
            return Err(TelephoneError::TooLong);
        }
    }
    if dialled.is_empty() {
        return Err(TelephoneError::Empty);
    }
    Ok(dialled)
}

impl fmt::Display for Telephone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl TryFrom<String> for Telephone {
    type Error = TelephoneError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Telephone> for String {
    fn from(telephone: Telephone) -> Self {
        telephone.e164
    }
}

#[cfg(test)]
mod tests {
    use super::TelephoneError as Fault;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn swedish_numbers_typed_in_any_manner() {
        for typed in [
            "0303-33 00 00",
            "0303 330000",
            "(0303) 33 00 00",
            "0303/33.00.00",
            "+46 303 33 00 00",
            "+46 (0)303-33\u{A0}00\u{202F}00",
            "0046 303 33 00 00",
            "\u{202D}0303\u{2013}33 00 00\u{202C}",
        ] {
            let number = Telephone::parse(typed).unwrap_or_else(|e| panic!("{typed:?}: {e}"));
            assert_eq!(number.e164(), "+46303330000", "{typed:?}");
            assert_eq!(number.to_string(), "0303-33 00 00", "{typed:?}");
        }
    }

    #[test]
    fn other_kinds_of_numbers() {
        for (typed, shown) in [
            ("084527000", "08-452 70 00"),
            ("0701740605", "070-174 06 05"),
            ("0771114477", "077-111 44 77"),
            ("010-478 70 00", "010-478 70 00"),
            // The plans write this series without its 0.
            ("+46 99 100000", "+4699100000"),
            ("+4722003300", "+47 22 00 33 00"),
            ("+44 (0)20 7031 3000", "+44 20 7031 3000"),
            ("+358 9 1601", "+358 9 1601"),
        ] {
            let number = Telephone::parse(typed).unwrap_or_else(|e| panic!("{typed:?}: {e}"));
            assert_eq!(number.to_string(), shown, "{typed:?}");
        }
    }

    #[test]
    fn what_is_refused_and_why() {
        for (typed, fault) in [
            ("", Fault::Empty),
            (" - () ", Fault::Empty),
            ("växel", Fault::NotDigits),
            ("0303-33 00 00 ankn. 12", Fault::Extension),
            ("0303-33 00 00 x12", Fault::Extension),
            ("0303-33 00 00 #12", Fault::Extension),
            ("0303-33 00 00;phone-context=+47", Fault::Extension),
            ("0303-33 00 00, 33 00 01", Fault::Extension),
            ("0303+330000", Fault::NotDigits),
            ("\u{663}303330000", Fault::NotDigits),
            ("33 00 00", Fault::MissingAreaCode),
            ("46 303 33 00 00", Fault::MissingAreaCode),
            ("112", Fault::MissingAreaCode),
            ("0303-33 00 00 / 0303-33 00 01", Fault::TooLong),
            ("0303-33", Fault::NoSuchNumber),
            ("0303-33 00 00 00 0", Fault::NoSuchNumber),
            ("+999 303 33 00 00", Fault::NoSuchNumber),
            // The plans drop the 000 and then know no such number.
            ("+39 00010000", Fault::NoSuchNumber),
            ("+", Fault::NoSuchNumber),
            ("0", Fault::NoSuchNumber),
        ] {
            assert_eq!(Telephone::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn stored_as_e164() {
        let number = Telephone::parse("0303-33 00 00").unwrap();
        let stored = serde_json::to_string(&number).unwrap();
        assert_eq!(stored, "\"+46303330000\"");
        assert_eq!(serde_json::from_str::<Telephone>(&stored).unwrap(), number);
        assert!(serde_json::from_str::<Telephone>("\"+46\"").is_err());
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(typed in "(\\+46|0|\\+47|\\+44|\\+39|\\+1|\\+)[0-9]{5,13}") {
            if let Ok(number) = Telephone::parse(&typed) {
                prop_assert_eq!(&Telephone::parse(&number.to_string()), &Ok(number.clone()));
                prop_assert_eq!(&Telephone::parse(number.e164()), &Ok(number));
            }
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in "\\PC*", digits in "[+0-9 ()/-]{0,40}") {
            let _ = Telephone::parse(&typed);
            let _ = Telephone::parse(&digits);
        }
    }
}

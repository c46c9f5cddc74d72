//! Values that are valid by having been parsed: the Swedish numbers and details that the state's forms ask for
//! ([`OrganisationNumber`], [`GiroAccount`], [`Ocr`], [`Telephone`] …), exact kronor ([`Money`]), days and deadlines in
//! Stockholm ([`calendar`]), typed ids ([`Id`]), and text as people compare, order and look for it ([`text`]).
//!
//! Every number and detail is made by `parse(typed)`, which takes what a person wrote
//! and answers with the value or with the Swedish message to show beside the
//! field. The fields are private, so a value is valid by having been made.
//! `Display` writes the one canonical form; serde reads through `parse` too, so
//! a damaged stored value never becomes a value.
//!
//! People paste from Word, Excel and PDF: every kind of white space, invisible
//! marks and every kind of dash are understood.
//!
//! ```
//! let number = values::OrganisationNumber::parse("212000-1439").unwrap();
//! assert_eq!(number.to_string(), "212000-1439");
//! assert_eq!(values::Money::kronor(381_308).to_string(), "381\u{a0}308\u{a0}kr");
//! ```

pub mod calendar;
#[cfg(feature = "diesel")]
mod column;
mod diarienummer;
mod email;
mod giro;
mod ids;
mod line;
mod money;
mod ocr;
mod organisation_number;
mod postal_address;
mod prose;
mod provider_number;
mod telephone;
pub mod text;

pub use diarienummer::Diarienummer;
pub use email::{Email, EmailError};
pub use giro::{Bankgiro, GiroAccount, GiroError, GiroKind, Plusgiro, UnknownGiroKind};
pub use ids::Id;
pub use line::{Line, LineError};
pub use money::{
    AmountError, MINUS, Money, NotMoney, Positive, parse_amount, parse_cost_or_credit, parse_kronor,
    parse_kronor_or_zero,
};
pub use ocr::{Ocr, OcrError};
pub use organisation_number::{OrganisationNumber, OrganisationNumberError};
pub use postal_address::{
    City, CityError, PostalAddress, PostalAddressErrors, PostalCode, PostalCodeError, Street, StreetError,
};
pub use prose::{Prose, ProseError};
pub use provider_number::ProviderNumber;
pub use telephone::{Telephone, TelephoneError};

/// The check digit that makes `digits` pass [`luhn_holds`] when put last:
/// mod-10, as in organisationsnummer, bankgiro, plusgiro and OCR numbers.
///
/// Each element is a digit 0–9. Weights 2, 1, 2, 1 … from the right, the digits
/// of each product added (Bankgirot, "10-modulen").
#[must_use]
pub fn luhn_check_digit(digits: &[u8]) -> u8 {
    (10 - luhn_sum(digits, 2) % 10) % 10
}

/// Whether the last of `digits` is the mod-10 check digit of those before it.
/// Leading zeros change nothing, and zeros alone pass: refuse them first.
#[must_use]
pub fn luhn_holds(digits: &[u8]) -> bool {
    luhn_sum(digits, 1).is_multiple_of(10)
}

/// The sum modulo 10, with `last_weight` (1 or 2) on the rightmost digit.
fn luhn_sum(digits: &[u8], last_weight: u8) -> u8 {
    let mut weight = last_weight;
    digits.iter().rev().fold(0, |sum, &digit| {
        let product = digit * weight;
        weight = 3 - weight;
        (sum + product / 10 + product % 10) % 10
    })
}

/// White space of any kind (no-break, narrow, thin …), or a mark that cannot be
/// seen: soft hyphen, zero-width, byte order and writing direction. Word, PDF
/// readers and address books put these into what they copy.
#[must_use]
pub fn is_blank(c: char) -> bool {
    c.is_whitespace() || is_invisible(c)
}

/// Format characters without a shape of their own. The directional ones can also
/// make a text read as something else than it is.
#[must_use]
pub fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{00AD}'
            | '\u{061C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{2069}'
            | '\u{FEFF}'
    )
}

/// What people type for a hyphen: hyphen-minus, the hyphens, figure dash, the
/// dashes, the minus sign.
#[must_use]
pub fn is_dash(c: char) -> bool {
    matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FE63}' | '\u{FF0D}')
}

/// A spreadsheet program runs what begins so, also where a plain text stands in a file of data.
#[must_use]
pub fn begins_like_a_formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'])
}

/// A character that has no place in any text: it cannot be printed, and XML
/// (pain.001, XLSX) cannot carry it.
fn is_unprintable(c: char) -> bool {
    c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}')
}

/// `typed` without blanks.
fn without_blanks(typed: &str) -> String {
    typed.chars().filter(|&c| !is_blank(c)).collect()
}

/// The digits of `typed`, 0–9 as numbers, past blanks and dashes; `None` if
/// anything else is there (letters, the digits of other scripts).
fn digits_of(typed: &str) -> Option<Vec<u8>> {
    typed
        .chars()
        .filter(|&c| !is_blank(c) && !is_dash(c))
        .map(|c| c.to_digit(10).and_then(|digit| u8::try_from(digit).ok()))
        .collect()
}

/// Digits read as one number. The caller keeps them to 19 at the most.
fn value_of(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |value, &digit| value * 10 + u64::from(digit))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn luhn_agrees_with_numbers_in_use() {
        assert!(luhn_holds(&[2, 1, 2, 0, 0, 0, 1, 4, 3, 9]));
        assert!(luhn_holds(&[5, 0, 5, 0, 1, 0, 5, 5]));
        assert!(!luhn_holds(&[5, 0, 5, 0, 1, 0, 5, 6]));
        assert_eq!(luhn_check_digit(&[2, 1, 2, 0, 0, 0, 1, 4, 3]), 9);
        assert_eq!(luhn_check_digit(&[]), 0);
    }

    #[test]
    fn pasted_spaces_and_dashes_are_seen_through() {
        let typed = "\u{FEFF}21\u{A0}20\u{202F}00\u{2009}\u{2013}14\u{AD}3\t9\u{202C}";
        assert_eq!(digits_of(typed), Some(vec![2, 1, 2, 0, 0, 0, 1, 4, 3, 9]));
        for dash in "-‐‑‒–—―−\u{FE63}\u{FF0D}".chars() {
            assert!(is_dash(dash), "{dash:?}");
        }
        assert_eq!(digits_of("٣"), None);
        assert_eq!(digits_of("12a"), None);
    }

    proptest! {
        #[test]
        fn the_check_digit_holds_and_every_other_fails(
            digits in prop::collection::vec(0..10_u8, 0..400), wrong in 1..10_u8,
        ) {
            let check = luhn_check_digit(&digits);
            let mut whole = digits;
            whole.push(check);
            prop_assert!(luhn_holds(&whole));
            *whole.last_mut().unwrap() = (check + wrong) % 10;
            prop_assert!(!luhn_holds(&whole));
        }
    }
}

//! *OCR-nummer*: the reference that a repayment is made with, and known by when
//! it comes in.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{digits_of, is_blank, is_dash, luhn_check_digit, luhn_holds, value_of};

/// An OCR reference that the portal gives out, shown as its digits alone, since
/// that is how a bank wants it typed.
///
/// A number with zeros first up to seven digits (the body), then the length digit:
/// how many digits there are in all, itself and the check digit included, modulo
/// 10; last the mod-10 check digit of all before it. That is Bankgirot's check
/// "checksiffra och längd, variabel längd" (Bankgiro Inbetalningar,
/// användarmanual, OCR-referenskontroll).
///
/// Every `u32` has exactly one, of nine to twelve digits, within the 25 that
/// Bankgirot takes. So whatever is not one of these was given out by somebody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Ocr(u32);

/// Why it is not such a reference, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OcrError {
    #[error("OCR-numret saknas. Skriv det som det står på underlaget för återbetalning.")]
    Empty,
    #[error(
        "OCR-numret innehåller annat än siffror. Skriv bara siffrorna, som på underlaget för återbetalning."
    )]
    NotDigits,
    #[error(
        "OCR-numret är för kort: det ska ha minst nio siffror, men du har skrivit {found}. Kontrollera att ingen siffra saknas."
    )]
    TooShort { found: usize },
    #[error(
        "OCR-numret är för långt: det ska ha högst tolv siffror, men du har skrivit {found}. Kontrollera att inget annat har följt med, som ett kontonummer eller ett belopp."
    )]
    TooLong { found: usize },
    #[error(
        "OCR-numret har fel längdsiffra. Den näst sista siffran är {stated}, men eftersom du har skrivit {found} siffror ska den vara {expected}. Kontrollera att ingen siffra saknas eller är fel.",
        expected = .found % 10
    )]
    WrongLengthDigit { stated: u8, found: usize },
    #[error(
        "OCR-numret har fel kontrollsiffra. Kontrollera att alla siffror är rätt och står i rätt ordning."
    )]
    WrongCheckDigit,
    #[error(
        "OCR-numret är rätt bildat, men det kommer inte från Bidragsporten. Kontrollera att betalningen är en återbetalning av bidrag."
    )]
    NotOurs,
}

/// Of the body: shorter ones would make the whole easy to take for something else.
const SHORTEST_BODY: usize = 7;

/// The digits of `u32::MAX`.
const LONGEST_BODY: usize = 10;

/// The length digit and the check digit.
const CONTROLS: usize = 2;

impl Ocr {
    /// The reference for `number`: always the same for the same number, and never
    /// that of another.
    #[must_use]
    pub fn of(number: u32) -> Self {
        Self(number)
    }

    /// What somebody typed or a bank states, with blanks and dashes of any kind in it.
    ///
    /// The check digit finds one wrong digit, and two neighbours that changed
    /// places unless they are 0 and 9; the length digit finds most lost ones. A
    /// reference that is right in itself but that [`Self::of`] never makes is
    /// refused as somebody else's.
    ///
    /// # Errors
    /// When `typed` is not such a reference; the error says why.
    pub fn parse(typed: &str) -> Result<Self, OcrError> {
        use OcrError as Fault;

        let digits = digits_of(typed).ok_or(Fault::NotDigits)?;
        let found = digits.len();
        let (body, stated) = match (found, digits.as_slice()) {
            (0, _) => return Err(Fault::Empty),
            (_, [body @ .., stated, _check]) if body.len() >= SHORTEST_BODY => (body, *stated),
            _ => return Err(Fault::TooShort { found }),
        };
        if body.len() > LONGEST_BODY {
            return Err(Fault::TooLong { found });
        }
        if stated != length_digit(body.len()) {
            return Err(Fault::WrongLengthDigit { stated, found });
        }
        if !luhn_holds(&digits) {
            return Err(Fault::WrongCheckDigit);
        }
        if body.len() > SHORTEST_BODY && body[0] == 0 {
            return Err(Fault::NotOurs);
        }
        u32::try_from(value_of(body)).map(Self).map_err(|_| Fault::NotOurs)
    }

    /// The references that a payer's text may hold, each once: with words around them, in groups, without some of the zeros that
    /// they begin with or with more.
    #[must_use]
    pub fn possible_in(text: &str) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for run in runs(text) {
            let groups = run.split(is_blank).filter(|group| !group.is_empty());
            for candidate in groups.chain([run]) {
                found.extend(with_its_zeros(candidate).filter(|ocr| !found.contains(ocr)));
            }
        }
        found
    }

    /// The one reference that a text holds beyond doubt: there is no other, and either all its digits are written or the text
    /// has no other number.
    #[must_use]
    pub fn only_in(text: &str) -> Option<Self> {
        let [only] = Self::possible_in(text)[..] else { return None };
        let in_full = only.to_string();
        let is_in_full = runs(text).any(|run| {
            run.split(is_blank).chain([run]).any(|part| {
                let digits = digits_in(part);
                digits.ends_with(&in_full)
                    && digits.trim_start_matches('0') == in_full.trim_start_matches('0')
            })
        });
        (is_in_full || runs(text).count() == 1).then_some(only)
    }

    /// The number that the reference was made of.
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// The numbers of a text: digits, with blanks and dashes among them.
fn runs(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !(c.is_ascii_digit() || is_blank(c) || is_dash(c)))
        .filter(|run| run.contains(|c: char| c.is_ascii_digit()))
}

fn digits_in(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

/// Below this many digits, beside zeros, a number is too short to be taken for a reference.
const SHORTEST_WITHOUT_ZEROS: usize = 5;

/// The reference that a number is when it gets as many zeros before it as it should have.
fn with_its_zeros(text: &str) -> Option<Ocr> {
    const SHORTEST: usize = SHORTEST_BODY + CONTROLS;
    let digits = digits_in(text);
    let number = digits.trim_start_matches('0');
    let is_long_enough = number.len() >= SHORTEST_WITHOUT_ZEROS || digits.len() >= SHORTEST;
    is_long_enough.then(|| Ocr::parse(&format!("{number:0>SHORTEST$}")).ok()).flatten()
}

#[expect(clippy::cast_possible_truncation, reason = "one digit")]
fn length_digit(of_body: usize) -> u8 {
    ((of_body + CONTROLS) % 10) as u8
}

impl fmt::Display for Ocr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = format!("{:0SHORTEST_BODY$}", self.0);
        let mut digits: Vec<u8> = body.bytes().map(|digit| digit - b'0').collect();
        digits.push(length_digit(body.len()));
        write!(f, "{body}{}{}", length_digit(body.len()), luhn_check_digit(&digits))
    }
}

impl TryFrom<String> for Ocr {
    type Error = OcrError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Ocr> for String {
    fn from(reference: Ocr) -> Self {
        reference.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::OcrError as Fault;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn made_of_a_number() {
        for (number, shown) in [
            (0, "000000091"),
            (1, "000000190"),
            // By hand, from the right: (1+8) + 7 + (1+2) + 5 + 8 + 3 + 4 + 1 = 40, so 0.
            (1_234_567, "123456790"),
            (9_999_999, "999999998"),
            (10_000_000, "1000000008"),
            (99_999_999, "9999999908"),
            (123_456_789, "12345678911"),
            (u32::MAX, "429496729527"),
        ] {
            assert_eq!(Ocr::of(number).to_string(), shown);
            assert_eq!(Ocr::parse(shown), Ok(Ocr::of(number)));
        }
    }

    #[test]
    fn read_past_blanks_and_dashes() {
        for typed in [
            "123456790",
            " 1234567 90 ",
            "12 34\u{A0}56\u{202F}790",
            "1234567\u{2013}90",
            "\u{FEFF}123-456-790",
        ] {
            assert_eq!(Ocr::parse(typed).map(Ocr::number), Ok(1_234_567), "{typed:?}");
        }
    }

    #[test]
    fn one_in_a_text_is_found() {
        for text in [
            "OCR 000014696",
            "OCR:000014696.",
            "ocr000014696",
            "Återbetalning Ale kommun, 0000 14696",
            "14696",
            "00014696",
            "000000014696",
            "000014696 1500 kr",
            "Faktura 77, OCR 000014696, 2022-03-28",
        ] {
            assert_eq!(Ocr::only_in(text), Some(Ocr::of(146)), "{text}");
        }
        for text in [
            "",
            "Ale kommun",
            "190",
            "OCR 000014697",
            "000014696 eller 000000299",
            "Faktura 14696, 2022-03-28",
        ] {
            assert_eq!(Ocr::only_in(text), None, "{text}");
        }
        assert_eq!(Ocr::possible_in("000014696 eller 000000299"), [Ocr::of(146), Ocr::of(2)]);
        assert_eq!(Ocr::possible_in("Faktura 14696, 2022-03-28"), [Ocr::of(146)]);
    }

    #[test]
    fn what_is_refused_and_why() {
        for (typed, fault) in [
            ("", Fault::Empty),
            (" - \u{A0}", Fault::Empty),
            ("12345679O", Fault::NotDigits),
            ("#123456790#", Fault::NotDigits),
            ("\u{661}23456790", Fault::NotDigits),
            ("7", Fault::TooShort { found: 1 }),
            ("18", Fault::TooShort { found: 2 }),
            ("12345682", Fault::TooShort { found: 8 }),
            ("4294967295123", Fault::TooLong { found: 13 }),
            (&"1".repeat(400), Fault::TooLong { found: 400 }),
            ("123456780", Fault::WrongLengthDigit { stated: 8, found: 9 }),
            ("1234567790", Fault::WrongLengthDigit { stated: 9, found: 10 }),
            ("000000000", Fault::WrongLengthDigit { stated: 0, found: 9 }),
            ("123456791", Fault::WrongCheckDigit),
            ("123465790", Fault::WrongCheckDigit),
            // A zero more than `of` puts there, and a body above the greatest.
            ("0123456709", Fault::NotOurs),
            ("429496729626", Fault::NotOurs),
        ] {
            assert_eq!(Ocr::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn messages_say_what_to_do() {
        assert_eq!(
            Ocr::parse("1234567790").unwrap_err().to_string(),
            "OCR-numret har fel längdsiffra. Den näst sista siffran är 9, men eftersom du har skrivit 10 siffror ska den vara 0. Kontrollera att ingen siffra saknas eller är fel."
        );
        assert_eq!(
            Ocr::parse("1234").unwrap_err().to_string(),
            "OCR-numret är för kort: det ska ha minst nio siffror, men du har skrivit 4. Kontrollera att ingen siffra saknas."
        );
    }

    #[test]
    fn stored_as_its_digits() {
        let stored = serde_json::to_string(&Ocr::of(42)).unwrap();
        assert_eq!(stored, "\"000004291\"");
        assert_eq!(serde_json::from_str::<Ocr>(&stored).unwrap(), Ocr::of(42));
        assert!(serde_json::from_str::<Ocr>("\"000004292\"").is_err());
        assert!(serde_json::from_str::<Ocr>("42").is_err());
    }

    /// Small numbers, which the portal will have, as often as great ones.
    fn numbers() -> impl Strategy<Value = u32> {
        prop_oneof![0..100_000_u32, any::<u32>()]
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(number in numbers()) {
            let shown = Ocr::of(number).to_string();
            prop_assert!((9..=12).contains(&shown.len()) && shown.bytes().all(|b| b.is_ascii_digit()));
            prop_assert_eq!(Ocr::parse(&shown).map(Ocr::number), Ok(number));
        }

        #[test]
        fn every_single_wrong_digit_is_found(number in numbers()) {
            let shown = Ocr::of(number).to_string();
            for place in 0..shown.len() {
                for other in (b'0'..=b'9').filter(|&digit| digit != shown.as_bytes()[place]) {
                    let mut wrong = shown.clone().into_bytes();
                    wrong[place] = other;
                    prop_assert!(Ocr::parse(&String::from_utf8(wrong).unwrap()).is_err());
                }
            }
        }

        #[test]
        fn neighbours_that_changed_places_are_found_unless_0_and_9(number in numbers()) {
            let shown = Ocr::of(number).to_string();
            for place in 1..shown.len() {
                let mut wrong = shown.clone().into_bytes();
                wrong.swap(place - 1, place);
                let hidden = matches!(&wrong[place - 1..=place], b"09" | b"90");
                if wrong != shown.as_bytes() && !hidden {
                    prop_assert!(Ocr::parse(&String::from_utf8(wrong).unwrap()).is_err());
                }
            }
        }

        #[test]
        fn what_is_taken_is_what_was_given_out(near in "[0-9 -]{0,16}") {
            if let Ok(reference) = Ocr::parse(&near) {
                let digits: String = near.chars().filter(char::is_ascii_digit).collect();
                prop_assert_eq!(reference.to_string(), digits);
            }
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in any::<String>()) {
            let _ = Ocr::parse(&typed);
        }
    }
}

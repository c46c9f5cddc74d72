//! What a person typed as an amount: *Belopp som rekvireras* (Bilaga 2, Rekvisition
//! punkt 2) and the costs (Ekonomisk redovisning punkt 3).

use thiserror::Error;

use super::Money;
use crate::numbers::{is_blank, is_dash};

/// Why it is not an amount, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountError {
    #[error("Beloppet saknas. Skriv hela kronor, till exempel {EXAMPLE}.")]
    Empty,
    #[error("Fältet innehåller för mycket text. Skriv bara beloppet, till exempel {EXAMPLE}.")]
    TooLong,
    #[error("Beloppet är för stort. Skriv högst tolv siffror, till exempel {EXAMPLE}.")]
    TooLarge,
    #[error("Beloppet är negativt. Skriv det utan minustecken, till exempel {EXAMPLE}.")]
    Negative,
    #[error("Beloppet är 0. Skriv ett belopp över 0, till exempel {EXAMPLE}.")]
    Zero,
    #[error(
        "Beloppet innehåller bokstäver. Skriv hela kronor med siffror, inte tusental eller miljoner, till exempel {EXAMPLE}."
    )]
    Letters,
    #[error("Beloppet är skrivet med andra siffror än 0 till 9. Skriv det som till exempel {EXAMPLE}.")]
    ForeignDigits,
    #[error("Beloppet innehåller tecknet «{0}». Skriv bara siffror och mellanslag, till exempel {EXAMPLE}.")]
    OtherCharacter(char),
    #[error(
        "Siffrorna i «{typed}» står inte tre och tre. Kontrollera att ingen siffra saknas och skriv till exempel {EXAMPLE}."
    )]
    OddGroups { typed: String },
    #[error(
        "«{typed}» ser ut som {} kronor och ören. Beloppet ska vara i hela kronor. Skriv till exempel {}.",
        .kronor.digits(), .kronor.digits()
    )]
    Ore { typed: String, kronor: Money },
    #[error(
        "Punkten eller kommat i «{typed}» kan betyda olika saker. Menar du {kronor}? Skriv då {}.",
        .kronor.digits()
    )]
    Doubtful { typed: String, kronor: Money },
    #[error(
        "«{typed}» går inte att läsa som ett belopp. Skriv hela kronor utan punkt och komma, till exempel {EXAMPLE}."
    )]
    Unreadable { typed: String },
}

const EXAMPLE: &str = "1\u{A0}310\u{A0}223";

/// More than any amount with its spaces and unit, and short enough to repeat.
const MAX_TYPED: usize = 40;

const MAX_DIGITS: usize = 12;

/// What somebody typed as an amount above 0, in whole kronor: `1310223`,
/// `1 310 223` with any kind of space, before or after it `kr` or `SEK`, after it
/// `:-` or `,00`.
///
/// A point or a comma otherwise is asked about, never guessed: `1.310` is a
/// thousand to one reader and one krona to another. So are digits in groups of
/// other sizes than three, where a digit may have been lost.
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_kronor(typed: &str) -> Result<Money, AmountError> {
    let kronor = parse_kronor_or_zero(typed)?;
    if kronor.is_zero() {
        return Err(AmountError::Zero);
    }
    Ok(kronor)
}

/// As [`parse_kronor`], and 0 too: costs (Bilaga 2, Ekonomisk redovisning punkt 3).
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_kronor_or_zero(typed: &str) -> Result<Money, AmountError> {
    let trimmed = typed.trim_matches(is_blank);
    if trimmed.chars().count() > MAX_TYPED {
        return Err(AmountError::TooLong);
    }
    let number = without_unit(trimmed);
    if number.is_empty() {
        return Err(AmountError::Empty);
    }
    if number.starts_with(is_dash) {
        return Err(AmountError::Negative);
    }
    if let Some(fault) = number.chars().find_map(foreign) {
        return Err(fault);
    }
    let whole = number.strip_suffix(",00").unwrap_or(number);
    if whole.is_empty() || whole.contains(is_mark) {
        return Err(asked_about(number));
    }
    grouped(whole, is_blank)
}

/// `text` without one `kr`, `SEK`, `:-` and the like.
fn without_unit(text: &str) -> &str {
    let lower = text.to_ascii_lowercase();
    let ends = ["kronor", "kr.", "kr", "sek"];
    let starts = ["sek", "kr"];
    let bare = if let Some(end) = ends.iter().find(|unit| lower.ends_with(**unit)) {
        &text[..text.len() - end.len()]
    } else if let Some(start) = starts.iter().find(|unit| lower.starts_with(**unit)) {
        &text[start.len()..]
    } else {
        text.strip_suffix(is_dash).and_then(|rest| rest.strip_suffix([':', ','])).unwrap_or(text)
    };
    bare.trim_matches(is_blank)
}

/// What is wrong with one character, if it is no digit, blank, point or comma.
fn foreign(c: char) -> Option<AmountError> {
    match c {
        _ if c.is_ascii_digit() || is_blank(c) || is_mark(c) => None,
        _ if c.is_alphabetic() => Some(AmountError::Letters),
        _ if c.is_numeric() => Some(AmountError::ForeignDigits),
        _ if c.is_control() => Some(AmountError::OtherCharacter(char::REPLACEMENT_CHARACTER)),
        _ => Some(AmountError::OtherCharacter(c)),
    }
}

fn is_mark(c: char) -> bool {
    matches!(c, '.' | ',')
}

/// The question to ask when a point or comma can be read in several ways.
fn asked_about(number: &str) -> AmountError {
    let typed = number.to_owned();
    if number.starts_with(is_mark) {
        return AmountError::Unreadable { typed };
    }
    let separator = |c| is_blank(c) || is_mark(c);
    if let Ok(kronor) = grouped(number, separator) {
        return AmountError::Doubtful { typed, kronor };
    }
    // One or two digits after the last mark can hardly be anything but öre.
    match number.rsplit_once(is_mark) {
        Some((head, ore)) if (1..=2).contains(&ore.len()) => match grouped(head, separator) {
            Ok(kronor) => AmountError::Ore { typed, kronor },
            Err(_) => AmountError::Unreadable { typed },
        },
        _ => AmountError::Unreadable { typed },
    }
}

/// Digits in one run, or in threes after the first one to three.
fn grouped(text: &str, separator: impl Fn(char) -> bool) -> Result<Money, AmountError> {
    let groups: Vec<&str> = text.split(separator).filter(|g| !g.is_empty()).collect();
    let in_threes = match groups.as_slice() {
        [] => false,
        [_] => true,
        [first, rest @ ..] => first.len() <= 3 && rest.iter().all(|group| group.len() == 3),
    };
    if !in_threes {
        let typed = text.to_owned();
        return Err(AmountError::OddGroups { typed });
    }
    let digits = groups.concat();
    if digits.len() > MAX_DIGITS {
        return Err(AmountError::TooLarge);
    }
    let kronor = digits.parse().map_err(|_| AmountError::TooLarge)?;
    Ok(Money::kronor(kronor))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// With visible spaces, for the eye.
    fn visible(shown: impl ToString) -> String {
        shown.to_string().replace('\u{A0}', "_")
    }

    #[test]
    fn amounts_typed_in_any_clear_manner() {
        for typed in [
            "1310223",
            "1 310 223",
            "1\u{A0}310\u{202F}223",
            " 1\u{2009}310  223 kr",
            "1 310 223 KR.",
            "1310223:-",
            "1310223,-",
            "1310223:\u{2013}",
            "1310223 SEK",
            "sek 1 310 223",
            "1310223kronor",
            "1310223,00",
            "1 310 223,00 kr",
            "\u{FEFF}1310223\u{200B}",
            "001310223",
        ] {
            assert_eq!(parse_kronor(typed), Ok(Money::kronor(1_310_223)), "{typed:?}");
        }
        assert_eq!(parse_kronor("999 999 999 999"), Ok(Money::kronor(999_999_999_999)));
        assert_eq!(parse_kronor_or_zero("0 kr"), Ok(Money::ZERO));
    }

    #[test]
    fn what_is_refused_and_why() {
        use AmountError as Fault;
        let odd = |typed: &str| Fault::OddGroups { typed: typed.to_owned() };
        for (typed, fault) in [
            (" \u{A0}", Fault::Empty),
            ("kr", Fault::Empty),
            (&"1 ".repeat(40), Fault::TooLong),
            ("1 000 000 000 000", Fault::TooLarge),
            ("99999999999999999999999999", Fault::TooLarge),
            ("-1", Fault::Negative),
            ("\u{2212}1 310 kr", Fault::Negative),
            ("0", Fault::Zero),
            ("000,00", Fault::Zero),
            ("1e3", Fault::Letters),
            ("1310 tkr", Fault::Letters),
            ("1,3 mnkr", Fault::Letters),
            ("en miljon", Fault::Letters),
            ("\u{661}310", Fault::ForeignDigits),
            ("1310²", Fault::ForeignDigits),
            ("12_000", Fault::OtherCharacter('_')),
            ("1'310", Fault::OtherCharacter('\'')),
            ("+1310", Fault::OtherCharacter('+')),
            ("1310-", Fault::OtherCharacter('-')),
            ("1310\0", Fault::OtherCharacter('\u{FFFD}')),
            ("1 310 22", odd("1 310 22")),
            ("1310 223", odd("1310 223")),
        ] {
            assert_eq!(parse_kronor(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn a_doubtful_point_or_comma_is_asked_about() {
        use AmountError as Fault;
        type Ask = fn(String, Money) -> Fault;
        let doubtful: Ask = |typed, kronor| Fault::Doubtful { typed, kronor };
        let ore: Ask = |typed, kronor| Fault::Ore { typed, kronor };
        let unreadable: Ask = |typed, _| Fault::Unreadable { typed };
        for (typed, ask, kronor) in [
            ("1.310.223", doubtful, 1_310_223),
            ("1,310", doubtful, 1_310),
            ("1 310.223", doubtful, 1_310_223),
            ("1310223.", doubtful, 1_310_223),
            ("1310223,50", ore, 1_310_223),
            ("1.310.223,00", ore, 1_310_223),
            ("1310.00", ore, 1_310),
            ("1310,5", ore, 1_310),
            (",00", unreadable, 0),
            (".", unreadable, 0),
            ("13,1022", unreadable, 0),
        ] {
            let fault = ask(typed.to_owned(), Money::kronor(kronor));
            assert_eq!(parse_kronor_or_zero(typed), Err(fault), "{typed:?}");
        }
        assert_eq!(
            visible(parse_kronor("1.310").unwrap_err()),
            "Punkten eller kommat i «1.310» kan betyda olika saker. Menar du 1_310_kr? Skriv då 1_310."
        );
        assert_eq!(
            visible(parse_kronor("12_").unwrap_err()),
            "Beloppet innehåller tecknet «_». Skriv bara siffror och mellanslag, till exempel 1_310_223."
        );
    }

    proptest! {
        #[test]
        fn an_amount_shown_can_be_typed(kronor in 1..1_000_000_000_000_i64) {
            let money = Money::kronor(kronor);
            prop_assert_eq!(parse_kronor(&money.to_string()), Ok(money));
            prop_assert_eq!(parse_kronor(&money.digits().to_string()), Ok(money));
            prop_assert_eq!(parse_kronor(&money.plain().to_string()), Ok(money));
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in any::<String>(), near in "[0-9 .,:kr-]{0,20}") {
            let _ = parse_kronor(&typed);
            if let Ok(money) = parse_kronor(&near) {
                prop_assert!(money > Money::ZERO && money.to_ore() % 100 == 0);
            }
            let _ = Money::parse_plain(&near);
        }
    }
}

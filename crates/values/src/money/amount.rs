//! What a person typed as an amount: *Belopp som rekvireras* (Bilaga 2, Rekvisition
//! punkt 2) and the costs (Ekonomisk redovisning punkt 3), in whole kronor; and a
//! payment that came in, with the öre that the bank states.

use thiserror::Error;

use super::{Money, Positive};
use crate::{is_blank, is_dash};

/// Why it is not an amount, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AmountError {
    #[error("Beloppet saknas. Skriv hela kronor, till exempel {EXAMPLE}.")]
    Empty,
    #[error("Fältet innehåller för mycket text. Skriv bara beloppet, till exempel {EXAMPLE}.")]
    TooLong,
    #[error("Beloppet är för stort. Skriv högst tolv siffror, till exempel {EXAMPLE}.")]
    TooLarge,
    /// What a negative amount would mean there, and how that is entered instead.
    #[error("Beloppet är negativt. {0}")]
    Negative(&'static str),
    #[error("Beloppet är 0. Skriv ett belopp över 0, till exempel {EXAMPLE}.")]
    Zero,
    #[error(
        "Beloppet innehåller bokstäver. Skriv hela kronor med siffror, inte tusental eller miljoner, till exempel {EXAMPLE}."
    )]
    Letters,
    #[error("Beloppet är skrivet med andra siffror än 0 till 9. Skriv det som till exempel {EXAMPLE}.")]
    ForeignDigits,
    #[error("Beloppet innehåller tecknet ”{0}”. Skriv bara siffror och mellanslag, till exempel {EXAMPLE}.")]
    OtherCharacter(char),
    #[error(
        "Siffrorna i ”{typed}” står inte tre och tre. Kontrollera att ingen siffra saknas och skriv till exempel {EXAMPLE}."
    )]
    OddGroups { typed: String },
    #[error(
        "”{typed}” ser ut som {} kronor och ören. Beloppet ska vara i hela kronor.{}",
        .kronor.digits(), example(*.kronor)
    )]
    Ore { typed: String, kronor: Money },
    #[error(
        "Punkten eller kommat i ”{typed}” kan betyda olika saker. Menar du {kronor}? Skriv då {}.",
        .kronor.digits()
    )]
    Doubtful { typed: String, kronor: Money },
    #[error(
        "”{typed}” går inte att läsa som ett belopp. Skriv hela kronor utan punkt och komma, till exempel {EXAMPLE}."
    )]
    Unreadable { typed: String },
    #[error("Beloppet saknas. Skriv kronor och ören, till exempel {EXAMPLE_WITH_ORE}.")]
    EmptyWithOre,
    #[error("Beloppet är för stort. Skriv högst tolv siffror före kommat, till exempel {EXAMPLE_WITH_ORE}.")]
    TooLargeWithOre,
    #[error(
        "Beloppet innehåller bokstäver. Skriv kronor och ören med siffror, inte tusental eller miljoner, till exempel {EXAMPLE_WITH_ORE}."
    )]
    LettersWithOre,
    #[error(
        "Beloppet innehåller tecknet ”{0}”. Skriv bara siffror och mellanslag, och komma före ören, till exempel {EXAMPLE_WITH_ORE}."
    )]
    OtherCharacterWithOre(char),
    #[error(
        "”{typed}” går inte att läsa som ett belopp. Skriv kronor och två siffror för ören efter ett komma, till exempel {EXAMPLE_WITH_ORE}."
    )]
    UnreadableWithOre { typed: String },
}

/// An amount of nothing is no example.
fn example(kronor: Money) -> String {
    if kronor.is_zero() { String::new() } else { format!(" Skriv till exempel {}.", kronor.digits()) }
}

const EXAMPLE: &str = "1\u{A0}310\u{A0}223";

const EXAMPLE_WITH_ORE: &str = "1\u{A0}310\u{A0}223,50";

/// More than any amount with its spaces and unit, and short enough to repeat.
const MAX_TYPED: usize = 40;

const MAX_DIGITS: usize = 12;

/// What somebody typed as an amount above 0, in whole kronor: `1310223`,
/// `1 310 223` with any kind of space, before or after it `kr` or `SEK`, after it
/// `:-`, or öre that are none: `,00` or `.00`. Before those the other mark may stand
/// between the thousands, as economy systems have it: `1.310.223,00`.
///
/// A point or a comma otherwise is asked about, never guessed: `1.310` is a
/// thousand to one reader and one krona to another. So are digits in groups of
/// other sizes than three, where a digit may have been lost.
///
/// `below_zero` tells whoever typed a negative amount what it would mean in this field, and how that is entered. To leave
/// out the sign is never the advice: the amount would be wrong by twice its size.
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_kronor(typed: &str, below_zero: &'static str) -> Result<Positive, AmountError> {
    Positive::new(parse_kronor_or_zero(typed, below_zero)?).ok_or(AmountError::Zero)
}

/// As [`parse_kronor`], and 0 too: costs (Bilaga 2, Ekonomisk redovisning punkt 3).
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_kronor_or_zero(typed: &str, below_zero: &'static str) -> Result<Money, AmountError> {
    whole_kronor(bare_number(typed, below_zero)?)
}

/// As [`parse_kronor`], or the same with a minus sign first: a cost, or a credit that lowers the costs.
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_cost_or_credit(typed: &str) -> Result<Money, AmountError> {
    let trimmed = typed.trim_matches(is_blank);
    let (credit, size) = match trimmed.strip_prefix(is_dash) {
        Some(size) => (true, size),
        None => (false, trimmed),
    };
    let size = parse_kronor(size, "Skriv ett minustecken, inte två.")?.get();
    Ok(if credit { -size } else { size })
}

fn whole_kronor(number: &str) -> Result<Money, AmountError> {
    if !number.contains(is_mark) {
        return grouped(number, is_blank);
    }
    match parts(number) {
        Some((kronor, ore)) if ore.is_zero() => kronor,
        _ => Err(asked_about(number)),
    }
}

/// As [`parse_kronor`], and with öre: a payment that came in, as the bank states it.
///
/// Öre are exactly two digits after the only comma or the only point, `1 310 223,50`
/// or `1310223.50`, as bank statements have it; the other mark may stand between the
/// thousands, `1.310.223,50`. `1310223,5` is asked about, for a digit may have been lost.
///
/// # Errors
/// When it is not such an amount; the error says why and what to write.
pub fn parse_amount(typed: &str, below_zero: &'static str) -> Result<Positive, AmountError> {
    let number = bare_number(typed, below_zero).and_then(kronor_and_ore);
    Positive::new(number.map_err(AmountError::where_ore_are_allowed)?).ok_or(AmountError::Zero)
}

fn kronor_and_ore(number: &str) -> Result<Money, AmountError> {
    if !number.contains(is_mark) {
        return grouped(number, is_blank);
    }
    match parts(number) {
        Some((kronor, ore)) => Ok(kronor? + ore),
        None => Err(asked_about_with_ore(number)),
    }
}

/// Kronor, and öre after the last mark. `None` where that mark can be read in another way.
fn parts(number: &str) -> Option<(Result<Money, AmountError>, Money)> {
    let at = number.rfind(is_mark)?;
    let (kronor, mark, ore) = (&number[..at], &number[at..=at], ore(&number[at + 1..])?);
    if kronor.is_empty() || kronor.contains(mark) {
        return None;
    }
    if !kronor.contains(is_mark) {
        return Some((grouped(kronor, is_blank), ore));
    }
    let is_whole = kronor.split(is_mark).all(|group| !group.is_empty() && !group.contains(is_blank));
    is_whole.then(|| (grouped(kronor, is_mark), ore))
}

/// Two digits, and nothing else.
fn ore(decimals: &str) -> Option<Money> {
    let &[tens @ b'0'..=b'9', ones @ b'0'..=b'9'] = decimals.as_bytes() else { return None };
    Some(Money::ore(i64::from(tens - b'0') * 10 + i64::from(ones - b'0')))
}

impl AmountError {
    /// The same fault, in words for a field that takes öre.
    fn where_ore_are_allowed(self) -> Self {
        match self {
            Self::Empty => Self::EmptyWithOre,
            Self::TooLarge => Self::TooLargeWithOre,
            Self::Letters => Self::LettersWithOre,
            Self::OtherCharacter(c) => Self::OtherCharacterWithOre(c),
            Self::Unreadable { typed } => Self::UnreadableWithOre { typed },
            fits @ (Self::TooLong
            | Self::Negative(_)
            | Self::Zero
            | Self::ForeignDigits
            | Self::OddGroups { .. }
            | Self::Ore { .. }
            | Self::Doubtful { .. }
            | Self::EmptyWithOre
            | Self::TooLargeWithOre
            | Self::LettersWithOre
            | Self::OtherCharacterWithOre(_)
            | Self::UnreadableWithOre { .. }) => fits,
        }
    }
}

/// Digits, blanks and marks: `typed` without its unit.
fn bare_number<'a>(typed: &'a str, below_zero: &'static str) -> Result<&'a str, AmountError> {
    let trimmed = typed.trim_matches(is_blank);
    if trimmed.chars().count() > MAX_TYPED {
        return Err(AmountError::TooLong);
    }
    let number = without_unit(trimmed);
    if number.is_empty() {
        return Err(AmountError::Empty);
    }
    if number.starts_with(is_dash) {
        return Err(AmountError::Negative(below_zero));
    }
    if let Some(fault) = number.chars().find_map(foreign) {
        return Err(fault);
    }
    Ok(number)
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

/// The same where öre are allowed: what must be öre is asked about with them.
fn asked_about_with_ore(number: &str) -> AmountError {
    match (asked_about(number), number.rsplit_once(is_mark)) {
        (AmountError::Ore { typed, kronor }, Some((_, decimals))) => match ore(&format!("{decimals:0<2}")) {
            Some(ore) => AmountError::Doubtful { typed, kronor: kronor + ore },
            None => AmountError::Unreadable { typed },
        },
        (fault, _) => fault,
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

    const BELOW: &str = "Skriv en kredit som en egen rad.";

    fn parse_kronor(typed: &str) -> Result<Money, AmountError> {
        super::parse_kronor(typed, BELOW).map(Positive::get)
    }

    fn parse_kronor_or_zero(typed: &str) -> Result<Money, AmountError> {
        super::parse_kronor_or_zero(typed, BELOW)
    }

    fn parse_amount(typed: &str) -> Result<Money, AmountError> {
        super::parse_amount(typed, BELOW).map(Positive::get)
    }

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
            "1.310.223,00 kr",
            "1,310,223.00",
            "1310223.00",
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
            ("-1", Fault::Negative(BELOW)),
            ("\u{2212}1 310 kr", Fault::Negative(BELOW)),
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
            ("1.31.223,00", odd("1.31.223")),
            ("1310 223", odd("1310 223")),
        ] {
            assert_eq!(parse_kronor(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn a_negative_amount_is_told_what_it_means_where_it_stands() {
        let told = parse_kronor("-25").unwrap_err().to_string();
        assert_eq!(told, "Beloppet är negativt. Skriv en kredit som en egen rad.");
        assert_eq!(parse_amount("-25,50").unwrap_err().to_string(), told);
    }

    #[test]
    fn a_credit_has_its_sign() {
        for typed in ["-25", "\u{2212}25 kr", " \u{2013} 25:-", "-25,00"] {
            assert_eq!(parse_cost_or_credit(typed), Ok(Money::kronor(-25)), "{typed:?}");
        }
        assert_eq!(parse_cost_or_credit("1 310"), Ok(Money::kronor(1_310)));
        for (typed, fault) in [
            ("-", AmountError::Empty),
            ("-0", AmountError::Zero),
            ("--25", AmountError::Negative("Skriv ett minustecken, inte två.")),
            ("25-", AmountError::OtherCharacter('-')),
        ] {
            assert_eq!(parse_cost_or_credit(typed), Err(fault), "{typed:?}");
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
            ("1.310.223,50", ore, 1_310_223),
            ("1.310.00", ore, 1_310),
            ("1.310 223,00", ore, 1_310_223),
            ("1..310,00", ore, 1_310),
            ("1310.50", ore, 1_310),
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
            "Punkten eller kommat i ”1.310” kan betyda olika saker. Menar du 1_310_kr? Skriv då 1_310."
        );
        assert_eq!(
            visible(parse_kronor("12_").unwrap_err()),
            "Beloppet innehåller tecknet ”_”. Skriv bara siffror och mellanslag, till exempel 1_310_223."
        );
    }

    #[test]
    fn amounts_with_ore_typed_in_any_clear_manner() {
        for (typed, ore) in [
            ("1 310 223", 131_022_300),
            ("1310223 kr", 131_022_300),
            ("1310223:-", 131_022_300),
            ("1310223,00", 131_022_300),
            ("1310223.00", 131_022_300),
            ("1 310 223,50", 131_022_350),
            ("1\u{A0}310\u{202F}223,50\u{A0}kr", 131_022_350),
            ("SEK 1310223.50", 131_022_350),
            ("1 310 223.50", 131_022_350),
            ("1.310.223,50 kr", 131_022_350),
            ("1,310,223.50", 131_022_350),
            ("\u{FEFF}001310223,05", 131_022_305),
            ("0,50", 50),
            ("0.01 kr", 1),
            ("999 999 999 999,99", 99_999_999_999_999),
        ] {
            assert_eq!(parse_amount(typed), Ok(Money::ore(ore)), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_amount_with_ore_and_why() {
        use AmountError as Fault;
        let odd = |typed: &str| Fault::OddGroups { typed: typed.to_owned() };
        let unreadable = |typed: &str| Fault::UnreadableWithOre { typed: typed.to_owned() };
        for (typed, fault) in [
            ("kr", Fault::EmptyWithOre),
            (&"1 ".repeat(40), Fault::TooLong),
            ("1 000 000 000 000,00", Fault::TooLargeWithOre),
            ("-1 310,50", Fault::Negative(BELOW)),
            ("0,00", Fault::Zero),
            ("1,3 mnkr", Fault::LettersWithOre),
            ("1310,5O", Fault::LettersWithOre),
            ("1310,\u{665}0", Fault::ForeignDigits),
            ("+1310,50", Fault::OtherCharacterWithOre('+')),
            ("1310:50", Fault::OtherCharacterWithOre(':')),
            ("1310,50-", Fault::OtherCharacterWithOre('-')),
            ("1310 223,50", odd("1310 223")),
            ("1.31.223,50", odd("1.31.223")),
            ("1 310 22.50", odd("1 310 22")),
            (",50", unreadable(",50")),
            (".", unreadable(".")),
            ("13,1022", unreadable("13,1022")),
            ("1310, 50", unreadable("1310, 50")),
            ("1,50,50", unreadable("1,50,50")),
        ] {
            assert_eq!(parse_amount(typed), Err(fault), "{typed:?}");
        }
        assert_eq!(
            visible(parse_amount("").unwrap_err()),
            "Beloppet saknas. Skriv kronor och ören, till exempel 1_310_223,50."
        );
    }

    #[test]
    fn doubtful_ore_are_asked_about() {
        for (typed, ore) in [
            ("1310223,5", 131_022_350),
            ("1310223.5", 131_022_350),
            ("1.310", 131_000),
            ("1,310", 131_000),
            ("1 310.223", 131_022_300),
            ("1.310.223", 131_022_300),
            ("1310223,", 131_022_300),
            ("1.310 223,50", 131_022_350),
            ("1,310,223.5", 131_022_350),
            ("1.310.50", 131_050),
        ] {
            let fault = AmountError::Doubtful { typed: typed.to_owned(), kronor: Money::ore(ore) };
            assert_eq!(parse_amount(typed), Err(fault), "{typed:?}");
        }
        assert_eq!(
            visible(parse_amount("1310223,5").unwrap_err()),
            "Punkten eller kommat i ”1310223,5” kan betyda olika saker. Menar du 1_310_223,50_kr? Skriv då 1_310_223,50."
        );
    }

    proptest! {
        #[test]
        fn an_amount_with_ore_shown_can_be_typed(ore in 1..100_000_000_000_000_i64) {
            let money = Money::ore(ore);
            for shown in [
                money.to_string(),
                money.digits().to_string(),
                money.plain().to_string(),
                String::from(money),
            ] {
                prop_assert_eq!(parse_amount(&shown), Ok(money));
            }
        }

        #[test]
        fn with_ore_or_without_it_is_the_same_amount(near in "[0-9]{1,3}([ .,]{0,2}[0-9]{1,3}){0,3}[,.]?[0-9]{0,2}") {
            if let Ok(money) = parse_kronor(&near) {
                prop_assert_eq!(parse_amount(&near), Ok(money));
            }
            match parse_amount(&near) {
                Ok(money) => prop_assert!(money > Money::ZERO),
                // What is asked about can be answered by typing what the question says.
                Err(AmountError::Doubtful { kronor, .. }) if !kronor.is_zero() => {
                    prop_assert_eq!(parse_amount(&kronor.digits().to_string()), Ok(kronor));
                }
                Err(fault) => prop_assert!(!fault.to_string().contains("hela kronor")),
            }
        }

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
            let _ = parse_amount(&typed);
            let _ = parse_amount(&near);
            if let Ok(money) = parse_kronor(&near) {
                prop_assert!(money > Money::ZERO && money.to_ore() % 100 == 0);
            }
            let _ = Money::parse_plain(&near);
        }
    }
}

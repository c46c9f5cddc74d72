//! *Diarienummer*: Bilaga 2 punkt 2, two of them on every document.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Line, LineError};

/// The registry number of a government case, `S2020/04363/SOF`.
///
/// Any line of 1–60 characters is accepted, since registries differ and an old
/// number must be possible to write; [`Self::looks_right`] tells whether to warn.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Diarienummer(Line<60>);

impl Diarienummer {
    /// # Errors
    /// When `typed` is empty, too long or holds a control character.
    pub fn parse(typed: &str) -> Result<Self, LineError> {
        Line::parse(typed).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Whether it has the form of Regeringskansliet's registry: the ministry's
    /// letters and the year, a slash, the serial number; until 2020 also the
    /// unit (`/SOF`); after it perhaps ` (delvis)` or ` m.fl.`.
    #[must_use]
    pub fn looks_right(&self) -> bool {
        let typed = self.as_str();
        let number =
            typed.strip_suffix(" (delvis)").or_else(|| typed.strip_suffix(" m.fl.")).unwrap_or(typed);
        match number.split('/').collect::<Vec<_>>().as_slice() {
            [register, serial] => is_register(register) && is_serial(serial),
            [register, serial, unit] => is_register(register) && is_serial(serial) && is_unit(unit),
            _ => false,
        }
    }
}

/// One to four letters with a capital first (`S`, `Fi`, `KN`), then the year.
fn is_register(text: &str) -> bool {
    let letters = text.trim_end_matches(|c: char| c.is_ascii_digit());
    let year = &text[letters.len()..];
    (1..=4).contains(&letters.chars().count())
        && letters.chars().all(is_swedish_letter)
        && letters.starts_with(char::is_uppercase)
        && year.len() == 4
        && (year.starts_with("19") || year.starts_with("20"))
}

fn is_serial(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
}

fn is_unit(text: &str) -> bool {
    (1..=6).contains(&text.chars().count()) && text.chars().all(|c| is_swedish_letter(c) && c.is_uppercase())
}

fn is_swedish_letter(c: char) -> bool {
    c.is_ascii_alphabetic() || "ÅÄÖåäö".contains(c)
}

impl fmt::Display for Diarienummer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn looks_right(typed: &str) -> bool {
        Diarienummer::parse(typed).unwrap().looks_right()
    }

    #[test]
    fn those_of_the_agreements_and_their_like_look_right() {
        for typed in [
            "S2018/03799/FST (delvis)",
            "S2019/03056/FS",
            // The example in messages: it looks right, and is nobody's.
            "S2099/00001/ABC",
            "S2020/04363/SOF",
            " S2020/04363/SOF\u{A0}m.fl. ",
            "S2022/01234",
            "Fi2021/00012",
            "Fö2021/1",
            "KN2023/04567",
        ] {
            assert!(looks_right(typed), "{typed:?}");
        }
    }

    #[test]
    fn others_are_accepted_and_look_wrong() {
        for typed in [
            "9.2-1234-2021",
            "S2020",
            "S20/04363/SOF",
            "S2020/",
            "S2020/O4363/SOF",
            "S2020/04363/",
            "S2020/04363/sof",
            "S2020/04363/SOF/2",
            "S2020 / 04363",
            "s2020/04363",
            "2020/04363",
            "S3020/04363",
            "ABCDE2020/04363",
            "S2020/0436399",
            "S2020/04363 delvis",
            "Överenskommelsen",
            "٢٠٢٠/1",
        ] {
            assert!(!looks_right(typed), "{typed:?}");
        }
    }

    #[test]
    fn only_what_is_no_line_is_refused() {
        assert_eq!(Diarienummer::parse(" "), Err(LineError::Empty));
        let too_long = LineError::TooLong { found: 61, max: 60 };
        assert_eq!(Diarienummer::parse(&"1".repeat(61)), Err(too_long));
        assert_eq!(Diarienummer::parse("S\0"), Err(LineError::ControlCharacter));
    }

    #[test]
    fn stored_as_it_is_shown() {
        let number = Diarienummer::parse("S2020/04363/SOF").unwrap();
        let stored = serde_json::to_string(&number).unwrap();
        assert_eq!(stored, "\"S2020/04363/SOF\"");
        assert_eq!(serde_json::from_str::<Diarienummer>(&stored).unwrap(), number);
        assert!(serde_json::from_str::<Diarienummer>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(typed in any::<String>()) {
            if let Ok(number) = Diarienummer::parse(&typed) {
                let _ = number.looks_right();
                prop_assert_eq!(Diarienummer::parse(&number.to_string()), Ok(number));
            }
        }
    }
}

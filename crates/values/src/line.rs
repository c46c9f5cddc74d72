//! *En rad text*: names, positions, references.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::{is_blank, is_invisible, is_unprintable};

/// One line of text, 1 to `MAX` characters.
///
/// Trimmed, every run of white space (line breaks too) folded to one space,
/// invisible marks dropped, letters composed (a file from a Mac may have `a` and
/// a ring for `å`), no control characters: it can stand in a table, a subject
/// line or an XML element as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAX: usize>(String);

/// Why it is not such a line, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LineError {
    #[error("Fältet är tomt. Fyll i det.")]
    Empty,
    #[error("Texten är {found} tecken lång. Korta den till högst {max} tecken.")]
    TooLong { found: usize, max: usize },
    #[error(
        "Texten innehåller ett osynligt styrtecken. Skriv texten på nytt i stället för att klistra in den."
    )]
    ControlCharacter,
}

impl<const MAX: usize> Line<MAX> {
    /// # Errors
    /// When `typed` is empty, too long or holds a control character.
    pub fn parse(typed: &str) -> Result<Self, LineError> {
        if typed.chars().any(|c| is_unprintable(c) && !is_blank(c)) {
            return Err(LineError::ControlCharacter);
        }
        let visible: String = typed.nfc().filter(|&c| !is_invisible(c)).collect();
        let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
        match folded.chars().count() {
            0 => Err(LineError::Empty),
            found if found > MAX => Err(LineError::TooLong { found, max: MAX }),
            _ => Ok(Self(folded)),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> fmt::Display for Line<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> TryFrom<String> for Line<MAX> {
    type Error = LineError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> Self {
        line.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Name = Line<10>;

    #[test]
    fn white_space_is_folded_and_the_rest_kept() {
        assert_eq!(Name::parse("  Åsa \u{A0}\t Öst\r\n").unwrap().as_str(), "Åsa Öst");
        assert_eq!(Name::parse("a\u{200B}b\u{202E}c").unwrap().as_str(), "abc");
        assert_eq!(Name::parse("A\u{30A}re").unwrap().as_str(), "Åre");
        assert_eq!(Name::parse("1234567890").unwrap().to_string(), "1234567890");
        assert_eq!(Name::parse("åäöåäöåäöå").unwrap().as_str().chars().count(), 10);
    }

    #[test]
    fn what_is_refused_and_why() {
        assert_eq!(Name::parse(""), Err(LineError::Empty));
        assert_eq!(Name::parse(" \u{A0}\u{200B} "), Err(LineError::Empty));
        assert_eq!(Name::parse("12345678901"), Err(LineError::TooLong { found: 11, max: 10 }));
        for typed in ["a\0b", "a\u{1B}[0m", "a\u{7F}", "a\u{FFFE}"] {
            assert_eq!(Name::parse(typed), Err(LineError::ControlCharacter), "{typed:?}");
        }
    }

    #[test]
    fn stored_as_its_text() {
        let name = Name::parse("Åsa").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), "\"Åsa\"");
        assert_eq!(serde_json::from_str::<Name>("\"Åsa\"").unwrap(), name);
        assert!(serde_json::from_str::<Name>("\"12345678901\"").is_err());
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(typed in any::<String>()) {
            if let Ok(line) = Line::<40>::parse(&typed) {
                prop_assert!(!line.as_str().chars().any(char::is_control));
                prop_assert_eq!(Line::<40>::parse(&line.to_string()), Ok(line));
            }
        }
    }
}

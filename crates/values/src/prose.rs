//! *Löpande text*: reasons, remarks, deviations and measures.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{is_invisible, is_unprintable};

/// Text of several lines, 1 to `MAX` characters, line breaks counted as one.
///
/// Every line break is `\n`, whatever the browser or Word sent; a tab is a
/// space; spaces at line ends and empty lines around the text are dropped, and
/// so are invisible marks. Beyond that it stands as it was written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose<const MAX: usize>(String);

/// Why it is not such a text, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ProseError {
    #[error("Fältet är tomt. Fyll i det.")]
    Empty,
    #[error("Texten är {found} tecken lång. Korta den till högst {max} tecken.")]
    TooLong { found: usize, max: usize },
    #[error(
        "Texten innehåller ett osynligt styrtecken. Skriv texten på nytt i stället för att klistra in den."
    )]
    ControlCharacter,
}

impl<const MAX: usize> Prose<MAX> {
    /// # Errors
    /// When `typed` is empty, too long or holds a control character.
    pub fn parse(typed: &str) -> Result<Self, ProseError> {
        let plain = with_plain_breaks(typed);
        if plain.chars().any(|c| is_unprintable(c) && c != '\n') {
            return Err(ProseError::ControlCharacter);
        }
        let lines: Vec<&str> = plain.split('\n').map(str::trim_end).collect();
        let text = lines.join("\n").trim().to_owned();
        match text.chars().count() {
            0 => Err(ProseError::Empty),
            found if found > MAX => Err(ProseError::TooLong { found, max: MAX }),
            _ => Ok(Self(text)),
        }
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The lines, for pages and documents that set each by itself.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.0.split('\n')
    }
}

/// Vertical tab is Word's line break within a paragraph; form feed, next line
/// and the Unicode separators come out of PDF readers.
fn with_plain_breaks(typed: &str) -> String {
    typed
        .replace("\r\n", "\n")
        .chars()
        .filter(|&c| !is_invisible(c))
        .map(|c| match c {
            '\r' | '\u{B}' | '\u{C}' | '\u{85}' | '\u{2028}' | '\u{2029}' => '\n',
            '\t' => ' ',
            other => other,
        })
        .collect()
}

impl<const MAX: usize> fmt::Display for Prose<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const MAX: usize> TryFrom<String> for Prose<MAX> {
    type Error = ProseError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl<const MAX: usize> From<Prose<MAX>> for String {
    fn from(prose: Prose<MAX>) -> Self {
        prose.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Remark = Prose<20>;

    #[test]
    fn line_breaks_of_every_kind_become_one() {
        let remark = Remark::parse("\r\n en \r\ntvå\rtre\u{B}fyra\tfem\n\n").unwrap();
        assert_eq!(remark.as_str(), "en\ntvå\ntre\nfyra fem");
        assert_eq!(remark.lines().count(), 4);
        assert_eq!(Remark::parse("a\n\nb").unwrap().as_str(), "a\n\nb");
    }

    #[test]
    fn what_is_refused_and_why() {
        assert_eq!(Remark::parse(" \r\n\u{A0}\n"), Err(ProseError::Empty));
        assert_eq!(Remark::parse("a\0"), Err(ProseError::ControlCharacter));
        let fault = ProseError::TooLong { found: 21, max: 20 };
        assert_eq!(Remark::parse(&"å".repeat(21)), Err(fault));
        // A break sent as two characters counts as one.
        assert!(Remark::parse(&format!("{}\r\n{}", "å".repeat(9), "å".repeat(10))).is_ok());
    }

    #[test]
    fn stored_as_its_text() {
        let remark = Remark::parse("en\r\ntvå").unwrap();
        assert_eq!(serde_json::to_string(&remark).unwrap(), "\"en\\ntvå\"");
        assert_eq!(serde_json::from_str::<Remark>("\"en\\ntvå\"").unwrap(), remark);
        assert!(serde_json::from_str::<Remark>("\"\"").is_err());
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(typed in any::<String>()) {
            if let Ok(prose) = Prose::<60>::parse(&typed) {
                prop_assert_eq!(Prose::<60>::parse(&prose.to_string()), Ok(prose));
            }
        }
    }
}

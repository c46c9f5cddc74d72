//! Text as banks take it: the Latin letters, digits and signs that every payment message allows, and å ä ö, which Swedish banks
//! take besides. Anything else is written in the nearest of them, as the European Payments Council recommends («SEPA
//! Requirements for an Extended Character Set», EPC217-08), because a character that a bank does not know stops the whole file.

use crate::paths;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// `text` in such characters, at most so many of them. Empty where it has nothing to read.
pub fn latin(text: &str, most: usize) -> String {
    let written: String = text.nfc().map(nearest).collect();
    let words = written.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let cut: String = without_double_slashes(&words).chars().take(most).collect();
    cut.trim_matches(['/', ' ']).to_owned()
}

/// What banks read as a reference: without spaces and signs that have a meaning of their own.
pub fn is_reference(text: &str, most: usize) -> bool {
    !text.is_empty() && text.len() <= most && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

fn is_taken(c: char) -> bool {
    c.is_ascii_alphanumeric() || "/-?:().,'+ åäöÅÄÖ".contains(c)
}

fn nearest(c: char) -> String {
    if is_taken(c) {
        return c.to_string();
    }
    if c.is_whitespace() {
        return " ".to_owned();
    }
    let written = match c {
        '&' => "+",
        '_' | '~' | '\u{2010}'..='\u{2015}' | '\u{2212}' => "-",
        ';' => ",",
        '[' | '{' | '<' => "(",
        ']' | '}' | '>' => ")",
        '\\' | '|' => paths::about::Start::PATTERN,
        '"' | '`' | '\u{b4}' | '\u{2018}'..='\u{201f}' | '«' | '»' => "'",
        'æ' => "ae",
        'Æ' => "AE",
        'ø' => "ö",
        'Ø' => "Ö",
        'œ' => "oe",
        'Œ' => "OE",
        'ß' => "ss",
        'ð' | 'đ' => "d",
        'Ð' | 'Đ' => "D",
        'þ' => "th",
        'Þ' => "Th",
        'ł' => "l",
        'Ł' => "L",
        _ => return without_accents(c),
    };
    written.to_owned()
}

/// `é` as `e`; a full stop for what has no letter beneath.
fn without_accents(c: char) -> String {
    let read = |c: &char| !is_combining_mark(*c) && !c.is_control();
    let as_taken = |c| if is_taken(c) { c } else { '.' };
    std::iter::once(c).nfkd().filter(read).map(as_taken).collect()
}

fn without_double_slashes(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '/' || !written.ends_with('/') {
            written.push(c);
        }
    }
    written
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn swedish_stays_and_the_rest_comes_near() {
        for (typed, written) in [
            ("Hemtjänst Åby, Örebro (norr)", "Hemtjänst Åby, Örebro (norr)"),
            ("A\u{308}ldreomsorg", "Äldreomsorg"),
            ("Café <Söner> & Co \"AB\"", "Cafe (Söner) + Co 'AB'"),
            ("AO22\u{2013}V  första\u{a0}\n utbetalning", "AO22-V första utbetalning"),
            ("Øre, Łódź, Straße 5²", "Öre, Lodz, Strasse 52"),
            ("//S2022//1/", "S2022/1"),
            ("Å🙂中\u{200d}", "Å..."),
            (" \u{301}\u{7} ", ""),
        ] {
            assert_eq!(latin(typed, 70), written, "{typed:?}");
        }
    }

    #[test]
    fn what_is_cut_ends_in_no_space() {
        assert_eq!(latin("Åby Äng", 4), "Åby");
        assert_eq!(latin(&"å".repeat(71), 70).chars().count(), 70);
    }

    #[test]
    fn a_reference_is_letters_digits_and_dashes() {
        assert!(is_reference("AO22-0180-V-L1", 35));
        for wrong in ["", "A B", "A/B", "Å1", &"1".repeat(36)] {
            assert!(!is_reference(wrong, 35), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn nothing_else_comes_through(typed in "\\PC{0,90}", most in 1usize..80) {
            let written = latin(&typed, most);
            prop_assert!(written.chars().count() <= most);
            prop_assert!(written.chars().all(is_taken), "{written:?}");
            prop_assert!(!written.contains("//") && !written.starts_with('/') && !written.ends_with('/'));
            prop_assert_eq!(latin(&written, most), written);
        }
    }
}

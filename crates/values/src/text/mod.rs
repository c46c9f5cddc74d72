//! Text: when two are the same ([`fold`]), in which order they stand ([`sort_key`]), and what somebody looks for
//! ([`Sought`]). Every search, every order of words and every rule of uniqueness asks here.

mod names;
mod order;
mod search;

use caseless::Caseless;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

pub use self::{
    names::forms,
    order::{SortKey, sort_key},
    search::Sought,
};
use crate::{is_blank, is_dash, is_invisible};

/// The same for two texts that a reader takes for one: however their letters are encoded, in capitals or not, with spaces,
/// hyphens and points of any kind between the words. Å, ä, ö and é are letters of their own.
pub fn fold(text: &str) -> String {
    let folded: String = text
        .nfkd()
        .default_case_fold()
        .nfkc()
        .filter(|&c| !is_invisible(c))
        .map(|c| match c {
            '\u{2018}' | '\u{2019}' | '\u{B4}' | '`' => '\'',
            c if is_blank(c) || is_dash(c) || matches!(c, '_' | '/' | '.' | ',') => ' ',
            c => c,
        })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// True when a reader takes both for the same. Nothing is the same as a text without letters and digits.
pub fn same(one: &str, other: &str) -> bool {
    let one = fold(one);
    !one.is_empty() && one == fold(other)
}

/// What is folded, without accents: `goteborg`. For where somebody may have left them out.
pub fn plain(folded: &str) -> String {
    folded.chars().map(plain_letter).collect()
}

fn plain_letter(letter: char) -> char {
    match letter {
        c if c.is_ascii() => c,
        'ø' => 'o',
        'æ' => 'a',
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        c => std::iter::once(c).nfd().find(|&c| !is_combining_mark(c)).unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_a_reader_takes_for_one_is_the_same() {
        for (one, other) in [
            ("Göteborg", "GO\u{308}TEBORG"),
            ("Malung-Sälen", "malung sälen"),
            ("Malung-Sälen", "Malung\u{2013}Sälen"),
            ("Upplands Väsby", " Upplands\u{A0}\u{202F}Väsby "),
            ("Ale", "A\u{AD}l\u{200B}e"),
            ("St. Olof", "st olof"),
            ("Rosens gata", "ROSENS  GATA"),
            ("Ｓolgården", "solgården"),
            ("Straße", "STRASSE"),
            ("Bo’s", "Bo's"),
        ] {
            assert!(same(one, other), "{one} / {other}");
        }
        for (one, other) in
            [("Habo", "Håbo"), ("Åre", "Äre"), ("Café", "Cafe"), ("Norra", "Norra 2"), ("-", "-")]
        {
            assert!(!same(one, other), "{one} / {other}");
        }
    }

    #[test]
    fn without_accents() {
        for (text, shown) in [("Göteborg", "goteborg"), ("ÅÄÖ é ü ø æ", "aao e u o a"), ("Łódź", "lodz")]
        {
            assert_eq!(plain(&fold(text)), shown);
        }
    }

    proptest! {
        #[test]
        fn what_is_folded_stays_as_it_is(text in any::<String>()) {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }

        #[test]
        fn how_it_is_encoded_changes_nothing(text in "[a-zA-ZåäöÅÄÖéü -]{0,20}") {
            let apart: String = text.nfd().collect();
            prop_assert_eq!(fold(&apart), fold(&text));
        }
    }
}

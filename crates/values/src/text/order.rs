//! The order in which Swedish words stand.

use std::sync::LazyLock;

use icu_collator::{
    Collator, CollatorBorrowed, CollatorPreferences, options::CollatorOptions,
    preferences::CollationNumericOrdering,
};
use icu_locale_core::locale;

/// What texts are ordered by.
pub type SortKey = Vec<u8>;

/// The Swedish order of the Unicode CLDR, with numbers by their size. Its data is compiled in.
static SWEDISH: LazyLock<Option<CollatorBorrowed<'static>>> = LazyLock::new(|| {
    let mut swedish = CollatorPreferences::from(&locale!("sv"));
    swedish.numeric_ordering = Some(CollationNumericOrdering::True);
    Collator::try_new(swedish, CollatorOptions::default()).ok()
});

/// Swedish alphabetical order: å, ä, ö after z, é as e, capitals as small letters, `Enhet 2` before `Enhet 10`.
pub fn sort_key(text: &str) -> SortKey {
    let mut key = SortKey::new();
    match &*SWEDISH {
        Some(collator) => {
            let Ok(()) = collator.write_sort_key_to(text, &mut key);
        }
        None => key.extend(super::fold(text).bytes()),
    }
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_order(words: &[&str]) {
        let mut sorted = words.to_vec();
        sorted.reverse();
        sorted.sort_by_cached_key(|word| sort_key(word));
        assert_eq!(sorted, words);
    }

    #[test]
    fn words_stand_as_swedes_expect() {
        assert!(SWEDISH.is_some());
        in_order(&["Ale", "Zinkgruvan", "Åre", "Ängelholm", "Örebro", "Östersund"]);
        in_order(&["Café A", "cafe B", "Cafeteria"]);
        in_order(&["Enhet 2", "enhet 10", "Enhet 10 B"]);
        in_order(&["Vara", "Wallby", "Ydre", "Zäta", "Åmål", "Äng", "Ærø", "Öland"]);
        in_order(&["Malung", "Malung-Sälen", "Malå"]);
    }

    #[test]
    fn how_it_is_encoded_changes_nothing() {
        assert_eq!(sort_key("Åre"), sort_key("A\u{30A}re"));
    }
}

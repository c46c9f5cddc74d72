//! What somebody looks for: words, or a number that is printed on a paper.

use super::{fold, forms, plain, plain_letter};
use crate::{Bankgiro, Ocr, OrganisationNumber, Plusgiro, is_dash};

/// What was typed into a search box, read once for all the lines it is held against.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sought {
    words: Vec<String>,
    /// What was typed, if it is digits alone: also a part of a number is found by them.
    digits: String,
    /// The numbers that may be meant, each as [`compact`] writes it.
    numbers: Vec<String>,
    forms: Vec<String>,
}

/// More of a search than this is not read.
const LONGEST: usize = 200;
/// Below this many digits a number is only a word.
const FEWEST_DIGITS: usize = 5;
/// A number is written in at most this many groups: `212000 1439`, `AO22 1440 R1`.
const MOST_GROUPS: usize = 4;

impl Sought {
    pub fn new(typed: &str) -> Self {
        let typed: String = typed.chars().take(LONGEST).collect();
        let folded = fold(&typed);
        Self {
            words: folded.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            digits: digits(&folded),
            numbers: numbers(&typed),
            forms: forms(&typed).iter().map(|form| plain(form)).collect(),
        }
    }

    /// True when nothing is looked for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// The references of repayments that may be meant.
    pub fn references(&self) -> Vec<u32> {
        let references = self.numbers.iter().filter_map(|number| Ocr::parse(&format!("{number:0>9}")).ok());
        references.map(Ocr::number).collect()
    }

    /// The accounts that may be meant, as they are printed.
    pub fn accounts(&self) -> Vec<String> {
        let bankgiro = self.numbers.iter().filter_map(|number| Bankgiro::parse(number).ok());
        let plusgiro = self.numbers.iter().filter_map(|number| Plusgiro::parse(number).ok());
        bankgiro
            .map(|account| account.to_string())
            .chain(plusgiro.map(|account| account.to_string()))
            .collect()
    }

    /// True for a line that has every word somewhere, or one of the numbers. A letter without an accent also stands for the
    /// one with it: `goteborg` finds Göteborg, `håbo` does not find Habo.
    pub fn finds<T: AsRef<str>>(&self, known_by: &[T]) -> bool {
        let folded: Vec<String> = known_by.iter().map(|text| fold(text.as_ref())).collect();
        // One word may be the middle of another; several are words, or their beginnings; a number in groups is one.
        let anywhere = self.words.len() == 1;
        let by_words = if self.digits.is_empty() {
            self.words.iter().all(|word| folded.iter().any(|text| has(text, word, anywhere)))
        } else {
            folded.iter().any(|text| text.contains(&self.words.join(" ")))
        };
        by_words
            || known_by.iter().any(|text| self.is_number(text.as_ref()) || self.is_part_of(text.as_ref()))
    }

    /// True for a line that is called the same but for accents and for what only says what sort of organisation it is:
    /// `GOTEBORGS KOMMUN` and Göteborg.
    pub fn nearly_finds<T: AsRef<str>>(&self, known_by: &[T]) -> bool {
        known_by.iter().flat_map(|text| forms(text.as_ref())).any(|form| self.forms.contains(&plain(&form)))
    }

    /// True when one of the texts is just what was typed.
    pub fn names<T: AsRef<str>>(&self, known_by: &[T]) -> bool {
        let typed = self.words.join(" ");
        known_by.iter().any(|text| fold(text.as_ref()) == typed || self.is_number(text.as_ref()))
    }

    /// Keeps the lines that it finds; where it finds none, those that it nearly finds.
    pub fn narrow<L, T: AsRef<str>>(&self, lines: &mut Vec<L>, known_by: impl Fn(&L) -> Vec<T>) {
        if self.is_empty() {
            return;
        }
        if lines.iter().any(|line| self.finds(&known_by(line))) {
            lines.retain(|line| self.finds(&known_by(line)));
        } else {
            lines.retain(|line| self.nearly_finds(&known_by(line)));
        }
    }

    /// The one that is named. Where none is, the only one that is nearly.
    pub fn pick<'a, L, T: AsRef<str>>(
        &self,
        lines: impl IntoIterator<Item = &'a L> + Clone,
        known_by: impl Fn(&L) -> Vec<T>,
    ) -> Option<&'a L> {
        if self.is_empty() {
            return None;
        }
        let named = lines.clone().into_iter().find(|line| self.names(&known_by(line)));
        named.or_else(|| {
            let mut near = lines.into_iter().filter(|line| self.nearly_finds(&known_by(line)));
            near.next().filter(|_| near.next().is_none())
        })
    }

    /// True when a number may be meant.
    pub fn has_numbers(&self) -> bool {
        !self.numbers.is_empty()
    }

    /// True when this is one of the numbers that may be meant.
    pub fn is_number(&self, text: &str) -> bool {
        !self.numbers.is_empty() && self.numbers.contains(&compact(text))
    }

    fn is_part_of(&self, text: &str) -> bool {
        !self.digits.is_empty() && digits(text).contains(&self.digits)
    }
}

/// Whether a folded text has a word in it, where a letter of the word without an accent fits one with it. Digits are looked for
/// where a number begins: `14` is in 1440 and not in 0114.
fn has(text: &str, word: &str, anywhere: bool) -> bool {
    let is_number = word.bytes().all(|c| c.is_ascii_digit());
    let fits = |of_text: char, of_word: char| of_text == of_word || plain_letter(of_text) == of_word;
    text.char_indices().any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let may_begin = if anywhere {
            !(is_number && before.is_some_and(|c| c.is_ascii_digit()))
        } else {
            before.is_none_or(|c| c == ' ')
        };
        let mut rest = text[at..].chars();
        may_begin && word.chars().all(|of_word| rest.next().is_some_and(|of_text| fits(of_text, of_word)))
    })
}

/// Letters and digits alone, without the zeros that a number begins with.
fn compact(text: &str) -> String {
    let plain: String = fold(text).chars().filter(|c| c.is_alphanumeric()).collect();
    if plain.bytes().all(|c| c.is_ascii_digit()) { plain.trim_start_matches('0').to_owned() } else { plain }
}

/// The digits of a text that is nothing else and has enough of them; otherwise nothing.
fn digits(text: &str) -> String {
    let digits: String = fold(text).chars().filter(|&c| c != ' ').collect();
    let is_number = digits.len() >= FEWEST_DIGITS && digits.bytes().all(|c| c.is_ascii_digit());
    if is_number { digits } else { String::new() }
}

/// The numbers that a text may hold: organisationsnummer, bank- och plusgiro, OCR, a case's number. In groups or not, with
/// words around them or before them (`OCR 000014696`, `bg5050-1055`).
fn numbers(typed: &str) -> Vec<String> {
    let groups: Vec<&str> = typed
        .split(|c: char| {
            c.is_whitespace() || matches!(c, ',' | ';' | ':' | '(' | ')' | '#' | '«' | '»' | '”' | '"')
        })
        .filter(|group| !group.is_empty())
        .collect();
    let mut found = Vec::new();
    for at in 0..groups.len() {
        for end in at + 1..=groups.len().min(at + MOST_GROUPS) {
            let joined = groups[at..end].concat();
            let candidate = joined.trim_end_matches(['.', '!', '?']);
            found.extend(readings(candidate));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn readings(candidate: &str) -> Vec<String> {
    let has_enough = |text: &str| text.chars().filter(char::is_ascii_digit).count() >= FEWEST_DIGITS;
    if !has_enough(candidate) {
        return Vec::new();
    }
    let without_word = candidate.trim_start_matches(char::is_alphabetic);
    let of_organisation = OrganisationNumber::parse(without_word).ok().map(|number| number.to_string());
    // The number of a case begins with that of its grant.
    let of_grant = candidate
        .rsplit_once(is_dash)
        .filter(|(grant, case)| grant.contains(is_dash) && case.starts_with(char::is_alphabetic))
        .map(|(grant, _)| grant);
    let after_word =
        Some(without_word).filter(|rest| !rest.contains(char::is_alphabetic) && has_enough(rest));
    [Some(candidate), of_grant, after_word, of_organisation.as_deref()]
        .into_iter()
        .flatten()
        .map(compact)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOTEBORG: [&str; 4] = ["Göteborg", "Göteborgs stad", "1480", "212000-1355"];

    fn finds(typed: &str, known_by: &[&str]) -> bool {
        let mut lines = vec![known_by];
        Sought::new(typed).narrow(&mut lines, |line| line.to_vec());
        !lines.is_empty()
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for typed in [
            "goteborg",
            "Go\u{308}teborg",
            "GÖTEBORG",
            "Göteborgs kommun",
            "goteborgs kommun",
            "göteborgs",
            "stad göte",
            "teb",
            "1480",
            "",
        ] {
            assert!(finds(typed, &GOTEBORG), "{typed}");
        }
        for typed in ["480", "Gåteborg", "Goteborgs universitet", "göteborg x", "1481"] {
            assert!(!finds(typed, &GOTEBORG), "{typed}");
        }
        assert!(finds("Malung Sälen", &["Malung-Sälen"]));
        assert!(finds("ale k", &["Ale kommun"]) && !finds("ale kommun", &["Falekvarna kommun"]));
        assert!(finds("malung–salen", &["Malung-Sälen"]));
        assert!(finds("Göteborgs kommun", &["GOTEBORGS STAD"]));
    }

    #[test]
    fn an_accent_that_is_typed_is_meant() {
        assert!(finds("habo", &["Håbo"]) && finds("habo", &["Habo"]));
        assert!(finds("håbo", &["Håbo"]));
        assert!(!Sought::new("håbo").finds(&["Habo"]));
        let mut both = vec!["Habo", "Håbo"];
        Sought::new("håbo").narrow(&mut both, |name| vec![*name]);
        assert_eq!(both, ["Håbo"]);
    }

    #[test]
    fn a_number_is_found_as_it_is_printed_or_not() {
        let line = ["AO22-1440-R1", "212000-1439", "5050-1055", "000014696"];
        for typed in [
            "AO22-1440-R1",
            "ao22–1440–r1",
            "AO22 1440 R1",
            "ärende AO22-1440-R1, tack",
            "2120001439",
            "212000-1439",
            "212000 1439",
            "162120001439",
            "org.nr 212000-1439.",
            "50501055",
            "bg 5050-1055",
            "BG5050-1055",
            "000014696",
            "14696",
            "OCR 000014696",
            "OCR000014696",
            "Återbetalning, OCR: 0000 14696 från Ale",
            "00000014696",
            "00-1439",
        ] {
            assert!(finds(typed, &line), "{typed}");
        }
        assert!(!finds("212000-1439", &["1439", "Färgelanda", "212000-1421"]));
        for typed in ["AO22-1440-R2", "AO22-1441-R1", "212000-1438", "5050-1056", "OCR 000014697", "OCR"] {
            assert!(!finds(typed, &line), "{typed}");
        }
    }

    #[test]
    fn a_number_says_what_it_may_be() {
        let sought = Sought::new("OCR 0000 14696 till bg 5050-1055");
        assert_eq!(sought.references(), [146]);
        assert!(sought.accounts().contains(&"5050-1055".to_owned()));
        assert!(finds("AO22-1440-R1", &["AO22-1440"]) && !finds("AO22-1440-R1", &["AO22-1489"]));
    }

    #[test]
    fn a_case_number_does_not_find_the_recipients_other_cases() {
        assert!(!finds("AO22 1440 R1", &["AO21-1440-R1", "1440", "Ale"]));
    }

    #[test]
    fn one_is_picked_by_its_name_or_when_it_is_the_only_one() {
        let picked =
            |typed: &str, among: &[&'static str]| Sought::new(typed).pick(among, |name| vec![*name]).copied();
        assert_eq!(picked("habo", &["Håbo", "Habo"]), Some("Habo"));
        assert_eq!(picked("goteborgs stad", &["Göteborg", "Habo"]), Some("Göteborg"));
        assert_eq!(picked("kalmar", &["Region Kalmar län", "Kalmar kommun"]), None);
        assert_eq!(picked("göte", &["Göteborg"]), None);
        assert_eq!(picked(" ", &["Göteborg"]), None);
    }

    #[test]
    fn what_is_named_is_known_from_what_is_only_found() {
        assert!(Sought::new("ALE").names(&["Ale", "Ale kommun"]));
        assert!(!Sought::new("al").names(&["Ale"]));
        assert!(Sought::new("OCR 000014696").names(&["000014696"]));
    }
}

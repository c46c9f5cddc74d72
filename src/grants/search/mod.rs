//! *Sökning*: what somebody means by a name of today or of before, or by a number that is printed on a paper. Every list asks
//! here what its lines are known by ([`GrantNames`]); one page looks for everything at once.

pub mod pages;
pub mod paths;
pub mod store;

use std::collections::HashMap;

use crate::people::recipient::Names;

/// What grants are known by beside what stands on a line. Empty when nothing is looked for.
#[derive(Debug, Default)]
pub struct GrantNames {
    pub names: Names,
    /// Of the grants that passed: the code of whoever holds them, by number.
    holders: HashMap<String, String>,
    /// The OCR numbers and accounts that are looked for, by the number of the grant that has them.
    numbers: HashMap<String, Vec<String>>,
}

impl GrantNames {
    /// What a grant, and each of its cases, is found by.
    pub fn of(&self, agreement_code: &str, recipient_code: &str) -> Vec<String> {
        let grant = grant_number(agreement_code, recipient_code);
        let holder = self.holders.get(&grant).map_or(&[][..], |code| self.names.of(code));
        let numbers = self.numbers.get(&grant).map_or(&[][..], Vec::as_slice);
        self.names.of(recipient_code).iter().chain(holder).chain(numbers).cloned().collect()
    }
}

/// `AO22-1440`
pub fn grant_number(agreement_code: &str, recipient_code: &str) -> String {
    format!("{agreement_code}-{recipient_code}")
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    pub href: String,
    pub title: String,
    pub detail: String,
    /// It is called just what was typed.
    pub is_exact: bool,
}

/// What was found of one kind: the exact first, and no more than anybody reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub label: &'static str,
    pub hits: Vec<Hit>,
    pub more: usize,
}

/// More of one kind are found by narrowing the search.
pub const MOST: usize = 50;

impl Group {
    pub fn new(label: &'static str, mut hits: Vec<Hit>) -> Self {
        hits.sort_by_key(|hit| !hit.is_exact);
        let more = hits.len().saturating_sub(MOST);
        hits.truncate(MOST);
        Self { label, hits, more }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_comes_first_and_the_rest_keeps_its_order() {
        let hit = |title: &str, is_exact| Hit {
            href: String::new(),
            title: title.to_owned(),
            detail: String::new(),
            is_exact,
        };
        let group =
            Group::new("Mottagare", vec![hit("Aleby", false), hit("Ale", true), hit("Alesund", false)]);
        let titles: Vec<&str> = group.hits.iter().map(|hit| hit.title.as_str()).collect();
        assert_eq!((titles, group.more), (vec!["Ale", "Aleby", "Alesund"], 0));
        assert_eq!(Group::new("", vec![hit("Ale", false); MOST + 3]).more, 3);
    }
}

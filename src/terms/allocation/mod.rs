//! Allocations (*tilldelning*): who gets how much of an agreement, as published, and the proof that a table agrees with
//! its decision. Published amounts are never recomputed.

pub mod import;
pub mod key;
pub mod pages;
pub mod paths;
pub mod store;

use std::collections::{HashMap, HashSet};

use serde::Deserialize;

use crate::terms::agreement::{Post, Terms, definition::Fault};
use values::Money;

/// One recipient's share of one post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub post: String,
    /// The recipient's code in the registry.
    pub recipient: String,
    /// The name as the source prints it.
    pub published_name: String,
    /// The share of the whole as the source prints it (`0,37`); empty where it prints none.
    pub published_share: String,
    pub amount: Money,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    post: String,
    recipient: String,
    published_name: String,
    #[serde(default)]
    published_share: String,
    /// Whole kronor.
    amount: i64,
}

/// Reads `allocation.csv` and proves it against the terms and the registry's codes.
pub fn parse(file: &str, csv: &str, terms: &Terms, known: &HashSet<String>) -> Result<Vec<Share>, Fault> {
    let fault = |line: usize, reason: String| Fault { file: file.to_owned(), line, reason };
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut shares = Vec::new();
    for (index, row) in reader.deserialize::<Row>().enumerate() {
        let row = row.map_err(|error| fault(index + 2, error.to_string()))?;
        shares.push(Share {
            post: row.post,
            recipient: row.recipient,
            published_name: row.published_name,
            published_share: row.published_share,
            amount: Money::kronor(row.amount),
        });
    }
    match contradictions(&shares, terms, known).into_iter().next() {
        None => Ok(shares),
        // What a whole post does not come to is said at the last line.
        Some(found) => Err(fault(found.row.unwrap_or(shares.len().saturating_sub(1)) + 2, found.reason)),
    }
}

/// What in a table contradicts the terms or the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    pub post: String,
    /// The row's place in the table; `None` when it is about the post as a whole.
    pub row: Option<usize>,
    pub reason: String,
}

/// Everything in the table that contradicts the terms or the registry: the rows in their order, then each post as a whole.
pub fn contradictions(shares: &[Share], terms: &Terms, known: &HashSet<String>) -> Vec<Contradiction> {
    let mut found = Vec::new();
    let mut seen = HashSet::new();
    let mut tallies: HashMap<&str, Tally> = HashMap::new();
    for (row, share) in shares.iter().enumerate() {
        let mut fault =
            |reason| found.push(Contradiction { post: share.post.clone(), row: Some(row), reason });
        let Some(post) = terms.post(&share.post) else {
            fault(format!("posten {} finns inte", share.post));
            continue;
        };
        if let Err(reason) = check_row(share, post, known) {
            fault(reason);
        }
        if !seen.insert((&share.post, &share.recipient)) {
            fault(format!("{} finns två gånger i posten ”{}”", share.published_name, post.name));
        }
        tallies.entry(&post.key).or_default().add(share.amount, post);
    }
    for post in &terms.posts {
        let tally = tallies.remove(post.key.as_str()).unwrap_or_default();
        let whole = |reason| Contradiction { post: post.key.clone(), row: None, reason };
        found.extend(tally.faults(post).into_iter().map(whole));
    }
    found
}

fn check_row(share: &Share, post: &Post, known: &HashSet<String>) -> Result<(), String> {
    let name = &share.published_name;
    if !known.contains(&share.recipient) {
        return Err(format!("mottagaren {} ({name}) finns inte i registret", share.recipient));
    }
    if share.amount <= Money::ZERO {
        return Err(format!("{name} har beloppet {}; det ska vara större än noll", share.amount));
    }
    match post.floor {
        Some(floor) if share.amount < Money::kronor(floor) => {
            Err(format!("{name} har {}, under minimibeloppet {}", share.amount, Money::kronor(floor)))
        }
        _ => Ok(()),
    }
}

#[derive(Debug, Default)]
struct Tally {
    sum: Money,
    rows: usize,
    at_floor: usize,
}

impl Tally {
    fn add(&mut self, amount: Money, post: &Post) {
        self.sum += amount;
        self.rows += 1;
        self.at_floor += usize::from(post.floor.map(Money::kronor) == Some(amount));
    }

    fn faults(&self, post: &Post) -> Vec<String> {
        let (name, mut found) = (&post.name, Vec::new());
        let total = Money::kronor(post.published_total());
        if self.sum != total {
            found.push(format!("posten ”{name}” summerar till {}, men ska vara {total}", self.sum));
        }
        if self.rows != post.recipients {
            found.push(format!("posten ”{name}” har {} rader, men ska ha {}", self.rows, post.recipients));
        }
        if let Some(expected) = post.rows_at_floor.filter(|expected| *expected != self.at_floor) {
            let rows = self.at_floor;
            found.push(format!("posten ”{name}” har {rows} rader på minimibeloppet, men ska ha {expected}"));
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{people::recipient, terms::agreement::definition};

    fn codes() -> HashSet<String> {
        let registry = recipient::parse_registry(include_str!("../../../registry/recipients.csv")).unwrap();
        registry.into_iter().map(|(organisation, _)| organisation.code).collect()
    }

    fn shipped(year: i32) -> (Terms, &'static str) {
        let (toml, csv) = match year {
            2021 => (
                include_str!("../../../agreements/aldreomsorg-2021/agreement.toml"),
                include_str!("../../../agreements/aldreomsorg-2021/allocation.csv"),
            ),
            _ => (
                include_str!("../../../agreements/aldreomsorg-2022/agreement.toml"),
                include_str!("../../../agreements/aldreomsorg-2022/allocation.csv"),
            ),
        };
        (definition::parse("agreement.toml", toml).unwrap(), csv)
    }

    fn fault_after(from: &str, to: &str) -> Fault {
        let (terms, csv) = shipped(2022);
        assert!(csv.contains(from), "the table has no {from}");
        parse("allocation.csv", &csv.replacen(from, to, 1), &terms, &codes()).unwrap_err()
    }

    #[test]
    fn the_tables_of_2018_and_2020_agree_with_their_decisions() {
        let sum_of = |toml: &str, csv: &str, post: Option<&str>| {
            let terms = definition::parse("agreement.toml", toml).unwrap();
            let shares = parse("allocation.csv", csv, &terms, &codes()).unwrap();
            let of = shares.iter().filter(|share| post.is_none_or(|post| share.post == post));
            of.map(|share| share.amount).sum::<Money>()
        };
        let toml = include_str!("../../../agreements/valfardsteknik-2018/agreement.toml");
        let csv = include_str!("../../../agreements/valfardsteknik-2018/allocation.csv");
        assert_eq!(sum_of(toml, csv, None), Money::kronor(350_000_000));
        let toml = include_str!("../../../agreements/nara-vard-2020/agreement.toml");
        let csv = include_str!("../../../agreements/nara-vard-2020/allocation.csv");
        // The rows are one krona short of the 500 000 000 that is printed below them (2020 Bilaga 2).
        assert_eq!(sum_of(toml, csv, Some("rss")), Money::kronor(499_999_999));
        assert_eq!(sum_of(toml, csv, None), Money::kronor(5_698_500_000 + 499_999_999 + 52_000_000));
    }

    #[test]
    fn both_years_agree_with_their_printed_sums() {
        for (year, base) in [(2021, 168_700_000), (2022, 167_100_000)] {
            let (terms, csv) = shipped(year);
            let shares = parse("allocation.csv", csv, &terms, &codes()).unwrap();
            let municipalities: Vec<_> = shares.iter().filter(|share| share.post == "bas").collect();
            assert_eq!(municipalities.len(), 290);
            let sum: Money = municipalities.iter().map(|share| share.amount).sum();
            assert_eq!(sum, Money::kronor(base));
        }
    }

    #[test]
    fn ale_has_what_was_published() {
        let (terms, csv) = shipped(2022);
        let shares = parse("allocation.csv", csv, &terms, &codes()).unwrap();
        let ale = shares.iter().find(|share| share.recipient == "1440").unwrap();
        assert_eq!(ale.amount, Money::kronor(381_308));
    }

    #[test]
    fn faults_are_refused_with_their_line() {
        let unknown = fault_after("bas,1440,Ale", "bas,9999,Ale");
        assert_eq!((unknown.line, unknown.reason.contains("9999")), (2, true));
        let below = fault_after("Aneby,250000", "Aneby,249999");
        assert!(below.reason.contains("under minimibeloppet"), "{below}");
        let sum = fault_after("Ale,381308", "Ale,381309");
        assert!(sum.reason.contains("summerar till 167\u{a0}100\u{a0}001\u{a0}kr"), "{sum}");
        let twice = fault_after("bas,1489,Alingsås", "bas,1440,Alingsås");
        assert_eq!((twice.line, twice.reason.contains("två gånger")), (3, true));
        let text = fault_after("Ale,381308", "Ale,381 308");
        assert_eq!(text.line, 2);
    }
}

//! A column that has amounts in it, and which post's it is.

use rust_decimal::Decimal;

use super::{
    amount::is_nothing,
    mapping::{Decided, PostColumn},
    reading::Row,
    unit::{self, Unit},
};
use values::{Money, text::fold};

/// Sums are in kronor.
pub(super) struct Column {
    pub at: usize,
    pub unit: Unit,
    heading: String,
    sum: Decimal,
    recipients: usize,
}

impl Column {
    /// `None` for a column of anything else: text, empty cells, codes, shares, or numbers of people.
    pub fn read(
        at: usize,
        heading: &str,
        above: Option<Unit>,
        named: &[&Row],
        posts: &[Decided],
    ) -> Option<Self> {
        let used = named.iter().filter(|row| !is_nothing(row.cell(at))).count();
        let read: Vec<Decimal> = named
            .iter()
            .filter_map(|row| unit::number(row.cell(at)))
            .filter(|number| !number.is_zero())
            .collect();
        if read.is_empty() || read.len() * 2 < used || is_of_others(&fold(heading)) {
            return None;
        }
        let sum: Decimal = read.iter().copied().sum();
        let by_sum = |units: &[Unit]| posts.iter().find_map(|post| Unit::of_sum(units, sum, post.total));
        let unit = Unit::said(heading)
            .or_else(|| by_sum(&[Unit::Kronor]))
            .or(above)
            .or_else(|| by_sum(&Unit::LARGER))
            .unwrap_or_default();
        let sum = sum.checked_mul(Decimal::from(unit.factor()))?;
        Some(Self { at, unit, heading: fold(heading), sum, recipients: read.len() })
    }

    /// Money rather than anything else, and rather the last column that has it.
    pub fn likeness(&self) -> (bool, usize) {
        (place_of(&self.heading, &MONEY).is_some(), self.at)
    }

    /// What speaks for the column's being that post's: its sum, its heading, its rows, how near its sum is.
    fn evidence(&self, post: &Decided) -> Evidence {
        let same_name = self.heading == fold(&post.key) || are_of_one(&self.heading, &fold(&post.name));
        let is = |wanted: Money| self.sum == Decimal::from(wanted);
        let apart = (self.sum - Decimal::from(post.of_rows())).abs();
        Evidence {
            sum_is: is(post.of_rows()) || is(post.total),
            same_name,
            rows_are: self.recipients == post.recipients,
            apart,
        }
    }
}

const MONEY: [&str; 11] =
    ["belopp", "utfall", "medel", "bidrag", "kr", "tkr", "mnkr", "tilldel", "amount", "totalt", "summa"];

const OTHERS: [&str; 12] = [
    "befolkning",
    "invånare",
    "antal",
    "folkmängd",
    "personer",
    "patienter",
    "elever",
    " år",
    "kod",
    "nummer",
    "andel",
    "procent",
];

/// True when the one has all words of the other, one after the other: *Stöd till modellkommuner 2027 (tkr)* is of *Stöd till
/// modellkommuner*. The unit and the year say nothing, and *Medel* or *Kr* is of any post.
fn are_of_one(heading: &str, name: &str) -> bool {
    let (heading, name) = (telling(heading), telling(name));
    let says_something = heading.iter().any(|word| !MONEY.contains(&word.as_str()));
    let has = |longer: &[String], shorter: &[String]| {
        !shorter.is_empty() && longer.windows(shorter.len()).any(|words| words == shorter)
    };
    heading == name && !heading.is_empty() || says_something && (has(&name, &heading) || has(&heading, &name))
}

/// A text's words, but for units of money and years.
fn telling(folded: &str) -> Vec<String> {
    let is_year = |word: &str| word.len() == 4 && word.starts_with("20") && word.parse::<u16>().is_ok();
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.filter(|word| !Unit::is_word(word) && !is_year(word)).map(str::to_owned).collect()
}

fn place_of(heading: &str, words: &[&str]) -> Option<usize> {
    words.iter().filter_map(|word| heading.find(word)).min()
}

/// *Invånare*, *Folkmängd 31 december*, *Länskod* and *Kronor per invånare* are no amounts; *Bidrag efter antal äldre* is.
fn is_of_others(heading: &str) -> bool {
    let others = place_of(heading, &OTHERS);
    let is_each = heading.split(' ').any(|word| word == "per");
    others.is_some_and(|others| is_each || place_of(heading, &MONEY).is_none_or(|money| others < money))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Evidence {
    sum_is: bool,
    same_name: bool,
    rows_are: bool,
    apart: Decimal,
}

impl Evidence {
    fn is_enough(self) -> bool {
        self.sum_is || self.same_name
    }
}

/// The pairs with most evidence first. A table of one post may say anything: its likeliest column is that post's.
pub(super) fn pair(posts: &[Decided], columns: &[Column]) -> Vec<PostColumn> {
    let mut pairs: Vec<(Evidence, &Decided, &Column)> = posts
        .iter()
        .flat_map(|post| columns.iter().map(move |column| (column.evidence(post), post, column)))
        .collect();
    pairs.sort_by_key(|(of, _, column)| {
        (!of.sum_is, !of.same_name, !of.rows_are, !column.likeness().0, of.apart)
    });
    let mut chosen: Vec<PostColumn> = Vec::new();
    for (evidence, post, column) in &pairs {
        let free = chosen.iter().all(|known| known.post != post.key && known.column != column.at);
        if free && evidence.is_enough() {
            chosen.push(PostColumn { post: post.key.clone(), column: column.at });
        }
    }
    if chosen.is_empty() {
        let likeliest = pairs.iter().max_by_key(|(evidence, _, column)| {
            let (said, at) = column.likeness();
            (said, evidence.rows_are, std::cmp::Reverse(evidence.apart), at)
        });
        chosen.extend(
            likeliest.map(|(_, post, column)| PostColumn { post: post.key.clone(), column: column.at }),
        );
    }
    chosen.sort_by_key(|pair| posts.iter().position(|post| post.key == pair.post));
    chosen
}

//! Whose: the largest amounts as bars under one another, each with its name and its amount in words.

use askama::Template;

use super::{FONT, INK, PALE_INK, draw, share};
use values::Money;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bars {
    /// Of all `id`s in the picture; letters, digits and hyphens.
    pub key: String,
    /// What the picture is, for who does not see it.
    pub title: String,
    /// All there are, in any order.
    pub bars: Vec<Bar>,
    /// So many are drawn, the largest; the others are told in one line.
    pub most: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    pub label: String,
    pub value: Money,
    pub href: Option<String>,
}

const WIDTH: i64 = 420;
/// Name and amount on a line, the bar below it.
const STEP: i64 = 46;
const THICKNESS: i64 = 14;
/// Letters of the name that fit beside the longest amount.
const LETTERS: usize = 28;

impl Bars {
    /// # Errors
    /// When the template cannot be written, which a `String` can always be.
    pub fn to_svg(&self) -> askama::Result<String> {
        draw(&BarsPicture::of(self))
    }
}

#[derive(Template)]
#[template(path = "bars.svg")]
struct BarsPicture<'a> {
    bars: &'a Bars,
    rows: Vec<Row<'a>>,
    /// Where nothing is: at the left, or further in where something is less.
    zero: i64,
    rest: String,
}

struct Row<'a> {
    bar: &'a Bar,
    name: String,
    top: i64,
    left: i64,
    length: i64,
}

impl<'a> BarsPicture<'a> {
    fn of(bars: &'a Bars) -> Self {
        let mut sorted: Vec<&Bar> = bars.bars.iter().collect();
        sorted.sort_by_key(|bar| std::cmp::Reverse(bar.value));
        let (drawn, left_out) = sorted.split_at(bars.most.min(sorted.len()));
        let values = || drawn.iter().map(|bar| bar.value);
        let above = values().max().unwrap_or_default().max(Money::ZERO);
        let below = values().min().unwrap_or_default().min(Money::ZERO).abs();
        let reach = above + below;
        let zero = share(below, reach, WIDTH);
        let rows = drawn.iter().zip(0..).map(|(bar, at)| {
            let length = share(bar.value.abs(), reach, WIDTH).min(if bar.value.is_negative() {
                zero
            } else {
                WIDTH - zero
            });
            let left = if bar.value.is_negative() { zero - length } else { zero };
            Row { bar, name: shortened(&bar.label), top: at * STEP, left, length }
        });
        Self { bars, rows: rows.collect(), zero, rest: rest(left_out) }
    }

    fn bottom(&self) -> i64 {
        i64::try_from(self.rows.len()).unwrap_or(0) * STEP
    }

    fn height(&self) -> i64 {
        self.bottom() + if self.rest.is_empty() { 0 } else { 26 }
    }

    fn has_links(&self) -> bool {
        self.rows.iter().any(|row| row.bar.href.is_some())
    }
}

fn rest(left_out: &[&Bar]) -> String {
    let sum: Money = left_out.iter().map(|bar| bar.value).sum();
    match left_out.len() {
        0 => String::new(),
        1 => format!("En till: {sum}"),
        count => format!("{count} till, tillsammans {sum}"),
    }
}

/// The whole name is in the tooltip.
fn shortened(label: &str) -> String {
    if label.chars().count() <= LETTERS {
        return label.to_owned();
    }
    let start: String = label.chars().take(LETTERS - 1).collect();
    format!("{}…", start.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn bars(kronor: &[i64], most: usize) -> Bars {
        let bar = |(at, kronor): (usize, &i64)| Bar {
            label: format!("Kommun\u{1b} {at} <i>&\0"),
            value: Money::kronor(*kronor),
            href: (at == 0).then(|| "/x?a=1&b=\"2".to_owned()),
        };
        let bars = kronor.iter().enumerate().map(bar).collect();
        Bars { key: "storst".to_owned(), title: "De största".to_owned(), bars, most }
    }

    fn lengths(bars: &Bars) -> Vec<(i64, i64)> {
        BarsPicture::of(bars).rows.iter().map(|row| (row.left, row.length)).collect()
    }

    #[test]
    fn the_largest_come_first_and_the_others_in_one_line() {
        let bars = bars(&[10, 40, 20, 5, 1], 3);
        assert_eq!(lengths(&bars), [(0, 420), (0, 210), (0, 105)]);
        assert_eq!(BarsPicture::of(&bars).rest, "2 till, tillsammans 6\u{A0}kr");
        assert_eq!(BarsPicture::of(&Bars { most: 5, ..bars }).rest, "");
    }

    #[test]
    fn what_is_less_than_nothing_goes_the_other_way() {
        assert_eq!(lengths(&bars(&[30, -10], 9)), [(105, 315), (0, 105)]);
        assert_eq!(lengths(&bars(&[-10, -20], 9)), [(210, 210), (0, 420)]);
    }

    #[test]
    fn nothing_has_no_length_and_no_bars_have_words() {
        assert_eq!(lengths(&bars(&[0, 0], 9)), [(0, 0), (0, 0)]);
        let svg = bars(&[0, 0], 9).to_svg().unwrap();
        assert!(svg.contains("0\u{A0}kr") && !svg.contains("width=\"0\""));
        assert!(bars(&[], 9).to_svg().unwrap().contains("Inga belopp"));
    }

    #[test]
    fn words_and_addresses_are_escaped() {
        let svg = bars(&[30, -10], 9).to_svg().unwrap();
        assert!(!svg.contains("<i>") && !svg.contains("a=1&b"));
        assert!(!svg.contains(['\0', '\u{1b}']), "no reader of XML takes these");
        assert!(svg.contains("−10\u{A0}kr"));
        assert_eq!(svg.matches("<a ").count(), 1);
        assert_eq!(shortened("Kommunalförbundet för Räddning och Säkerhet"), "Kommunalförbundet för Räddn…");
    }

    proptest! {
        #[test]
        fn every_bar_is_within_the_picture_and_a_larger_amount_is_no_shorter(
            ore in prop::collection::vec(-1_000_000_000_000_i64..1_000_000_000_000, 1..40)
        ) {
            let mut bars = bars(&[], 40);
            bars.bars = ore.iter().map(|ore| Bar { label: String::new(), value: Money::ore(*ore), href: None }).collect();
            let picture = BarsPicture::of(&bars);
            for row in &picture.rows {
                prop_assert!(row.left >= 0 && row.length >= 0 && row.left + row.length <= WIDTH);
            }
            let mut by_size: Vec<_> = picture.rows.iter().collect();
            by_size.sort_by_key(|row| row.bar.value.abs());
            // Rounding on either side of zero may differ by one.
            prop_assert!(by_size.is_sorted_by(|a, b| a.length <= b.length + 1));
        }
    }
}

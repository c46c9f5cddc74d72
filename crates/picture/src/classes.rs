//! Classes of amounts for the map's shades.

use super::Shape;
use values::Money;

/// One shade of the map, from the lightest to the darkest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Class {
    pub label: String,
}

/// Which class an amount is in. Class 0 is *0 kr* (and less, where there is less); above it are at most five, made so:
///
/// 1. The amounts above zero are put in order and cut in five parts with equally many in each.
/// 2. Every cut is rounded to the nearest of 1, 1.2, 1.5, 2, 2.5, 3, 4 … 9 times a power of ten, so that the legend can
///    be read. An amount equal to a cut belongs below it.
/// 3. A cut that leaves a class empty goes: few or equal amounts have fewer classes.
///
/// Equally many in each, because grants differ a hundredfold: with equally long classes three cities would be dark and
/// all others pale.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Classes {
    /// The upper end of every class between the first and the last, rising.
    cuts: Vec<Money>,
    some_positive: bool,
    some_negative: bool,
}

const PARTS: usize = 5;
/// In tenths.
const ROUND: [i64; 13] = [10, 12, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100];

impl Classes {
    pub fn of(values: &[Money]) -> Self {
        let mut positive: Vec<Money> = values.iter().copied().filter(|value| *value > Money::ZERO).collect();
        positive.sort_unstable();
        let mut cuts: Vec<Money> = Vec::new();
        for part in 1..PARTS {
            let Some(quantile) = positive.get((positive.len() * part / PARTS).saturating_sub(1)) else {
                break;
            };
            let cut = rounded(*quantile);
            let below = cuts.last().copied().unwrap_or(Money::ZERO);
            if positive.iter().any(|value| *value > below && *value <= cut) {
                cuts.push(cut);
            }
        }
        while cuts.last().is_some_and(|cut| positive.last().is_none_or(|most| most <= cut)) {
            cuts.pop();
        }
        let some_negative = values.iter().any(|value| value.is_negative());
        Self { cuts, some_positive: !positive.is_empty(), some_negative }
    }

    /// The classes in order, with the words of the legend.
    pub fn labels(&self) -> Vec<Class> {
        let zero = if self.some_negative { "0\u{A0}kr eller mindre" } else { "0\u{A0}kr" };
        let mut labels = vec![zero.to_owned()];
        let unit = Unit::of(&self.cuts);
        let mut below = Money::ZERO;
        for cut in &self.cuts {
            labels.push(if below.is_zero() {
                format!("upp till {}", unit.amount(*cut))
            } else {
                format!("{}–{}", unit.number(below), unit.amount(*cut))
            });
            below = *cut;
        }
        if self.some_positive {
            let above = if below.is_zero() { below.to_string() } else { unit.amount(below) };
            labels.push(format!("över {above}"));
        }
        labels.into_iter().map(|label| Class { label }).collect()
    }

    pub fn class_of(&self, value: Money) -> usize {
        if value <= Money::ZERO { 0 } else { 1 + self.cuts.iter().filter(|cut| **cut < value).count() }
    }
}

/// How many of the shapes are in each class.
pub(super) fn counts(classes: usize, shapes: &[&Shape]) -> Vec<usize> {
    let mut counts = vec![0; classes];
    for shape in shapes {
        if let Some(count) = shape.class.and_then(|class| counts.get_mut(class)) {
            *count += 1;
        }
    }
    counts
}

/// To the nearest round amount, at least a krona.
fn rounded(value: Money) -> Money {
    let ore = value.to_ore();
    let mut power = 10;
    while ore / power >= 100 {
        power *= 10;
    }
    let candidates = ROUND.iter().filter_map(|tenths| power.checked_mul(*tenths));
    let nearest = candidates.min_by_key(|round| (round - ore).abs()).unwrap_or(ore);
    Money::ore(nearest.max(100))
}

/// What all the cuts can be told in with at most two decimals.
#[derive(Clone, Copy)]
enum Unit {
    Kronor,
    Thousands,
    Millions,
}

impl Unit {
    fn of(cuts: &[Money]) -> Self {
        let least = cuts.first().copied().unwrap_or(Money::ZERO);
        if least >= Money::kronor(1_000_000) {
            Self::Millions
        } else if least >= Money::kronor(1_000) {
            Self::Thousands
        } else {
            Self::Kronor
        }
    }

    fn number(self, money: Money) -> String {
        let per = match self {
            Self::Kronor => 1,
            Self::Thousands => 1_000,
            Self::Millions => 1_000_000,
        };
        let hundredths = money.to_ore() / per;
        let shown = Money::ore(hundredths).digits().to_string();
        if shown.contains(',') { shown.trim_end_matches('0').to_owned() } else { shown }
    }

    fn amount(self, money: Money) -> String {
        let unit = match self {
            Self::Kronor => "kr",
            Self::Thousands => "tkr",
            Self::Millions => "Mkr",
        };
        format!("{}\u{A0}{unit}", self.number(money))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn classes(kronor: &[i64]) -> Classes {
        Classes::of(&kronor.iter().copied().map(Money::kronor).collect::<Vec<_>>())
    }

    fn labels(kronor: &[i64]) -> Vec<String> {
        classes(kronor).labels().into_iter().map(|class| class.label.replace('\u{A0}', " ")).collect()
    }

    #[test]
    fn amounts_that_rise_steadily_have_five_round_classes_above_zero() {
        let all: Vec<i64> = (0..=100).map(|n| n * 12_345).collect();
        assert_eq!(
            labels(&all),
            ["0 kr", "upp till 250 tkr", "250–500 tkr", "500–700 tkr", "700–1 000 tkr", "över 1 000 tkr"]
        );
    }

    #[test]
    fn a_unit_that_fits() {
        assert_eq!(labels(&[1_500_000, 2_500_000]), ["0 kr", "upp till 1,5 Mkr", "över 1,5 Mkr"]);
        assert_eq!(labels(&[150, 260]), ["0 kr", "upp till 150 kr", "över 150 kr"]);
    }

    #[test]
    fn nothing_one_and_equal_amounts_have_fewer_classes() {
        assert_eq!(labels(&[]), ["0 kr"]);
        assert_eq!(labels(&[0, 0]), ["0 kr"]);
        assert_eq!(labels(&[-1, 0]), ["0 kr eller mindre"]);
        assert_eq!(labels(&[0, 7]), ["0 kr", "över 0 kr"]);
        assert_eq!(labels(&[7_000; 50]), ["0 kr", "över 0 kr"]);
    }

    proptest! {
        #[test]
        fn every_amount_is_in_a_class_that_has_a_label_and_no_class_above_zero_is_empty(
            ore in prop::collection::vec(-1_000_i64..900_000_000_000, 0..300)
        ) {
            let values: Vec<Money> = ore.into_iter().map(Money::ore).collect();
            let classes = Classes::of(&values);
            let labels = classes.labels();
            prop_assert!(labels.len() <= 1 + PARTS);
            prop_assert!(classes.cuts.is_sorted_by(|a, b| a < b));
            let mut used = vec![0; labels.len()];
            for value in values {
                used[classes.class_of(value)] += 1;
            }
            prop_assert!(used.iter().skip(1).all(|count| *count > 0), "{used:?}");
        }
    }
}

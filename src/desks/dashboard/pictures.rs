//! The pictures of an agreement: what became of its money, where, whose and when. No amount is reckoned here: each is a
//! row's or the summary's [`Figures`], or a movement of the ledger.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{AgreementPositions, Figures, Measure, Row, Summary};
use crate::{
    grants::grant::{Account, store::Movement},
    people::recipient::{Kind, Organisation},
};
use picture::{Bar, Bars, Class, Classes, Flow, Map, Mark, Progress, Series, Shape, Totals};
use table::Share;
use values::{Money, calendar};

/// What became of all of it; nothing when nothing is allocated.
pub fn flow(summary: &Summary) -> Option<Flow> {
    let totals = totals(&summary.figures);
    if totals.allocated.is_zero() {
        return None;
    }
    Flow::new("flode".to_owned(), "Hur pengarna har använts".to_owned(), totals).ok()
}

/// Each a part of the one before it, as the picture must have it. They are parts already, but for these, of which only
/// so much is drawn as there is room for:
///
/// 1. more paid out than is requisitioned, when a requisition was withdrawn after the payment;
/// 2. more repaid than the surplus, when a corrected report that is not approved has higher costs.
///
/// A deficit was paid with other money and is no part of this. What came in before it was known what is owed, or above it, is
/// no part of the surplus.
fn totals(figures: &Figures) -> Totals {
    let part_of = |whole: Money, part: Money| part.clamp(Money::ZERO, whole);
    let allocated = figures.allocated.max(Money::ZERO);
    let requisitioned = part_of(allocated, figures.requisitioned);
    let paid = part_of(requisitioned, figures.paid);
    let accounted = part_of(paid, figures.accounted_for);
    let surplus = part_of(accounted, figures.surplus.unwrap_or_default());
    let repaid = part_of(surplus, figures.repaid_of_owed.unwrap_or_default());
    Totals { allocated, requisitioned, paid, accounted, surplus, repaid }
}

/// Somebody in these rows is on the map: it shows municipalities, and a region as all of its county's.
pub fn has_map(rows: &[Row]) -> bool {
    rows.iter().any(|row| matches!(row.recipient.kind, Kind::Municipality | Kind::Region))
}

/// The municipalities that show this recipient.
fn places(recipient: &Organisation) -> Vec<&str> {
    match (recipient.kind, recipient.code.strip_prefix('R')) {
        (Kind::Region, Some(county)) => picture::map::municipalities_of(county).collect(),
        _ => vec![&recipient.code],
    }
}

/// The shape of each place.
fn shapes(rows: &[Row], shape: impl Fn(&Row, &str) -> Shape) -> Vec<Shape> {
    let shape = &shape;
    rows.iter().flat_map(|row| places(&row.recipient).into_iter().map(move |code| shape(row, code))).collect()
}

/// `i varje kommun`, `i varje region`
fn everywhere(rows: &[Row]) -> &'static str {
    let is_region = rows.iter().any(|row| row.recipient.kind == Kind::Region);
    if is_region { "i varje region" } else { "i varje kommun" }
}

/// Where in the country, in kronor.
pub fn map(rows: &[Row], measure: Measure, href: impl Fn(&Row) -> Option<String>) -> Map {
    let values: Vec<Money> = rows.iter().filter_map(|row| row.figures.get(measure)).collect();
    let classes = Classes::of(&values);
    let label = measure.label();
    let shape = |row: &Row, code: &str| {
        let value = row.figures.get(measure);
        let told = value.map_or_else(|| "ingen uppgift".to_owned(), |value| value.to_string());
        Shape {
            code: code.to_owned(),
            label: format!("{}: {}, {told}", row.recipient.name, label.to_lowercase()),
            href: href(row),
            class: value.map(|value| classes.class_of(value)),
        }
    };
    Map {
        key: format!("karta-{}", measure.key()),
        title: format!("{label} {}", everywhere(rows)),
        legend: format!("{label}, kronor"),
        classes: classes.labels(),
        shapes: shapes(rows, shape),
    }
}

/// The upper ends of the classes of [`share_map`] between the first and the last, in thousandths.
const SHARES: [i64; 4] = [50, 100, 250, 500];
const SHARE_LABELS: [&str; 6] =
    ["0\u{A0}%", "upp till 5\u{A0}%", "5–10\u{A0}%", "10–25\u{A0}%", "25–50\u{A0}%", "över 50\u{A0}%"];

/// Where in the country, as a share of what was paid and is accounted for: large and small are then alike.
pub fn share_map(rows: &[Row], href: impl Fn(&Row) -> Option<String>) -> Map {
    let shape = |row: &Row, code: &str| {
        let share = share(&row.figures);
        let told = share.map_or_else(|| "ingen uppgift".to_owned(), |share| share.to_string());
        Shape {
            code: code.to_owned(),
            label: format!("{}: inte förbrukat, {told}", row.recipient.name),
            href: href(row),
            class: share.map(share_class),
        }
    };
    Map {
        key: "karta-andel".to_owned(),
        title: format!("Inte förbrukat av det som är redovisat, {}", everywhere(rows)),
        legend: "Inte förbrukat, andel".to_owned(),
        classes: SHARE_LABELS.map(|label| Class { label: label.to_owned() }).to_vec(),
        shapes: shapes(rows, shape),
    }
}

/// *Inte förbrukat per utbetald krona*; nothing before there is a report.
fn share(figures: &Figures) -> Option<Share> {
    let part = figures.unspent()?;
    (figures.accounted_for > Money::ZERO).then_some(Share { part, whole: figures.accounted_for })
}

fn share_class(share: Share) -> usize {
    // Whole öre on either side: the share is not rounded before it is compared.
    let above = |per_mille: i64| {
        i128::from(share.part.to_ore()) * 1000 > i128::from(share.whole.to_ore()) * i128::from(per_mille)
    };
    if share.part <= Money::ZERO { 0 } else { 1 + SHARES.into_iter().filter(|end| above(*end)).count() }
}

/// The `most` largest amounts above zero.
pub fn largest(rows: &[Row], measure: Measure, most: usize, href: impl Fn(&Row) -> Option<String>) -> Bars {
    let bar = |row: &Row| {
        let value = row.figures.get(measure).filter(|value| *value > Money::ZERO)?;
        Some(Bar { label: row.recipient.name.clone(), value, href: href(row) })
    };
    Bars {
        key: format!("storst-{}", measure.key()),
        title: format!("Störst belopp: {}", measure.label().to_lowercase()),
        bars: rows.iter().filter_map(bar).collect(),
        most,
    }
}

/// What is drawn over time, in the order that money goes.
const DRAWN: [(Account, &str); 4] = [
    (Account::Requisitioned, "Rekvirerat"),
    (Account::PaidOut, "Utbetalt"),
    (Account::Reported, "Kostnader"),
    (Account::Repaid, "Återbetalt"),
];

/// When: what had been requisitioned, paid out, used and repaid at the end of each day that something moved.
pub fn progress(outcome: &AgreementPositions, movements: &[Movement], today: NaiveDate) -> Progress {
    let deadlines = &outcome.agreement.terms.deadlines;
    let (report, repayment) = (deadlines.report.date(), deadlines.repayment.date());
    let mark = |label: &str, date| Mark { label: label.to_owned(), date };
    let mut marks: Vec<Mark> =
        deadlines.requisition.date().map(|date| mark("Sista dag att rekvirera", date)).into_iter().collect();
    if report == repayment {
        marks.extend(report.map(|date| mark("Redovisa och återbetala", date)));
    } else {
        marks.extend(report.map(|date| mark("Sista dag att redovisa", date)));
        marks.extend(repayment.map(|date| mark("Sista dag att återbetala", date)));
    }
    let series = DRAWN.into_iter().filter_map(|(account, label)| {
        let points = balances(movements.iter().filter(|movement| movement.account == account));
        (!points.is_empty()).then(|| Series { label: label.to_owned(), points })
    });
    Progress {
        key: "over-tid".to_owned(),
        title: "Rekvirerat, utbetalt, använt och återbetalt över tid".to_owned(),
        allocated: outcome.allocated(),
        series: series.collect(),
        deadlines: marks,
        today,
    }
}

/// What an account had come to at the end of each day.
fn balances<'a>(movements: impl Iterator<Item = &'a Movement>) -> Vec<(NaiveDate, Money)> {
    let mut by_day: BTreeMap<NaiveDate, Money> = BTreeMap::new();
    for movement in movements {
        *by_day.entry(calendar::day(movement.at)).or_default() += movement.amount;
    }
    let mut balance = Money::ZERO;
    let grown = by_day.into_iter().map(|(day, moved)| {
        balance += moved;
        (day, balance)
    });
    grown.collect()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};
    use proptest::prelude::*;

    use super::*;
    use crate::desks::dashboard::{State, row::tests::row};

    fn reported(name: &str, code: &str, (paid, unspent): (i64, i64)) -> Row {
        let mut row = row(name, code, "", (paid, paid), State::ToRepay);
        row.figures.paid = Money::kronor(paid);
        row.figures.accounted_for = Money::kronor(paid);
        row.figures.costs = Some(Money::kronor(paid - unspent));
        row.figures.surplus = Some(Money::kronor(unspent.max(0)));
        row
    }

    #[test]
    fn a_share_is_in_the_class_whose_upper_end_it_does_not_pass() {
        let class = |part, whole| share_class(Share { part: Money::ore(part), whole: Money::ore(whole) });
        let classes =
            [(-5, 100), (0, 100), (1, 100), (5, 100), (501, 10_000), (50, 100), (51, 100), (100, 100)];
        assert_eq!(classes.map(|(part, whole)| class(part, whole)), [0, 0, 1, 1, 2, 4, 5, 5]);
    }

    #[test]
    fn a_map_says_what_is_not_known_and_leads_where_it_is_told() {
        let rows = [reported("Ale", "1440", (1_000, 100)), row("Åre", "2321", "", (500, 0), State::Lapsed)];
        let href = |row: &Row| Some(format!("/x/{}", row.recipient.code));
        for map in [map(&rows, Measure::Unspent, href), share_map(&rows, href)] {
            assert_eq!(
                map.shapes.iter().map(|shape| shape.class.is_some()).collect::<Vec<_>>(),
                [true, false]
            );
            assert!(map.shapes[1].label.contains("ingen uppgift"));
            assert_eq!(map.shapes[0].href.as_deref(), Some("/x/1440"));
        }
        assert!(share_map(&rows, href).shapes[0].label.ends_with("10,0\u{A0}%"));
        assert!(has_map(&rows) && !has_map(&[]));
    }

    #[test]
    fn a_deficit_and_what_is_not_known_are_not_among_the_largest() {
        let rows = [
            reported("Ale", "1440", (1_000, -50)),
            reported("Åre", "2321", (500, 20)),
            row("Lund", "1281", "", (500, 0), State::Lapsed),
        ];
        let bars = largest(&rows, Measure::Unspent, 10, |_| None);
        assert_eq!(bars.bars.iter().map(|bar| bar.label.as_str()).collect::<Vec<_>>(), ["Åre"]);
    }

    #[test]
    fn balances_are_at_the_end_of_the_day_in_stockholm() {
        let movement = |at: &str, kronor| Movement {
            account: Account::PaidOut,
            at: at.parse::<DateTime<Utc>>().unwrap(),
            amount: Money::kronor(kronor),
        };
        let movements = [
            movement("2022-03-01T10:00:00Z", 100),
            movement("2022-03-01T22:59:59Z", 10),
            // Past midnight.
            movement("2022-03-01T23:00:00Z", -40),
        ];
        let told: Vec<(String, Money)> =
            balances(movements.iter()).into_iter().map(|(day, sum)| (day.to_string(), sum)).collect();
        assert_eq!(
            told,
            [("2022-03-01".to_owned(), Money::kronor(110)), ("2022-03-02".to_owned(), Money::kronor(70))]
        );
    }

    proptest! {
        /// Whatever the ledgers say: payments above requisitions, deficits, repayments above what is unspent.
        #[test]
        fn there_is_a_flow_of_any_figures(
            amounts in prop::collection::vec(
                (1..1_000_i64, 0..1_500_i64, 0..1_500_i64, prop::option::of(0..2_000_i64), prop::option::of(0..2_000_i64)),
                0..20,
            )
        ) {
            let rows: Vec<Row> = amounts
                .into_iter()
                .map(|(allocated, requisitioned, paid, costs, repaid)| {
                    let mut row = row("", "", "", (allocated, requisitioned), State::ToRepay);
                    row.figures.paid = Money::kronor(paid);
                    if let Some(costs) = costs.map(Money::kronor) {
                        row.figures.accounted_for = row.figures.paid;
                        row.figures.costs = Some(costs);
                        row.figures.surplus = Some((row.figures.paid - costs).max(Money::ZERO));
                    }
                    row.figures.repaid_of_owed = repaid.map(Money::kronor);
                    row
                })
                .collect();
            let summary = Summary::of(&rows);
            prop_assert_eq!(flow(&summary).is_some(), !rows.is_empty());
        }

        #[test]
        fn figures_that_are_parts_are_drawn_as_they_are(mut kronor in prop::collection::vec(1..i64::MAX / 100, 6)) {
            kronor.sort_unstable();
            let [repaid, surplus, accounted, paid, requisitioned, allocated] =
                <[i64; 6]>::try_from(kronor).unwrap().map(Money::kronor);
            let figures = Figures {
                allocated,
                requisitioned,
                paid,
                accounted_for: accounted,
                surplus: Some(surplus),
                repaid_of_owed: Some(repaid),
                ..Figures::default()
            };
            prop_assert_eq!(totals(&figures), Totals { allocated, requisitioned, paid, accounted, surplus, repaid });
        }
    }
}

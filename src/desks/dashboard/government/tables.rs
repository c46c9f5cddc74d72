//! The report's own tables; those of counties and recipients are the overview's.

use super::GovernmentReport;
use crate::{
    desks::dashboard::{Figures, Measure, State, Summary, tables::timing},
    grants::standing::What,
};
use table::{Cell, Column, Row, Share, Sort, Table};
use values::Money;

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

fn line(cells: Vec<Cell>) -> Row {
    Row { cells, is_late: false }
}

/// Every total on a line of its own: how many it is of, and the amount.
pub fn totals(report: &GovernmentReport<'_>) -> Table {
    let columns = vec![
        Column::text("uppgift", "Uppgift"),
        Column::number("mottagare", "Mottagare"),
        Column::number("belopp", "Belopp"),
    ];
    let (whole, approved, preliminary) = (&report.whole, &report.approved, &report.preliminary);
    let with = |amount: fn(&Figures) -> Option<Money>| {
        let is_some =
            |row: &&crate::desks::dashboard::Row| amount(&row.figures).is_some_and(|sum| sum > Money::ZERO);
        report.rows.iter().filter(is_some).count()
    };
    let mut lines = vec![
        ("Tilldelat", whole.recipients, Some(whole.figures.allocated)),
        ("Rekvirerat", with(|of| Some(of.requisitioned)), Some(whole.figures.requisitioned)),
        ("Inte rekvirerat", with(|of| Some(of.left())), Some(whole.figures.left())),
        ("Inte rekvirerat, förfallet", whole.lapsed().recipients, Some(whole.lapsed().amount)),
        ("Godkänt", with(|of| Some(of.approved)), Some(whole.figures.approved)),
    ];
    if whole.is_paid() {
        lines.extend([
            ("Utbetalt", whole.paid_recipients, Some(whole.figures.paid)),
            ("Utbetalt till dem som har redovisat", whole.reported, Some(whole.figures.accounted_for)),
            (
                "Utbetalt som inte är redovisat",
                whole.paid_recipients - whole.reported,
                Some(whole.figures.unaccounted()),
            ),
            ("Kostnader", whole.reported, whole.figures.costs),
            ("Kostnader, godkända", approved.reported, approved.figures.costs),
            ("Kostnader, preliminära", preliminary.reported, preliminary.figures.costs),
            ("Inte förbrukat", whole.reported, whole.figures.unspent()),
            ("Inte förbrukat, godkänt", approved.reported, approved.figures.unspent()),
            ("Inte förbrukat, preliminärt", preliminary.reported, preliminary.figures.unspent()),
            ("Överskott", whole.with_surplus, whole.figures.surplus),
            ("Underskott", whole.with_deficit, whole.figures.deficit()),
            ("Återbetalt", with(|of| of.repaid), whole.figures.repaid),
            ("Kvar att återbetala", with(|of| of.left_to_repay), whole.figures.left_to_repay),
        ]);
    }
    let of = |(what, count, amount)| line(vec![text(what), Cell::count(count), Cell::amount(amount)]);
    // In the order that money goes, which is no column's.
    Table { sort: Sort::default(), ..Table::new(columns, lines.into_iter().map(of).collect(), None) }
}

/// What is known by post: repayments are of a grant as a whole.
const BY_POST: [Measure; 6] = [
    Measure::Allocated,
    Measure::Requisitioned,
    Measure::Approved,
    Measure::Paid,
    Measure::Costs,
    Measure::Unspent,
];

pub fn posts(report: &GovernmentReport<'_>) -> Table {
    let columns = [Column::text("post", "Post"), Column::number("mottagare", "Mottagare")]
        .into_iter()
        .chain(BY_POST.map(|measure| Column::number(measure.key(), measure.label())));
    let cells = |name: &str, summary: &Summary| {
        let amounts = BY_POST.map(|measure| Cell::amount(summary.figures.get(measure)));
        [text(name), Cell::count(summary.recipients)].into_iter().chain(amounts).collect::<Vec<_>>()
    };
    let rows = report.posts.iter().map(|(name, summary)| line(cells(name, summary)));
    Table::new(columns.collect(), rows.collect(), Some(cells("Totalt", &report.whole)))
}

/// What of these was not done by its last day, with days and amounts.
pub fn overdue(report: &GovernmentReport<'_>, what: &[What]) -> Table {
    let columns = vec![
        Column::text("mottagare", "Mottagare"),
        Column::text("vad", "Har inte kommit in"),
        Column::text("status", "Hur det står"),
        Column::text("sista-dag", "Sista dag"),
        Column::number("dagar", "Dagar sen"),
        Column::number("belopp", "Belopp"),
        Column::text("lage", "Läge"),
        Column::text("lan", "Län"),
    ];
    let overdue: Vec<_> = what.iter().flat_map(|what| report.overdue(*what)).collect();
    let rows = overdue.iter().map(|(row, due)| {
        line(vec![
            text(&row.recipient.name),
            text(due.label()),
            timing(due.timing),
            due.last_day.date().map_or(Cell::Empty, Cell::Day),
            due.days_left.map_or(Cell::Empty, |days| Cell::Count(-days)),
            Cell::amount(due.amount),
            text(row.state.label()),
            text(&row.recipient.county),
        ])
    });
    let mut total = vec![Cell::Empty; columns.len()];
    total[0] = text("Totalt");
    total[5] = Cell::Amount(overdue.iter().filter_map(|(_, due)| due.amount).sum());
    // Amounts of different things are not of one kind, and a further report is of none.
    let is_of_amounts = matches!(what, [What::Requisition | What::Report | What::Repayment]);
    Table::new(columns, rows.collect(), is_of_amounts.then_some(total))
}

pub fn deviations(report: &GovernmentReport<'_>) -> Table {
    let columns = vec![
        Column::text("mottagare", "Mottagare"),
        Column::text("avvikelser", "Avvikelser"),
        Column::text("atgarder", "Åtgärder"),
        Column::number(Measure::Costs.key(), Measure::Costs.label()),
        Column::text("redovisning", "Redovisningen"),
    ];
    let rows = report.deviations().into_iter().map(|(row, deviations, measures)| {
        line(vec![
            text(&row.recipient.name),
            text(deviations),
            if measures.is_empty() { Cell::Empty } else { text(measures) },
            Cell::amount(row.figures.costs),
            text(if row.is_settled { "Godkänd" } else { "Inte godkänd" }),
        ])
    });
    Table::new(columns, rows.collect(), None)
}

/// How many are in each state that somebody is in.
pub fn states(report: &GovernmentReport<'_>) -> Table {
    let columns = vec![
        Column::text("lage", "Läge"),
        Column::number("antal", "Antal"),
        Column::number("andel", "Andel"),
        Column::text("betydelse", "Betydelse"),
    ];
    let all = report.whole.recipients;
    let rows = report.whole.states.iter().map(|(state, count): &(State, usize)| {
        let share = Cell::Share(Share::of_counts(*count, all));
        line(vec![text(state.label()), Cell::count(*count), share, text(state.meaning())])
    });
    let total = vec![
        text("Totalt"),
        Cell::count(all),
        if all == 0 { Cell::Empty } else { Cell::Share(Share::of_counts(all, all)) },
        Cell::Empty,
    ];
    Table::new(columns, rows.collect(), Some(total))
}

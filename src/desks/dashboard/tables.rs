//! The tables of the overview: of recipients, counties, agreements and rounds, and of what is late.

use std::collections::BTreeMap;

use super::{
    Figures, Measure, Row, State, Summary,
    view::{Drawn, View},
};
use crate::{
    grants::standing::{Obligation, Timing},
    ground::history::Event,
    paths,
    people::recipient::Organisation,
    terms::agreement::Agreement,
};
use table::{Cell, Column, Table};
use values::{Money, text::sort_key};

fn recipient(recipient: &Organisation) -> Cell {
    Cell::Link {
        text: recipient.name.clone(),
        href: paths::dashboard::Recipient(&recipient.code).to_string(),
    }
}

/// Leads to the whole of a grant.
fn grant(row: &Row, name: &str) -> Cell {
    Cell::Link { text: name.to_owned(), href: paths::review::Grant(&row.grant).to_string() }
}

fn state(state: State) -> Cell {
    Cell::Tag { label: state.label(), tone: state.tone(), rank: state as usize }
}

fn text(text: impl Into<String>) -> Cell {
    Cell::Text(text.into())
}

/// What happened last. That the grant was allocated is true of all of them, and said once above.
fn event(row: &Row) -> Cell {
    let happened = row.last_event.filter(|(event, _)| *event != Event::Allocated);
    happened.map_or(Cell::Empty, |(event, day)| text(format!("{day} {}", event.label())))
}

/// *Inte förbrukat per utbetald krona*, of what is accounted for.
fn unspent_share(figures: &Figures) -> Cell {
    Cell::share(figures.unspent(), figures.accounted_for)
}

/// Columns with those of the figures between them.
fn columns<const B: usize, const A: usize>(
    before: [Column; B],
    is_paid: bool,
    after: [Column; A],
) -> Vec<Column> {
    let measures = Measure::shown(is_paid).map(|measure| Column::number(measure.key(), measure.label()));
    let share = is_paid.then(|| Column::number("andel", "Inte förbrukat, andel"));
    before.into_iter().chain(measures).chain(share).chain(after).collect()
}

/// A row of those columns.
fn cells<const B: usize, const A: usize>(
    before: [Cell; B],
    (figures, is_paid): (&Figures, bool),
    after: [Cell; A],
) -> Vec<Cell> {
    let amounts = Measure::shown(is_paid).map(|measure| Cell::amount(figures.get(measure)));
    let share = is_paid.then(|| unspent_share(figures));
    before.into_iter().chain(amounts).chain(share).chain(after).collect()
}

/// Everyone who has a share of an agreement. What matters most is seen on a telephone without scrolling sideways.
pub fn recipients(rows: &[Row], is_paid: bool) -> Table {
    let total = Summary::of(rows).figures;
    let columns = columns(
        [Column::text("mottagare", "Mottagare"), Column::text("lage", "Läge")],
        is_paid,
        [
            Column::text("handelse", "Senaste händelse"),
            Column::text("kod", "Kommunkod"),
            Column::text("lan", "Län"),
        ],
    );
    let line = |row: &Row| {
        let of = &row.recipient;
        let years =
            Cell::Link { text: of.code.clone(), href: paths::dashboard::Recipient(&of.code).to_string() };
        table::Row {
            cells: cells(
                [grant(row, &of.name), state(row.state)],
                (&row.figures, is_paid),
                [event(row), years, text(&of.county)],
            ),
            is_late: row.is_late(),
        }
    };
    let total = cells([text("Totalt"), Cell::Empty], (&total, is_paid), [const { Cell::Empty }; 3]);
    Table::new(columns, rows.iter().map(line).collect(), Some(total))
}

/// The same by county; who belongs to none comes under *Övriga*. A county leads to its recipients at `address`.
pub fn counties(rows: &[Row], is_paid: bool, address: &str) -> Table {
    let mut counties: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        counties.entry(&row.recipient.county).or_default().push(row);
    }
    let mut counties: Vec<(&str, Summary)> =
        counties.into_iter().map(|(county, rows)| (county, Summary::of(rows))).collect();
    counties.sort_by_cached_key(|(county, _)| (county.is_empty(), sort_key(county)));
    let columns = columns(
        [
            Column::text("lan", "Län"),
            Column::number("mottagare", "Mottagare"),
            Column::number("svarade-inte", "Har inte rekvirerat"),
            Column::number("sena", "Sena"),
        ],
        is_paid,
        [],
    );
    let figures = |name: Cell, of: &Summary| {
        let [recipients, unanswered, late] = [of.recipients, of.unanswered, of.late].map(Cell::count);
        cells([name, recipients, unanswered, late], (&of.figures, is_paid), [])
    };
    let line = |(county, summary): &(&str, Summary)| {
        let view = View { county: Some((*county).to_owned()), ..View::default() };
        let name = match *county {
            "" => text("Övriga"),
            county => Cell::Link { text: county.to_owned(), href: format!("{address}{}", view.query()) },
        };
        table::Row { cells: figures(name, summary), is_late: false }
    };
    let total = figures(text("Hela landet"), &Summary::of(rows));
    Table::new(columns, counties.iter().map(line).collect(), Some(total))
}

/// Agreements, each with what it comes to: of all their recipients.
pub fn agreements(outcomes: &[(&Agreement, Summary)]) -> Table {
    let mut total = Figures::default();
    for (_, summary) in outcomes {
        total += &summary.figures;
    }
    let is_paid = !total.paid.is_zero();
    let columns = columns(
        [
            Column::text("overenskommelse", "Överenskommelse"),
            Column::number("ar", "År"),
            Column::number("mottagare", "Mottagare"),
        ],
        is_paid,
        [],
    );
    let line = |(agreement, summary): &(&Agreement, Summary)| {
        let terms = &agreement.terms;
        let name = Cell::Link {
            text: terms.name.clone(),
            href: paths::dashboard::Agreement(&terms.slug).to_string(),
        };
        let before = [name, Cell::Count(terms.year.into()), Cell::count(summary.recipients)];
        table::Row { cells: cells(before, (&summary.figures, is_paid), []), is_late: false }
    };
    let total = cells([text("Totalt"), Cell::Empty, Cell::Empty], (&total, is_paid), []);
    Table::new(columns, outcomes.iter().map(line).collect(), Some(total))
}

/// One recipient's share of each agreement.
pub fn shares(shares: &[(&Agreement, Row)]) -> Table {
    let total = Summary::of(shares.iter().map(|(_, row)| row)).figures;
    let is_paid = !total.paid.is_zero();
    let columns = columns(
        [
            Column::text("overenskommelse", "Överenskommelse"),
            Column::number("ar", "År"),
            Column::text("lage", "Läge"),
        ],
        is_paid,
        [Column::text("handelse", "Senaste händelse")],
    );
    let line = |(agreement, row): &(&Agreement, Row)| {
        let terms = &agreement.terms;
        let before = [grant(row, &terms.name), Cell::Count(terms.year.into()), state(row.state)];
        table::Row { cells: cells(before, (&row.figures, is_paid), [event(row)]), is_late: row.is_late() }
    };
    let total = cells([text("Totalt"), Cell::Empty, Cell::Empty], (&total, is_paid), [Cell::Empty]);
    Table::new(columns, shares.iter().map(line).collect(), Some(total))
}

/// Every recipient over several agreements together, by name: how many it has a share of, and what they come to.
pub fn across(rows: &[Row]) -> Table {
    let mut recipients: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        recipients.entry(&row.recipient.code).or_default().push(row);
    }
    let mut recipients: Vec<(&Organisation, Summary)> = recipients
        .into_values()
        .filter_map(|rows| Some((&rows.first()?.recipient, Summary::of(rows))))
        .collect();
    recipients.sort_by_cached_key(|(recipient, _)| sort_key(&recipient.name));
    let total = Summary::of(rows).figures;
    let is_paid = !total.paid.is_zero();
    let columns = columns(
        [Column::text("mottagare", "Mottagare"), Column::number("antal", "Överenskommelser")],
        is_paid,
        [Column::number("sena", "Sena"), Column::text("kod", "Kommunkod"), Column::text("lan", "Län")],
    );
    let line = |(of, summary): &(&Organisation, Summary)| table::Row {
        cells: cells(
            [recipient(of), Cell::count(summary.recipients)],
            (&summary.figures, is_paid),
            [Cell::count(summary.late), text(&of.code), text(&of.county)],
        ),
        is_late: summary.late > 0,
    };
    let total = cells([text("Totalt"), Cell::Empty], (&total, is_paid), [const { Cell::Empty }; 3]);
    Table::new(columns, recipients.iter().map(line).collect(), Some(total))
}

/// What is late, at risk and lapsed, each obligation by itself: the most kronor first.
pub fn due(rows: &[Row]) -> Table {
    let columns = vec![
        Column::text("mottagare", "Mottagare"),
        Column::text("vad", "Vad som inte har kommit in"),
        Column::text("status", "Hur det står"),
        Column::text("sista-dag", "Sista dag"),
        Column::number("dagar", "Dagar kvar (minus = försenad)"),
        Column::number("belopp", "Belopp"),
        Column::text("lage", "Läge"),
        Column::text("lan", "Län"),
    ];
    let line = |row: &Row, due: &Obligation| table::Row {
        cells: vec![
            grant(row, &row.recipient.name),
            text(due.label()),
            timing(due.timing),
            due.last_day.date().map_or(Cell::Empty, Cell::Day),
            due.days_left.map_or(Cell::Empty, Cell::Count),
            Cell::amount(due.amount),
            state(row.state),
            text(&row.recipient.county),
        ],
        is_late: due.is_late(),
    };
    let lines = rows.iter().flat_map(|row| {
        let due = row.obligations.iter().filter(|due| due.timing != Timing::Open);
        due.map(move |due| line(row, due))
    });
    // No total: what is lost, what is not accounted for and what is owed are not of one kind.
    Table::new(columns, lines.collect(), None)
}

pub fn timing(timing: Timing) -> Cell {
    Cell::Tag { label: timing.label(), tone: timing.tone(), rank: timing as usize }
}

/// How often somebody who has left this much of what was paid is said to do so again and again.
const AGAIN: usize = 2;

/// What every recipient left unspent of each round, as a share of what it accounted for, oldest round first.
pub fn rounds(outcomes: &[(&Agreement, Vec<Row>)], view: &View) -> Table {
    let mut rounds: Vec<&(&Agreement, Vec<Row>)> = outcomes.iter().collect();
    rounds.sort_by_key(|(agreement, _)| agreement.terms.year);
    let mut recipients: BTreeMap<&str, Vec<Option<&Row>>> = BTreeMap::new();
    for (at, (_, rows)) in rounds.iter().enumerate() {
        for row in rows {
            let of = recipients.entry(&row.recipient.code).or_insert_with(|| vec![None; rounds.len()]);
            of[at] = Some(row);
        }
    }
    let found = view.finder();
    let mut recipients: Vec<(&Organisation, Vec<Option<&Row>>)> = recipients
        .into_values()
        .filter_map(|rows| Some((&rows.iter().flatten().next()?.recipient, rows)))
        .filter(|(recipient, _)| found(recipient))
        .collect();
    recipients.sort_by_cached_key(|(recipient, _)| sort_key(&recipient.name));
    let columns = std::iter::once(Column::text("mottagare", "Mottagare"))
        .chain(rounds.iter().map(|(agreement, _)| {
            let terms = &agreement.terms;
            Column::number(format!("andel-{}", terms.slug), format!("Inte förbrukat {}", terms.year))
        }))
        .chain([
            Column::number("ganger", "Gånger med medel kvar"),
            Column::number("utbetalt", "Utbetalt och redovisat"),
            Column::number("inte-forbrukat", "Inte förbrukat"),
            Column::number("andel", "Inte förbrukat, andel"),
            Column::text("lan", "Län"),
        ]);
    let figures = |name: Cell, of_rounds: &[Figures], county: Cell| {
        let mut sum = Figures::default();
        for figures in of_rounds {
            sum += figures;
        }
        let times =
            of_rounds.iter().filter(|figures| figures.surplus.is_some_and(|sum| !sum.is_zero())).count();
        let cells: Vec<Cell> = std::iter::once(name)
            .chain(of_rounds.iter().map(unspent_share))
            .chain([
                Cell::count(times),
                Cell::Amount(sum.accounted_for),
                Cell::amount(sum.unspent()),
                unspent_share(&sum),
                county,
            ])
            .collect();
        (cells, times)
    };
    let line = |(of, rows): &(&Organisation, Vec<Option<&Row>>)| {
        let of_rounds: Vec<Figures> =
            rows.iter().map(|row| row.map(|row| row.figures).unwrap_or_default()).collect();
        let (cells, times) = figures(recipient(of), &of_rounds, text(&of.county));
        table::Row { cells, is_late: times >= AGAIN }
    };
    let of_round = |at: usize| recipients.iter().filter_map(move |(_, rows)| rows[at]);
    let totals: Vec<Figures> = (0..rounds.len()).map(|at| Summary::of(of_round(at)).figures).collect();
    let (mut total, _) = figures(text("Totalt"), &totals, Cell::Empty);
    total[rounds.len() + 1] = Cell::Empty;
    Table::new(columns.collect(), recipients.iter().map(line).collect(), Some(total))
}

/// One measure of every recipient, as the pictures draw it.
pub fn drawn(rows: &[Row], drawn: Drawn) -> Table {
    let columns = vec![
        Column::text("mottagare", "Mottagare"),
        Column::number(drawn.key(), drawn.label()),
        Column::text("kod", "Kommunkod"),
        Column::text("lan", "Län"),
    ];
    let figure = |figures: &Figures| match drawn {
        Drawn::Amount(measure) => Cell::amount(figures.get(measure)),
        Drawn::UnspentShare => unspent_share(figures),
    };
    let line = |row: &Row| table::Row {
        cells: vec![
            grant(row, &row.recipient.name),
            figure(&row.figures),
            text(&row.recipient.code),
            text(&row.recipient.county),
        ],
        is_late: false,
    };
    let total = vec![text("Totalt"), figure(&Summary::of(rows).figures), Cell::Empty, Cell::Empty];
    Table::new(columns, rows.iter().map(line).collect(), Some(total))
}

/// What all of it came to, a measure a row.
pub fn totals(whole: &Summary) -> Table {
    let columns = vec![Column::text("vad", "Vad"), Column::number("belopp", "Belopp")];
    let figures = &whole.figures;
    let measures = Measure::shown(whole.is_paid()).map(|measure| (measure.label(), figures.get(measure)));
    let apart = [
        ("Överskott", figures.surplus),
        ("Underskott", figures.deficit()),
        ("Inte redovisat än", Some(figures.unaccounted())),
    ];
    let apart = apart.into_iter().filter(|_| whole.is_paid());
    let line = |(label, amount): (&str, Option<Money>)| table::Row {
        cells: vec![text(label), Cell::amount(amount)],
        is_late: false,
    };
    Table::new(columns, measures.chain(apart).map(line).collect(), None)
}

//! An agreement in pictures, each with its table.

use std::collections::BTreeMap;

use askama::Template;
use chrono::NaiveDate;

use super::{Asked, Leaf, PageData, agreement};
use crate::{
    desks::dashboard::{
        Row, Summary, pictures,
        store::Chosen,
        tables,
        view::{Drawn, View},
    },
    ground::infra::{error::AppError, page::Page},
    paths,
};
use picture::Progress;
use table::{Cell, Column, Sort, Table};
use values::{Money, calendar};

pub async fn show(asked: Asked) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    asked.answer_with(true, chosen, leaf).await
}

#[derive(Template)]
#[template(path = "dashboard/pictures.html")]
struct PicturesPart<'a> {
    path: &'a str,
    drawn: Drawn,
    choices: Vec<(String, String)>,
    /// Pictures, as SVG that their templates made; empty where there is nothing to draw.
    map: String,
    bars: String,
    flow: String,
    flow_table: Table,
    progress: String,
    progress_table: Table,
}

fn leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let (outcome, now) = (found.outcome(slug)?, found.now);
    let view = View { drawn: found.view.drawn, sort: found.view.sort.clone(), ..View::default() };
    let rows = view.select(outcome.rows(None, now));
    let whole = Summary::of(&rows);
    let drawn = view.drawn.unwrap_or_else(|| Drawn::usual(whole.is_paid()));
    let progress = pictures::progress(outcome, &found.movements, calendar::day(now));
    let part = PicturesPart {
        path: &found.path,
        drawn,
        choices: Drawn::shown(whole.is_paid())
            .map(|drawn| (drawn.key().to_owned(), drawn.label().to_owned()))
            .collect(),
        map: map(&rows, drawn)?,
        bars: bars(&rows, drawn)?,
        flow: pictures::flow(&whole).map_or(Ok(String::new()), |flow| flow.to_svg())?,
        flow_table: tables::totals(&whole),
        progress: progress.to_svg()?,
        progress_table: days(&progress),
    };
    let largest_first = Sort { key: drawn.key().to_owned(), descending: true };
    let sort = if view.sort.key.is_empty() { &largest_first } else { &view.sort };
    Ok(Leaf {
        above: part.render()?,
        table_heading: format!("{} per mottagare", drawn.label()),
        table: tables::drawn(&rows, drawn).sorted(sort),
        more_sheets: vec![
            ("Totalt".to_owned(), part.flow_table),
            ("Över tid".to_owned(), part.progress_table),
        ],
        ..agreement::leaf(&outcome.agreement, "bilder")
    })
}

fn href(row: &Row) -> Option<String> {
    Some(paths::review::Grant(&row.grant).to_string())
}

fn map(rows: &[Row], drawn: Drawn) -> askama::Result<String> {
    match drawn {
        _ if !pictures::has_map(rows) => Ok(String::new()),
        Drawn::Amount(measure) => pictures::map(rows, measure, href).to_svg(),
        Drawn::UnspentShare => pictures::share_map(rows, href).to_svg(),
    }
}

/// How many of the largest have a bar.
const BARS: usize = 15;

fn bars(rows: &[Row], drawn: Drawn) -> askama::Result<String> {
    match drawn {
        Drawn::Amount(measure) => pictures::largest(rows, measure, BARS, href).to_svg(),
        Drawn::UnspentShare => Ok(String::new()),
    }
}

/// The curves as a table: what each had come to on the days that something moved.
fn days(progress: &Progress) -> Table {
    let mut days: BTreeMap<NaiveDate, Vec<Option<Money>>> = BTreeMap::new();
    for (at, series) in progress.series.iter().enumerate() {
        for (day, balance) in &series.points {
            let of_day = days.entry(*day).or_insert_with(|| vec![None; progress.series.len()]);
            of_day[at] = Some(*balance);
        }
    }
    let columns = std::iter::once(Column::text("dag", "Dag"))
        .chain(
            progress.series.iter().map(|series| Column::number(series.label.clone(), series.label.clone())),
        )
        .collect();
    let mut balances = vec![Money::ZERO; progress.series.len()];
    let rows = days.into_iter().map(|(day, of_day)| {
        for (balance, changed) in balances.iter_mut().zip(of_day) {
            *balance = changed.unwrap_or(*balance);
        }
        let amounts = balances.iter().map(|balance| Cell::Amount(*balance));
        table::Row {
            cells: std::iter::once(Cell::Text(day.to_string())).chain(amounts).collect(),
            is_late: false,
        }
    });
    Table::new(columns, rows.collect(), None)
}

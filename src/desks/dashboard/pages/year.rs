//! One year across agreements: what each comes to, and every recipient over all of them.

use askama::Template;

use super::{Asked, Filters, Leaf, PageData, choices, crumb, tabs};
use crate::{
    desks::dashboard::{Row, Summary, store::Chosen, tables},
    ground::infra::{error::AppError, page::Page},
    paths,
};
use table::Table;
use values::text::sort_key;

pub async fn show(asked: Asked) -> Page {
    let chosen = chosen(&asked)?;
    asked.answer(chosen, recipients_leaf).await
}

pub async fn counties(asked: Asked) -> Page {
    let chosen = chosen(&asked)?;
    asked.answer(chosen, counties_leaf).await
}

fn chosen(asked: &Asked) -> Result<Chosen, AppError> {
    Ok(Chosen::Years(vec![in_address(&asked.of)?]))
}

/// The year in the address.
fn in_address(year: &str) -> Result<i32, AppError> {
    year.parse().map_err(|_| AppError::NotFound)
}

#[derive(Template)]
#[template(path = "dashboard/agreements.html")]
struct AgreementsPart<'a> {
    table: &'a Table,
}

fn recipients_leaf(found: &PageData, year: &str) -> Result<Leaf, AppError> {
    let mut summaries = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for outcome in &found.outcomes {
        let of_agreement = outcome.rows(None, found.now);
        summaries.push((&outcome.agreement, Summary::of(&of_agreement)));
        rows.extend(of_agreement);
    }
    let mut counties: Vec<&str> = found.outcomes.iter().flat_map(|outcome| outcome.counties()).collect();
    counties.sort_by_cached_key(|county| sort_key(county));
    counties.dedup();
    let county = |county: &&str| ((*county).to_owned(), (*county).to_owned());
    let agreements = tables::agreements(&summaries);
    let is_found = found.view.finder();
    rows.retain(|row| is_found(&row.recipient));
    Ok(Leaf {
        above: AgreementsPart { table: &agreements }.render()?,
        filters: Filters {
            search: true,
            counties: choices("Alla län", counties.iter().map(county)),
            ..Filters::default()
        },
        table_heading: "Mottagare".to_owned(),
        table: tables::across(&rows).sorted(&found.view.sort),
        more_sheets: vec![("Överenskommelser".to_owned(), agreements)],
        ..leaf(in_address(year)?, "")
    })
}

fn counties_leaf(found: &PageData, year: &str) -> Result<Leaf, AppError> {
    let year = in_address(year)?;
    let rows: Vec<Row> = found.outcomes.iter().flat_map(|outcome| outcome.rows(None, found.now)).collect();
    let is_paid = Summary::of(&rows).is_paid();
    let table = tables::counties(&rows, is_paid, &paths::dashboard::Year(&year).to_string());
    Ok(Leaf { table_heading: "Län".to_owned(), table: table.sorted(&found.view.sort), ..leaf(year, "lan") })
}

/// A page of a year, without what is its own.
fn leaf(year: i32, tab: &str) -> Leaf {
    Leaf {
        title: format!("Översikt {year}"),
        heading: year.to_string(),
        lead: format!("Alla överenskommelser som gäller {year} tillsammans."),
        crumbs: vec![crumb(paths::dashboard::Overview, "Översikt")],
        tabs: tabs(
            &[
                ("", "Mottagare", &paths::dashboard::Year(&year)),
                ("lan", "Län", &paths::dashboard::YearCounties(&year)),
            ],
            tab,
        ),
        above: String::new(),
        filters: Filters::default(),
        table_heading: String::new(),
        empty: "Ingen mottagare stämmer med urvalet.",
        table: tables::agreements(&[]),
        more_sheets: Vec::new(),
        about: Vec::new(),
    }
}

//! One year across agreements: what each comes to, and every recipient over all of them.

use actix_web::web;
use askama::Template;

use super::{Asked, Filters, Found, Leaf, answer, choices, crumb};
use crate::{
    access::proof::{By, Overseer},
    dashboard::{Row, Summary, cache::Rendered, store::Chosen, tables},
    infra::{Portal, error::AppError, page::Page},
    recipient::sort_key,
    table::Table,
};

pub async fn show(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    let year = asked.of.parse().map_err(|_| AppError::NotFound)?;
    answer(by, (portal, rendered), asked, Chosen::Years(vec![year]), leaf).await
}

#[derive(Template)]
#[template(path = "dashboard/agreements.html")]
struct AgreementsPart<'a> {
    table: &'a Table,
}

fn leaf(found: &Found, year: &str) -> Result<Leaf, AppError> {
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
    let counties =
        choices("Alla län", counties.iter().map(|county| ((*county).to_owned(), (*county).to_owned())));
    let agreements = tables::agreements(&summaries);
    let is_found = found.view.finder();
    rows.retain(|row| is_found(&row.recipient));
    Ok(Leaf {
        title: format!("Översikt {year}"),
        heading: year.to_owned(),
        lead: format!("Alla överenskommelser som gäller {year} tillsammans."),
        crumbs: vec![crumb("/oversikt", "Översikt")],
        tabs: Vec::new(),
        above: AgreementsPart { table: &agreements }.render()?,
        filters: Filters { search: true, counties, ..Filters::default() },
        table_heading: "Mottagare".to_owned(),
        empty: "Ingen mottagare stämmer med urvalet.",
        table: tables::across(&rows).sorted(&found.view.sort),
        more_sheets: vec![("Överenskommelser".to_owned(), agreements)],
        about: Vec::new(),
    })
}

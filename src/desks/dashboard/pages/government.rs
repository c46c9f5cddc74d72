//! The report to the government: what it says, and the report as a PDF and as a workbook.

use std::sync::Arc;

use actix_web::web;
use askama::Template;

use super::{Asked, Form, Leaf, PageData, agreement, outcomes};
use crate::{
    desks::dashboard::{
        cache::PageKey,
        government::{GovernmentReport, print as printing, tables, words},
        store::{self, Chosen},
    },
    grants::grant::store::{GrantFilter, movements},
    ground::infra::{
        error::AppError,
        page::{self, Page},
    },
    paths,
    terms::{agreement::Agreement, insight::Sight},
};
use values::calendar;

pub async fn show(asked: Asked) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    asked.answer(chosen, leaf).await
}

/// What the report says, above its totals.
#[derive(Template)]
#[template(path = "dashboard/government.html")]
struct SummaryPart<'a> {
    agreement: &'a Agreement,
    path: &'a str,
    date: String,
    summary: Vec<String>,
    deviations: usize,
    method: Vec<String>,
}

fn leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let outcome = found.outcome(slug)?;
    let report = GovernmentReport::of(outcome, found.now);
    let above = SummaryPart {
        agreement: &outcome.agreement,
        path: &found.path,
        date: calendar::long_date(report.today()),
        summary: words::summary(&report),
        deviations: report.deviations().len(),
        method: words::method(&report),
    };
    let mut sheets = match found.form {
        Form::Workbook => report.sheets(),
        Form::Page | Form::Csv => Vec::new(),
    };
    if !sheets.is_empty() {
        sheets.remove(0);
    }
    Ok(Leaf {
        about: about(&outcome.agreement, &above.method),
        above: above.render()?,
        table_heading: "Totaler".to_owned(),
        table: tables::totals(&report).sorted(&found.view.sort),
        more_sheets: sheets.into_iter().map(|(name, table)| (name.to_owned(), table)).collect(),
        ..agreement::leaf(&outcome.agreement, "regeringen")
    })
}

/// What the workbook says of its figures.
fn about(agreement: &Agreement, method: &[String]) -> Vec<(&'static str, String)> {
    let of = &agreement.diarienummer;
    let or_not_stated =
        |text: &str| if text.is_empty() { "Inte angivet".to_owned() } else { text.to_owned() };
    let [of_terms, of_payment] = agreement.terms.instrument.diarienummer_labels();
    let numbers =
        [(of_terms, or_not_stated(&of.agreement)), (of_payment, or_not_stated(&of.payment_decision))];
    let points = method.iter().map(|point| ("Så är det framtaget", point.clone()));
    numbers.into_iter().chain(points).collect()
}

/// The report as a PDF: kept, because it takes a while to typeset.
pub async fn print(asked: Asked) -> Page {
    let Asked { by, portal, rendered, of: slug, .. } = asked;
    let (sight, now, practice) = (Sight::of(&by), portal.clock.now(), portal.practice);
    let chosen = Chosen::Slug(slug.clone());
    let stamps = portal.db.read(move |connection| store::stamps(connection, sight, chosen)).await?;
    let today = calendar::day(now);
    let address = paths::dashboard::GovernmentPdf(&slug).to_string();
    let key = PageKey { stamps, today, address, meant: Vec::new() };
    let name = format!("Rapport till regeringen {slug} {today}.pdf");
    if let Some(file) = rendered.files.get(&key) {
        return page::download("application/pdf", &name, file.to_vec());
    }
    let outcome = outcomes(&portal, &rendered, &key.stamps).await?.pop().ok_or(AppError::NotFound)?;
    let agreement = outcome.agreement.id;
    let moved =
        portal.db.read(move |connection| movements(connection, GrantFilter::of(&[agreement]))).await?;
    let typeset = move || {
        let report = GovernmentReport::of(&outcome, now);
        let document = printing::document(&report, &moved, practice).map_err(|error| error.to_string())?;
        document.to_pdf(now).map_err(|error| error.to_string())
    };
    // Typesetting takes its time: not on the threads that answer.
    let file = web::block(typeset)
        .await
        .map_err(|error| AppError::internal(error.to_string()))?
        .map_err(AppError::internal)?;
    let file = Arc::new(file);
    rendered.files.insert(key, Arc::clone(&file));
    page::download("application/pdf", &name, file.to_vec())
}

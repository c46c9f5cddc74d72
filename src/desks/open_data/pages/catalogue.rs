//! What there is, for other sites' catalogues: DCAT-AP as RDF/XML.

use actix_web::web;
use askama::Template;
use chrono::NaiveDate;

use super::{Asked, Form, PageData, answer};
use crate::{
    desks::{
        dashboard::{AgreementPositions, cache::Rendered, store::Chosen},
        open_data::{LICENCE, View},
    },
    ground::infra::{Portal, error::AppError, page::Page},
    people::{access::proof::Anyone, recipient::Organisation},
    terms::agreement::Agreement,
};
use values::calendar;

#[derive(Template)]
#[template(path = "open_data/catalogue.xml")]
struct Catalogue<'a> {
    base: &'a str,
    is_practice: bool,
    datasets: Vec<Dataset<'a>>,
    /// Each authority once.
    authorities: Vec<&'a Organisation>,
}

struct Dataset<'a> {
    agreement: &'a Agreement,
    /// When something happened last.
    modified: Option<NaiveDate>,
}

/// The files of a dataset: how their addresses end, what they are called, their media type, and their place in the EU's
/// list of file types.
const FILES: [(&str, &str, &str, &str); 3] = [
    ("csv", "CSV", "text/csv", "CSV"),
    ("json", "JSON", "application/json", "JSON"),
    ("xlsx", "Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"),
];

pub async fn show(
    anyone: Anyone,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    let asked = Asked { form: Form::Catalogue, view: View::default(), ..asked };
    answer(anyone, (portal, rendered), asked, Chosen::All, make).await
}

fn make(found: &PageData, _: &str) -> Result<Vec<u8>, AppError> {
    let datasets: Vec<Dataset<'_>> = found.outcomes.iter().map(|outcome| dataset(outcome)).collect();
    let mut authorities: Vec<&Organisation> =
        datasets.iter().map(|dataset| &dataset.agreement.authority).collect();
    authorities.sort_by_key(|authority| &authority.code);
    authorities.dedup_by_key(|authority| &authority.code);
    let mut xml =
        Catalogue { base: &found.base, is_practice: found.is_practice(), datasets, authorities }.render()?;
    // XML refuses other control characters even when escaped.
    xml.retain(|sign| !sign.is_control() || sign == '\n');
    Ok(xml.into_bytes())
}

fn dataset(outcome: &AgreementPositions) -> Dataset<'_> {
    let events = outcome.positions.iter().filter_map(|standing| standing.last_event);
    Dataset { agreement: &outcome.agreement, modified: events.map(|(_, at)| calendar::day(at)).max() }
}

impl Catalogue<'_> {
    /// The portal's, when it is one authority's own.
    fn publisher(&self) -> Option<&&Organisation> {
        self.authorities.first()
    }

    fn practice(&self) -> &'static str {
        if self.is_practice { "Övning, påhittade uppgifter: " } else { "" }
    }
}

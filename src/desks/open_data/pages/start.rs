//! What there is: every agreement with its addresses, and what the fields mean.

use actix_web::web;
use askama::Template;

use super::{Asked, PageData, answer, render};
use crate::{
    desks::{
        dashboard::{cache::Rendered, store::Chosen},
        open_data::{LICENCE, Sum, field::Field, records},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{Chrome, Page},
    },
    people::{access::proof::Anyone, recipient::Organisation},
    terms::agreement::Agreement,
};

#[derive(Template)]
#[template(path = "open_data/start.html")]
struct StartPage<'a> {
    chrome: &'a Chrome,
    agreements: Vec<(&'a Agreement, Sum)>,
    publishers: Vec<&'a str>,
}

pub async fn show(
    anyone: Anyone,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    // One page for all addresses of it: it has nothing to choose.
    let asked = Asked { view: crate::desks::open_data::View::default(), ..asked };
    answer(anyone, (portal, rendered), asked, Chosen::All, make).await
}

fn make(found: &PageData, _: &str) -> Result<Vec<u8>, AppError> {
    let everyone = |_: &Organisation| true;
    let sum = |outcome: &crate::desks::dashboard::AgreementPositions| {
        Sum::of(&records(outcome, everyone, found.now))
    };
    let agreements = found.outcomes.iter().map(|outcome| (&outcome.agreement, sum(outcome))).collect();
    render(&StartPage { chrome: &found.chrome, agreements, publishers: found.publishers() })
}

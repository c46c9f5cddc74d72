//! What is kept of people, for everybody to read; and what is kept of oneself, to read and to take along.

use actix_web::web;
use askama::Template;

use super::store;
use crate::{
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        proof::{Anyone, By, SignedIn},
        routing::Routes,
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.get(paths::personal_data::About::PATTERN, about).get(paths::personal_data::Own::PATTERN, own);
}

#[derive(Template)]
#[template(path = "personal_data/about.html")]
struct AboutPage {
    chrome: Chrome,
}

async fn about(anyone: Anyone) -> Page {
    page::show(&AboutPage { chrome: anyone.chrome })
}

async fn own(by: By<SignedIn>, portal: web::Data<Portal>) -> Page {
    let person = by.person.id;
    let found = portal.db.read(move |connection| store::of(connection, person)).await;
    let text = serde_json::to_vec_pretty(&found.map_err(AppError::from)?)
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/json", "mina-uppgifter.json", text)
}

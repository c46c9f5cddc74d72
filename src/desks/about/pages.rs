//! The start page, which leads everyone to where their work is, and the pages about the portal.

use askama::Template;

use crate::{
    ground::infra::page::{self, Chrome, Page},
    people::access::{
        Role,
        proof::{Access, Admits, Authority, Member, Visit},
        routing::Routes,
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.get("/", start).get("/om", about).get("/tillganglighet", accessibility);
}

#[derive(Template)]
#[template(path = "about/about.html")]
struct AboutPage {
    chrome: Chrome,
}

#[derive(Template)]
#[template(path = "about/accessibility.html")]
struct AccessibilityPage {
    chrome: Chrome,
}

/// Leads everyone to where their work is.
async fn start(visit: Visit) -> Page {
    let Some(actor) = visit.actor else { return page::see_other("/logga-in") };
    let has_one_of = |access: Access| match access {
        Access::OneOf(roles) => roles.iter().any(|role: &Role| actor.has(*role)),
        Access::Everyone | Access::SignedIn | Access::Practice => false,
    };
    page::see_other(if has_one_of(Member::ACCESS) {
        "/bidrag"
    } else if has_one_of(Authority::ACCESS) {
        "/granskning"
    } else if actor.has(Role::Reader) {
        "/oversikt"
    } else if actor.has(Role::Administrator) {
        "/kollegor"
    } else {
        "/overenskommelser"
    })
}

async fn about(visit: Visit) -> Page {
    page::show(&AboutPage { chrome: visit.chrome })
}

async fn accessibility(visit: Visit) -> Page {
    page::show(&AccessibilityPage { chrome: visit.chrome })
}

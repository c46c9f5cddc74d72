//! The start page, which leads everyone to where their work is, and the pages about the portal.

use askama::Template;

use crate::{
    ground::infra::page::{self, Chrome, Page},
    paths,
    people::access::{
        Role,
        proof::{Access, Admits, Authority, Member, Visit},
        routing::Routes,
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::about::Start::PATTERN, start)
        .get(paths::about::About::PATTERN, about)
        .get(paths::about::Accessibility::PATTERN, accessibility);
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
    let Some(actor) = visit.actor else { return page::see_other(paths::access::SignIn) };
    let has_one_of = |access: Access| match access {
        Access::OneOf(roles) => roles.iter().any(|role: &Role| actor.has(*role)),
        Access::Everyone | Access::SignedIn | Access::Practice => false,
    };
    page::see_other(if has_one_of(Member::ACCESS) {
        paths::my_grants::List::PATTERN
    } else if has_one_of(Authority::ACCESS) {
        paths::review::Requisitions::PATTERN
    } else if actor.has(Role::Reader) {
        paths::dashboard::Overview::PATTERN
    } else if actor.has(Role::Administrator) {
        paths::colleague::List::PATTERN
    } else {
        paths::agreement::List::PATTERN
    })
}

async fn about(visit: Visit) -> Page {
    page::show(&AboutPage { chrome: visit.chrome })
}

async fn accessibility(visit: Visit) -> Page {
    page::show(&AccessibilityPage { chrome: visit.chrome })
}

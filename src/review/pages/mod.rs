//! The desk's pages: the queue, a case, the decisions on it, a form that came on paper, one grant as a whole.

mod case;
mod decide;
mod grant;
mod paper;
mod queue;

use crate::{
    access::{Actor, routing::Routes},
    filing::Act,
    grant::Scope,
    ids::Id,
    infra::Portal,
    requisition::{Requisition, Status},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/granskning", queue::list)
        .post("/granskning/tilldela", queue::take)
        .get("/granskning/ny", paper::new)
        .post("/granskning/ny", paper::create)
        .get("/granskning/bidrag/{id}", grant::show)
        .post("/granskning/bidrag/{id}/anstand", grant::extend)
        .post("/granskning/bidrag/{id}/rakenskaper", grant::ask)
        .get("/granskning/{id}", case::show)
        .get("/granskning/{id}/bilagor/{attachment}", case::attachment)
        .post("/granskning/{id}/handlaggare", decide::assign)
        .post("/granskning/{id}/godkannande", decide::approve)
        .post("/granskning/{id}/avslag", decide::refuse)
        .post("/granskning/{id}/komplettering", decide::send_back)
        .post("/granskning/{id}/original", decide::register_original);
}

/// With the eyes of the authority that the actor acts for.
fn scope(actor: &Actor) -> Scope {
    Scope::Authority(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

fn address(id: Id<Requisition>) -> String {
    format!("/granskning/{id}")
}

fn label(status: &Status, lapsed: bool) -> &'static str {
    if lapsed { "Förfallen" } else { status.label() }
}

/// `1 dag`, `12 dagar`
fn days(count: i64) -> String {
    if count == 1 { "1 dag".to_owned() } else { format!("{count} dagar") }
}

/// How far it is to a last day.
fn days_left(count: i64) -> String {
    match count {
        0 => "i dag".to_owned(),
        1.. => format!("{} kvar", days(count)),
        _ => format!("för {} sedan", days(-count)),
    }
}

//! The recipient's pages: fill in, check and attach, certify, sign, follow, correct.

mod certify;
mod check;
mod documents;
mod edit;
mod show;
mod sign;

use serde::Deserialize;

use crate::{
    grants::{
        case::Act,
        grant::Scope,
        report::{Case, Report, store, verbs::Target},
    },
    ground::infra::{Portal, error::AppError},
    people::access::{Actor, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/bidrag/{id}/redovisning", edit::create)
        .get("/redovisningar/{id}", show::show)
        .get("/redovisningar/{id}/uppgifter", edit::edit)
        .post("/redovisningar/{id}/uppgifter", edit::update)
        .get("/redovisningar/{id}/kontroll", check::check)
        .post("/redovisningar/{id}/kontroll", check::issue)
        .post("/redovisningar/{id}/bilagor", check::attach)
        .post("/redovisningar/{id}/bilagor/{attachment}/borttagning", check::detach)
        .get("/redovisningar/{id}/bilagor/{attachment}", documents::attachment)
        .post("/redovisningar/{id}/atertagande", show::take_back)
        .get("/redovisningar/{id}/intyg", certify::new)
        .post("/redovisningar/{id}/intyg", certify::create)
        .get("/redovisningar/{id}/underskrift", sign::new)
        .post("/redovisningar/{id}/underskrift", sign::create)
        .post("/redovisningar/{id}/inskannad", show::scan)
        .post("/redovisningar/{id}/rattelse", show::correct)
        .post("/redovisningar/{id}/rattelse/avbrott", show::give_up_correction)
        .get("/redovisningar/{id}/kvitto", documents::receipt)
        .get("/redovisningar/{id}/kvitto.pdf", documents::receipt_pdf)
        .get("/redovisningar/{id}/blankett.pdf", documents::form_pdf);
}

/// With the eyes of the recipient that the actor acts for.
fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

async fn find(portal: &Portal, scope: Scope, id: Id<Report>) -> Result<Case, AppError> {
    portal.db.read(move |connection| store::case(connection, scope, id)).await?.ok_or(AppError::NotFound)
}

fn address(id: Id<Report>) -> String {
    format!("/redovisningar/{id}")
}

/// The hidden field of every form that changes a report.
#[derive(Deserialize)]
struct RevisionForm {
    revision: i64,
}

impl RevisionForm {
    fn of(&self, id: Id<Report>) -> Target {
        Target { id, revision: self.revision }
    }
}

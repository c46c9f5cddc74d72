//! The recipient's pages: fill in, check, sign, follow.

mod check;
mod documents;
mod edit;
mod show;
mod sign;

use crate::{
    grants::{
        case::Act,
        grant::Scope,
        requisition::{Case, Requisition, store, verbs::Target},
    },
    ground::infra::{Portal, error::AppError},
    people::access::{Actor, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post("/bidrag/{id}/rekvisitioner", edit::create)
        .get("/rekvisitioner/{id}", show::show)
        .get("/rekvisitioner/{id}/uppgifter", edit::edit)
        .post("/rekvisitioner/{id}/uppgifter", edit::update)
        .get("/rekvisitioner/{id}/kontroll", check::check)
        .post("/rekvisitioner/{id}/kontroll", check::issue)
        .post("/rekvisitioner/{id}/atertagande", show::take_back)
        .post("/rekvisitioner/{id}/borttagning", show::discard)
        .post("/rekvisitioner/{id}/aterkallelse", show::withdraw)
        .get("/rekvisitioner/{id}/underskrift", sign::new)
        .post("/rekvisitioner/{id}/underskrift", sign::create)
        .post("/rekvisitioner/{id}/inskannad", show::scan)
        .get("/rekvisitioner/{id}/kvitto", documents::receipt)
        .get("/rekvisitioner/{id}/kvitto.pdf", documents::receipt_pdf)
        .get("/rekvisitioner/{id}/blankett.pdf", documents::form_pdf)
        .get("/granskning/{id}/blankett.pdf", documents::form_pdf_across)
        .get("/rekvisitioner/{id}/bilagor/{attachment}", documents::attachment);
}

/// With the eyes of the recipient that the actor acts for.
fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

async fn find(portal: &Portal, scope: Scope, id: Id<Requisition>) -> Result<Case, AppError> {
    portal.db.read(move |connection| store::case(connection, scope, id)).await?.ok_or(AppError::NotFound)
}

fn address(id: Id<Requisition>) -> String {
    format!("/rekvisitioner/{id}")
}

/// The hidden field of every form that changes a requisition.
#[derive(serde::Deserialize)]
struct RevisionForm {
    revision: i64,
}

impl RevisionForm {
    fn of(&self, id: Id<Requisition>) -> Target {
        Target { id, revision: self.revision }
    }
}

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
        case::{self, Act},
        grant::Scope,
        report::{
            Case, Report, Status, store,
            verbs::{Failure, Target},
        },
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

/// What a verb came to. One that was refused because the same page was posted just before (a button pressed twice, a
/// request sent again) has come to what it should.
async fn or_done_before(
    done: Result<(), Failure>,
    portal: &Portal,
    scope: Scope,
    target: Target,
    is_goal: impl FnOnce(&Status) -> bool,
) -> Result<(), Failure> {
    let Err(Failure::Refused(refusal)) = done else { return done };
    let now = portal.db.read(move |connection| case::store::find(connection, scope, target.id)).await?;
    let is_done = now.is_some_and(|now| now.revision - 1 == target.revision && is_goal(&now.status));
    if is_done { Ok(()) } else { Err(refusal.into()) }
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

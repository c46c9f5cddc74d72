//! The recipient's pages: fill in, check, sign, follow.

mod check;
mod documents;
mod edit;
mod show;
mod sign;

use crate::{
    grants::requisition::{Dossier, Requisition, store, verbs::Target},
    ground::infra::{Portal, error::AppError},
    paths,
    people::access::{Act, Actor, Scope, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post(paths::requisition::Begin::PATTERN, edit::create)
        .get(paths::requisition::Case::PATTERN, show::show)
        .get(paths::requisition::Edit::PATTERN, edit::edit)
        .post(paths::requisition::Edit::PATTERN, edit::update)
        .get(paths::requisition::Check::PATTERN, check::check)
        .post(paths::requisition::Check::PATTERN, check::issue)
        .post(paths::requisition::TakeBack::PATTERN, show::recall)
        .post(paths::requisition::Discard::PATTERN, show::discard)
        .post(paths::requisition::Withdraw::PATTERN, show::withdraw)
        .get(paths::requisition::Sign::PATTERN, sign::new)
        .post(paths::requisition::Sign::PATTERN, sign::create)
        .post(paths::requisition::Scan::PATTERN, show::scan)
        .get(paths::requisition::Receipt::PATTERN, documents::receipt)
        .get(paths::requisition::ReceiptPdf::PATTERN, documents::receipt_pdf)
        .get(paths::requisition::FormPdf::PATTERN, documents::form_pdf)
        .get(paths::requisition::ReviewFormPdf::PATTERN, documents::form_pdf_across)
        .get(paths::requisition::Attachment::PATTERN, documents::attachment);
}

/// With the eyes of the recipient that the actor acts for.
fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

async fn find(portal: &Portal, scope: Scope, id: Id<Requisition>) -> Result<Dossier, AppError> {
    portal.db.read(move |connection| store::case(connection, scope, id)).await?.ok_or(AppError::NotFound)
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

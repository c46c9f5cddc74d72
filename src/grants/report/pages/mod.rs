//! The recipient's pages: fill in, check and attach, certify, sign, follow, correct.

mod certify;
mod check;
mod documents;
mod edit;
mod show;
mod sign;

use serde::Deserialize;

use crate::{
    grants::report::{Dossier, Report, store, verbs::Target},
    ground::infra::{Portal, error::AppError},
    paths,
    people::access::{Act, Actor, Scope, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post(paths::report::Begin::PATTERN, edit::create)
        .get(paths::report::Case::PATTERN, show::show)
        .get(paths::report::Edit::PATTERN, edit::edit)
        .post(paths::report::Edit::PATTERN, edit::update)
        .get(paths::report::Check::PATTERN, check::check)
        .post(paths::report::Check::PATTERN, check::issue)
        .post(paths::report::Attach::PATTERN, check::attach)
        .post(paths::report::Detach::PATTERN, check::detach)
        .get(paths::report::Attachment::PATTERN, documents::attachment)
        .post(paths::report::TakeBack::PATTERN, show::recall)
        .get(paths::report::Certify::PATTERN, certify::new)
        .post(paths::report::Certify::PATTERN, certify::create)
        .get(paths::report::Sign::PATTERN, sign::new)
        .post(paths::report::Sign::PATTERN, sign::create)
        .post(paths::report::Scan::PATTERN, show::scan)
        .post(paths::report::Correct::PATTERN, show::correct)
        .post(paths::report::GiveUpCorrection::PATTERN, show::give_up_correction)
        .get(paths::report::Receipt::PATTERN, documents::receipt)
        .get(paths::report::ReceiptPdf::PATTERN, documents::receipt_pdf)
        .get(paths::report::FormPdf::PATTERN, documents::form_pdf);
}

/// With the eyes of the recipient that the actor acts for.
fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

async fn find(portal: &Portal, scope: Scope, id: Id<Report>) -> Result<Dossier, AppError> {
    portal.db.read(move |connection| store::case(connection, scope, id)).await?.ok_or(AppError::NotFound)
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

//! The pages of proposals: the list, one page for each part, the table, and what is seen before it is published.

mod allocation;
mod import;
mod list;
mod part;
mod preview;
mod review;
mod show;

use std::fmt::Display;

use actix_web::web;

use super::{
    Proposal, Status,
    spec::{self, PARTS, Part},
    store,
};
use crate::{
    ground::infra::{Portal, error::AppError, form::FieldErrors},
    paths,
    people::access::{Act, Actor, Role, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::proposal::List::PATTERN, list::list)
        .get(paths::proposal::New::PATTERN, list::new)
        .post(paths::proposal::List::PATTERN, list::create)
        .post(paths::proposal::Replace::PATTERN, list::replace)
        .get(paths::proposal::Proposal::PATTERN, show::show)
        .get(paths::proposal::Definition::PATTERN, show::definition)
        .get(paths::proposal::AllocationFile::PATTERN, show::allocation)
        .post(paths::proposal::Propose::PATTERN, show::propose)
        .post(paths::proposal::TakeBack::PATTERN, show::recall)
        .post(paths::proposal::SendBack::PATTERN, show::reopen)
        .post(paths::proposal::Discard::PATTERN, show::discard)
        .post(paths::proposal::Publish::PATTERN, show::publish)
        .get(paths::proposal::Import::PATTERN, import::start::start)
        .post(paths::proposal::Import::PATTERN, import::start::upload)
        .post(paths::proposal::ImportText::PATTERN, import::start::paste)
        .post(paths::proposal::ImportDiscard::PATTERN, import::start::discard)
        .get(paths::proposal::ImportColumns::PATTERN, import::columns::columns)
        .post(paths::proposal::ImportColumns::PATTERN, import::columns::update)
        .get(paths::proposal::ImportProof::PATTERN, import::proof::proof)
        .post(paths::proposal::ImportRecipients::PATTERN, import::proof::resolve)
        .post(paths::proposal::ImportUse::PATTERN, import::proof::use_table)
        .get(paths::proposal::Allocation::PATTERN, allocation::edit)
        .post(paths::proposal::Allocation::PATTERN, allocation::update)
        .post(paths::proposal::AllocationKey::PATTERN, allocation::reckon)
        .get(paths::proposal::Review::PATTERN, review::review)
        .post(paths::proposal::DropOrphans::PATTERN, review::drop_orphans)
        .get(paths::proposal::Preview::PATTERN, preview::preview)
        .get(paths::proposal::PreviewPdf::PATTERN, preview::pdf)
        .post(paths::proposal::ChangeForms::PATTERN, part::change_forms)
        // After all that would match it.
        .get(paths::proposal::Part::PATTERN, part::edit)
        .post(paths::proposal::Part::PATTERN, part::update);
}

/// At the reason for which something is thrown away.
const REASON: &str = "Skriv skälet, på högst 2 000 tecken.";

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

async fn find(actor: &Actor, portal: &Portal, id: Id<Proposal>) -> Result<Proposal, AppError> {
    let authority = actor.organisation.id;
    portal.db.read(move |connection| store::find(connection, authority, id)).await?.ok_or(AppError::NotFound)
}

/// What every page of one proposal has at its top.
struct Head {
    id: Id<Proposal>,
    title: String,
    status: Status,
    /// The address, what it is called, and whether it is this page.
    tabs: Vec<(String, &'static str, bool)>,
    may_edit: bool,
    may_recall: bool,
}

impl Head {
    fn of(proposal: &Proposal, actor: &Actor, current: &str) -> Self {
        let id = &proposal.id;
        let tab = |href: &dyn Display, slug: &str, title| (href.to_string(), title, slug == current);
        let mut tabs = vec![tab(&paths::proposal::Proposal(id), "", "Förslaget")];
        tabs.extend(
            PARTS.iter().map(|part| tab(&paths::proposal::Part(id, part.slug), part.slug, part.title)),
        );
        tabs.extend([
            tab(&paths::proposal::Allocation(id), "fordelning", "Fördelning"),
            tab(&paths::proposal::Review(id), "granska", "Granska"),
            tab(&paths::proposal::Preview(id), "forhandsvisa", "Förhandsvisa"),
        ]);
        Self {
            id: proposal.id,
            title: proposal.form.title(),
            status: proposal.status.clone(),
            tabs,
            may_edit: proposal.is_draft() && actor.has(Role::CaseOfficer),
            may_recall: matches!(proposal.status, Status::Proposed { .. }) && actor.has(Role::CaseOfficer),
        }
    }
}

/// The part in the address.
fn part_named(slug: &str) -> Result<&'static Part, AppError> {
    Part::find(slug).ok_or(AppError::NotFound)
}

fn field_errors(faults: Vec<super::form::Fault>) -> FieldErrors {
    let mut errors = FieldErrors::default();
    for fault in faults {
        let message = match spec::row_words(&fault.field) {
            Some(row) => format!("{row}: {}", fault.message),
            None => fault.message,
        };
        errors.add(fault.field, message);
    }
    errors
}

/// A form's fields as they came, with the session's token among them.
type Posted = Vec<(String, String)>;

/// A field that the page always sends.
fn sent<'a>(posted: &'a Posted, name: &str) -> Result<&'a str, AppError> {
    let found = posted.iter().find(|(field, _)| field == name);
    found.map(|(_, typed)| typed.as_str()).ok_or_else(|| AppError::bad_request("Formuläret är inte helt."))
}

/// Reads with the proposal what it is held against.
async fn with_known(
    actor: &Actor,
    portal: &web::Data<Portal>,
    id: Id<Proposal>,
) -> Result<(Proposal, super::check::ProposalFacts), AppError> {
    let authority = actor.organisation.id;
    portal
        .db
        .read(move |connection| {
            let proposal = store::find(connection, authority, id)?.ok_or(AppError::NotFound)?;
            let known = super::verbs::known(connection, &proposal)?;
            Ok::<_, AppError>((proposal, known))
        })
        .await
}

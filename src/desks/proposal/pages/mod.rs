//! The pages of proposals: the list, one page for each part, the table, and what is seen before it is published.

mod allocation;
mod import;
mod list;
mod part;
mod preview;
mod review;
mod show;

use actix_web::web;

use super::{
    Proposal, Status,
    spec::{self, PARTS, Part},
    store,
};
use crate::{
    ground::infra::{Portal, error::AppError, form::FieldErrors},
    people::access::{Actor, Role, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/forslag", list::list)
        .get("/forslag/nytt", list::new)
        .post("/forslag", list::create)
        .post("/forslag/ersattning", list::replace)
        .get("/forslag/{id}", show::show)
        .get("/forslag/{id}/agreement.toml", show::definition)
        .get("/forslag/{id}/allocation.csv", show::allocation)
        .post("/forslag/{id}/framlaggning", show::propose)
        .post("/forslag/{id}/atertagande", show::take_back)
        .post("/forslag/{id}/aterlamnande", show::send_back)
        .post("/forslag/{id}/nedlaggning", show::discard)
        .post("/forslag/{id}/publicering", show::publish)
        .get("/forslag/{id}/fordelning/import", import::start::start)
        .post("/forslag/{id}/fordelning/import", import::start::upload)
        .post("/forslag/{id}/fordelning/import/text", import::start::paste)
        .post("/forslag/{id}/fordelning/import/borttagning", import::start::discard)
        .get("/forslag/{id}/fordelning/import/kolumner", import::columns::columns)
        .post("/forslag/{id}/fordelning/import/kolumner", import::columns::update)
        .get("/forslag/{id}/fordelning/import/kontroll", import::proof::proof)
        .post("/forslag/{id}/fordelning/import/mottagare", import::proof::resolve)
        .post("/forslag/{id}/fordelning/import/anvandning", import::proof::use_table)
        .get("/forslag/{id}/fordelning", allocation::edit)
        .post("/forslag/{id}/fordelning", allocation::update)
        .post("/forslag/{id}/fordelning/nyckel", allocation::reckon)
        .get("/forslag/{id}/granska", review::review)
        .post("/forslag/{id}/poster/borttagna", review::drop_orphans)
        .get("/forslag/{id}/forhandsvisa", preview::preview)
        .get("/forslag/{id}/forhandsvisa.pdf", preview::pdf)
        .post("/forslag/{id}/blanketter/byte", part::change_forms)
        // After all that would match it.
        .get("/forslag/{id}/{part}", part::edit)
        .post("/forslag/{id}/{part}", part::update);
}

/// At the reason for which something is thrown away.
const REASON: &str = "Skriv skälet, på högst 2 000 tecken.";

fn address(id: Id<Proposal>) -> String {
    format!("/forslag/{id}")
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
    may_take_back: bool,
}

impl Head {
    fn of(proposal: &Proposal, actor: &Actor, current: &str) -> Self {
        let base = address(proposal.id);
        let parts = PARTS.iter().map(|part| (part.slug, part.title));
        let first = [("", "Förslaget")];
        let others = [("fordelning", "Fördelning"), ("granska", "Granska"), ("forhandsvisa", "Förhandsvisa")];
        let tab = |(slug, title): (&'static str, &'static str)| {
            let href = if slug.is_empty() { base.clone() } else { format!("{base}/{slug}") };
            (href, title, slug == current)
        };
        Self {
            id: proposal.id,
            title: proposal.form.title(),
            status: proposal.status.clone(),
            tabs: first.into_iter().chain(parts).chain(others).map(tab).collect(),
            may_edit: proposal.is_draft() && actor.has(Role::CaseOfficer),
            may_take_back: matches!(proposal.status, Status::Proposed { .. }) && actor.has(Role::CaseOfficer),
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
) -> Result<(Proposal, super::check::Known), AppError> {
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

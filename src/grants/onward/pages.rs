//! The pages of onward distribution: the municipality's, the units', and what the authority sees.

mod application;
mod authority;
mod awards;
mod days;
mod history;
mod letters;
mod list;
mod lists;
mod model;
mod plan;
mod redistribution;
mod reserve;
mod summary;
mod units;
mod visitor;

use actix_web::HttpRequest;

use super::{Case, application::Application, store, verbs::Failure};
use crate::{
    grants::{
        case::Act,
        grant::{Grant, Scope},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::FieldErrors,
        page::{self, Page},
    },
    people::access::{Actor, routing::Routes},
};
use table::{
    Table,
    csv::{self, Reader},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/bidrag/{id}/vidarefordelning", plan::show)
        .post("/bidrag/{id}/vidarefordelning", plan::begin)
        .get("/bidrag/{id}/vidarefordelning/enheter.csv", plan::csv)
        .get("/bidrag/{id}/vidarefordelning/modell", model::edit)
        .post("/bidrag/{id}/vidarefordelning/modell", model::update)
        .post("/bidrag/{id}/vidarefordelning/modell/faststallelse", model::approve)
        .post("/bidrag/{id}/vidarefordelning/modell/andring", model::reopen)
        .get("/bidrag/{id}/vidarefordelning/modell/dagar", days::show)
        .post("/bidrag/{id}/vidarefordelning/modell/dagar", days::update)
        .get("/bidrag/{id}/vidarefordelning/historik", history::of_plan)
        .post("/bidrag/{id}/vidarefordelning/inbjudningar", awards::invite)
        .get("/bidrag/{id}/vidarefordelning/lankar", awards::links)
        .get("/bidrag/{id}/vidarefordelning/lankar.csv", awards::links_csv)
        .get("/bidrag/{id}/vidarefordelning/beslut", awards::decide)
        .post("/bidrag/{id}/vidarefordelning/beslut", awards::award)
        .get("/bidrag/{id}/vidarefordelning/omfordelning", redistribution::show)
        .post("/bidrag/{id}/vidarefordelning/omfordelning", redistribution::redistribute)
        .get("/bidrag/{id}/vidarefordelning/reserv", reserve::show)
        .post("/bidrag/{id}/vidarefordelning/reserv", reserve::set)
        .get("/bidrag/{id}/vidarefordelning/betalningslistor", lists::show)
        .post("/bidrag/{id}/vidarefordelning/betalningslistor", lists::make)
        .get("/bidrag/{id}/vidarefordelning/betalningslistor/{list}", list::show)
        .post("/bidrag/{id}/vidarefordelning/betalningslistor/{list}/inte-betalt", list::failed)
        .post("/bidrag/{id}/vidarefordelning/betalningslistor/{list}/betalt-anda", list::was_made)
        .get("/bidrag/{id}/vidarefordelning/betalningslistor/{list}/betalningar.csv", list::csv)
        .get("/bidrag/{id}/vidarefordelning/betalningslistor/{list}/pain001.xml", list::pain001)
        .get("/bidrag/{id}/vidarefordelning/brev/{letters}.pdf", letters::show)
        .get("/bidrag/{id}/vidarefordelning/redovisning", summary::show)
        .post("/bidrag/{id}/vidarefordelning/redovisning", summary::fill)
        .get("/bidrag/{id}/vidarefordelning/ansokningar/{application}", application::show)
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/avslag", application::refuse)
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/komplettering", application::send_back)
        .post(
            "/bidrag/{id}/vidarefordelning/ansokningar/{application}/aterbetalning",
            application::register_return,
        )
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/rattning", application::give_back)
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/struket", application::strike_returns)
        .post(
            "/bidrag/{id}/vidarefordelning/ansokningar/{application}/atertagande",
            application::take_back_unpaid,
        )
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/konto", application::pay_to)
        .post("/bidrag/{id}/vidarefordelning/ansokningar/{application}/lank", application::renew_link)
        .get("/enheter", units::list)
        .get("/enheter/ny", units::new)
        .post("/enheter", units::create)
        .get("/enheter/inlasning", units::import_form)
        .post("/enheter/inlasning", units::import)
        .get("/enheter/historik", history::of_units)
        .get("/enheter/{unit}", units::edit)
        .post("/enheter/{unit}", units::update)
        .get("/utforare/{application}/{code}", visitor::show)
        .post("/utforare/{application}/{code}/ansokan", visitor::apply)
        .post("/utforare/{application}/{code}/aterrapport", visitor::report)
        .get("/granskning/bidrag/{id}/vidarefordelning", authority::show);
}

fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

fn address(grant: Id<Grant>) -> String {
    format!("/bidrag/{grant}/vidarefordelning")
}

/// The case of a plan that somebody has begun.
async fn case(portal: &Portal, actor: &Actor, grant: Id<Grant>) -> Result<Case, AppError> {
    let scope = scope(actor);
    portal.db.read(move |connection| store::case(connection, scope, grant)?.ok_or(AppError::NotFound)).await
}

/// What only whoever has the unit's link can know.
fn code(portal: &Portal, application: Id<Application>, link: i32) -> Result<String, AppError> {
    Ok(portal.key.derive(&format!("onward:{application}:{link}"))?)
}

/// The unit's link, to be sent to it.
fn link(portal: &Portal, request: &HttpRequest, application: &Application) -> Result<String, AppError> {
    let code = code(portal, application.id, application.link)?;
    Ok(format!("{}/utforare/{}/{code}", portal.address(request)?, application.id))
}

fn csv_file(table: &Table, name: &str) -> Page {
    let bytes =
        csv::write(table, Reader::Spreadsheet).map_err(|error| AppError::internal(error.to_string()))?;
    page::download("text/csv; charset=utf-8", name, bytes)
}

/// A verb's refusal as an error of the form; a fault of ours is passed on.
fn refused(failure: Failure, field: &'static str) -> Result<FieldErrors, AppError> {
    let mut errors = FieldErrors::default();
    match failure {
        Failure::Invalid(found) => return Ok(found),
        Failure::Refused(refusal) => errors.add(field, refusal),
        Failure::NotEnough(refusal) => errors.add(field, refusal),
        // Whatever was typed, it is not this person's to do.
        Failure::NoMandate(refusal) => errors.add("", refusal),
        Failure::Conflict(words) => errors.add(field, words),
        Failure::Alike(known) => errors.add(field, known),
        failure @ (Failure::NotFound | Failure::Overtaken | Failure::Done | Failure::Db(_)) => {
            return Err(failure.into());
        }
    }
    Ok(errors)
}

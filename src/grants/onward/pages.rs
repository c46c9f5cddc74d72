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

use super::{
    Distribution,
    application::{Application, Refusal},
    store,
    verbs::Failure,
};
use crate::{
    grants::grant::Grant,
    ground::infra::{
        Portal,
        error::AppError,
        form::FieldErrors,
        page::{self, Page},
    },
    paths,
    people::access::{Act, Actor, Scope, routing::Routes},
};
use table::{
    Table,
    csv::{self, Reader},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::onward::Plan::PATTERN, plan::show)
        .post(paths::onward::Plan::PATTERN, plan::begin)
        .get(paths::onward::PlanUnitsCsv::PATTERN, plan::csv)
        .get(paths::onward::Model::PATTERN, model::edit)
        .post(paths::onward::Model::PATTERN, model::update)
        .post(paths::onward::ApproveModel::PATTERN, model::approve)
        .post(paths::onward::ReopenModel::PATTERN, model::reopen_model)
        .get(paths::onward::Days::PATTERN, days::show)
        .post(paths::onward::Days::PATTERN, days::update)
        .get(paths::onward::PlanHistory::PATTERN, history::of_plan)
        .post(paths::onward::Invite::PATTERN, awards::invite)
        .get(paths::onward::Links::PATTERN, awards::links)
        .get(paths::onward::LinksCsv::PATTERN, awards::links_csv)
        .get(paths::onward::Decide::PATTERN, awards::decide)
        .post(paths::onward::Decide::PATTERN, awards::award)
        .get(paths::onward::Redistribution::PATTERN, redistribution::show)
        .post(paths::onward::Redistribution::PATTERN, redistribution::redistribute)
        .get(paths::onward::Reserve::PATTERN, reserve::show)
        .post(paths::onward::Reserve::PATTERN, reserve::set)
        .get(paths::onward::PaymentLists::PATTERN, lists::show)
        .post(paths::onward::PaymentLists::PATTERN, lists::make)
        .get(paths::onward::PaymentList::PATTERN, list::show)
        .post(paths::onward::NotPaid::PATTERN, list::failed)
        .post(paths::onward::PaidAfterAll::PATTERN, list::was_made)
        .get(paths::onward::PaymentsCsv::PATTERN, list::csv)
        .get(paths::onward::Pain001::PATTERN, list::pain001)
        .get(paths::onward::Letters::PATTERN, letters::show)
        .get(paths::onward::Summary::PATTERN, summary::show)
        .post(paths::onward::Summary::PATTERN, summary::fill)
        .get(paths::onward::Application::PATTERN, application::show)
        .post(paths::onward::Refuse::PATTERN, application::refuse)
        .post(paths::onward::SendBack::PATTERN, application::request_completion)
        .post(paths::onward::RegisterReturn::PATTERN, application::register_money_back)
        .post(paths::onward::GiveBack::PATTERN, application::reopen_application)
        .post(paths::onward::StrikeReturns::PATTERN, application::strike_money_back)
        .post(paths::onward::TakeBackUnpaid::PATTERN, application::recall_unpaid)
        .post(paths::onward::PayTo::PATTERN, application::pay_to)
        .post(paths::onward::RenewLink::PATTERN, application::renew_link)
        .get(paths::onward::Units::PATTERN, units::list)
        .get(paths::onward::NewUnit::PATTERN, units::new)
        .post(paths::onward::Units::PATTERN, units::create)
        .get(paths::onward::ImportUnits::PATTERN, units::import_form)
        .post(paths::onward::ImportUnits::PATTERN, units::import)
        .get(paths::onward::UnitsHistory::PATTERN, history::of_units)
        .get(paths::onward::Unit::PATTERN, units::edit)
        .post(paths::onward::Unit::PATTERN, units::update)
        .get(paths::onward::Visit::PATTERN, visitor::show)
        .post(paths::onward::Apply::PATTERN, visitor::apply)
        .post(paths::onward::ReportBack::PATTERN, visitor::report)
        .get(paths::onward::Authority::PATTERN, authority::show);
}

fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

/// The case of a plan that somebody has begun.
async fn case(portal: &Portal, actor: &Actor, grant: Id<Grant>) -> Result<Distribution, AppError> {
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
    Ok(format!("{}{}", portal.address(request)?, paths::onward::Visit(&application.id, &code)))
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
        Failure::Refused(Refusal::Changed) => return Err(failure.into()),
        // Whatever was typed, it is not this person's to do.
        Failure::Refused(refusal @ Refusal::NoMandate(_)) => errors.add("", refusal),
        Failure::Refused(refusal) => errors.add(field, refusal),
        failure => return Err(failure.into()),
    }
    Ok(errors)
}

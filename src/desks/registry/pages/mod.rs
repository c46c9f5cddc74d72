//! The register's pages: the list, an organisation, a new one, and who takes over from whom.

mod list;
mod new;
mod show;
mod succession;

use actix_web::http::StatusCode;
use askama::Template;
use serde::Deserialize;

use super::{Refusal, verbs::Failure};
use crate::{
    ground::infra::{
        Portal,
        error::AppError,
        form::FieldErrors,
        page::{self, Page},
    },
    paths,
    people::access::{Act, Role, proof::By, routing::Routes},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::registry::List::PATTERN, list::list)
        // Before the addresses of the organisations, of which it would be one.
        .get(paths::registry::New::PATTERN, new::new)
        .post(paths::registry::New::PATTERN, new::create)
        .get(paths::registry::Recipient::PATTERN, show::show)
        .post(paths::registry::Alias::PATTERN, show::add_alias)
        .post(paths::registry::RemoveAlias::PATTERN, show::remove_alias)
        .post(paths::registry::Name::PATTERN, show::rename)
        .post(paths::registry::Number::PATTERN, show::set_number)
        .get(paths::registry::Merger::PATTERN, succession::new_merger)
        .post(paths::registry::MergerCheck::PATTERN, succession::check_merger)
        .post(paths::registry::Merger::PATTERN, succession::merge)
        .get(paths::registry::Split::PATTERN, succession::new_split)
        .post(paths::registry::SplitCheck::PATTERN, succession::check_split)
        .post(paths::registry::Split::PATTERN, succession::split);
}

fn act<R>(by: &By<R>, portal: &Portal) -> Act {
    Act::of_authority(by, portal.clock.now())
}

/// What was done, as the address says after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Done {
    klart: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "alias" => Some("Mottagaren finns nu under det aliaset."),
            "borttaget" => Some("Aliaset är borttaget."),
            "namn" => Some("Namnet är ändrat. Det gamla är kvar som alias."),
            "nummer" => Some("Organisationsnumret är ändrat."),
            "ny" => Some("Organisationen är tillagd."),
            "efterfoljare" => Some("Efterföljaren är registrerad. Bidragen har gått över."),
            _ => None,
        }
    }
}

/// What a form that was not carried out comes back with.
#[derive(Default)]
struct Mending {
    errors: FieldErrors,
    refusal: Option<Refusal>,
}

/// Where the organisation is, and what was done with it.
fn done(code: &str, word: &str) -> String {
    format!("{}?klart={word}", paths::registry::Recipient(code))
}

/// To the organisation when it is done, also when it is so already. Otherwise what is to be mended (422), or that somebody else
/// was first (409).
fn outcome(outcome: Result<String, Failure>, code: &str, word: &str) -> Result<Page, (StatusCode, Mending)> {
    match outcome {
        Ok(to) => Ok(page::see_other(to)),
        Err(Failure::Done) => Ok(page::see_other(done(code, word))),
        Err(Failure::Invalid(errors)) => {
            Err((StatusCode::UNPROCESSABLE_ENTITY, Mending { errors, refusal: None }))
        }
        Err(Failure::Refused(refusal)) => {
            Err((StatusCode::CONFLICT, Mending { refusal: Some(refusal), ..Mending::default() }))
        }
        Err(failure) => Ok(Err(AppError::from(failure))),
    }
}

fn is_officer<R>(by: &By<R>) -> bool {
    by.has_at(Role::CaseOfficer, by.organisation.id)
}

fn is_decision_maker<R>(by: &By<R>) -> bool {
    by.has_at(Role::DecisionMaker, by.organisation.id)
}

fn show_as(status: StatusCode, template: &impl Template) -> Page {
    page::show_as(status, template)
}

//! The page where the paying authority decides the last days that the source leaves to it.

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    access::proof::{By, CaseOfficer, Posted},
    agreement::{
        Agreement, Decidable,
        form::DeadlinesForm,
        store,
        verbs::{self, DeadlinesFailure, Failure},
    },
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
};

#[derive(Template)]
#[template(path = "agreement/deadlines.html")]
struct DeadlinesPage {
    chrome: Chrome,
    agreement: Agreement,
    form: DeadlinesForm,
    errors: FieldErrors,
    /// Somebody else changed the agreement while the form was filled in.
    is_conflict: bool,
}

impl DeadlinesPage {
    fn may_decide(&self, which: Decidable) -> bool {
        self.agreement.terms.deadlines.may_be_decided.contains(&which)
    }
}

pub async fn edit(by: By<CaseOfficer>, portal: web::Data<Portal>, slug: web::Path<String>) -> Page {
    let agreement = find(&by, &portal, slug.into_inner()).await?;
    page::show(&DeadlinesPage {
        chrome: by.chrome.clone(),
        form: DeadlinesForm::of(&agreement),
        agreement,
        errors: FieldErrors::default(),
        is_conflict: false,
    })
}

pub async fn update(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<DeadlinesForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    let slug = slug.into_inner();
    let now = portal.clock.now();
    let (actor, typed, place) = (by.actor.clone(), form.clone(), slug.clone());
    let done = portal
        .db
        .write(move |connection| verbs::decide_deadlines(connection, &actor, now, &place, &typed))
        .await;
    let (errors, is_conflict) = match done {
        Ok(()) => return page::see_other(format!("/overenskommelser/{slug}?sparat=dagar")),
        Err(DeadlinesFailure::Invalid(errors)) => (errors, false),
        Err(DeadlinesFailure::Failure(Failure::Changed(_))) => (FieldErrors::default(), true),
        Err(DeadlinesFailure::Failure(Failure::NotFound)) => return Err(AppError::NotFound),
        Err(DeadlinesFailure::Failure(Failure::Db(error))) => return Err(error.into()),
    };
    let agreement = find(&by, &portal, slug).await?;
    // Whoever has seen what stands there now may save again.
    let version = if is_conflict { agreement.version.to_string() } else { form.version.clone() };
    let form = DeadlinesForm { version, ..form };
    let status = if is_conflict { StatusCode::CONFLICT } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = DeadlinesPage { chrome: by.chrome.clone(), agreement, form, errors, is_conflict };
    page::show_as(status, &page)
}

/// The agreement, if the authority pays it.
async fn find(by: &By<CaseOfficer>, portal: &Portal, slug: String) -> Result<Agreement, AppError> {
    let authority = by.organisation.id;
    let found = portal.db.read(move |connection| store::find_paid_by(connection, authority, &slug)).await;
    found.map_err(AppError::from)?.ok_or(AppError::NotFound)
}

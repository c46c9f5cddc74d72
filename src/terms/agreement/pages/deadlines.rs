//! The page where the paying authority decides the last days that the source leaves to it.

use actix_web::{http::StatusCode, web};
use askama::Template;

use crate::{
    ground::{
        history,
        infra::{
            Portal,
            conflict::Conflict,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Act,
        proof::{By, CaseOfficer, Posted},
    },
    terms::agreement::{
        Agreement, Decidable, Refusal,
        form::DeadlinesForm,
        store,
        verbs::{self, Failure},
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
    conflict: Option<Conflict>,
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
        conflict: None,
    })
}

pub async fn update(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<DeadlinesForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    let slug = slug.into_inner();
    let act = Act::of_authority(&by, portal.clock.now());
    let (typed, place) = (form.clone(), slug.clone());
    let to = format!("{}?sparat=dagar", paths::agreement::Agreement(&slug));
    let decide = move |c: &mut _| verbs::decide_deadlines(c, &act, &place, &typed).map(|()| to);
    let errors = match portal.db.once(decide).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Invalid(errors)) => errors,
        Err(Failure::Refused(Refusal::Changed)) => {
            let agreement = find(&by, &portal, slug).await?;
            return overtaken(by, &portal, agreement, form).await;
        }
        Err(failure) => return Err(failure.into()),
    };
    let agreement = find(&by, &portal, slug).await?;
    let page = DeadlinesPage { chrome: by.chrome.clone(), agreement, form, errors, conflict: None };
    page::show_errors(&page)
}

/// Whoever has seen what stands there now may save again.
async fn overtaken(by: By<CaseOfficer>, portal: &Portal, agreement: Agreement, form: DeadlinesForm) -> Page {
    let stream = agreement.id.to_string();
    let last = portal.db.read(move |connection| history::store::last(connection, &stream)).await;
    let saved = last.map_err(AppError::from)?.map(|line| line.entry.saved());
    let now = DeadlinesForm::of(&agreement);
    let fields = [
        ("Sista dag för rekvisition", &form.requisition, now.requisition),
        ("Sista dag för ekonomisk redovisning", &form.report, now.report),
    ];
    let fields = fields.map(|(label, mine, theirs)| (label.to_owned(), mine.clone(), theirs));
    let conflict = Some(Conflict::new(saved, fields));
    let form = DeadlinesForm { version: now.version, ..form };
    let errors = FieldErrors::default();
    let page = DeadlinesPage { chrome: by.chrome.clone(), agreement, form, errors, conflict };
    page::show_as(StatusCode::CONFLICT, &page)
}

/// The agreement, if the authority pays it.
async fn find(by: &By<CaseOfficer>, portal: &Portal, slug: String) -> Result<Agreement, AppError> {
    let authority = by.organisation.id;
    let found = portal.db.read(move |connection| store::find_paid_by(connection, authority, &slug)).await;
    found.map_err(AppError::from)?.ok_or(AppError::NotFound)
}

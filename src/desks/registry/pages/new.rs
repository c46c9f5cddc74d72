//! An organisation that did not come with the registry: an RSS or a private provider.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Mending, act, done, outcome, show_as};
use crate::{
    desks::registry::{
        counties,
        form::{ADDED, NewForm},
        store, verbs,
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{Chrome, Page},
    },
    people::access::proof::{By, CaseOfficer, Posted},
};

#[derive(Template)]
#[template(path = "registry/new.html")]
struct NewPage {
    chrome: Chrome,
    form: NewForm,
    kinds: Vec<(&'static str, &'static str)>,
    counties: Vec<(String, String)>,
    errors: FieldErrors,
}

pub async fn new(by: By<CaseOfficer>, portal: web::Data<Portal>) -> Page {
    form_page(StatusCode::OK, by, &portal, NewForm::default(), FieldErrors::default()).await
}

async fn form_page(
    status: StatusCode,
    by: By<CaseOfficer>,
    portal: &Portal,
    form: NewForm,
    errors: FieldErrors,
) -> Page {
    let register = portal.db.read(store::register).await?;
    let none = std::iter::once((String::new(), "Inget län".to_owned()));
    let page = NewPage {
        chrome: by.chrome,
        form,
        kinds: ADDED.map(|kind| (kind.key(), kind.label())).to_vec(),
        counties: none.chain(counties(&register)).collect(),
        errors,
    };
    show_as(status, &page)
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<NewForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let (act, typed) = (act(&by, &portal), form.clone());
    let add = move |connection: &mut _| {
        verbs::add(connection, &act, &typed).map(|organisation| done(&organisation.code, "ny"))
    };
    match outcome(portal.db.once(add).await, "", "ny") {
        Ok(answer) => answer,
        Err((status, Mending { errors, .. })) => form_page(status, by, &portal, form, errors).await,
    }
}

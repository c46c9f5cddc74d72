//! Registering money that came in.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{act, address};
use crate::{
    grants::{
        case::alike::{self, Alike},
        repayment::{
            Refusal, Repayment,
            form::RegisterForm,
            rules::Rule,
            store,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    people::access::{
        Actor,
        proof::{By, PaymentOfficer, Posted},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "repayment/new.html")]
struct NewPage {
    chrome: Chrome,
    form: RegisterForm,
    today: String,
    /// One that looks the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    errors: FieldErrors,
}

pub async fn new(by: By<PaymentOfficer>, portal: web::Data<Portal>) -> Page {
    page::show(&NewPage {
        chrome: by.chrome,
        form: RegisterForm::empty(),
        today: portal.clock.today().to_string(),
        alike: None,
        errors: FieldErrors::default(),
    })
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<PaymentOfficer>, Form<RegisterForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let id = form.id;
    let registered = |id| format!("{}?ny=ja", address(id));
    if is_registered(&by, &portal, id).await? {
        return page::see_other(registered(id));
    }
    let incoming = match form.parse() {
        Ok(incoming) => incoming,
        Err(errors) => return again(by, &portal, form, errors, None),
    };
    let (act, is_another) = (act(&by, &portal), alike::is_another(&form.is_another));
    let outcome =
        portal.db.write(move |connection| verbs::register(connection, &act, id, &incoming, is_another)).await;
    match outcome {
        Ok(()) => page::see_other(registered(id)),
        Err(Failure::Invalid(errors)) => again(by, &portal, form, errors, None),
        Err(Failure::Alike(known)) => again(by, &portal, form, known.asked(Rule::Alike), Some(known)),
        // The other half of a double click was quicker.
        Err(Failure::Refused(Refusal::Changed)) if is_registered(&by, &portal, id).await? => {
            page::see_other(registered(id))
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn is_registered(actor: &Actor, portal: &Portal, id: Id<Repayment>) -> Result<bool, AppError> {
    let authority = actor.organisation.id;
    Ok(portal.db.read(move |connection| store::find(connection, authority, id)).await?.is_some())
}

fn again(
    by: By<PaymentOfficer>,
    portal: &Portal,
    form: RegisterForm,
    errors: FieldErrors,
    alike: Option<Alike>,
) -> Page {
    page::show_as(
        StatusCode::UNPROCESSABLE_ENTITY,
        &NewPage { chrome: by.chrome, form, today: portal.clock.today().to_string(), alike, errors },
    )
}

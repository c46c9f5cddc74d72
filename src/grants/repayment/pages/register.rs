//! Registering money that came in.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::act;
use crate::{
    grants::{
        case::alike::{self, Alike},
        repayment::{
            Refusal,
            form::RegisterForm,
            rules::Rule,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::proof::{By, PaymentOfficer, Posted},
};

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
        form: RegisterForm::default(),
        today: portal.clock.today().to_string(),
        alike: None,
        errors: FieldErrors::default(),
    })
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<PaymentOfficer>, Form<RegisterForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let incoming = match form.parse() {
        Ok(incoming) => incoming,
        Err(errors) => return again(by, &portal, form, errors, None),
    };
    let (act, is_another) = (act(&by, &portal), alike::is_another(&form.is_another));
    let register = move |connection: &mut _| {
        verbs::register(connection, &act, &incoming, is_another)
            .map(|id| format!("{}?ny=ja", paths::repayment::Repayment(&id)))
    };
    match portal.db.once(register).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Invalid(errors)) => again(by, &portal, form, errors, None),
        Err(Failure::Refused(Refusal::Alike(known))) => {
            again(by, &portal, form, known.asked(Rule::Alike), Some(known))
        }
        Err(failure) => Err(failure.into()),
    }
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

//! Signing in with one click, and setting the date. Outside practice mode these addresses do not exist.

use actix_web::{HttpRequest, web};
use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    ground::infra::{
        Portal,
        error::{AppError, Resume},
        form::{Form, Holding},
        page::{self, Page},
    },
    paths,
    people::{
        access::{
            self, Role,
            proof::{Posted, Practising, Visit},
            routing::Routes,
            session::Method,
        },
        recipient,
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.post(paths::practice::SignIn::PATTERN, sign_in).post(paths::practice::SetDate::PATTERN, set_date);
}

#[derive(Deserialize)]
struct SignInForm {
    organisation: String,
    /// A role's key, with `-2` for the second person in it.
    role: String,
    #[serde(default)]
    till: String,
    #[serde(default)]
    hallet: String,
}

async fn sign_in(
    Posted { body: Holding(form), .. }: Posted<Practising, Holding<SignInForm>>,
    portal: web::Data<Portal>,
    visit: Visit,
    request: HttpRequest,
) -> Page {
    let (role, which) = match form.role.split_once('-') {
        Some((role, which)) => (role, which.parse().unwrap_or(1)),
        None => (form.role.as_str(), 1),
    };
    let role = Role::parse(role).ok_or_else(|| AppError::bad_request("Rollen finns inte."))?;
    let code = form.organisation;
    let entered = portal
        .db
        .write(move |connection| {
            let Some(organisation) = recipient::store::find_by_code(connection, &code)? else {
                return Ok::<_, AppError>(None);
            };
            if !role.fits(organisation.kind) {
                return Ok(None);
            }
            let person = super::person(connection, &organisation, role, which, chrono::Utc::now())?;
            Ok(Some((person.id, organisation.id)))
        })
        .await?;
    let Some((person, organisation)) = entered else {
        return Err(AppError::bad_request("Organisationen finns inte, eller har inte den rollen."));
    };
    let resume = Resume::open(&portal.key, form.till, &form.hallet);
    let beginning = access::pages::beginning(&request, person, organisation, Method::Practice);
    access::pages::enter(&request, &portal, beginning, resume, visit.chrome).await
}

#[derive(Deserialize)]
struct DateForm {
    datum: String,
}

async fn set_date(
    Posted { body: Form(form), .. }: Posted<Practising, Form<DateForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let in_range = |date: &NaiveDate| (2000..2100).contains(&chrono::Datelike::year(date));
    let date = form.datum.trim().parse::<NaiveDate>().ok().filter(in_range).ok_or_else(|| {
        AppError::bad_request(
            "Datumet gick inte att läsa. Skriv det som ÅÅÅÅ-MM-DD, till exempel 2022-03-15.",
        )
    })?;
    portal.db.write(move |connection| super::set_date(connection, date)).await.map_err(AppError::from)?;
    portal.clock.set_date(date);
    page::see_other(paths::about::Start)
}

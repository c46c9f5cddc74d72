//! Showing who one is with a passkey: the questions that a page's script fetches (`static/passkey.js`), and their answers.

use actix_web::{HttpRequest, HttpResponse, web};
use chrono::Utc;
use webauthn_rs::prelude::Webauthn;

use crate::{
    ground::infra::{Portal, browser::BrowserToken, error::AppError, form::Form, page::Page},
    paths,
    people::{
        access::{
            Person,
            proof::{By, NoFields, Oneself, Posted, Visit},
            routing::Routes,
        },
        account::{
            passkey::{
                Ask, Purpose, relying_party,
                verbs::{self, Answer},
            },
            store,
        },
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post(paths::account::AskToConfirm::PATTERN, ask_to_confirm)
        .post(paths::account::AskToSignIn::PATTERN, ask_to_sign_in);
}

const NOT_OFFERED: &str = "Passkeys går inte att använda här.";

/// With whom a passkey speaks; refused where the portal has no address that one can be tied to.
pub fn offered(portal: &Portal) -> Result<Webauthn, AppError> {
    relying_party(&portal.config, portal.practice).ok_or_else(|| AppError::Conflict(NOT_OFFERED.to_owned()))
}

/// What somebody is asked in the session of this request.
pub fn ask_of(request: &HttpRequest, person: &Person, purpose: Purpose) -> Result<Ask, AppError> {
    let token = BrowserToken::of(request)?;
    let scope = match purpose {
        Purpose::Register | Purpose::Confirm => token.session_key(),
        Purpose::SignIn => token.step_key(),
    };
    Ok(Ask { person: person.clone(), purpose, scope })
}

/// Judges the answer to what [`ask_to_confirm`] asked; it is used up by what it is for.
pub async fn answered(
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    person: &Person,
    answer: String,
) -> Result<Option<Answer>, AppError> {
    let Ok(party) = offered(portal) else { return Ok(None) };
    let ask = ask_of(request, person, Purpose::Confirm)?;
    let judge = move |connection: &mut _| verbs::check(connection, &party, &ask, Utc::now(), &answer);
    portal.db.read(judge).await.map_err(AppError::from)
}

/// The same, and it is used up by this.
pub async fn accepted(
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    person: &Person,
    answer: String,
) -> Result<bool, AppError> {
    let Ok(party) = offered(portal) else { return Ok(false) };
    let ask = ask_of(request, person, Purpose::Confirm)?;
    let times = (portal.clock.now(), Utc::now());
    portal
        .db
        .write(move |connection| verbs::accept(connection, &party, &ask, times, &answer))
        .await
        .map_err(AppError::from)
}

pub const WRONG: &str = "Din passkey kunde inte bekräfta att det är du. Försök igen. Svaret måste komma inom fem minuter, och gäller en gång.";

async fn ask_to_confirm(
    Posted { by, .. }: Posted<By<Oneself>, Form<NoFields>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    question(&portal, ask_of(&request, &by.person, Purpose::Confirm)?).await
}

/// Of whoever has given the password, in the same browser.
async fn ask_to_sign_in(
    Posted { .. }: Posted<Visit, Form<NoFields>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let key = BrowserToken::of(&request)?.step_key();
    let step = portal
        .db
        .read(move |connection| store::step(connection, &key, Utc::now()))
        .await
        .map_err(AppError::from)?;
    let Some(step) = step else {
        return Err(AppError::Conflict("Det tog för lång tid. Logga in igen.".to_owned()));
    };
    question(&portal, ask_of(&request, &step.person, Purpose::SignIn)?).await
}

async fn question(portal: &Portal, ask: Ask) -> Page {
    let party = offered(portal)?;
    let told = portal
        .db
        .write(move |connection| verbs::ask(connection, &party, &ask, Utc::now()))
        .await
        .map_err(AppError::from)?;
    match told {
        Some(told) => Ok(HttpResponse::Ok().json(told)),
        None => Err(AppError::Conflict("Kontot har ingen passkey.".to_owned())),
    }
}

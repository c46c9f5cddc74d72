//! Signing in: the password, and then the code where the account asks for one.

use std::fmt::Display;

use actix_web::{
    HttpRequest,
    http::{
        StatusCode,
        header::{HeaderValue, RETRY_AFTER},
    },
    web,
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::passkey_questions;
use crate::{
    ground::{
        history::{Event, Who, access_log},
        infra::{
            Portal,
            browser::{BrowserToken, KnownBrowser},
            db::DbError,
            error::{AppError, Resume},
            form::{FieldErrors, Form, Holding},
            metrics,
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::{
        access::{
            self, Person,
            pages::{beginning, enter, sign_in_again},
            proof::{Posted, Visit},
            session::{Beside, Method},
            turns::{self, Alone},
        },
        account::{
            FailedCodes, account_key, passkey,
            store::{self, Step, Try},
            verbs::{self, Failure},
        },
    },
};

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct SignInForm {
    email: String,
    password: String,
    /// The address to go to afterwards.
    till: String,
    /// A held post, sealed.
    hallet: String,
}

pub async fn create(
    Posted { by: visit, body: Holding(form) }: Posted<Visit, Holding<SignInForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let SignInForm { email, password, till, hallet } = form;
    let resume = Resume::open(&portal.key, till, &hallet);
    let known = match try_password(&portal, &request, &email, password).await? {
        Tried::Wait(until) => {
            metrics::signed_in("password", "refused");
            return wait(visit.chrome, &portal, resume, email, until).await;
        }
        Tried::Wrong => None,
        Tried::Right { person, counted_under, alone } => {
            let id = person.id;
            let (has_role, has_factor) = portal
                .db
                .read(move |connection| {
                    let home = access::store::first_organisation(connection, id)?;
                    Ok::<_, AppError>((home.is_some(), store::has_second_factor(connection, id)?))
                })
                .await?;
            has_role.then_some((person, counted_under, has_factor, alone))
        }
    };
    match known {
        None => {
            refused(&portal, &email, "fel lösenord, eller ingen roll").await?;
            let why = "E-postadressen och lösenordet hör inte ihop. Kontrollera båda och försök igen.";
            sign_in_again(visit.chrome, &portal, resume, email, StatusCode::UNPROCESSABLE_ENTITY, why).await
        }
        // The count of tries goes on: whoever has the password and no code is not let through to guess codes for ever.
        Some((person, _, true, _)) => ask_for_code(&portal, person, resume).await,
        Some((person, counted_under, false, _alone)) => {
            let shown = (person, Beside::Nothing);
            finish(&portal, &request, shown, &counted_under, resume, visit.chrome).await
        }
    }
}

/// Kept in the access log: with who it was to be, when that is somebody; never with what was typed.
async fn refused(portal: &Portal, email: &str, why: &'static str) -> Result<(), AppError> {
    metrics::signed_in("password", "refused");
    let email = email.to_owned();
    portal
        .db
        .write(move |connection| {
            let known = access::store::find_by_email(connection, &email)?;
            // Anybody can make addresses up: of them there is a figure, and no line each.
            let Some((person, _)) = known else { return Ok(()) };
            let who =
                Who { person_id: person.id.to_string(), person: person.name, organisation: String::new() };
            access_log::note(connection, Utc::now(), who, Event::SignInRefused, why)
        })
        .await
        .map_err(AppError::from)
}

/// How it went to try a password.
pub enum Tried {
    Wait(DateTime<Utc>),
    Wrong,
    Right {
        person: Person,
        counted_under: String,
        /// Until it is dropped, the next try of the same browser waits: it sees this one forgotten.
        alone: Alone,
    },
}

/// Tries a password, if it is time to. The same work is done, and takes the same time, when it is not, and for an address that
/// nobody has.
pub async fn try_password(
    portal: &Portal,
    request: &HttpRequest,
    email: &str,
    password: String,
) -> Result<Tried, AppError> {
    let account = account_key(email);
    let browser = KnownBrowser::of(request, portal).map(|browser| browser.key());
    let alone = turns::alone(browser.as_deref().unwrap_or(&account)).await?;
    let (counted, now) = (account.clone(), Utc::now());
    let allowed = portal
        .db
        .write_aside(move |connection| store::begin_try(connection, &counted, browser.as_deref(), now))
        .await
        .map_err(AppError::from)?;
    let person = match access::pages::recognise(portal, email.to_owned(), password).await {
        Err(AppError::Busy) => return Err(not_tried(portal, account, allowed).await),
        person => person?,
    };
    Ok(match (allowed, person) {
        (Try::Wait { until }, _) => Tried::Wait(until),
        (Try::Allowed { .. }, None) => Tried::Wrong,
        (Try::Allowed { counted_under }, Some(person)) => Tried::Right { person, counted_under, alone },
    })
}

/// The queue was too long: what was counted is no try.
async fn not_tried(portal: &Portal, account: String, allowed: Try) -> AppError {
    let Try::Allowed { counted_under } = allowed else { return AppError::Busy };
    let taken_back = portal
        .db
        .write_aside(move |connection| store::forget_one_try(connection, &account, &counted_under))
        .await;
    taken_back.map_or_else(AppError::from, |()| AppError::Busy)
}

/// Why nothing was tried, in words.
pub fn too_many(until: DateTime<Utc>) -> String {
    let minutes = (until - Utc::now()).num_seconds().max(1).unsigned_abs().div_ceil(60);
    let minutes = if minutes == 1 { "en minut".to_owned() } else { format!("{minutes} minuter") };
    format!(
        "För många försök. Vänta {minutes} och försök igen. Rätt lösenord hjälper inte innan dess, utom i en webbläsare där du har loggat in förut."
    )
}

async fn wait(chrome: Chrome, portal: &Portal, resume: Resume, email: String, until: DateTime<Utc>) -> Page {
    let status = StatusCode::TOO_MANY_REQUESTS;
    let mut response = sign_in_again(chrome, portal, resume, email, status, too_many(until)).await?;
    let seconds = (until - Utc::now()).num_seconds().max(1);
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    Ok(response)
}

/// Keeps the half under a new token: one that somebody planted in the browser before is worth nothing here either.
async fn ask_for_code(portal: &Portal, person: Person, resume: Resume) -> Page {
    let token = BrowserToken::random()?;
    let key = token.step_key();
    let step = Step { person, resume };
    portal
        .db
        .write(move |connection| store::start_step(connection, &key, &step, Utc::now()))
        .await
        .map_err(AppError::from)?;
    let mut response = page::see_other(paths::account::Code)?;
    response.add_cookie(&token.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(response)
}

#[derive(Template)]
#[template(path = "account/code.html")]
struct CodePage {
    chrome: Chrome,
    /// An app shows the code; otherwise there are recovery codes only.
    has_app: bool,
    /// Where the account's passkeys are used; empty when it has none.
    passkey_domain: String,
    failed: FailedCodes,
    errors: FieldErrors,
}

/// The page for the second half, while there is one.
async fn code_page(
    chrome: Chrome,
    portal: &Portal,
    request: &HttpRequest,
) -> Result<Option<CodePage>, AppError> {
    let key = BrowserToken::of(request)?.step_key();
    let found = portal
        .db
        .read(move |connection| {
            let Some(step) = store::step(connection, &key, Utc::now())? else { return Ok(None) };
            let has_app = store::factor_since(connection, step.person.id)?.is_some();
            let passkeys = store::passkeys::count(connection, step.person.id)?;
            let failed = store::failed_codes(connection, step.person.id)?;
            Ok::<_, DbError>(Some((has_app, passkeys > 0, failed)))
        })
        .await
        .map_err(AppError::from)?;
    Ok(found.map(|(has_app, has_passkey, failed)| CodePage {
        chrome,
        has_app: has_app && !failed.stop_the_app(),
        passkey_domain: if has_passkey { portal.passkey_domain() } else { String::new() },
        failed,
        errors: FieldErrors::default(),
    }))
}

pub async fn ask(visit: Visit, portal: web::Data<Portal>, request: HttpRequest) -> Page {
    match code_page(visit.chrome, &portal, &request).await? {
        Some(page) => page::show(&page),
        None => page::see_other(paths::access::SignIn),
    }
}

const WRONG_CODE: &str = "Koden stämmer inte. En kod från appen gäller i ungefär en minut, och bara en gång.";
const STOPPED: &str = "Koden stämmer inte. Så många felaktiga koder har skrivits för kontot att koder från appen inte tas emot. Använd en reservkod eller en passkey, eller kontakta den som driver portalen.";

/// Why a code was not taken.
pub fn wrong_code(failed: FailedCodes) -> &'static str {
    if failed.stop_the_app() { STOPPED } else { WRONG_CODE }
}

#[derive(Deserialize)]
pub struct CodeForm {
    pub code: String,
    /// What a passkey answered instead, as JSON.
    #[serde(default)]
    pub passkey: String,
}

pub async fn complete(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<CodeForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let (key, now, data) = (BrowserToken::of(&request)?.step_key(), portal.clock.now(), portal.clone());
    // Read before the try is counted: the fifth that is wrong is told so on the page too.
    let page = code_page(visit.chrome.clone(), &portal, &request).await?;
    let by_passkey = !form.passkey.is_empty();
    let party = passkey::relying_party(&portal.config, portal.practice).filter(|_| by_passkey);
    let completed = portal
        .db
        .write(move |connection| match party {
            Some(party) => {
                passkey::verbs::complete(connection, &party, &key, (now, Utc::now()), &form.passkey)
            }
            None => verbs::complete(connection, &data.key, &key, now, Utc::now(), &form.code),
        })
        .await;
    let step = match completed {
        Ok(Some(step)) => step,
        Ok(None) => {
            let Some(mut page) = page else { return page::see_other(paths::access::SignIn) };
            if by_passkey {
                page.errors.add("passkey", passkey_questions::WRONG);
            } else {
                page.errors.add("code", wrong_code(page.failed));
            }
            return page::show_errors(&page);
        }
        Err(Failure::Db(error)) => return Err(error.into()),
        Err(_) => {
            let why = "Det tog för lång tid, eller blev för många koder. Logga in igen.";
            let (chrome, resume) = (visit.chrome, Resume::default());
            return sign_in_again(
                chrome,
                &portal,
                resume,
                String::new(),
                StatusCode::UNPROCESSABLE_ENTITY,
                why,
            )
            .await;
        }
    };
    let told = page.is_some_and(|page| page.failed.are_worth_telling()) && !step.resume.is_post();
    let resume = if told { Resume::to(format!("{}?klart=koder", paths::account::Own)) } else { step.resume };
    // Under what the password was counted is not kept: both counts begin anew.
    let shown = (step.person, if by_passkey { Beside::Passkey } else { Beside::Code });
    finish(&portal, &request, shown, "", resume, visit.chrome).await
}

/// Starts the session. From now on the browser is one that has signed in to the account.
pub async fn finish(
    portal: &Portal,
    request: &HttpRequest,
    (person, beside): (Person, Beside),
    counted_under: &str,
    resume: Resume,
    chrome: Chrome,
) -> Page {
    let (id, account, counted_under) = (person.id, account_key(&person.email), counted_under.to_owned());
    let offered = KnownBrowser::of(request, portal);
    let fresh = KnownBrowser::random()?;
    let (browser, organisation) = portal
        .db
        .write(move |connection| {
            // Only a cookie that the portal gave is taken for one; whoever made up their own gets another.
            let browser = match offered {
                Some(browser) if store::is_known(connection, &browser.key())? => browser,
                _ => fresh,
            };
            store::forget_tries(connection, &account, &counted_under)?;
            store::forget_tries(connection, &account, &browser.key())?;
            store::remember_browser(connection, &browser.key(), id, Utc::now())?;
            Ok::<_, AppError>((browser, access::store::first_organisation(connection, id)?))
        })
        .await?;
    let organisation = organisation.ok_or(AppError::SignedOut(None))?;
    let beginning = beginning(request, id, organisation, Method::Password(beside));
    let mut response = enter(request, portal, beginning, resume, chrome).await?;
    response.add_cookie(&browser.cookie(portal)).map_err(internal)?;
    Ok(response)
}

fn internal(error: impl Display) -> AppError {
    AppError::internal(error.to_string())
}

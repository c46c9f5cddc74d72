//! One's own passkeys: the list, adding one and removing one.

use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

use super::{
    confirm::{TypedProof, recognised},
    own::must_have_factor,
    passkey_questions::{ask_of, offered},
    second_factor::CodesPage,
};
use crate::{
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Act,
            proof::{By, Confirmed, Oneself, Posted},
            routing::Routes,
            session::{Method, browser_name},
        },
        account::{
            Refusal,
            passkey::{LONGEST_NAME, MOST, Passkey, Purpose, verbs},
            store,
            verbs::Failure,
        },
    },
};
use values::{Id, calendar::long_time};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::account::Passkeys::PATTERN, list)
        .post(paths::account::NewPasskey::PATTERN, begin)
        .post(paths::account::Passkeys::PATTERN, add)
        .post(paths::account::RemovePasskey::PATTERN, remove);
}

#[derive(Template)]
#[template(path = "account/passkeys.html")]
struct PasskeysPage {
    chrome: Chrome,
    passkeys: Vec<Passkey>,
    /// Which one can be removed: id and name.
    choices: Vec<(String, String)>,
    /// Where passkeys are used; empty when the portal cannot offer any.
    domain: String,
    /// Removing the last one leaves the account without a second factor.
    is_last_factor: bool,
    must_have: bool,
    name: String,
    chosen: String,
    errors: FieldErrors,
}

impl PasskeysPage {
    fn added(passkey: &Passkey) -> String {
        long_time(passkey.added_at)
    }

    fn used(passkey: &Passkey) -> String {
        passkey.used_at.map_or_else(|| "aldrig".to_owned(), long_time)
    }

    fn has_room(&self) -> bool {
        self.chrome.user.as_ref().is_some_and(|user| user.confirms_with.is_empty())
            && !self.domain.is_empty()
            && self.passkeys.len() < usize::try_from(MOST).unwrap_or(usize::MAX)
    }
}

/// What was done, as the address says after it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Done {
    klart: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "tillagd" => Some("Din passkey är tillagd."),
            "borttagen" => Some("Passkeyn är borttagen. Ta bort den på enheten också."),
            _ => None,
        }
    }
}

async fn list(
    by: By<Oneself>,
    portal: web::Data<Portal>,
    request: HttpRequest,
    done: web::Query<Done>,
) -> Page {
    let page = read(&by, &portal, &request).await?;
    let chrome = page.chrome.clone().noting(done.words());
    page::show(&PasskeysPage { chrome, ..page })
}

async fn read(by: &By<Oneself>, portal: &Portal, request: &HttpRequest) -> Result<PasskeysPage, AppError> {
    let id = by.person.id;
    let passkeys = portal.db.read(move |connection| store::passkeys::of(connection, id)).await?;
    let agent = request.headers().get("user-agent").and_then(|agent| agent.to_str().ok());
    Ok(PasskeysPage {
        chrome: by.chrome.clone(),
        is_last_factor: passkeys.len() == 1 && !by.factors.app,
        choices: passkeys.iter().map(|one| (one.id.to_string(), one.name.clone())).collect(),
        passkeys,
        domain: portal.passkey_domain(),
        must_have: must_have_factor(&by.actor, portal),
        name: browser_name(agent.unwrap_or_default()),
        chosen: String::new(),
        errors: FieldErrors::default(),
    })
}

/// Whoever comes from an identity provider has no account to get into here.
fn local(by: &By<Oneself>) -> Result<(), AppError> {
    if by.session.method == Method::Provider { Err(AppError::Forbidden) } else { Ok(()) }
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct NameForm {
    name: String,
}

fn named(typed: &str) -> Result<String, String> {
    let name = typed.trim();
    match name.chars().count() {
        0 => Err("Skriv vad du vill kalla den, till exempel ”Min telefon”.".to_owned()),
        length if length > LONGEST_NAME || name.chars().any(char::is_control) => {
            Err(format!("Skriv ett kortare namn: högst {LONGEST_NAME} tecken på en rad."))
        }
        _ => Ok(name.to_owned()),
    }
}

#[derive(Template)]
#[template(path = "account/new_passkey.html")]
struct NewPage {
    chrome: Chrome,
    name: String,
    domain: String,
    /// What the browser is to be told, as JSON.
    told: String,
    errors: FieldErrors,
}

/// The answer to the post asks the device; there is nothing to lead to, since each question is good once.
async fn begin(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Oneself>, Form<NameForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    local(&by)?;
    match named(&form.name) {
        Ok(name) => page::show(&new_page(&by, &portal, &request, name).await?),
        Err(why) => {
            let mut page = PasskeysPage { name: form.name, ..read(&by, &portal, &request).await? };
            page.errors.add("name", why);
            page::show_errors(&page)
        }
    }
}

async fn new_page(
    by: &By<Oneself>,
    portal: &Portal,
    request: &HttpRequest,
    name: String,
) -> Result<NewPage, AppError> {
    let (party, ask) = (offered(portal)?, ask_of(request, &by.person, Purpose::Register)?);
    let told =
        portal.db.write(move |connection| verbs::ask_for_new(connection, &party, &ask, Utc::now())).await?;
    Ok(NewPage {
        chrome: by.chrome.clone(),
        name,
        domain: portal.passkey_domain(),
        told: told.to_string(),
        errors: FieldErrors::default(),
    })
}

#[derive(Deserialize)]
struct AddForm {
    #[serde(default)]
    name: String,
    #[serde(default)]
    passkey: String,
}

/// Only to what [`begin`] asked in this session, a short while after its owner showed who it is.
async fn add(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<AddForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    local(&by)?;
    let (party, ask) = (offered(&portal)?, ask_of(&request, &by.person, Purpose::Register)?);
    let name = named(&form.name).map_err(AppError::bad_request)?;
    let act = Act::of_oneself(&by, portal.clock.now());
    let added = portal
        .db
        .write(move |connection| verbs::add(connection, &party, &act, &ask, Utc::now(), &name, &form.passkey))
        .await;
    match added {
        Ok(codes) if codes.is_empty() => {
            page::see_other(format!("{}?klart=tillagd", paths::account::Passkeys))
        }
        Ok(codes) => page::show(&CodesPage { chrome: by.chrome, codes, is_first: true }),
        Err(Failure::Db(error)) => Err(error.into()),
        Err(failure) => {
            let mut page = read(&by, &portal, &request).await?;
            page.errors.add("name", why_not(&failure));
            page::show_errors(&page)
        }
    }
}

fn why_not(failure: &Failure) -> &'static str {
    match failure {
        Failure::Refused(Refusal::Changed) => {
            "Den passkeyn finns redan, eller så har du redan så många som går att ha."
        }
        Failure::NotFound => "Det tog för lång tid, eller så är passkeyn redan tillagd. Börja om.",
        _ => "Enhetens svar gick inte att använda. Börja om.",
    }
}

#[derive(Deserialize)]
struct RemoveForm {
    #[serde(flatten)]
    confirmation: TypedProof,
    #[serde(default)]
    chosen: String,
}

async fn remove(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<RemoveForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    local(&by)?;
    let mut errors = FieldErrors::default();
    let chosen: Option<Id<Passkey>> = form.chosen.parse().ok();
    if chosen.is_none() {
        errors.add("chosen", "Välj vilken passkey som ska tas bort.");
    } else {
        // Last, since what shows who one is is used up by being right.
        errors = recognised(&by.actor, &portal, &request, form.confirmation).await?;
    }
    let (Some(id), true) = (chosen, errors.is_empty()) else {
        let page = read(&by, &portal, &request).await?;
        return page::show_errors(&PasskeysPage { errors, chosen: form.chosen, ..page });
    };
    let act = Act::of_oneself(&by, portal.clock.now());
    let done = format!("{}?klart=borttagen", paths::account::Passkeys);
    let to = done.clone();
    match portal.db.once(move |c| verbs::remove(c, &act, id).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        // Gone already; or somebody else's, which is not there.
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(done),
        Err(failure) => Err(failure.into()),
    }
}

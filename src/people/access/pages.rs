//! The page to sign in on, starting a session and ending it, and changing the organisation one acts for. What the page posts
//! with a password is in the room `account`.

use std::fmt::Display;

mod held;
mod sessions;

pub use held::{send_again, sign_in_anew, sign_in_instead, thrown_away};

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use serde::Deserialize;

use super::{
    Person, owner, password,
    proof::{By, Oneself, Posted, Visit},
    routing::Routes,
    session::{Method, browser_name},
    store::{self, sessions::Beginning},
    turns,
};
use crate::{
    ground::{
        history::{Event, access_log},
        infra::{
            Portal,
            browser::BrowserToken,
            db::DbError,
            error::{AppError, Resume},
            form::{FieldErrors, Form},
            metrics,
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::recipient::{self, Kind, Organisation},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::access::SignIn::PATTERN, new)
        .post(paths::access::SwitchOrganisation::PATTERN, switch_organisation)
        .get(paths::access::Sessions::PATTERN, sessions::list)
        .post(paths::access::KeepSession::PATTERN, sessions::keep)
        .post(paths::access::EndSession::PATTERN, sessions::end)
        .post(paths::access::EndOtherSessions::PATTERN, sessions::end_others);
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage {
    chrome: Chrome,
    email: String,
    errors: FieldErrors,
    /// Where to go afterwards, and what was posted when the session had ended.
    resume: Resume,
    /// The latter, sealed; empty when it is nothing.
    held: String,
    signed_out: bool,
    /// Where else one can show who one is: key and name.
    providers: Vec<(String, String)>,
    /// Whom one can practise as, in practice mode.
    recipients: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
}

#[derive(Deserialize)]
struct Destination {
    #[serde(default)]
    till: String,
}

async fn new(visit: Visit, portal: web::Data<Portal>, destination: web::Query<Destination>) -> Page {
    if visit.actor.is_some() {
        return page::see_other(paths::about::Start);
    }
    let resume = Resume::to(destination.into_inner().till);
    page::show(&sign_in_page(visit.chrome, &portal, resume).await?)
}

async fn sign_in_page(chrome: Chrome, portal: &Portal, resume: Resume) -> Result<SignInPage, AppError> {
    let all = if portal.practice { portal.db.read(recipient::store::all).await? } else { Vec::new() };
    let choices = |is_one: fn(Kind) -> bool| {
        let of_kind = all.iter().filter(|organisation| is_one(organisation.kind));
        of_kind.map(|organisation| (organisation.code.clone(), organisation.name.clone())).collect()
    };
    Ok(SignInPage {
        chrome,
        email: String::new(),
        errors: FieldErrors::default(),
        held: resume.seal(&portal.key)?,
        resume,
        signed_out: false,
        providers: portal.config.providers.iter().map(|one| (one.key.clone(), one.name.clone())).collect(),
        recipients: choices(Kind::receives_grants),
        authorities: choices(|kind| kind == Kind::Authority),
    })
}

/// The page again, with why nobody was let in.
pub async fn sign_in_again(
    chrome: Chrome,
    portal: &Portal,
    resume: Resume,
    email: String,
    status: StatusCode,
    why: impl Display,
) -> Page {
    let mut page = sign_in_page(chrome, portal, resume).await?;
    page.email = email;
    page.errors.add("email", why);
    page::show_as(status, &page)
}

/// A session of somebody who signs in here; `identity` adds what it knows.
pub fn beginning(
    request: &HttpRequest,
    person: Id<Person>,
    organisation: Id<Organisation>,
    method: Method,
) -> Beginning {
    let agent = request.headers().get(header::USER_AGENT).and_then(|agent| agent.to_str().ok());
    Beginning {
        person,
        organisation,
        method,
        provider: String::new(),
        provider_session: String::new(),
        browser: browser_name(agent.unwrap_or_default()),
    }
}

/// Who has this address and this password. The password is verified with no connection held: it takes its time.
pub async fn recognise(portal: &Portal, email: String, typed: String) -> Result<Option<Person>, AppError> {
    let found = portal
        .db
        .read(move |connection| store::find_by_email(connection, &email))
        .await
        .map_err(AppError::from)?;
    let known = turns::in_turn(move |memory| {
        // Whoever signs in elsewhere has none here.
        let stored = found.as_ref().map(|(_, hash)| hash.as_str()).filter(|hash| !hash.is_empty());
        password::verify(&typed, stored, memory).then_some(found).flatten()
    });
    Ok(known.await?.map(|(person, _)| person))
}

/// Starts a session under a new token (an old one that somebody planted is worth nothing), ends the one that this browser
/// had, and goes on.
pub async fn enter(
    request: &HttpRequest,
    portal: &Portal,
    beginning: Beginning,
    resume: Resume,
    chrome: Chrome,
) -> Page {
    // What is held goes on where its owner acted; whoever else signs in gets nothing of it.
    let home = held::home(portal, &beginning, &resume).await?;
    let beginning = Beginning { organisation: home.unwrap_or(beginning.organisation), ..beginning };
    let before = BrowserToken::of(request)?.session_key();
    let token = BrowserToken::random()?;
    let (key, limits) = (token.session_key(), portal.config.sessions);
    let config = portal.config.clone();
    let told = portal.clock.now();
    let actor = portal
        .db
        .write(move |connection| {
            let now = chrono::Utc::now();
            store::note_sign_in(connection, beginning.person, told)?;
            store::sessions::sweep(connection, now, limits)?;
            store::sessions::start(connection, (&key, &before), &beginning, now)?;
            let Some((actor, session)) = store::actor(connection, &key, now, limits)? else {
                return Ok(None);
            };
            metrics::signed_in(session.method.metric(), "in");
            access_log::note(connection, now, actor.who(), Event::SignedIn, session.way(&config))?;
            Ok::<_, DbError>(Some(actor))
        })
        .await
        .map_err(AppError::from)?;
    let chrome = Chrome { csrf: owner::form_token(portal, &token, actor.as_ref())?, ..chrome };
    let mut response = match home {
        _ if !resume.is_post() => page::see_other(own_address(&resume.action))?,
        Some(_) => held::restore(StatusCode::OK, chrome, resume)?,
        None => thrown_away(chrome)?,
    };
    response.add_cookie(&token.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(response)
}

/// The address when it is one of ours; the start page when it leads elsewhere.
pub fn own_address(address: &str) -> &str {
    let leads_elsewhere = !address.starts_with('/')
        || address.starts_with("//")
        || address.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\');
    if leads_elsewhere { paths::about::Start::PATTERN } else { address }
}

/// Ends this browser's session. The answer gets a new token: what is left of the old one opens nothing. The browser is told to
/// forget the pages (OWASP ASVS 5.0 V14.3.1), and not its cookies: one of them tells it from strangers who guess passwords.
pub async fn leave(request: &HttpRequest, portal: &Portal, mut answer: HttpResponse) -> Page {
    let (key, limits) = (BrowserToken::of(request)?.session_key(), portal.config.sessions);
    portal
        .db
        .write(move |connection| {
            let now = chrono::Utc::now();
            if let Some((actor, _)) = store::actor(connection, &key, now, limits)? {
                access_log::note(connection, now, actor.who(), Event::SignedOut, "")?;
            }
            store::sessions::end(connection, &key)
        })
        .await
        .map_err(AppError::from)?;
    answer.headers_mut().insert(
        header::HeaderName::from_static("clear-site-data"),
        header::HeaderValue::from_static("\"cache\", \"storage\""),
    );
    let fresh = BrowserToken::random()?;
    answer.add_cookie(&fresh.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(answer)
}

#[derive(Deserialize)]
struct SwitchForm {
    organisation: Id<Organisation>,
}

async fn switch_organisation(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<SwitchForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    if !by.organisations.iter().any(|(id, _)| *id == form.organisation) {
        return Err(AppError::NotFound);
    }
    let before = BrowserToken::of(&request)?.session_key();
    let token = BrowserToken::random()?;
    let key = token.session_key();
    portal
        .db
        .write(move |connection| {
            store::sessions::switch_organisation(connection, (&key, &before), form.organisation)
        })
        .await
        .map_err(AppError::from)?;
    let mut answer = page::see_other(paths::about::Start)?;
    answer.add_cookie(&token.cookie(&portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(answer)
}

impl SignInPage {
    fn is_practice(&self) -> bool {
        self.chrome.practice.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::own_address;

    #[test]
    fn signing_in_never_leads_away_from_the_portal() {
        assert_eq!(own_address("/bidrag/1?a=b"), "/bidrag/1?a=b");
        for elsewhere in [
            "",
            "https://example.org",
            "//example.org",
            "/\\example.org",
            "/a\r\nset-cookie: b",
            "/\u{1}",
            "/å",
            "javascript:",
        ] {
            assert_eq!(own_address(elsewhere), "/", "{elsewhere:?}");
        }
    }
}

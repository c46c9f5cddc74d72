//! The page to sign in on, starting a session and ending it, and changing the organisation one acts for. What the page posts
//! with a password is in the room `account`.

use std::{fmt::Display, sync::LazyLock};

mod sessions;

use actix_web::{
    HttpRequest, HttpResponse,
    http::{StatusCode, header},
    web,
};
use askama::Template;
use serde::Deserialize;
use tokio::sync::Semaphore;

use super::{
    Person, password,
    proof::{self, By, Oneself, Posted, Visit},
    routing::Routes,
    session::{Method, browser_name},
    store::{self, sessions::Beginning},
};
use crate::{
    history::{Event, access_log},
    ids::Id,
    infra::{
        Portal,
        browser::BrowserToken,
        error::{AppError, Resume},
        form::{FieldErrors, Form},
        metrics,
        page::{self, Chrome, Page},
    },
    recipient::{self, Kind, Organisation},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/logga-in", new)
        .post("/organisation", switch_organisation)
        .get("/konto/inloggningar", sessions::list)
        .post("/konto/inloggningar/utloggning", sessions::end)
        .post("/konto/inloggningar/utloggning-ovriga", sessions::end_others);
}

#[derive(Template)]
#[template(path = "access/sign_in.html")]
struct SignInPage {
    chrome: Chrome,
    email: String,
    errors: FieldErrors,
    /// Where to go afterwards, and what was typed before the session ended.
    resume: Resume,
    signed_out: bool,
    /// Where else one can show who one is: key and name.
    providers: Vec<(String, String)>,
    /// Whom one can practise as, in practice mode.
    recipients: Vec<(String, String)>,
    authorities: Vec<(String, String)>,
}

#[derive(Template)]
#[template(path = "access/resume.html")]
struct ResumePage {
    chrome: Chrome,
    resume: Resume,
}

#[derive(Deserialize)]
struct Destination {
    #[serde(default)]
    till: String,
}

async fn new(visit: Visit, portal: web::Data<Portal>, destination: web::Query<Destination>) -> Page {
    if visit.actor.is_some() {
        return page::see_other("/");
    }
    let resume = Resume { action: destination.into_inner().till, fields: Vec::new() };
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

/// As many passwords at once as there are processors.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, usize::from)));

/// Who has this address and this password. The password is verified with no connection held: it takes its time.
pub async fn recognise(portal: &Portal, email: String, typed: String) -> Result<Option<Person>, AppError> {
    let found = portal
        .db
        .read(move |connection| store::find_by_email(connection, &email))
        .await
        .map_err(AppError::from)?;
    // Each takes 19 MiB: a few at once, the others wait.
    let _turn = TURNS.acquire().await.map_err(|error| AppError::internal(error.to_string()))?;
    let verified = web::block(move || {
        // Whoever signs in elsewhere has none here.
        let stored = found.as_ref().map(|(_, hash)| hash.as_str()).filter(|hash| !hash.is_empty());
        password::verify(&typed, stored).then_some(found).flatten()
    });
    let known = verified.await.map_err(|error| AppError::internal(error.to_string()))?;
    Ok(known.map(|(person, _)| person))
}

/// Starts a session under a new token (an old one that somebody planted is worth nothing), ends the one that this browser
/// had, and goes on.
pub async fn enter(
    request: &HttpRequest,
    portal: &Portal,
    beginning: Beginning,
    resume: Resume,
    mut chrome: Chrome,
) -> Page {
    let before = BrowserToken::of(request)?.session_key();
    let token = BrowserToken::random()?;
    let (key, limits) = (token.session_key(), portal.config.sessions);
    let config = portal.config.clone();
    let told = portal.clock.now();
    portal
        .db
        .write(move |connection| {
            let now = chrono::Utc::now();
            store::note_sign_in(connection, beginning.person, told)?;
            store::sessions::sweep(connection, now, limits)?;
            store::sessions::start(connection, (&key, &before), &beginning, now)?;
            match store::actor(connection, &key, now, limits)? {
                Some((actor, session)) => {
                    metrics::signed_in(session.method.metric(), "in");
                    access_log::note(connection, now, actor.who(), Event::SignedIn, session.way(&config))
                }
                None => Ok(()),
            }
        })
        .await
        .map_err(AppError::from)?;
    let mut response: HttpResponse = if resume.fields.is_empty() {
        page::see_other(own_address(&resume.action))?
    } else {
        chrome.csrf = token.csrf()?;
        let resume = Resume { action: own_address(&resume.action).to_owned(), ..resume };
        page::show(&ResumePage { chrome, resume })?
    };
    response.add_cookie(&token.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(response)
}

/// The address when it is one of ours; the start page when it leads elsewhere.
pub fn own_address(address: &str) -> &str {
    let leads_elsewhere = !address.starts_with('/')
        || address.starts_with("//")
        || address.bytes().any(|byte| !byte.is_ascii_graphic() || byte == b'\\');
    if leads_elsewhere { "/" } else { address }
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
    let mut answer = page::see_other("/")?;
    answer.add_cookie(&token.cookie(&portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(answer)
}

/// The page instead of the one that needs a session: signing in leads back to it.
pub async fn sign_in_instead(request: &HttpRequest, portal: &Portal, held: Option<Resume>) -> Page {
    if request.method() == actix_web::http::Method::GET {
        let address = request.uri().path_and_query().map_or("/", |address| address.as_str());
        return page::see_other(format!("/logga-in?{}", encoded("till", address)));
    }
    sign_in_anew(request, portal, held.map(goal).unwrap_or_default()).await
}

/// The session ended while something was under way: it comes back after signing in.
pub async fn sign_in_anew(request: &HttpRequest, portal: &Portal, resume: Resume) -> Page {
    let mut page = sign_in_page(proof::chrome(request, None)?, portal, resume).await?;
    page.signed_out = true;
    page::show_as(StatusCode::UNAUTHORIZED, &page)
}

/// The page for a form that came with another session's token: it can be sent again as it was.
pub fn send_again(chrome: Chrome, resume: Resume) -> Page {
    if !is_sign_in(&resume) {
        return ask_to_send(chrome, resume);
    }
    // Signed in already, in another tab.
    let goal = goal(resume);
    let action = own_address(&goal.action).to_owned();
    if goal.fields.is_empty() {
        return page::see_other(action);
    }
    ask_to_send(chrome, Resume { action, ..goal })
}

fn ask_to_send(chrome: Chrome, resume: Resume) -> Page {
    page::show_as(StatusCode::FORBIDDEN, &ResumePage { chrome, resume })
}

/// What is left to do of a held post when one has signed in. A sign-in leads on to what it was for; a button without
/// fields, which signs out, leads nowhere.
fn goal(held: Resume) -> Resume {
    if !is_sign_in(&held) {
        return if held.fields.is_empty() { Resume::default() } else { held };
    }
    let field = |name| held.fields.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value);
    Resume {
        action: field("till").to_owned(),
        fields: serde_json::from_str(field("hallet")).unwrap_or_default(),
    }
}

/// With an account (the code that follows the password is never held), or with one click in practice mode.
fn is_sign_in(held: &Resume) -> bool {
    held.action.ends_with("/logga-in") || held.action == "/logga-in/kod"
}

fn encoded(name: &str, value: &str) -> String {
    serde_html_form::to_string([(name, value)]).unwrap_or_default()
}

impl SignInPage {
    fn held(&self) -> String {
        serde_json::to_string(&self.resume.fields).unwrap_or_default()
    }

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

//! One's own sessions (*Mina inloggningar*): where one is signed in, and ending it there (OWASP ASVS 5.0 V7.5.2).

use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    ground::infra::{
        Portal,
        browser::BrowserToken,
        error::AppError,
        form::Form,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        proof::{By, Confirmed, NoFields, Oneself, Posted, SignedIn},
        session::{Beside, Method, Session},
        store,
    },
};
use values::{Id, calendar};

#[derive(Template)]
#[template(path = "access/sessions.html")]
struct SessionsPage {
    chrome: Chrome,
    sessions: Vec<SessionView>,
    /// What one's identity can be tied to the account at: key and name.
    providers: Vec<(String, String)>,
}

struct SessionView {
    id: Id<Session>,
    browser: String,
    how: String,
    since: String,
    seen: String,
    is_this: bool,
}

impl SessionView {
    fn of(session: Session, this: Id<Session>, portal: &Portal) -> Self {
        Self {
            how: match session.method {
                Method::Password(Beside::Nothing) => "Lösenord".to_owned(),
                Method::Password(Beside::Code) => "Lösenord och kod".to_owned(),
                Method::Password(Beside::Passkey) => "Lösenord och passkey".to_owned(),
                Method::Provider => session.confirms_with(&portal.config),
                Method::Practice => "Övning".to_owned(),
            },
            since: calendar::long_time(session.created_at),
            seen: calendar::long_time(session.last_seen_at),
            is_this: session.id == this,
            browser: session.browser,
            id: session.id,
        }
    }
}

#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    visa: String,
}

pub async fn list(by: By<SignedIn>, portal: web::Data<Portal>, said: web::Query<Said>) -> Page {
    let (person, limits) = (by.person.id, portal.config.sessions);
    let sessions = portal
        .db
        .read(move |connection| store::sessions::of(connection, person, chrono::Utc::now(), limits))
        .await
        .map_err(AppError::from)?;
    let notice = match said.visa.as_str() {
        "utloggad" => Some("Utloggningen är gjord."),
        "knuten" => Some("Inloggningen är knuten till ditt konto."),
        _ => None,
    };
    let providers = portal.config.providers.iter().map(|one| (one.key.clone(), one.name.clone()));
    page::show(&SessionsPage {
        chrome: by.chrome.noting(notice),
        sessions: sessions
            .into_iter()
            .map(|session| SessionView::of(session, by.session.id, &portal))
            .collect(),
        providers: providers.collect(),
    })
}

/// The session goes on: whoever was warned in time that it would end has said so. For the script, which is told until when.
pub async fn keep(
    Posted { by, .. }: Posted<By<Oneself>, Form<NoFields>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let (key, now) = (BrowserToken::of(&request)?.session_key(), chrono::Utc::now());
    portal
        .db
        .write(move |connection| store::sessions::note_seen(connection, &key, now))
        .await
        .map_err(AppError::from)?;
    let session = Session { last_seen_at: now, ..by.session };
    let ending = session.ending(now, portal.config.sessions);
    Ok(HttpResponse::Ok().json(serde_json::json!({ "idle": ending.idle, "longest": ending.longest })))
}

#[derive(Deserialize)]
pub struct EndForm {
    session: Id<Session>,
}

/// A session that is over already is answered the same way: it is as it was to be. To sign out somewhere else one must have
/// shown who one is a short while ago (OWASP ASVS 5.0 V7.5.2); to sign out here, never.
pub async fn end(
    Posted { by, body: Form(form) }: Posted<By<SignedIn>, Form<EndForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    if form.session == by.session.id {
        return super::leave(&request, &portal, page::see_other(paths::access::SignIn)?).await;
    }
    if !by.session.is_confirmed(chrono::Utc::now(), portal.config.sessions) {
        return Err(AppError::Unconfirmed(None));
    }
    let person = by.person.id;
    let to = format!("{}?visa=utloggad", paths::access::Sessions);
    let end = move |c: &mut _| store::sessions::end_one(c, person, form.session).map(|()| to);
    page::see_other(portal.db.once(end).await.map_err(AppError::from)?)
}

pub async fn end_others(
    Posted { by: Confirmed(by), .. }: Posted<Confirmed<SignedIn>, Form<NoFields>>,
    portal: web::Data<Portal>,
) -> Page {
    let (person, kept) = (by.person.id, by.session.id);
    let to = format!("{}?visa=utloggad", paths::access::Sessions);
    let end = move |c: &mut _| store::sessions::end_others(c, person, kept).map(|()| to);
    page::see_other(portal.db.once(end).await.map_err(AppError::from)?)
}

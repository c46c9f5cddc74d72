//! Going to an identity provider and coming back; confirming there; signing out, here and there.

use actix_web::{FromRequest, HttpRequest, HttpResponse, dev::Payload, http::StatusCode, web};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

use super::{
    Claims, Purpose,
    provider::{Callback, Fault, Providers},
    store::{self, Request},
    verbs::{self, Arrival, Failure},
};
use crate::{
    ground::infra::{
        Portal,
        browser::BrowserToken,
        config::Provider,
        error::{AppError, Resume},
        form::{Form, Holding},
        hash::sha256_hex,
        notice,
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            self,
            proof::{By, Confirmed, NoFields, Pending, Posted, SignedIn, Visit},
            routing::Routes,
            session::Method,
            store::sessions::Beginning,
        },
        account::pages::confirm::{self, HeldForm},
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .post(paths::identity::SignIn::PATTERN, start)
        .get(paths::identity::Answer::PATTERN, answer)
        .post(paths::identity::SignedOutThere::PATTERN, logged_out_there)
        .post(paths::identity::Confirm::PATTERN, confirm)
        .post(paths::identity::Link::PATTERN, link)
        .post(paths::identity::SignOut::PATTERN, sign_out);
}

/// What is known of the providers, for all workers.
pub fn providers() -> Result<web::Data<Providers>, String> {
    Providers::new().map(web::Data::new)
}

/// On the way to another site. A page and no redirect: the browser would hold a form's redirect against `form-action`,
/// and where a provider sends the browser on from its own address, nobody here knows.
#[derive(Template)]
#[template(path = "identity/away.html")]
struct AwayPage {
    chrome: Chrome,
    url: String,
    name: String,
    is_leaving: bool,
}

/// The provider let somebody through, or did not, and it ends here.
#[derive(Template)]
#[template(path = "identity/refused.html")]
struct RefusedPage {
    chrome: Chrome,
    heading: &'static str,
    message: String,
    advice: String,
}

/// Known now, with nothing to do here yet.
#[derive(Template)]
#[template(path = "identity/waiting.html")]
struct WaitingPage {
    chrome: Chrome,
    arrival: Arrival,
}

fn known<'a>(portal: &'a Portal, key: &str) -> Result<&'a Provider, AppError> {
    portal.config.provider(key).ok_or(AppError::NotFound)
}

async fn start(
    Posted { by: visit, body: Holding(form) }: Posted<Visit, Holding<HeldForm>>,
    portal: web::Data<Portal>,
    key: web::Path<String>,
    request: HttpRequest,
) -> Page {
    let provider = known(&portal, &key)?;
    depart(visit.chrome, &request, provider, Purpose::SignIn, form.resume(&portal)).await
}

async fn confirm(
    Posted { by, body: Holding(form) }: Posted<By<SignedIn>, Holding<HeldForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let Some(provider) = portal.config.provider(&by.session.provider) else {
        let gone = RefusedPage {
            chrome: by.chrome,
            heading: "Det går inte att bekräfta",
            message: "Inloggningstjänsten som du loggade in med används inte längre i portalen.".to_owned(),
            advice: "Logga ut och logga in på ett annat sätt.".to_owned(),
        };
        return page::show_as(StatusCode::CONFLICT, &gone);
    };
    depart(by.chrome, &request, provider, Purpose::Confirm, form.resume(&portal)).await
}

/// Ties the identity at a provider to one's own account. Both are shown: the account by its password a short while ago, the
/// identity there.
async fn link(
    Posted { by: Confirmed(by), .. }: Posted<Confirmed<SignedIn>, Form<NoFields>>,
    portal: web::Data<Portal>,
    key: web::Path<String>,
    request: HttpRequest,
) -> Page {
    let provider = known(&portal, &key)?;
    depart(by.chrome, &request, provider, Purpose::Link, Resume::default()).await
}

async fn linked(chrome: Chrome, request: &HttpRequest, provider: &Provider, claims: Claims) -> Page {
    let portal = data::<Portal>(request)?;
    let by = By::<SignedIn>::from_request(request, &mut Payload::None).await?;
    let visitor = match claims.judge(provider) {
        Ok(visitor) => visitor,
        Err(refusal) => return refused_page(chrome, provider, &refusal.to_string()),
    };
    let (of, person) = (provider.clone(), by.person.clone());
    let done = move |connection: &mut _| verbs::link(connection, &of, &visitor, &person, Utc::now());
    match portal.db.write(done).await {
        Ok(()) => {
            page::see_other(notice::told_at(request, &format!("{}?visa=knuten", paths::access::Sessions))?)
        }
        Err(Failure::Refused(refusal)) => refused_page(chrome, provider, &refusal.to_string()),
        Err(failure) => Err(failure.into()),
    }
}

async fn depart(
    chrome: Chrome,
    request: &HttpRequest,
    provider: &Provider,
    purpose: Purpose,
    resume: Resume,
) -> Page {
    let (portal, providers) = (data::<Portal>(request)?, data::<Providers>(request)?);
    let departure = match providers.depart(&portal.config, provider, purpose).await {
        Ok(departure) => departure,
        Err(fault) => return fault_page(chrome, provider, &fault),
    };
    let kept = Request {
        state_hash: sha256_hex(&departure.state),
        browser_hash: BrowserToken::of(request)?.session_key(),
        provider: provider.key.clone(),
        purpose,
        nonce: departure.nonce,
        verifier: departure.verifier,
        resume,
        started_at: Utc::now(),
    };
    portal.db.write(move |connection| store::add_request(connection, &kept)).await.map_err(AppError::from)?;
    page::show(&AwayPage { chrome, url: departure.url, name: provider.name.clone(), is_leaving: false })
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Answer {
    state: String,
    code: String,
    iss: Option<String>,
    error: String,
}

/// The way back. Whatever the answer is, it can be used once.
async fn answer(
    visit: Visit,
    key: web::Path<String>,
    answer: web::Query<Answer>,
    request: HttpRequest,
) -> Page {
    let (portal, providers) = (data::<Portal>(&request)?, data::<Providers>(&request)?);
    let (provider, answer) = (known(portal, &key)?, answer.into_inner());
    let (state, browser) = (sha256_hex(&answer.state), BrowserToken::of(&request)?.session_key());
    let of = key.into_inner();
    let taken = portal
        .db
        .write(move |connection| store::take_request(connection, (&state, &browser, &of), Utc::now()))
        .await
        .map_err(AppError::from)?;
    let Some(asked) = taken else { return stale_page(visit.chrome) };
    if !answer.error.is_empty() || answer.code.is_empty() {
        tracing::info!(provider = provider.key, error = answer.error, "the provider let nobody through");
        return stopped_page(visit.chrome, provider);
    }
    let (since, purpose) = (asked.started_at, asked.purpose);
    let back =
        Callback { code: answer.code, issuer: answer.iss, nonce: asked.nonce, verifier: asked.verifier };
    let claims = match providers.arrive(&portal.config, provider, back).await {
        Ok(claims) => claims,
        Err(fault) => return fault_page(visit.chrome, provider, &fault),
    };
    match purpose {
        Purpose::SignIn => enter(visit.chrome, &request, provider, claims, asked.resume).await,
        Purpose::Link => linked(visit.chrome, &request, provider, claims).await,
        Purpose::Confirm => {
            let sure = claims.is_assured(provider).and_then(|()| claims.is_anew(since));
            match sure {
                Ok(()) => confirmed(visit.chrome, &request, provider, claims, asked.resume).await,
                Err(refusal) => refused_page(visit.chrome, provider, &refusal.to_string()),
            }
        }
    }
}

async fn enter(
    chrome: Chrome,
    request: &HttpRequest,
    provider: &Provider,
    claims: Claims,
    resume: Resume,
) -> Page {
    let portal = data::<Portal>(request)?;
    let visitor = match claims.judge(provider) {
        Ok(visitor) => visitor,
        Err(refusal) => return refused_page(chrome, provider, &refusal.to_string()),
    };
    let (of, session) = (provider.clone(), visitor.session.clone());
    let arrived =
        portal.db.write(move |connection| verbs::arrive(connection, &of, &visitor, Utc::now())).await;
    let arrival = match arrived {
        Ok(arrival) => arrival,
        Err(Failure::Refused(refusal)) => return refused_page(chrome, provider, &refusal.to_string()),
        Err(failure) => return Err(failure.into()),
    };
    if !arrival.has_role {
        return page::show_as(StatusCode::FORBIDDEN, &WaitingPage { chrome, arrival });
    }
    let here =
        access::pages::beginning(request, arrival.person.id, arrival.organisation.id, Method::Provider);
    let beginning = Beginning { provider: provider.key.clone(), provider_session: session, ..here };
    access::pages::enter(request, portal, beginning, resume, chrome).await
}

async fn confirmed(
    chrome: Chrome,
    request: &HttpRequest,
    provider: &Provider,
    claims: Claims,
    resume: Resume,
) -> Page {
    let portal = data::<Portal>(request)?;
    let by = match By::<SignedIn>::from_request(request, &mut Payload::None).await {
        // Meanwhile: too long at the provider, or signed out there as somebody else signed in.
        Err(AppError::SignedOut(_)) => return access::pages::sign_in_anew(request, portal, resume).await,
        by => by?,
    };
    let person = by.person.id;
    let same = portal
        .db
        .read(move |connection| verbs::is_same(connection, person, (&claims.issuer, &claims.subject)))
        .await;
    match same {
        Ok(()) => confirm::confirmed(portal, by, resume).await,
        Err(Failure::Refused(refusal)) => refused_page(chrome, provider, &refusal.to_string()),
        Err(failure) => Err(failure.into()),
    }
}

fn stale_page(chrome: Chrome) -> Page {
    let stale = RefusedPage {
        chrome,
        heading: "Inloggningen går inte att slutföra",
        message: "Den är redan använd, påbörjades i en annan webbläsare eller är äldre än tio minuter."
            .to_owned(),
        advice: "Börja om från inloggningssidan.".to_owned(),
    };
    page::show_as(StatusCode::BAD_REQUEST, &stale)
}

fn stopped_page(chrome: Chrome, provider: &Provider) -> Page {
    let stopped = RefusedPage {
        chrome,
        heading: "Du loggades inte in",
        message: format!("{} avslutade inloggningen, kanske för att du avbröt den.", provider.name),
        advice: "Försök igen, eller logga in på ett annat sätt.".to_owned(),
    };
    page::show_as(StatusCode::BAD_REQUEST, &stopped)
}

fn refused_page(chrome: Chrome, provider: &Provider, why: &str) -> Page {
    let (heading, advice) = match chrome.user {
        Some(_) => (
            "Inloggningstjänstens svar gick inte att använda",
            "Inget har ändrats. Gå tillbaka till det du höll på med och försök igen.".to_owned(),
        ),
        None => (
            "Du är inte inloggad i portalen",
            format!(
                "Du är inloggad hos {}, men inte här. Försök igen, logga in på ett annat sätt, eller kontakta den som \
                 sköter inloggningen i din organisation.",
                provider.name
            ),
        ),
    };
    let refused = RefusedPage { chrome, heading, message: why.to_owned(), advice };
    page::show_as(StatusCode::FORBIDDEN, &refused)
}

/// The log gets the cause: with it an operator mends the configuration.
fn fault_page(chrome: Chrome, provider: &Provider, fault: &Fault) -> Page {
    tracing::warn!(provider = provider.key, cause = %fault, "the identity provider does not serve");
    let (status, message) = match fault {
        Fault::Down(_) => {
            (StatusCode::BAD_GATEWAY, format!("{} svarar inte som den ska just nu.", provider.name))
        }
        Fault::Untrue(_) => (
            StatusCode::BAD_REQUEST,
            format!("Svaret från {} gick inte att lita på, så det användes inte.", provider.name),
        ),
    };
    let page = RefusedPage {
        chrome,
        heading: "Inloggningen gick inte att göra",
        message,
        advice: "Vänta en stund och försök igen, eller logga in på ett annat sätt.".to_owned(),
    };
    page::show_as(status, &page)
}

/// Signs out here; and at the provider, where whoever came from one signed in.
async fn sign_out(
    Posted { by, .. }: Posted<By<SignedIn>, Form<NoFields>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let there = match portal.config.provider(&by.session.provider) {
        Some(provider) => data::<Providers>(&request)?
            .end_session(&portal.config, provider)
            .await
            .map(|url| (url, provider.name.clone())),
        None => None,
    };
    let answer = match there {
        // Nobody is signed in any more on the page in between.
        Some((url, name)) => page::show(&AwayPage {
            chrome: Chrome { practice: by.chrome.practice, ..Chrome::default() },
            url,
            name,
            is_leaving: true,
        })?,
        None => page::see_other(paths::access::SignIn)?,
    };
    access::pages::leave(&request, &portal, answer).await
}

/// A logout token, from the provider's own server: no browser, no cookie, no page of ours. Its signature is its proof.
struct LogoutToken(String);

#[derive(Deserialize)]
struct LogoutForm {
    logout_token: String,
}

impl FromRequest for LogoutToken {
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let form = web::Form::<LogoutForm>::from_request(request, payload);
        Box::pin(async move {
            let form = form.await.map_err(|_| AppError::bad_request("Ingen utloggning gick att läsa."))?;
            Ok(Self(form.into_inner().logout_token))
        })
    }
}

async fn logged_out_there(
    Posted { body: LogoutToken(token), .. }: Posted<Visit, LogoutToken>,
    portal: web::Data<Portal>,
    providers: web::Data<Providers>,
    key: web::Path<String>,
) -> Page {
    let provider = known(&portal, &key)?;
    let ended = match providers.logged_out(&portal.config, provider, &token).await {
        Ok(ended) => ended,
        Err(fault) => {
            tracing::warn!(provider = provider.key, cause = %fault, "a logout that is not believed");
            return Err(AppError::bad_request("Utloggningen går inte att lita på."));
        }
    };
    let key = key.into_inner();
    portal
        .db
        .write(move |connection| {
            let person = store::person(connection, &ended.issuer, &ended.subject)?;
            let which = (ended.session.as_deref(), person.map(|person| person.id));
            access::store::sessions::end_at_provider(connection, &key, which)
        })
        .await
        .map_err(AppError::from)?;
    Ok(HttpResponse::Ok().finish())
}

fn data<T: 'static>(request: &HttpRequest) -> Result<&T, AppError> {
    request
        .app_data::<web::Data<T>>()
        .map(|data| data.get_ref())
        .ok_or_else(|| AppError::internal("something is missing from the app"))
}

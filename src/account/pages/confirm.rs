//! Showing once more who one is (OWASP ASVS 5.0 V7.5): the one place where that is asked for and judged.
//!
//! Two strengths. **To sign and to certify**: each time anew. Whoever has a password types it in the very form that signs
//! ([`Typed`], the macro `confirmation`), so every post brings its own. Whoever comes from an identity provider goes there,
//! comes back with a value that is good for one act, and the act uses it up in its own transaction: the same post once
//! more finds nothing to use. **To decide, pay, publish and give rights**: within the last quarter of an hour, which the
//! handler's proof demands ([`crate::access::proof::Confirmed`]).
//!
//! In both cases a post that comes too early is held: the page that asks has it, and sends it on afterwards.
//!
//! What somebody who signs in here has to type is the same in both: the password, and a code where the account asks for one
//! ([`recognised`]). Wrong tries are counted like those of a sign-in. A passkey stands in for both: it is two factors by itself,
//! and there is nothing about it to guess. Its answer is good once, and is used up by the act like a provider's.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;

use super::{
    passkey_questions,
    sign_in::{Tried, WRONG_CODE, too_many, try_password},
};
use crate::{
    access::{
        self, Actor, Person,
        pages::own_address,
        proof::{self, By, Oneself, Posted, SignedIn},
        routing::Routes,
        session::{Method, Session},
        store::sessions,
    },
    account::{account_key, passkey::verbs::Answer, store, verbs},
    ids::Id,
    infra::{
        Portal,
        browser::BrowserToken,
        db::{AnyConnection, DbError},
        error::{AppError, Resume},
        form::{self, FieldErrors, Form},
        hash::{random_token, sha256_hex},
        page::{self, Chrome, Page},
    },
};

/// From coming back from the identity provider to the act.
const TO_ACT: Duration = Duration::minutes(5);

pub fn routes(routes: &mut Routes<'_>) {
    routes.post("/bekrafta", create);
}

/// What a form that signs or certifies has for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub password: String,
    /// Of an account with a second factor.
    pub code: String,
    /// Good for one act, after confirming at an identity provider.
    pub bekraftelse: String,
    /// What a passkey answered, as JSON. It stands in for password and code.
    pub passkey: String,
}

/// The person has shown who it is, for this act. What is good for one act is used up by the act itself, so that a button
/// pressed twice, whose second post finds the act done, is not told that the code was used.
#[must_use]
pub struct Confirmation(Shown);

enum Shown {
    Here(Known),
    AtProvider(OneAct),
    ByPasskey { answer: Box<Answer>, now: DateTime<Utc> },
}

struct OneAct {
    session: Id<Session>,
    hash: String,
    not_before: DateTime<Utc>,
}

/// Why an act was not carried out.
enum Stopped<F> {
    Act(F),
    WrongCode,
}

impl<F: From<DbError>> From<DbError> for Stopped<F> {
    fn from(error: DbError) -> Self {
        Self::Act(error.into())
    }
}

impl Confirmation {
    /// The act, and then the using up of what confirmed it, in one transaction: what is refused, or done already, uses
    /// nothing up. `Err` is for the form's fields, and nothing was done.
    pub async fn carry_out<F: From<DbError> + Send + 'static>(
        self,
        portal: &Portal,
        act: impl FnOnce(&mut AnyConnection) -> Result<(), F> + Send + 'static,
    ) -> Result<Result<(), F>, FieldErrors> {
        let done = portal.db.write(move |connection| {
            act(connection).map_err(Stopped::Act)?;
            if self.use_up(connection)? { Ok(()) } else { Err(Stopped::WrongCode) }
        });
        match done.await {
            Ok(()) => Ok(Ok(())),
            Err(Stopped::Act(failure)) => Ok(Err(failure)),
            Err(Stopped::WrongCode) => Err(wrong_code()),
        }
    }

    /// False when the code is wrong.
    fn use_up(&self, connection: &mut AnyConnection) -> Result<bool, DbError> {
        let is_good = match &self.0 {
            Shown::Here(known) => return known.complete(connection),
            Shown::AtProvider(act) => sessions::use_up(connection, act.session, &act.hash, act.not_before)?,
            Shown::ByPasskey { answer, now } => answer.use_up(connection, *now)?,
        };
        match is_good {
            true => Ok(true),
            false => {
                Err(DbError::Spent("Din bekräftelse gäller inte längre. Bekräfta på nytt att det är du."))
            }
        }
    }
}

/// Judges what came with a form that signs or certifies. The errors are for its fields; whoever has to go to an identity
/// provider first gets the page that says so, with what was posted.
pub async fn check<R>(
    by: &By<R>,
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    typed: Typed,
) -> Result<Result<Confirmation, FieldErrors>, AppError> {
    match by.session.method {
        Method::Provider if typed.bekraftelse.is_empty() => Err(AppError::Unconfirmed(None)),
        Method::Provider => Ok(Ok(Confirmation(Shown::AtProvider(OneAct {
            session: by.session.id,
            hash: hash(&typed.bekraftelse),
            not_before: Utc::now() - TO_ACT,
        })))),
        Method::Password(_) | Method::Practice if !typed.passkey.is_empty() => {
            let answer =
                passkey_questions::answered(portal, request, &by.actor.person, typed.passkey).await?;
            let shown =
                answer.map(|answer| Shown::ByPasskey { answer: Box::new(answer), now: portal.clock.now() });
            Ok(shown.map(Confirmation).ok_or_else(wrong_passkey))
        }
        Method::Password(_) | Method::Practice => {
            let known = knows_password(&by.actor, portal, request, typed).await?;
            Ok(known.map(|known| Confirmation(Shown::Here(known))))
        }
    }
}

fn wrong_passkey() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("passkey", passkey_questions::WRONG);
    errors
}

/// Somebody who signs in here and has shown the password. The code, where the account asks for one, is yet to be looked at.
struct Known {
    portal: web::Data<Portal>,
    person: Person,
    code: Option<String>,
    counted_under: String,
}

impl Known {
    /// Uses the code up; the count of tries begins anew. A code that is wrong leaves the try counted.
    fn complete(&self, connection: &mut AnyConnection) -> Result<bool, DbError> {
        if let Some(code) = &self.code {
            let (key, now) = (&self.portal.key, self.portal.clock.now());
            if !verbs::use_code(connection, key, &self.person, now, Utc::now(), code)? {
                return Ok(false);
            }
        }
        store::forget_tries(connection, &account_key(&self.person.email), &self.counted_under)?;
        Ok(true)
    }
}

/// Counted like a sign-in, so that a session left open is no place to guess.
async fn knows_password(
    actor: &Actor,
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    Typed { password, code, .. }: Typed,
) -> Result<Result<Known, FieldErrors>, AppError> {
    let mut errors = FieldErrors::default();
    match try_password(portal, request, &actor.person.email, password).await? {
        Tried::Wait(until) => errors.add("password", too_many(until)),
        Tried::Wrong => {
            errors.add("password", "Lösenordet är fel. Skriv det lösenord som du loggar in med.");
        }
        Tried::Right { counted_under, .. } => {
            let (portal, person) = (portal.clone(), actor.person.clone());
            let code = actor.factors.any().then_some(code);
            return Ok(Ok(Known { portal, person, code, counted_under }));
        }
    }
    Ok(Err(errors))
}

fn wrong_code() -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("code", WRONG_CODE);
    errors
}

/// What is wrong with what somebody who signs in here typed to show who it is; nothing when it is right. The code is used up.
pub(super) async fn recognised(
    actor: &Actor,
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    typed: Typed,
) -> Result<FieldErrors, AppError> {
    if !typed.passkey.is_empty() {
        let is_right = passkey_questions::accepted(portal, request, &actor.person, typed.passkey).await?;
        return Ok(if is_right { FieldErrors::default() } else { wrong_passkey() });
    }
    let known = match knows_password(actor, portal, request, typed).await? {
        Ok(known) => known,
        Err(errors) => return Ok(errors),
    };
    let is_right = portal.db.write(move |connection| known.complete(connection)).await;
    Ok(if is_right.map_err(AppError::from)? { FieldErrors::default() } else { wrong_code() })
}

#[derive(Template)]
#[template(path = "account/confirm.html")]
struct ConfirmPage {
    chrome: Chrome,
    /// What was posted, and where.
    resume: Resume,
    errors: FieldErrors,
}

impl ConfirmPage {
    fn held(&self) -> String {
        serde_json::to_string(&self.resume.fields).unwrap_or_default()
    }

    fn provider(&self) -> &str {
        self.chrome.user.as_ref().map_or("", |user| &user.confirms_with)
    }
}

/// The page instead of what was to be done: confirming leads on to it.
pub async fn ask_instead(request: &HttpRequest, portal: &Portal, held: Option<Resume>) -> Page {
    let held = held.or_else(|| form::read_post(request));
    let found = proof::signed_in(request).await?;
    if found.is_none() {
        return access::pages::sign_in_instead(request, portal, held).await;
    }
    // An uploaded file is not held: it is sent again afterwards.
    let resume = held.unwrap_or_default();
    let chrome = proof::chrome(request, found.as_ref())?;
    page::show_as(StatusCode::FORBIDDEN, &ConfirmPage { chrome, resume, errors: FieldErrors::default() })
}

/// A post that is held in a page: where it goes, and its fields as JSON.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeldForm {
    till: String,
    hallet: String,
    #[serde(flatten)]
    typed: Typed,
}

impl HeldForm {
    pub fn resume(&self) -> Resume {
        Resume {
            action: own_address(&self.till).to_owned(),
            fields: serde_json::from_str(&self.hallet).unwrap_or_default(),
        }
    }
}

/// With the password. (At an identity provider it is `identity` that asks, and then calls [`confirmed`].)
async fn create(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<HeldForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let resume = form.resume();
    if by.session.method == Method::Provider {
        let errors = FieldErrors::default();
        return page::show_as(StatusCode::FORBIDDEN, &ConfirmPage { chrome: by.chrome, resume, errors });
    }
    // The other half of a double click, whose code is used.
    if Utc::now() - by.session.confirmed_at < sessions::A_MOMENT {
        return page::show(&ConfirmedPage { chrome: by.chrome, resume, act: String::new() });
    }
    let errors = recognised(&by.actor, &portal, &request, form.typed).await?;
    if !errors.is_empty() {
        return page::show_errors(&ConfirmPage { chrome: by.chrome, resume, errors });
    }
    go_on(&portal, by.session.id, by.chrome, resume, String::new()).await
}

#[derive(Template)]
#[template(path = "account/confirmed.html")]
struct ConfirmedPage {
    chrome: Chrome,
    resume: Resume,
    /// Good for one act.
    act: String,
}

impl ConfirmedPage {
    /// There is something to send on: no form is posted to the start page.
    fn is_held(&self) -> bool {
        self.resume.action != "/"
    }
}

/// Whoever is signed in has shown it at the identity provider: what was held can be sent on, once.
pub async fn confirmed(portal: &Portal, by: By<SignedIn>, resume: Resume) -> Page {
    let act = random_token().map_err(|error| AppError::internal(format!("no random numbers: {error}")))?;
    let resume = Resume { action: own_address(&resume.action).to_owned(), ..resume };
    go_on(portal, by.session.id, by.chrome, resume, act).await
}

/// The session goes on under a new token, and the page with what was held comes with it.
async fn go_on(portal: &Portal, session: Id<Session>, chrome: Chrome, resume: Resume, act: String) -> Page {
    let token = BrowserToken::random()?;
    let key = token.session_key();
    let kept = if act.is_empty() { String::new() } else { hash(&act) };
    portal
        .db
        .write(move |connection| sessions::confirm(connection, session, (&key, &kept), Utc::now()))
        .await
        .map_err(AppError::from)?;
    let chrome = Chrome { csrf: token.csrf()?, ..chrome };
    let mut page = page::show(&ConfirmedPage { chrome, resume, act })?;
    page.add_cookie(&token.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(page)
}

fn hash(act: &str) -> String {
    sha256_hex(format!("act:{act}"))
}

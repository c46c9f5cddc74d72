//! Showing once more who one is (OWASP ASVS 5.0 V7.5): the one place where that is asked for and judged.
//!
//! Two strengths. **To sign and to certify**: each time anew. Whoever has a password types it in the very form that signs
//! ([`TypedProof`], the macro `confirmation`), so every post brings its own. Whoever comes from an identity provider goes there,
//! comes back with a value that is good for one act, and the act uses it up in its own transaction: the same post once
//! more finds nothing to use. **To decide, pay, publish and give rights**: within the last quarter of an hour, which the
//! handler's proof demands ([`crate::people::access::proof::Confirmed`]).
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
    sign_in::{self, Tried, too_many, try_password},
};
use crate::{
    ground::infra::{
        Portal,
        browser::BrowserToken,
        db::{AnyConnection, DbError},
        error::{AppError, Resume},
        form::{FieldErrors, Holding},
        hash::{random_token, sha256_hex},
        held,
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            self, Actor, Person, deeds, owner,
            pages::own_address,
            proof::{self, By, Oneself, Posted, SignedIn},
            routing::Routes,
            session::{Method, Session},
            store::sessions,
            turns::Alone,
        },
        account::{FailedCodes, account_key, passkey::verbs::Answer, store, verbs},
    },
};
use values::Id;

/// From coming back from the identity provider to the act.
const TO_ACT: Duration = Duration::minutes(5);

pub fn routes(routes: &mut Routes<'_>) {
    routes.post(paths::account::Confirm::PATTERN, create);
}

/// What a form that signs or certifies has for it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedProof {
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
#[derive(Clone)]
#[must_use]
pub struct Confirmation(Shown);

#[derive(Clone)]
enum Shown {
    Here(PasswordShown),
    AtProvider(OneAct),
    ByPasskey { answer: Box<Answer>, now: DateTime<Utc> },
}

#[derive(Clone)]
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
    /// The act, once, and then the using up of what confirmed it, in one transaction: what is refused, or done already, uses
    /// nothing up. `act` gives the address to go on to. `Err` is for the form's fields, and nothing was done.
    pub async fn carry_out<F: From<DbError> + Send + 'static>(
        self,
        portal: &Portal,
        act: impl FnOnce(&mut AnyConnection) -> Result<String, F> + Clone + Send + 'static,
    ) -> Result<Result<String, F>, FieldErrors> {
        let person = match &self.0 {
            Shown::Here(known) => Some(known.person.id),
            Shown::AtProvider(_) | Shown::ByPasskey { .. } => None,
        };
        let done = portal.db.once(move |connection| {
            let answer = act(connection).map_err(Stopped::Act)?;
            if self.use_up(connection)? { Ok(answer) } else { Err(Stopped::WrongCode) }
        });
        match done.await {
            Ok(answer) => Ok(Ok(answer)),
            Err(Stopped::Act(failure)) => Ok(Err(failure)),
            Err(Stopped::WrongCode) => match counted(portal, person).await {
                Ok(failed) => Err(wrong_code(failed)),
                Err(error) => Ok(Err(error.into())),
            },
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
    typed: TypedProof,
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
#[derive(Clone)]
struct PasswordShown {
    portal: web::Data<Portal>,
    person: Person,
    code: Option<String>,
    counted_under: String,
    /// The next try waits until this one is forgotten.
    _alone: Alone,
}

impl PasswordShown {
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
    TypedProof { password, code, .. }: TypedProof,
) -> Result<Result<PasswordShown, FieldErrors>, AppError> {
    let mut errors = FieldErrors::default();
    match try_password(portal, request, &actor.person.email, password).await? {
        Tried::Wait(until) => errors.add("password", too_many(until)),
        Tried::Wrong => {
            errors.add("password", "Lösenordet är fel. Skriv det lösenord som du loggar in med.");
        }
        Tried::Right { counted_under, alone, .. } => {
            let (portal, person) = (portal.clone(), actor.person.clone());
            let code = actor.factors.any().then_some(code);
            return Ok(Ok(PasswordShown { portal, person, code, counted_under, _alone: alone }));
        }
    }
    Ok(Err(errors))
}

/// Counts a wrong code of the person's, in a transaction of its own: what it was for is rolled back.
async fn counted(portal: &Portal, person: Option<Id<Person>>) -> Result<FailedCodes, DbError> {
    let Some(person) = person else { return Ok(FailedCodes::default()) };
    portal.db.write(move |connection| store::count_wrong_code(connection, person, Utc::now())).await
}

fn wrong_code(failed: FailedCodes) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add("code", sign_in::wrong_code(failed));
    errors
}

/// What is wrong with what somebody who signs in here typed to show who it is; nothing when it is right. The code is used up.
pub(super) async fn recognised(
    actor: &Actor,
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    typed: TypedProof,
) -> Result<FieldErrors, AppError> {
    if !typed.passkey.is_empty() {
        let is_right = passkey_questions::accepted(portal, request, &actor.person, typed.passkey).await?;
        return Ok(if is_right { FieldErrors::default() } else { wrong_passkey() });
    }
    let known = match knows_password(actor, portal, request, typed).await? {
        Ok(known) => known,
        Err(errors) => return Ok(errors),
    };
    let person = known.person.id;
    let is_right = portal.db.write(move |connection| known.complete(connection)).await;
    if is_right.map_err(AppError::from)? {
        return Ok(FieldErrors::default());
    }
    Ok(wrong_code(counted(portal, Some(person)).await?))
}

#[derive(Template)]
#[template(path = "account/confirm.html")]
struct ConfirmPage {
    chrome: Chrome,
    /// What was posted, and where.
    resume: Resume,
    /// The same, sealed.
    held: String,
    errors: FieldErrors,
}

impl ConfirmPage {
    fn deed(&self) -> &'static str {
        deeds::of(&self.resume.action)
    }

    fn provider(&self) -> &str {
        self.chrome.user.as_ref().map_or("", |user| &user.confirms_with)
    }
}

/// The page instead of what was to be done: confirming leads on to it.
pub async fn ask_instead(request: &HttpRequest, portal: &Portal, held: Option<Resume>) -> Page {
    let held = held.or_else(|| held::kept(request));
    let Some(found) = proof::signed_in(request).await? else {
        return access::pages::sign_in_instead(request, portal, held).await;
    };
    let resume = held.unwrap_or_default();
    let chrome = proof::chrome(request, Some(&found))?;
    if !is_own(portal, &found.0, &resume)? {
        return access::pages::thrown_away(chrome);
    }
    ask(StatusCode::FORBIDDEN, portal, chrome, resume, FieldErrors::default())
}

/// What is held is sent on by its owner alone.
fn is_own(portal: &Portal, actor: &Actor, resume: &Resume) -> Result<bool, AppError> {
    Ok(!resume.is_post() || owner::is_of(portal, resume, actor.person.id, actor.organisation.id)?)
}

fn ask(status: StatusCode, portal: &Portal, chrome: Chrome, resume: Resume, errors: FieldErrors) -> Page {
    let held = resume.seal(&portal.key)?;
    page::show_as(status, &ConfirmPage { chrome, held, resume, errors })
}

/// A post that is held in a page: sealed, or the address to go to.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HeldForm {
    till: String,
    hallet: String,
    #[serde(flatten)]
    typed: TypedProof,
}

impl HeldForm {
    pub fn resume(&self, portal: &Portal) -> Resume {
        Resume::open(&portal.key, own_address(&self.till).to_owned(), &self.hallet)
    }
}

/// With the password. (At an identity provider it is `identity` that asks, and then calls [`confirmed`].)
async fn create(
    Posted { by, body: Holding(form) }: Posted<By<Oneself>, Holding<HeldForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let resume = form.resume(&portal);
    if !is_own(&portal, &by.actor, &resume)? {
        return access::pages::thrown_away(by.chrome);
    }
    if by.session.method == Method::Provider {
        return ask(StatusCode::FORBIDDEN, &portal, by.chrome, resume, FieldErrors::default());
    }
    // The other half of a double click, whose code is used.
    if Utc::now() - by.session.confirmed_at < sessions::A_MOMENT {
        return page::show(&ConfirmedPage { chrome: by.chrome, resume, act: String::new() });
    }
    let errors = recognised(&by.actor, &portal, &request, form.typed).await?;
    if !errors.is_empty() {
        return ask(StatusCode::UNPROCESSABLE_ENTITY, &portal, by.chrome, resume, errors);
    }
    go_on(&portal, by, resume, String::new()).await
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
    /// There is something to send on: no form is posted to the start page, and no file is held.
    fn is_held(&self) -> bool {
        self.resume.action != paths::about::Start::PATTERN
            && !self.resume.action.is_empty()
            && self.resume.file.is_none()
    }

    fn deed(&self) -> &'static str {
        deeds::of(&self.resume.action)
    }
}

/// Whoever is signed in has shown it at the identity provider: what was held can be sent on, once.
pub async fn confirmed(portal: &Portal, by: By<SignedIn>, resume: Resume) -> Page {
    if !is_own(portal, &by.actor, &resume)? {
        return access::pages::thrown_away(by.chrome);
    }
    let act = random_token().map_err(|error| AppError::internal(format!("no random numbers: {error}")))?;
    let resume = Resume { action: own_address(&resume.action).to_owned(), ..resume };
    go_on(portal, by, resume, act).await
}

/// The session goes on under a new token, and the page with what was held comes with it.
async fn go_on<R>(portal: &Portal, by: By<R>, resume: Resume, act: String) -> Page {
    let session = by.session.id;
    let token = BrowserToken::random()?;
    let key = token.session_key();
    let kept = if act.is_empty() { String::new() } else { hash(&act) };
    portal
        .db
        .write(move |connection| sessions::confirm(connection, session, (&key, &kept), Utc::now()))
        .await
        .map_err(AppError::from)?;
    let chrome = Chrome { csrf: owner::form_token(portal, &token, Some(&by.actor))?, ..by.chrome };
    let mut page = page::show(&ConfirmedPage { chrome, resume, act })?;
    page.add_cookie(&token.cookie(portal)).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(page)
}

fn hash(act: &str) -> String {
    sha256_hex(format!("act:{act}"))
}

//! Proofs: a handler that takes `By<CaseOfficer>` runs for a case officer and for nobody else.

use std::{future::Future, marker::PhantomData, ops::Deref, pin::Pin};

use actix_web::{FromRequest, HttpRequest, dev::Payload};

use super::{
    Actor, PRACTICE_PASSWORD, Role, owner,
    session::{Method, Session},
    store,
};
use crate::{
    ground::infra::{
        Portal, SecondFactor,
        address::is_within,
        browser::BrowserToken,
        error::AppError,
        held, limits, notice,
        page::{Chrome, NavItem, Practice, User},
        turns,
        way::{Done, Way},
    },
    paths,
};
use values::calendar;

/// Who a route admits, as the table of routes × roles tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Everyone,
    SignedIn,
    OneOf(&'static [Role]),
    /// Only in practice mode; elsewhere the address does not exist.
    Practice,
}

/// The first argument of every handler.
pub trait Proof {
    const ACCESS: Access;
}

/// A set of roles that may do something.
pub trait Admits: 'static {
    const ACCESS: Access;
    /// Whether it waits for the second factor that the role needs. Only what one needs to set that up does not.
    const IS_FOR_COMPLETE_ACCOUNTS: bool = true;
}

macro_rules! admits {
    ($($(#[$doc:meta])* $name:ident = $access:expr;)*) => {
        $($(#[$doc])* pub struct $name; impl Admits for $name { const ACCESS: Access = $access; })*
    };
}

// A line each: a name and the roles it stands for.
admits! {
    /// Anyone with a session.
    SignedIn = Access::SignedIn;
    /// Anyone at a recipient: sees its own grants.
    Member = Access::OneOf(&[Role::Preparer, Role::FinanceHead, Role::Signatory]);
    /// Fills in and takes back.
    Preparer = Access::OneOf(&[Role::Preparer, Role::Signatory]);
    Signatory = Access::OneOf(&[Role::Signatory]);
    /// Certifies the report.
    FinanceHead = Access::OneOf(&[Role::FinanceHead]);
    /// Anyone at a paying authority: sees the cases of its agreements.
    Authority = Access::OneOf(&[Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer]);
    CaseOfficer = Access::OneOf(&[Role::CaseOfficer]);
    /// Asks for accounts: at the paying authority, or with insight where the terms give the right.
    Asker = Access::OneOf(&[Role::CaseOfficer, Role::Reader]);
    PaymentOfficer = Access::OneOf(&[Role::PaymentOfficer]);
    /// Decides what no single officer does: who takes over from whom, which agreement is published.
    DecisionMaker = Access::OneOf(&[Role::DecisionMaker]);
    /// Reads the register of recipients.
    Registrar = Access::OneOf(&[Role::CaseOfficer, Role::DecisionMaker]);
    /// Gives insight into an agreement and takes it back; sees the agreements that are being prepared.
    Discloser = Access::OneOf(&[Role::CaseOfficer, Role::DecisionMaker]);
    /// Reads the further reports that are addressed to the organisation.
    Addressee = Access::OneOf(&[Role::CaseOfficer, Role::DecisionMaker, Role::Reader]);
    /// Says who in the organisation has which role.
    Administrator = Access::OneOf(&[Role::Administrator]);
    /// Sees agreements with all their recipients' cases: those that its authority pays, or that it was given insight into.
    Overseer = Access::OneOf(&[Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer, Role::Reader]);
}

/// Anyone with a session, also one who has yet to set up the second factor that the role needs.
pub struct Oneself;

impl Admits for Oneself {
    const ACCESS: Access = Access::SignedIn;
    const IS_FOR_COMPLETE_ACCOUNTS: bool = false;
}

/// A signed-in person who holds one of the roles that `R` admits.
pub struct By<R> {
    pub actor: Actor,
    pub session: Session,
    pub chrome: Chrome,
    roles: PhantomData<fn() -> R>,
}

impl<R> Deref for By<R> {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.actor
    }
}

impl<R: Admits> Proof for By<R> {
    const ACCESS: Access = R::ACCESS;
}

impl<R: Admits> FromRequest for By<R> {
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let found = signed_in(&request).await?.ok_or(AppError::SignedOut(None))?;
            let person = found.0.person.id.to_string();
            Portal::of(&request)?.limits.person(limits::kind_of(&request), &person)?;
            turns::note_sender(&request, person);
            if !admitted(R::ACCESS, &found.0) {
                return Err(AppError::Forbidden);
            }
            let is_required = Portal::of(&request)?.second_factor == SecondFactor::Required;
            if is_required
                && R::IS_FOR_COMPLETE_ACCOUNTS
                && found.1.method != Method::Provider
                && found.0.lacks_second_factor()
            {
                return Err(AppError::SecondFactorMissing);
            }
            let chrome = chrome(&request, Some(&found))?;
            let (actor, session) = found;
            Ok(Self { actor, session, chrome, roles: PhantomData })
        })
    }
}

/// The same, and the person showed who it is a short while ago: for what is decided, paid, published, and for rights that
/// are given. Otherwise the answer is a page that asks, which holds what was posted ([`crate::people::account::pages::confirm`]).
pub struct Confirmed<R>(pub By<R>);

impl<R: Admits> Proof for Confirmed<R> {
    const ACCESS: Access = R::ACCESS;
}

impl<R: Admits> FromRequest for Confirmed<R> {
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let by = By::<R>::from_request(request, payload);
        let limits = Portal::of(request).map(|portal| portal.config.sessions);
        Box::pin(async move {
            let by = by.await?;
            if !by.session.is_confirmed(chrono::Utc::now(), limits?) {
                return Err(AppError::Unconfirmed(None));
            }
            Ok(Self(by))
        })
    }
}

fn admitted(access: Access, actor: &Actor) -> bool {
    match access {
        Access::Everyone | Access::SignedIn => true,
        Access::OneOf(roles) => roles.iter().any(|role| actor.has(*role)),
        Access::Practice => false,
    }
}

/// Anyone, signed in or not.
pub struct Visit {
    pub actor: Option<Actor>,
    pub chrome: Chrome,
}

impl Proof for Visit {
    const ACCESS: Access = Access::Everyone;
}

impl FromRequest for Visit {
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let found = signed_in(&request).await?;
            let chrome = chrome(&request, found.as_ref())?;
            Ok(Self { actor: found.map(|(actor, _)| actor), chrome })
        })
    }
}

/// Anyone, and nobody asks who: the page is the same for all, so that anybody may keep it. No session is looked up, and
/// there is no form to post.
pub struct Anyone {
    pub chrome: Chrome,
}

impl Proof for Anyone {
    const ACCESS: Access = Access::Everyone;
}

impl FromRequest for Anyone {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let place = |href: &str, label: &str| NavItem {
            href: href.to_owned(),
            label: label.to_owned(),
            current: is_within(request.path(), href),
        };
        // The start page leads whoever is signed in to the work, and others to the sign-in.
        let nav = vec![
            place(paths::open_data::Start::PATTERN, "Öppna data"),
            place(paths::about::Start::PATTERN, "Logga in"),
        ];
        std::future::ready(
            Portal::of(request).map(|portal| Self {
                chrome: Chrome { nav, practice: practice(portal), ..Chrome::default() },
            }),
        )
    }
}

/// Anyone, in practice mode.
pub struct Practising;

impl Proof for Practising {
    const ACCESS: Access = Access::Practice;
}

impl FromRequest for Practising {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let practice = Portal::of(request).map(|portal| portal.practice);
        std::future::ready(match practice {
            Ok(true) => Ok(Self),
            Ok(false) => Err(AppError::NotFound),
            Err(error) => Err(error),
        })
    }
}

/// A post: first the proof, then the body. In that order, so that who may not post learns nothing of the form, and
/// what somebody typed before the session ended is held until after signing in.
pub struct Posted<P, B> {
    pub by: P,
    pub body: B,
}

impl<P: Proof, B> Proof for Posted<P, B> {
    const ACCESS: Access = P::ACCESS;
}

impl<P, B> FromRequest for Posted<P, B>
where
    P: FromRequest<Error = AppError> + 'static,
    B: FromRequest<Error = AppError> + 'static,
{
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let by = match P::from_request(&request, &mut Payload::None).await {
                Err(AppError::SignedOut(_)) => {
                    return Err(AppError::SignedOut(held::read(&request, &mut payload).await.map(Box::new)));
                }
                Err(AppError::Unconfirmed(_)) => {
                    return Err(AppError::Unconfirmed(
                        held::read(&request, &mut payload).await.map(Box::new),
                    ));
                }
                proof => proof?,
            };
            let body = B::from_request(&request, &mut payload).await?;
            Ok(Self { by, body })
        })
    }
}

/// A button without fields.
#[derive(serde::Deserialize)]
pub struct NoFields {}

/// The futures of extractors that ask the database.
pub type Pending<T> = Pin<Box<dyn Future<Output = Result<T, AppError>>>>;

/// Who the browser's token belongs to, if its session still runs.
pub async fn signed_in(request: &HttpRequest) -> Result<Option<(Actor, Session)>, AppError> {
    let portal = Portal::of(request)?;
    let key = BrowserToken::of(request)?.session_key();
    // Sessions run by the real clock, whatever date is practised.
    let (now, limits) = (chrono::Utc::now(), portal.config.sessions);
    let lookup_key = key.clone();
    let mut found =
        portal.db.read(move |connection| store::actor(connection, &lookup_key, now, limits)).await?;
    if let Some((_, session)) = &mut found
        && session.should_note_seen(now)
    {
        let noted =
            portal.db.write_aside(move |connection| store::sessions::note_seen(connection, &key, now)).await;
        match noted {
            Ok(()) => session.last_seen_at = now,
            // Whoever only reads can go on where nothing can be saved.
            Err(error) => tracing::warn!(cause = %error, "that somebody was seen is not noted"),
        }
    }
    Ok(found)
}

/// What every page has around it, for whoever looks.
pub fn chrome(request: &HttpRequest, visitor: Option<&(Actor, Session)>) -> Result<Chrome, AppError> {
    let portal = Portal::of(request)?;
    let token = BrowserToken::of(request)?;
    let may_tell = notice::may_be_told(request, &token);
    Ok(Chrome {
        csrf: owner::form_token(portal, &token, visitor.map(|(actor, _)| actor))?,
        user: visitor.map(|(actor, session)| user(portal, actor, session)),
        nav: visitor.map_or_else(Vec::new, |(actor, _)| navigation(actor, request.path())),
        practice: practice(portal),
        notice: None,
        way: Way::of(request),
        done: Done::of(request).filter(|_| may_tell),
        may_tell,
    })
}

fn practice(portal: &Portal) -> Option<Practice> {
    portal.practice.then(|| {
        let today = portal.clock.today();
        Practice { date: today.to_string(), shown: calendar::long_date(today), password: PRACTICE_PASSWORD }
    })
}

fn user(portal: &Portal, actor: &Actor, session: &Session) -> User {
    let roles: Vec<&str> = actor.roles.iter().map(|role| role.label()).collect();
    User {
        name: actor.person.name.clone(),
        organisation: actor.organisation.formal_name.clone(),
        roles: roles.join(", "),
        organisations: actor
            .organisations
            .iter()
            .map(|(id, name)| (id.to_string(), name.clone(), *id == actor.organisation.id))
            .collect(),
        confirms_with: session.confirms_with(&portal.config),
        session: session.ending(chrono::Utc::now(), portal.config.sessions),
        has_second_factor: actor.factors.any(),
        has_app: actor.factors.app,
        passkey_domain: if actor.factors.passkey { portal.passkey_domain() } else { String::new() },
    }
}

fn navigation(actor: &Actor, path: &str) -> Vec<NavItem> {
    let places: [(&str, &str, Access); 11] = [
        (paths::my_grants::List::PATTERN, "Mina bidrag", Member::ACCESS),
        (paths::mandate::List::PATTERN, "Uppdrag", Member::ACCESS),
        (paths::review::Requisitions::PATTERN, "Granskning", Authority::ACCESS),
        (paths::payment::List::PATTERN, "Utbetalningar", Authority::ACCESS),
        (paths::repayment::List::PATTERN, "Återbetalningar", Authority::ACCESS),
        (paths::dashboard::Overview::PATTERN, "Översikt", Overseer::ACCESS),
        (paths::further_report::List::PATTERN, "Rapporter", Addressee::ACCESS),
        (paths::registry::List::PATTERN, "Register", Registrar::ACCESS),
        (paths::agreement::List::PATTERN, "Överenskommelser", Access::SignedIn),
        (paths::proposal::List::PATTERN, "Förslag", Discloser::ACCESS),
        (paths::colleague::List::PATTERN, "Kollegor", Administrator::ACCESS),
    ];
    let has_desk = admitted(Authority::ACCESS, actor);
    places
        .into_iter()
        .filter(|(_, _, access)| admitted(*access, actor))
        .filter(|(href, _, _)| *href != paths::further_report::List::PATTERN || actor.receives_reports)
        .map(|(href, label, _)| NavItem {
            href: href.to_owned(),
            label: label.to_owned(),
            current: is_within(path, href)
                || href == paths::my_grants::List::PATTERN
                    && OF_GRANTS.iter().any(|cases| is_within(path, cases))
                || href == paths::dashboard::Overview::PATTERN
                    && !has_desk
                    && OF_DESKS.iter().any(|cases| is_within(path, cases)),
        })
        .collect()
}

/// Where a recipient's cases are, which belong under its grants.
const OF_GRANTS: [&str; 4] = [
    paths::requisition::Case::PATTERN,
    paths::report::Case::PATTERN,
    paths::account_request::Case::PATTERN,
    paths::onward::Units::PATTERN,
];
/// Where an authority's cases are, which a reader comes to from the overview.
const OF_DESKS: [&str; 3] =
    [paths::review::Requisitions::PATTERN, paths::payment::List::PATTERN, paths::repayment::List::PATTERN];

//! Where an invitation leads: to a new account, to one more role for an account that there is, or to a new password.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    hash,
    sign_in::{Tried, finish, too_many, try_password},
};
use crate::{
    ground::infra::{
        Portal,
        error::{AppError, Resume},
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            self, Role,
            proof::{Posted, Visit},
            session::Beside,
        },
        account::{
            Invitation, Purpose, Refusal, account_key,
            form::{self, WelcomeForm},
            store, token_hash,
            verbs::{self, Failure},
        },
    },
};
use values::calendar::long_time;

#[derive(Template)]
#[template(path = "account/welcome.html")]
struct WelcomePage {
    chrome: Chrome,
    token: String,
    invitation: Invitation,
    /// The address has an account: its owner joins with its password.
    has_account: bool,
    /// The account has no password yet.
    is_first: bool,
    /// As it was typed; of an account that there is, its own.
    name: String,
    errors: FieldErrors,
}

/// The same for a link that was used, withdrawn, too old or never made: it tells nothing more than that.
#[derive(Template)]
#[template(path = "account/no_welcome.html")]
struct NoWelcomePage {
    chrome: Chrome,
}

impl WelcomePage {
    fn role(&self) -> Option<Role> {
        match self.invitation.purpose {
            Purpose::Role { role, .. } => Some(role),
            Purpose::Password { .. } => None,
        }
    }

    fn is_unconfirmed(&self) -> bool {
        matches!(self.invitation.purpose, Purpose::Role { is_unconfirmed: true, .. })
    }

    fn until(&self) -> String {
        long_time(self.invitation.expires_at)
    }
}

fn gone(chrome: Chrome) -> Page {
    page::show_as(StatusCode::GONE, &NoWelcomePage { chrome })
}

/// The page of a link that can be used now.
async fn find(chrome: Chrome, portal: &Portal, token: &str) -> Result<Option<WelcomePage>, AppError> {
    let (hash, now) = (token_hash(token), portal.clock.now());
    let found = portal
        .db
        .read(move |connection| {
            let found = store::by_token(connection, &hash)?.filter(|found| found.is_open(now));
            let Some(invitation) = found else { return Ok::<_, AppError>(None) };
            let known = access::store::find_by_email(connection, &invitation.email)?;
            Ok(Some((invitation, known)))
        })
        .await?;
    Ok(found.map(|(invitation, known)| WelcomePage {
        chrome,
        token: token.to_owned(),
        invitation,
        has_account: known.is_some(),
        is_first: known.as_ref().is_some_and(|(_, hash)| hash.is_empty()),
        name: known.map(|(person, _)| person.name).unwrap_or_default(),
        errors: FieldErrors::default(),
    }))
}

pub async fn show(visit: Visit, portal: web::Data<Portal>, token: web::Path<String>) -> Page {
    match find(visit.chrome.clone(), &portal, &token).await? {
        Some(page) => page::show(&page),
        None => gone(visit.chrome),
    }
}

/// A new account. Whoever made it is signed in.
pub async fn create(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<WelcomeForm>>,
    portal: web::Data<Portal>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Page {
    let Some(page) = find(visit.chrome.clone(), &portal, &token).await? else { return gone(visit.chrome) };
    let name = match form.parse(&page.invitation.email, &page.invitation.organisation.formal_name) {
        Ok(name) => name,
        Err(errors) => return page::show_errors(&WelcomePage { errors, name: form.name, ..page }),
    };
    let password_hash = hash(form.new_password).await?;
    let (key, now) = (token_hash(&token), portal.clock.now());
    let accepted = portal
        .db
        .write(move |connection| verbs::accept_as_new(connection, now, &key, &name, &password_hash))
        .await;
    match accepted {
        Ok((person, _)) => {
            let shown = (person, Beside::Nothing);
            finish(&portal, &request, shown, "", Resume::default(), visit.chrome).await
        }
        // The page now asks for the account's password instead.
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(paths::account::Welcome(&token)),
        Err(Failure::Db(error)) => Err(error.into()),
        Err(_) => gone(visit.chrome),
    }
}

#[derive(Deserialize)]
pub struct JoinForm {
    password: String,
}

/// One more role for an account that there is. Whoever has only the link gets nothing: the account's password is asked for.
pub async fn join(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<JoinForm>>,
    portal: web::Data<Portal>,
    token: web::Path<String>,
    request: HttpRequest,
) -> Page {
    let Some(mut page) = find(visit.chrome.clone(), &portal, &token).await? else {
        return gone(visit.chrome);
    };
    let (person, counted_under, _alone) =
        match try_password(&portal, &request, &page.invitation.email, form.password).await? {
            Tried::Right { person, counted_under, alone } => (person, counted_under, alone),
            Tried::Wait(until) => {
                page.errors.add("password", too_many(until));
                return page::show_as(StatusCode::TOO_MANY_REQUESTS, &page);
            }
            Tried::Wrong => {
                page.errors.add("password", "Lösenordet är fel. Skriv det som du brukar logga in med.");
                return page::show_errors(&page);
            }
        };
    let (key, now) = (token_hash(&token), portal.clock.now());
    let accepted = portal
        .db
        .write(move |connection| {
            verbs::accept_as_known(connection, now, &key, &person)?;
            store::forget_tries(connection, &account_key(&person.email), &counted_under)?;
            Ok::<_, Failure>(())
        })
        .await;
    match accepted {
        // Not signed in by this: that may take a code too.
        Ok(()) => page::see_other(paths::about::Start),
        Err(Failure::Db(error)) => Err(error.into()),
        Err(_) => gone(visit.chrome),
    }
}

#[derive(Deserialize)]
pub struct ResetForm {
    new_password: String,
}

pub async fn reset(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<ResetForm>>,
    portal: web::Data<Portal>,
    token: web::Path<String>,
) -> Page {
    let Some(page) = find(visit.chrome.clone(), &portal, &token).await? else { return gone(visit.chrome) };
    let mut errors = FieldErrors::default();
    let context = [page.invitation.email.as_str(), &page.name, &page.invitation.organisation.formal_name];
    form::check(&mut errors, &form.new_password, &context);
    if !errors.is_empty() {
        return page::show_errors(&WelcomePage { errors, ..page });
    }
    let password_hash = hash(form.new_password).await?;
    let (key, now) = (token_hash(&token), portal.clock.now());
    match portal
        .db
        .write(move |connection| verbs::reset_password(connection, now, &key, &password_hash))
        .await
    {
        Ok(()) => page::see_other(paths::access::SignIn),
        Err(Failure::Db(error)) => Err(error.into()),
        Err(_) => gone(visit.chrome),
    }
}

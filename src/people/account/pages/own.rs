//! One's own account: the password, the second factor, and what has happened to it.

use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{
    confirm::{TypedProof, recognised},
    hash,
};
use crate::{
    ground::{
        history::{self, Line},
        infra::{
            Portal, SecondFactor,
            browser::{BrowserToken, KnownBrowser},
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::{
        access::{
            Act, Actor, Factors, Person,
            proof::{By, Oneself, Posted},
        },
        account::{FailedCodes, form, store, verbs},
    },
};
use values::calendar::long_time;

#[derive(Template)]
#[template(path = "account/own.html")]
struct OwnPage {
    chrome: Chrome,
    person: Person,
    factors: Factors,
    /// The role needs it, and the portal insists.
    must_have: bool,
    codes_left: i64,
    failed: FailedCodes,
    /// What has happened to the account, the newest first.
    lines: Vec<Line>,
    errors: FieldErrors,
}

impl OwnPage {
    fn when(line: &Line) -> String {
        long_time(line.entry.at)
    }

    /// Wrong codes that the owner may not know of: before the last right one, and since.
    fn wrong_codes(&self) -> Vec<String> {
        let told = |count: i32, since: Option<DateTime<Utc>>, end: &str| {
            let codes =
                if count == 1 { "En felaktig kod".to_owned() } else { format!("{count} felaktiga koder") };
            since.filter(|_| count > 0).map(|since| format!("{codes} sedan {}{end}", long_time(since)))
        };
        let FailedCodes { count, since, earlier, earlier_since } = self.failed;
        let before = told(earlier, earlier_since, ", före den senaste rätta koden.");
        before.into_iter().chain(told(count, since, ".")).collect()
    }
}

/// What was done, as the address says after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    klart: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "losenord" => Some("Lösenordet är bytt. Du är utloggad överallt utom här."),
            "app" => Some("Appen är kopplad. Reservkoderna som du har gäller fortfarande."),
            "app-borta" => Some("Appen är borttagen. Dina passkeys och reservkoder gäller fortfarande."),
            "koder" => Some(
                "Innan du loggade in skrevs flera felaktiga koder för ditt konto. Läs om dem här nedanför.",
            ),
            "avslagen" => Some("Tvåstegsinloggning är avslagen. Reservkoderna gäller inte längre."),
            _ => None,
        }
    }
}

pub async fn show(by: By<Oneself>, portal: web::Data<Portal>, done: web::Query<Done>) -> Page {
    let chrome = by.chrome.clone().noting(done.words());
    page::show(&read(&by.actor, chrome, &portal).await?)
}

async fn read(actor: &Actor, chrome: Chrome, portal: &Portal) -> Result<OwnPage, AppError> {
    let id = actor.person.id;
    let (codes_left, failed, mut lines) = portal
        .db
        .read(move |connection| {
            let codes = store::codes_left(connection, id)?;
            let failed = store::failed_codes(connection, id)?;
            Ok::<_, AppError>((codes, failed, history::store::of(connection, &id.to_string())?))
        })
        .await?;
    lines.reverse();
    Ok(OwnPage {
        chrome,
        person: actor.person.clone(),
        factors: actor.factors,
        must_have: must_have_factor(actor, portal),
        codes_left,
        failed,
        lines,
        errors: FieldErrors::default(),
    })
}

pub fn must_have_factor(actor: &Actor, portal: &Portal) -> bool {
    portal.second_factor == SecondFactor::Required
        && actor.roles.iter().any(|role| role.needs_second_factor())
}

#[derive(Deserialize)]
pub struct PasswordForm {
    #[serde(flatten)]
    confirmation: TypedProof,
    new_password: String,
}

pub async fn change_password(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<PasswordForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let mut errors = FieldErrors::default();
    let context = [by.person.email.as_str(), &by.person.name, &by.organisation.formal_name];
    form::check(&mut errors, &form.new_password, &context);
    if errors.is_empty() {
        // Last, since a code is used up by being right.
        errors = recognised(&by.actor, &portal, &request, form.confirmation).await?;
    }
    if !errors.is_empty() {
        let page = read(&by.actor, by.chrome.clone(), &portal).await?;
        return page::show_errors(&OwnPage { errors, ..page });
    }
    let password_hash = hash(form.new_password).await?;
    let act = Act::of_oneself(&by, portal.clock.now());
    let session = BrowserToken::of(&request)?.session_key();
    let browser = KnownBrowser::of(&request, &portal).map(|browser| browser.key());
    portal
        .db
        .write(move |connection| {
            verbs::change_password(connection, &act, &password_hash, &session, browser.as_deref())
        })
        .await
        .map_err(AppError::from)?;
    page::see_other(format!("{}?klart=losenord", paths::account::Own))
}

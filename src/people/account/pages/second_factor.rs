//! Setting up the second factor, and doing without it again. What is shown once, the recovery codes, is the answer to the post
//! itself: it is stored nowhere, so there is no page to lead to.

use actix_web::{HttpRequest, web};
use askama::Template;
use chrono::Utc;

use super::{
    confirm::{TypedProof, recognised},
    own::must_have_factor,
    sign_in::CodeForm,
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
            Act, Actor, Factors,
            proof::{By, Confirmed, NoFields, Oneself, Posted},
        },
        account::{
            Refusal, store,
            totp::{self, Picture},
            verbs::{self, Failure},
        },
    },
};

#[derive(Template)]
#[template(path = "account/second_factor.html")]
struct FactorPage {
    chrome: Chrome,
    factors: Factors,
    /// Passkeys can be used at the portal's address.
    has_passkeys: bool,
    must_have: bool,
    codes_left: i64,
    /// What is being set up: the secret, in groups of four and as a picture.
    pending: Option<(String, Picture)>,
    errors: FieldErrors,
}

#[derive(Template)]
#[template(path = "account/codes.html")]
pub struct CodesPage {
    pub chrome: Chrome,
    pub codes: Vec<String>,
    pub is_first: bool,
}

pub async fn show(by: By<Oneself>, portal: web::Data<Portal>) -> Page {
    page::show(&read(&by.actor, by.chrome.clone(), &portal).await?)
}

async fn read(actor: &Actor, chrome: Chrome, portal: &web::Data<Portal>) -> Result<FactorPage, AppError> {
    let (id, data) = (actor.person.id, portal.clone());
    let (codes_left, secret) = portal
        .db
        .read(move |connection| {
            let secret = store::pending_secret(connection, &data.key, id)?;
            Ok::<_, AppError>((store::codes_left(connection, id)?, secret))
        })
        .await?;
    let pending = secret.and_then(|secret| {
        let picture = totp::picture(&totp::address(&secret, &actor.person.email))?;
        let letters: Vec<char> = totp::base32(&secret).chars().collect();
        let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
        Some((groups.join(" "), picture))
    });
    Ok(FactorPage {
        chrome,
        factors: actor.factors,
        has_passkeys: !portal.passkey_domain().is_empty(),
        must_have: must_have_factor(actor, portal),
        codes_left,
        pending,
        errors: FieldErrors::default(),
    })
}

/// The post of a button; beginning anew makes a new secret.
pub async fn begin(
    Posted { by: Confirmed(by), .. }: Posted<Confirmed<Oneself>, Form<NoFields>>,
    portal: web::Data<Portal>,
) -> Page {
    let (id, data) = (by.person.id, portal.clone());
    let to = paths::account::SecondFactor.to_string();
    match portal.db.once(move |connection| verbs::begin_factor(connection, &data.key, id).map(|()| to)).await
    {
        Ok(to) => page::see_other(to),
        // With one in use already, the page says so.
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(paths::account::SecondFactor),
        Err(failure) => Err(failure.into()),
    }
}

pub async fn confirm(
    Posted { by, body: Form(form) }: Posted<By<Oneself>, Form<CodeForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let (act, data) = (Act::of_oneself(&by, portal.clock.now()), portal.clone());
    let confirmed = portal
        .db
        .write(move |connection| verbs::confirm_factor(connection, &data.key, &act, Utc::now(), &form.code))
        .await;
    match confirmed {
        // With a passkey there are codes already.
        Ok(codes) if codes.is_empty() => page::see_other(format!("{}?klart=app", paths::account::Own)),
        Ok(codes) => page::show(&CodesPage { chrome: by.chrome, codes, is_first: true }),
        Err(Failure::Refused(Refusal::WrongCode)) => {
            let mut errors = FieldErrors::default();
            errors.add("code", "Koden stämmer inte. Skriv den som appen visar nu, och kontrollera att telefonens klocka går rätt.");
            let page = read(&by.actor, by.chrome.clone(), &portal).await?;
            page::show_errors(&FactorPage { errors, ..page })
        }
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(paths::account::SecondFactor),
        Err(failure) => Err(failure.into()),
    }
}

pub async fn remove(
    Posted { by, body: Form(typed) }: Posted<By<Oneself>, Form<TypedProof>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    if let Some(refused) = not_the_owner(&by, &portal, &request, typed).await {
        return refused;
    }
    let act = Act::of_oneself(&by, portal.clock.now());
    let done = if by.factors.passkey { "app-borta" } else { "avslagen" };
    let done = format!("{}?klart={done}", paths::account::Own);
    let to = done.clone();
    match portal.db.once(move |connection| verbs::remove_app(connection, &act).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(done),
        Err(failure) => Err(failure.into()),
    }
}

pub async fn renew_codes(
    Posted { by, body: Form(typed) }: Posted<By<Oneself>, Form<TypedProof>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    if let Some(refused) = not_the_owner(&by, &portal, &request, typed).await {
        return refused;
    }
    let act = Act::of_oneself(&by, portal.clock.now());
    match portal.db.write(move |connection| verbs::renew_codes(connection, &act)).await {
        Ok(codes) => page::show(&CodesPage { chrome: by.chrome, codes, is_first: false }),
        Err(Failure::Refused(Refusal::Changed)) => page::see_other(paths::account::SecondFactor),
        Err(failure) => Err(failure.into()),
    }
}

/// The page again, when it is not the owner who sits there.
async fn not_the_owner(
    by: &By<Oneself>,
    portal: &web::Data<Portal>,
    request: &HttpRequest,
    typed: TypedProof,
) -> Option<Page> {
    let refused = async {
        let errors = recognised(&by.actor, portal, request, typed).await?;
        if errors.is_empty() {
            return Ok(None);
        }
        let page = read(&by.actor, by.chrome.clone(), portal).await?;
        page::show_errors(&FactorPage { errors, ..page }).map(Some)
    };
    refused.await.transpose()
}

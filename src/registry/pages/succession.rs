//! A merger, or a split, is registered by a decision maker.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Mending, act, outcome, show_as};
use crate::{
    access::proof::{By, Confirmed, DecisionMaker, Posted},
    filing::Act,
    ids::Id,
    infra::{
        Portal,
        db::AnyConnection,
        error::AppError,
        form::{FieldErrors, Form},
        page::{Chrome, Page},
    },
    recipient::{self, Organisation},
    registry::{
        Held, Kind, Refusal, Succession,
        form::SuccessionForm,
        store,
        succession::{self},
        verbs::Failure,
    },
};

#[derive(Template)]
#[template(path = "registry/succession.html")]
struct SuccessionPage {
    chrome: Chrome,
    kind: Kind,
    organisation: Organisation,
    /// What it holds and can pass.
    held: Vec<Held>,
    form: SuccessionForm,
    mending: Mending,
    today: String,
}

impl SuccessionPage {
    fn errors(&self) -> &FieldErrors {
        &self.mending.errors
    }

    fn refusal(&self) -> Option<&Refusal> {
        self.mending.refusal.as_ref()
    }

    fn is_merger(&self) -> bool {
        self.kind == Kind::Merger
    }

    fn action(&self) -> String {
        let kind = if self.is_merger() { "sammanlaggning" } else { "delning" };
        format!("/register/{}/{kind}", self.organisation.code)
    }

    /// The control where the successor of one of the grants is typed.
    fn field(&self, held: &Held) -> String {
        format!("till-{}", held.grant)
    }

    fn error(&self, held: &Held) -> &str {
        self.mending.errors.of(&self.field(held))
    }

    fn label(&self, held: &Held) -> String {
        format!("{}, {}: vem tar över?", held.number, held.agreement)
    }
}

pub async fn new_merger(by: By<DecisionMaker>, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    fresh(by, &portal, code.into_inner(), Kind::Merger).await
}

pub async fn new_split(by: By<DecisionMaker>, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    fresh(by, &portal, code.into_inner(), Kind::Split).await
}

async fn fresh(by: By<DecisionMaker>, portal: &Portal, code: String, kind: Kind) -> Page {
    let page = read(by, portal, code, kind).await?;
    show_as(StatusCode::OK, &page)
}

async fn read(
    by: By<DecisionMaker>,
    portal: &Portal,
    code: String,
    kind: Kind,
) -> Result<SuccessionPage, AppError> {
    let authority = by.organisation.id;
    let (organisation, mut held, version) = portal
        .db
        .read(move |connection| {
            let found = recipient::store::find_by_code(connection, &code)?;
            let found = found.filter(|found| found.kind.receives_grants()).ok_or(AppError::NotFound)?;
            let held = store::grants_of(connection, authority, found.id)?;
            let version = recipient::store::version(connection, found.id)?;
            Ok::<_, AppError>((found, held, version))
        })
        .await?;
    held.retain(|held| held.holder.0 == organisation.code);
    Ok(SuccessionPage {
        chrome: by.chrome,
        kind,
        organisation,
        held,
        form: SuccessionForm::fresh(version),
        mending: Mending::default(),
        today: portal.clock.today().to_string(),
    })
}

type Body = Posted<Confirmed<DecisionMaker>, Form<SuccessionForm>>;

pub async fn merge(posted: Body, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    register(posted, &portal, code.into_inner(), Kind::Merger, succession::merge).await
}

pub async fn split(posted: Body, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    register(posted, &portal, code.into_inner(), Kind::Split, succession::split).await
}

type Verb = fn(&mut AnyConnection, &Act, Id<Succession>, &str, &SuccessionForm) -> Result<(), Failure>;

async fn register(
    Posted { by: Confirmed(by), body: Form(form) }: Body,
    portal: &Portal,
    code: String,
    kind: Kind,
    verb: Verb,
) -> Page {
    let (act, typed, of) = (act(&by, portal), form.clone(), code.clone());
    let id = form.id.parse().unwrap_or_default();
    let done = portal.db.write(move |connection| verb(connection, &act, id, &of, &typed)).await;
    match outcome(done, &code, "efterfoljare") {
        Ok(answer) => answer,
        Err((status, mending)) => {
            let page = read(by, portal, code, kind).await?;
            // Whoever has seen how it is now may register again.
            let version = if mending.refusal.is_some() { page.form.version } else { form.version };
            let form = SuccessionForm { version, ..form };
            show_as(status, &SuccessionPage { form, mending, ..page })
        }
    }
}

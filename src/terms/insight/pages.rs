//! Who has insight into an agreement, and giving it and taking it back.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{
    Insight, Refusal, Sight,
    form::ReaderForm,
    may_be_given, store,
    verbs::{self, Failure},
};
use crate::{
    ground::{
        history::{self, Event, Line},
        infra::{
            Portal,
            db::AnyConnection,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::{
        access::{
            Act, Actor, Role,
            proof::{By, Confirmed, Discloser, Overseer, Posted},
            routing::Routes,
        },
        recipient::{self, Organisation},
    },
    terms::agreement::Agreement,
};
use values::calendar::long_time;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::insight::Insight::PATTERN, show)
        .post(paths::insight::Insight::PATTERN, give)
        .post(paths::insight::TakeBack::PATTERN, revoke);
}

#[derive(Template)]
#[template(path = "insight/show.html")]
struct ShowPage {
    chrome: Chrome,
    agreement: Agreement,
    insights: Vec<Insight>,
    /// Whoever can have it, and those of them who have not, to choose from.
    choices: Vec<Organisation>,
    options: Vec<(String, String)>,
    may_change: bool,
    /// When it was given and taken back, the newest first.
    lines: Vec<Line>,
    typed: ReaderForm,
    refusal: Option<Refusal>,
    errors: FieldErrors,
}

/// What was done, as the address says after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Done {
    klart: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "given" => Some("Insynen är given. Den gäller från och med nu."),
            "borttagen" => Some("Insynen är tillbakatagen. Den gäller inte längre."),
            _ => None,
        }
    }
}

async fn show(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
    done: web::Query<Done>,
) -> Page {
    let chrome = by.chrome.noting(done.words());
    page::show(&read(&by.actor, chrome, &portal, Sight::of(&by.actor), slug.into_inner()).await?)
}

async fn read(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    sight: Sight,
    slug: String,
) -> Result<ShowPage, AppError> {
    let (agreement, insights, mut choices, mut lines) = portal
        .db
        .read(move |connection| {
            let agreement = store::agreement(connection, sight, &slug)?.ok_or(AppError::NotFound)?;
            let insights = store::of_agreement(connection, agreement.id)?;
            let lines = history::store::of(connection, &agreement.id.to_string())?;
            Ok::<_, AppError>((agreement, insights, recipient::store::all(connection)?, lines))
        })
        .await?;
    choices.retain(|organisation| may_be_given(organisation, &agreement));
    lines.retain(|line| matches!(line.entry.event, Event::InsightGiven | Event::InsightTaken));
    lines.reverse();
    let may = |role| actor.has_at(role, agreement.authority.id);
    Ok(ShowPage {
        chrome,
        options: options(&choices, &insights),
        insights,
        choices,
        may_change: may(Role::CaseOfficer) || may(Role::DecisionMaker),
        lines,
        typed: ReaderForm::default(),
        refusal: None,
        errors: FieldErrors::default(),
        agreement,
    })
}

async fn give(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Discloser>, Form<ReaderForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    change(by, &portal, slug.into_inner(), form, verbs::give, "given").await
}

async fn revoke(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Discloser>, Form<ReaderForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    change(by, &portal, slug.into_inner(), form, verbs::revoke, "borttagen").await
}

type Verb = fn(&mut AnyConnection, &Act, &str, &Organisation) -> Result<(), Failure>;

/// To the page when it is done. 422 with what is to be mended; 409 and the page as it is now when somebody else was first.
async fn change(
    by: By<Discloser>,
    portal: &Portal,
    slug: String,
    form: ReaderForm,
    verb: Verb,
    done: &str,
) -> Page {
    let ours = Sight::PaidBy(by.actor.organisation.id);
    let page = read(&by.actor, by.chrome.clone(), portal, ours, slug.clone()).await?;
    let reader = match form.parse(&page.choices) {
        Ok(reader) => reader,
        Err(errors) => return page::show_errors(&ShowPage { errors, typed: form, ..page }),
    };
    let (act, held) = (Act::of_authority(&by, portal.clock.now()), slug.clone());
    let to = format!("{}?klart={done}", paths::insight::Insight(&slug));
    match portal.db.once(move |connection| verb(connection, &act, &held, &reader).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => {
            let page = read(&by.actor, by.chrome, portal, ours, slug).await?;
            page::show_as(StatusCode::CONFLICT, &ShowPage { refusal: Some(refusal), ..page })
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Those who can have insight and have not.
fn options(choices: &[Organisation], insights: &[Insight]) -> Vec<(String, String)> {
    let has = |choice: &&Organisation| insights.iter().any(|held| held.reader.id == choice.id);
    let choose = (String::new(), "Välj organisation".to_owned());
    let others = choices.iter().filter(|choice| !has(choice));
    std::iter::once(choose)
        .chain(others.map(|choice| (choice.id.to_string(), choice.formal_name.clone())))
        .collect()
}

/// When something happened, for the timeline.
fn told(line: &Line) -> String {
    long_time(line.entry.at)
}

impl Insight {
    fn since(&self) -> String {
        long_time(self.given_at)
    }
}

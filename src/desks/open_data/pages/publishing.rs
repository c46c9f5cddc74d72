//! Where an authority sees what of its agreements is open data, and switches it on and off.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use crate::{
    desks::open_data::{Switch, form::SwitchForm, store, verbs},
    ground::{
        history::{self, Event, Line},
        infra::{
            Portal,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Act, Actor, Role,
        proof::{Authority, By, Discloser, Posted},
    },
    terms::agreement::{self, Agreement},
};

#[derive(Template)]
#[template(path = "open_data/publishing.html")]
struct PublishingPage {
    chrome: Chrome,
    authority: String,
    is_on: bool,
    may_switch: bool,
    agreements: Vec<Agreement>,
    /// When it was switched, the newest first.
    lines: Vec<Line>,
    typed: SwitchForm,
    errors: FieldErrors,
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
            "pa" => Some("Uppgifterna är öppna data från och med nu."),
            "av" => Some("Uppgifterna är inte längre öppna data."),
            _ => None,
        }
    }
}

pub async fn show(by: By<Authority>, portal: web::Data<Portal>, done: web::Query<Done>) -> Page {
    let chrome = by.chrome.noting(done.words());
    page::show(&read(&by.actor, chrome, &portal).await?)
}

pub async fn switch(
    Posted { by, body: Form(form) }: Posted<By<Discloser>, Form<SwitchForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let switch = match form.parse() {
        Ok(switch) => switch,
        Err(errors) => {
            let page = read(&by.actor, by.chrome, &portal).await?;
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return page::show_as(status, &PublishingPage { errors, typed: form, ..page });
        }
    };
    let done = if switch == Switch::On { "pa" } else { "av" };
    let act = Act::of_authority(&by, portal.clock.now());
    let to = format!("{}?klart={done}", paths::open_data::Publishing);
    let switched = portal.db.once(move |connection| verbs::switch(connection, &act, &switch).map(|()| to));
    page::see_other(switched.await?)
}

async fn read(actor: &Actor, chrome: Chrome, portal: &Portal) -> Result<PublishingPage, AppError> {
    let authority = actor.organisation.id;
    let (is_on, mut agreements, mut lines) = portal
        .db
        .read(move |connection| {
            Ok::<_, AppError>((
                store::publishes(connection, authority)?,
                agreement::store::all(connection)?,
                history::store::of(connection, &authority.to_string())?,
            ))
        })
        .await?;
    agreements.retain(|agreement| agreement.authority.id == authority);
    let is_switch = |event| matches!(event, Event::PublishingSwitchedOn | Event::PublishingSwitchedOff);
    lines.retain(|line| is_switch(line.entry.event));
    lines.reverse();
    Ok(PublishingPage {
        chrome,
        authority: actor.organisation.name.clone(),
        is_on,
        may_switch: actor.has(Role::CaseOfficer) || actor.has(Role::DecisionMaker),
        agreements,
        lines,
        typed: SwitchForm::default(),
        errors: FieldErrors::default(),
    })
}

/// When something happened, for the timeline.
fn told(line: &Line) -> String {
    values::calendar::long_time(line.entry.at)
}

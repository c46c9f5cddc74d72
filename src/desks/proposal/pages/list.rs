//! The authority's proposals, and beginning one.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::act;
use crate::{
    desks::proposal::{
        form::next_year,
        store::{self, Summary},
        verbs,
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor, Role,
        proof::{By, CaseOfficer, Discloser, Posted},
    },
    terms::agreement::{self, Agreement},
};

#[derive(Template)]
#[template(path = "proposal/list.html")]
struct ListPage {
    chrome: Chrome,
    authority: String,
    proposals: Vec<Summary>,
    may_begin: bool,
}

pub async fn list(by: By<Discloser>, portal: web::Data<Portal>) -> Page {
    let authority = by.organisation.id;
    let proposals =
        portal.db.read(move |connection| store::all(connection, authority)).await.map_err(AppError::from)?;
    page::show(&ListPage {
        authority: by.organisation.name.clone(),
        may_begin: by.actor.has(Role::CaseOfficer),
        chrome: by.chrome,
        proposals,
    })
}

#[derive(Template)]
#[template(path = "proposal/new.html")]
struct NewPage {
    chrome: Chrome,
    agreements: Vec<(String, String)>,
    /// The authority's own, whose tables it can replace.
    own: Vec<(String, String)>,
    form: StartForm,
    errors: FieldErrors,
}

/// As typed.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct StartForm {
    /// The agreement to copy, by its name in addresses; empty to begin from nothing.
    overenskommelse: String,
    year: String,
}

pub async fn new(by: By<CaseOfficer>, portal: web::Data<Portal>) -> Page {
    let agreements = all(&portal).await?;
    let newest = agreements.iter().find(|agreement| agreement.authority.id == by.organisation.id);
    let form = StartForm {
        overenskommelse: newest.map(|newest| newest.terms.slug.clone()).unwrap_or_default(),
        year: newest.map(|newest| next_year(&newest.terms).to_string()).unwrap_or_default(),
    };
    let errors = FieldErrors::default();
    let own = own(&agreements, &by);
    page::show(&NewPage { chrome: by.chrome, agreements: options(&agreements), own, form, errors })
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<StartForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let agreements = all(&portal).await?;
    let copied = match form.copied(&agreements) {
        Ok(copied) => copied,
        Err(errors) => {
            let (agreements, own) = (options(&agreements), own(&agreements, &by));
            return page::show_errors(&NewPage { chrome: by.chrome, agreements, own, form, errors });
        }
    };
    let act = act(&by, &portal);
    let start = move |connection: &mut _| {
        let copied = copied.as_ref().map(|(agreement, year)| (agreement, *year));
        verbs::start(connection, &act, copied)
            .map(|id| format!("{}?klart=borjat", paths::proposal::Proposal(&id)))
    };
    page::see_other(portal.db.once(start).await?)
}

/// Which agreement's table is to be replaced.
#[derive(Deserialize)]
pub struct ReplaceForm {
    ersatt: String,
}

pub async fn replace(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<ReplaceForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let act = act(&by, &portal);
    let start = move |connection: &mut _| {
        let begun = verbs::start_replacement(connection, &act, &form.ersatt);
        begun.map(|id| paths::proposal::Allocation(&id).to_string())
    };
    page::see_other(portal.db.once(start).await?)
}

impl StartForm {
    /// What is to be copied and for which year; nothing when it begins from nothing.
    fn copied(&self, agreements: &[Agreement]) -> Result<Option<(Agreement, i32)>, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.overenskommelse.is_empty() {
            return Ok(None);
        }
        let found = agreements.iter().find(|agreement| agreement.terms.slug == self.overenskommelse);
        if found.is_none() {
            errors.add("overenskommelse", "Välj en överenskommelse i listan.");
        }
        let year = self.year.trim().parse::<i32>().ok().filter(|year| (1990..=2200).contains(year));
        if year.is_none() {
            errors.add("year", "Skriv året med fyra siffror, till exempel 2027.");
        }
        match (found, year) {
            (Some(agreement), Some(year)) => Ok(Some((agreement.clone(), year))),
            _ => Err(errors),
        }
    }
}

async fn all(portal: &Portal) -> Result<Vec<Agreement>, AppError> {
    portal.db.read(agreement::store::all).await.map_err(AppError::from)
}

fn own(agreements: &[Agreement], by: &Actor) -> Vec<(String, String)> {
    let own = agreements.iter().filter(|agreement| agreement.authority.id == by.organisation.id);
    own.map(|agreement| (agreement.terms.slug.clone(), agreement.terms.title())).collect()
}

fn options(agreements: &[Agreement]) -> Vec<(String, String)> {
    let nothing = (String::new(), "Ingen: börja från början".to_owned());
    let copies = agreements.iter().map(|of| (of.terms.slug.clone(), of.terms.title()));
    std::iter::once(nothing).chain(copies).collect()
}

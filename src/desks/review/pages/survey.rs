//! The authority's list of who has answered the survey: what it says now, and reading in another.

use super::act;
use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use crate::{
    grants::{
        grant,
        report::{
            store,
            survey::{self, FIELD, Failure},
        },
    },
    ground::{
        history,
        infra::{
            Portal,
            conflict::{Conflict, Saved},
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::{
        access::proof::{By, CaseOfficer, Posted},
        recipient::Kind,
    },
    terms::agreement::{self, Agreement, Refusal},
};
use values::{calendar, text::sort_key};

#[derive(Template)]
#[template(path = "review/survey.html")]
struct SurveyPage {
    chrome: Chrome,
    agreement: Agreement,
    standing: CurrentList,
    form: ListForm,
    errors: FieldErrors,
    /// Somebody else changed the agreement while the list was pasted.
    conflict: Option<Conflict>,
}

/// What the list says now.
struct CurrentList {
    /// When and by whom it was read in; empty when there is none.
    read_in: String,
    /// Who changed the agreement or the list last.
    saved: Option<Saved>,
    asked: usize,
    answered: usize,
    /// Those that are asked and are not on it, by name.
    missing: Vec<String>,
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ListForm {
    /// The version of the agreement that the page was made from.
    version: String,
    lista: String,
}

/// How reading it in went.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Told {
    #[serde(rename = "inlasta")]
    read: u16,
    #[serde(rename = "dubbletter")]
    duplicates: u16,
}

pub async fn show(
    by: By<CaseOfficer>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
    told: web::Query<Told>,
) -> Page {
    let (agreement, standing) = read(&by, &portal, slug.into_inner()).await?;
    page::show(&SurveyPage {
        chrome: by.chrome.noting(told.words()),
        form: ListForm { version: agreement.version.to_string(), lista: String::new() },
        agreement,
        standing,
        errors: FieldErrors::default(),
        conflict: None,
    })
}

pub async fn import(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<ListForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    let slug = slug.into_inner();
    let (act, place, typed) = (act(&by, &portal), slug.clone(), form.clone());
    let import = move |connection: &mut _| {
        let reading = survey::import(connection, &act, &place, &typed.version, &typed.lista)?;
        let count = |count: usize| u16::try_from(count).unwrap_or(u16::MAX);
        let told = Told { read: count(reading.answered.len()), duplicates: count(reading.duplicates) };
        let told = serde_html_form::to_string(told).unwrap_or_default();
        Ok::<_, Failure>(format!("{}?{told}", paths::review::Survey(&place)))
    };
    let (status, errors) = match portal.db.once(import).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Err(Failure::Refused(Refusal::Changed)) => (StatusCode::CONFLICT, FieldErrors::default()),
        Err(failure) => return Err(failure.into()),
    };
    let (agreement, standing) = read(&by, &portal, slug).await?;
    let is_conflict = status == StatusCode::CONFLICT;
    // Whoever has seen what the list says now may read in another.
    let version = if is_conflict { agreement.version.to_string() } else { form.version };
    let form = ListForm { version, lista: form.lista };
    let conflict = is_conflict.then(|| Conflict::new(standing.saved.clone(), []));
    let page = SurveyPage { chrome: by.chrome, agreement, standing, form, errors, conflict };
    page::show_as(status, &page)
}

async fn read(
    by: &By<CaseOfficer>,
    portal: &Portal,
    slug: String,
) -> Result<(Agreement, CurrentList), AppError> {
    let authority = by.organisation.id;
    portal
        .db
        .read(move |connection| {
            let agreement = agreement::store::find_paid_by(connection, authority, &slug)?;
            let agreement = agreement.filter(|agreement| agreement.terms.survey.is_some());
            let agreement = agreement.ok_or(AppError::NotFound)?;
            let list = store::survey_list(connection, agreement.id)?;
            let listed = store::listed(connection, agreement.id)?;
            let mut asked = grant::store::recipients_of(connection, agreement.id)?;
            asked.retain(|(_, recipient)| recipient.kind == Kind::Municipality);
            let missing = asked.iter().filter(|(_, recipient)| !listed.contains(&recipient.code));
            let mut missing: Vec<String> = missing.map(|(_, recipient)| recipient.name.clone()).collect();
            missing.sort_by_cached_key(|name| sort_key(name));
            let read_in =
                list.map(|list| format!("{}, {}", calendar::long_time(list.imported_at), list.imported_by));
            let last = history::store::last(connection, &agreement.id.to_string())?;
            let standing = CurrentList {
                saved: last.map(|line| line.entry.saved()),
                read_in: read_in.unwrap_or_default(),
                asked: asked.len(),
                answered: asked.len() - missing.len(),
                missing,
            };
            Ok((agreement, standing))
        })
        .await
}

impl Told {
    /// What is said when a list has been read in.
    fn words(self) -> Option<String> {
        let read = match self.read {
            0 => return None,
            1 => "Listan är inläst: 1 kommun har svarat.".to_owned(),
            count => format!("Listan är inläst: {count} kommuner har svarat."),
        };
        Some(match self.duplicates {
            0 => read,
            1 => format!("{read} 1 rad var en dubblett och räknades inte."),
            count => format!("{read} {count} rader var dubbletter och räknades inte."),
        })
    }
}

impl SurveyPage {
    /// All that is to be mended, beside the field too.
    fn error(&self) -> String {
        let at_it = self.errors.list.iter().filter(|error| error.field == FIELD);
        at_it.map(|error| error.message.as_str()).collect::<Vec<_>>().join(" ")
    }
}

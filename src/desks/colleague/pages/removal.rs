//! Taking a role from a colleague, or all of them: what cannot be done afterwards, and who takes over what.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{act, list, person::find};
use crate::{
    desks::colleague::{
        Colleague, Refusal,
        form::{RemovalForm, role},
        losses,
        verbs::{self, Failure, OpenCase, is_only_administrator},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Person, Role,
            proof::{Administrator, By, Posted},
            told_apart,
        },
        recipient,
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "colleague/removal.html")]
struct RemovalPage {
    chrome: Chrome,
    colleague: Colleague,
    /// The one that is to be taken; without one it is all of them.
    role: Option<Role>,
    version: i64,
    losses: Vec<(Role, &'static str)>,
    cases: Vec<OpenCase>,
    options: Vec<(String, String)>,
    chosen: String,
    is_oneself: bool,
    /// Why it cannot be done at all.
    refusal: Option<Refusal>,
    errors: FieldErrors,
}

impl RemovalPage {
    fn address(&self) -> String {
        let role = self.role.map(|role| format!("?roll={}", role.key())).unwrap_or_default();
        format!("{}{role}", paths::colleague::Remove(&self.colleague.person.id))
    }
}

/// Which role; none for all of them.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    roll: String,
}

pub async fn show(
    by: By<Administrator>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Person>>,
    choice: web::Query<Choice>,
) -> Page {
    page::show(&read(&by, &portal, id.into_inner(), &choice).await?)
}

/// What is to be removed of what the organisation has.
fn which(by: &By<Administrator>, choice: &Choice) -> Result<Option<Role>, AppError> {
    if choice.roll.is_empty() {
        return Ok(None);
    }
    role(&choice.roll, by.organisation.kind).map(Some).map_err(|_| AppError::NotFound)
}

async fn read(
    by: &By<Administrator>,
    portal: &Portal,
    id: Id<Person>,
    choice: &Choice,
) -> Result<RemovalPage, AppError> {
    let role = which(by, choice)?;
    // The version first: what changes meanwhile is then found out.
    let own = by.organisation.id;
    let version = portal
        .db
        .read(move |connection| recipient::store::version(connection, own))
        .await
        .map_err(AppError::from)?;
    let (colleague, all) = find(by, portal, id).await?;
    if role.is_some_and(|role| !colleague.has(role)) {
        return Err(AppError::NotFound);
    }
    let roles: Vec<Role> =
        role.map_or_else(|| colleague.roles.iter().map(|(held, _)| *held).collect(), |role| vec![role]);
    let cases = if roles.contains(&Role::CaseOfficer) {
        portal
            .db
            .read(move |connection| verbs::open_cases(connection, own, id))
            .await
            .map_err(AppError::from)?
    } else {
        Vec::new()
    };
    let others: Vec<Person> = all
        .iter()
        .filter(|other| other.person.id != id && other.has(Role::CaseOfficer))
        .map(|other| other.person.clone())
        .collect();
    let nobody = (String::new(), "Ingen: ärendena går tillbaka till kön".to_owned());
    let ends_administration = roles.contains(&Role::Administrator) && is_only_administrator(&all, id);
    Ok(RemovalPage {
        chrome: by.chrome.clone(),
        losses: losses(&all, &colleague, &roles, portal.clock.today()),
        role,
        version,
        cases,
        options: std::iter::once(nobody).chain(told_apart(&others)).collect(),
        chosen: String::new(),
        is_oneself: id == by.person.id,
        refusal: ends_administration.then_some(Refusal::OnlyAdministrator),
        errors: FieldErrors::default(),
        colleague,
    })
}

pub async fn remove(
    Posted { by, body: Form(form) }: Posted<By<Administrator>, Form<RemovalForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Person>>,
    choice: web::Query<Choice>,
) -> Page {
    let (id, role) = (id.into_inner(), which(&by, &choice)?);
    let own = by.organisation.id;
    let all =
        portal.db.read(move |connection| verbs::everybody(connection, own)).await.map_err(AppError::from)?;
    let others = all.into_iter().filter(|other| other.person.id != id && other.has(Role::CaseOfficer));
    let others: Vec<Person> = others.map(|other| other.person).collect();
    let successor = match form.successor(&others) {
        Ok(successor) => successor,
        Err(errors) => {
            let page = read(&by, &portal, id, &choice).await?;
            return page::show_errors(&RemovalPage { errors, ..page });
        }
    };
    let (act, was) = (act(&by, &portal), form.version);
    // Whoever has left by their own hand has no page here any more.
    let is_gone = id == by.person.id && role.is_none_or(|role| role == Role::Administrator);
    let word = if role.is_some() { "borttagen" } else { "avslutad" };
    let to = if is_gone {
        paths::about::Start.to_string()
    } else {
        format!("{}?klart={word}", paths::colleague::List)
    };
    let remove = move |connection: &mut _| {
        verbs::remove(connection, &act, id, role, was, successor.as_ref()).map(|()| to)
    };
    match portal.db.once(remove).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => {
            // What was chosen is kept; the version is the new one, so that whoever has seen the page may go on.
            match read(&by, &portal, id, &choice).await {
                Ok(page) => {
                    let page = RemovalPage { chosen: form.successor, refusal: Some(refusal), ..page };
                    page::show_as(StatusCode::CONFLICT, &page)
                }
                Err(_) => list::refused(&by, &portal, refusal).await,
            }
        }
        Err(failure) => Err(failure.into()),
    }
}

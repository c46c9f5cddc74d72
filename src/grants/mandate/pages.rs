//! Who may certify and sign: the recipient's own list, and the authority's, where a case officer sets it.

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{
    ROLES, Refusal, days, duty,
    form::MandateForm,
    named,
    store::{self, Unconfirmed},
    tag, told, verbs,
};
use crate::{
    grants::{case::pages::TimelineView, grant},
    ground::{
        history::{self, Entry, Event},
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
        access::{
            self, Act, Holder, Person, Role,
            proof::{By, CaseOfficer, Confirmed, Member, Posted},
            routing::Routes,
        },
        recipient::Organisation,
    },
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::mandate::List::PATTERN, list)
        .get(paths::mandate::Unconfirmed::PATTERN, unconfirmed)
        .get(paths::mandate::Recipient::PATTERN, show)
        .post(paths::mandate::Recipient::PATTERN, set);
}

#[derive(Template)]
#[template(path = "mandate/list.html")]
struct ListPage {
    chrome: Chrome,
    holders: Vec<HolderView>,
    timeline: Vec<TimelineView>,
}

#[derive(Template)]
#[template(path = "mandate/show.html")]
struct ShowPage {
    chrome: Chrome,
    recipient: Organisation,
    holders: Vec<HolderView>,
    /// The one that is being set.
    chosen: Option<(HolderView, MandateForm)>,
    timeline: Vec<TimelineView>,
    errors: FieldErrors,
    /// Somebody else set it while this was typed: what it says now.
    conflict: Option<Conflict>,
}

/// A person in a role, and how it stands with the mandate.
#[derive(Clone)]
struct HolderView {
    person: Id<Person>,
    name: String,
    email: String,
    role: Role,
    duty: &'static str,
    days: String,
    decision: String,
    state: &'static str,
    tone: &'static str,
    /// What a button sends that confirms the mandate as it is.
    confirmation: Option<MandateForm>,
}

impl HolderView {
    fn of(holder: &Holder, today: NaiveDate) -> Self {
        let (state, tone) = tag(&holder.mandate, today);
        Self {
            person: holder.person.id,
            name: holder.person.name.clone(),
            email: holder.person.email.clone(),
            role: holder.role,
            duty: duty(holder.role),
            days: days(&holder.mandate),
            decision: holder.mandate.decision.clone(),
            state,
            tone,
            confirmation: holder.mandate.is_unconfirmed.then(|| MandateForm::of(holder)),
        }
    }
}

fn views(holders: &[Holder], today: NaiveDate) -> Vec<HolderView> {
    holders.iter().map(|holder| HolderView::of(holder, today)).collect()
}

/// An organisation's lines, the newest first, each with whom it is about. How its administrator passes links on is its own.
fn timeline(lines: &[history::Line]) -> Vec<TimelineView> {
    const LINKS: [Event; 3] =
        [Event::ColleagueInvited, Event::InvitationWithdrawn, Event::PasswordResetOffered];
    let others = lines.iter().rev().filter(|line| !LINKS.contains(&line.entry.event));
    others.map(|line| told_of(&line.entry)).collect()
}

/// A line with whom it is about.
pub fn told_of(entry: &Entry) -> TimelineView {
    let view = TimelineView::of(entry);
    TimelineView { what: format!("{}: {}", entry.subject, view.what), ..view }
}

async fn list(by: By<Member>, portal: web::Data<Portal>) -> Page {
    let own = by.organisation.id;
    let (holders, lines) = portal
        .db
        .read(move |connection| {
            let holders = access::store::holders(connection, own, &ROLES)?;
            Ok::<_, AppError>((holders, history::store::of(connection, &own.to_string())?))
        })
        .await?;
    page::show(&ListPage {
        chrome: by.chrome,
        holders: views(&holders, portal.clock.today()),
        timeline: timeline(&lines),
    })
}

#[derive(Template)]
#[template(path = "mandate/unconfirmed.html")]
struct UnconfirmedPage {
    chrome: Chrome,
    waiting: Vec<Unconfirmed>,
}

/// Those whom the recipients' own administrators gave a role that the authority is to confirm.
async fn unconfirmed(by: By<CaseOfficer>, portal: web::Data<Portal>) -> Page {
    let authority = by.organisation.id;
    let waiting = portal
        .db
        .read(move |connection| store::unconfirmed(connection, authority))
        .await
        .map_err(AppError::from)?;
    page::show(&UnconfirmedPage { chrome: by.chrome, waiting })
}

/// Whose mandate is to be set; nobody's at first.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Choice {
    person: String,
    roll: String,
}

async fn show(
    by: By<CaseOfficer>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
    choice: web::Query<Choice>,
) -> Page {
    let found = find(&by, &portal, code.into_inner()).await?;
    let chosen = match found.chosen(&choice.person, &choice.roll) {
        Some(holder) => Some(holder),
        None if choice.person.is_empty() => None,
        None => return Err(AppError::NotFound),
    };
    let form = chosen.map(MandateForm::of);
    page::show(&show_page(by.chrome, &portal, found, form))
}

/// A recipient of the authority's, with its people and its history.
struct RecipientMandates {
    recipient: Organisation,
    holders: Vec<Holder>,
    lines: Vec<history::Line>,
}

impl RecipientMandates {
    fn chosen(&self, person: &str, role: &str) -> Option<&Holder> {
        let is_it = |holder: &&Holder| holder.person.id.to_string() == person && holder.role.key() == role;
        self.holders.iter().find(is_it)
    }

    /// Who set that mandate last.
    fn saved(&self, person: &str, role: &str) -> Option<Saved> {
        let holder = self.chosen(person, role)?;
        let (name, told) = (named(&holder.person, &self.holders), told(&holder.mandate));
        let is_of = |line: &&history::Line| {
            [Event::MandateSet, Event::MandateConfirmed].contains(&line.entry.event)
                && line.entry.subject == name
                && line.entry.details.ends_with(&told)
        };
        self.lines.iter().rev().find(is_of).map(|line| line.entry.saved())
    }
}

async fn find(by: &By<CaseOfficer>, portal: &Portal, code: String) -> Result<RecipientMandates, AppError> {
    let authority = by.organisation.id;
    portal
        .db
        .read(move |connection| {
            let recipient =
                grant::store::recipient_of(connection, authority, &code)?.ok_or(AppError::NotFound)?;
            Ok(RecipientMandates {
                holders: access::store::holders(connection, recipient.id, &ROLES)?,
                lines: history::store::of(connection, &recipient.id.to_string())?,
                recipient,
            })
        })
        .await
}

fn show_page(
    chrome: Chrome,
    portal: &Portal,
    found: RecipientMandates,
    form: Option<MandateForm>,
) -> ShowPage {
    let today = portal.clock.today();
    let chosen = form.and_then(|form| {
        let holder = found.chosen(&form.person, &form.role)?;
        Some((HolderView::of(holder, today), form))
    });
    ShowPage {
        chrome,
        holders: views(&found.holders, today),
        chosen,
        timeline: timeline(&found.lines),
        errors: FieldErrors::default(),
        conflict: None,
        recipient: found.recipient,
    }
}

async fn set(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<MandateForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    let found = find(&by, &portal, code.into_inner()).await?;
    let holder = found.chosen(&form.person, &form.role).ok_or(AppError::NotFound)?;
    let mandate = match form.parse() {
        Ok(mandate) => mandate,
        Err(errors) => {
            let page = show_page(by.chrome, &portal, found, Some(form));
            return page::show_errors(&ShowPage { errors, ..page });
        }
    };
    let act = Act::of_authority(&by, portal.clock.now());
    let (organisation, person, role) = (found.recipient.clone(), holder.person.id, holder.role);
    let was = form.was.clone();
    let code = found.recipient.code.clone();
    let to = paths::mandate::Recipient(&code).to_string();
    let set = move |connection: &mut _| {
        verbs::set(connection, &act, &organisation, person, role, &was, &mandate).map(|()| to)
    };
    match portal.db.once(set).await {
        Ok(to) => page::see_other(to),
        Err(verbs::Failure::Refused(Refusal::Changed(now))) => {
            // Whoever has seen what it says now may save again.
            let form = MandateForm { was: told(&now), ..form };
            let again = find(&by, &portal, code).await?;
            let fields = form.beside(&now);
            let conflict = Some(Conflict::new(again.saved(&form.person, &form.role), fields));
            let page = show_page(by.chrome, &portal, again, Some(form));
            page::show_as(StatusCode::CONFLICT, &ShowPage { conflict, ..page })
        }
        Err(verbs::Failure::Refused(refusal @ Refusal::InvitedAdministrator)) => {
            let mut errors = FieldErrors::default();
            errors.add("", refusal);
            let again = find(&by, &portal, code).await?;
            let page = show_page(by.chrome, &portal, again, Some(form));
            page::show_as(StatusCode::CONFLICT, &ShowPage { errors, ..page })
        }
        Err(failure) => Err(failure.into()),
    }
}

//! Everybody in the organisation, with the invitations that are open.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::signed_in;
use crate::{
    desks::colleague::{Colleague, Refusal, form::InviteForm, roles_of, verbs},
    grants::{case::pages::TimelineView, mandate},
    ground::{
        history::{self, Event},
        infra::{
            Portal,
            error::AppError,
            form::FieldErrors,
            page::{self, Chrome, Page},
        },
    },
    people::{
        access::{
            Mandate, Role,
            proof::{Administrator, By},
        },
        account::{self, Invitation, Purpose},
        recipient::Organisation,
    },
};
use values::calendar::long_time;

#[derive(Template)]
#[template(path = "colleague/list.html")]
pub struct ListPage {
    chrome: Chrome,
    organisation: Organisation,
    colleagues: Vec<ColleagueView>,
    invitations: Vec<Invitation>,
    roles: Vec<(String, String)>,
    /// The roles that nobody has.
    vacant: Vec<Role>,
    pub typed: InviteForm,
    pub errors: FieldErrors,
    pub refusal: Option<Refusal>,
    timeline: Vec<TimelineView>,
}

struct ColleagueView {
    colleague: Colleague,
    signed_in: String,
    /// Each role with its mandate, its state and the tone of that.
    roles: Vec<(&'static str, String, &'static str, &'static str)>,
}

impl ListPage {
    fn purpose(invitation: &Invitation) -> &'static str {
        match invitation.purpose {
            Purpose::Role { role, .. } => role.label(),
            Purpose::Password { .. } => "Nytt lösenord",
        }
    }

    fn until(invitation: &Invitation) -> String {
        long_time(invitation.expires_at)
    }
}

/// What was done, as the address says after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    klart: String,
}

impl Done {
    pub fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "roll" => Some("Rollen är given."),
            "borttagen" => Some("Rollen är borttagen."),
            "avslutad" => Some("Personen har lämnat organisationen i portalen."),
            "tillbakadragen" => Some("Inbjudan är tillbakadragen. Länken gäller inte längre."),
            _ => None,
        }
    }
}

pub async fn list(by: By<Administrator>, portal: web::Data<Portal>, done: web::Query<Done>) -> Page {
    let mut page = read(&by, &portal).await?;
    page.chrome = page.chrome.noting(done.words());
    page::show(&page)
}

/// The list as it is now, when something could not be done.
pub async fn refused(by: &By<Administrator>, portal: &Portal, refusal: Refusal) -> Page {
    let page = read(by, portal).await?;
    page::show_as(StatusCode::CONFLICT, &ListPage { refusal: Some(refusal), ..page })
}

/// Four queries, however many there are.
pub async fn read(by: &By<Administrator>, portal: &Portal) -> Result<ListPage, AppError> {
    let (own, now) = (by.organisation.id, portal.clock.now());
    let (colleagues, invitations, lines) = portal
        .db
        .read(move |connection| {
            let colleagues = verbs::everybody(connection, own)?;
            let invitations = account::store::open_of(connection, own, now)?;
            Ok::<_, AppError>((colleagues, invitations, history::store::of(connection, &own.to_string())?))
        })
        .await?;
    let roles = roles_of(by.organisation.kind);
    let is_vacant = |role: &Role| !colleagues.iter().any(|colleague| colleague.has(*role));
    let told = lines.iter().rev().filter(|line| Event::OF_COLLEAGUES.contains(&line.entry.event));
    Ok(ListPage {
        chrome: by.chrome.clone(),
        organisation: by.organisation.clone(),
        vacant: roles.iter().copied().filter(is_vacant).collect(),
        colleagues: colleagues.into_iter().map(|colleague| ColleagueView::of(colleague, portal)).collect(),
        invitations,
        roles: options(&roles),
        typed: InviteForm::default(),
        errors: FieldErrors::default(),
        refusal: None,
        timeline: told.map(|line| mandate::pages::told_of(&line.entry)).collect(),
    })
}

/// To choose from, nothing chosen first.
pub fn options(roles: &[Role]) -> Vec<(String, String)> {
    let choose = (String::new(), "Välj roll".to_owned());
    let all = roles.iter().map(|role| (role.key().to_owned(), role.label().to_owned()));
    std::iter::once(choose).chain(all).collect()
}

impl ColleagueView {
    fn of(colleague: Colleague, portal: &Portal) -> Self {
        let today = portal.clock.today();
        let roles = colleague.roles.iter().map(|(role, held)| {
            let (state, tone) = mandate::tag(held, today);
            (role.label(), told(held), state, tone)
        });
        Self { roles: roles.collect(), signed_in: signed_in(colleague.signed_in_at), colleague }
    }
}

/// The days and the decision; the tag beside it says how it stands.
pub fn told(held: &Mandate) -> String {
    mandate::told(&Mandate { is_unconfirmed: false, ..held.clone() })
}

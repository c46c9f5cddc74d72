//! The overview's first page: the agreements of the latest years, the years before, and the visitor's own views.

use std::sync::Arc;

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::{agreement::LastDays, outcomes};
use crate::{
    desks::{
        dashboard::{
            AgreementPositions, Summary,
            cache::{Content, PageKey, Rendered},
            store::{self, Chosen},
        },
        saved_view::{self, SavedView},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Role,
        proof::{By, Overseer},
    },
    terms::{agreement::Agreement, insight::Sight},
};
use values::calendar;

/// How many years stand with all their agreements; the others are a click away.
const YEARS_SHOWN: usize = 2;

#[derive(Template)]
#[template(path = "dashboard/overview.html")]
struct OverviewPage<'a> {
    chrome: Chrome,
    content: &'a Content,
    earlier: Vec<i32>,
    /// Leads to what the authority publishes.
    is_authority: bool,
    saved: Vec<SavedView>,
}

#[derive(Template)]
#[template(path = "dashboard/overview_cards.html")]
struct Cards {
    cards: Vec<Card>,
}

struct Card {
    agreement: Agreement,
    summary: Summary,
    last_days: LastDays,
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, rendered: web::Data<Rendered>) -> Page {
    let sight = Sight::of(&by);
    let now = portal.clock.now();
    let (person, organisation) = (by.person.id, by.organisation.id);
    let (years, stamps, saved) = portal
        .db
        .read(move |connection| {
            let years = store::years(connection, sight)?;
            let shown = years.iter().take(YEARS_SHOWN).copied().collect();
            Ok::<_, AppError>((
                years,
                store::stamps(connection, sight, Chosen::Years(shown))?,
                saved_view::store::of(connection, person, organisation)?,
            ))
        })
        .await?;
    let key = PageKey {
        stamps,
        today: calendar::day(now),
        address: paths::dashboard::Overview.to_string(),
        meant: Vec::new(),
    };
    let content = match rendered.pages.get(&key) {
        Some(content) => content,
        None => {
            let outcomes = outcomes(&portal, &rendered, &key.stamps).await?;
            let cards = Cards { cards: outcomes.iter().map(|outcome| card(outcome, now)).collect() };
            let content = Arc::new(Content { title: "Översikt".to_owned(), html: cards.render()? });
            rendered.pages.insert(key, Arc::clone(&content));
            content
        }
    };
    let earlier = years.into_iter().skip(YEARS_SHOWN).collect();
    let is_authority =
        [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer].map(|role| by.has(role));
    let is_authority = is_authority.contains(&true);
    page::show(&OverviewPage { chrome: by.chrome, content: &content, earlier, is_authority, saved })
}

fn card(outcome: &AgreementPositions, now: DateTime<Utc>) -> Card {
    let rows = outcome.rows(None, now);
    Card {
        summary: Summary::of(&rows),
        last_days: LastDays::of(&outcome.agreement.terms.deadlines, &rows, now),
        agreement: outcome.agreement.clone(),
    }
}

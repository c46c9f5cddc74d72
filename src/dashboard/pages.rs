//! The overview's pages: the agreements, one agreement with all its recipients, and the same as a file.

use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    Outcome, Row, State, Summary,
    cache::{Card, Content, PageKey, Rendered, Stamp},
    export, form, store,
    view::{Column, View},
};
use crate::{
    access::{
        proof::{By, Overseer},
        routing::Routes,
    },
    calendar,
    infra::{
        Portal,
        db::DbError,
        error::AppError,
        page::{self, Chrome, Page},
    },
    insight::Sight,
};

pub fn routes(routes: &mut Routes<'_>) {
    // The file first: the page's address would match it too.
    routes.get("/oversikt", list).get("/oversikt/{slug}.csv", export).get("/oversikt/{slug}", show);
}

/// What the pages keep, one for the whole program.
pub fn cache() -> web::Data<Rendered> {
    web::Data::new(Rendered::default())
}

/// Which agreement, and which of its rows.
struct Asked {
    slug: String,
    view: View,
}

impl FromRequest for Asked {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let slug = request.match_info().query("slug").to_owned();
        std::future::ready(Ok(Self { slug, view: form::parse(request.query_string()) }))
    }
}

#[derive(Template)]
#[template(path = "dashboard/overview.html")]
struct OverviewPage {
    chrome: Chrome,
    cards: Vec<Arc<Card>>,
}

async fn list(by: By<Overseer>, portal: web::Data<Portal>, rendered: web::Data<Rendered>) -> Page {
    let sight = Sight::of(&by);
    let now = portal.clock.now();
    let today = calendar::day(now);
    let stamps = portal.db.read(move |connection| store::stamps(connection, sight, None)).await?;
    let known: Vec<Option<Arc<Card>>> =
        stamps.iter().map(|stamp| rendered.cards.get(&(*stamp, today))).collect();
    let changed: Vec<_> = stamps
        .iter()
        .zip(&known)
        .filter(|(_, card)| card.is_none())
        .map(|(stamp, _)| stamp.agreement)
        .collect();
    let mut outcomes = Vec::new();
    if !changed.is_empty() {
        outcomes = portal.db.read(move |connection| store::outcomes(connection, &changed)).await?;
    }
    let mut cards = Vec::new();
    for (stamp, card) in stamps.into_iter().zip(known) {
        let outcome = outcomes.iter().find(|outcome| outcome.agreement.id == stamp.agreement);
        match (card, outcome) {
            (Some(card), _) => cards.push(card),
            (None, Some(outcome)) => {
                let card = Arc::new(card_of(outcome, now));
                rendered.cards.insert((stamp, today), card.clone());
                cards.push(card);
            }
            (None, None) => {}
        }
    }
    page::show(&OverviewPage { chrome: by.chrome, cards })
}

fn card_of(outcome: &Outcome, now: DateTime<Utc>) -> Card {
    Card {
        summary: Summary::of(&outcome.rows(None, now)),
        lapses: outcome.lapses(now),
        days_left: outcome.agreement.terms.deadlines.requisition.days_left(now),
        agreement: outcome.agreement.clone(),
    }
}

#[derive(Template)]
#[template(path = "dashboard/outcome.html")]
struct OutcomePage<'a> {
    chrome: Chrome,
    content: &'a Content,
}

/// The page within its frame; it knows nothing of who looks, so that it can be kept.
#[derive(Template)]
#[template(path = "dashboard/outcome_content.html")]
struct OutcomeContent<'a> {
    outcome: &'a Outcome,
    view: &'a View,
    rows: &'a [Row],
    /// Over all recipients, of the post in view.
    whole: Summary,
    /// Over the rows.
    shown: Summary,
    lapses: bool,
    days_left: i64,
    report_days_left: i64,
    headings: Vec<Heading>,
    amounts: Vec<Column>,
    counties: Vec<(&'a str, &'a str)>,
    states: Vec<(&'a str, &'a str)>,
    posts: Vec<(&'a str, &'a str)>,
}

struct Heading {
    label: &'static str,
    /// The query of the same rows in this column's order.
    query: String,
    direction: &'static str,
    is_amount: bool,
}

async fn show(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    let sight = Sight::of(&by);
    let now = portal.clock.now();
    let stamp = find(&portal, sight, asked.slug).await?;
    let key = PageKey { stamp, today: calendar::day(now), view: asked.view };
    let content = match rendered.pages.get(&key) {
        Some(content) => content,
        None => {
            let outcome = outcome(&portal, stamp).await?;
            let content = Arc::new(render(&outcome, &key, now)?);
            rendered.pages.insert(key, content.clone());
            content
        }
    };
    page::show(&OutcomePage { chrome: by.chrome, content: &content })
}

async fn export(by: By<Overseer>, portal: web::Data<Portal>, asked: Asked) -> Page {
    let now = portal.clock.now();
    let stamp = find(&portal, Sight::of(&by), asked.slug).await?;
    let outcome = outcome(&portal, stamp).await?;
    let view = asked.view.fitted_to(&outcome);
    let rows = view.select(outcome.rows(view.post.as_deref(), now));
    let file = export::csv(&rows).map_err(|error| AppError::internal(error.to_string()))?;
    let name = format!("oversikt-{}-{}.csv", outcome.agreement.terms.slug, calendar::day(now));
    page::download("text/csv; charset=utf-8", &name, file)
}

async fn find(portal: &Portal, sight: Sight, slug: String) -> Result<Stamp, AppError> {
    let found = portal.db.read(move |connection| store::stamps(connection, sight, Some(&slug))).await?;
    found.into_iter().next().ok_or(AppError::NotFound)
}

/// Read after the stamp: should something change in between, it is kept under a stamp that nobody asks for again.
async fn outcome(portal: &Portal, stamp: Stamp) -> Result<Outcome, AppError> {
    let found = portal.db.read(move |connection| store::outcomes(connection, &[stamp.agreement])).await?;
    found.into_iter().next().ok_or_else(|| DbError::corrupt("an agreement disappeared").into())
}

fn render(outcome: &Outcome, key: &PageKey, now: DateTime<Utc>) -> Result<Content, AppError> {
    let view = key.view.clone().fitted_to(outcome);
    let all = outcome.rows(view.post.as_deref(), now);
    let whole = Summary::of(&all);
    let rows = view.select(all);
    let terms = &outcome.agreement.terms;
    let columns = Column::shown(!whole.paid.is_zero());
    let content = OutcomeContent {
        outcome,
        view: &view,
        shown: Summary::of(&rows),
        rows: &rows,
        whole,
        lapses: outcome.lapses(now),
        days_left: terms.deadlines.requisition.days_left(now),
        report_days_left: terms.deadlines.report.days_left(now),
        headings: columns.iter().map(|column| heading(&view, *column)).collect(),
        amounts: columns.into_iter().filter(|column| column.is_amount()).collect(),
        counties: choices("Alla län", outcome.counties().into_iter().map(|county| (county, county))),
        states: choices("Alla lägen", State::ALL.map(|state| (state.key(), state.label()))),
        posts: choices("Alla poster", terms.posts.iter().map(|post| (&*post.key, &*post.name))),
    };
    Ok(Content { title: format!("Översikt {}: {}", terms.year, terms.name), html: content.render()? })
}

fn heading(view: &View, column: Column) -> Heading {
    let direction = match view.sort {
        sort if sort.column != column => "",
        sort if sort.descending => "descending",
        _ => "ascending",
    };
    let query = view.sorted_by(column).query();
    Heading { label: column.label(), query, direction, is_amount: column.is_amount() }
}

fn choices<'a>(all: &'a str, each: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<(&'a str, &'a str)> {
    std::iter::once(("", all)).chain(each).collect()
}

impl OutcomeContent<'_> {
    fn days_left(&self) -> String {
        days(self.days_left)
    }

    fn report_days_left(&self) -> String {
        days(self.report_days_left)
    }

    /// The query of every recipient in the state, of the post in view.
    fn query_of(&self, state: &State) -> String {
        View { state: Some(*state), post: self.view.post.clone(), ..View::default() }.query()
    }

    fn post_name(&self) -> &str {
        let post = self.view.post.as_deref().and_then(|key| self.outcome.agreement.terms.post(key));
        post.map_or("", |post| &post.name)
    }
}

impl Card {
    fn days_left(&self) -> String {
        days(self.days_left)
    }
}

/// How long is left, for the figures: `261 dagar kvar`.
fn days(left: i64) -> String {
    match left {
        ..0 => "Har passerat".to_owned(),
        0 => "I\u{A0}dag".to_owned(),
        1 => "1\u{A0}dag kvar".to_owned(),
        _ => format!("{left}\u{A0}dagar kvar"),
    }
}

//! One agreement: its recipients, its counties, and who is late.

use askama::Template;
use chrono::{DateTime, Utc};

use super::{Asked, Filters, Leaf, PageData, choices, crumb, tabs};
use crate::{
    desks::dashboard::{
        AgreementPositions, Row, State, Summary, Tally,
        row::otherwise,
        store::Chosen,
        tables,
        view::{Group, View},
    },
    grants::{
        extension::Kind,
        standing::{Timing, What},
    },
    ground::infra::{error::AppError, page::Page},
    paths,
    terms::agreement::{Agreement, Deadlines, Later, Terms},
};
use table::Sort;
use values::calendar::LastDay;

pub async fn show(asked: Asked) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    asked.answer(chosen, recipients_leaf).await
}

pub async fn counties(asked: Asked) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    asked.answer(chosen, counties_leaf).await
}

pub async fn late(asked: Asked) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    asked.answer(chosen, late_leaf).await
}

/// What an agreement comes to, above its recipients.
#[derive(Template)]
#[template(path = "dashboard/summary.html")]
struct SummaryPart<'a> {
    terms: &'a Terms,
    view: &'a View,
    /// Over all recipients, of the post in view.
    whole: Summary,
    /// Of the post in view.
    last_days: LastDays,
}

/// The last days that are agreed on, and how many recipients have others.
pub(super) struct LastDays {
    pub requisition: Day,
    pub report: Day,
    pub right_can_lapse: bool,
}

pub(super) struct Day {
    pub day: LastDay,
    /// `261 dagar kvar`
    pub left: String,
    /// Empty when it is everybody's: `2 mottagare har en annan sista dag`.
    pub otherwise: String,
}

impl LastDays {
    pub fn of(agreed: &Deadlines, rows: &[Row], now: DateTime<Utc>) -> Self {
        let day = |kind: Kind| Day {
            day: kind.of(agreed),
            left: days(kind.of(agreed).days_left(now)),
            otherwise: match otherwise(rows, kind, agreed) {
                0 => String::new(),
                count => format!("{count} mottagare har en annan sista dag eller ingen"),
            },
        };
        Self {
            requisition: day(Kind::Requisition),
            report: day(Kind::Report),
            right_can_lapse: agreed.right_can_lapse(),
        }
    }
}

fn recipients_leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let (outcome, now) = (found.outcome(slug)?, found.now);
    let terms = &outcome.agreement.terms;
    let view = found.view.clone().fitted_to(outcome);
    let all = outcome.rows(view.post.as_deref(), now);
    let whole = Summary::of(&all);
    let deadlines = match view.post.as_deref() {
        Some(post) => terms.deadlines_of([post], Later::default()),
        None => terms.deadlines.clone(),
    };
    let (is_paid, recipients) = (whole.is_paid(), whole.recipients);
    let last_days = LastDays::of(&deadlines, &all, now);
    let above = SummaryPart { terms, view: &view, last_days, whole };
    let rows = view.select(all);
    let table_heading = match rows.len() {
        shown if shown == recipients => format!("{shown} mottagare"),
        shown => format!("{shown} av {recipients} mottagare"),
    };
    Ok(Leaf {
        filters: Filters {
            search: true,
            counties: county_choices(outcome),
            states: choices("Alla lägen", State::ALL.map(|state| words(state.key(), state.label()))),
            groups: group_choices(terms),
            posts: post_choices(terms),
            is_detailed: is_paid,
        },
        above: above.render()?,
        table: tables::recipients(&rows, is_paid).sorted(&view.sort),
        table_heading,
        ..leaf(&outcome.agreement, "")
    })
}

fn counties_leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let outcome = found.outcome(slug)?;
    let rows = outcome.rows(None, found.now);
    let is_paid = Summary::of(&rows).is_paid();
    let table = tables::counties(&rows, is_paid, &paths::dashboard::Agreement(slug).to_string());
    Ok(Leaf {
        table_heading: "Län".to_owned(),
        table: table.sorted(&found.view.sort),
        ..leaf(&outcome.agreement, "lan")
    })
}

/// What is late, at risk and lapsed.
#[derive(Template)]
#[template(path = "dashboard/late.html")]
struct LatePart {
    last_days: LastDays,
    late: usize,
    due: Vec<Due>,
}

/// How much of one thing is late, at risk or lapsed.
struct Due {
    heading: &'static str,
    tally: Tally,
    /// A further report is of no amount.
    is_of_amount: bool,
}

/// In the order of who must do something first.
const DUE: [(What, Timing, &str); 9] = [
    (What::Requisition, Timing::AtRisk, "I riskzonen: inte rekvirerat"),
    (What::Requisition, Timing::Late, "Rekvirering försenad"),
    (What::Repayment, Timing::Late, "Återbetalning försenad"),
    (What::Report, Timing::Late, "Redovisning försenad"),
    (What::FurtherReport, Timing::Late, "Övriga redovisningar försenade"),
    (What::Repayment, Timing::AtRisk, "Att återbetala"),
    (What::Report, Timing::AtRisk, "Att redovisa"),
    (What::FurtherReport, Timing::AtRisk, "Övriga redovisningar att lämna"),
    (What::Requisition, Timing::Lapsed, "Förfallet"),
];

fn late_leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let (outcome, now) = (found.outcome(slug)?, found.now);
    let all = outcome.rows(None, now);
    let last_days = LastDays::of(&outcome.agreement.terms.deadlines, &all, now);
    let rows = found.view.select(all);
    let whole = Summary::of(&rows);
    let due = DUE.into_iter().map(|(what, timing, heading)| Due {
        heading,
        tally: whole.due(what, timing),
        is_of_amount: what != What::FurtherReport,
    });
    let due = due.filter(|due| due.tally.recipients > 0).collect();
    let above = LatePart { last_days, late: whole.late, due };
    let (sort, most_first) = (&found.view.sort, Sort::parse("-belopp"));
    Ok(Leaf {
        above: above.render()?,
        filters: Filters { search: true, counties: county_choices(outcome), ..Filters::default() },
        table_heading: "Det som inte har kommit in".to_owned(),
        empty: "Ingen är sen, och inget är kvar att göra till en sista dag.",
        table: tables::due(&rows).sorted(if sort.key.is_empty() { &most_first } else { sort }),
        ..leaf(&outcome.agreement, "sena")
    })
}

/// A page of an agreement, without what is its own.
pub(super) fn leaf(agreement: &Agreement, tab: &str) -> Leaf {
    let (terms, slug) = (&agreement.terms, agreement.terms.slug.as_str());
    Leaf {
        title: format!("Översikt {}: {}", terms.year, terms.name),
        heading: terms.title(),
        lead: format!("Betalas ut av {}.", agreement.authority.name),
        crumbs: vec![
            crumb(paths::dashboard::Overview, "Översikt"),
            crumb(paths::dashboard::Year(&terms.year), terms.year.to_string()),
        ],
        tabs: tabs(
            &[
                ("", "Mottagare", &paths::dashboard::Agreement(slug)),
                ("lan", "Län", &paths::dashboard::Counties(slug)),
                ("bilder", "Bilder", &paths::dashboard::Pictures(slug)),
                ("sena", "Sena och i riskzonen", &paths::dashboard::Late(slug)),
                ("omgangar", "Jämför omgångar", &paths::dashboard::Rounds(slug)),
                ("regeringen", "Rapport till regeringen", &paths::dashboard::Government(slug)),
                ("insyn", "Insyn", &paths::insight::Insight(slug)),
            ],
            tab,
        ),
        above: String::new(),
        filters: Filters::default(),
        table_heading: String::new(),
        empty: "Ingen mottagare stämmer med urvalet.",
        table: tables::agreements(&[]),
        more_sheets: Vec::new(),
        about: Vec::new(),
    }
}

fn words(key: &str, label: &str) -> (String, String) {
    (key.to_owned(), label.to_owned())
}

pub(super) fn county_choices(outcome: &AgreementPositions) -> Vec<(String, String)> {
    choices("Alla län", outcome.counties().into_iter().map(|county| words(county, county)))
}

fn group_choices(terms: &Terms) -> Vec<(String, String)> {
    let groups = Group::of(terms).into_iter().map(|(group, label)| (group.key().to_owned(), label));
    choices("Alla mottagare", groups)
}

fn post_choices(terms: &Terms) -> Vec<(String, String)> {
    match terms.posts.len() {
        0 | 1 => Vec::new(),
        _ => choices("Alla poster", terms.posts.iter().map(|post| words(&post.key, &post.name))),
    }
}

impl SummaryPart<'_> {
    /// The query of every recipient in the state, of the post in view.
    fn query_of(&self, state: &State) -> String {
        View { state: Some(*state), post: self.view.post.clone(), ..View::default() }.query()
    }

    fn post_name(&self) -> &str {
        let post = self.view.post.as_deref().and_then(|key| self.terms.post(key));
        post.map_or("", |post| &post.name)
    }
}

/// How long is left, for the figures: `261 dagar kvar`.
pub(super) fn days(left: Option<i64>) -> String {
    match left {
        None => "–".to_owned(),
        Some(..0) => "Har passerat".to_owned(),
        Some(0) => "I\u{A0}dag".to_owned(),
        Some(1) => "1\u{A0}dag kvar".to_owned(),
        Some(left) => format!("{left}\u{A0}dagar kvar"),
    }
}

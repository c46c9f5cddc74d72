//! The queue: what waits for the authority, and taking cases from it.

use std::{cmp::Reverse, collections::HashMap};

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{act, days, days_left, label};
use crate::{
    access::{
        Actor, Role,
        proof::{Authority, By, CaseOfficer, Posted},
    },
    agreement::{self, Agreement},
    calendar,
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    money::{self, Money},
    recipient::search_form,
    requisition::{
        Requisition, Status, case_number,
        store::{self, QueueRow},
        tone,
        verbs::{self, Failure},
    },
    review::form::{Filter, OFFICERS, TakeForm, VIEWS},
};

/// More lines than anybody reads: the rest is found by narrowing the filter.
const MOST_LINES: usize = 300;

#[derive(Template)]
#[template(path = "review/queue.html")]
struct QueuePage {
    chrome: Chrome,
    authority: String,
    filter: Filter,
    agreements: Vec<(String, String)>,
    lines: Vec<Line>,
    /// Of all that the filter finds, shown or not.
    count: usize,
    total: Money,
    outcome: Outcome,
    is_officer: bool,
    errors: FieldErrors,
}

/// A case in the queue.
struct Line {
    requisition: Requisition,
    number: String,
    recipient: String,
    post: String,
    year: i32,
    received: String,
    /// Since when it waits for somebody, and how many days that is.
    since: Option<DateTime<Utc>>,
    waited: String,
    deadline: String,
    days_left: String,
    amount: Money,
    officer: String,
    is_mine: bool,
    lapsed: bool,
}

/// How taking the ticked cases went.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    #[serde(rename = "tagna")]
    taken: u16,
    #[serde(rename = "missade")]
    missed: u16,
}

pub async fn list(
    by: By<Authority>,
    portal: web::Data<Portal>,
    filter: web::Query<Filter>,
    outcome: web::Query<Outcome>,
) -> Page {
    let mut page = queue_page(&by.actor, by.chrome, &portal, filter.into_inner()).await?;
    page.outcome = outcome.into_inner();
    page::show(&page)
}

/// Gives the ticked cases to whoever ticked them, each for itself: one that somebody else was first with stops no
/// other.
pub async fn take(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<TakeForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let targets = form.targets()?;
    if targets.is_empty() {
        let mut page = queue_page(&by.actor, by.chrome, &portal, form.filter()).await?;
        page.errors.add("", "Inget ärende är markerat. Kryssa för minst ett och försök igen.");
        return page::show_errors(&page);
    }
    let mut outcome = Outcome::default();
    for target in targets {
        let (act, me) = (act(&by, &portal), by.person.clone());
        match portal
            .db
            .write(move |connection| verbs::assign(connection, &act, target.id, None, Some(&me)))
            .await
        {
            Ok(()) => outcome.taken += 1,
            Err(Failure::Refused(_) | Failure::NotFound) => outcome.missed += 1,
            Err(failure) => return Err(failure.into()),
        }
    }
    let told = serde_html_form::to_string(outcome).unwrap_or_default();
    page::see_other(format!("/granskning?{}&{told}", form.filter().query()))
}

async fn queue_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    filter: Filter,
) -> Result<QueuePage, AppError> {
    let authority = actor.organisation.id;
    let statuses = filter.view().statuses;
    let (rows, agreements) = portal
        .db
        .read(move |connection| {
            let rows = store::queue(connection, authority, statuses)?;
            let mut agreements = agreement::store::all(connection)?;
            agreements.retain(|agreement| agreement.authority.id == authority);
            Ok::<_, AppError>((rows, agreements))
        })
        .await?;
    let by_slug: HashMap<&str, &Agreement> =
        agreements.iter().map(|agreement| (agreement.terms.slug.as_str(), agreement)).collect();
    let now = portal.clock.now();
    let mut lines: Vec<Line> = rows
        .into_iter()
        .filter(|row| is_found(row, &filter, actor))
        .filter_map(|row| by_slug.get(row.agreement_slug.as_str()).map(|of| line(row, of, actor, now)))
        .collect();
    sort(&mut lines);
    let (count, total) = (lines.len(), lines.iter().map(|line| line.amount).sum());
    lines.truncate(MOST_LINES);
    Ok(QueuePage {
        chrome,
        authority: actor.organisation.formal_name.clone(),
        filter,
        agreements: choices(&agreements),
        lines,
        count,
        total,
        outcome: Outcome::default(),
        is_officer: actor.has(Role::CaseOfficer),
        errors: FieldErrors::default(),
    })
}

fn choices(agreements: &[Agreement]) -> Vec<(String, String)> {
    let all = (String::new(), "Alla".to_owned());
    let each = agreements.iter().map(|agreement| {
        (agreement.terms.slug.clone(), format!("{} {}", agreement.terms.name, agreement.terms.year))
    });
    std::iter::once(all).chain(each).collect()
}

fn is_found(row: &QueueRow, filter: &Filter, actor: &Actor) -> bool {
    let of_agreement = filter.agreement.is_empty() || row.agreement_slug == filter.agreement;
    let of_officer = match filter.officer.as_str() {
        "mina" => is_mine(&row.requisition, actor),
        "ingen" => row.requisition.officer.is_none(),
        _ => true,
    };
    let sought = search_form(&filter.search);
    let number = case_number(&row.agreement_code, &row.recipient_code, row.requisition.number);
    let matches = sought.is_empty()
        || [&row.recipient, &row.recipient_code, &number]
            .iter()
            .any(|text| search_form(text).contains(&sought));
    of_agreement && of_officer && matches
}

fn is_mine(requisition: &Requisition, actor: &Actor) -> bool {
    requisition.officer.as_ref().is_some_and(|officer| *officer == actor.person.id.to_string())
}

fn line(row: QueueRow, agreement: &Agreement, actor: &Actor, now: DateTime<Utc>) -> Line {
    let requisition = row.requisition;
    let deadlines = agreement.terms.deadlines.extended(row.later);
    let deadline = deadlines.requisition;
    let since = waiting_since(&requisition.status);
    Line {
        number: case_number(&row.agreement_code, &row.recipient_code, requisition.number),
        recipient: row.recipient,
        year: row.year,
        post: agreement.terms.post(&requisition.post).map(|post| post.name.clone()).unwrap_or_default(),
        received: requisition
            .received()
            .map(|received| calendar::long_date(calendar::day(received.at)))
            .unwrap_or_default(),
        since,
        waited: since.map(|since| waited(since, now)).unwrap_or_default(),
        deadline: deadline.to_string(),
        days_left: days_left(deadline.days_left(now)),
        amount: asked_for(&requisition),
        officer: row.officer.unwrap_or_default(),
        is_mine: is_mine(&requisition, actor),
        lapsed: requisition.has_lapsed(deadlines.right_has_lapsed(now)),
        requisition,
    }
}

fn waiting_since(status: &Status) -> Option<DateTime<Utc>> {
    match status {
        Status::Submitted { received } => Some(received.completed_at),
        Status::Returned(returned) | Status::AwaitingSignature { answers: Some(returned) } => {
            Some(returned.at)
        }
        Status::Draft
        | Status::AwaitingSignature { answers: None }
        | Status::Approved { .. }
        | Status::Refused { .. }
        | Status::Withdrawn { .. }
        | Status::Discarded { .. } => None,
    }
}

/// Midnights in Stockholm since then.
fn waited(since: DateTime<Utc>, now: DateTime<Utc>) -> String {
    match (calendar::day(now) - calendar::day(since)).num_days() {
        ..=0 => "sedan i dag".to_owned(),
        count => days(count),
    }
}

/// What is in the submitted form; in one that is not signed yet, what its fixed draft says.
fn asked_for(requisition: &Requisition) -> Money {
    match (&requisition.status, requisition.received()) {
        (Status::AwaitingSignature { .. }, _) | (_, None) => {
            money::parse_kronor(&requisition.draft.amount).unwrap_or_default()
        }
        (_, Some(received)) => received.amount,
    }
}

/// What waits comes first, the longest waiting at the top; then what waits for a first signature; then what is
/// decided, the newest at the top. In the program, since the two databases do not agree on where nothing sorts.
fn sort(lines: &mut [Line]) {
    lines.sort_by_key(|line| {
        let decided = match &line.requisition.status {
            Status::Approved { at, .. } | Status::Refused { at, .. } | Status::Withdrawn { at, .. } => {
                Some(*at)
            }
            Status::Draft
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. }
            | Status::Returned(_)
            | Status::Discarded { .. } => None,
        };
        (decided.is_some(), Reverse(decided), line.since.is_none(), line.since, line.number.clone())
    });
}

impl Line {
    fn tone(&self) -> &'static str {
        tone(&self.requisition.status, self.lapsed)
    }

    fn status(&self) -> &'static str {
        label(&self.requisition.status, self.lapsed)
    }

    /// Undecided, and nobody's. A case that a colleague has is taken over on its own page.
    fn can_be_taken(&self) -> bool {
        let undecided = matches!(
            self.requisition.status,
            Status::Submitted { .. } | Status::Returned(_) | Status::AwaitingSignature { .. }
        );
        undecided && self.requisition.officer.is_none()
    }
}

impl QueuePage {
    fn views(&self) -> Vec<(String, &'static str, bool)> {
        let shown = self.filter.view().key;
        VIEWS
            .iter()
            .map(|view| {
                let filter = Filter { view: view.key.to_owned(), ..self.filter.clone() };
                (format!("/granskning?{}", filter.query()), view.label, view.key == shown)
            })
            .collect()
    }

    fn officers(&self) -> &'static [(&'static str, &'static str)] {
        &OFFICERS
    }

    fn can_take(&self) -> bool {
        self.is_officer && self.lines.iter().any(Line::can_be_taken)
    }

    fn empty(&self) -> &'static str {
        if self.filter.narrows() {
            return "Inget ärende stämmer med det du har valt. Ta bort något av valen för att se fler.";
        }
        match self.filter.view().key {
            "vantar" => "Inget väntar på er just nu. Nya rekvisitioner visas här när de har lämnats in.",
            "atersanda" => "Ingen rekvisition är återsänd för komplettering just nu.",
            "underskrift" => "Ingen rekvisition väntar på underskrift just nu.",
            "avgjorda" => "Inget är avgjort än.",
            _ => "Det finns inga rekvisitioner än.",
        }
    }
}

impl Outcome {
    fn words(self) -> String {
        let taken = match self.taken {
            0 => "Inget ärende blev ditt.".to_owned(),
            1 => "1 ärende är nu ditt.".to_owned(),
            count => format!("{count} ärenden är nu dina."),
        };
        match self.missed {
            0 => taken,
            1 => format!(
                "{taken} 1 ärende hade någon annan ändrat under tiden. Se efter i listan hur det är nu."
            ),
            count => format!(
                "{taken} {count} ärenden hade någon annan ändrat under tiden. Se efter i listan hur de är nu."
            ),
        }
    }

    fn is_told(self) -> bool {
        self.taken > 0 || self.missed > 0
    }

    fn tone(self) -> &'static str {
        if self.missed == 0 { "success" } else { "warning" }
    }
}

//! The requisitions' queue: what waits for the authority, and taking cases from it.

use std::{cmp::Reverse, collections::HashMap};

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::{act, case::may_be_assigned, label, scope};
use crate::{
    desks::review::{
        form::{Filter, TakeForm},
        queue::{self, Frame, REQUISITIONS, TakenCases, days_left, is_mine, waited},
    },
    grants::{
        case::{self, store::QueueRow},
        requisition::{Requisition, Status, case_number, tone, verbs::Failure},
        search::{self, GrantNames},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::Form,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor, Scope,
        proof::{Authority, By, CaseOfficer, Posted},
    },
    terms::agreement::Agreement,
};
use values::{Id, Money, calendar, text::Sought};

#[derive(Template)]
#[template(path = "review/requisitions.html")]
struct QueuePage {
    chrome: Chrome,
    frame: Frame,
    lines: Vec<Line>,
    total: Money,
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

pub async fn list(
    by: By<Authority>,
    portal: web::Data<Portal>,
    filter: web::Query<Filter>,
    outcome: web::Query<TakenCases>,
) -> Page {
    let mut page = queue_page(&by.actor, by.chrome, &portal, filter.into_inner()).await?;
    if page.chrome.may_tell {
        page.frame.outcome = outcome.into_inner();
    }
    page::show(&page)
}

/// Leads to the case after this one in the list that it was come to from: the next that waits, when this one no longer does.
/// Back to the list after the last.
pub async fn next(by: By<Authority>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    let (id, scope) = (id.into_inner(), scope(&by.actor));
    let found = portal.db.read(move |connection| case::store::find(connection, scope, id)).await?;
    let case = found.ok_or(AppError::NotFound)?;
    let Some(way) = by.chrome.way.clone() else { return page::see_other(REQUISITIONS.address) };
    let filter: Filter = serde_html_form::from_str(way.query()).unwrap_or_default();
    let lines = queue_page(&by.actor, by.chrome, &portal, filter).await?.lines;
    let since = case.received().map(|received| received.completed_at);
    let after = match lines.iter().position(|line| line.requisition.id == id) {
        Some(at) => lines.get(at + 1),
        None => lines.iter().find(|line| line.since > since).or(lines.first()),
    };
    page::see_other(match after {
        Some(line) => {
            format!("{}{}", paths::review::Requisition(&line.requisition.id), way.along())
        }
        None => way.address(),
    })
}

/// Gives the ticked cases to whoever ticked them, each for itself: one that somebody else was first with stops no
/// other.
pub async fn take(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<TakeForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let cases = form.cases::<Requisition>()?;
    if cases.is_empty() {
        let mut page = queue_page(&by.actor, by.chrome, &portal, form.filter()).await?;
        page.frame.errors.add("", "Inget ärende är markerat. Kryssa för minst ett och försök igen.");
        return page::show_errors(&page);
    }
    let mut outcome = TakenCases::default();
    for case in cases {
        let (act, me) = (act(&by, &portal), by.person.clone());
        let take = move |c: &mut _| case::verbs::assign(c, &act, case, None, Some(&me));
        match portal.db.once_each(case, take).await {
            Ok(()) => outcome.taken += 1,
            Err(Failure::Refused(_) | Failure::NotFound) => outcome.missed += 1,
            Err(failure) => return Err(failure.into()),
        }
    }
    page::see_other(outcome.address(&REQUISITIONS, &form.filter()))
}

async fn queue_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    filter: Filter,
) -> Result<QueuePage, AppError> {
    let authority = actor.organisation.id;
    let statuses = REQUISITIONS.view(&filter).statuses;
    let sought = Sought::new(&filter.search);
    let looked_for = sought.clone();
    let (mut rows, agreements, known) = portal
        .db
        .read(move |connection| {
            let rows = case::store::queue::<Requisition>(connection, authority, statuses, None)?;
            let known = search::store::known(connection, &looked_for, Some(Scope::Authority(authority)))?;
            Ok::<_, AppError>((rows, queue::agreements_of(connection, authority)?, known))
        })
        .await?;
    rows.retain(|row| queue::keeps(&filter, actor, &row.agreement_slug, row.case.officer));
    sought.narrow(&mut rows, |row| known_by(row, &known));
    let by_slug: HashMap<&str, &Agreement> =
        agreements.iter().map(|agreement| (agreement.terms.slug.as_str(), agreement)).collect();
    let now = portal.clock.now();
    let mut lines: Vec<Line> = rows
        .into_iter()
        .filter_map(|row| by_slug.get(row.agreement_slug.as_str()).map(|of| line(row, of, actor, now)))
        .collect();
    sort(&mut lines);
    let total = lines.iter().map(|line| line.amount).sum();
    let mut frame = Frame::new(&REQUISITIONS, actor, filter, &agreements);
    frame.hold(&mut lines, Line::can_be_taken);
    Ok(QueuePage { chrome, frame, lines, total })
}

fn known_by(row: &QueueRow<Requisition>, known: &GrantNames) -> Vec<String> {
    let mut known_by = known.of(&row.agreement_code, &row.recipient_code);
    known_by.push(case_number(&row.agreement_code, &row.recipient_code, row.case.number));
    known_by
}

fn line(row: QueueRow<Requisition>, agreement: &Agreement, actor: &Actor, now: DateTime<Utc>) -> Line {
    let requisition = row.case;
    let posts = agreement.terms.posts_of_form(&requisition.form).map(|post| post.key.as_str());
    let deadlines = agreement.terms.deadlines_of(posts, row.later);
    let deadline = deadlines.requisition;
    let since = waiting_since(&requisition.status);
    Line {
        number: case_number(&row.agreement_code, &row.recipient_code, requisition.number),
        recipient: row.recipient,
        year: row.year,
        post: agreement.terms.form_name(&requisition.form),
        received: requisition
            .received()
            .map(|received| calendar::long_date(calendar::day(received.at)))
            .unwrap_or_default(),
        since,
        waited: since.map(|since| waited(since, now)).unwrap_or_default(),
        deadline: deadline.to_string(),
        days_left: days_left(deadline, now),
        amount: asked_for(&requisition),
        officer: row.officer.unwrap_or_default(),
        is_mine: is_mine(requisition.officer, actor),
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

/// What is in the submitted form; in one that is not signed yet, what its fixed draft says.
fn asked_for(requisition: &Requisition) -> Money {
    match (&requisition.status, requisition.received()) {
        (Status::AwaitingSignature { .. }, _) | (_, None) => {
            requisition.draft.typed_amount().unwrap_or_default()
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
        may_be_assigned(&self.requisition.status) && self.requisition.officer.is_none()
    }
}

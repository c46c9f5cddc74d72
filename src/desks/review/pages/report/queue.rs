//! The reports' queue: what waits for the authority, and taking cases from it.

use std::{cmp::Reverse, collections::HashMap};

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use crate::{
    desks::review::{
        form::{Filter, TakeForm},
        pages::{act, scope},
        queue::{self, Frame, REPORTS, TakenCases, is_mine, waited},
    },
    grants::{
        case::{self, store::QueueRow},
        report::{Content, Report, Status, Verdict, case_number, store, verbs::Failure},
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
#[template(path = "review/reports.html")]
struct QueuePage {
    chrome: Chrome,
    frame: Frame,
    lines: Vec<Line>,
    to_repay: Money,
}

/// A case in the queue.
struct Line {
    report: Report,
    content: Content,
    number: String,
    recipient: String,
    year: i32,
    received: String,
    is_late: bool,
    /// Since when it waits for somebody, and how many days that is.
    since: Option<DateTime<Utc>>,
    waited: String,
    officer: String,
    is_mine: bool,
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
pub async fn next(by: By<Authority>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let (id, scope) = (id.into_inner(), scope(&by.actor));
    let found = portal.db.read(move |connection| case::store::find(connection, scope, id)).await?;
    let case = found.ok_or(AppError::NotFound)?;
    let Some(way) = by.chrome.way.clone() else { return page::see_other(REPORTS.address) };
    let filter: Filter = serde_html_form::from_str(way.query()).unwrap_or_default();
    let lines = queue_page(&by.actor, by.chrome, &portal, filter).await?.lines;
    let since = case.received().map(|received| received.completed_at);
    let after = match lines.iter().position(|line| line.report.id == id) {
        Some(at) => lines.get(at + 1),
        None => lines.iter().find(|line| line.since > since).or(lines.first()),
    };
    page::see_other(match after {
        Some(line) => format!("{}{}", paths::review::Report(&line.report.id), way.along()),
        None => way.address(),
    })
}

/// Gives the ticked cases to whoever ticked them, each for itself: one that somebody else was first with stops no
/// other.
pub async fn take(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<TakeForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let cases = form.cases::<Report>()?;
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
    page::see_other(outcome.address(&REPORTS, &form.filter()))
}

async fn queue_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    filter: Filter,
) -> Result<QueuePage, AppError> {
    let authority = actor.organisation.id;
    let statuses = REPORTS.view(&filter).statuses;
    let sought = Sought::new(&filter.search);
    let looked_for = sought.clone();
    let (mut rows, agreements, known) = portal
        .db
        .read(move |connection| {
            let rows = store::queue(connection, authority, statuses)?;
            let known = search::store::known(connection, &looked_for, Some(Scope::Authority(authority)))?;
            Ok::<_, AppError>((rows, queue::agreements_of(connection, authority)?, known))
        })
        .await?;
    rows.retain(|(row, _)| queue::keeps(&filter, actor, &row.agreement_slug, row.case.officer));
    sought.narrow(&mut rows, |(row, _)| known_by(row, &known));
    let by_slug: HashMap<&str, &Agreement> =
        agreements.iter().map(|agreement| (agreement.terms.slug.as_str(), agreement)).collect();
    let now = portal.clock.now();
    let mut lines: Vec<Line> = rows
        .into_iter()
        .filter_map(|row| by_slug.get(row.0.agreement_slug.as_str()).map(|of| line(row, of, actor, now)))
        .collect();
    sort(&mut lines);
    let to_repay = lines.iter().map(|line| line.content.to_repay()).sum();
    let mut frame = Frame::new(&REPORTS, actor, filter, &agreements);
    frame.hold(&mut lines, Line::can_be_taken);
    Ok(QueuePage { chrome, frame, lines, to_repay })
}

fn known_by(row: &QueueRow<Report>, known: &GrantNames) -> Vec<String> {
    let mut known_by = known.of(&row.agreement_code, &row.recipient_code);
    known_by.push(case_number(&row.agreement_code, &row.recipient_code));
    known_by
}

fn line(
    (row, content): (QueueRow<Report>, Content),
    agreement: &Agreement,
    actor: &Actor,
    now: DateTime<Utc>,
) -> Line {
    let report = row.case;
    let deadline = agreement.terms.deadlines.extended(row.later).report;
    let since = waiting_since(&report);
    let received = report.received().map(|received| received.at);
    Line {
        number: case_number(&row.agreement_code, &row.recipient_code),
        recipient: row.recipient,
        year: row.year,
        received: received.map(|at| calendar::long_date(calendar::day(at))).unwrap_or_default(),
        is_late: received.is_some_and(|at| deadline.passed(at)),
        since,
        waited: since.map(|since| waited(since, now)).unwrap_or_default(),
        officer: row.officer.unwrap_or_default(),
        is_mine: is_mine(report.officer, actor),
        content,
        report,
    }
}

fn waiting_since(report: &Report) -> Option<DateTime<Utc>> {
    match &report.status {
        Status::Submitted { received } => Some(received.completed_at),
        Status::Draft { answers, .. }
        | Status::AwaitingCertificate { answers }
        | Status::AwaitingSignature { answers, .. } => {
            let returned = answers.as_ref().map(|returned| returned.at);
            returned.or_else(|| report.correction.as_ref().map(|correction| correction.at))
        }
        Status::Approved(_) => None,
    }
}

/// What waits comes first, the longest waiting at the top; then what waits for a first signature; then what is approved,
/// the newest at the top. In the program, since the two databases do not agree on where nothing sorts.
fn sort(lines: &mut [Line]) {
    lines.sort_by_key(|line| {
        let decided = match &line.report.status {
            Status::Approved(approval) => Some(approval.at),
            Status::Draft { .. }
            | Status::AwaitingCertificate { .. }
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. } => None,
        };
        (decided.is_some(), Reverse(decided), line.since.is_none(), line.since, line.number.clone())
    });
}

/// It has come in, and is not decided.
pub fn may_be_assigned(report: &Report) -> bool {
    report.received().is_some() && !matches!(report.status, Status::Approved(_))
}

impl Line {
    fn tone(&self) -> &'static str {
        self.report.tone()
    }

    fn status(&self) -> &'static str {
        self.report.label()
    }

    fn verdict(&self) -> Option<&Verdict> {
        self.report.certificate().map(|certificate| &certificate.statement.verdict)
    }

    /// A deficit is said in words, also where another post has money left.
    fn deficit(&self) -> &'static str {
        if self.content.unspent().is_negative() {
            "Underskott"
        } else if self.content.posts.iter().any(|post| post.unspent().is_negative()) {
            "Underskott i en post"
        } else {
            ""
        }
    }

    /// Nobody's yet. A case that a colleague has is taken over on its own page.
    fn can_be_taken(&self) -> bool {
        may_be_assigned(&self.report) && self.report.officer.is_none()
    }
}

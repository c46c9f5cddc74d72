//! One grant as the authority sees it whole: money, dates, cases, history. Here a case officer gives extensions and asks for
//! accounts.

use std::collections::HashSet;

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{act, label, scope};
use crate::{
    desks::review::queue::days_left,
    grants::{
        account_request::{
            self, AccountRequest, Refusal, form::AskForm, rules::Rule as AccountRule, verbs as account_verbs,
        },
        case::{
            self,
            alike::Alike,
            pages::{TimelineView, timeline_of_all},
        },
        extension::{self, Extension, Kind, form::ExtensionForm},
        further_report,
        grant::{self, Account, Grant},
        onward,
        payment::{self, Payment},
        repayment::Settlement,
        report::{self, Report},
        requisition::{self, Requisition, Status, tone},
    },
    ground::{
        history::{self, Event, Line},
        infra::{
            Portal,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Act, Actor, Role,
        proof::{Asker, By, CaseOfficer, Confirmed, Overseer, Posted},
    },
    terms::agreement::Post,
};
use values::{
    Id, Money,
    calendar::{self, long_date},
};

#[derive(Template)]
#[template(path = "review/grant.html")]
struct GrantPage {
    chrome: Chrome,
    grant: Grant,
    posts: Vec<PostView>,
    deadlines: Vec<DeadlineView>,
    requisitions: Vec<RequisitionView>,
    report: Option<Report>,
    report_number: String,
    owes_no_report: bool,
    payments: Vec<Payment>,
    settlement: Settlement,
    extensions: Vec<Extension>,
    requests: Vec<RequestView>,
    further_reports: Vec<further_report::Dossier>,
    /// It is being handed on, by a model that is decided.
    is_handed_on: bool,
    timeline: Vec<TimelineView>,
    /// The visitor has a desk at the paying authority, and does not only look.
    is_ours: bool,
    is_officer: bool,
    /// Has the right to ask for accounts.
    may_ask: bool,
    /// What can be extended, each with the day that holds.
    kinds: Vec<(String, String)>,
    extending: ExtensionForm,
    asking: AskForm,
    /// A request that asks for the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    today: String,
    now: DateTime<Utc>,
    /// Of one of the forms: their fields have different names.
    errors: FieldErrors,
}

/// The ledger of a post.
struct PostView {
    name: String,
    figures: Vec<(&'static str, Money)>,
}

/// A last day, and how it came to be.
struct DeadlineView {
    kind: Kind,
    holds: calendar::LastDay,
    left: String,
    /// The agreement's own, when it was extended.
    agreed: Option<calendar::LastDay>,
}

struct RequisitionView {
    requisition: Requisition,
    number: String,
    post: String,
    amount: String,
    state: &'static str,
    tone: &'static str,
}

struct RequestView {
    request: AccountRequest,
    number: String,
    state: &'static str,
    tone: &'static str,
}

/// Everything the page reads, at one time.
struct GrantFile {
    grant: Grant,
    requisitions: Vec<Requisition>,
    report: Option<Report>,
    payments: Vec<Payment>,
    extensions: Vec<Extension>,
    requests: Vec<AccountRequest>,
    further_reports: Vec<further_report::Dossier>,
    plan: Option<onward::Plan>,
    lines: Vec<Line>,
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    page::show(&grant_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

async fn read(actor: &Actor, portal: &Portal, id: Id<Grant>) -> Result<GrantFile, AppError> {
    let scope = scope(actor);
    portal
        .db
        .read(move |connection| {
            let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            Ok(GrantFile {
                requisitions: case::store::of_grant::<Requisition>(connection, id)?,
                report: report::store::of_grant(connection, id)?,
                payments: payment::store::of_grant(connection, id)?
                    .into_iter()
                    .map(|of_grant| of_grant.payment)
                    .filter(|payment| payment.reversal.is_none())
                    .collect(),
                extensions: extension::store::of_grant(connection, id)?,
                requests: case::store::of_grant::<AccountRequest>(connection, id)?,
                further_reports: further_report::store::all_owed_by(connection, &grant)?,
                plan: onward::store::plan_of(connection, id)?,
                lines: history::store::of(connection, &id.to_string())?,
                grant,
            })
        })
        .await
}

async fn grant_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Grant>,
) -> Result<GrantPage, AppError> {
    let GrantFile {
        grant,
        requisitions,
        report,
        payments,
        extensions,
        requests,
        further_reports,
        plan,
        lines,
    } = read(actor, portal, id).await?;
    let settlement =
        Settlement::of(&grant.ledger, report.as_ref().is_some_and(|report| report.approval().is_some()));
    // What has not come in is the recipient's own.
    let report = report.filter(Report::is_seen_by_authority);
    let received = report.as_ref().is_some_and(|report| report.received().is_some());
    let now = portal.clock.now();
    let deadlines: Vec<DeadlineView> =
        Kind::ALL.into_iter().map(|kind| deadline_view(&grant, kind, now)).collect();
    let timeline = timeline_of_all(&public(&grant, &requisitions, report.as_ref(), lines));
    Ok(GrantPage {
        is_handed_on: plan.is_some_and(|plan| plan.model.is_some()),
        chrome,
        posts: grant.posts().map(|post| post_view(&grant, post, received)).collect(),
        kinds: deadlines.iter().map(choice).collect(),
        deadlines,
        requisitions: requisitions
            .into_iter()
            .filter(|requisition| !is_private(requisition))
            .map(|requisition| requisition_view(&grant, requisition, now))
            .collect(),
        report_number: report::number_of(&grant),
        owes_no_report: grant.has_nothing_to_report(now),
        report,
        payments,
        settlement,
        extensions,
        requests: requests.into_iter().map(|request| request_view(&grant, request, now)).collect(),
        further_reports,
        timeline,
        is_ours: actor.is_official_of(grant.agreement.authority.id),
        is_officer: actor.has_at(Role::CaseOfficer, grant.agreement.authority.id),
        may_ask: account_request::may_ask(actor, &grant),
        extending: ExtensionForm::default(),
        asking: AskForm::fresh(),
        alike: None,
        today: calendar::day(now).to_string(),
        now,
        errors: FieldErrors::default(),
        grant,
    })
}

/// What is not issued yet is the recipient's own.
fn is_private(requisition: &Requisition) -> bool {
    match requisition.status {
        Status::Draft | Status::Discarded { .. } => true,
        Status::AwaitingSignature { .. }
        | Status::Submitted { .. }
        | Status::Returned(_)
        | Status::Approved { .. }
        | Status::Refused { .. }
        | Status::Withdrawn { .. } => false,
    }
}

/// The history without what is the recipient's own.
fn public(
    grant: &Grant,
    requisitions: &[Requisition],
    report: Option<&Report>,
    mut lines: Vec<Line>,
) -> Vec<Line> {
    let mut private: HashSet<String> = requisitions
        .iter()
        .filter(|requisition| is_private(requisition))
        .map(|requisition| requisition::verbs::number_of(grant, requisition))
        .collect();
    if report.is_none() {
        private.insert(report::number_of(grant));
    }
    lines.retain(|line| !private.contains(&line.entry.subject));
    // What an addressee writes to the recipient is between the two.
    for line in lines.iter_mut().filter(|line| line.entry.event == Event::FurtherReportReturned) {
        line.entry.reason.clear();
    }
    lines
}

/// Before a report has come in nobody knows what was spent; until it is approved it is the recipient's word.
fn post_view(grant: &Grant, post: &Post, received: bool) -> PostView {
    let of = |account| grant.ledger.of(&post.key, account);
    let (paid, costs) = (of(Account::PaidOut), of(Account::Reported));
    let spent = [("Kostnader", costs), ("Inte förbrukat", paid - costs)];
    PostView {
        name: post.name.clone(),
        figures: vec![
            ("Tilldelat", of(Account::Allocated)),
            ("Rekvirerat", of(Account::Requisitioned)),
            ("Godkänt", of(Account::Approved)),
            ("Utbetalt", paid),
        ]
        .into_iter()
        .chain(spent.into_iter().filter(|_| received && !paid.is_zero()))
        .collect(),
    }
}

fn deadline_view(grant: &Grant, kind: Kind, now: DateTime<Utc>) -> DeadlineView {
    let (holds, agreed) = (kind.of(&grant.deadlines), kind.of(&grant.agreement.terms.deadlines));
    DeadlineView { kind, holds, left: days_left(holds, now), agreed: (holds != agreed).then_some(agreed) }
}

fn choice(of: &DeadlineView) -> (String, String) {
    (of.kind.key().to_owned(), format!("{}, nu senast {}", of.kind.label(), of.holds))
}

fn requisition_view(grant: &Grant, requisition: Requisition, now: DateTime<Utc>) -> RequisitionView {
    let lapsed = requisition.has_lapsed(grant.right_has_lapsed(&requisition.form, now));
    RequisitionView {
        number: requisition::verbs::number_of(grant, &requisition),
        post: grant.agreement.terms.form_name(&requisition.form),
        amount: requisition.received().map(|received| received.amount.to_string()).unwrap_or_default(),
        state: label(&requisition.status, lapsed),
        tone: tone(&requisition.status, lapsed),
        requisition,
    }
}

fn request_view(grant: &Grant, request: AccountRequest, now: DateTime<Utc>) -> RequestView {
    let (state, tone) = request.tag(now);
    RequestView { number: account_request::number_of(grant, &request), state, tone, request }
}

/// Gives an extension.
pub async fn extend(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<ExtensionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let id = id.into_inner();
    let act = act(&by, &portal);
    let (status, errors) = match form.parse(&act) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(given) => {
            let (seen, meant) = (form.seen, form.passed_is_meant());
            let to = format!("{}#anstand", paths::review::Grant(&id));
            let extend =
                move |c: &mut _| extension::verbs::extend(c, &act, id, &given, seen, meant).map(|()| to);
            match portal.db.once(extend).await {
                Ok(to) => return page::see_other(to),
                Err(extension::verbs::Failure::Refused(refusal)) => impossible_day(&refusal),
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let page = grant_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_as(status, &GrantPage { extending: form, errors, ..page })
}

fn impossible_day(refusal: &extension::Refusal) -> (StatusCode, FieldErrors) {
    let mut errors = FieldErrors::default();
    let (status, field) = match refusal {
        extension::Refusal::GivenMeanwhile(_) => (StatusCode::CONFLICT, "until"),
        extension::Refusal::Passed(_) => (StatusCode::UNPROCESSABLE_ENTITY, "day_has_passed"),
        extension::Refusal::NotDecided | extension::Refusal::NotLater(_) | extension::Refusal::TooFar(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "until")
        }
    };
    errors.add(field, refusal);
    (status, errors)
}

/// Asks for accounts.
pub async fn ask(
    Posted { by, body: Form(form) }: Posted<By<Asker>, Form<AskForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let id = id.into_inner();
    let act = Act::across(&by, portal.clock.now());
    let mut alike = None;
    let errors = match form.parse() {
        Err(errors) => errors,
        Ok(asked) => {
            let ask = move |c: &mut _| {
                let request = Id::new();
                let asked = account_verbs::ask(c, &act, id, request, &asked);
                asked.map(|()| paths::account_request::Review(&request).to_string())
            };
            match portal.db.once(ask).await {
                Ok(to) => return page::see_other(to),
                Err(account_verbs::Failure::Refused(refusal @ Refusal::DayHasPassed(_))) => {
                    let mut errors = FieldErrors::default();
                    errors.add("due", refusal);
                    errors
                }
                Err(account_verbs::Failure::Refused(account_request::Refusal::Alike(known))) => {
                    let errors = known.asked(AccountRule::Alike);
                    alike = Some(known);
                    errors
                }
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let page = grant_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_errors(&GrantPage { asking: form, alike, errors, ..page })
}

impl GrantPage {
    fn extending_is_open(&self) -> bool {
        ["kind", "until", "day_has_passed", "decision", "reason"]
            .iter()
            .any(|field| !self.errors.of(field).is_empty())
    }

    fn asking_is_open(&self) -> bool {
        ["asks_for", "due", "is_another"].iter().any(|field| !self.errors.of(field).is_empty())
    }
}

impl RequestView {
    fn due(&self) -> String {
        long_date(self.request.due.0)
    }
}

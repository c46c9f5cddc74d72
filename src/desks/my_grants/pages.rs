//! The list of the grants that an organisation holds, and each grant's own page.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{PostView, closing::Closing, view};
use crate::{
    grants::{
        account_request::{self, AccountRequest},
        case::{
            self,
            pages::{TimelineView, recipients_lines, timeline_of_all},
        },
        extension::{self, Extension},
        further_report,
        grant::{self, Grant},
        payment::{self, Payment},
        report::{self, Report},
        requisition::{self, Requisition},
    },
    ground::{
        history,
        infra::{
            Portal,
            error::AppError,
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Role, Scope,
        proof::{By, Member},
        routing::Routes,
    },
};
use values::{Id, text::Sought};

pub fn routes(routes: &mut Routes<'_>) {
    routes.get(paths::my_grants::List::PATTERN, list).get(paths::my_grants::Grant::PATTERN, show);
}

struct GrantView {
    grant: Grant,
    posts: Vec<PostView>,
    closing: Option<Closing>,
}

#[derive(Template)]
#[template(path = "my_grants/list.html")]
struct ListPage {
    chrome: Chrome,
    organisation: String,
    filter: Filter,
    /// Of all, whatever is looked for.
    count: usize,
    grants: Vec<GrantView>,
    /// Requests for accounts to be answered.
    requests: Vec<RequestView>,
}

/// What is looked for among the grants.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Filter {
    #[serde(rename = "sok")]
    search: String,
}

/// Fewer grants than this are seen at a glance.
const WORTH_A_SEARCH: usize = 4;

impl ListPage {
    fn is_searched(&self) -> bool {
        !self.filter.search.trim().is_empty()
    }

    fn can_be_searched(&self) -> bool {
        self.is_searched() || self.count >= WORTH_A_SEARCH
    }
}

/// What a grant of one's own is found by: its agreement, its numbers, whom it was allocated to.
fn known_by(grant: &Grant, requisitions: &[Requisition]) -> Vec<String> {
    let terms = &grant.agreement.terms;
    let (code, recipient) = (&terms.code, &grant.recipient);
    let mut known_by = recipient.known_by();
    known_by.extend([
        terms.title(),
        grant.agreement.authority.name.clone(),
        format!("{code}-{}", recipient.code),
        report::case_number(code, &recipient.code),
        grant.ocr().to_string(),
    ]);
    let numbers = requisitions.iter().map(|of| requisition::case_number(code, &recipient.code, of.number));
    known_by.extend(numbers);
    known_by
}

/// Five queries however many agreements and years there are.
async fn list(by: By<Member>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let (holder, filter) = (by.organisation.clone(), filter.into_inner());
    let (mut grants, requisitions, reports, requests) = portal
        .db
        .read(move |connection| {
            let grants = grant::store::held_by(connection, &holder)?;
            let requisitions = case::store::held_by::<Requisition>(connection, holder.id)?;
            let reports = case::store::held_by::<Report>(connection, holder.id)?;
            let requests = account_request::store::open_held_by(connection, holder.id)?;
            Ok::<_, AppError>((grants, requisitions, reports, requests))
        })
        .await?;
    let mut reports: HashMap<Id<Grant>, Report> =
        reports.into_iter().map(|report| (report.grant_id, report)).collect();
    let mut by_grant: HashMap<Id<Grant>, Vec<Requisition>> = HashMap::new();
    for requisition in requisitions {
        by_grant.entry(requisition.grant_id).or_default().push(requisition);
    }
    let now = portal.clock.now();
    let requests = requests
        .into_iter()
        .filter_map(|request| {
            let of = grants.iter().find(|grant| grant.id == request.grant_id)?;
            Some(RequestView::new(of, request, now))
        })
        .collect();
    let count = grants.len();
    let nothing = Vec::new();
    Sought::new(&filter.search)
        .narrow(&mut grants, |grant| known_by(grant, by_grant.get(&grant.id).unwrap_or(&nothing)));
    let grants = grants
        .into_iter()
        .map(|grant| {
            let of_grant = by_grant.remove(&grant.id).unwrap_or_default();
            GrantView {
                posts: grant.forms().into_iter().map(|form| view(&grant, form, &of_grant, now)).collect(),
                closing: Closing::of(&grant, reports.remove(&grant.id).as_ref(), now),
                grant,
            }
        })
        .collect();
    let organisation = by.organisation.formal_name.clone();
    page::show(&ListPage { organisation, chrome: by.chrome, filter, count, grants, requests })
}

/// A request for accounts.
struct RequestView {
    id: Id<AccountRequest>,
    number: String,
    due: String,
    state: &'static str,
    tone: &'static str,
}

impl RequestView {
    fn new(grant: &Grant, request: AccountRequest, now: DateTime<Utc>) -> Self {
        let (state, tone) = request.tag(now);
        Self {
            id: request.id,
            number: account_request::number_of(grant, &request),
            due: request.due.to_string(),
            state,
            tone,
        }
    }
}

struct RequisitionView {
    requisition: Requisition,
    number: String,
    post: String,
    state: &'static str,
    tone: &'static str,
    amount: String,
}

#[derive(Template)]
#[template(path = "my_grants/show.html")]
struct ShowPage {
    chrome: Chrome,
    grant: Grant,
    posts: Vec<PostView>,
    requisitions: Vec<RequisitionView>,
    closing: Option<Closing>,
    report_number: String,
    payments: Vec<Payment>,
    extensions: Vec<Extension>,
    requests: Vec<RequestView>,
    further_reports: Vec<further_report::Dossier>,
    timeline: Vec<TimelineView>,
    may_prepare: bool,
    days_left: String,
    now: DateTime<Utc>,
}

async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let scope = Scope::Recipient(by.organisation.id);
    let id = id.into_inner();
    let (grant, requisitions, report, payments, extensions, requests, further_reports, lines) = portal
        .db
        .read(move |connection| {
            let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let requisitions = case::store::of_grant::<Requisition>(connection, id)?;
            let report = report::store::of_grant(connection, id)?;
            let payments = payment::store::of_grant(connection, id)?;
            let extensions = extension::store::of_grant(connection, id)?;
            let requests = case::store::of_grant::<AccountRequest>(connection, id)?;
            let further_reports = further_report::store::all_owed_by(connection, &grant)?;
            let lines = history::store::of(connection, &id.to_string())?;
            Ok::<_, AppError>((
                grant,
                requisitions,
                report,
                payments,
                extensions,
                requests,
                further_reports,
                lines,
            ))
        })
        .await?;
    let now = portal.clock.now();
    let deadline = grant.deadlines.requisition;
    let posts = grant.forms().into_iter().map(|form| view(&grant, form, &requisitions, now)).collect();
    let requisitions = requisitions
        .into_iter()
        .map(|requisition| {
            let lapsed = requisition.has_lapsed(grant.right_has_lapsed(&requisition.form, now));
            RequisitionView {
                number: requisition::verbs::number_of(&grant, &requisition),
                post: grant.agreement.terms.form_name(&requisition.form),
                state: if lapsed { "Förfallen" } else { requisition.status.label() },
                tone: requisition::tone(&requisition.status, lapsed),
                amount: requisition
                    .received()
                    .map(|received| received.amount.to_string())
                    .unwrap_or_default(),
                requisition,
            }
        })
        .collect();
    page::show(&ShowPage {
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
        chrome: by.chrome,
        posts,
        requisitions,
        closing: Closing::of(&grant, report.as_ref(), now),
        report_number: report::number_of(&grant),
        payments: payments
            .into_iter()
            .map(|of_grant| of_grant.payment)
            .filter(|payment| payment.reversal.is_none())
            .collect(),
        extensions,
        requests: requests.into_iter().map(|request| RequestView::new(&grant, request, now)).collect(),
        further_reports,
        timeline: timeline_of_all(&recipients_lines(lines)),
        days_left: deadline.from_now(now),
        now,
        grant,
    })
}

//! The list of a recipient's grants, and each grant's own page.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;

use super::{PostView, view};
use crate::{
    access::{
        Role,
        proof::{By, Member},
        routing::Routes,
    },
    filing::pages::{TimelineView, timeline_of_all},
    grant::{self, Grant, Scope},
    history,
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    requisition::{self, Requisition},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.get("/bidrag", list).get("/bidrag/{id}", show);
}

struct GrantView {
    grant: Grant,
    posts: Vec<PostView>,
}

#[derive(Template)]
#[template(path = "my_grants/list.html")]
struct ListPage {
    chrome: Chrome,
    organisation: String,
    grants: Vec<GrantView>,
}

/// Three queries however many agreements and years there are.
async fn list(by: By<Member>, portal: web::Data<Portal>) -> Page {
    let recipient = by.organisation.clone();
    let (grants, requisitions) = portal
        .db
        .read(move |connection| {
            let grants = grant::store::of_recipient(connection, &recipient)?;
            let requisitions = requisition::store::of_recipient(connection, recipient.id)?;
            Ok::<_, AppError>((grants, requisitions))
        })
        .await?;
    let mut by_grant: HashMap<Id<Grant>, Vec<Requisition>> = HashMap::new();
    for requisition in requisitions {
        by_grant.entry(requisition.grant_id).or_default().push(requisition);
    }
    let now = portal.clock.now();
    let grants = grants
        .into_iter()
        .map(|grant| {
            let of_grant = by_grant.remove(&grant.id).unwrap_or_default();
            GrantView { posts: grant.posts().map(|post| view(&grant, post, &of_grant, now)).collect(), grant }
        })
        .collect();
    page::show(&ListPage { organisation: by.organisation.formal_name.clone(), chrome: by.chrome, grants })
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
    timeline: Vec<TimelineView>,
    may_prepare: bool,
    days_left: i64,
}

impl ShowPage {
    /// For the form that begins a requisition: made with the page, so that posting it twice begins one.
    fn fresh_id(&self) -> Id<Requisition> {
        Id::new()
    }
}

async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let scope = Scope::Recipient(by.organisation.id);
    let id = id.into_inner();
    let (grant, requisitions, lines) = portal
        .db
        .read(move |connection| {
            let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let requisitions = requisition::store::of_grant(connection, id)?;
            let lines = history::store::of(connection, &id.to_string())?;
            Ok::<_, AppError>((grant, requisitions, lines))
        })
        .await?;
    let now = portal.clock.now();
    let deadline = grant.requisition_deadline();
    let posts = grant.posts().map(|post| view(&grant, post, &requisitions, now)).collect();
    let requisitions = requisitions
        .into_iter()
        .map(|requisition| {
            let lapsed = requisition.has_lapsed(grant.right_has_lapsed(now));
            RequisitionView {
                number: requisition::verbs::number_of(&grant, &requisition),
                post: grant
                    .agreement
                    .terms
                    .post(&requisition.post)
                    .map(|post| post.name.clone())
                    .unwrap_or_default(),
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
        timeline: timeline_of_all(&lines),
        days_left: deadline.days_left(now),
        grant,
    })
}

//! One proposal: how it stands, what can be done with it, what has happened, and its files.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Head, REASON, act, find, with_known};
use crate::{
    desks::proposal::{
        Proposal, Refusal, Status, check, file,
        form::Fault,
        verbs::{self, Failure},
    },
    grants::case::pages::TimelineView,
    ground::{
        history,
        infra::{
            Portal,
            db::AnyConnection,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Act, Actor, Role,
        proof::{By, CaseOfficer, Confirmed, DecisionMaker, Discloser, Posted},
    },
};
use values::{Id, Prose};

#[derive(Template)]
#[template(path = "proposal/show.html")]
struct ShowPage {
    chrome: Chrome,
    head: Head,
    revision: i64,
    fault_count: usize,
    /// Whoever publishes: a decision maker.
    may_decide: bool,
    /// Why the visitor may not, though it waits.
    not_mine: Option<Refusal>,
    copied_from: Option<String>,
    lines: Vec<TimelineView>,
    reason: String,
    errors: FieldErrors,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    klart: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.klart.as_str() {
            "borjat" => Some("Förslaget är påbörjat. Gå igenom delarna, och granska sedan helheten."),
            "framlagt" => Some("Förslaget är framlagt. En beslutsfattare kan nu publicera det."),
            "tillbakataget" => Some("Förslaget är taget tillbaka och kan ändras."),
            "aterlamnat" => Some("Förslaget är tillbakalämnat till handläggarna."),
            "nedlagt" => Some("Förslaget är nedlagt. Det finns kvar att läsa."),
            "publicerat" => Some("Det är publicerat. Mottagarna ser det nu."),
            _ => None,
        }
    }
}

pub async fn show(
    by: By<Discloser>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
    done: web::Query<Done>,
) -> Page {
    let chrome = by.chrome.clone().noting(done.words());
    let page = read(&by.actor, chrome, &portal, id.into_inner()).await?;
    page::show(&page)
}

async fn read(
    actor: &Actor,
    chrome: Chrome,
    portal: &web::Data<Portal>,
    id: Id<Proposal>,
) -> Result<ShowPage, AppError> {
    let (proposal, known) = with_known(actor, portal, id).await?;
    let mut lines = portal.db.read(move |connection| history::store::of(connection, &id.to_string())).await?;
    lines.reverse();
    Ok(ShowPage {
        chrome,
        head: Head::of(&proposal, actor, ""),
        revision: proposal.revision,
        fault_count: if proposal.is_draft() { check::faults(&proposal, &known).len() } else { 0 },
        may_decide: actor.has(Role::DecisionMaker),
        not_mine: proposal.not_by(&actor.person.id.to_string()),
        copied_from: known.earlier.map(|earlier| earlier.terms.title()),
        lines: lines.iter().map(|line| TimelineView::of(&line.entry)).collect(),
        reason: String::new(),
        errors: FieldErrors::default(),
    })
}

/// A button that decides on the proposal as the page had it.
#[derive(Deserialize)]
pub struct Button {
    revision: i64,
}

type Verb<T> = fn(&mut AnyConnection, &Act, Id<Proposal>, i64) -> Result<T, Failure>;

pub async fn propose(
    Posted { by, body: Form(button) }: Posted<By<CaseOfficer>, Form<Button>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    change(&by.actor, &portal, id.into_inner(), button.revision, verbs::propose, "framlagt").await
}

pub async fn recall(
    Posted { by, body: Form(button) }: Posted<By<CaseOfficer>, Form<Button>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    change(&by.actor, &portal, id.into_inner(), button.revision, verbs::recall, "tillbakataget").await
}

pub async fn publish(
    Posted { by: Confirmed(by), body: Form(button) }: Posted<Confirmed<DecisionMaker>, Form<Button>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    change(&by.actor, &portal, id.into_inner(), button.revision, verbs::publish, "publicerat").await
}

async fn change<T: Send + 'static>(
    actor: &Actor,
    portal: &Portal,
    id: Id<Proposal>,
    revision: i64,
    verb: Verb<T>,
    done: &str,
) -> Page {
    let act = act(actor, portal);
    let to = format!("{}?klart={done}", paths::proposal::Proposal(&id));
    let done = portal.db.once(move |connection| verb(connection, &act, id, revision).map(|_| to)).await;
    page::see_other(done?)
}

/// A decision as [`Button`]'s, with why.
#[derive(Deserialize)]
pub struct WithReason {
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub async fn discard(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<WithReason>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let again = async |status: StatusCode, why: String| {
        let mut page = read(&by.actor, by.chrome.clone(), &portal, id).await?;
        page.errors.add("reason", why);
        page.reason.clone_from(&form.reason);
        page::show_as(status, &page)
    };
    let reason = match Prose::<2000>::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(_) => return again(StatusCode::UNPROCESSABLE_ENTITY, REASON.to_owned()).await,
    };
    let act = act(&by, &portal);
    let to = format!("{}?klart=nedlagt", paths::proposal::Proposal(&id));
    let discard = move |c: &mut _| verbs::discard(c, &act, id, form.revision, &reason).map(|()| to);
    match portal.db.once(discard).await {
        Ok(to) => page::see_other(to),
        // A colleague was first: the page as it is now, with the reason kept.
        Err(Failure::Refused(refusal @ Refusal::Changed)) => {
            again(StatusCode::CONFLICT, refusal.to_string()).await
        }
        Err(failure) => Err(failure.into()),
    }
}

pub async fn reopen(
    Posted { by, body: Form(form) }: Posted<By<DecisionMaker>, Form<WithReason>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let reason = match Prose::<2000>::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(error) => {
            let mut page = read(&by.actor, by.chrome.clone(), &portal, id).await?;
            page.errors.add("reason", error);
            page.reason = form.reason;
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let to = format!("{}?klart=aterlamnat", paths::proposal::Proposal(&id));
    let reopen = move |c: &mut _| verbs::reopen(c, &act, id, form.revision, &reason).map(|()| to);
    page::see_other(portal.db.once(reopen).await?)
}

pub async fn definition(by: By<Discloser>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    let proposal = find(&by, &portal, id.into_inner()).await?;
    let text = file::definition(&proposal.form).map_err(unfinished)?;
    page::download("application/toml; charset=utf-8", "agreement.toml", text.into_bytes())
}

pub async fn allocation(by: By<Discloser>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    let proposal = find(&by, &portal, id.into_inner()).await?;
    let shares = file::shares(&proposal.rows).map_err(unfinished)?;
    page::download("text/csv; charset=utf-8", "allocation.csv", file::allocation(&shares).into_bytes())
}

/// What cannot be read cannot be written to a file either.
#[expect(clippy::needless_pass_by_value, reason = "what map_err hands over")]
fn unfinished(faults: Vec<Fault>) -> AppError {
    AppError::Conflict(Refusal::Faults(faults.len()).to_string())
}

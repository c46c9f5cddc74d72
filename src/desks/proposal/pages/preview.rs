//! Both forms as one recipient will have them, before anybody does.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{Head, with_known};
use crate::{
    desks::proposal::{Proposal, check::ProposalFacts, file, sheet::Preview},
    grants::case::pages::pdf as as_pdf,
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor,
        proof::{By, Discloser},
    },
};
use document::sheet::{FieldValue, FormDocument};
use values::{Id, text::sort_key};

#[derive(Template)]
#[template(path = "proposal/preview.html")]
struct PreviewPage {
    chrome: Chrome,
    head: Head,
    recipients: Vec<(String, String)>,
    recipient: String,
    documents: Vec<DocumentView>,
    /// Why there is nothing to show; empty when there is.
    missing: String,
}

struct DocumentView {
    document: FormDocument,
    href: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    mottagare: String,
    /// Which of the recipient's documents, from 0.
    nummer: usize,
}

pub async fn preview(
    by: By<Discloser>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
    choice: web::Query<Choice>,
) -> Page {
    let (proposal, known) = with_known(&by, &portal, id.into_inner()).await?;
    let recipients = recipients(&proposal, &known);
    let chosen = recipients.iter().find(|(code, _)| *code == choice.mottagare).or(recipients.first());
    let recipient = chosen.map(|(code, _)| code.clone()).unwrap_or_default();
    let (documents, missing) = match documents(&by.actor, &portal, &proposal, &known, &recipient) {
        Ok(documents) => (documents, String::new()),
        Err(missing) => (Vec::new(), missing),
    };
    let view = |(number, document)| DocumentView {
        document,
        href: format!("{}?mottagare={recipient}&nummer={number}", paths::proposal::PreviewPdf(&proposal.id)),
    };
    let documents = documents.into_iter().enumerate().map(view).collect();
    let head = Head::of(&proposal, &by.actor, "forhandsvisa");
    page::show(&PreviewPage { chrome: by.chrome, head, recipients, recipient, documents, missing })
}

pub async fn pdf(
    by: By<Discloser>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
    choice: web::Query<Choice>,
) -> Page {
    let (proposal, known) = with_known(&by, &portal, id.into_inner()).await?;
    let documents =
        documents(&by.actor, &portal, &proposal, &known, &choice.mottagare).map_err(AppError::Conflict)?;
    let document = documents
        .into_iter()
        .nth(choice.nummer)
        .ok_or_else(|| AppError::Conflict("Mottagaren har ingen sådan blankett.".to_owned()))?;
    let now = portal.clock.now();
    as_pdf(format!("{} {} förhandsvisning.pdf", document.heading, document.number), move || {
        document.to_pdf(now)
    })
    .await
}

/// Whoever is in the table, in Swedish alphabetical order.
fn recipients(proposal: &Proposal, known: &ProposalFacts) -> Vec<(String, String)> {
    let has_share = |code: &str| proposal.rows.iter().any(|row| row.recipient == code);
    let mut recipients: Vec<(String, String)> = known
        .registry
        .iter()
        .filter(|organisation| has_share(&organisation.code))
        .map(|organisation| (organisation.code.clone(), organisation.name.clone()))
        .collect();
    recipients.sort_by_cached_key(|(_, name)| sort_key(name));
    recipients
}

fn documents(
    actor: &Actor,
    portal: &Portal,
    proposal: &Proposal,
    known: &ProposalFacts,
    recipient: &str,
) -> Result<Vec<FormDocument>, String> {
    let terms = proposal.form.read().map_err(|faults| {
        format!(
            "Blanketterna kan visas när villkoren går att läsa. {} fel är kvar att rätta: se Granska.",
            faults.len()
        )
    })?;
    let shares = file::shares(&proposal.rows)
        .map_err(|_| "Blanketterna kan visas när alla belopp går att läsa: se Fördelning.".to_owned())?;
    let recipient = known
        .registry
        .iter()
        .find(|organisation| organisation.code == recipient)
        .ok_or_else(|| "Blanketterna kan visas när någon finns i fördelningen.".to_owned())?;
    let preview = Preview {
        terms: &terms,
        authority: &actor.organisation,
        recipient,
        shares: shares.iter().filter(|share| share.recipient == recipient.code).collect(),
        now: portal.clock.now(),
        practice: portal.practice,
    };
    Ok(preview.documents())
}

/// What stands in a field; empty where the recipient writes.
fn shown(value: &FieldValue) -> &str {
    match value {
        FieldValue::Text { text } => text,
        FieldValue::Handwritten | FieldValue::Signed(_) => "",
    }
}

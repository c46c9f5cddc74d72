//! The whole of a proposal, before it is put forward: faults, sums, and what differs from the round before.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{Head, act, with_known};
use crate::{
    desks::proposal::{
        Proposal,
        check::{self, Changes, LocatedFault, Sum},
        posts::{self, Orphans},
        replacement::Touch,
        spec::{self, Part},
        verbs,
    },
    ground::infra::{
        Portal,
        form::Form,
        page::{self, Chrome, Page},
    },
    paths,
    people::access::proof::{By, CaseOfficer, Discloser, Posted},
};
use values::Id;

#[derive(Template)]
#[template(path = "proposal/review.html")]
struct ReviewPage {
    chrome: Chrome,
    head: Head,
    revision: i64,
    faults: Vec<LocatedFault>,
    /// What is about posts that the proposal does not have.
    orphans: Orphans,
    /// What is still to be done once it is published.
    afterwards: Vec<&'static str>,
    sums: Vec<Sum>,
    changes: Changes,
    /// Whom a replacement touches.
    touched: Vec<Touch>,
    is_replacement: bool,
    /// The agreement's, as it begins its case numbers.
    code: String,
    earlier: Option<String>,
    differences: Vec<View>,
    to_look_at: Vec<View>,
}

impl ReviewPage {
    /// The posts whose rows come to something else than the post.
    fn differing(&self) -> Vec<&str> {
        let differing = self.sums.iter().filter(|sum| sum.differs());
        differing.map(|sum| if sum.name.is_empty() { sum.key.as_str() } else { sum.name.as_str() }).collect()
    }

    fn post_name<'a>(&'a self, touch: &'a Touch) -> &'a str {
        let sum = self.sums.iter().find(|sum| sum.key == touch.post);
        sum.map_or(&touch.post, |sum| &sum.name)
    }
}

/// A field with its words, its place and what stands there.
struct View {
    address: String,
    words: String,
    before: String,
    now: String,
}

impl View {
    fn of(id: &Id<Proposal>, field: &str, before: String, now: String) -> Self {
        let part = Part::of(field);
        Self {
            address: format!("{}#{field}", paths::proposal::Part(id, part.slug)),
            words: format!("{}, {}", part.title, spec::words(field)),
            before,
            now,
        }
    }
}

/// The proposal as the page had it.
#[derive(Deserialize)]
pub struct Button {
    revision: i64,
}

/// Takes away all that is about removed posts, at once.
pub async fn drop_orphans(
    Posted { by, body: Form(button) }: Posted<By<CaseOfficer>, Form<Button>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let (id, act) = (id.into_inner(), act(&by, &portal));
    let to = paths::proposal::Review(&id).to_string();
    let drop = move |c: &mut _| verbs::drop_orphans(c, &act, id, button.revision).map(|()| to);
    page::see_other(portal.db.once(drop).await?)
}

pub async fn review(by: By<Discloser>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    let (proposal, known) = with_known(&by, &portal, id.into_inner()).await?;
    let differences = check::differences(&proposal, &known).into_iter();
    let to_look_at = check::to_look_at(&proposal, &known).into_iter();
    page::show(&ReviewPage {
        head: Head::of(&proposal, &by.actor, "granska"),
        chrome: by.chrome,
        revision: proposal.revision,
        faults: if proposal.is_published() { Vec::new() } else { check::faults(&proposal, &known) },
        orphans: posts::orphans(&proposal.form, &proposal.rows),
        afterwards: check::afterwards(&proposal),
        sums: check::sums(&proposal, &known),
        changes: check::changes(&proposal, &known),
        touched: check::touched(&proposal, &known),
        is_replacement: proposal.replaces.is_some(),
        code: proposal.form.get("code").trim().to_owned(),
        differences: differences
            .map(|found| View::of(&proposal.id, &found.field, found.before, found.now))
            .collect(),
        to_look_at: to_look_at
            .map(|(field, text)| View::of(&proposal.id, &field, String::new(), text))
            .collect(),
        earlier: known.earlier.map(|earlier| earlier.terms.title()),
    })
}

//! The whole of a proposal, before it is put forward: faults, sums, and what differs from the round before.

use actix_web::web;
use askama::Template;

use super::{Head, with_known};
use crate::{
    access::proof::{By, Discloser},
    ids::Id,
    infra::{
        Portal,
        page::{self, Chrome, Page},
    },
    proposal::{
        Proposal,
        check::{self, Changes, Found, Sum},
        replacement::Touch,
        spec::{self, Part},
    },
};

#[derive(Template)]
#[template(path = "proposal/review.html")]
struct ReviewPage {
    chrome: Chrome,
    head: Head,
    revision: i64,
    faults: Vec<Found>,
    sums: Vec<Sum>,
    changes: Changes,
    /// Whom a replacement touches.
    touched: Vec<Touch>,
    is_replacement: bool,
    earlier: Option<String>,
    differences: Vec<View>,
    to_look_at: Vec<View>,
}

impl ReviewPage {
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
    fn of(field: &str, before: String, now: String) -> Self {
        let part = Part::of(field);
        Self {
            address: format!("{}#{field}", part.slug),
            words: format!("{}, {}", part.title, spec::words(field)),
            before,
            now,
        }
    }
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
        sums: check::sums(&proposal, &known),
        changes: check::changes(&proposal, &known),
        touched: check::touched(&proposal, &known),
        is_replacement: proposal.replaces.is_some(),
        differences: differences.map(|found| View::of(&found.field, found.before, found.now)).collect(),
        to_look_at: to_look_at.map(|(field, text)| View::of(&field, String::new(), text)).collect(),
        earlier: known.earlier.map(|earlier| earlier.terms.title()),
    })
}

//! The table: who shall have how much of each post, by hand or by a key.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Head, Posted as Fields, act, sent, with_known};
use crate::{
    desks::proposal::{
        Deed, Proposal, Refusal,
        check::{self, ProposalFacts, Sum},
        file::kronor,
        of_post,
        rows::{
            self, AMOUNT, Facts, GROUPS, KeyForm, METHODS, NEW, NEW_AMOUNT, ODD, Row, fingerprint_of_post,
        },
        verbs::{self, Failure},
    },
    ground::infra::{
        Portal,
        conflict::Conflict,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor,
        proof::{By, CaseOfficer, Discloser, Posted},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "proposal/allocation.html")]
struct AllocationPage {
    chrome: Chrome,
    head: Head,
    /// The posts: address, name, and whether it is this one.
    tabs: Vec<(String, String, bool)>,
    /// None when there is no post yet.
    sum: Option<Sum>,
    lines: Vec<Line>,
    fingerprint: String,
    has_earlier: bool,
    key: KeyForm,
    methods: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    odd: Vec<(String, String)>,
    new: String,
    new_amount: String,
    errors: FieldErrors,
    conflict: Option<Conflict>,
}

struct Line {
    field: String,
    name: String,
    /// The name in the register, where the table has another.
    registered: String,
    code: String,
    share: String,
    amount: String,
    earlier: Option<Money>,
    difference: Option<Money>,
    error: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    post: String,
    visa: String,
}

pub async fn edit(
    by: By<Discloser>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
    shown: web::Query<Shown>,
) -> Page {
    let (proposal, known) = with_known(&by, &portal, id.into_inner()).await?;
    let notice = match shown.visa.as_str() {
        "sparat" => Some("Sparat."),
        "inlast" => Some("Tabellen är inläst i förslaget."),
        "raknat" => Some("Beloppen är uträknade och sparade. De kan ändras för hand."),
        _ => None,
    };
    let chrome = by.chrome.clone().noting(notice);
    page::show(&AllocationPage::of(&by.actor, chrome, &proposal, &known, &shown.post))
}

pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<CaseOfficer>, Form<Fields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let post = sent(&posted, "post")?.to_owned();
    let fingerprint = sent(&posted, "fingerprint")?.to_owned();
    let (proposal, known) = with_known(&by, &portal, id).await?;
    let saved = {
        let (act, fields, post) = (act(&by, &portal), posted.clone(), post.clone());
        let registry = known.registry.clone();
        portal
            .db
            .write(move |connection| {
                verbs::set_rows(connection, &act, id, &post, &fingerprint, |proposal| {
                    rows::typed(&proposal.rows, &post, &fields, &registry)
                })
            })
            .await
    };
    let of = |name: &str| sent(&posted, name).unwrap_or_default().to_owned();
    let again = |proposal: &Proposal| {
        let page = AllocationPage::of(&by.actor, by.chrome.clone(), proposal, &known, &post);
        page.typed(&posted, of(NEW), of(NEW_AMOUNT))
    };
    match saved {
        Ok(()) => {}
        Err(Failure::Invalid(errors)) => {
            return page::show_errors(&AllocationPage { errors, ..again(&proposal) });
        }
        Err(Failure::Refused(Refusal::Changed)) => {
            let (proposal, _) = with_known(&by, &portal, id).await?;
            let page = again(&proposal).overtaken(&proposal, &known, &posted);
            return page::show_as(StatusCode::CONFLICT, &page);
        }
        Err(failure) => return Err(failure.into()),
    }
    let (proposal, known) = with_known(&by, &portal, id).await?;
    let page = AllocationPage::of(&by.actor, by.chrome.clone(), &proposal, &known, &post);
    if !page.errors.is_empty() {
        let chrome = by.chrome.noting(Some("Sparat, men något behöver rättas."));
        return page::show_errors(&AllocationPage { chrome, ..page });
    }
    page::see_other(format!("{}?post={post}&visa=sparat", paths::proposal::Allocation(&id)))
}

pub async fn reckon(
    Posted { by, body: Form(key) }: Posted<By<CaseOfficer>, Form<KeyForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let (proposal, known) = with_known(&by, &portal, id).await?;
    let rows = match reckoned(&proposal, &known, &key) {
        Ok(rows) => rows,
        Err(errors) => {
            let page = AllocationPage::of(&by.actor, by.chrome.clone(), &proposal, &known, &key.post);
            return page::show_errors(&AllocationPage { errors, key, ..page });
        }
    };
    let (act, post, fingerprint) = (act(&by, &portal), key.post.clone(), key.fingerprint.clone());
    let saved = portal
        .db
        .write(move |connection| verbs::set_rows(connection, &act, id, &post, &fingerprint, |_| Ok(rows)))
        .await;
    match saved {
        Ok(()) => {
            page::see_other(format!("{}?post={}&visa=raknat", paths::proposal::Allocation(&id), key.post))
        }
        Err(Failure::Refused(Refusal::Changed)) => {
            let (proposal, known) = with_known(&by, &portal, id).await?;
            let page = AllocationPage::of(&by.actor, by.chrome.clone(), &proposal, &known, &key.post);
            let page = page.overtaken(&proposal, &known, &Fields::new());
            page::show_as(StatusCode::CONFLICT, &AllocationPage { key, ..page })
        }
        Err(failure) => Err(failure.into()),
    }
}

fn reckoned(proposal: &Proposal, known: &ProposalFacts, key: &KeyForm) -> Result<Vec<Row>, FieldErrors> {
    let form = &proposal.form;
    let row = (0..form.rows("post")).find(|row| form.get(&format!("post-{row}-key")).trim() == key.post);
    let of = |name: &str| row.and_then(|row| kronor(form.get(&format!("post-{row}-{name}"))).ok());
    let Some(total) = of("total").filter(|total| *total > 0) else {
        let mut errors = FieldErrors::default();
        errors.add("metod", "Postens belopp går inte att läsa. Fyll i det under Poster först.");
        return Err(errors);
    };
    let earlier = known.earlier.iter().flat_map(|earlier| &earlier.shares);
    key.reckon(&Facts {
        total,
        floor: of("floor"),
        registry: &known.registry,
        rows: proposal.rows.iter().filter(|row| row.post == key.post).collect(),
        earlier: earlier.filter(|share| share.post == key.post).collect(),
    })
}

impl AllocationPage {
    fn of(actor: &Actor, chrome: Chrome, proposal: &Proposal, known: &ProposalFacts, post: &str) -> Self {
        let sums = check::sums(proposal, known);
        let current = sums.iter().find(|sum| sum.key == post).or(sums.first()).cloned();
        let key = current.as_ref().map(|sum| sum.key.clone()).unwrap_or_default();
        let tab = |sum: &Sum| {
            let href = format!("{}?post={}", paths::proposal::Allocation(&proposal.id), sum.key);
            let name = if sum.name.is_empty() { &sum.key } else { &sum.name };
            (href, name.clone(), sum.key == key)
        };
        let own = proposal.rows.iter().filter(|row| row.post == key);
        let lines: Vec<Line> = own.map(|row| Line::of(row, known)).collect();
        let mut errors = FieldErrors::default();
        for line in lines.iter().filter(|line| !line.error.is_empty()) {
            errors.add(line.field.clone(), format!("{}: {}", line.name, line.error));
        }
        Self {
            chrome,
            head: Head::of(proposal, actor, "fordelning"),
            tabs: sums.iter().map(tab).collect(),
            lines,
            fingerprint: fingerprint_of_post(&proposal.rows, &key),
            has_earlier: known.earlier.iter().any(|of| of.shares.iter().any(|share| share.post == key)),
            key: KeyForm { post: key, ..KeyForm::default() },
            sum: current,
            methods: owned(&METHODS),
            groups: owned(&GROUPS),
            odd: owned(&ODD),
            new: String::new(),
            new_amount: String::new(),
            errors,
            conflict: None,
        }
    }

    /// A colleague saved the post meanwhile. The fields have what was typed, and the page the table as it is now.
    fn overtaken(self, proposal: &Proposal, known: &ProposalFacts, posted: &Fields) -> Self {
        let post = self.key.post.clone();
        let rows = proposal.rows.iter().filter(|row| row.post == post).map(|row| Line::of(row, known));
        let fields = rows.map(|theirs| {
            let mine = self.lines.iter().find(|line| line.field == theirs.field);
            (theirs.name, mine.map_or_else(String::new, |line| line.amount.clone()), theirs.amount)
        });
        // What was typed for recipients that are not in the table any more.
        let struck = posted.iter().filter_map(|(field, mine)| {
            let code = field.strip_prefix(AMOUNT)?;
            let name = known.registry.iter().find(|one| one.code == code).map(|one| one.name.clone());
            let is_there = self.lines.iter().any(|line| line.field == *field);
            name.filter(|_| !is_there).map(|name| (name, mine.clone(), String::new()))
        });
        let fields: Vec<(String, String, String)> = fields.chain(struck).collect();
        let saved = proposal.saved.get(&of_post(&post)).map(Deed::saved);
        Self { conflict: Some(Conflict::new(saved, fields)), ..self }
    }

    /// With what was typed in the fields, saved or not.
    fn typed(mut self, posted: &Fields, new: String, new_amount: String) -> Self {
        for line in &mut self.lines {
            if let Ok(typed) = sent(posted, &line.field) {
                typed.clone_into(&mut line.amount);
            }
        }
        Self { new, new_amount, ..self }
    }
}

fn owned(options: &[(&str, &str)]) -> Vec<(String, String)> {
    options.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())).collect()
}

impl Line {
    fn of(row: &Row, known: &ProposalFacts) -> Self {
        let mut earlier = known.earlier.iter().flat_map(|earlier| &earlier.shares);
        let earlier = earlier.find(|share| share.post == row.post && share.recipient == row.recipient);
        let earlier = earlier.map(|share| share.amount);
        let now = kronor(&row.amount);
        let registered = known.registry.iter().find(|of| of.code == row.recipient);
        let registered = registered.map(|of| of.name.clone()).filter(|name| *name != row.published_name);
        Self {
            registered: registered.unwrap_or_default(),
            field: row.field(),
            name: row.published_name.clone(),
            code: row.recipient.clone(),
            share: row.published_share.clone(),
            amount: row.amount.clone(),
            difference: now.as_ref().ok().zip(earlier).map(|(now, before)| Money::kronor(*now) - before),
            earlier,
            error: now.err().unwrap_or_default(),
        }
    }
}

//! A page for each part of the agreement: its fields as typed, and what is to be mended at them.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Head, Posted as Fields, act, field_errors, find, part_named, sent};
use crate::{
    desks::proposal::{
        Deed, Proposal, ProposalForm, Refusal,
        form::{self, STRIKE},
        spec::{self, Block, Kind, PARTS, Part, Shape},
        variant::{self, VARIANTS},
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
use values::Id;

#[derive(Template)]
#[template(path = "proposal/part.html")]
struct PartPage {
    chrome: Chrome,
    head: Head,
    part: &'static Part,
    blocks: Vec<BlockView>,
    fingerprint: String,
    errors: FieldErrors,
    /// A colleague saved the part in between.
    conflict: Option<Conflict>,
    /// Of the forms, where they are chosen.
    variants: Vec<(String, String)>,
    variant: String,
}

struct BlockView {
    /// Where a fault of the whole block leads to.
    place: String,
    title: String,
    lead: String,
    rows: Vec<RowView>,
    /// What posts the wish for another row, and the button's words.
    more: Option<(String, String)>,
}

struct RowView {
    /// Where the page goes to when the row is new; empty for a block that is no list.
    id: String,
    /// What the row is called in a list; empty for a block that is no list.
    legend: String,
    fields: Vec<FieldView>,
    /// The name of the box that strikes the row.
    strike: String,
}

struct FieldView {
    name: String,
    label: String,
    hint: String,
    value: String,
    error: String,
    control: &'static str,
    /// What can be chosen: value, words, whether it is.
    options: Vec<(String, String, bool)>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// `fel`: also what is missing. `sparat`: say so.
    visa: String,
    /// The list that is to have another row.
    rad: String,
}

pub async fn edit(
    by: By<Discloser>,
    portal: web::Data<Portal>,
    path: web::Path<(Id<Proposal>, String)>,
    shown: web::Query<Shown>,
) -> Page {
    let (id, slug) = path.into_inner();
    let part = part_named(&slug)?;
    let proposal = find(&by, &portal, id).await?;
    let notice = (shown.visa == "sparat").then_some("Sparat.");
    let chrome = by.chrome.clone().noting(notice);
    let mut faults = proposal.form.faults_in(part);
    faults.retain(|fault| shown.visa == "fel" || !fault.is_missing);
    let errors = field_errors(faults);
    page::show(&PartPage::of(&by.actor, chrome, &proposal, part, &proposal.form, errors, &shown.rad))
}

pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<CaseOfficer>, Form<Fields>>,
    portal: web::Data<Portal>,
    path: web::Path<(Id<Proposal>, String)>,
) -> Page {
    let (id, slug) = path.into_inner();
    let part = part_named(&slug)?;
    let fingerprint = sent(&posted, "fingerprint")?.to_owned();
    let doing = sent(&posted, "handling").unwrap_or("spara").to_owned();
    let (act, fields) = (act(&by, &portal), posted.clone());
    let saved = portal
        .db
        .write(move |connection| verbs::save_part(connection, &act, id, part, &fingerprint, &fields))
        .await;
    let proposal = find(&by, &portal, id).await?;
    match saved {
        Ok(()) => {}
        Err(Failure::Refused(Refusal::Changed)) => {
            return overtaken(&by.actor, by.chrome.clone(), &proposal, part, &posted);
        }
        Err(failure) => return Err(failure.into()),
    }
    let base = paths::proposal::Part(&id, &slug).to_string();
    if let Some(list) = doing.strip_prefix("rad:") {
        return page::see_other(format!("{base}?rad={list}#{list}-{}", proposal.form.rows(list)));
    }
    let mut faults = proposal.form.faults_in(part);
    faults.retain(|fault| !fault.is_missing);
    if !faults.is_empty() {
        let errors = field_errors(faults);
        let chrome = by.chrome.clone().noting(Some("Sparat, men något behöver rättas."));
        return page::show_errors(&PartPage::of(
            &by.actor,
            chrome,
            &proposal,
            part,
            &proposal.form,
            errors,
            "",
        ));
    }
    match doing.as_str() {
        "fortsatt" => page::see_other(paths::proposal::Part(&id, after(part))),
        _ => page::see_other(format!("{base}?visa=sparat")),
    }
}

/// The page after this one.
fn after(part: &Part) -> &'static str {
    let next = PARTS.iter().skip_while(|of| of.slug != part.slug).nth(1);
    next.map_or("fordelning", |next| next.slug)
}

/// What was typed stays, and what a colleague saved meanwhile is shown above it.
fn overtaken(
    actor: &Actor,
    chrome: Chrome,
    proposal: &Proposal,
    part: &'static Part,
    posted: &Fields,
) -> Page {
    let mine = proposal.form.with_part(part, posted);
    let differences = form::differences(&mine, &proposal.form).into_iter();
    let fields = differences.map(|found| (spec::words(&found.field), found.before, found.now));
    let conflict = Some(Conflict::new(proposal.saved.get(part.slug).map(Deed::saved), fields));
    let page = PartPage::of(actor, chrome, proposal, part, &mine, FieldErrors::default(), "");
    page::show_as(StatusCode::CONFLICT, &PartPage { conflict, ..page })
}

#[derive(Deserialize)]
pub struct VariantForm {
    fingerprint: String,
    #[serde(default)]
    variant: String,
}

pub async fn change_forms(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<VariantForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let part = part_named("blanketter")?;
    let proposal = find(&by, &portal, id).await?;
    let asks_survey = !proposal.form.get("survey-name").trim().is_empty();
    let Some(forms) = variant::forms(&form.variant, asks_survey) else {
        let mut errors = FieldErrors::default();
        errors.add("variant", "Välj vilka blanketter som ska gälla.");
        return page::show_errors(&PartPage::of(
            &by.actor,
            by.chrome.clone(),
            &proposal,
            part,
            &proposal.form,
            errors,
            "",
        ));
    };
    let act = act(&by, &portal);
    let (variant, fingerprint) = (form.variant, form.fingerprint);
    let set = move |connection: &mut _| verbs::set_forms(connection, &act, id, part, &fingerprint, &forms);
    match portal.db.write(set).await {
        Ok(()) => {}
        Err(Failure::Refused(Refusal::Changed)) => {
            let proposal = find(&by, &portal, id).await?;
            let chrome = by.chrome.clone();
            let no_errors = FieldErrors::default();
            let page = PartPage::of(&by.actor, chrome, &proposal, part, &proposal.form, no_errors, "");
            let conflict = Some(Conflict::new(proposal.saved.get(part.slug).map(Deed::saved), []));
            return page::show_as(StatusCode::CONFLICT, &PartPage { conflict, variant, ..page });
        }
        Err(failure) => return Err(failure.into()),
    }
    page::see_other(format!("{}?visa=sparat", paths::proposal::Part(&id, "blanketter")))
}

impl PartPage {
    /// `typed` is what stands in the fields; `more` the list that has a blank row at its end.
    fn of(
        actor: &Actor,
        chrome: Chrome,
        proposal: &Proposal,
        part: &'static Part,
        typed: &ProposalForm,
        errors: FieldErrors,
        more: &str,
    ) -> Self {
        let blocks = match part.blocks {
            [] => forms(typed, &errors),
            blocks => blocks.iter().map(|block| BlockView::of(block, typed, &errors, more)).collect(),
        };
        let choose = [(String::new(), "Välj blanketter".to_owned())];
        let variants = VARIANTS.iter().map(|of| (of.key.to_owned(), of.name.to_owned()));
        Self {
            chrome,
            head: Head::of(proposal, actor, part.slug),
            blocks,
            fingerprint: proposal.form.fingerprint(part),
            errors,
            conflict: None,
            variant: String::new(),
            variants: if part.blocks.is_empty() {
                choose.into_iter().chain(variants).collect()
            } else {
                Vec::new()
            },
            part,
        }
    }
}

impl BlockView {
    fn of(block: &Block, typed: &ProposalForm, errors: &FieldErrors, more: &str) -> Self {
        let row = |row: usize, legend: String, strike: String| RowView {
            id: if legend.is_empty() { String::new() } else { format!("{}-{row}", block.place) },
            legend,
            fields: block
                .fields
                .iter()
                .map(|field| FieldView::of(block, row, field, typed, errors))
                .collect(),
            strike,
        };
        let (rows, add) = match block.shape {
            Shape::List { one } => {
                let count = typed.rows(block.place);
                let shown = count + usize::from(more == block.place);
                let rows = (0..shown).map(|number| {
                    let strike = if number < count { block.name(number, STRIKE) } else { String::new() };
                    row(number, format!("{} {}", spec::capital(one), number + 1), strike)
                });
                (
                    rows.collect(),
                    Some((format!("rad:{}", block.place), format!("Spara och lägg till en {one}"))),
                )
            }
            Shape::Top | Shape::Table | Shape::Optional => (vec![row(0, String::new(), String::new())], None),
        };
        let place = block.place.to_owned();
        Self { place, title: block.title.to_owned(), lead: block.lead.to_owned(), rows, more: add }
    }
}

impl FieldView {
    fn of(
        block: &Block,
        row: usize,
        field: &spec::Field,
        typed: &ProposalForm,
        errors: &FieldErrors,
    ) -> Self {
        let name = block.name(row, field.key);
        let value = typed.get(&name).to_owned();
        let posts =
            || typed.posts().into_iter().map(|(key, words)| (key.clone(), format!("{words} ({key})")));
        let owned = |options: &[(&str, &str)]| {
            options.iter().map(|(key, words)| ((*key).to_owned(), (*words).to_owned())).collect::<Vec<_>>()
        };
        let (control, offered) = match field.kind {
            Kind::Line => ("line", Vec::new()),
            Kind::Key | Kind::Code => ("key", Vec::new()),
            Kind::Text | Kind::Lines => ("text", Vec::new()),
            Kind::Kronor => ("kronor", Vec::new()),
            Kind::Count | Kind::Year => ("count", Vec::new()),
            Kind::Day => ("day", Vec::new()),
            Kind::Fixed => ("fixed", Vec::new()),
            Kind::YesNo => ("choice", owned(&[("", "Välj"), ("ja", "Ja"), ("nej", "Nej")])),
            Kind::Choice(options) => ("choice", [owned(&[("", "Välj")]), owned(options)].concat()),
            Kind::Post => {
                let none = [(String::new(), "Ingen".to_owned())];
                ("choice", none.into_iter().chain(posts()).collect())
            }
            Kind::Several(options) => ("boxes", owned(options)),
            Kind::Posts => ("boxes", posts().collect()),
        };
        let is_one = control == "choice";
        let chosen: Vec<&str> =
            if is_one { vec![value.trim()] } else { value.split(',').map(str::trim).collect() };
        // What names a post that is no longer there stays until somebody chooses another.
        let gone = |key: &&&str| !key.is_empty() && !offered.iter().any(|(of, _)| of == **key);
        let gone: Vec<(String, String)> = chosen
            .iter()
            .filter(gone)
            .map(|key| ((*key).to_owned(), format!("{key} (finns inte)")))
            .collect();
        let ticked = |(key, words): (String, String)| {
            let is_ticked = chosen.contains(&key.as_str());
            (key, words, is_ticked)
        };
        Self {
            label: field.label.to_owned(),
            hint: field.hint.to_owned(),
            error: errors.of(&name).to_owned(),
            options: match control {
                "choice" | "boxes" => offered.into_iter().chain(gone).map(ticked).collect(),
                _ => Vec::new(),
            },
            value,
            control,
            name,
        }
    }

    fn of_form(
        name: String,
        label: impl Into<String>,
        control: &'static str,
        typed: &ProposalForm,
        errors: &FieldErrors,
    ) -> Self {
        Self {
            label: label.into(),
            hint: String::new(),
            value: typed.get(&name).to_owned(),
            error: errors.of(&name).to_owned(),
            control,
            options: Vec::new(),
            name,
        }
    }

    /// As high as its text is long.
    fn height(&self) -> String {
        let lines: usize = self.value.lines().map(|line| 1 + line.chars().count() / 70).sum();
        lines.clamp(2, 12).to_string()
    }
}

/// Both forms: their headings, and for each section its title, its texts and its labels.
fn forms(typed: &ProposalForm, errors: &FieldErrors) -> Vec<BlockView> {
    let of = |name: String, label: String, control| FieldView::of_form(name, label, control, typed, errors);
    let section = |place: &str, section: usize| {
        let place = format!("{place}-section-{section}");
        let number = typed.get(&format!("{place}-number"));
        let mut fields = vec![
            of(format!("{place}-title"), "Rubrik".to_owned(), "line"),
            of(format!("{place}-text"), "Text ovanför fälten, ett stycke per rad".to_owned(), "text"),
        ];
        fields.extend((0..typed.rows(&format!("{place}-field"))).map(|field| {
            let name = format!("{place}-field-{field}-label");
            let key = typed.get(&format!("{place}-field-{field}-key"));
            of(name, format!("Fältet {key}"), "line")
        }));
        RowView { id: place, legend: format!("Avsnitt {number}"), fields, strike: String::new() }
    };
    let form = |(name, title): (&str, &str)| {
        let place = format!("forms-{name}");
        let heading = RowView {
            id: String::new(),
            legend: String::new(),
            fields: vec![of(format!("{place}-heading"), "Blankettens rubrik".to_owned(), "line")],
            strike: String::new(),
        };
        let sections = (0..typed.rows(&format!("{place}-section"))).map(|number| section(&place, number));
        BlockView {
            title: title.to_owned(),
            place: place.clone(),
            lead: String::new(),
            rows: std::iter::once(heading).chain(sections).collect(),
            more: None,
        }
    };
    match typed.has_forms() {
        true => {
            [("requisition", "Rekvisitionen"), ("report", "Den ekonomiska redovisningen")].map(form).into()
        }
        false => Vec::new(),
    }
}

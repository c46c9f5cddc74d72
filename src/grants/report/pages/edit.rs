//! Beginning a report and filling in its form.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{act, find, scope};
use crate::{
    grants::{
        case::{self, Case as _, Remarks},
        grant::Grant,
        report::{
            Content, Dossier, Refusal, Report,
            form::{
                FormFacts, PostForm, PostedForm, ReportForm, answer_field, costs_field, item_amount_field,
                item_text_field, motive_field, notes, part_field, warnings,
            },
            sheet::field_label,
            store,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        conflict::{Conflict, Saved},
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Scope,
        proof::{By, Posted, Preparer},
    },
    terms::agreement::{PaperForm, Part, QuestionKind},
};
use values::{Id, Money};

#[derive(Deserialize)]
pub struct StartForm {}

pub async fn create(
    Posted { by, body: Form(StartForm {}) }: Posted<By<Preparer>, Form<StartForm>>,
    portal: web::Data<Portal>,
    grant: web::Path<Id<Grant>>,
) -> Page {
    let act = act(&by, &portal);
    let grant = grant.into_inner();
    let start = move |c: &mut _| {
        let begun = verbs::start(c, &act, grant);
        begun.map(|id| paths::report::Edit(&id).to_string())
    };
    match portal.db.once(start).await {
        Ok(to) => page::see_other(to),
        // A colleague was first: there is one report.
        Err(Failure::Refused(Refusal::Changed)) => {
            let found = portal.db.read(move |connection| store::of_grant(connection, grant)).await?;
            page::see_other(paths::report::Case(&found.ok_or(AppError::NotFound)?.id))
        }
        Err(failure) => Err(failure.into()),
    }
}

#[derive(Template)]
#[template(path = "report/edit.html")]
struct EditPage {
    chrome: Chrome,
    number: String,
    grant: Grant,
    id: Id<Report>,
    revision: i64,
    form: ReportForm,
    facts: FormFacts,
    errors: FieldErrors,
    warnings: FieldErrors,
    remarks: Remarks,
    /// What the last report said.
    notes: Remarks,
    /// What the officer wrote when the report was returned.
    message: String,
    /// Why an approved report is being changed.
    correction: String,
    /// A colleague saved in between.
    conflict: Option<Conflict>,
}

/// A post's part of section 3.
struct PostView<'a> {
    key: &'a str,
    name: &'a str,
    received: Money,
    costs_field: String,
    costs: &'a str,
    rows: Vec<RowView>,
    items_open: bool,
    parts: Vec<PartView<'a>>,
    /// As the costs are typed now; nothing when they cannot be read.
    unspent: Option<Money>,
}

struct PartView<'a> {
    label: &'a str,
    amount_field: String,
    amount: String,
    motive_label: &'a str,
    motive_field: String,
    motive: String,
}

struct QuestionView<'a> {
    field: String,
    text: &'a str,
    is_yes_no: bool,
    answer: &'a str,
}

struct RowView {
    number: usize,
    text_field: String,
    text: String,
    amount_field: String,
    amount: String,
}

impl EditPage {
    fn new(chrome: Chrome, case: Dossier, form: ReportForm, known: FormContext) -> Self {
        let returned = case.report.returned();
        let last = known.last.as_ref();
        Self {
            chrome,
            number: case.number(),
            id: case.report.id,
            revision: case.report.revision,
            errors: FieldErrors::default(),
            warnings: form
                .parse(&known.facts)
                .map(|content| warnings(&content, &known.facts, last))
                .unwrap_or_default(),
            notes: notes(last, &known.facts),
            remarks: Remarks(returned.map(|returned| returned.remarks.clone()).unwrap_or_default()),
            message: returned.map(|returned| returned.message.clone()).unwrap_or_default(),
            correction: case
                .report
                .correction
                .as_ref()
                .map(|correction| correction.reason.clone())
                .unwrap_or_default(),
            conflict: None,
            grant: case.grant,
            facts: known.facts,
            form,
        }
    }

    fn paper(&self) -> &PaperForm {
        &self.grant.agreement.terms.forms.report
    }

    fn posts(&self) -> Vec<PostView<'_>> {
        let empty = PostForm::default();
        self.facts
            .posts
            .iter()
            .map(|post| {
                let typed = self.form.post(&post.key).cloned().unwrap_or_else(|| empty.clone());
                let rows = typed.rows().into_iter().enumerate();
                PostView {
                    key: &post.key,
                    name: &post.name,
                    received: post.received,
                    costs_field: costs_field(&post.key),
                    costs: self.form.post(&post.key).map_or("", |typed| &typed.costs),
                    items_open: typed.has_items(),
                    parts: post.parts.iter().map(|part| PartView::of(part, &typed)).collect(),
                    unspent: typed.sum().map(|costs| post.received - costs),
                    rows: rows
                        .map(|(row, item)| RowView {
                            number: row + 1,
                            text_field: item_text_field(&post.key, row),
                            text: item.text,
                            amount_field: item_amount_field(&post.key, row),
                            amount: item.amount,
                        })
                        .collect(),
                }
            })
            .collect()
    }

    fn questions(&self) -> Vec<QuestionView<'_>> {
        let answer = |key: &str| self.form.answers.iter().find(|answer| answer.key == key);
        self.facts
            .questions
            .iter()
            .map(|question| QuestionView {
                field: answer_field(&question.key),
                text: &question.text,
                is_yes_no: question.kind == QuestionKind::YesNo,
                answer: answer(&question.key).map_or("", |answer| &answer.text),
            })
            .collect()
    }

    fn granted(&self) -> Money {
        self.facts.granted
    }

    fn received(&self) -> Money {
        self.facts.posts.iter().map(|post| post.received).sum()
    }

    /// What stands at the items of a post, of which the officer says one thing.
    fn items_remark(&self, key: &str) -> &str {
        self.remarks.of(&format!("items_{key}"))
    }
}

impl<'a> PartView<'a> {
    fn of(part: &'a Part, typed: &PostForm) -> Self {
        let typed = typed.parts.iter().find(|typed| typed.key == part.key).cloned().unwrap_or_default();
        Self {
            label: &part.label,
            amount_field: part_field(&part.post, &part.key),
            amount: typed.amount,
            motive_label: &part.motive,
            motive_field: motive_field(&part.post, &part.key),
            motive: typed.motive,
        }
    }
}

#[derive(Deserialize)]
pub struct Shown {
    /// `fel`: show what is to be mended before it can go on.
    #[serde(default)]
    visa: String,
}

pub async fn edit(
    by: By<Preparer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
    shown: web::Query<Shown>,
) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    if !case.report.is_editable() {
        return page::see_other(paths::report::Case(&case.report.id));
    }
    let notice = (shown.visa == "sparat").then_some("Utkastet är sparat.");
    let known = FormContext::of(&portal, &case).await?;
    let form = case.report.draft.clone().fitted_to(&known.facts);
    let errors = match shown.visa.as_str() {
        "fel" => form.parse(&known.facts).err().unwrap_or_default(),
        _ => FieldErrors::default(),
    };
    page::show(&EditPage { errors, ..EditPage::new(by.chrome.noting(notice), case, form, known) })
}

/// What the form is held against and compared with.
pub struct FormContext {
    pub facts: FormFacts,
    pub last: Option<Content>,
}

impl FormContext {
    pub async fn of(portal: &Portal, case: &Dossier) -> Result<Self, AppError> {
        let (grant, scope) = (case.grant.clone(), Scope::Recipient(case.grant.holder.id));
        let last = portal.db.read(move |connection| store::last_received(connection, scope, &grant)).await?;
        Ok(Self { facts: verbs::form_facts(&case.grant), last: last.map(|(_, content)| content) })
    }
}

#[derive(Deserialize)]
pub struct UpdateForm {
    revision: i64,
    /// `spara`, `rader` or `fortsatt`.
    #[serde(default)]
    handling: String,
    #[serde(flatten)]
    form: PostedForm,
}

pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<Preparer>, Form<UpdateForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let (id, scope, act) = (id.into_inner(), scope(&by), act(&by, &portal));
    let UpdateForm { revision, handling, form } = posted;
    let case = find(&portal, scope, id).await?;
    let form = form.into_form(&verbs::form_facts(&case.grant));
    let draft = form.clone();
    let saved = portal
        .db
        .write(move |connection| case::store::save_draft(connection, &act, id, revision, &draft))
        .await
        .map_err(AppError::from)?;
    let case = find(&portal, scope, id).await?;
    let known = FormContext::of(&portal, &case).await?;
    // A double click saves the same text twice: that is no conflict.
    if !saved && case.report.draft != form {
        let saved = portal.db.read(move |connection| case::store::last_saved(connection, id)).await;
        return overtaken(by.chrome, case, form, known, saved.map_err(AppError::from)?);
    }
    if handling != "fortsatt" {
        return page::see_other(format!("{}?visa=sparat", paths::report::Edit(&id)));
    }
    match form.parse(&known.facts) {
        Ok(_) => page::see_other(paths::report::Check(&id)),
        Err(errors) => page::show_errors(&EditPage { errors, ..EditPage::new(by.chrome, case, form, known) }),
    }
}

/// What was typed stays, and what a colleague saved meanwhile is shown beside it.
fn overtaken(
    chrome: Chrome,
    case: Dossier,
    form: ReportForm,
    known: FormContext,
    saved: Option<Saved>,
) -> Page {
    let draft = case.report.draft.clone().fitted_to(&known.facts);
    let both = form.fields().into_iter().zip(draft.fields());
    let fields = both.map(|((field, mine), (_, theirs))| (field_label(&case.grant, &field), mine, theirs));
    let conflict = Conflict::new(saved, fields);
    if !case.report.is_editable() {
        let conflict = conflict.hindered(format!(
            "Det gick inte att spara: redovisningens läge är nu: {}.",
            case.report.status.label()
        ));
        let title = format!("Redovisning {}", case.number());
        return conflict.alone(chrome, &title, paths::report::Case(&case.report.id));
    }
    let conflict = Some(conflict);
    let page = EditPage { conflict, ..EditPage::new(chrome, case, form, known) };
    page::show_as(StatusCode::CONFLICT, &page)
}

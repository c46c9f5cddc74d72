//! Beginning a requisition and filling in its form.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{act, find, scope};
use crate::{
    grants::{
        case::{self, Case as _, Remarks, head::field_label},
        grant::Grant,
        requisition::{
            Content, Dossier, Refusal, Requisition,
            form::{Beside, FormFacts, PostedForm, RequisitionForm, notes, remarks_of, warnings},
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
    terms::agreement::PaperForm,
};
use values::{Id, calendar::LastDay};

#[derive(Deserialize)]
pub struct StartForm {
    post: String,
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<StartForm>>,
    portal: web::Data<Portal>,
    grant: web::Path<Id<Grant>>,
) -> Page {
    let act = act(&by, &portal);
    let grant = grant.into_inner();
    let start = move |c: &mut _| {
        let begun = verbs::start(c, &act, grant, &form.post, Id::new());
        begun.map(|id| paths::requisition::Edit(&id).to_string())
    };
    match portal.db.once(start).await {
        Ok(to) => page::see_other(to),
        // What asks for all that is left is there already: to it, with why.
        Err(Failure::Refused(Refusal::AllWaits { id: waits, .. })) => {
            page::see_other(format!("{}?visa=vantar", paths::requisition::Case(&waits)))
        }
        Err(failure) => Err(failure.into()),
    }
}

#[derive(Template)]
#[template(path = "requisition/edit.html")]
struct EditPage {
    chrome: Chrome,
    number: String,
    post: String,
    grant: Grant,
    deadline: LastDay,
    id: Id<Requisition>,
    revision: i64,
    form: RequisitionForm,
    errors: FieldErrors,
    warnings: FieldErrors,
    remarks: Remarks,
    /// What differs from the last filing.
    notes: Remarks,
    /// What the officer wrote when the requisition was returned.
    message: String,
    facts: FormFacts,
    /// A colleague saved in between.
    conflict: Option<Conflict>,
}

impl EditPage {
    fn new(chrome: Chrome, case: Dossier, form: RequisitionForm, known: &FormContext) -> Self {
        let returned = case.requisition.returned();
        Self {
            chrome,
            number: case.number(),
            post: case.post_name(),
            deadline: case.grant.requisition_deadline(&case.requisition.form),
            id: case.requisition.id,
            revision: case.requisition.revision,
            errors: FieldErrors::default(),
            warnings: form
                .parse(&known.facts)
                .map(|content| warnings(&content, &known.facts))
                .unwrap_or_default(),
            notes: notes(&form, known.last.as_ref()),
            form,
            remarks: remarks_of(returned),
            message: returned.map(|returned| returned.message.clone()).unwrap_or_default(),
            facts: known.facts.clone(),
            conflict: None,
            grant: case.grant,
        }
    }

    fn paper(&self) -> &PaperForm {
        &self.grant.agreement.terms.forms.requisition
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
    id: web::Path<Id<Requisition>>,
    shown: web::Query<Shown>,
) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    // With nothing left to ask for, the form would only say so at the amount; the requisition's page says why.
    if !case.requisition.is_editable() || has_lapsed(&portal, &case) {
        return page::see_other(paths::requisition::Case(&case.requisition.id));
    }
    let notice = (shown.visa == "sparat").then_some("Utkastet är sparat.");
    let form = case.requisition.draft.clone();
    let known = FormContext::of(&portal, &case).await?;
    let mut page = EditPage::new(by.chrome.noting(notice), case, form, &known);
    if shown.visa == "fel" {
        page.errors = page.form.parse(&known.facts).err().unwrap_or_default();
    }
    page::show(&page)
}

fn has_lapsed(portal: &Portal, case: &Dossier) -> bool {
    case.requisition.has_lapsed(case.grant.right_has_lapsed(&case.requisition.form, portal.clock.now()))
}

/// What the form is held against and compared with.
pub struct FormContext {
    pub facts: FormFacts,
    last: Option<Content>,
}

impl FormContext {
    pub async fn of(portal: &Portal, case: &Dossier) -> Result<Self, AppError> {
        let (grant, this) = (case.grant.clone(), case.requisition.clone());
        let scope = Scope::Recipient(grant.holder.id);
        let beside = portal
            .db
            .read(move |connection| verbs::beside(connection, scope, &grant, &this.form, Some(&this)))
            .await?;
        let this = &case.requisition;
        let facts = verbs::form_facts(&case.grant, &this.form, Some(this), &beside, portal.clock.now());
        Ok(Self { facts, last: beside.last })
    }
}

#[derive(Deserialize)]
pub struct UpdateForm {
    revision: i64,
    /// `spara` or `fortsatt`.
    #[serde(default)]
    handling: String,
    #[serde(flatten)]
    form: PostedForm,
}

pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<Preparer>, Form<UpdateForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let (id, scope, act) = (id.into_inner(), scope(&by), act(&by, &portal));
    let UpdateForm { revision, handling, form } = posted;
    let case = find(&portal, scope, id).await?;
    let form = form.into_form(
        &verbs::form_facts(&case.grant, &case.requisition.form, None, &Beside::default(), portal.clock.now())
            .posts,
    );
    let draft = form.clone();
    let saved = portal
        .db
        .write(move |connection| case::store::save_draft(connection, &act, id, revision, &draft))
        .await
        .map_err(AppError::from)?;
    let case = find(&portal, scope, id).await?;
    // A double click saves the same text twice: that is no conflict.
    if !saved && case.requisition.draft != form {
        let known = FormContext::of(&portal, &case).await?;
        let saved = portal.db.read(move |connection| case::store::last_saved(connection, id)).await;
        return overtaken(by.chrome, case, form, &known, saved.map_err(AppError::from)?);
    }
    if has_lapsed(&portal, &case) {
        return page::see_other(paths::requisition::Case(&id));
    }
    if handling != "fortsatt" {
        return page::see_other(format!("{}?visa=sparat", paths::requisition::Edit(&id)));
    }
    let known = FormContext::of(&portal, &case).await?;
    match form.parse(&known.facts) {
        Ok(_) => page::see_other(paths::requisition::Check(&id)),
        Err(errors) => {
            page::show_errors(&EditPage { errors, ..EditPage::new(by.chrome, case, form, &known) })
        }
    }
}

/// What was typed stays, and what a colleague saved meanwhile is shown beside it.
fn overtaken(
    chrome: Chrome,
    case: Dossier,
    form: RequisitionForm,
    known: &FormContext,
    saved: Option<Saved>,
) -> Page {
    let paper = &case.grant.agreement.terms.forms.requisition;
    let both = form.fields().into_iter().zip(case.requisition.draft.fields());
    let fields = both
        .map(|((field, mine), (_, theirs))| (field_label(paper, &field), mine.to_owned(), theirs.to_owned()));
    let conflict = Conflict::new(saved, fields);
    if !case.requisition.is_editable() {
        let conflict = conflict.hindered(format!(
            "Det gick inte att spara: rekvisitionens läge är nu: {}.",
            case.requisition.status.label()
        ));
        let title = format!("Rekvisition {}", case.number());
        return conflict.alone(chrome, &title, paths::requisition::Case(&case.requisition.id));
    }
    let conflict = Some(conflict);
    let page = EditPage { conflict, ..EditPage::new(chrome, case, form, known) };
    page::show_as(StatusCode::CONFLICT, &page)
}

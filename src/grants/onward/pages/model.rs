//! Filling in the model, approving it, and opening it again.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{Distribution, act, case, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Refusal,
            form::{MOST_TIERS, ModelForm, PostedModel, tier_field},
            to_hand_on,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        conflict::Conflict,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Role,
        proof::{By, Confirmed, Member, Posted, Preparer, Signatory},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "onward/model.html")]
struct ModelPage {
    chrome: Chrome,
    case: Distribution,
    form: ModelForm,
    errors: FieldErrors,
    /// A colleague saved or decided in between.
    conflict: Option<Conflict>,
    may_prepare: bool,
    /// May say that the municipality has decided it.
    may_approve: bool,
    /// It was saved just now, and holds.
    is_right: bool,
}

impl ModelPage {
    fn of(by: &By<impl Sized>, case: Distribution) -> Self {
        let form = case.plan.draft.clone();
        Self {
            chrome: by.chrome.clone(),
            may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
            may_approve: by.has(Role::Signatory),
            is_right: false,
            errors: FieldErrors::default(),
            conflict: None,
            form,
            case,
        }
    }

    /// What was typed beside what a colleague saved; or decided, and then there is no form.
    fn overtaken(self, typed: ModelForm) -> Self {
        let conflict = Conflict::new(self.case.plan.saved.clone(), typed.beside(&self.form));
        let conflict = match self.case.plan.model {
            Some(_) => conflict.hindered(verbs::APPROVED),
            None => conflict,
        };
        Self { form: typed, conflict: Some(conflict), ..self }
    }

    /// A decision on it that was made from an older page.
    fn decided_too_late(self) -> Self {
        let conflict = Some(Conflict::new(self.case.plan.saved.clone(), []));
        Self { conflict, ..self }
    }

    fn grant_amount(&self) -> Money {
        to_hand_on(&self.case.grant)
    }

    fn distributed(&self) -> Money {
        self.form.sums().0
    }

    fn reserve(&self) -> Money {
        self.form.sums().1
    }

    /// What is left of the grant, or above it.
    fn left(&self) -> Money {
        self.grant_amount() - self.distributed() - self.reserve()
    }

    /// Nobody has applied by it.
    fn can_reopen(&self) -> bool {
        self.case.applications.iter().all(|one| one.received().is_none())
    }

    /// Whether saving gives empty rows.
    fn more_rows(&self) -> bool {
        self.form.rows().len() < MOST_TIERS
    }

    fn name(&self, row: &usize, field: &str) -> String {
        tier_field(*row, field)
    }

    fn error(&self, row: &usize, field: &str) -> &str {
        self.errors.of(&tier_field(*row, field))
    }
}

pub async fn edit(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    let mut page = ModelPage::of(&by, case);
    let period = page.case.grant.agreement.terms.period;
    page.is_right = page.case.plan.model.is_none() && page.form.parse(page.grant_amount(), period).is_ok();
    page::show(&page)
}

/// Saves what was typed, right or wrong. The button *Kontrollera* tells what is to be mended.
pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<Preparer>, Form<PostedModel>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let (revision, checks) = (posted.revision, posted.action == "kontrollera");
    let form = posted.into_form();
    let draft = form.clone();
    let saved =
        portal.db.write(move |connection| verbs::save_draft(connection, &act, id, revision, draft)).await;
    let mut page = ModelPage::of(&by, case(&portal, &by, id).await?);
    match saved {
        Ok(()) => {}
        // Saved twice, and the same: no conflict.
        Err(Failure::Refused(Refusal::Changed)) if page.case.plan.model.is_none() && page.form == form => {}
        Err(Failure::Refused(Refusal::Changed)) => {
            return page::show_as(StatusCode::CONFLICT, &page.overtaken(form));
        }
        Err(failure) => return Err(failure.into()),
    }
    if !checks {
        return page::see_other(paths::onward::Model(&id));
    }
    let period = page.case.grant.agreement.terms.period;
    match form.parse(page.grant_amount(), period) {
        Ok(_) => page::see_other(format!("{}#faststall", paths::onward::Model(&id))),
        Err(errors) => {
            page.errors = errors;
            page::show_errors(&page)
        }
    }
}

#[derive(Debug, Deserialize)]
pub struct RevisionForm {
    revision: i64,
}

pub async fn approve(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let approve = move |connection: &mut _| {
        verbs::approve(connection, &act, id, form.revision).map(|()| paths::onward::Plan(&id).to_string())
    };
    let (status, errors) = match portal.db.once(approve).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Done) => return page::see_other(paths::onward::Plan(&id)),
        Err(Failure::Refused(Refusal::Changed)) => {
            let page = ModelPage::of(&by, case(&portal, &by, id).await?).decided_too_late();
            return page::show_as(StatusCode::CONFLICT, &page);
        }
        Err(Failure::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
    };
    let page = ModelPage::of(&by, case(&portal, &by, id).await?);
    page::show_as(status, &ModelPage { errors, ..page })
}

pub async fn reopen_model(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let here = paths::onward::Model(&id).to_string();
    let to = here.clone();
    let reopen_model =
        move |connection: &mut _| verbs::reopen_model(connection, &act, id, form.revision).map(|()| to);
    let errors = match portal.db.once(reopen_model).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Done) => return page::see_other(here),
        Err(Failure::Refused(Refusal::Changed)) => {
            let page = ModelPage::of(&by, case(&portal, &by, id).await?).decided_too_late();
            return page::show_as(StatusCode::CONFLICT, &page);
        }
        Err(failure) => refused(failure, "")?,
    };
    let page = ModelPage::of(&by, case(&portal, &by, id).await?);
    page::show_as(StatusCode::CONFLICT, &ModelPage { errors, ..page })
}

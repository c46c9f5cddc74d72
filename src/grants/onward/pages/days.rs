//! The last days of a model, moved forward.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, case, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Refusal,
            form::DaysForm,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        conflict::Conflict,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Role,
        proof::{By, Confirmed, Member, Posted, Signatory},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "onward/days.html")]
struct DaysPage {
    chrome: Chrome,
    case: Distribution,
    form: DaysForm,
    errors: FieldErrors,
    conflict: Option<Conflict>,
    may_decide: bool,
}

impl DaysPage {
    fn of(by: &By<impl Sized>, portal: &Portal, case: Distribution) -> Result<Self, AppError> {
        let none = || AppError::Conflict(verbs::NOT_APPROVED.to_owned());
        let model = case.plan.model.as_ref().ok_or_else(none)?;
        Ok(Self {
            chrome: by.chrome.clone(),
            form: DaysForm::of(model, case.plan.revision, portal.clock.today()),
            errors: FieldErrors::default(),
            conflict: None,
            may_decide: by.has(Role::Signatory),
            case,
        })
    }
}

impl DaysPage {
    /// What was typed beside the days that hold since a colleague moved them. Sent again, it is held against those.
    fn overtaken(self, typed: DaysForm) -> Self {
        let plan = &self.case.plan;
        let fields = plan.model.iter().flat_map(|model| typed.beside(model));
        let conflict = Some(Conflict::new(plan.saved.clone(), fields));
        Self { form: DaysForm { revision: plan.revision, ..typed }, conflict, ..self }
    }
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    page::show(&DaysPage::of(&by, &portal, case)?)
}

pub async fn update(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<DaysForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let typed = form.clone();
    let to = paths::onward::Model(&id).to_string();
    let move_days = move |connection: &mut _| verbs::move_days(connection, &act, id, &typed).map(|()| to);
    let (status, errors) = match portal.db.once(move_days).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => {
            let page = DaysPage::of(&by, &portal, case(&portal, &by, id).await?)?.overtaken(form);
            return page::show_as(StatusCode::CONFLICT, &page);
        }
        Err(Failure::Invalid(errors)) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
    };
    let page = DaysPage::of(&by, &portal, case(&portal, &by, id).await?)?;
    page::show_as(status, &DaysPage { form, errors, ..page })
}

//! The reserve, changed after the model was decided.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, case, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Refusal,
            form::ReserveForm,
            fund::Fund,
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
#[template(path = "onward/reserve.html")]
struct ReservePage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    form: ReserveForm,
    errors: FieldErrors,
    conflict: Option<Conflict>,
    may_decide: bool,
}

impl ReservePage {
    fn of(by: &By<impl Sized>, portal: &Portal, case: Distribution) -> Result<Self, AppError> {
        let none = || AppError::Conflict(verbs::NOT_APPROVED.to_owned());
        let model = case.plan.model.as_ref().ok_or_else(none)?;
        let fund = case.fund();
        Ok(Self {
            chrome: by.chrome.clone(),
            may_decide: by.has(Role::Signatory),
            form: ReserveForm {
                revision: case.plan.revision,
                reserve: fund.reserve.digits().to_string(),
                reserved_for: model.reserved_for.clone(),
                decided_on: portal.clock.today().to_string(),
                decision_number: String::new(),
            },
            errors: FieldErrors::default(),
            conflict: None,
            fund,
            case,
        })
    }
}

impl ReservePage {
    /// What was typed beside the reserve that a colleague set.
    fn overtaken(self, typed: ReserveForm) -> Self {
        let plan = &self.case.plan;
        let field =
            |label: &str, mine: &String, theirs: &String| (label.to_owned(), mine.clone(), theirs.clone());
        let fields = [
            field("Reserven ska vara", &typed.reserve, &self.form.reserve),
            field("Till vad", &typed.reserved_for, &self.form.reserved_for),
        ];
        let conflict = Some(Conflict::new(plan.saved.clone(), fields));
        Self { form: ReserveForm { revision: plan.revision, ..typed }, conflict, ..self }
    }
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    page::show(&ReservePage::of(&by, &portal, case)?)
}

pub async fn set(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<ReserveForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let (status, errors) = match form.parse(portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((reserve, decided)) => {
            let revision = form.revision;
            let set = move |connection: &mut _| {
                verbs::set_reserve(connection, &act, (id, revision), reserve, &decided)
                    .map(|()| paths::onward::Plan(&id).to_string())
            };
            match portal.db.once(set).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Done) => return page::see_other(paths::onward::Plan(&id)),
                Err(Failure::Refused(Refusal::Changed)) => {
                    let page = ReservePage::of(&by, &portal, case(&portal, &by, id).await?)?;
                    return page::show_as(StatusCode::CONFLICT, &page.overtaken(form));
                }
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "reserve")?),
            }
        }
    };
    let page = ReservePage::of(&by, &portal, case(&portal, &by, id).await?)?;
    page::show_as(status, &ReservePage { form, errors, ..page })
}

//! What is left, given to units that have had something: by the same model or by hand.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, case, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            application::Application,
            form::{RedistributionForm, amount_field},
            fund::Fund,
            verbs,
        },
    },
    ground::infra::{
        Portal,
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
#[template(path = "onward/redistribution.html")]
struct RedistributionPage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    form: RedistributionForm,
    errors: FieldErrors,
    may_decide: bool,
}

impl RedistributionPage {
    fn of(by: &By<impl Sized>, portal: &Portal, case: Distribution) -> Self {
        let decided_on = portal.clock.today().to_string();
        let fund = case.fund();
        Self {
            chrome: by.chrome.clone(),
            may_decide: by.has(Role::Signatory),
            form: RedistributionForm { decided_on, ..RedistributionForm::default() },
            errors: FieldErrors::default(),
            fund,
            case,
        }
    }

    /// Those that can have more.
    fn units(&self) -> Vec<&Application> {
        self.case.applications.iter().filter(|one| one.can_have_more()).collect()
    }

    fn field(application: &Application) -> String {
        amount_field(application.id)
    }
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    page::show(&RedistributionPage::of(&by, &portal, case))
}

/// *Räkna ut* fills in the amounts by the model, to be looked at; *Besluta* decides what stands there.
pub async fn redistribute(
    Posted { by: Confirmed(by), body: Form(mut form) }: Posted<
        Confirmed<Signatory>,
        Form<RedistributionForm>,
    >,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let page = RedistributionPage::of(&by, &portal, case(&portal, &by, id).await?);
    if form.action == "berakna" {
        // The decision is in the form that comes next.
        form.decided_on.clone_from(&page.form.decided_on);
        let mut errors = FieldErrors::default();
        match form.parse_sum() {
            Err(found) => errors = found,
            Ok(sum) => match verbs::share_out(&page.case, sum) {
                Err(words) => errors.add("sum", words),
                Ok(shares) => {
                    form.rest = shares
                        .into_iter()
                        .map(|(unit, amount)| (amount_field(unit), amount.digits().to_string()))
                        .collect();
                }
            },
        }
        let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
        return page::show_as(status, &RedistributionPage { form, errors, ..page });
    }
    let units: Vec<Id<Application>> = page.units().iter().map(|one| one.id).collect();
    let (status, errors) = match form.parse(&units, portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((amounts, decided)) => {
            let give = move |connection: &mut _| {
                verbs::redistribute(connection, &act, id, &amounts, &decided)
                    .map(|()| paths::onward::Plan(&id).to_string())
            };
            match portal.db.once(give).await {
                Ok(to) => return page::see_other(to),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "belopp")?),
            }
        }
    };
    page::show_as(status, &RedistributionPage { form, errors, ..page })
}

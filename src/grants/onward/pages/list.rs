//! One payment list: what was sent to the bank, as files for the municipality's own payment system, and what the bank did not pay.

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::{Distribution, act, case, csv_file, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            application::Application,
            case_number,
            form::FailedForm,
            list::List,
            payment_file::{self, Payer},
            payments::Payment,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor, Role,
        proof::{By, Confirmed, Member, Posted, Preparer, Signatory},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "onward/list.html")]
struct ListPage {
    chrome: Chrome,
    case: Distribution,
    list: List,
    name: String,
    form: FailedForm,
    errors: FieldErrors,
    may_prepare: bool,
    may_decide: bool,
}

/// A payment, and what has become of it.
struct PaymentView {
    application: Id<Application>,
    payment: Payment,
    is_chosen: bool,
    /// Why the bank did not make it, who says so, and when.
    failed: Option<(String, String, DateTime<Utc>)>,
    /// Whether that can still be taken back.
    can_stand: bool,
}

impl ListPage {
    fn of(by: &By<impl Sized>, case: Distribution, list: List) -> Self {
        Self {
            chrome: by.chrome.clone(),
            name: list.name(&case_number(&case.grant)),
            form: FailedForm::default(),
            errors: FieldErrors::default(),
            may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
            may_decide: by.has(Role::Signatory),
            case,
            list,
        }
    }

    /// By provider and unit.
    fn payments(&self) -> Vec<PaymentView> {
        let standing = self.list.standing(&self.case).into_iter().map(|(one, payment)| PaymentView {
            application: one.id,
            payment,
            is_chosen: self.form.chosen.contains(&one.id.to_string()),
            failed: None,
            can_stand: true,
        });
        let failed = self.list.failed(&self.case).map(|one| PaymentView {
            application: one.application,
            payment: one.payment.clone(),
            is_chosen: false,
            failed: Some((one.reason.clone(), one.by.to_string(), one.at)),
            can_stand: self.list.would_stand(&self.case, one),
        });
        let mut payments: Vec<PaymentView> = standing.chain(failed).collect();
        payments.sort_by_cached_key(|view| view.payment.order());
        payments
    }

    fn sum(payments: &[PaymentView]) -> Money {
        payments.iter().map(|view| view.payment.amount).sum()
    }

    /// Whether there is something left that the bank may not have paid.
    fn may_tell(&self, payments: &[PaymentView]) -> bool {
        self.may_decide && payments.iter().any(|view| view.failed.is_none())
    }

    /// Whether there is something that failed and could stand again.
    fn has_failed(payments: &[PaymentView]) -> bool {
        payments.iter().any(|view| view.failed.is_some() && view.can_stand)
    }

    fn not_paid(payments: &[PaymentView]) -> Money {
        payments.iter().filter(|view| view.failed.is_some()).map(|view| view.payment.amount).sum()
    }
}

type Path = web::Path<(Id<Grant>, Id<List>)>;

async fn of_list(
    portal: &Portal,
    actor: &Actor,
    (grant, list): (Id<Grant>, Id<List>),
) -> Result<(Distribution, List), AppError> {
    let case = case(portal, actor, grant).await?;
    let list = case.lists.iter().find(|one| one.id == list).cloned().ok_or(AppError::NotFound)?;
    Ok((case, list))
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, ids: Path) -> Page {
    let (case, list) = of_list(&portal, &by, ids.into_inner()).await?;
    page::show(&ListPage::of(&by, case, list))
}

pub async fn failed(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<FailedForm>>,
    portal: web::Data<Portal>,
    ids: Path,
) -> Page {
    let (act, (grant, list)) = (act(&by, &portal), ids.into_inner());
    let (case, found) = of_list(&portal, &by, (grant, list)).await?;
    let standing: Vec<Id<Application>> = found.standing(&case).into_iter().map(|(one, _)| one.id).collect();
    let here = paths::onward::PaymentList(&grant, &list).to_string();
    let (status, errors) = match form.parse(standing) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((chosen, reason)) => {
            let to = here.clone();
            let tell = move |connection: &mut _| {
                verbs::payments_failed(connection, &act, (grant, list), &chosen, &reason).map(|()| to)
            };
            match portal.db.once(tell).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Done) => return page::see_other(here),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "chosen")?),
            }
        }
    };
    let (case, list) = of_list(&portal, &by, (grant, list)).await?;
    page::show_as(status, &ListPage { form, errors, ..ListPage::of(&by, case, list) })
}

#[derive(Debug, Deserialize)]
pub struct MadeForm {
    application: Id<Application>,
}

/// The bank had paid after all.
pub async fn was_made(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<MadeForm>>,
    portal: web::Data<Portal>,
    ids: Path,
) -> Page {
    let (act, (grant, list)) = (act(&by, &portal), ids.into_inner());
    let here = paths::onward::PaymentList(&grant, &list).to_string();
    let to = here.clone();
    let tell = move |connection: &mut _| {
        verbs::payment_was_made(connection, &act, (grant, list), form.application).map(|()| to)
    };
    let errors = match portal.db.once(tell).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Done) => return page::see_other(here),
        Err(failure) => refused(failure, "chosen")?,
    };
    let (case, list) = of_list(&portal, &by, (grant, list)).await?;
    page::show_as(StatusCode::CONFLICT, &ListPage { errors, ..ListPage::of(&by, case, list) })
}

pub async fn csv(by: By<Preparer>, portal: web::Data<Portal>, ids: Path) -> Page {
    let (case, list) = of_list(&portal, &by, ids.into_inner()).await?;
    let name = list.name(&case_number(&case.grant));
    csv_file(&payment_file::table(&list.sent(&case)), &format!("{name}.csv"))
}

pub async fn pain001(by: By<Preparer>, portal: web::Data<Portal>, ids: Path) -> Page {
    let (case, list) = of_list(&portal, &by, ids.into_inner()).await?;
    // Where the register had none when the list was made, no file has been made of it before.
    let holder = &case.grant.holder;
    let number =
        list.payer_number.or(holder.organisation_number.filter(|_| list.payer == holder.formal_name));
    let number = number.ok_or_else(|| {
        AppError::Conflict(
            "Kommunens organisationsnummer saknas i registret, och betalfilen kräver det.".to_owned(),
        )
    })?;
    let payer = Payer { name: &list.payer, number };
    let case_number = case_number(&case.grant);
    let xml = payment_file::pain001(&list, payer, &list.sent(&case), &case_number, portal.practice)
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/xml", &format!("{}.xml", list.name(&case_number)), xml)
}

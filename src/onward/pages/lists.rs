//! Payment lists: made of the awards that stand on none, and taken along for the municipality's own payment system.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Case, act, address, csv_file, refused};
use crate::{
    access::{
        Actor, Role,
        proof::{By, Confirmed, Member, Posted, Preparer},
    },
    grant::Grant,
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    money::Money,
    onward::{
        application::Application,
        case_number,
        form::ListForm,
        fund::{Account, Entry},
        list::{List, Payment},
        payment_file::{self, Payer},
        store,
        verbs::{self, Failure},
    },
};

#[derive(Template)]
#[template(path = "onward/lists.html")]
struct ListsPage {
    chrome: Chrome,
    case: Case,
    lists: Vec<ListView>,
    /// The units that are to be paid and stand on no list.
    waiting: usize,
    waiting_sum: Money,
    form: ListForm,
    errors: FieldErrors,
    may_prepare: bool,
    today: String,
}

struct ListView {
    list: List,
    name: String,
    count: usize,
    sum: Money,
}

async fn read(portal: &Portal, actor: &Actor, id: Id<Grant>) -> Result<(Case, Vec<List>), AppError> {
    let scope = super::scope(actor);
    portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let lists = store::lists(connection, case.plan.id)?;
            Ok((case, lists))
        })
        .await
}

async fn lists_page(by: &By<impl Sized>, portal: &Portal, id: Id<Grant>) -> Result<ListsPage, AppError> {
    let (case, lists) = read(portal, by, id).await?;
    let sum = |payments: &[(&Application, Money)]| payments.iter().map(|(_, amount)| *amount).sum::<Money>();
    let waiting = case.to_pay(None);
    let views = lists
        .iter()
        .map(|list| {
            let payments = case.to_pay(Some(list.id));
            ListView {
                name: list.name(&case_number(&case.grant)),
                count: payments.len(),
                sum: sum(&payments),
                list: list.clone(),
            }
        })
        .collect();
    // What the last list was paid from is most likely what the next is paid from.
    let form = lists.first().map_or_else(ListForm::fresh, |last| ListForm {
        account: last.account.to_string(),
        bic: last.bic.as_str().to_owned(),
        ..ListForm::fresh()
    });
    Ok(ListsPage {
        chrome: by.chrome.clone(),
        lists: views,
        waiting: waiting.len(),
        waiting_sum: sum(&waiting),
        form,
        errors: FieldErrors::default(),
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
        today: portal.clock.today().to_string(),
        case,
    })
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    page::show(&lists_page(&by, &portal, id.into_inner()).await?)
}

pub async fn make(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Preparer>, Form<ListForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let here = format!("{}/betalningslistor", address(id));
    let (status, errors) = match form.parse(portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((pay_on, account, bic)) => {
            let (list, seen) = (form.id, form.seen());
            let make = move |connection: &mut _| {
                verbs::make_list(connection, &act, id, list, pay_on, (account, bic), seen)
            };
            match portal.db.write(make).await {
                Ok(()) | Err(Failure::Done) => return page::see_other(here),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    let page = lists_page(&by, &portal, id).await?;
    page::show_as(status, &ListsPage { form, errors, ..page })
}

/// The payments of a list, in an order that nothing changes: neither does what is made of it.
fn payments(case: &Case, list: &List) -> Vec<Payment> {
    let payment = |(application, amount): (&Application, Money)| {
        let received = application.received()?;
        let of_list = |entry: &&Entry| entry.account == Account::Award && entry.list == Some(list.id);
        let award = case.entries_of(application).find(of_list)?;
        let unit = &received.unit;
        Some(Payment {
            id: award.id.to_string().replace('-', ""),
            provider_number: unit.provider_number,
            provider: unit.provider.to_string(),
            unit: unit.name.to_string(),
            account: received.content.account,
            amount,
            message: format!("{} {}", case_number(&case.grant), unit.name),
            is_state_aid: unit.is_private,
        })
    };
    let mut payments: Vec<Payment> = case.to_pay(Some(list.id)).into_iter().filter_map(payment).collect();
    payments.sort_by(|one, other| one.id.cmp(&other.id));
    payments
}

type ListPath = web::Path<(Id<Grant>, Id<List>)>;

async fn of_list(
    portal: &Portal,
    actor: &Actor,
    (grant, list): (Id<Grant>, Id<List>),
) -> Result<(Case, List), AppError> {
    let (case, lists) = read(portal, actor, grant).await?;
    let list = lists.into_iter().find(|one| one.id == list).ok_or(AppError::NotFound)?;
    Ok((case, list))
}

pub async fn csv(by: By<Preparer>, portal: web::Data<Portal>, ids: ListPath) -> Page {
    let (case, list) = of_list(&portal, &by, ids.into_inner()).await?;
    let name = list.name(&case_number(&case.grant));
    csv_file(&payment_file::table(&payments(&case, &list)), &format!("{name}.csv"))
}

pub async fn pain001(by: By<Preparer>, portal: web::Data<Portal>, ids: ListPath) -> Page {
    let (case, list) = of_list(&portal, &by, ids.into_inner()).await?;
    let holder = &case.grant.holder;
    let number = holder.organisation_number.ok_or_else(|| {
        AppError::Conflict(
            "Kommunens organisationsnummer saknas i registret, och betalfilen kräver det.".to_owned(),
        )
    })?;
    let payer = Payer { name: &holder.formal_name, number };
    let case_number = case_number(&case.grant);
    let xml = payment_file::pain001(&list, payer, &payments(&case, &list), &case_number, portal.practice)
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/xml", &format!("{}.xml", list.name(&case_number)), xml)
}

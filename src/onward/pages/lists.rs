//! A grant's payment lists, and a new one of the awards that stand on none.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Case, act, address, refused};
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
        case_number,
        form::ListForm,
        list::List,
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
    /// What was sent to the bank.
    count: usize,
    sum: Money,
    /// How many of them the bank did not pay.
    failed: usize,
}

impl ListView {
    fn of(case: &Case, list: &List) -> Self {
        let sent = list.sent(case);
        Self {
            name: list.name(&case_number(&case.grant)),
            count: sent.len(),
            sum: sent.iter().map(|payment| payment.amount).sum(),
            failed: list.failed(case).count(),
            list: list.clone(),
        }
    }
}

/// The case, and its lists.
pub(super) async fn read(
    portal: &Portal,
    actor: &Actor,
    id: Id<Grant>,
) -> Result<(Case, Vec<List>), AppError> {
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
    let waiting = case.to_pay(None);
    // What the last list was paid from is most likely what the next is paid from.
    let form = lists.first().map_or_else(ListForm::fresh, |last| ListForm {
        account: last.account.to_string(),
        bic: last.bic.as_str().to_owned(),
        ..ListForm::fresh()
    });
    Ok(ListsPage {
        chrome: by.chrome.clone(),
        lists: lists.iter().map(|list| ListView::of(&case, list)).collect(),
        waiting: waiting.len(),
        waiting_sum: waiting.iter().map(|(_, amount)| *amount).sum(),
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

//! A grant's payment lists, and a new one of the awards that stand on none.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, case, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Refusal, case_number,
            form::ListForm,
            list::List,
            payments::{Waiting, fingerprint},
            verbs::{self, Failure},
        },
    },
    ground::{
        history,
        infra::{
            Portal,
            conflict::Conflict,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Role,
        proof::{By, Confirmed, Member, Posted, Preparer},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "onward/lists.html")]
struct ListsPage {
    chrome: Chrome,
    case: Distribution,
    lists: Vec<ListView>,
    /// What there is of it is more than the last page showed, or is to be paid to other accounts.
    conflict: Option<Conflict>,
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
    fn of(case: &Distribution, list: &List) -> Self {
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

async fn lists_page(by: &By<impl Sized>, portal: &Portal, id: Id<Grant>) -> Result<ListsPage, AppError> {
    let case = case(portal, by, id).await?;
    let seen = fingerprint(&case.waiting());
    // What the last list was paid from is most likely what the next is paid from.
    let fresh = ListForm { seen, ..ListForm::default() };
    let form = case.lists.first().map_or_else(
        || fresh.clone(),
        |last| ListForm {
            account: last.account.to_string(),
            bic: last.bic.as_str().to_owned(),
            ..fresh.clone()
        },
    );
    Ok(ListsPage {
        chrome: by.chrome.clone(),
        lists: case.lists.iter().map(|list| ListView::of(&case, list)).collect(),
        conflict: None,
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
    let here = paths::onward::PaymentLists(&id).to_string();
    let (status, errors) = match form.parse(portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((pay_on, account, bic)) => {
            let seen = form.seen.clone();
            let make = move |connection: &mut _| {
                verbs::make_list(connection, &act, id, pay_on, (account, bic), &seen).map(|()| here)
            };
            match portal.db.once(make).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(Refusal::Changed)) => return overtaken(&by, &portal, id, form).await,
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    let page = lists_page(&by, &portal, id).await?;
    page::show_as(status, &ListsPage { form, errors, ..page })
}

/// Something is granted, taken back or paid elsewhere since the page was made: it is shown as it is now, and what the list is to
/// be made of is looked at anew.
async fn overtaken(by: &By<impl Sized>, portal: &Portal, id: Id<Grant>, typed: ListForm) -> Page {
    let page = lists_page(by, portal, id).await?;
    let plan = page.case.plan.id.to_string();
    let last = portal.db.read(move |connection| history::store::last(connection, &plan)).await;
    let saved = last.map_err(AppError::from)?.map(|line| line.entry.saved());
    let form = ListForm { seen: page.form.seen.clone(), ..typed };
    let conflict = Some(Conflict::new(saved, []));
    page::show_as(StatusCode::CONFLICT, &ListsPage { form, conflict, ..page })
}

impl ListsPage {
    fn waiting(&self) -> Vec<Waiting<'_>> {
        self.case.waiting()
    }

    fn sum(waiting: &[Waiting<'_>]) -> Money {
        waiting.iter().map(|one| one.amount).sum()
    }
}

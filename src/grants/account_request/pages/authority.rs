//! The authority's page: what was asked, what came, closing or asking for more.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{
    AccountRequest, Refusal, Shown, Status, download,
    form::{CloseForm, MoreForm},
    read,
    verbs::{self, Failure, Target},
};
use crate::{
    grants::case::store::Attachment,
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Act, Actor, Scope,
        proof::{Asker, By, Overseer, Posted},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "account_request/review.html")]
struct ReviewPage {
    chrome: Chrome,
    shown: Shown,
    /// The visitor has a desk at the paying authority, and does not only look.
    is_ours: bool,
    /// Of the organisation that asked, with the right to decide on the answer.
    is_asker: bool,
    today: String,
    more: MoreForm,
    closing: CloseForm,
    errors: FieldErrors,
}

fn scope(actor: &Actor) -> Scope {
    Scope::across(actor)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::across(actor, portal.clock.now())
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<AccountRequest>>) -> Page {
    page::show(&review_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

async fn review_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<AccountRequest>,
) -> Result<ReviewPage, AppError> {
    let found = read(portal, scope(actor), id).await?;
    let payer = found.case.grant.agreement.authority.id;
    let is_asker = found.case.is_for(actor);
    Ok(ReviewPage {
        chrome,
        shown: Shown::of(
            found,
            |file| paths::account_request::ReviewAttachment(&id, file).to_string(),
            portal.clock.now(),
        ),
        is_ours: actor.is_official_of(payer),
        is_asker,
        today: portal.clock.today().to_string(),
        more: MoreForm::default(),
        closing: CloseForm::default(),
        errors: FieldErrors::default(),
    })
}

pub async fn attachment(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<AccountRequest>, Id<Attachment>)>,
) -> Page {
    let (id, file) = ids.into_inner();
    download(&portal, scope(&by), id, file).await
}

pub async fn close(
    Posted { by, body: Form(form) }: Posted<By<Asker>, Form<CloseForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<AccountRequest>>,
) -> Page {
    let id = id.into_inner();
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(remark) => {
            let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
            let close = move |c: &mut _| {
                verbs::close(c, &act, target, &remark)
                    .map(|()| paths::account_request::Review(&id).to_string())
            };
            match portal.db.once(close).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(refusal)) => refused("", &refusal),
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let page = review_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_as(status, &ReviewPage { closing: form, errors, ..page })
}

pub async fn ask_for_more(
    Posted { by, body: Form(form) }: Posted<By<Asker>, Form<MoreForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<AccountRequest>>,
) -> Page {
    let id = id.into_inner();
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((message, due)) => {
            let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
            let ask = move |c: &mut _| {
                verbs::ask_for_more(c, &act, target, &message, due)
                    .map(|()| paths::account_request::Review(&id).to_string())
            };
            match portal.db.once(ask).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(refusal @ Refusal::DayHasPassed(_))) => {
                    (StatusCode::UNPROCESSABLE_ENTITY, refused("due", &refusal).1)
                }
                Err(Failure::Refused(refusal)) => refused("", &refusal),
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let page = review_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_as(status, &ReviewPage { more: form, errors, ..page })
}

fn refused(field: &'static str, refusal: &Refusal) -> (StatusCode, FieldErrors) {
    let mut errors = FieldErrors::default();
    errors.add(field, refusal);
    (StatusCode::CONFLICT, errors)
}

impl ReviewPage {
    /// What was typed for something that can no longer be done: shown, so that it can be copied.
    fn left_over(&self) -> Vec<&str> {
        if self.may_decide() {
            return Vec::new();
        }
        [self.more.message.as_str(), &self.closing.remark]
            .into_iter()
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn may_decide(&self) -> bool {
        self.is_asker && matches!(self.shown.case.request.status, Status::Answered { .. })
    }

    fn more_is_open(&self) -> bool {
        !self.more.message.is_empty()
            || ["message", "due"].iter().any(|field| !self.errors.of(field).is_empty())
    }
}

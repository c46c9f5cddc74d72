//! The recipient's page: what is asked for, the files one at a time, handing in.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{
    AccountRequest, Refusal, Shown, Status, download,
    form::AnswerForm,
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
        upload::DataUpload,
    },
    paths,
    people::access::{
        Act, Actor, Scope,
        proof::{By, Member, NoFields, Posted},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "account_request/show.html")]
struct ShowPage {
    chrome: Chrome,
    shown: Shown,
    message: String,
    errors: FieldErrors,
}

fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<AccountRequest>>) -> Page {
    page::show(&show_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

async fn show_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<AccountRequest>,
) -> Result<ShowPage, AppError> {
    let found = read(portal, scope(actor), id).await?;
    Ok(ShowPage {
        chrome,
        shown: Shown::of(
            found,
            |file| paths::account_request::Attachment(&id, file).to_string(),
            portal.clock.now(),
        ),
        message: String::new(),
        errors: FieldErrors::default(),
    })
}

pub async fn attachment(
    by: By<Member>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<AccountRequest>, Id<Attachment>)>,
) -> Page {
    let (id, file) = ids.into_inner();
    download(&portal, scope(&by), id, file).await
}

pub async fn add_file(
    Posted { by, body: DataUpload(upload) }: Posted<By<Member>, DataUpload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<AccountRequest>>,
) -> Page {
    let id = id.into_inner();
    let fault = match upload.file {
        Ok(Some(file)) => {
            let act = act(&by, &portal);
            let to = format!("{}#filer", paths::account_request::Case(&id));
            let add = move |c: &mut _| verbs::add_file(c, &act, id, &file).map(|()| to);
            match portal.db.once(add).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(refusal @ (Refusal::TooManyFiles | Refusal::NoRoom(_)))) => {
                    refusal.to_string()
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(None) => "Välj filen som ska laddas upp.".to_owned(),
        Err(error) => error.to_string(),
    };
    let mut page = show_page(&by.actor, by.chrome, &portal, id).await?;
    page.errors.add("file", fault);
    page::show_errors(&page)
}

pub async fn remove_file(
    Posted { by, body: Form(NoFields {}) }: Posted<By<Member>, Form<NoFields>>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<AccountRequest>, Id<Attachment>)>,
) -> Page {
    let (id, file) = ids.into_inner();
    let act = act(&by, &portal);
    portal.db.write(move |connection| verbs::remove_file(connection, &act, id, file)).await?;
    page::see_other(format!("{}#filer", paths::account_request::Case(&id)))
}

pub async fn answer(
    Posted { by, body: Form(form) }: Posted<By<Member>, Form<AnswerForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<AccountRequest>>,
) -> Page {
    let id = id.into_inner();
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(message) => {
            let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
            let answer = move |c: &mut _| {
                verbs::answer(c, &act, target, &message)
                    .map(|()| paths::account_request::Case(&id).to_string())
            };
            let refusal = match portal.db.once(answer).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(refusal)) => refusal,
                Err(failure) => return Err(failure.into()),
            };
            let mut errors = FieldErrors::default();
            match refusal {
                Refusal::NothingToHandIn => {
                    errors.add("file", refusal);
                    (StatusCode::UNPROCESSABLE_ENTITY, errors)
                }
                _ => {
                    errors.add("", refusal);
                    (StatusCode::CONFLICT, errors)
                }
            }
        }
    };
    let page = show_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_as(status, &ShowPage { message: form.message, errors, ..page })
}

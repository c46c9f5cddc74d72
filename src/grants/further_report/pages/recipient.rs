//! The recipient's page: what is asked for, the files one at a time, signing and handing in.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

use super::{
    Refusal, Shown, file_of,
    form::SignForm,
    or_done_before, read, store,
    verbs::{self, Failure, Which},
};
use crate::{
    grants::{
        case::{Act, store::Attachment},
        further_report::{Case, MOST_FILES, Status},
        grant::{Grant, Scope},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::Upload,
    },
    people::{
        access::{
            Actor, Role,
            proof::{By, Member, NoFields, Posted, Preparer, Signatory},
        },
        account::pages::confirm,
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "further_report/show.html")]
struct ShowPage {
    chrome: Chrome,
    shown: Shown,
    /// Of the next file: sent twice, it is there once.
    file_id: Id<Attachment>,
    may_prepare: bool,
    may_sign: bool,
    /// Why whoever could sign may not.
    no_mandate: Option<Refusal>,
    errors: FieldErrors,
}

fn scope(actor: &Actor) -> Scope {
    Scope::Recipient(actor.organisation.id)
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_recipient(actor, portal.clock.now())
}

fn address(which: &Which) -> String {
    format!("/bidrag/{}/rapporter/{}", which.grant, which.key)
}

async fn case(actor: &Actor, portal: &Portal, which: &Which) -> Result<Option<Case>, AppError> {
    let (scope, which) = (scope(actor), which.clone());
    let read = move |connection: &mut _| store::owed_by(connection, scope, which.grant, &which.key);
    Ok(portal.db.read(read).await?)
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, of: web::Path<(Id<Grant>, String)>) -> Page {
    let (grant, key) = of.into_inner();
    page::show(&show_page(&by.actor, by.chrome, &portal, &Which { grant, key }).await?)
}

async fn show_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    which: &Which,
) -> Result<ShowPage, AppError> {
    let (scope, asked) = (scope(actor), which.clone());
    let found = portal
        .db
        .read(move |connection| {
            let case = store::owed_by(connection, scope, asked.grant, &asked.key)?;
            read(connection, case)
        })
        .await?;
    let may_sign = actor.has(Role::Signatory);
    let mandated = act(actor, portal).mandated(Role::Signatory);
    Ok(ShowPage {
        chrome,
        shown: Shown::of(found, &address(which), portal.clock.now()),
        file_id: Id::new(),
        may_prepare: may_sign || actor.has(Role::Preparer),
        may_sign,
        no_mandate: mandated.err().map(Refusal::from),
        errors: FieldErrors::default(),
    })
}

pub async fn attachment(
    by: By<Member>,
    portal: web::Data<Portal>,
    of: web::Path<(Id<Grant>, String, Id<Attachment>)>,
) -> Page {
    let (grant, key, file) = of.into_inner();
    let scope = scope(&by);
    let (file, bytes) = portal
        .db
        .read(move |connection| {
            let case = store::owed_by(connection, scope, grant, &key)?.ok_or(AppError::NotFound)?;
            file_of(connection, &case, file)?.ok_or(AppError::NotFound)
        })
        .await?;
    page::download(&file.media_type, &file.file_name, bytes)
}

pub async fn add_file(
    Posted { by, body: upload }: Posted<By<Preparer>, Upload>,
    portal: web::Data<Portal>,
    of: web::Path<(Id<Grant>, String)>,
) -> Page {
    let (grant, key) = of.into_inner();
    let which = Which { grant, key };
    let file_id =
        upload.field("id").parse().map_err(|_| AppError::bad_request("Sidan saknar en uppgift."))?;
    let fault = match upload.file {
        Ok(Some(file)) => {
            let (act, asked) = (act(&by, &portal), which.clone());
            let add = move |connection: &mut _| verbs::add_file(connection, &act, &asked, file_id, &file);
            match portal.db.write(add).await {
                Ok(()) => return page::see_other(format!("{}#filer", address(&which))),
                Err(Failure::Refused(refusal @ (Refusal::TooManyFiles | Refusal::NoRoom(_)))) => {
                    refusal.to_string()
                }
                Err(failure) => return Err(failure.into()),
            }
        }
        Ok(None) => "Välj filen som ska laddas upp.".to_owned(),
        Err(error) => error.to_string(),
    };
    let mut page = show_page(&by.actor, by.chrome, &portal, &which).await?;
    page.errors.add("file", fault);
    page::show_errors(&page)
}

pub async fn remove_file(
    Posted { by, body: Form(NoFields {}) }: Posted<By<Preparer>, Form<NoFields>>,
    portal: web::Data<Portal>,
    of: web::Path<(Id<Grant>, String, Id<Attachment>)>,
) -> Page {
    let (grant, key, file) = of.into_inner();
    let which = Which { grant, key };
    let (act, asked) = (act(&by, &portal), which.clone());
    portal.db.write(move |connection| verbs::remove_file(connection, &act, &asked, file)).await?;
    page::see_other(format!("{}#filer", address(&which)))
}

/// Signs and hands in. The signatory confirms who he or she is with the password.
pub async fn sign(
    Posted { by, body: Form(form) }: Posted<By<Signatory>, Form<SignForm>>,
    portal: web::Data<Portal>,
    of: web::Path<(Id<Grant>, String)>,
    request: HttpRequest,
) -> Page {
    let (grant, key) = of.into_inner();
    let which = Which { grant, key };
    // Somebody else's report is not there, whatever the password.
    let seen = case(&by, &portal, &which).await?.ok_or(AppError::NotFound)?;
    let (act, asked) = (act(&by, &portal), which.clone());
    let done = match confirm::check(&by, &portal, &request, form.confirmation).await? {
        Ok(confirmed) => {
            let sign = move |connection: &mut _| verbs::sign(connection, &act, &asked, form.revision);
            confirmed.carry_out(&portal, sign).await
        }
        // The page comes again as it was: never with other files to sign.
        Err(_) if seen.report.is_some_and(|report| report.revision != form.revision) => {
            Ok(Err(Refusal::Changed.into()))
        }
        Err(errors) => Err(errors),
    };
    let (status, errors) = match done {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(done) => {
            let now = if done.is_ok() { None } else { case(&by, &portal, &which).await? };
            let me = by.person.id;
            let is_in = |status: &Status| matches!(status, Status::Submitted { filed } if filed.by.is(me));
            let Some(refusal) = or_done_before(done, now, form.revision, is_in)? else {
                return page::see_other(address(&which));
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
    let page = show_page(&by.actor, by.chrome, &portal, &which).await?;
    page::show_as(status, &ShowPage { errors, ..page })
}

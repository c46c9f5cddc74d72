//! The recipient's page: what is asked for, the files one at a time, signing and handing in.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

use super::{
    Refusal, Shown, file_of,
    form::SignForm,
    read, store,
    verbs::{self, Failure, OwedKey},
};
use crate::{
    grants::{
        case::store::Attachment,
        further_report::{Dossier, MOST_FILES},
        grant::Grant,
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::Upload,
    },
    paths,
    people::{
        access::{
            Act, Actor, Role, Scope,
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

fn address(which: &OwedKey) -> paths::further_report::Case<'_> {
    paths::further_report::Case(&which.grant, &which.key)
}

async fn case(actor: &Actor, portal: &Portal, which: &OwedKey) -> Result<Option<Dossier>, AppError> {
    let (scope, which) = (scope(actor), which.clone());
    let read = move |connection: &mut _| store::owed_by(connection, scope, which.grant, &which.key);
    Ok(portal.db.read(read).await?)
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, of: web::Path<(Id<Grant>, String)>) -> Page {
    let (grant, key) = of.into_inner();
    page::show(&show_page(&by.actor, by.chrome, &portal, &OwedKey { grant, key }).await?)
}

async fn show_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    which: &OwedKey,
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
        shown: Shown::of(
            found,
            |file| paths::further_report::Attachment(&which.grant, &which.key, file).to_string(),
            portal.clock.now(),
        ),
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
    let which = OwedKey { grant, key };
    let fault = match upload.file {
        Ok(Some(file)) => {
            let (act, asked) = (act(&by, &portal), which.clone());
            let to = format!("{}#filer", address(&which));
            let add = move |c: &mut _| verbs::add_file(c, &act, &asked, &file).map(|()| to);
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
    let which = OwedKey { grant, key };
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
    let which = OwedKey { grant, key };
    // Somebody else's report is not there, whatever the password.
    let seen = case(&by, &portal, &which).await?.ok_or(AppError::NotFound)?;
    let (act, asked) = (act(&by, &portal), which.clone());
    let done = match confirm::check(&by, &portal, &request, form.confirmation).await? {
        Ok(confirmed) => {
            let to = address(&asked).to_string();
            let sign = move |c: &mut _| verbs::sign(c, &act, &asked, form.revision).map(|()| to);
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
        Ok(Ok(to)) => return page::see_other(to),
        Ok(Err(Failure::Refused(refusal))) => {
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
        Ok(Err(failure)) => return Err(failure.into()),
    };
    let page = show_page(&by.actor, by.chrome, &portal, &which).await?;
    page::show_as(status, &ShowPage { errors, ..page })
}

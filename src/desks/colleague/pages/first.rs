//! An authority's page of a recipient's administrators: where there is none it invites the first.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{act, invitation::link, token};
use crate::{
    desks::colleague::{
        form::InviteForm,
        verbs::{self, Failure, Wanted},
    },
    grants::grant,
    ground::infra::{
        Portal,
        browser::BrowserToken,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            self, Holder, Role,
            proof::{By, CaseOfficer, Confirmed, Posted},
        },
        account::{self, Invitation, Purpose, token_hash},
        recipient::Organisation,
    },
};
use values::{Id, calendar::long_time};

#[derive(Template)]
#[template(path = "colleague/first.html")]
struct FirstPage {
    chrome: Chrome,
    recipient: Organisation,
    administrators: Vec<Holder>,
    /// To become one, with the link of each that this browser made.
    invitations: Vec<(Invitation, String)>,
    typed: InviteForm,
    errors: FieldErrors,
}

impl FirstPage {
    fn until(invitation: &Invitation) -> String {
        long_time(invitation.expires_at)
    }
}

pub async fn show(
    by: By<CaseOfficer>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
    request: HttpRequest,
) -> Page {
    page::show(&read(&by, &portal, code.into_inner(), &request).await?)
}

/// Only a recipient that this authority pays something.
async fn read(
    by: &By<CaseOfficer>,
    portal: &Portal,
    code: String,
    request: &HttpRequest,
) -> Result<FirstPage, AppError> {
    let (authority, now) = (by.organisation.id, portal.clock.now());
    let (recipient, administrators, open) = portal
        .db
        .read(move |connection| {
            let recipient =
                grant::store::recipient_of(connection, authority, &code)?.ok_or(AppError::NotFound)?;
            let administrators = access::store::holders(connection, recipient.id, &[Role::Administrator])?;
            let open = account::store::open_with_tokens(connection, recipient.id, now)?;
            Ok::<_, AppError>((recipient, administrators, open))
        })
        .await?;
    let mut invitations = Vec::new();
    for (invitation, hash) in open {
        if matches!(invitation.purpose, Purpose::Role { role: Role::Administrator, .. }) {
            let link = link(portal, request, invitation.id, &hash)?;
            invitations.push((invitation, link));
        }
    }
    Ok(FirstPage {
        chrome: by.chrome.clone(),
        recipient,
        administrators,
        invitations,
        typed: InviteForm::default(),
        errors: FieldErrors::default(),
    })
}

pub async fn invite(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<InviteForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
    request: HttpRequest,
) -> Page {
    let code = code.into_inner();
    let page = read(&by, &portal, code.clone(), &request).await?;
    let form = InviteForm { role: Role::Administrator.key().to_owned(), ..form };
    let (email, role) = match form.parse(page.recipient.kind) {
        Ok(parsed) => parsed,
        Err(errors) => return page::show_errors(&FirstPage { errors, typed: form, ..page }),
    };
    let id = Id::new();
    let token_hash = token_hash(&token(&BrowserToken::of(&request)?, id));
    let wanted = Wanted { id, token_hash, email, role };
    let (act, recipient) = (act(&by, &portal), page.recipient.clone());
    let to = paths::colleague::FirstAdministrator(&code).to_string();
    let invite = move |connection: &mut _| {
        verbs::invite_first_administrator(connection, &act, &recipient, &wanted).map(|()| to)
    };
    match portal.db.once(invite).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Invalid(errors)) => page::show_errors(&FirstPage { errors, typed: form, ..page }),
        Err(failure) => Err(failure.into()),
    }
}

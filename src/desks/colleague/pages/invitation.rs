//! Inviting somebody, and the link, which is shown to whoever made it and to nobody else.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{act, list, token};
use crate::{
    desks::colleague::{
        form::InviteForm,
        verbs::{self, Failure, Wanted},
    },
    ground::infra::{
        Portal,
        browser::BrowserToken,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::proof::{Administrator, By, Confirmed, NoFields, Posted},
        account::{self, Invitation, Purpose, token_hash},
    },
};
use values::{Id, calendar::long_time};

#[derive(Template)]
#[template(path = "colleague/invitation.html")]
struct InvitationPage {
    chrome: Chrome,
    invitation: Invitation,
    /// Empty for everybody but whoever made it, while signed in.
    link: String,
    is_open: bool,
}

impl InvitationPage {
    fn until(&self) -> String {
        long_time(self.invitation.expires_at)
    }

    fn role(&self) -> &'static str {
        match self.invitation.purpose {
            Purpose::Role { role, .. } => role.label(),
            Purpose::Password { .. } => "",
        }
    }
}

/// The link, if this browser made it and it can still be used.
pub fn link(
    portal: &Portal,
    request: &HttpRequest,
    id: Id<Invitation>,
    hash: &str,
) -> Result<String, AppError> {
    let token = token(&BrowserToken::of(request)?, id);
    if token_hash(&token) != hash {
        return Ok(String::new());
    }
    Ok(account::link(&portal.address(request)?, &token))
}

pub async fn invite(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Administrator>, Form<InviteForm>>,
    portal: web::Data<Portal>,
    request: HttpRequest,
) -> Page {
    let (email, role) = match form.parse(by.organisation.kind) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(&by, &portal, form, errors).await,
    };
    let id = Id::new();
    let token_hash = token_hash(&token(&BrowserToken::of(&request)?, id));
    let wanted = Wanted { id, token_hash, email, role };
    let (act, to) = (act(&by, &portal), paths::colleague::Invited(&id).to_string());
    let invite = move |connection: &mut _| verbs::invite(connection, &act, &wanted).map(|()| to);
    match portal.db.once(invite).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Invalid(errors)) => mend(&by, &portal, form, errors).await,
        Err(failure) => Err(failure.into()),
    }
}

async fn mend(by: &By<Administrator>, portal: &Portal, form: InviteForm, errors: FieldErrors) -> Page {
    let mut page = list::read(by, portal).await?;
    (page.typed, page.errors) = (form, errors);
    page::show_errors(&page)
}

pub async fn show(
    by: By<Administrator>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Invitation>>,
    request: HttpRequest,
) -> Page {
    let (id, own) = (id.into_inner(), by.organisation.id);
    let found = portal
        .db
        .read(move |connection| account::store::find(connection, own, id))
        .await
        .map_err(AppError::from)?;
    let (invitation, hash) = found.ok_or(AppError::NotFound)?;
    let is_open = invitation.is_open(portal.clock.now());
    let link = if is_open { link(&portal, &request, id, &hash)? } else { String::new() };
    page::show(&InvitationPage { chrome: by.chrome, link, is_open, invitation })
}

pub async fn withdraw(
    Posted { by, .. }: Posted<By<Administrator>, Form<NoFields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Invitation>>,
) -> Page {
    let (id, own, act) = (id.into_inner(), by.organisation.id, act(&by, &portal));
    let to = format!("{}?klart=tillbakadragen", paths::colleague::List);
    match portal.db.once(move |connection| verbs::withdraw(connection, &act, own, id).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => list::refused(&by, &portal, refusal).await,
        Err(failure) => Err(failure.into()),
    }
}

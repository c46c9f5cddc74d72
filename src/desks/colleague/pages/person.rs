//! One colleague: the roles, giving one more, and a link for a new password.

use actix_web::{HttpRequest, web};
use askama::Template;

use super::{act, list, signed_in, token};
use crate::{
    desks::colleague::{
        Colleague,
        form::{GiveForm, role},
        roles_of,
        verbs::{self, Failure},
    },
    grants::mandate,
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
            Person, Role,
            proof::{Administrator, By, Confirmed, NoFields, Posted},
        },
        account::token_hash,
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "colleague/person.html")]
struct PersonPage {
    chrome: Chrome,
    colleague: Colleague,
    signed_in: String,
    roles: Vec<RoleView>,
    options: Vec<(String, String)>,
    errors: FieldErrors,
}

struct RoleView {
    role: Role,
    told: String,
    state: &'static str,
    tone: &'static str,
}

pub async fn find(
    by: &By<Administrator>,
    portal: &Portal,
    id: Id<Person>,
) -> Result<(Colleague, Vec<Colleague>), AppError> {
    let own = by.organisation.id;
    let all =
        portal.db.read(move |connection| verbs::everybody(connection, own)).await.map_err(AppError::from)?;
    let found = all.iter().find(|colleague| colleague.person.id == id).cloned();
    Ok((found.ok_or(AppError::NotFound)?, all))
}

pub async fn show(
    by: By<Administrator>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Person>>,
    done: web::Query<list::Done>,
) -> Page {
    let mut page = read(&by, &portal, id.into_inner()).await?;
    page.chrome = page.chrome.noting(done.words());
    page::show(&page)
}

async fn read(by: &By<Administrator>, portal: &Portal, id: Id<Person>) -> Result<PersonPage, AppError> {
    let (colleague, _) = find(by, portal, id).await?;
    let today = portal.clock.today();
    let view = |(role, held): &(Role, crate::people::access::Mandate)| {
        let (state, tone) = mandate::tag(held, today);
        RoleView { role: *role, told: list::told(held), state, tone }
    };
    let mut others = roles_of(by.organisation.kind);
    others.retain(|role| !colleague.has(*role));
    Ok(PersonPage {
        chrome: by.chrome.clone(),
        signed_in: signed_in(colleague.signed_in_at),
        roles: colleague.roles.iter().map(view).collect(),
        options: list::options(&others),
        errors: FieldErrors::default(),
        colleague,
    })
}

pub async fn give(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Administrator>, Form<GiveForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Person>>,
) -> Page {
    let id = id.into_inner();
    let role = match role(&form.role, by.organisation.kind) {
        Ok(role) => role,
        Err(message) => {
            let mut page = read(&by, &portal, id).await?;
            page.errors.add("role", message);
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let to = format!("{}?klart=roll", paths::colleague::Colleague(&id));
    match portal.db.once(move |connection| verbs::give(connection, &act, id, role).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => list::refused(&by, &portal, refusal).await,
        Err(failure) => Err(failure.into()),
    }
}

pub async fn offer_new_password(
    Posted { by: Confirmed(by), .. }: Posted<Confirmed<Administrator>, Form<NoFields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Person>>,
    request: HttpRequest,
) -> Page {
    let (id, invitation) = (id.into_inner(), Id::new());
    let hash = token_hash(&token(&BrowserToken::of(&request)?, invitation));
    let (act, to) = (act(&by, &portal), paths::colleague::Invited(&invitation).to_string());
    let offer = move |connection: &mut _| {
        verbs::offer_new_password(connection, &act, id, invitation, &hash).map(|()| to)
    };
    match portal.db.once(offer).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => list::refused(&by, &portal, refusal).await,
        Err(failure) => Err(failure.into()),
    }
}

//! Keeping a view of the overview, and removing it again.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::{Deserialize, Serialize};

use super::{Address, MOST, SavedView, store};
use crate::{
    ground::infra::{
        Portal,
        conflict::{Conflict, Saved},
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        proof::{By, NoFields, Overseer, Posted},
        routing::Routes,
    },
};
use values::{Id, Line};

pub fn routes(routes: &mut Routes<'_>) {
    routes.post(paths::saved_view::Save::PATTERN, save).post(paths::saved_view::Remove::PATTERN, remove);
}

#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(default)]
struct SaveForm {
    name: String,
    address: String,
    /// The address of the view of that name, once the page has shown it: this one is to take its place.
    replaces: String,
}

/// Where a view is not kept as it was asked: the name is wrong, or taken.
#[derive(Template)]
#[template(path = "saved_view/save.html")]
struct SavePage {
    chrome: Chrome,
    form: SaveForm,
    errors: FieldErrors,
    conflict: Option<Conflict>,
}

async fn save(
    Posted { by, body: Form(form) }: Posted<By<Overseer>, Form<SaveForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let address = Address::parse(&form.address).map_err(|fault| AppError::bad_request(fault.to_string()))?;
    let mut page =
        SavePage { chrome: by.chrome.clone(), form, errors: FieldErrors::default(), conflict: None };
    let Some(name) = page.errors.take("name", Line::parse(&page.form.name)) else {
        return page::show_errors(&page);
    };
    let view = SavedView { id: Id::new(), name, address };
    let (own, now) = ((by.person.id, by.organisation.id), portal.clock.now());
    let replaces = page.form.replaces.clone();
    let kept = portal.db.write(move |connection| store::save(connection, own, &view, &replaces, now)).await?;
    match kept {
        store::Kept::Yes => page::see_other(format!("{}#vyer", paths::dashboard::Overview)),
        store::Kept::Full => {
            page.errors.add("name", format!("Du har redan {MOST} sparade vyer. Ta bort någon först."));
            page::show_as(StatusCode::CONFLICT, &page)
        }
        store::Kept::Taken { address, at } => {
            let saved = Saved { by: by.person.name.clone(), at };
            let there = address.as_str().to_owned();
            let fields = [("Sida".to_owned(), page.form.address.clone(), there.clone())];
            page.conflict = Some(Conflict::new(Some(saved), fields));
            page.form.replaces = there;
            page::show_as(StatusCode::CONFLICT, &page)
        }
    }
}

async fn remove(
    Posted { by, body: Form(_) }: Posted<By<Overseer>, Form<NoFields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<SavedView>>,
) -> Page {
    let (person, id) = (by.person.id, id.into_inner());
    let to = format!("{}#vyer", paths::dashboard::Overview);
    let removed = portal.db.once(move |connection| store::remove(connection, person, id).map(|()| to)).await;
    page::see_other(removed?)
}

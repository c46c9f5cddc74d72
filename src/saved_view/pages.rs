//! Keeping a view of the overview, and removing it again.

use actix_web::web;
use serde::{Deserialize, Serialize};

use super::{Address, MOST, SavedView, store};
use crate::{
    access::{
        proof::{By, NoFields, Overseer, Posted},
        routing::Routes,
    },
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        form::Form,
        page::{self, Page},
    },
    numbers::Line,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes.post("/oversikt/vyer", save).post("/oversikt/vyer/{id}/borttagning", remove);
}

#[derive(Debug, Default, Deserialize, Serialize)]
#[serde(default)]
struct SaveForm {
    name: String,
    address: String,
}

async fn save(
    Posted { by, body: Form(form) }: Posted<By<Overseer>, Form<SaveForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let address = Address::parse(&form.address).map_err(|fault| AppError::bad_request(fault.to_string()))?;
    let name = Line::parse(&form.name).map_err(|fault| AppError::bad_request(fault.to_string()))?;
    let view = SavedView { id: Id::new(), name, address };
    let (own, now) = ((by.person.id, by.organisation.id), chrono::Utc::now());
    let is_kept = portal.db.write(move |connection| store::save(connection, own, &view, now)).await?;
    if !is_kept {
        let full = format!("Du har redan {MOST} sparade vyer. Ta bort någon först.");
        return Err(AppError::Conflict(full));
    }
    page::see_other("/oversikt#vyer")
}

async fn remove(
    Posted { by, body: Form(_) }: Posted<By<Overseer>, Form<NoFields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<SavedView>>,
) -> Page {
    let (person, id) = (by.person.id, id.into_inner());
    portal.db.write(move |connection| store::remove(connection, person, id)).await?;
    page::see_other("/oversikt#vyer")
}

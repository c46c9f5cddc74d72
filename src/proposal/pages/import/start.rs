//! The first page: a file, or the table as text.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{Head, address_of_import, load, to_fill_in};
use crate::{
    access::{
        Actor,
        proof::{By, CaseOfficer, Posted},
    },
    allocation::import::{
        mapping,
        reading::{self, NotATable, Table},
    },
    calendar::{long_time, stamp},
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::{AnyUpload, Upload, UploadError},
    },
    proposal::{
        Proposal,
        import::{ColumnsForm, Import, verbs},
    },
};

#[derive(Template)]
#[template(path = "proposal/import.html")]
struct StartPage {
    chrome: Chrome,
    head: Head,
    to_fill_in: Vec<(String, String)>,
    /// Name of the file that was uploaded last, by whom and when.
    earlier: Option<(String, String, String)>,
    text: String,
    errors: FieldErrors,
}

pub async fn start(by: By<CaseOfficer>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    page::show(&read(&by.actor, by.chrome.clone(), &portal, id.into_inner()).await?)
}

async fn read(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Proposal>,
) -> Result<StartPage, AppError> {
    let by = actor.clone();
    let page = move |loaded: super::Loaded| StartPage {
        chrome,
        head: Head::of(&loaded.proposal, &by, "fordelning"),
        to_fill_in: loaded.posts.err().map(|faults| to_fill_in(id, &faults)).unwrap_or_default(),
        earlier: loaded
            .import
            .map(|import| (import.file_name, import.uploaded_by, long_time(import.uploaded_at))),
        text: String::new(),
        errors: FieldErrors::default(),
    };
    load(actor, portal, id, page).await
}

pub async fn upload(
    Posted { by, body: AnyUpload(upload) }: Posted<By<CaseOfficer>, AnyUpload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let Upload { file, .. } = upload;
    let (name, bytes) = match file {
        Ok(Some(file)) => (file.name, file.bytes),
        Ok(None) => return again(by, &portal, id, "file", FILE_MISSING.to_owned(), String::new()).await,
        Err(error) => return again(by, &portal, id, "file", of_upload(error), String::new()).await,
    };
    match take(&by.actor, &portal, id, name, bytes).await? {
        Ok(()) => page::see_other(format!("{}/kolumner", address_of_import(id))),
        Err(refused) => again(by, &portal, id, "file", refused.to_string(), String::new()).await,
    }
}

const FILE_MISSING: &str = "Välj en fil, eller klistra in tabellen nedanför.";

/// The words of an upload speak of scans.
fn of_upload(error: UploadError) -> String {
    match error {
        UploadError::TooLarge => NotATable::TooLarge.to_string(),
        UploadError::Empty => NotATable::Empty.to_string(),
        UploadError::WrongKind | UploadError::WrongKindOfData => NotATable::Unknown.to_string(),
        UploadError::Several => "Välj en fil i taget.".to_owned(),
        UploadError::Infected | UploadError::NotScanned => error.to_string(),
    }
}

#[derive(Deserialize)]
pub struct Pasted {
    text: String,
}

pub async fn paste(
    Posted { by, body: Form(pasted) }: Posted<By<CaseOfficer>, Form<Pasted>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let (id, text) = (id.into_inner(), pasted.text);
    if text.trim().is_empty() {
        return again(by, &portal, id, "text", "Klistra in tabellen här.".to_owned(), text).await;
    }
    let bytes = text.clone().into_bytes();
    match take(&by.actor, &portal, id, "Inklistrad tabell".to_owned(), bytes).await? {
        Ok(()) => page::see_other(format!("{}/kolumner", address_of_import(id))),
        Err(refused) => again(by, &portal, id, "text", refused.to_string(), text).await,
    }
}

async fn again(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Proposal>,
    field: &'static str,
    message: String,
    text: String,
) -> Page {
    let mut page = read(&by.actor, by.chrome.clone(), portal, id).await?;
    page.errors.add(field, message);
    page::show_errors(&StartPage { text, ..page })
}

/// Reads the table, guesses what its columns are, and keeps both.
async fn take(
    actor: &Actor,
    portal: &Portal,
    id: Id<Proposal>,
    file_name: String,
    bytes: Vec<u8>,
) -> Result<Result<(), NotATable>, AppError> {
    let (uploaded_by, uploaded_at) = (actor.person.name.clone(), stamp(portal.clock.now()));
    let read = move |loaded: super::Loaded| {
        let table = without_controls(reading::read(&bytes)?);
        let posts = loaded.posts.unwrap_or_default();
        let columns = ColumnsForm::of(&mapping::guess(&table, &posts, &loaded.facts.registry));
        let (stamp, resolutions) = (Id::new(), Default::default());
        Ok(Import { stamp, file_name, table, columns, resolutions, uploaded_by, uploaded_at })
    };
    let import = match load(actor, portal, id, read).await? {
        Ok(import) => import,
        Err(refused) => return Ok(Err(refused)),
    };
    let actor = actor.clone();
    portal.db.write(move |connection| verbs::upload(connection, &actor, id, &import)).await?;
    Ok(Ok(()))
}

/// A cell of a workbook may hold line breaks and characters that no database keeps.
fn without_controls(mut table: Table) -> Table {
    let rows = table.sheets.iter_mut().flat_map(|sheet| &mut sheet.rows);
    for cell in rows.flat_map(|row| &mut row.cells).filter(|cell| cell.contains(char::is_control)) {
        *cell = cell.replace(char::is_control, " ");
    }
    table
}

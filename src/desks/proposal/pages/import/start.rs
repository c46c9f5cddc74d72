//! The first page: a file, or the table as text.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{super::REASON, Head, load, to_fill_in};
use crate::{
    desks::proposal::{
        Proposal, Refusal,
        import::{ColumnsForm, Import, verbs},
        pages::act,
        verbs::Failure,
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::{AnyUpload, Upload, UploadError},
    },
    paths,
    people::access::{
        Actor,
        proof::{By, CaseOfficer, Posted},
    },
    terms::allocation::import::{
        guess::guess,
        reading::{self, NotATable, Table},
    },
};
use values::{
    Id, Prose,
    calendar::{long_time, stamp},
};

#[derive(Template)]
#[template(path = "proposal/import.html")]
struct StartPage {
    chrome: Chrome,
    head: Head,
    to_fill_in: Vec<(String, String)>,
    /// The table that was uploaded last and not used yet.
    earlier: Option<Earlier>,
    text: String,
    /// Why it is thrown away.
    reason: String,
    errors: FieldErrors,
}

struct Earlier {
    stamp: Id<Import>,
    name: String,
    by: String,
    when: String,
}

impl Earlier {
    fn of(import: Import) -> Self {
        let when = long_time(import.uploaded_at);
        Self { stamp: import.stamp, name: import.file_name, by: import.uploaded_by.to_string(), when }
    }
}

pub async fn start(
    by: By<CaseOfficer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
    done: web::Query<Done>,
) -> Page {
    let notice = (done.klart == "borttagen").then_some("Den inlästa tabellen är borttagen.");
    page::show(&read(&by.actor, by.chrome.clone().noting(notice), &portal, id.into_inner()).await?)
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
        earlier: loaded.import.map(Earlier::of),
        text: String::new(),
        reason: String::new(),
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
        Ok(()) => page::see_other(paths::proposal::ImportColumns(&id)),
        Err(refused) => again(by, &portal, id, "file", refused.to_string(), String::new()).await,
    }
}

const FILE_MISSING: &str = "Välj en fil, eller klistra in tabellen nedanför.";

/// The words of an upload speak of scans.
fn of_upload(error: UploadError) -> String {
    match error {
        UploadError::TooLarge => NotATable::TooLarge.to_string(),
        UploadError::Empty => NotATable::Empty.to_string(),
        UploadError::Several => "Välj en fil i taget.".to_owned(),
        UploadError::OtherKind(_)
        | UploadError::Unreadable(_)
        | UploadError::Infected
        | UploadError::NotScanned
        | UploadError::NotYourTurn => error.to_string(),
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
        Ok(()) => page::see_other(paths::proposal::ImportColumns(&id)),
        Err(refused) => again(by, &portal, id, "text", refused.to_string(), text).await,
    }
}

/// That a table which was read, and is the wrong one, is not to be used.
#[derive(Deserialize)]
pub struct Discarded {
    stamp: Id<Import>,
    #[serde(default)]
    reason: String,
}

pub async fn discard(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<Discarded>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let again = async |status: StatusCode, why: String| {
        let mut page = read(&by.actor, by.chrome.clone(), &portal, id).await?;
        page.errors.add("reason", why);
        page.reason.clone_from(&form.reason);
        page::show_as(status, &page)
    };
    let reason = match Prose::<2000>::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(_) => return again(StatusCode::UNPROCESSABLE_ENTITY, REASON.to_owned()).await,
    };
    let act = act(&by, &portal);
    let to = format!("{}?klart=borttagen", paths::proposal::Import(&id));
    let discard = move |c: &mut _| verbs::discard(c, &act, id, form.stamp, &reason).map(|()| to);
    match portal.db.once(discard).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => {
            again(StatusCode::CONFLICT, "En kollega har ändrat inläsningen. Så här är den nu.".to_owned())
                .await
        }
        Err(failure) => Err(failure.into()),
    }
}

#[derive(Deserialize)]
pub struct Done {
    #[serde(default)]
    klart: String,
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
    let (uploaded_by, uploaded_at) = (actor.doer(), stamp(portal.clock.now()));
    let read = move |loaded: super::Loaded| {
        let table = without_controls(reading::read(&bytes)?);
        let posts = loaded.posts.unwrap_or_default();
        let columns = ColumnsForm::of(&guess(&table, loaded.facts.basis(&posts)));
        let (stamp, resolutions) = (Id::new(), Default::default());
        Ok(Import { stamp, file_name, table, columns, resolutions, uploaded_by, uploaded_at })
    };
    let import = match load(actor, portal, id, read).await? {
        Ok(import) => import,
        Err(refused) => return Ok(Err(refused)),
    };
    let act = act(actor, portal);
    portal.db.write(move |connection| verbs::upload(connection, &act, id, &import)).await?;
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

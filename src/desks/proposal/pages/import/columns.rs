//! The second page: the first rows of the table, and what its columns are.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{super::Posted as Fields, Head, Loaded, load, to_fill_in};
use crate::{
    desks::proposal::{
        Proposal, Refusal,
        import::{
            ColumnsForm, Facts, Import,
            form::{self, ANY_KIND, KINDS, amount_field},
            verbs,
        },
        pages::{act, sent},
        verbs::Failure,
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Actor,
            proof::{By, CaseOfficer, Posted},
        },
        recipient::Kind,
    },
    terms::allocation::import::{
        column_letters,
        guess::{guess, undecided_kinds},
        mapping::{Decided, Mapping},
        matching::Resolutions,
        proof::Basis,
        reading::{Row, Sheet, Table},
        unit::Unit,
    },
};
use values::Id;

/// So many rows tell what a table is.
const ROWS_SHOWN: usize = 15;

#[derive(Template)]
#[template(path = "proposal/import-columns.html")]
struct ColumnsPage {
    chrome: Chrome,
    head: Head,
    to_fill_in: Vec<(String, String)>,
    file_name: String,
    stamp: Id<Import>,
    sheets: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    /// Why one of the kinds must be chosen.
    kind_hint: String,
    units: Vec<(String, String)>,
    /// Its own field for each post: name of the field and of the post.
    posts: Vec<(String, String)>,
    form: ColumnsForm,
    letters: Vec<String>,
    rows: Vec<Row>,
    row_count: usize,
    /// Empty for a file of text.
    sheet_name: String,
    /// What of the file was not read, or read in an unusual way.
    told: Vec<String>,
    errors: FieldErrors,
    is_conflict: bool,
}

pub async fn columns(by: By<CaseOfficer>, portal: web::Data<Portal>, id: web::Path<Id<Proposal>>) -> Page {
    let id = id.into_inner();
    match read(&by.actor, by.chrome.clone(), &portal, id, None).await? {
        Some(page) => page::show(&page),
        None => page::see_other(paths::proposal::Import(&id)),
    }
}

/// The page with what was posted or, when nothing was, with what is kept; `None` when there is no table.
async fn read(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Proposal>,
    posted: Option<ColumnsForm>,
) -> Result<Option<ColumnsPage>, AppError> {
    let by = actor.clone();
    let page = move |loaded: Loaded| {
        let Loaded { proposal, posts, import, facts } = loaded;
        let import = import?;
        let form = posted.unwrap_or_else(|| import.columns.clone());
        Some(ColumnsPage::of(chrome, Head::of(&proposal, &by, "fordelning"), posts, &facts, import, form))
    };
    load(actor, portal, id, page).await
}

impl ColumnsPage {
    fn of(
        chrome: Chrome,
        head: Head,
        posts: Result<Vec<Decided>, Vec<crate::desks::proposal::form::Fault>>,
        facts: &Facts,
        import: Import,
        form: ColumnsForm,
    ) -> Self {
        let sheet = form.sheet(&import.table);
        let header_row = form.get(form::HEADER_ROW).parse().ok();
        let none = [(String::new(), "Ingen kolumn".to_owned())];
        let named = |(at, sheet): (usize, &Sheet)| {
            (at.to_string(), format!("{} ({} rader)", sheet.name, sheet.rows.len()))
        };
        let decided = posts.as_deref().unwrap_or_default();
        let kinds = kinds(&form, &import.table, facts.basis(decided));
        let units = Unit::ALL
            .map(|unit| (unit.key().to_owned(), crate::desks::proposal::spec::capital(unit.label())));
        let shown = import.table.sheets.get(sheet).cloned().unwrap_or_default();
        let hidden = shown.hidden().map(|words| format!("{words} Det dolda har inte lästs."));
        let rows = shown.rows;
        let width = rows.iter().take(ROWS_SHOWN).map(|row| row.cells.len()).max().unwrap_or(0);
        let of_post = |post: &Decided| {
            let name = if post.name.is_empty() { &post.key } else { &post.name };
            (amount_field(&post.key), name.clone())
        };
        Self {
            chrome,
            to_fill_in: posts.as_ref().err().map(|faults| to_fill_in(head.id, faults)).unwrap_or_default(),
            head,
            file_name: import.file_name,
            stamp: import.stamp,
            sheets: import.table.sheets.iter().enumerate().map(named).collect(),
            columns: none.into_iter().chain(form::columns(&import.table, sheet, header_row)).collect(),
            kinds: kinds.0,
            kind_hint: kinds.1,
            units: units.into(),
            posts: posts.unwrap_or_default().iter().map(of_post).collect(),
            letters: (0..width).map(column_letters).collect(),
            row_count: rows.len(),
            sheet_name: shown.name,
            told: hidden.into_iter().chain(import.table.told).collect(),
            rows: rows.iter().take(ROWS_SHOWN).map(|row| shortened(row, width)).collect(),
            form,
            errors: FieldErrors::default(),
            is_conflict: false,
        }
    }

    fn is_header(&self, row: &Row) -> bool {
        self.form.get(form::HEADER_ROW) == row.number.to_string()
    }
}

/// The kinds to choose from, and why one must be chosen.
fn kinds(form: &ColumnsForm, table: &Table, basis: Basis<'_>) -> (Vec<(String, String)>, String) {
    let chosen = form.get(form::KIND).is_empty().then(|| {
        // What keeps the columns from being read is told when they are sent.
        let unsaid = form.with(form::KIND, ANY_KIND).read(table, basis);
        unsaid.map(|mapping| undecided_kinds(table, &mapping, basis)).unwrap_or_default()
    });
    let undecided = chosen.unwrap_or_default();
    let hint = match undecided.is_empty() {
        true => "Jönköping är både en kommun och en region.".to_owned(),
        false => form::whom_the_names_fit(&undecided),
    };
    let first = match undecided.is_empty() && form.get(form::KIND).is_empty() {
        true => "Varje namn passar bara på en",
        false => "Välj",
    };
    let option = |kind: Kind| (kind.key().to_owned(), crate::desks::proposal::spec::capital(kind.plural()));
    let any = (ANY_KIND.to_owned(), "Olika: den som namnet passar bäst på".to_owned());
    let kinds = KINDS.into_iter().map(option).chain([any]);
    (std::iter::once((String::new(), first.to_owned())).chain(kinds).collect(), hint)
}

/// As many cells as the others have, none of them long.
fn shortened(row: &Row, width: usize) -> Row {
    const LONGEST: usize = 60;
    let cell = |column: usize| row.cell(column).chars().take(LONGEST).collect();
    Row { number: row.number, cells: (0..width).map(cell).collect() }
}

pub async fn update(
    Posted { by, body: Form(posted) }: Posted<By<CaseOfficer>, Form<Fields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Proposal>>,
) -> Page {
    let id = id.into_inner();
    let stamp =
        sent(&posted, "stamp")?.parse().map_err(|_| AppError::bad_request("Formuläret är inte helt."))?;
    let typed = ColumnsForm::posted(&posted);
    let shows_sheet = posted.iter().any(|(name, value)| name == "handling" && value == "blad");
    let form = typed.clone();
    let changed = move |loaded: Loaded| -> Option<Result<Import, FieldErrors>> {
        let import = loaded.import?;
        let posts = loaded.posts.unwrap_or_default();
        Some(match shows_sheet {
            true => Ok(of_sheet(import, &form, loaded.facts.basis(&posts))),
            false => form
                .read(&import.table, loaded.facts.basis(&posts))
                .map(|mapping| with_columns(import, form, &mapping)),
        })
    };
    let after = match load(&by.actor, &portal, id, changed).await? {
        None => return page::see_other(paths::proposal::Import(&id)),
        Some(Ok(after)) => after,
        Some(Err(errors)) => {
            let page = read(&by.actor, by.chrome.clone(), &portal, id, Some(typed)).await?;
            let page = page.ok_or(AppError::NotFound)?;
            return page::show_errors(&ColumnsPage { errors, ..page });
        }
    };
    let act = act(&by, &portal);
    match portal.db.write(move |connection| verbs::change(connection, &act, id, stamp, &after)).await {
        Ok(()) if shows_sheet => page::see_other(paths::proposal::ImportColumns(&id)),
        Ok(()) => page::see_other(paths::proposal::ImportProof(&id)),
        Err(Failure::Refused(Refusal::Changed)) => {
            let page = read(&by.actor, by.chrome.clone(), &portal, id, None).await?;
            let page = ColumnsPage { is_conflict: true, ..page.ok_or(AppError::NotFound)? };
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// Another sheet has other columns and other rows.
fn of_sheet(import: Import, chosen: &ColumnsForm, basis: Basis<'_>) -> Import {
    let at = chosen.sheet(&import.table);
    let alone =
        Table { sheets: import.table.sheets.get(at).cloned().into_iter().collect(), told: Vec::new() };
    let guessed = Mapping { sheet: at, ..guess(&alone, basis) };
    Import { columns: ColumnsForm::of(&guessed), resolutions: Resolutions::new(), ..import }
}

fn with_columns(import: Import, form: ColumnsForm, mapping: &Mapping) -> Import {
    let is_same_sheet = import.columns.sheet(&import.table) == mapping.sheet;
    let resolutions = if is_same_sheet { import.resolutions } else { Resolutions::new() };
    Import { columns: form, resolutions, ..import }
}

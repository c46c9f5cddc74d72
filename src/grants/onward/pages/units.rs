//! The register of units: listed, typed one by one, or read from a list.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{act, refused};
use crate::{
    grants::onward::{
        Refusal,
        form::UnitForm,
        import::{self, Fault},
        store,
        unit::{Unit, regime},
        verbs::{self, Failure},
    },
    ground::infra::{
        Portal,
        conflict::Conflict,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::AnyUpload,
    },
    paths,
    people::access::{
        Actor, Role,
        proof::{By, Member, Posted, Preparer},
    },
};
use files::reading;
use table::{Cell, Column, Heading, Row, Sort, Table};
use values::{
    Id, ProviderNumber,
    text::{same, sort_key},
};

#[derive(Template)]
#[template(path = "onward/units.html")]
struct ListPage {
    chrome: Chrome,
    organisation: String,
    count: usize,
    table: Table,
    headings: Vec<Heading>,
    may_prepare: bool,
}

/// The order of the register, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Order {
    ordning: String,
}

pub async fn list(by: By<Member>, portal: web::Data<Portal>, order: web::Query<Order>) -> Page {
    let own = by.organisation.id;
    let units = portal.db.read(move |connection| Ok::<_, AppError>(store::units(connection, own)?)).await?;
    let table = table(&units).sorted(&Sort::by("utforare")).sorted(&Sort::parse(&order.ordning));
    page::show(&ListPage {
        organisation: by.organisation.formal_name.clone(),
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
        chrome: by.chrome,
        count: units.len(),
        headings: table
            .headings(|sort| format!("{}?ordning={}#registret", paths::onward::Units, sort.written())),
        table,
    })
}

fn table(units: &[Unit]) -> Table {
    let columns = vec![
        Column::text("enhet", "Enhet"),
        Column::text("utforare", "Utförare"),
        Column::text("orgnr", "Nummer"),
        Column::text("regi", "Regiform"),
        Column::text("slag", "Verksamhet"),
        Column::number("storlek", "Storlek"),
        Column::text("kommun", "Annan kommun"),
    ];
    let row = |unit: &Unit| {
        let content = &unit.content;
        let closed = if unit.is_closed { " (nedlagd)" } else { "" };
        Row {
            is_late: false,
            cells: vec![
                Cell::Link {
                    text: format!("{}{closed}", content.name),
                    href: paths::onward::Unit(&unit.id).to_string(),
                },
                Cell::Text(content.provider.to_string()),
                Cell::Text(content.provider_number.to_string()),
                Cell::Text(regime(content.is_private).to_owned()),
                Cell::Text(content.kind.to_string()),
                Cell::Count(i64::from(content.size)),
                content.elsewhere.as_ref().map_or(Cell::Empty, |name| Cell::Text(name.to_string())),
            ],
        }
    };
    Table::new(columns, units.iter().map(row).collect(), None)
}

#[derive(Template)]
#[template(path = "onward/unit.html")]
struct UnitPage {
    chrome: Chrome,
    /// With its revision. None of the one that is to be.
    unit: Option<(Id<Unit>, i64)>,
    form: UnitForm,
    regimes: [(String, String); 3],
    /// What the register calls the kinds that it has.
    kinds: Vec<String>,
    errors: FieldErrors,
    /// A colleague changed the unit in between.
    conflict: Option<Conflict>,
    may_prepare: bool,
}

impl UnitPage {
    fn address(&self) -> String {
        self.unit.map_or_else(
            || paths::onward::NewUnit.to_string(),
            |(id, _)| paths::onward::Unit(&id).to_string(),
        )
    }

    /// For whoever only reads.
    fn number_shown(&self) -> String {
        ProviderNumber::parse(&self.form.provider_number).map(|number| number.to_string()).unwrap_or_default()
    }
}

fn unit_page(
    by: &By<impl Sized>,
    unit: Option<(Id<Unit>, i64)>,
    form: UnitForm,
    kinds: Vec<String>,
) -> UnitPage {
    let of = |value: &str, label: &str| (value.to_owned(), label.to_owned());
    UnitPage {
        chrome: by.chrome.clone(),
        unit,
        form,
        regimes: [of("", "Välj"), of("kommunal", "Kommunal"), of("privat", "Privat")],
        kinds,
        errors: FieldErrors::default(),
        conflict: None,
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
    }
}

async fn kinds(portal: &Portal, actor: &Actor) -> Result<Vec<String>, AppError> {
    let own = actor.organisation.id;
    let units = portal.db.read(move |connection| Ok::<_, AppError>(store::units(connection, own)?)).await?;
    let mut kinds: Vec<String> = units.into_iter().map(|unit| unit.content.kind.to_string()).collect();
    kinds.sort_by_cached_key(|kind| sort_key(kind));
    kinds.dedup_by(|one, other| same(one, other));
    Ok(kinds)
}

pub async fn new(by: By<Preparer>, portal: web::Data<Portal>) -> Page {
    let kinds = kinds(&portal, &by).await?;
    page::show(&unit_page(&by, None, UnitForm::default(), kinds))
}

async fn find(portal: &Portal, actor: &Actor, id: Id<Unit>) -> Result<Unit, AppError> {
    let own = actor.organisation.id;
    portal.db.read(move |connection| store::unit(connection, own, id)?.ok_or(AppError::NotFound)).await
}

pub async fn edit(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Unit>>) -> Page {
    let id = id.into_inner();
    let unit = find(&portal, &by, id).await?;
    let kinds = kinds(&portal, &by).await?;
    page::show(&unit_page(&by, Some((id, unit.revision)), UnitForm::of(&unit.content, unit.is_closed), kinds))
}

/// The names that an organisation answers to.
fn own_names(actor: &Actor) -> [&str; 2] {
    [&actor.organisation.name, &actor.organisation.formal_name]
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<UnitForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let act = act(&by, &portal);
    let errors = match form.parse(&own_names(&by)) {
        Err(errors) => errors,
        Ok(content) => {
            let to = paths::onward::Units.to_string();
            match portal.db.once(move |connection| verbs::add(connection, &act, content).map(|()| to)).await {
                Ok(to) => return page::see_other(to),
                Err(failure) => refused(failure, "")?,
            }
        }
    };
    let kinds = kinds(&portal, &by).await?;
    page::show_errors(&UnitPage { errors, ..unit_page(&by, None, form, kinds) })
}

#[derive(Debug, Deserialize)]
pub struct ChangedForm {
    revision: i64,
    #[serde(flatten)]
    form: UnitForm,
}

pub async fn update(
    Posted { by, body: Form(ChangedForm { revision, form }) }: Posted<By<Preparer>, Form<ChangedForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Unit>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let is_closed = !form.closed.is_empty();
    let errors = match form.parse(&own_names(&by)) {
        Err(errors) => errors,
        Ok(content) => {
            let to = paths::onward::Units.to_string();
            let change =
                move |c: &mut _| verbs::change(c, &act, (id, revision), content, is_closed).map(|()| to);
            match portal.db.once(change).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Done) => return page::see_other(paths::onward::Units),
                Err(Failure::Refused(Refusal::Changed)) => return overtaken(&by, &portal, id, form).await,
                Err(failure) => refused(failure, "")?,
            }
        }
    };
    let kinds = kinds(&portal, &by).await?;
    page::show_errors(&UnitPage { errors, ..unit_page(&by, Some((id, revision)), form, kinds) })
}

/// What was typed beside the unit as a colleague has changed it.
async fn overtaken(by: &By<impl Sized>, portal: &Portal, id: Id<Unit>, typed: UnitForm) -> Page {
    let (unit, kinds) = (find(portal, by, id).await?, kinds(portal, by).await?);
    let fields = typed.beside(&UnitForm::of(&unit.content, unit.is_closed));
    let conflict = Some(Conflict::new(unit.saved, fields));
    let page = unit_page(by, Some((id, unit.revision)), typed, kinds);
    page::show_as(StatusCode::CONFLICT, &UnitPage { conflict, ..page })
}

#[derive(Template)]
#[template(path = "onward/import.html")]
struct ImportPage {
    chrome: Chrome,
    errors: FieldErrors,
    faults: Vec<Fault>,
    /// How many more there are than are shown.
    more: usize,
    file_name: String,
    /// The sheet that was read, and what of the file was not or in an unusual way.
    sheet: String,
    told: Vec<String>,
    done: Option<verbs::Imported>,
}

/// More than anybody mends before trying again.
const FAULTS_SHOWN: usize = 100;

pub async fn import_form(by: By<Preparer>) -> Page {
    page::show(&ImportPage::empty(by.chrome))
}

impl ImportPage {
    fn empty(chrome: Chrome) -> Self {
        Self {
            chrome,
            errors: FieldErrors::default(),
            faults: Vec::new(),
            more: 0,
            file_name: String::new(),
            sheet: String::new(),
            told: Vec::new(),
            done: None,
        }
    }
}

/// All of the list, or nothing of it and its faults.
pub async fn import(
    Posted { by, body: AnyUpload(upload) }: Posted<By<Preparer>, AnyUpload>,
    portal: web::Data<Portal>,
) -> Page {
    let mut page = ImportPage::empty(by.chrome.clone());
    let file = match upload.file {
        Ok(Some(file)) => file,
        Ok(None) => {
            page.errors.add("file", "Välj filen med listan.");
            return page::show_errors(&page);
        }
        Err(error) => {
            page.errors.add("file", error);
            return page::show_errors(&page);
        }
    };
    page.file_name.clone_from(&file.name);
    let own: Vec<String> = own_names(&by).map(str::to_owned).to_vec();
    let read = web::block(move || {
        let table = reading::read(&file.bytes)?;
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        Ok::<_, reading::NotATable>((import::read(&table, &own), table.told))
    });
    let contents = match read.await.map_err(|error| AppError::internal(error.to_string()))? {
        Ok((Ok(list), told)) => {
            (page.sheet, page.told) = (list.sheet, told);
            list.units
        }
        Ok((Err(mut faults), told)) => {
            page.told = told;
            let message = format!(
                "Listan har fel. Inget har lästs in. Rätta i {} det som står i tabellen, och läs in den igen.",
                page.file_name
            );
            page.errors.add("file", message);
            page.more = faults.len().saturating_sub(FAULTS_SHOWN);
            faults.truncate(FAULTS_SHOWN);
            page.faults = faults;
            return page::show_errors(&page);
        }
        Err(not_a_table) => {
            page.errors.add("file", not_a_table);
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let same = contents.len();
    page.done = match portal.db.write(move |connection| verbs::import(connection, &act, contents)).await {
        Ok(done) => Some(done),
        Err(Failure::Done) => Some(verbs::Imported { same, ..verbs::Imported::default() }),
        Err(failure) => {
            page.errors = refused(failure, "")?;
            return page::show_as(StatusCode::CONFLICT, &page);
        }
    };
    page::show(&page)
}

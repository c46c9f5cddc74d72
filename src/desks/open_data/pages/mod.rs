//! The public pages and files, and the authority's switch. What is public is the same for everybody: no session is looked
//! up, no cookie is set, and each answer carries a validator (`infra::shared`).

mod agreement;
mod catalogue;
mod publishing;
mod recipient;
mod recipients;
mod start;

use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{Record, View, field::Field, form, json::Document, tables};
use crate::{
    desks::dashboard::{
        AgreementPositions,
        cache::{PageKey, Rendered},
        pages::{outcomes, shares},
        store::{self, Chosen},
    },
    grants::search,
    ground::infra::{
        Portal,
        error::AppError,
        page::{Chrome, Page},
        shared::{self, Kind, Representation},
    },
    paths,
    people::access::{proof::Anyone, routing::Routes},
    terms::insight::Sight,
};
use table::{
    Heading, Table,
    csv::{self, Reader},
    workbook::{self, Sheet},
};
use values::{
    calendar,
    text::{Sought, sort_key},
};

pub fn routes(routes: &mut Routes<'_>) {
    // The files first: a page's address would match them too.
    routes
        .get(paths::open_data::Start::PATTERN, start::show)
        .get(paths::open_data::Catalogue::PATTERN, catalogue::show)
        .get(paths::open_data::RecipientsExcelCsv::PATTERN, recipients::show)
        .get(paths::open_data::RecipientsCsv::PATTERN, recipients::show)
        .get(paths::open_data::RecipientsJson::PATTERN, recipients::show)
        .get(paths::open_data::RecipientsWorkbook::PATTERN, recipients::show)
        .get(paths::open_data::Recipients::PATTERN, recipients::show)
        .get(paths::open_data::RecipientExcelCsv::PATTERN, recipient::show)
        .get(paths::open_data::RecipientCsv::PATTERN, recipient::show)
        .get(paths::open_data::RecipientJson::PATTERN, recipient::show)
        .get(paths::open_data::RecipientWorkbook::PATTERN, recipient::show)
        .get(paths::open_data::Recipient::PATTERN, recipient::show)
        .get(paths::open_data::AgreementExcelCsv::PATTERN, agreement::show)
        .get(paths::open_data::AgreementCsv::PATTERN, agreement::show)
        .get(paths::open_data::AgreementJson::PATTERN, agreement::show)
        .get(paths::open_data::AgreementWorkbook::PATTERN, agreement::show)
        .get(paths::open_data::Agreement::PATTERN, agreement::show)
        .get(paths::open_data::Publishing::PATTERN, publishing::show)
        .post(paths::open_data::Publishing::PATTERN, publishing::switch);
}

/// What a request asks for: which page, which of its rows, and in what form.
struct Asked {
    request: HttpRequest,
    /// Of the page, whatever form is asked for.
    path: String,
    /// What the page is of: an agreement's slug or a recipient's code.
    of: String,
    form: Form,
    view: View,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    /// For a spreadsheet program with Swedish settings.
    SpreadsheetCsv,
    /// For every other program.
    Csv,
    Json,
    Workbook,
    Catalogue,
}

impl Form {
    /// The longer ending before the one that it ends with.
    const FILES: [Self; 5] = [Self::SpreadsheetCsv, Self::Csv, Self::Json, Self::Workbook, Self::Catalogue];

    /// How its addresses end, and what it is.
    fn kind(self) -> (&'static str, &'static str) {
        match self {
            Self::Page => ("", "text/html; charset=utf-8"),
            Self::SpreadsheetCsv => ("-excel.csv", "text/csv; charset=utf-8; header=present"),
            Self::Csv => (".csv", "text/csv; charset=utf-8; header=present"),
            Self::Json => (".json", "application/json"),
            Self::Workbook => (".xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
            Self::Catalogue => (".rdf", "application/rdf+xml"),
        }
    }
}

impl FromRequest for Asked {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let path = request.path();
        let file = Form::FILES.into_iter().find_map(|form| Some((path.strip_suffix(form.kind().0)?, form)));
        let (path, form) = file.unwrap_or((path, Form::Page));
        let of = request.match_info().iter().next().map_or("", |(_, value)| value);
        let view = form::parse(request.query_string());
        std::future::ready(Ok(Self {
            request: request.clone(),
            path: path.to_owned(),
            of: of.to_owned(),
            view: if form == Form::Page { view } else { view.of_file() },
            form,
        }))
    }
}

/// What a page or a file is made of.
struct PageData {
    outcomes: Vec<Arc<AgreementPositions>>,
    chrome: Chrome,
    view: View,
    path: String,
    form: Form,
    /// Where the portal is, for the catalogue alone: other answers know no address but their own.
    base: String,
    now: DateTime<Utc>,
}

impl PageData {
    fn is_practice(&self) -> bool {
        self.chrome.practice.is_some()
    }

    /// Those that are searched for, of all the agreements.
    fn records(&self) -> Vec<Record> {
        let overview = self.view.overview();
        let is_asked = overview.finder();
        self.outcomes.iter().flat_map(|outcome| super::records(outcome, &is_asked, self.now)).collect()
    }

    fn counties(&self) -> Vec<(String, String)> {
        let mut counties: Vec<&str> = self.outcomes.iter().flat_map(|outcome| outcome.counties()).collect();
        counties.sort_by_cached_key(|county| sort_key(county));
        counties.dedup();
        let each = counties.into_iter().map(|county| (county.to_owned(), county.to_owned()));
        std::iter::once((String::new(), "Alla län".to_owned())).chain(each).collect()
    }

    /// The table in the order that is asked for, with the addresses of the others.
    fn ordered(&self, table: Table) -> Ordered {
        let table = table.sorted(&self.view.sort);
        let address = |sort| format!("{}{}#tabell", self.path, self.view.sorted_by(sort).query());
        Ordered { headings: table.headings(address), table }
    }

    /// Of the agreements, each once.
    fn publishers(&self) -> Vec<&str> {
        let names = self.outcomes.iter().map(|outcome| outcome.agreement.authority.name.as_str());
        let mut names: Vec<&str> = names.collect();
        names.sort_by_cached_key(|name| sort_key(name));
        names.dedup();
        names
    }

    /// The records as a file.
    fn file(&self, title: &str, records: &[Record]) -> Result<Vec<u8>, AppError> {
        let fault = |fault: String| AppError::internal(fault);
        let table = || tables::file(records, self.is_practice()).sorted(&self.view.sort);
        match self.form {
            Form::Csv => csv::write(&table(), Reader::Program).map_err(|error| fault(error.to_string())),
            Form::SpreadsheetCsv => {
                csv::write(&table(), Reader::Spreadsheet).map_err(|error| fault(error.to_string()))
            }
            Form::Json => Document::new(title, self.is_practice(), self.publishers(), records)
                .write()
                .map_err(|error| fault(error.to_string())),
            Form::Workbook => {
                let sheet = Sheet { name: "Uppgifter", table: &table() };
                workbook::write(&[sheet], &self.about(title)).map_err(|error| fault(error.to_string()))
            }
            Form::Page | Form::Catalogue => Err(AppError::NotFound),
        }
    }

    fn about(&self, title: &str) -> Vec<(&'static str, String)> {
        let mut about = vec![
            ("Innehåll", title.to_owned()),
            ("Utgivare", self.publishers().join(", ")),
            ("Licens", format!("CC0 1.0, {}", super::LICENCE)),
            ("Gäller", calendar::long_date(calendar::day(self.now))),
        ];
        about.extend(Field::ALL.map(|field| (field.label(), field.meaning().to_owned())));
        if self.is_practice() {
            about.push(("Övningsläge", "Uppgifterna är påhittade.".to_owned()));
        }
        about
    }
}

struct Ordered {
    table: Table,
    headings: Vec<Heading>,
}

/// Answers with what `make` makes of the chosen agreements; 404 when none of them is public. What is kept is known by its
/// stamps, so an unchanged page costs one query: neither rows are read nor a template rendered, for a 304 or for a 200.
async fn answer(
    anyone: Anyone,
    (portal, rendered): (web::Data<Portal>, web::Data<Rendered>),
    mut asked: Asked,
    chosen: Chosen,
    make: impl FnOnce(&PageData, &str) -> Result<Vec<u8>, AppError>,
) -> Page {
    let now = portal.clock.now();
    let (party, is_of_all) = (chosen.party(), matches!(chosen, Chosen::All));
    let sought = Sought::new(&asked.view.search);
    let (stamps, meant) = portal
        .db
        .read(move |connection| {
            let meant = search::store::meant(connection, &sought, None)?;
            Ok::<_, AppError>((store::stamps(connection, Sight::Public, chosen)?, meant))
        })
        .await?;
    asked.view.meant = meant;
    if stamps.is_empty() && !is_of_all {
        return Err(AppError::NotFound);
    }
    // The catalogue goes on to others: it says where the portal is.
    let base = if asked.form == Form::Catalogue { portal.address(&asked.request)? } else { String::new() };
    let address = format!("{base}{}{}{}", asked.path, asked.form.kind().0, asked.view.query());
    let key = PageKey { stamps, today: calendar::day(now), address, meant: asked.view.meant.clone() };
    if let Some(kept) = rendered.public.get(&key) {
        return shared::answer(&asked.request, &kept, kind(&portal, &asked));
    }
    let outcomes = match party {
        Some(party) => shares(&portal, &key.stamps, party).await?,
        None => outcomes(&portal, &rendered, &key.stamps).await?,
    };
    let Asked { path, view, form, .. } = &asked;
    let (path, view, form) = (path.clone(), view.clone(), *form);
    let found = PageData { outcomes, chrome: anyone.chrome, view, path, form, base, now };
    let made = Arc::new(Representation::new(make(&found, &asked.of)?));
    rendered.public.insert(key, Arc::clone(&made));
    shared::answer(&asked.request, &made, kind(&portal, &asked))
}

fn kind(portal: &Portal, asked: &Asked) -> Kind {
    let (suffix, media_type) = asked.form.kind();
    let name = asked
        .path
        .trim_start_matches(paths::open_data::Start::PATTERN)
        .trim_start_matches('/')
        .replace('/', "-");
    let is_saved = matches!(asked.form, Form::SpreadsheetCsv | Form::Csv | Form::Workbook);
    Kind {
        media_type,
        file_name: is_saved.then(|| format!("{name}{suffix}")),
        is_data: asked.form != Form::Page,
        is_of_request: asked.form == Form::Catalogue && portal.config.address.is_empty(),
    }
}

/// A template as it is sent.
fn render(template: &impl Template) -> Result<Vec<u8>, AppError> {
    Ok(template.render()?.into_bytes())
}

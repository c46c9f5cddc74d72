//! The overview's pages. Each is a [`Leaf`]: words and a table, shown, or taken along as CSV or as a workbook.

mod agreement;
mod list;
mod recipient;
mod rounds;
mod saved;
mod year;

use std::sync::Arc;

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    Outcome,
    cache::{Content, PageKey, Rendered, Stamp},
    form,
    state::State,
    store::{self, Chosen},
    view::{Group, View},
};
use crate::{
    access::{
        proof::{By, Overseer},
        routing::Routes,
    },
    calendar,
    grant::store::Which,
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    insight::Sight,
    recipient::Organisation,
    table::{
        Heading, Table,
        csv::{self, Reader},
        workbook::{self, Sheet},
    },
};

pub fn routes(routes: &mut Routes<'_>) {
    // The files first: a page's address would match them too.
    routes
        .get("/oversikt", list::show)
        .post("/oversikt/vyer", saved::save)
        .post("/oversikt/vyer/{id}/borttagning", saved::remove)
        .get("/oversikt/ar/{year}.csv", year::show)
        .get("/oversikt/ar/{year}.xlsx", year::show)
        .get("/oversikt/ar/{year}", year::show)
        .get("/oversikt/mottagare/{code}.csv", recipient::show)
        .get("/oversikt/mottagare/{code}.xlsx", recipient::show)
        .get("/oversikt/mottagare/{code}", recipient::show)
        .get("/oversikt/{slug}.csv", agreement::show)
        .get("/oversikt/{slug}.xlsx", agreement::show)
        .get("/oversikt/{slug}", agreement::show)
        .get("/oversikt/{slug}/lan.csv", agreement::counties)
        .get("/oversikt/{slug}/lan.xlsx", agreement::counties)
        .get("/oversikt/{slug}/lan", agreement::counties)
        .get("/oversikt/{slug}/sena.csv", agreement::late)
        .get("/oversikt/{slug}/sena.xlsx", agreement::late)
        .get("/oversikt/{slug}/sena", agreement::late)
        .get("/oversikt/{slug}/omgangar.csv", rounds::show)
        .get("/oversikt/{slug}/omgangar.xlsx", rounds::show)
        .get("/oversikt/{slug}/omgangar", rounds::show);
}

/// What the pages keep, one for the whole program.
pub fn cache() -> web::Data<Rendered> {
    web::Data::new(Rendered::default())
}

/// What a request asks for: which page, which of its rows, and in what form.
struct Asked {
    /// Of the page, whatever form is asked for.
    path: String,
    /// What the page is of: an agreement's slug, a year, a recipient's code.
    of: String,
    form: Form,
    view: View,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Page,
    Csv,
    Workbook,
}

impl FromRequest for Asked {
    type Error = AppError;
    type Future = std::future::Ready<Result<Self, AppError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let files = [(".csv", Form::Csv), (".xlsx", Form::Workbook)];
        let path = request.path();
        let file = files.iter().find_map(|(suffix, form)| Some((path.strip_suffix(suffix)?, *form)));
        let (path, form) = file.unwrap_or((path, Form::Page));
        let of = request.match_info().iter().next().map_or("", |(_, value)| value);
        std::future::ready(Ok(Self {
            path: path.to_owned(),
            of: of.to_owned(),
            form,
            view: form::parse(request.query_string()),
        }))
    }
}

/// A page of the overview.
struct Leaf {
    title: String,
    heading: String,
    lead: String,
    /// Where it hangs: address and words.
    crumbs: Vec<(String, String)>,
    tabs: Vec<Tab>,
    /// What stands above the table, as HTML that a template made.
    above: String,
    filters: Filters,
    /// What the table is of, and what is said when nothing is in it.
    table_heading: String,
    empty: &'static str,
    table: Table,
    /// What a workbook has besides the table: each sheet's name and table.
    more_sheets: Vec<(String, Table)>,
}

/// One of the pages of the same agreement.
struct Tab {
    href: String,
    label: &'static str,
    current: bool,
}

/// What the rows can be filtered by, besides what is searched for: pairs of value and words.
#[derive(Default)]
struct Filters {
    search: bool,
    counties: Vec<(String, String)>,
    states: Vec<(String, String)>,
    groups: Vec<(String, String)>,
    posts: Vec<(String, String)>,
    /// What is unspent, what is late and what was certified with deviations.
    is_detailed: bool,
}

impl Filters {
    fn any(&self) -> bool {
        self.search || !self.counties.is_empty()
    }
}

/// The page within its frame; it knows nothing of who looks, so that it can be kept.
#[derive(Template)]
#[template(path = "dashboard/leaf_content.html")]
struct LeafContent<'a> {
    leaf: &'a Leaf,
    view: &'a View,
    path: &'a str,
    headings: Vec<Heading>,
}

impl LeafContent<'_> {
    fn unspent_above(&self) -> String {
        self.view.unspent_above.map(|least| least.digits().to_string()).unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "dashboard/leaf.html")]
struct LeafPage<'a> {
    chrome: Chrome,
    content: &'a Content,
    address: String,
}

/// What a page is made of.
struct Found {
    outcomes: Vec<Arc<Outcome>>,
    view: View,
    form: Form,
    path: String,
    now: DateTime<Utc>,
}

impl Found {
    /// The agreement that the page is of.
    fn outcome(&self, slug: &str) -> Result<&Outcome, AppError> {
        let found = self.outcomes.iter().find(|outcome| outcome.agreement.terms.slug == slug);
        found.map(Arc::as_ref).ok_or(AppError::NotFound)
    }
}

/// Answers with the page or the file that `make` makes of the chosen agreements; 404 when none of them is in sight.
async fn answer(
    by: By<Overseer>,
    (portal, rendered): (web::Data<Portal>, web::Data<Rendered>),
    asked: Asked,
    chosen: Chosen,
    make: impl FnOnce(&Found, &str) -> Result<Leaf, AppError>,
) -> Page {
    let sight = Sight::of(&by);
    let now = portal.clock.now();
    let recipient = chosen.recipient();
    let stamps = portal.db.read(move |connection| store::stamps(connection, sight, chosen)).await?;
    if stamps.is_empty() {
        return Err(AppError::NotFound);
    }
    let address = format!("{}{}", asked.path, asked.view.query());
    let key = PageKey { stamps, today: calendar::day(now), address };
    if asked.form == Form::Page
        && let Some(content) = rendered.pages.get(&key)
    {
        return page::show(&LeafPage { chrome: by.chrome, content: &content, address: key.address });
    }
    let outcomes = match recipient {
        Some(recipient) => shares(&portal, &key.stamps, recipient).await?,
        None => outcomes(&portal, &rendered, &key.stamps).await?,
    };
    let found = Found { outcomes, view: asked.view, form: asked.form, path: asked.path, now };
    let leaf = make(&found, &asked.of)?;
    let file = || format!("{}-{}", found.path.trim_start_matches('/').replace('/', "-"), key.today);
    match found.form {
        Form::Page => {
            let content = Arc::new(render(&leaf, &found)?);
            let page =
                page::show(&LeafPage { chrome: by.chrome, content: &content, address: key.address.clone() });
            rendered.pages.insert(key, content);
            page
        }
        Form::Csv => {
            let bytes = csv::write(&leaf.table, Reader::Spreadsheet)
                .map_err(|error| AppError::internal(error.to_string()))?;
            page::download("text/csv; charset=utf-8", &format!("{}.csv", file()), bytes)
        }
        Form::Workbook => workbook_of(&leaf, &found, &portal, &file()),
    }
}

fn render(leaf: &Leaf, found: &Found) -> Result<Content, AppError> {
    let address = |sort| format!("{}{}", found.path, found.view.sorted_by(sort).query());
    let content =
        LeafContent { leaf, view: &found.view, path: &found.path, headings: leaf.table.headings(address) };
    Ok(Content { title: leaf.title.clone(), html: content.render()? })
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn workbook_of(leaf: &Leaf, found: &Found, portal: &Portal, file: &str) -> Page {
    let first = Sheet { name: &leaf.table_heading, table: &leaf.table };
    let more = leaf.more_sheets.iter().map(|(name, table)| Sheet { name, table });
    let sheets: Vec<Sheet<'_>> = std::iter::once(first).chain(more).collect();
    let mut about = vec![
        ("Innehåll", format!("{}. {}", leaf.title, leaf.lead)),
        ("Urval", found.view.words()),
        ("Hämtat", calendar::long_time(portal.clock.now())),
        ("Belopp", "I kronor, från bidragens reskontra i Bidragsporten.".to_owned()),
    ];
    if portal.practice {
        about.push(("Övningsläge", "Uppgifterna är påhittade.".to_owned()));
    }
    let bytes = workbook::write(&sheets, &about).map_err(|error| AppError::internal(error.to_string()))?;
    page::download(WORKBOOK, &format!("{file}.xlsx"), bytes)
}

/// The outcomes under these stamps, in their order; what is not kept is read, all of it at once. Should something change
/// after the stamp was read, it is kept under a stamp that nobody asks for again.
pub async fn outcomes(
    portal: &Portal,
    rendered: &Rendered,
    stamps: &[Stamp],
) -> Result<Vec<Arc<Outcome>>, AppError> {
    let kept: Vec<Option<Arc<Outcome>>> = stamps.iter().map(|stamp| rendered.outcomes.get(stamp)).collect();
    let missing: Vec<_> = stamps
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| kept.is_none())
        .map(|(stamp, _)| stamp.agreement)
        .collect();
    let mut read = Vec::new();
    if !missing.is_empty() {
        let which = move |connection: &mut _| store::outcomes(connection, Which::of(&missing));
        read = portal.db.read(which).await?.into_iter().map(Arc::new).collect();
        for outcome in &read {
            if let Some(stamp) = stamps.iter().find(|stamp| stamp.agreement == outcome.agreement.id) {
                rendered.outcomes.insert(*stamp, Arc::clone(outcome));
            }
        }
    }
    let found = stamps.iter().zip(kept).filter_map(|(stamp, kept)| {
        kept.or_else(|| read.iter().find(|outcome| outcome.agreement.id == stamp.agreement).cloned())
    });
    Ok(found.collect())
}

/// A recipient's share of each agreement; there may be many agreements, and it is but one row of each.
pub async fn shares(
    portal: &Portal,
    stamps: &[Stamp],
    recipient: Id<Organisation>,
) -> Result<Vec<Arc<Outcome>>, AppError> {
    let agreements: Vec<_> = stamps.iter().map(|stamp| stamp.agreement).collect();
    let read = move |connection: &mut _| {
        store::outcomes(connection, Which { agreements: &agreements, recipient: Some(recipient) })
    };
    Ok(portal.db.read(read).await?.into_iter().map(Arc::new).collect())
}

/// Choices for a filter: all of them, and each.
fn choices(all: &str, each: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), all.to_owned())).chain(each).collect()
}

fn crumb(href: impl Into<String>, label: impl Into<String>) -> (String, String) {
    (href.into(), label.into())
}

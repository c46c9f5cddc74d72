//! The overview's pages. Each is a [`Leaf`]: words and a table, shown, or taken along as CSV or as a workbook.

mod agreement;
mod government;
mod list;
mod pictures;
mod recipient;
mod rounds;
mod year;

use std::{fmt::Display, sync::Arc};

use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use askama::Template;
use chrono::{DateTime, Utc};

use super::{
    AgreementPositions,
    cache::{Content, PageKey, Rendered, Stamp},
    form,
    state::State,
    store::{self, Chosen},
    view::{Group, View},
};
use crate::{
    grants::{
        grant::{
            self,
            store::{GrantFilter, Movement},
        },
        search,
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Scope,
            proof::{Access, By, Overseer, Pending, Proof},
            routing::Routes,
        },
        recipient::Organisation,
    },
    terms::insight::Sight,
};
use table::{
    Heading, Table,
    csv::{self, Reader},
    workbook::{self, Sheet},
};
use values::{Id, calendar, text::Sought};

pub fn routes(routes: &mut Routes<'_>) {
    // The files first: a page's address would match them too.
    routes
        .get(paths::dashboard::Overview::PATTERN, list::show)
        .get(paths::dashboard::YearCountiesCsv::PATTERN, year::counties)
        .get(paths::dashboard::YearCountiesWorkbook::PATTERN, year::counties)
        .get(paths::dashboard::YearCounties::PATTERN, year::counties)
        .get(paths::dashboard::YearCsv::PATTERN, year::show)
        .get(paths::dashboard::YearWorkbook::PATTERN, year::show)
        .get(paths::dashboard::Year::PATTERN, year::show)
        .get(paths::dashboard::RecipientCsv::PATTERN, recipient::show)
        .get(paths::dashboard::RecipientWorkbook::PATTERN, recipient::show)
        .get(paths::dashboard::Recipient::PATTERN, recipient::show)
        .get(paths::dashboard::AgreementCsv::PATTERN, agreement::show)
        .get(paths::dashboard::AgreementWorkbook::PATTERN, agreement::show)
        .get(paths::dashboard::Agreement::PATTERN, agreement::show)
        .get(paths::dashboard::CountiesCsv::PATTERN, agreement::counties)
        .get(paths::dashboard::CountiesWorkbook::PATTERN, agreement::counties)
        .get(paths::dashboard::Counties::PATTERN, agreement::counties)
        .get(paths::dashboard::PicturesCsv::PATTERN, pictures::show)
        .get(paths::dashboard::PicturesWorkbook::PATTERN, pictures::show)
        .get(paths::dashboard::Pictures::PATTERN, pictures::show)
        .get(paths::dashboard::LateCsv::PATTERN, agreement::late)
        .get(paths::dashboard::LateWorkbook::PATTERN, agreement::late)
        .get(paths::dashboard::Late::PATTERN, agreement::late)
        .get(paths::dashboard::GovernmentPdf::PATTERN, government::print)
        .get(paths::dashboard::GovernmentCsv::PATTERN, government::show)
        .get(paths::dashboard::GovernmentWorkbook::PATTERN, government::show)
        .get(paths::dashboard::Government::PATTERN, government::show)
        .get(paths::dashboard::RoundsCsv::PATTERN, rounds::show)
        .get(paths::dashboard::RoundsWorkbook::PATTERN, rounds::show)
        .get(paths::dashboard::Rounds::PATTERN, rounds::show);
}

/// What the pages keep, one for the whole program.
pub fn cache() -> web::Data<Rendered> {
    web::Data::new(Rendered::default())
}

/// What a page of the overview is asked for, by somebody who may: which page, which of its rows, and in what form.
struct Asked {
    by: By<Overseer>,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
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

impl Proof for Asked {
    const ACCESS: Access = By::<Overseer>::ACCESS;
}

impl FromRequest for Asked {
    type Error = AppError;
    type Future = Pending<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let by = By::from_request(request, payload);
        let kept = (data(request), data(request));
        let files = [(".csv", Form::Csv), (".xlsx", Form::Workbook)];
        let path = request.path();
        let file = files.iter().find_map(|(suffix, form)| Some((path.strip_suffix(suffix)?, *form)));
        let (path, form) = file.unwrap_or((path, Form::Page));
        let path = path.to_owned();
        let of = request.match_info().iter().next().map_or("", |(_, value)| value).to_owned();
        let view = form::parse(request.query_string());
        Box::pin(async move {
            Ok(Self { by: by.await?, portal: kept.0?, rendered: kept.1?, path, of, form, view })
        })
    }
}

fn data<T: 'static>(request: &HttpRequest) -> Result<web::Data<T>, AppError> {
    request.app_data::<web::Data<T>>().cloned().ok_or_else(|| AppError::internal("the app lacks its data"))
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
    /// What it says of itself besides what every workbook says.
    about: Vec<(&'static str, String)>,
}

/// One of the pages of the same agreement or year.
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
struct PageData {
    outcomes: Vec<Arc<AgreementPositions>>,
    /// When it was asked for.
    movements: Vec<Movement>,
    view: View,
    form: Form,
    path: String,
    now: DateTime<Utc>,
}

impl PageData {
    /// The agreement that the page is of.
    fn outcome(&self, slug: &str) -> Result<&AgreementPositions, AppError> {
        let found = self.outcomes.iter().find(|outcome| outcome.agreement.terms.slug == slug);
        found.map(Arc::as_ref).ok_or(AppError::NotFound)
    }
}

impl Asked {
    /// Answers with the page or the file that `make` makes of the chosen agreements; 404 when none of them is in sight.
    async fn answer(
        self,
        chosen: Chosen,
        make: impl FnOnce(&PageData, &str) -> Result<Leaf, AppError>,
    ) -> Page {
        self.answer_with(false, chosen, make).await
    }

    /// The same, with all that has moved in the ledgers when it is asked for.
    async fn answer_with(
        self,
        movements: bool,
        chosen: Chosen,
        make: impl FnOnce(&PageData, &str) -> Result<Leaf, AppError>,
    ) -> Page {
        let Self { by, portal, rendered, path, of, form, mut view } = self;
        let (sight, now, party) = (Sight::of(&by), portal.clock.now(), chosen.party());
        let scope = Scope::across(&by);
        let sought = Sought::new(&view.search);
        let (stamps, meant) = portal
            .db
            .read(move |connection| {
                let meant = search::store::meant(connection, &sought, Some(scope))?;
                Ok::<_, AppError>((store::stamps(connection, sight, chosen)?, meant))
            })
            .await?;
        view.meant = meant;
        if stamps.is_empty() {
            return Err(AppError::NotFound);
        }
        let address = format!("{path}{}", view.query());
        let key = PageKey { stamps, today: calendar::day(now), address, meant: view.meant.clone() };
        if form == Form::Page
            && let Some(content) = rendered.pages.get(&key)
        {
            return page::show(&LeafPage { chrome: by.chrome, content: &content, address: key.address });
        }
        let outcomes = match party {
            Some(party) => shares(&portal, &key.stamps, party).await?,
            None => outcomes(&portal, &rendered, &key.stamps).await?,
        };
        let movements = if movements { movements_of(&portal, &key.stamps).await? } else { Vec::new() };
        let found = PageData { outcomes, movements, view, form, path, now };
        let leaf = make(&found, &of)?;
        let file = format!("{}-{}", found.path.trim_start_matches('/').replace('/', "-"), key.today);
        match form {
            Form::Page => {
                let content = Arc::new(render(&leaf, &found)?);
                rendered.pages.insert(key.clone(), Arc::clone(&content));
                page::show(&LeafPage { chrome: by.chrome, content: &content, address: key.address })
            }
            Form::Csv => {
                let bytes = csv::write(&leaf.table, Reader::Spreadsheet)
                    .map_err(|error| AppError::internal(error.to_string()))?;
                page::download("text/csv; charset=utf-8", &format!("{file}.csv"), bytes)
            }
            Form::Workbook => {
                let about = about(&leaf, &found, portal.practice);
                workbook_of(leaf, about, &format!("{file}.xlsx")).await
            }
        }
    }
}

fn render(leaf: &Leaf, found: &PageData) -> Result<Content, AppError> {
    let address = |sort| format!("{}{}", found.path, found.view.sorted_by(sort).query());
    let content =
        LeafContent { leaf, view: &found.view, path: &found.path, headings: leaf.table.headings(address) };
    Ok(Content { title: leaf.title.clone(), html: content.render()? })
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What a workbook says of itself.
fn about(leaf: &Leaf, found: &PageData, practice: bool) -> Vec<(&'static str, String)> {
    let mut about = vec![
        ("Innehåll", format!("{}. {}", leaf.title, leaf.lead)),
        ("Urval", found.view.words()),
        ("Hämtat", calendar::zoned_time(found.now)),
        ("Belopp", "I kronor, från bidragens reskontra i Bidragsporten.".to_owned()),
    ];
    about.extend(leaf.about.iter().cloned());
    if practice {
        about.push(("Övningsläge", "Uppgifterna är påhittade.".to_owned()));
    }
    about
}

/// Twenty rounds take some tens of milliseconds: not on the threads that answer.
async fn workbook_of(leaf: Leaf, about: Vec<(&'static str, String)>, name: &str) -> Page {
    let write = move || {
        let first = Sheet { name: &leaf.table_heading, table: &leaf.table };
        let more = leaf.more_sheets.iter().map(|(name, table)| Sheet { name, table });
        workbook::write(&std::iter::once(first).chain(more).collect::<Vec<_>>(), &about)
    };
    let bytes = web::block(write)
        .await
        .map_err(|error| AppError::internal(error.to_string()))?
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download(WORKBOOK, name, bytes)
}

/// The outcomes under these stamps, in their order; what is not kept is read, all of it at once. Should something change
/// after the stamp was read, it is kept under a stamp that nobody asks for again.
pub async fn outcomes(
    portal: &Portal,
    rendered: &Rendered,
    stamps: &[Stamp],
) -> Result<Vec<Arc<AgreementPositions>>, AppError> {
    let kept: Vec<Option<Arc<AgreementPositions>>> =
        stamps.iter().map(|stamp| rendered.outcomes.get(stamp)).collect();
    let missing: Vec<_> = stamps
        .iter()
        .zip(&kept)
        .filter(|(_, kept)| kept.is_none())
        .map(|(stamp, _)| stamp.agreement)
        .collect();
    let mut read = Vec::new();
    if !missing.is_empty() {
        let which = move |connection: &mut _| store::outcomes(connection, GrantFilter::of(&missing));
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

async fn movements_of(portal: &Portal, stamps: &[Stamp]) -> Result<Vec<Movement>, AppError> {
    let agreements: Vec<_> = stamps.iter().map(|stamp| stamp.agreement).collect();
    let read = move |connection: &mut _| grant::store::movements(connection, GrantFilter::of(&agreements));
    Ok(portal.db.read(read).await?)
}

/// One organisation's shares of each agreement, and those that it has taken over; there may be many agreements, and these are
/// but a few rows of each.
pub async fn shares(
    portal: &Portal,
    stamps: &[Stamp],
    party: Id<Organisation>,
) -> Result<Vec<Arc<AgreementPositions>>, AppError> {
    let agreements: Vec<_> = stamps.iter().map(|stamp| stamp.agreement).collect();
    let read = move |connection: &mut _| {
        store::outcomes(connection, GrantFilter { agreements: &agreements, party: Some(party) })
    };
    Ok(portal.db.read(read).await?.into_iter().map(Arc::new).collect())
}

/// The pages of the same agreement or year, each by its key, with the one that is shown.
fn tabs(pages: &[(&str, &'static str, &dyn Display)], current: &str) -> Vec<Tab> {
    let tab = |(page, label, address): &(&str, &'static str, &dyn Display)| Tab {
        href: address.to_string(),
        label,
        current: *page == current,
    };
    pages.iter().map(tab).collect()
}

/// Choices for a filter: all of them, and each.
fn choices(all: &str, each: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), all.to_owned())).chain(each).collect()
}

fn crumb(address: impl Display, label: impl Into<String>) -> (String, String) {
    (address.to_string(), label.into())
}

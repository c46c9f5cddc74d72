//! What is to be paid, what has been, and marking many requisitions as paid at once.

use std::{
    collections::{HashMap, HashSet},
    ops::RangeInclusive,
};

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::act;
use crate::{
    grants::{
        case::{self, store::QueueRow},
        payment::{
            Payment, Refusal,
            form::{Filter, ManyForm, Ticked, VIEWS},
            rules::Rule,
            store::{self, RegisteredRow, Words},
            verbs::{self, Failure},
        },
        requisition::{self, Requisition, Status, case_number},
        search::{self, GrantNames},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        way::along_from,
    },
    paths,
    people::access::{
        Actor, Role, Scope,
        proof::{Authority, By, Confirmed, PaymentOfficer, Posted},
    },
    terms::agreement::{self, Agreement},
};
use table::{
    Cell, Column, Row, Table,
    csv::{self, Reader},
};
use values::{GiroAccount, Id, Money, Positive, calendar, text::Sought};

/// More lines than anybody reads: the rest is found by narrowing the filter.
const MOST_LINES: usize = 300;

#[derive(Template)]
#[template(path = "payment/list.html")]
struct ListPage {
    chrome: Chrome,
    authority: String,
    filter: Filter,
    agreements: Vec<(String, String)>,
    /// Those in which anything was paid, the last one first.
    years: Vec<(String, String)>,
    lines: Vec<Line>,
    paid: Vec<PaidLine>,
    /// Of all that the filter finds, shown or not.
    count: usize,
    reversed: usize,
    total: Money,
    is_payment_officer: bool,
    all_ticked: bool,
    today: String,
    paid_on: String,
    reference: String,
    missed: Missed,
    errors: FieldErrors,
}

/// A requisition that is approved and not wholly paid.
struct Line {
    id: Id<Requisition>,
    case: CaseView,
    tick: String,
    is_ticked: bool,
    left: Money,
    approved: Money,
    approved_at: DateTime<Utc>,
    account: Option<GiroAccount>,
    wanted_reference: String,
    /// What deserves a second look before it is paid.
    to_look_at: Vec<String>,
}

/// How a requisition is named in both views.
struct CaseView {
    number: String,
    recipient: String,
    post: String,
    year: i32,
}

/// A payment that has been registered.
struct PaidLine {
    payment: Payment,
    case: CaseView,
}

/// How marking many as paid went, where some of them could not be.
#[derive(Default)]
struct Missed {
    registered: JustRegistered,
    refused: Vec<(String, String)>,
}

/// What was registered.
#[derive(Debug, Clone, Copy, Default, Serialize)]
struct JustRegistered {
    #[serde(rename = "registrerade")]
    count: u32,
    ore: i64,
}

/// What the address can say beside the filter: which lines are ticked, or what was registered just now.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Aside {
    #[serde(rename = "markera")]
    mark: String,
    #[serde(rename = "registrerade")]
    count: u32,
    ore: i64,
}

pub async fn list(
    by: By<Authority>,
    portal: web::Data<Portal>,
    filter: web::Query<Filter>,
    aside: web::Query<Aside>,
) -> Page {
    let outcome = JustRegistered { count: aside.count, ore: aside.ore };
    let notice = (outcome.count > 0).then(|| outcome.words());
    let tick = if aside.mark == "alla" { Tick::All } else { Tick::These(HashSet::new()) };
    let filter = filter.into_inner();
    let found = found(&by.actor, &portal, &filter, Vec::new()).await?;
    page::show(&list_page(&by.actor, by.chrome.noting(notice), &portal, filter, found, &tick))
}

/// What is to be paid, as the page has it, for a spreadsheet.
pub async fn csv(by: By<Authority>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let filter = Filter { view: VIEWS[0].0.to_owned(), ..filter.into_inner() };
    let found = found(&by.actor, &portal, &filter, Vec::new()).await?;
    let lines = found.lines(&filter, &Tick::These(HashSet::new()));
    let bytes = csv::write(&table(&lines), Reader::Spreadsheet)
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("text/csv; charset=utf-8", &format!("att-betala-{}.csv", portal.clock.today()), bytes)
}

fn table(lines: &[Line]) -> Table {
    let columns = vec![
        Column::text("arende", "Ärende"),
        Column::text("mottagare", "Mottagare"),
        Column::text("bidrag", "Bidrag"),
        Column::number("kvar", "Kvar att betala"),
        Column::number("godkant", "Godkänt"),
        Column::text("konto", "Konto"),
        Column::text("referens", "Önskad referens"),
        Column::number("godkand", "Godkänd"),
        Column::text("kontrollera", "Att kontrollera"),
    ];
    Table::new(columns, lines.iter().map(Line::row).collect(), None)
}

/// Marks the ticked requisitions as paid, each for itself: one that cannot be stops no other.
pub async fn register(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<PaymentOfficer>, Form<ManyForm>>,
    portal: web::Data<Portal>,
) -> Page {
    let ticked = form.ticked()?;
    let registrations = match form.parse(&ticked, portal.clock.today()) {
        Ok(registrations) => registrations,
        Err(errors) => {
            let tick = Tick::These(ticked.iter().map(|ticked| ticked.requisition).collect());
            let found = found(&by.actor, &portal, &form.filter(), Vec::new()).await?;
            let mut page = list_page(&by.actor, by.chrome, &portal, form.filter(), found, &tick);
            (page.paid_on, page.reference, page.errors) = (form.paid_on, form.reference, errors);
            return page::show_errors(&page);
        }
    };
    let mut registered = JustRegistered::default();
    let mut refused = Vec::new();
    for (requisition, registration) in registrations {
        let (act, amount) = (act(&by, &portal), registration.amount.get());
        let register =
            move |connection: &mut _| verbs::register(connection, &act, requisition, &registration);
        match portal.db.once_each(requisition, register).await {
            Ok(()) => {
                registered.count += 1;
                registered.ore += amount.to_ore();
            }
            Err(Failure::Refused(Refusal::Alike(known))) => {
                let told = &known.told;
                let why = format!(
                    "Redan registrerat: {told}. Är det en annan utbetalning registrerar du den för sig. ({})",
                    Rule::Alike
                );
                refused.push((requisition, why));
            }
            Err(Failure::Refused(refusal)) => refused.push((requisition, refusal.to_string())),
            Err(Failure::NotFound) => {
                let unknown = "Rekvisitionen finns inte bland dem som ni betalar ut.";
                refused.push((requisition, unknown.to_owned()));
            }
            Err(failure) => return Err(failure.into()),
        }
    }
    if refused.is_empty() {
        let told = serde_html_form::to_string(registered).unwrap_or_default();
        return page::see_other(format!("{}?{}&{told}", paths::payment::List, form.filter().query()));
    }
    // 409: the list as it is now, what was not registered and why, and what was typed.
    let named = refused.iter().map(|(id, _)| *id).collect();
    let found = found(&by.actor, &portal, &form.filter(), named).await?;
    let names = found.names();
    let tick = Tick::These(refused.iter().map(|(id, _)| *id).collect());
    let refused = refused
        .into_iter()
        .map(|(id, why)| (names.get(&id).cloned().unwrap_or_else(|| "En rekvisition".to_owned()), why))
        .collect();
    let mut page = list_page(&by.actor, by.chrome, &portal, form.filter(), found, &tick);
    (page.paid_on, page.reference) = (form.paid_on, form.reference);
    page.missed = Missed { registered, refused };
    page::show_as(StatusCode::CONFLICT, &page)
}

enum Tick {
    All,
    These(HashSet<Id<Requisition>>),
}

impl Tick {
    fn has(&self, id: Id<Requisition>) -> bool {
        match self {
            Self::All => true,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

/// What an authority has to pay, or what it paid in a year: a few queries however long the history.
#[derive(Default)]
struct PaymentData {
    agreements: Vec<Agreement>,
    approved: Vec<QueueRow<Requisition>>,
    paid: HashMap<Id<Requisition>, Money>,
    contents: HashMap<Id<Requisition>, Words>,
    years: Option<RangeInclusive<i32>>,
    registered: Vec<RegisteredRow>,
    known: GrantNames,
}

/// With the requisitions that are to be named, paid or not.
async fn found(
    actor: &Actor,
    portal: &Portal,
    filter: &Filter,
    named: Vec<Id<Requisition>>,
) -> Result<PaymentData, AppError> {
    let (authority, sought, filter) = (actor.organisation.id, Sought::new(&filter.search), filter.clone());
    portal
        .db
        .read(move |connection| {
            let mut agreements = agreement::store::all(connection)?;
            agreements.retain(|agreement| agreement.authority.id == authority);
            let known = search::store::known(connection, &sought, Some(Scope::Authority(authority)))?;
            if filter.shows_paid() {
                let years = store::years(connection, authority)?;
                let registered = match filter.year(years.as_ref()) {
                    Some(year) => store::registered(connection, authority, year)?,
                    None => Vec::new(),
                };
                return Ok(PaymentData { agreements, years, registered, known, ..PaymentData::default() });
            }
            let approved = requisition::store::to_pay(connection, authority, &named)?;
            let ids: Vec<_> = approved.iter().map(|row| row.case.id).collect();
            let paid = store::paid(connection, &ids)?;
            let to_pay: Vec<_> = approved
                .iter()
                .map(|row| &row.case)
                .filter(|requisition| !left(requisition, &paid).is_zero())
                .map(|requisition| requisition.id)
                .collect();
            let contents = store::contents(connection, &to_pay)?;
            Ok::<_, AppError>(PaymentData {
                agreements,
                approved,
                paid,
                contents,
                known,
                ..PaymentData::default()
            })
        })
        .await
}

fn left(requisition: &Requisition, paid: &HashMap<Id<Requisition>, Money>) -> Money {
    requisition.approved() - paid.get(&requisition.id).copied().unwrap_or_default()
}

impl PaymentData {
    /// How every approved requisition is called.
    fn names(&self) -> HashMap<Id<Requisition>, String> {
        let name = |row: &QueueRow<Requisition>| {
            let number = case_number(&row.agreement_code, &row.recipient_code, row.case.number);
            (row.case.id, format!("{}, {number}", row.recipient))
        };
        self.approved.iter().map(name).collect()
    }

    fn post_name(&self, slug: &str, form: &str) -> String {
        let agreement = self.agreements.iter().find(|agreement| agreement.terms.slug == slug);
        agreement.map(|agreement| agreement.terms.form_name(form)).unwrap_or_default()
    }

    /// What is to be paid, the first approved first.
    fn lines(&self, filter: &Filter, tick: &Tick) -> Vec<Line> {
        let is_kept = |row: &&QueueRow<Requisition>| of_agreement(filter, &row.agreement_slug);
        let mut rows: Vec<&QueueRow<Requisition>> = self
            .approved
            .iter()
            .filter(is_kept)
            .filter(|row| !left(&row.case, &self.paid).is_zero())
            .collect();
        Sought::new(&filter.search).narrow(&mut rows, |row| self.known_by(row));
        let mut lines: Vec<Line> = rows.into_iter().filter_map(|row| self.line(row, tick)).collect();
        lines.sort_by(|a, b| (a.approved_at, &a.case.number).cmp(&(b.approved_at, &b.case.number)));
        lines
    }

    fn known_by(&self, row: &QueueRow<Requisition>) -> Vec<String> {
        let mut known_by = self.known.of(&row.agreement_code, &row.recipient_code);
        known_by.push(case_number(&row.agreement_code, &row.recipient_code, row.case.number));
        if let Some(Words { content, .. }) = self.contents.get(&row.case.id) {
            known_by.push(content.account.to_string());
            known_by.extend(content.payment_reference.as_ref().map(ToString::to_string));
        }
        known_by
    }

    fn line(&self, row: &QueueRow<Requisition>, tick: &Tick) -> Option<Line> {
        let requisition = &row.case;
        let Status::Approved { at, .. } = requisition.status else { return None };
        let left = left(requisition, &self.paid);
        let number = case_number(&row.agreement_code, &row.recipient_code, requisition.number);
        let tickable = Ticked { requisition: requisition.id, left: Positive::new(left)? };
        let words = self.contents.get(&requisition.id);
        let content = words.map(|words| &words.content);
        let wanted = content.and_then(|content| content.payment_reference.as_ref());
        let signature = requisition.received().map(|received| &received.signature);
        let warnings = words.map(|words| words.warnings.as_slice()).unwrap_or_default();
        Some(Line {
            id: requisition.id,
            tick: tickable.value(),
            is_ticked: tick.has(requisition.id),
            left,
            approved: requisition.approved(),
            approved_at: at,
            account: content.map(|content| content.account),
            wanted_reference: wanted.map(ToString::to_string).unwrap_or_default(),
            to_look_at: case::to_look_at(warnings, signature),
            case: CaseView {
                number,
                recipient: row.recipient.clone(),
                post: self.post_name(&row.agreement_slug, &requisition.form),
                year: row.year,
            },
        })
    }

    /// What has been registered, the newest first.
    fn paid_lines(&self, filter: &Filter) -> Vec<PaidLine> {
        let is_kept = |row: &&RegisteredRow| of_agreement(filter, &row.agreement_slug);
        let mut rows: Vec<&RegisteredRow> = self.registered.iter().filter(is_kept).collect();
        Sought::new(&filter.search).narrow(&mut rows, |row| {
            let mut known_by = self.known.of(&row.agreement_code, &row.recipient_code);
            known_by.push(case_number(&row.agreement_code, &row.recipient_code, row.number));
            known_by.push(row.payment.reference.to_string());
            known_by
        });
        rows.into_iter().map(|row| self.paid_line(row)).collect()
    }

    fn paid_line(&self, row: &RegisteredRow) -> PaidLine {
        PaidLine {
            payment: row.payment.clone(),
            case: CaseView {
                post: self.post_name(&row.agreement_slug, &row.post),
                recipient: row.recipient.clone(),
                year: row.year,
                number: case_number(&row.agreement_code, &row.recipient_code, row.number),
            },
        }
    }
}

fn of_agreement(filter: &Filter, slug: &str) -> bool {
    filter.agreement.is_empty() || filter.agreement == slug
}

fn list_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    filter: Filter,
    found: PaymentData,
    tick: &Tick,
) -> ListPage {
    let (mut lines, mut paid) = (Vec::new(), Vec::new());
    let (count, total);
    if filter.shows_paid() {
        paid = found.paid_lines(&filter);
        (count, total) = (paid.len(), paid.iter().map(|line| line.payment.counts()).sum());
    } else {
        lines = found.lines(&filter, tick);
        (count, total) = (lines.len(), lines.iter().map(|line| line.left).sum());
    }
    let reversed = paid.iter().filter(|line| line.payment.reversal.is_some()).count();
    lines.truncate(MOST_LINES);
    paid.truncate(MOST_LINES);
    let today = portal.clock.today().to_string();
    ListPage {
        chrome,
        authority: actor.organisation.formal_name.clone(),
        agreements: choices(&found.agreements),
        years: found
            .years
            .into_iter()
            .flatten()
            .rev()
            .map(|year| (year.to_string(), year.to_string()))
            .collect(),
        filter,
        lines,
        paid,
        count,
        reversed,
        total,
        is_payment_officer: actor.has(Role::PaymentOfficer),
        all_ticked: matches!(tick, Tick::All),
        paid_on: today.clone(),
        today,
        reference: String::new(),
        missed: Missed::default(),
        errors: FieldErrors::default(),
    }
}

fn choices(agreements: &[Agreement]) -> Vec<(String, String)> {
    let all = (String::new(), "Alla".to_owned());
    let each = agreements.iter().map(|agreement| (agreement.terms.slug.clone(), agreement.terms.title()));
    std::iter::once(all).chain(each).collect()
}

impl Line {
    fn row(&self) -> Row {
        let account = self.account.map(|account| format!("{} {account}", account.kind().name()));
        Row {
            cells: vec![
                Cell::Text(self.case.number.clone()),
                Cell::Text(self.case.recipient.clone()),
                Cell::Text(format!("{} {}", self.case.post, self.case.year)),
                Cell::Amount(self.left),
                Cell::Amount(self.approved),
                Cell::Text(account.unwrap_or_default()),
                Cell::Text(self.wanted_reference.clone()),
                Cell::Day(calendar::day(self.approved_at)),
                Cell::Text(self.to_look_at.join(" ")),
            ],
            is_late: false,
        }
    }

    fn approved_on(&self) -> String {
        calendar::long_date(calendar::day(self.approved_at))
    }

    fn is_partly_paid(&self) -> bool {
        self.left != self.approved
    }
}

impl PaidLine {
    fn paid_on(&self) -> String {
        calendar::long_date(self.payment.paid_on)
    }

    fn registered_at(&self) -> String {
        calendar::long_time(self.payment.registered_at)
    }
}

impl JustRegistered {
    fn words(self) -> String {
        match self.count {
            0 => "Ingen utbetalning är registrerad.".to_owned(),
            1 => format!("1 utbetalning är registrerad, {}.", Money::ore(self.ore)),
            count => {
                format!("{count} utbetalningar är registrerade, tillsammans {}.", Money::ore(self.ore))
            }
        }
    }
}

impl ListPage {
    /// What links to the cases end with.
    fn along(&self) -> String {
        along_from(paths::payment::List::PATTERN, &self.filter.query())
    }

    fn views(&self) -> Vec<(String, &'static str, bool)> {
        let shown = self.filter.view();
        VIEWS
            .iter()
            .map(|(key, label)| {
                let filter = Filter { view: (*key).to_owned(), ..self.filter.clone() };
                (format!("{}?{}", paths::payment::List, filter.query()), *label, *key == shown)
            })
            .collect()
    }

    fn count_words(&self) -> String {
        match (self.filter.shows_paid(), self.count) {
            (true, 1) => format!("1 utbetalning{}", self.reversed_words()),
            (true, count) => format!("{count} utbetalningar{}", self.reversed_words()),
            (false, 1) => "1 rekvisition".to_owned(),
            (false, count) => format!("{count} rekvisitioner"),
        }
    }

    /// Those that the sum leaves out.
    fn reversed_words(&self) -> String {
        match self.reversed {
            0 => String::new(),
            1 => ", varav 1 rättad".to_owned(),
            count => format!(", varav {count} rättade"),
        }
    }

    /// The search that knows no years.
    fn search_of_all(&self) -> String {
        format!(
            "{}?{}",
            paths::search::Search,
            serde_html_form::to_string([("sok", &self.filter.search)]).unwrap_or_default()
        )
    }

    fn shown(&self) -> usize {
        self.lines.len() + self.paid.len()
    }

    fn empty(&self) -> &'static str {
        if self.filter.narrows() {
            return "Inget stämmer med det du har valt. Ta bort något av valen för att se fler.";
        }
        if self.filter.shows_paid() {
            "Ingen utbetalning är registrerad än."
        } else {
            "Det finns inget att betala ut just nu. Rekvisitioner visas här när de har godkänts."
        }
    }
}

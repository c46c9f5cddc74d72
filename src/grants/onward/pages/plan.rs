//! A grant's onward distribution on one page: what there is, what comes next, and every unit.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::{Distribution, act, csv_file, scope};
use crate::{
    grants::{
        case::pages::{TimelineView, timeline},
        grant::{self, Grant},
        onward::{
            application::{Application, Status},
            case_number, counted, example,
            form::ModelForm,
            fund::{Account, Fund},
            model::Model,
            store, to_hand_on,
            unit::regime,
            verbs::{self, Failure},
        },
    },
    ground::{
        history,
        infra::{
            Portal,
            error::AppError,
            form::Form,
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Role,
        proof::{By, Member, Posted, Preparer},
    },
};
use table::{Cell, Column, Heading, Row, Sort, Table};
use values::{Id, Money, ProviderNumber, calendar, text::same};

/// Which units are shown, as it stands in the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct View {
    lage: String,
    ordning: String,
}

impl View {
    fn sorted_by(&self, grant: Id<Grant>, sort: &Sort) -> String {
        let lage = if self.lage.is_empty() { String::new() } else { format!("lage={}&", self.lage) };
        format!("{}?{lage}ordning={}#enheter", paths::onward::Plan(&grant), sort.written())
    }
}

#[derive(Template)]
#[template(path = "onward/begin.html")]
struct BeginPage {
    chrome: Chrome,
    grant: Grant,
    may_prepare: bool,
}

#[derive(Template)]
#[template(path = "onward/plan.html")]
struct PlanPage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    tiers: Vec<TierView>,
    /// Value, words, how many, and whether it is the one shown.
    states: Vec<(&'static str, &'static str, usize, bool)>,
    units: Table,
    headings: Vec<Heading>,
    next: Vec<Next>,
    /// The latest.
    timeline: Vec<TimelineView>,
    /// How many things have happened before those.
    earlier: usize,
    may_prepare: bool,
    aid_since: NaiveDate,
    now: DateTime<Utc>,
}

/// A tier, and what has become of it.
struct TierView {
    kind: String,
    name: String,
    amount: Money,
    reckoned: u32,
    invited: usize,
    applied: usize,
    awarded: usize,
}

/// What can be done now.
struct Next {
    text: String,
    href: String,
    action: &'static str,
}

impl PlanPage {
    fn model(&self) -> Option<&Model> {
        self.case.plan.model.as_ref()
    }

    fn shows_all(&self) -> bool {
        !self.states.iter().any(|(_, _, _, is_shown)| *is_shown)
    }

    fn has_plan_money(&self) -> bool {
        !self.case.entries.is_empty()
    }
}

pub async fn show(
    by: By<Member>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
    view: web::Query<View>,
) -> Page {
    let (scope, id, own) = (scope(&by), id.into_inner(), by.organisation.id);
    let now = portal.clock.now();
    let since = aid_since(portal.clock.today());
    let found = portal
        .db
        .read(move |connection| {
            let Some(case) = store::case(connection, scope, id)? else {
                let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
                return Ok::<_, AppError>(Err(grant));
            };
            let aid = store::aid_since(connection, own, since)?;
            let lines = history::store::of(connection, &case.plan.id.to_string())?;
            Ok(Ok((case, aid, lines)))
        })
        .await?;
    let may_prepare = by.has(Role::Preparer) || by.has(Role::Signatory);
    let (case, aid, lines) = match found {
        Ok(found) => found,
        Err(grant) if grant.may_be_handed_on() => {
            return page::show(&BeginPage { chrome: by.chrome, grant, may_prepare });
        }
        Err(_) => return Err(AppError::NotFound),
    };
    let shown = |application: &Application| view.lage.is_empty() || application.status.key() == view.lage;
    let units = table(&case, Some(&aid), shown);
    let units = units.sorted(&Sort::by("utforare")).sorted(&Sort::parse(&view.ordning));
    let headings = units.headings(|sort| view.sorted_by(case.grant.id, &sort));
    page::show(&PlanPage {
        fund: case.fund(),
        tiers: tiers(&case),
        states: states(&case, &view.lage),
        next: next(&case, may_prepare, now),
        timeline: timeline(&lines, &case_number(&case.grant)).into_iter().take(LATEST).collect(),
        earlier: lines.len().saturating_sub(LATEST),
        chrome: by.chrome,
        units,
        headings,
        may_prepare,
        aid_since: since,
        now,
        case,
    })
}

/// What the page shows of the history.
const LATEST: usize = 20;

/// State aid is counted over three years back from today.
pub fn aid_since(today: NaiveDate) -> NaiveDate {
    calendar::years_before(today, 3)
}

fn tiers(case: &Distribution) -> Vec<TierView> {
    let Some(model) = &case.plan.model else { return Vec::new() };
    let view = |(kind, tier): (&crate::grants::onward::model::Kind, &crate::grants::onward::model::Tier)| {
        let of_tier: Vec<&Application> = case
            .applications
            .iter()
            .filter(|one| {
                let unit = one.of();
                same(unit.kind.as_str(), &kind.name) && tier.holds(unit.size)
            })
            .collect();
        let count = |of: fn(&Application) -> bool| of_tier.iter().filter(|one| of(one)).count();
        TierView {
            kind: kind.name.clone(),
            name: tier.name(&kind.counted),
            amount: tier.amount,
            reckoned: tier.units,
            invited: of_tier.len(),
            applied: count(|one| one.received().is_some()),
            awarded: count(Application::has_money),
        }
    };
    model.tiers().map(view).collect()
}

/// The states that units can be in, in the order that they come to them.
const STATES: [(&str, &str); 5] = [
    ("invited", "Har inte ansökt"),
    ("received", "Väntar på beslut"),
    ("granted", "Beviljade, inte återrapporterade"),
    ("reported", "Återrapporterade"),
    ("refused", "Avslagna"),
];

fn states(case: &Distribution, shown: &str) -> Vec<(&'static str, &'static str, usize, bool)> {
    let count = |key: &str| case.applications.iter().filter(|one| one.status.key() == key).count();
    STATES.into_iter().map(|(key, words)| (key, words, count(key), key == shown)).collect()
}

fn count(case: &Distribution, key: &str) -> usize {
    case.applications.iter().filter(|one| one.status.key() == key).count()
}

/// What there is to do, the most urgent first.
fn next(case: &Distribution, may_prepare: bool, now: DateTime<Utc>) -> Vec<Next> {
    let id = &case.grant.id;
    let mut list = Vec::new();
    let Some(model) = &case.plan.model else {
        if may_prepare {
            list.push(Next {
                text: "Modellen är inte fastställd än.".to_owned(),
                href: paths::onward::Model(id).to_string(),
                action: "Fyll i modellen",
            });
        }
        return list;
    };
    let waiting = count(case, "received");
    if waiting > 0 {
        list.push(Next {
            text: format!("Väntar på beslut: {}.", counted(waiting)),
            href: paths::onward::Decide(id).to_string(),
            action: "Besluta",
        });
    }
    let unlisted = case.to_pay(None).len();
    if unlisted > 0 {
        list.push(Next {
            text: format!("Väntar på betalning: {}.", counted(unlisted)),
            href: paths::onward::PaymentLists(id).to_string(),
            action: "Gör en betalningslista",
        });
    }
    let fund = case.fund();
    if model.apply_by.passed(now) && fund.left() > Money::ZERO && count(case, "granted") > 0 {
        list.push(Next {
            text: format!("{} är inte fördelade.", fund.left()),
            href: paths::onward::Redistribution(id).to_string(),
            action: "Omfördela",
        });
    }
    if count(case, "reported") > 0 || model.report_by.passed(now) {
        let missing = count(case, "granted");
        let text = match missing {
            0 => "Alla enheter har återrapporterat.".to_owned(),
            _ => format!("Har inte återrapporterat: {}.", counted(missing)),
        };
        list.push(Next {
            text,
            href: paths::onward::Summary(id).to_string(),
            action: "Sammanställ till redovisningen",
        });
    }
    list
}

/// Every unit that is shown, with what it gets and what its provider has had.
pub fn table(
    case: &Distribution,
    aid: Option<&[(ProviderNumber, Money)]>,
    shown: impl Fn(&Application) -> bool,
) -> Table {
    let sums: HashMap<String, Money> =
        aid.unwrap_or_default().iter().map(|(number, sum)| (number.digits(), *sum)).collect();
    let mut columns = vec![
        Column::text("enhet", "Enhet"),
        Column::text("utforare", "Utförare"),
        Column::text("regi", "Regiform"),
        Column::text("slag", "Verksamhet"),
        Column::number("storlek", "Storlek"),
        Column::text("lage", "Läge"),
        Column::number("belopp", "Belopp, kr"),
        Column::number("anvant", "Använt, kr"),
        Column::number("tillbaka", "Tillbaka, kr"),
    ];
    columns.extend(aid.map(|_| Column::number("stod", "Stöd på tre år, kr")));
    let mut balances: HashMap<String, crate::grants::onward::fund::Balance> = HashMap::new();
    for entry in &case.entries {
        let Some(application) = entry.application else { continue };
        let balance = balances.entry(application.to_string()).or_default();
        match entry.account {
            Account::Award => balance.awarded += entry.amount,
            Account::MoneyBack => balance.returned += entry.amount,
            Account::Reserve => {}
        }
    }
    let known = |amount: Money| if amount.is_zero() { Cell::Empty } else { Cell::Amount(amount) };
    let mut totals = [Money::ZERO; 3];
    let rows = case
        .applications
        .iter()
        .filter(|application| shown(application))
        .map(|application| {
            let unit = application.of();
            let balance = balances.get(&application.id.to_string()).copied().unwrap_or_default();
            let amount = match &application.status {
                Status::Received { application } => application.amount,
                _ => balance.awarded,
            };
            let used = application.reported().map(|report| report.used);
            totals[0] += amount;
            totals[1] += used.unwrap_or_default();
            totals[2] += balance.returned;
            let support = sums.get(&unit.provider_number.digits()).copied().filter(|_| unit.is_private);
            let mut row = Row {
                is_late: false,
                cells: vec![
                    Cell::Link {
                        text: unit.name.to_string(),
                        href: paths::onward::Application(&case.grant.id, &application.id).to_string(),
                    },
                    Cell::Text(unit.provider.to_string()),
                    Cell::Text(regime(unit.is_private).to_owned()),
                    Cell::Text(unit.kind.to_string()),
                    Cell::Count(i64::from(unit.size)),
                    Cell::Tag { label: application.status.label(), tone: application.status.tone(), rank: 0 },
                    known(amount),
                    Cell::amount(used),
                    known(balance.returned),
                ],
            };
            row.cells.extend(aid.map(|_| Cell::amount(support)));
            row
        })
        .collect();
    let mut total = vec![Cell::Text("Summa".to_owned())];
    total.extend([Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty, Cell::Empty]);
    total.extend(totals.map(Cell::Amount));
    total.extend(aid.map(|_| Cell::Empty));
    Table::new(columns, rows, Some(total))
}

pub async fn csv(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let (scope, id, own) = (scope(&by), id.into_inner(), by.organisation.id);
    let since = aid_since(portal.clock.today());
    let (case, aid) = portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>((case, store::aid_since(connection, own, since)?))
        })
        .await?;
    csv_file(&table(&case, Some(&aid), |_| true), &format!("{}-enheter.csv", case_number(&case.grant)))
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BeginForm {
    /// `exempel` to begin from Stockholm's model.
    from: String,
}

pub async fn begin(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<BeginForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let draft = if form.from == "exempel" { example::stockholm() } else { ModelForm::default() };
    let here = paths::onward::Model(&id).to_string();
    let to = here.clone();
    match portal.db.once(move |connection| verbs::begin(connection, &act, id, draft).map(|()| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Done) => page::see_other(here),
        Err(failure) => Err(failure.into()),
    }
}

impl BeginPage {
    fn to_hand_on(&self) -> Money {
        to_hand_on(&self.grant)
    }
}

//! Every further report that is for an organisation: who has filed, who has not, who was late. As a page, CSV or workbook.

use std::collections::HashMap;

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::store;
use crate::{
    grants::{
        further_report::{OwedReport, OwedState, case_number, owed},
        grant::{
            self, Ledger, held_by,
            store::{GrantFilter, Outline},
        },
        search::{self, GrantNames},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
        way::along_from,
    },
    paths,
    people::{
        access::proof::{Addressee, By},
        recipient::Organisation,
    },
    terms::agreement::{self, Agreement, FurtherReport},
};
use table::{
    Cell, Column, Heading, Row, Sort, Table,
    csv::{self, Reader},
    workbook::{self, Sheet},
};
use values::{Id, calendar, text::Sought};

/// What is looked for, as it stands in the address.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(rename = "sok")]
    search: String,
    #[serde(rename = "rapport")]
    report: String,
    #[serde(rename = "lage")]
    state: String,
    #[serde(rename = "sortera")]
    sort: String,
}

/// One report of one recipient.
struct Line {
    /// `nara-vard-2020.delredovisning`: which report, in an address.
    which: String,
    agreement: String,
    name: String,
    number: String,
    recipient: String,
    /// What it is searched by.
    known_by: Vec<String>,
    due: chrono::NaiveDate,
    standing: OwedState,
    report: Option<OwedReport>,
}

impl Line {
    fn new(
        agreement: &Agreement,
        outline: &Outline,
        (place, asked): (usize, &FurtherReport),
        report: Option<OwedReport>,
        has_nothing: bool,
        known: &GrantNames,
        now: DateTime<Utc>,
    ) -> Self {
        let terms = &agreement.terms;
        let number = case_number(&terms.code, &outline.recipient.code, place);
        let mut known_by = known.of(&terms.code, &outline.recipient.code);
        known_by.push(number.clone());
        Self {
            which: format!("{}.{}", terms.slug, asked.key),
            agreement: terms.title(),
            name: asked.name.clone(),
            number,
            known_by,
            recipient: held_by(&outline.holder.name, &outline.recipient.name),
            due: asked.due.0,
            standing: OwedState::of(report.as_ref(), asked.due, has_nothing, now),
            report,
        }
    }

    fn row(&self, along: &str) -> Row {
        let text = self.recipient.clone();
        let filed = self.report.as_ref().and_then(OwedReport::filed);
        Row {
            cells: vec![
                match &self.report {
                    Some(report) => Cell::Link {
                        text,
                        href: format!("{}{along}", paths::further_report::Review(&report.id)),
                    },
                    None => Cell::Text(text),
                },
                Cell::Text(self.number.clone()),
                Cell::Text(self.name.clone()),
                Cell::Text(self.agreement.clone()),
                Cell::Day(self.due),
                filed.map_or(Cell::Empty, |filed| Cell::Day(calendar::day(filed.first_at))),
                Cell::Tag {
                    label: self.standing.label(),
                    tone: self.standing.tone(),
                    rank: OwedState::ALL.iter().position(|of| *of == self.standing).unwrap_or_default(),
                },
            ],
            is_late: matches!(self.standing, OwedState::Overdue | OwedState::FiledLate),
        }
    }
}

impl Filter {
    fn keeps(&self, line: &Line) -> bool {
        (self.report.is_empty() || self.report == line.which)
            && (self.state.is_empty() || self.state == line.standing.key())
    }

    fn narrows(&self) -> bool {
        !(self.search.trim().is_empty() && self.report.is_empty() && self.state.is_empty())
    }

    fn query(&self) -> String {
        let fields = [
            ("sok", &self.search),
            ("rapport", &self.report),
            ("lage", &self.state),
            ("sortera", &self.sort),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.trim().is_empty());
        let query = serde_html_form::to_string(fields.collect::<Vec<_>>()).unwrap_or_default();
        if query.is_empty() { query } else { format!("?{query}") }
    }

    fn table(&self, lines: &[Line]) -> Table {
        let columns = vec![
            Column::text("mottagare", "Mottagare"),
            Column::text("nummer", "Nummer"),
            Column::text("rapport", "Rapport"),
            Column::text("overenskommelse", "Överenskommelse"),
            Column::number("senast", "Sista dag"),
            Column::number("inkom", "Kom in"),
            Column::text("lage", "Läge"),
        ];
        let mut kept: Vec<&Line> = lines.iter().filter(|line| self.keeps(line)).collect();
        Sought::new(&self.search).narrow(&mut kept, |line| line.known_by.clone());
        let along = along_from(paths::further_report::List::PATTERN, self.query().trim_start_matches('?'));
        let rows = kept.into_iter().map(|line| line.row(&along)).collect();
        Table::new(columns, rows, None).sorted(&Sort::by("mottagare")).sorted(&Sort::parse(&self.sort))
    }
}

/// Four queries however many reports there are.
async fn lines(portal: &Portal, addressee: Id<Organisation>, filter: &Filter) -> Result<Vec<Line>, AppError> {
    let sought = Sought::new(&filter.search);
    let (keys, agreements, outlines, mut ledgers, reports, known) = portal
        .db
        .read(move |connection| {
            let keys = store::keys_for(connection, addressee)?;
            let ids: Vec<_> = keys.iter().map(|(agreement, _)| *agreement).collect();
            let agreements = agreement::store::find_each(connection, &ids)?;
            let outlines = grant::store::outlines(connection, GrantFilter::of(&ids))?;
            let ledgers = grant::store::ledgers(connection, GrantFilter::of(&ids))?;
            let reports = store::received_by(connection, addressee)?;
            let known = search::store::known(connection, &sought, None)?;
            Ok::<_, AppError>((keys, agreements, outlines, ledgers, reports, known))
        })
        .await?;
    let mut reports: HashMap<_, OwedReport> =
        reports.into_iter().map(|report| ((report.grant_id, report.key.clone()), report)).collect();
    let now = portal.clock.now();
    let mut lines = Vec::new();
    for outline in &outlines {
        let Some(agreement) = agreements.iter().find(|agreement| agreement.id == outline.agreement) else {
            continue;
        };
        let ledger: Ledger = ledgers.remove(&outline.grant).unwrap_or_default();
        let has_nothing = grant::has_nothing_to_report(&agreement.terms, &ledger, outline.later, now);
        for (place, asked) in owed(&agreement.terms, &ledger) {
            if keys.contains(&(agreement.id, asked.key.clone())) {
                let report = reports.remove(&(outline.grant, asked.key.clone()));
                lines.push(Line::new(agreement, outline, (place, asked), report, has_nothing, &known, now));
            }
        }
    }
    Ok(lines)
}

#[derive(Template)]
#[template(path = "further_report/list.html")]
struct ListPage {
    chrome: Chrome,
    organisation: String,
    filter: Filter,
    reports: Vec<(String, String)>,
    states: Vec<(&'static str, &'static str)>,
    /// Each report with how many have come in, of how many.
    counts: Vec<Count>,
    table: Table,
    headings: Vec<Heading>,
}

struct Count {
    which: String,
    name: String,
    due: String,
    filed: usize,
    late: usize,
    overdue: usize,
    all: usize,
}

fn counts(lines: &[Line]) -> Vec<Count> {
    let mut counts: Vec<Count> = Vec::new();
    for line in lines {
        let at = counts.iter().position(|count| count.which == line.which).unwrap_or_else(|| {
            counts.push(Count {
                which: line.which.clone(),
                name: format!("{}, {}", line.name, line.agreement),
                due: calendar::long_date(line.due),
                filed: 0,
                late: 0,
                overdue: 0,
                all: 0,
            });
            counts.len() - 1
        });
        if let Some(count) = counts.get_mut(at) {
            count.all += usize::from(line.standing != OwedState::NotOwed);
            count.filed += usize::from(line.report.is_some());
            count.late += usize::from(line.standing == OwedState::FiledLate);
            count.overdue += usize::from(line.standing == OwedState::Overdue);
        }
    }
    counts
}

pub async fn show(by: By<Addressee>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let filter = filter.into_inner();
    let lines = lines(&portal, by.organisation.id, &filter).await?;
    let counts = counts(&lines);
    let table = filter.table(&lines);
    let address = |sort: Sort| {
        let sorted = Filter { sort: sort.written(), ..filter.clone() };
        format!("{}{}", paths::further_report::List, sorted.query())
    };
    let all = std::iter::once((String::new(), "Alla".to_owned()));
    page::show(&ListPage {
        organisation: by.organisation.formal_name.clone(),
        chrome: by.chrome,
        reports: all.chain(counts.iter().map(|count| (count.which.clone(), count.name.clone()))).collect(),
        states: std::iter::once(("", "Alla"))
            .chain(OwedState::ALL.map(|standing| (standing.key(), standing.label())))
            .collect(),
        counts,
        headings: table.headings(address),
        table,
        filter,
    })
}

pub async fn csv(by: By<Addressee>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let table = filter.table(&lines(&portal, by.organisation.id, &filter).await?);
    let bytes =
        csv::write(&table, Reader::Spreadsheet).map_err(|error| AppError::internal(error.to_string()))?;
    page::download("text/csv; charset=utf-8", &format!("rapporter-{}.csv", portal.clock.today()), bytes)
}

const WORKBOOK: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

pub async fn workbook(by: By<Addressee>, portal: web::Data<Portal>, filter: web::Query<Filter>) -> Page {
    let table = filter.table(&lines(&portal, by.organisation.id, &filter).await?);
    let about = [
        ("Innehåll", format!("Rapporter till {}.", by.organisation.formal_name)),
        ("Hämtat", calendar::zoned_time(portal.clock.now())),
    ];
    let write = move || workbook::write(&[Sheet { name: "Rapporter", table: &table }], &about);
    let bytes = web::block(write)
        .await
        .map_err(|error| AppError::internal(error.to_string()))?
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download(WORKBOOK, &format!("rapporter-{}.xlsx", portal.clock.today()), bytes)
}

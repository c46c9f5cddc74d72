//! One agreement: what it comes to, where in the country, and every recipient.

use actix_web::web;
use askama::Template;

use super::{Asked, Form, Ordered, PageData, answer, render};
use crate::{
    desks::{
        dashboard::{AgreementPositions, Measure, cache::Rendered, store::Chosen},
        open_data::{
            Record, Sum, View,
            field::{Field, MEASURES, recipient_address},
            records, tables,
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{Chrome, Page},
    },
    people::{access::proof::Anyone, recipient::Organisation},
    terms::agreement::Agreement,
};
use picture::{Bar, Bars, Classes, Map, Shape};
use values::Money;

#[derive(Template)]
#[template(path = "open_data/agreement.html")]
struct AgreementPage<'a> {
    chrome: &'a Chrome,
    agreement: &'a Agreement,
    /// Of the whole agreement, whatever is searched for.
    sum: Sum,
    /// The recipients are municipalities, and a map says something.
    is_of_municipalities: bool,
    map: String,
    /// The largest amounts of what the map shows.
    bars: String,
    measure: Measure,
    counties: Vec<(String, String)>,
    view: &'a View,
    path: &'a str,
    shown: usize,
    ordered: Ordered,
    /// Shares that somebody else has taken over.
    passed: Vec<&'a Record>,
}

pub async fn show(
    anyone: Anyone,
    portal: web::Data<Portal>,
    rendered: web::Data<Rendered>,
    asked: Asked,
) -> Page {
    let chosen = Chosen::Slug(asked.of.clone());
    answer(anyone, (portal, rendered), asked, chosen, make).await
}

fn make(found: &PageData, slug: &str) -> Result<Vec<u8>, AppError> {
    let is_it = |outcome: &&std::sync::Arc<AgreementPositions>| outcome.agreement.terms.slug == slug;
    let outcome = found.outcomes.iter().find(is_it).ok_or(AppError::NotFound)?;
    let terms = &outcome.agreement.terms;
    let asked_for = found.records();
    if found.form != Form::Page {
        return found.file(&terms.title(), &asked_for);
    }
    let all = records(outcome, |_: &Organisation| true, found.now);
    let passed = all.iter().filter(|record| record.successor.is_some()).collect();
    let sum = Sum::of(&all);
    let measure = found.view.measure.unwrap_or_else(|| most_telling(&sum));
    render(&AgreementPage {
        chrome: &found.chrome,
        agreement: &outcome.agreement,
        map: map(&all, measure).to_svg()?,
        bars: bars(&all, measure).to_svg()?,
        measure,
        sum,
        is_of_municipalities: is_of_municipalities(&all),
        counties: found.counties(),
        view: &found.view,
        path: &found.path,
        shown: asked_for.len(),
        passed,
        ordered: found.ordered(tables::recipients(&asked_for)),
    })
}

/// Most of them: regions, RSS and SKR have codes of the registry's own.
fn is_of_municipalities(records: &[Record]) -> bool {
    let is_municipality = |record: &&Record| record.code.bytes().all(|byte| byte.is_ascii_digit());
    records.iter().filter(is_municipality).count() * 2 > records.len()
}

/// How far the money has come.
fn most_telling(sum: &Sum) -> Measure {
    match () {
        () if sum.reported * 2 > sum.recipients => Measure::Unspent,
        () if !sum.figures.paid.is_zero() => Measure::Paid,
        () if !sum.figures.requisitioned.is_zero() => Measure::Requisitioned,
        () => Measure::Allocated,
    }
}

fn map(records: &[Record], measure: Measure) -> Map {
    let known: Vec<Money> = records.iter().filter_map(|record| record.figures.get(measure)).collect();
    let classes = Classes::of(&known);
    let label = Field::Amount(measure).label();
    let shape = |record: &Record| {
        let amount = record.figures.get(measure);
        let words = amount.map_or("ingen uppgift".to_owned(), |amount| amount.to_string());
        Shape {
            code: record.code.clone(),
            label: format!("{}: {words}, {}", record.name, record.status.label().to_lowercase()),
            href: Some(recipient_address(&record.code)),
            class: amount.map(|amount| classes.class_of(amount)),
        }
    };
    Map {
        key: "karta".to_owned(),
        title: format!("{label} per kommun"),
        legend: label.to_owned(),
        shapes: records.iter().map(shape).collect(),
        classes: classes.labels(),
    }
}

/// Ten, as many as stand beside the map.
fn bars(records: &[Record], measure: Measure) -> Bars {
    let bar = |record: &Record| {
        let value = record.figures.get(measure)?;
        let (label, href) = (record.name.clone(), Some(recipient_address(&record.code)));
        Some(Bar { label, value, href })
    };
    Bars {
        key: "storst".to_owned(),
        title: format!("{}: de största beloppen", Field::Amount(measure).label()),
        bars: records.iter().filter_map(bar).collect(),
        most: 10,
    }
}

impl AgreementPage<'_> {
    /// What one of them is called.
    fn recipient(&self) -> &'static str {
        if self.is_of_municipalities { "kommun" } else { "mottagare" }
    }

    /// The map of each measure: its address, its words, and whether it is the one that is shown.
    fn maps(&self) -> Vec<(String, &'static str, bool)> {
        MEASURES
            .into_iter()
            .map(|measure| {
                let address = format!("{}{}#karta", self.path, self.view.measuring(measure).query());
                (address, Field::Amount(measure).label(), measure == self.measure)
            })
            .collect()
    }

    fn heading(&self) -> String {
        match self.sum.recipients {
            all if all == self.shown => format!("{all} mottagare"),
            all => format!("{} av {all} mottagare", self.shown),
        }
    }

    fn file_query(&self) -> String {
        self.view.of_file().query()
    }
}

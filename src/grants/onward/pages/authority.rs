//! What the paying authority sees, where the agreement lets the money be handed on: by kind, size and regime. Not what a unit
//! typed.

use std::collections::BTreeMap;

use actix_web::web;
use askama::Template;

use crate::{
    grants::{
        grant::Grant,
        onward::{Distribution, fund::Fund, store, unit::regime},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    people::access::{
        Scope,
        proof::{By, Overseer},
    },
};
use table::{Cell, Column, Row, Table};
use values::{Id, Money, text::same};

#[derive(Template)]
#[template(path = "onward/authority.html")]
struct AuthorityPage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    table: Table,
    is_ours: bool,
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let (scope, id) = (Scope::across(&by), id.into_inner());
    let case = portal
        .db
        .read(move |connection| store::case(connection, scope, id)?.ok_or(AppError::NotFound))
        .await?;
    // What is not decided is the municipality's own.
    if case.plan.model.is_none() || !case.grant.may_be_handed_on() {
        return Err(AppError::NotFound);
    }
    page::show(&AuthorityPage {
        is_ours: by.is_official_of(case.grant.agreement.authority.id),
        chrome: by.chrome,
        fund: case.fund(),
        table: table(&case),
        case,
    })
}

/// How many units of a tier and a regime there are, and what they have.
#[derive(Default)]
struct Group {
    units: usize,
    has: Money,
    reported: usize,
    used: Money,
}

fn table(case: &Distribution) -> Table {
    let columns = vec![
        Column::text("slag", "Verksamhet"),
        Column::text("storlek", "Storlek"),
        Column::text("regi", "Regiform"),
        Column::number("enheter", "Enheter med medel"),
        Column::number("fordelat", "Fördelat, kr"),
        Column::number("rapporterat", "Har återrapporterat"),
        Column::number("anvant", "Använt, kr"),
    ];
    let mut groups: BTreeMap<(usize, bool), Group> = BTreeMap::new();
    let tiers: Vec<(String, String)> = case
        .plan
        .model
        .iter()
        .flat_map(|model| model.tiers())
        .map(|(kind, tier)| (kind.name.clone(), tier.name(&kind.counted)))
        .collect();
    for application in case.applications.iter().filter(|one| one.has_money()) {
        let unit = application.of();
        let place = case
            .plan
            .model
            .iter()
            .flat_map(|model| model.tiers())
            .position(|(kind, tier)| same(&kind.name, unit.kind.as_str()) && tier.holds(unit.size));
        let Some(place) = place else { continue };
        let group = groups.entry((place, unit.is_private)).or_default();
        group.units += 1;
        group.has += case.balance(application).has();
        if let Some(report) = application.reported() {
            group.reported += 1;
            group.used += report.used;
        }
    }
    let rows = groups
        .iter()
        .map(|((place, is_private), group)| Row {
            is_late: false,
            cells: vec![
                Cell::Text(tiers[*place].0.clone()),
                Cell::Text(tiers[*place].1.clone()),
                Cell::Text(regime(*is_private).to_owned()),
                Cell::count(group.units),
                Cell::Amount(group.has),
                Cell::count(group.reported),
                Cell::Amount(group.used),
            ],
        })
        .collect();
    let sum = |of: fn(&Group) -> Money| groups.values().map(of).sum::<Money>();
    let count = |of: fn(&Group) -> usize| groups.values().map(of).sum::<usize>();
    let total = vec![
        Cell::Text("Summa".to_owned()),
        Cell::Empty,
        Cell::Empty,
        Cell::count(count(|group| group.units)),
        Cell::Amount(sum(|group| group.has)),
        Cell::count(count(|group| group.reported)),
        Cell::Amount(sum(|group| group.used)),
    ];
    Table::new(columns, rows, Some(total))
}

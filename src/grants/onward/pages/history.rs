//! What has happened, all of it: to a plan, and to a register of units.

use actix_web::web;
use askama::Template;

use super::{Distribution, scope};
use crate::{
    grants::{
        case::pages::{TimelineView, timeline},
        grant::Grant,
        onward::{case_number, store},
    },
    ground::{
        history::{self, Event},
        infra::{
            Portal,
            error::AppError,
            page::{self, Chrome, Page},
        },
    },
    people::access::proof::{By, Member},
};
use values::Id;

#[derive(Template)]
#[template(path = "onward/history.html")]
struct HistoryPage {
    chrome: Chrome,
    case: Distribution,
    timeline: Vec<TimelineView>,
}

pub async fn of_plan(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let (scope, id) = (scope(&by), id.into_inner());
    let (case, lines) = portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let lines = history::store::of(connection, &case.plan.id.to_string())?;
            Ok::<_, AppError>((case, lines))
        })
        .await?;
    let timeline = timeline(&lines, &case_number(&case.grant));
    page::show(&HistoryPage { chrome: by.chrome, case, timeline })
}

#[derive(Template)]
#[template(path = "onward/units_history.html")]
struct UnitsHistoryPage {
    chrome: Chrome,
    timeline: Vec<TimelineView>,
}

/// With a succession units come from another register.
const OF_UNITS: [Event; 4] = [
    Event::OnwardUnitAdded,
    Event::OnwardUnitChanged,
    Event::OnwardUnitsImported,
    Event::SuccessionRegistered,
];

pub async fn of_units(by: By<Member>, portal: web::Data<Portal>) -> Page {
    let own = by.organisation.id.to_string();
    let lines = portal.db.read(move |connection| history::store::of(connection, &own)).await?;
    let of_units = lines.iter().rev().filter(|line| OF_UNITS.contains(&line.entry.event));
    let timeline = of_units.map(|line| TimelineView::of(&line.entry)).collect();
    page::show(&UnitsHistoryPage { chrome: by.chrome, timeline })
}

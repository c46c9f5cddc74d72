//! One recipient over the years: its share of every agreement in sight.

use super::{Asked, Filters, Leaf, PageData, crumb};
use crate::{
    desks::dashboard::{Row, store::Chosen, tables},
    ground::infra::{error::AppError, page::Page},
    paths,
    people::recipient,
    terms::agreement::Agreement,
};

pub async fn show(asked: Asked) -> Page {
    let code = asked.of.clone();
    let find = move |connection: &mut _| recipient::store::find_by_code(connection, &code);
    let recipient = asked.portal.db.read(find).await?.ok_or(AppError::NotFound)?;
    asked.answer(Chosen::HeldBy(recipient.id), leaf).await
}

/// Which of its shares have passed to a successor, and to whom: the figures stay by the recipient they were allocated to.
fn passed(shares: &[(&Agreement, Row)]) -> String {
    let passed = shares.iter().filter(|(_, row)| row.has_passed());
    told(
        "Har gått över",
        passed.map(|(agreement, row)| format!("{} till {}", agreement.terms.title(), row.holder.name)),
    )
}

/// Which shares of others it has taken over.
fn taken_over(shares: &[(&Agreement, Row)]) -> String {
    let from = |(agreement, row): &(&Agreement, Row)| {
        format!("{} från {}", agreement.terms.title(), row.recipient.name)
    };
    told("Har tagit över", shares.iter().map(from))
}

fn told(what: &str, each: impl Iterator<Item = String>) -> String {
    match each.collect::<Vec<_>>().join("; ").as_str() {
        "" => String::new(),
        told => format!(" {what}: {told}."),
    }
}

fn leaf(found: &PageData, code: &str) -> Result<Leaf, AppError> {
    let (mut shares, mut taken) = (Vec::new(), Vec::new());
    for outcome in &found.outcomes {
        let agreement = &outcome.agreement;
        shares.extend(outcome.of_recipient(code, found.now).map(|row| (agreement, row)));
        taken.extend(outcome.taken_over_by(code, found.now).into_iter().map(|row| (agreement, row)));
    }
    // Whoever was allocated nothing itself is known by what it has taken over.
    let own = shares.first().map(|(_, row)| &row.recipient);
    let holder = taken.first().map(|(_, row)| row.holder.name.clone());
    let (name, heading) = match (own, holder) {
        (Some(own), _) => (own.name.clone(), own.formal_name.clone()),
        (None, Some(name)) => (name.clone(), name),
        (None, None) => return Err(AppError::NotFound),
    };
    let place = match own.map(|own| own.county.as_str()) {
        None | Some("") => code.to_owned(),
        Some(county) => format!("{code}, {county}"),
    };
    Ok(Leaf {
        title: format!("Översikt {name}"),
        heading,
        lead: format!("{place}. Alla överenskommelser, år för år.{}{}", passed(&shares), taken_over(&taken)),
        crumbs: vec![crumb(paths::dashboard::Overview, "Översikt")],
        tabs: Vec::new(),
        above: String::new(),
        filters: Filters::default(),
        table_heading: "Överenskommelser".to_owned(),
        empty: "Mottagaren har ingen del i någon överenskommelse.",
        table: tables::shares(&shares).sorted(&found.view.sort),
        more_sheets: Vec::new(),
        about: Vec::new(),
    })
}

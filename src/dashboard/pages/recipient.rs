//! One recipient over the years: its share of every agreement in sight.

use super::{Asked, Filters, Found, Leaf, crumb};
use crate::{
    agreement::Agreement,
    dashboard::{Row, store::Chosen, tables},
    infra::{error::AppError, page::Page},
    recipient,
};

pub async fn show(asked: Asked) -> Page {
    let code = asked.of.clone();
    let find = move |connection: &mut _| recipient::store::find_by_code(connection, &code);
    let recipient = asked.portal.db.read(find).await?.ok_or(AppError::NotFound)?;
    asked.answer(Chosen::HeldBy(recipient.id), leaf).await
}

/// Which of its shares have passed to a successor, and to whom: the figures stay by the recipient they were allocated to.
fn passed(shares: &[(&Agreement, Row)]) -> String {
    let passed = shares.iter().filter(|(_, row)| row.holder != row.recipient.name);
    let told = passed.map(|(agreement, row)| format!("{} till {}", agreement.terms.title(), row.holder));
    match told.collect::<Vec<_>>().join("; ").as_str() {
        "" => String::new(),
        told => format!(" Har gått över: {told}."),
    }
}

fn leaf(found: &Found, code: &str) -> Result<Leaf, AppError> {
    let mut shares = Vec::new();
    for outcome in &found.outcomes {
        let of_recipient = outcome.of_recipient(code, found.now);
        shares.extend(of_recipient.map(|row| (&outcome.agreement, row)));
    }
    let recipient = shares.first().map(|(_, row)| row.recipient.clone()).ok_or(AppError::NotFound)?;
    let place = match recipient.county.as_str() {
        "" => recipient.code.clone(),
        county => format!("{}, {county}", recipient.code),
    };
    Ok(Leaf {
        title: format!("Översikt {}", recipient.name),
        heading: recipient.formal_name.clone(),
        lead: format!("{place}. Alla överenskommelser, år för år.{}", passed(&shares)),
        crumbs: vec![crumb("/oversikt", "Översikt")],
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

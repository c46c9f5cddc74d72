//! The rounds of one grant beside one another: who leaves money unused again and again.

use super::{Asked, Filters, Form, Leaf, PageData, agreement};
use crate::{
    desks::dashboard::{Row, Summary, store::Chosen, tables},
    ground::infra::{error::AppError, page::Page},
};
use values::text::sort_key;

pub async fn show(asked: Asked) -> Page {
    let chosen = Chosen::RoundsOf(asked.of.clone());
    asked.answer(chosen, leaf).await
}

fn leaf(found: &PageData, slug: &str) -> Result<Leaf, AppError> {
    let outcome = found.outcome(slug)?;
    let rounds: Vec<_> =
        found.outcomes.iter().map(|outcome| (&outcome.agreement, outcome.rows(None, found.now))).collect();
    let more_sheets = match found.form {
        Form::Workbook => rounds
            .iter()
            .map(|(agreement, rows)| {
                let mut rows: Vec<Row> = rows.clone();
                rows.sort_by_cached_key(|row| sort_key(&row.recipient.name));
                let table = tables::recipients(&rows, Summary::of(&rows).is_paid());
                (format!("{} {}", agreement.terms.code, agreement.terms.year), table)
            })
            .collect(),
        Form::Page | Form::Csv => Vec::new(),
    };
    Ok(Leaf {
        lead: "Hur stor del av det utbetalda som varje mottagare inte har förbrukat, omgång för omgång. Bara det som \
               är redovisat räknas. Den som har haft medel kvar två gånger eller fler är markerad."
            .to_owned(),
        filters: Filters {
            search: true,
            counties: agreement::county_choices(outcome),
            ..Filters::default()
        },
        table_heading: format!("{} omgångar", rounds.len()),
        table: tables::rounds(&rounds, &found.view).sorted(&found.view.sort),
        more_sheets,
        ..agreement::leaf(&outcome.agreement, "omgangar")
    })
}

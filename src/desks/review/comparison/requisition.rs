//! What a requisition says beside what it said before, under the labels of the printed form.

use super::{Change, Row, Section, Version, covers, texts_at};
use crate::{
    grants::{
        case::head::text,
        requisition::{Content, Dossier, Edition, sheet},
    },
    terms::agreement::PaperForm,
};

/// Sections 1 to 3, each field beside the same field of another filing. Section 4, the signature, is no content.
pub fn sections(case: &Dossier, edition: &Edition, before: Option<&Content>) -> Vec<Section> {
    let paper = &case.grant.agreement.terms.forms.requisition;
    let remarks = case.requisition.returned().map_or(&[][..], |returned| &returned.remarks);
    (1..=3)
        .filter_map(|number| paper.section(number))
        .map(|section| Section {
            number: section.number,
            title: section.title.clone(),
            rows: section
                .fields
                .iter()
                .map(|field| {
                    let key = field.key.as_str();
                    let value = stated(key, case, edition).unwrap_or_else(|| printed(key, &edition.content));
                    let earlier = before.map(|content| printed(key, content)).unwrap_or_default();
                    Row {
                        label: field.label.clone(),
                        changed: before.is_some() && earlier != value && !follows_the_agreement(key),
                        value,
                        before: earlier,
                        warnings: texts_at(&edition.warnings, |field| covers(key, field)),
                        remarks: texts_at(remarks, |field| covers(key, field)),
                    }
                })
                .collect(),
        })
        .collect()
}

/// Every edition, the newest first, with what it changed.
pub fn versions(case: &Dossier, editions: &[Edition]) -> Vec<Version> {
    let paper = &case.grant.agreement.terms.forms.requisition;
    let received = case.requisition.received().map(|received| received.version);
    let older = editions.iter().skip(1).map(Some).chain([None]);
    editions
        .iter()
        .zip(older)
        .map(|(edition, older)| Version {
            number: edition.version,
            issued_by: edition.issued_by.clone(),
            issued_at: edition.issued_at,
            came_in: received == Some(edition.version),
            is_first: older.is_none(),
            reason: String::new(),
            changes: older.map(|older| changes(paper, &older.content, &edition.content)).unwrap_or_default(),
        })
        .collect()
}

/// What a later version states otherwise than the one before it.
fn changes(paper: &PaperForm, before: &Content, after: &Content) -> Vec<Change> {
    paper
        .fields()
        .map(|field| Change {
            label: field.label.clone(),
            before: printed(&field.key, before),
            after: printed(&field.key, after),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

/// What the form prints without anybody having typed it.
fn stated(key: &str, case: &Dossier, edition: &Edition) -> Option<String> {
    match key {
        "recipient" => Some(edition.recipient.clone()),
        "agreement_name" => Some(format!("{}: {}", case.grant.agreement.terms.name, case.post_name())),
        _ => None,
    }
}

/// The content under one printed label; empty for the labels that state something else.
fn printed(key: &str, content: &Content) -> String {
    if let Some(text) = content.head.printed(key) {
        return text;
    }
    match key {
        "amount" => content.amount.to_string(),
        "period" => sheet::period(content.period),
        "account" => sheet::account(content),
        "payment_reference" => text(content.payment_reference.as_ref()),
        _ => String::new(),
    }
}

/// Always another in another agreement: a difference there tells the reviewer nothing.
fn follows_the_agreement(key: &str) -> bool {
    matches!(
        key,
        "recipient" | "agreement_name" | "agreement_diarienummer" | "decision_diarienummer" | "period"
    )
}

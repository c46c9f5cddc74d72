//! A financial report beside the one of an earlier year, and its versions beside each other.

use super::{Change, Row, Section, Version, covers, texts_at};
use crate::{
    grants::{
        case::{FieldRemark, pages::FieldView},
        grant::Grant,
        report::{Content, Dossier, Edition, form::costs_field, sheet},
    },
    ground::history::{self, Event},
    terms::agreement::{LabelledField, PaperForm},
};

/// Sections 1 to 3, each field beside the same field of another report. `notes` is what deserves a second look.
pub fn sections(
    case: &Dossier,
    edition: &Edition,
    before: Option<&Content>,
    notes: &[FieldRemark],
) -> Vec<Section> {
    let paper = &case.grant.agreement.terms.forms.report;
    let remarks = case.report.returned().map_or(&[][..], |returned| &returned.remarks);
    let row = |field: &LabelledField, pair: Pair| {
        let at_it = |name: &str| is_at(name, field, &pair, &case.grant, &edition.content);
        Row {
            warnings: texts_at(notes, at_it),
            remarks: texts_at(remarks, at_it),
            changed: before.is_some() && pair.before != pair.value && !follows_the_agreement(&field.key),
            label: pair.label,
            value: pair.value,
            before: pair.before,
        }
    };
    (1..=3)
        .filter_map(|number| paper.section(number))
        .map(|section| Section {
            number: section.number,
            title: section.title.clone(),
            rows: section
                .fields
                .iter()
                .flat_map(|field| {
                    pairs(field, &case.grant, &edition.content, before)
                        .into_iter()
                        .map(move |pair| row(field, pair))
                })
                .collect(),
        })
        .collect()
}

/// Every edition, the newest first, with what it changed and why it was made.
pub fn versions(case: &Dossier, editions: &[(Edition, bool)], lines: &[history::Line]) -> Vec<Version> {
    let paper = &case.grant.agreement.terms.forms.report;
    let received = case.report.received().map(|received| received.version);
    let about = case.number();
    let lines: Vec<&history::Line> = lines.iter().filter(|line| line.entry.subject == about).collect();
    let older = editions.iter().skip(1).map(Some).chain([None]);
    editions
        .iter()
        .zip(older)
        .map(|((edition, came_in), older)| Version {
            number: edition.version,
            issued_by: edition.issued_by.clone(),
            issued_at: edition.issued_at,
            came_in: received == Some(edition.version) || *came_in,
            is_first: older.is_none(),
            reason: older.map(|(older, _)| reason(&lines, older, edition)).unwrap_or_default(),
            changes: older
                .map(|(older, _)| changes(paper, &case.grant, &older.content, &edition.content))
                .unwrap_or_default(),
        })
        .collect()
}

/// Why a version was made after the one before it: a correction's reason, or what was to be completed.
fn reason(lines: &[&history::Line], older: &Edition, newer: &Edition) -> String {
    let between = lines.iter().filter(|line| (older.issued_at..=newer.issued_at).contains(&line.entry.at));
    let last = between
        .filter_map(|line| match line.entry.event {
            Event::CorrectionStarted => Some(format!("Rättelse: {}", line.entry.reason)),
            Event::ReportReturned => Some(format!("Efter begärd komplettering: {}", line.entry.reason)),
            Event::CorrectionGivenUp => Some(String::new()),
            _ => None,
        })
        .next_back();
    last.unwrap_or_default()
}

fn changes(paper: &PaperForm, grant: &Grant, before: &Content, after: &Content) -> Vec<Change> {
    paper
        .fields()
        .flat_map(|field| pairs(field, grant, after, Some(before)))
        .filter(|pair| pair.value != pair.before)
        .map(|pair| Change { label: pair.label, before: pair.before, after: pair.value })
        .collect()
}

/// One line under a printed label, in two contents.
struct Pair {
    label: String,
    value: String,
    before: String,
    /// The first line under its label: the sum, where the posts follow.
    is_first: bool,
}

/// The lines under a printed label: one, or one for each post and each cost item. Those with the same words are the same.
fn pairs(field: &LabelledField, grant: &Grant, content: &Content, before: Option<&Content>) -> Vec<Pair> {
    let of = |content| -> Vec<FieldView> {
        let printed = sheet::printed(&field.key, &field.label, grant, content).unwrap_or_default();
        printed.iter().map(FieldView::of).collect()
    };
    let mut earlier = before.map(of).unwrap_or_default();
    let mut pairs: Vec<Pair> = of(content)
        .into_iter()
        .enumerate()
        .map(|(index, now)| {
            let same = earlier.iter().position(|earlier| earlier.label == now.label);
            let before = same.map(|same| earlier.remove(same).value).unwrap_or_default();
            Pair { label: now.label, value: now.value, before, is_first: index == 0 }
        })
        .collect();
    let gone = |line: FieldView| Pair {
        label: line.label,
        value: String::new(),
        before: line.value,
        is_first: false,
    };
    pairs.extend(earlier.into_iter().map(gone));
    pairs
}

/// Whether a remark at one of the portal's fields belongs to this line. What is about a post's costs stands at that post's.
fn is_at(name: &str, field: &LabelledField, pair: &Pair, grant: &Grant, content: &Content) -> bool {
    if field.key != "costs" {
        return pair.is_first && covers(&field.key, name);
    }
    let about = |post: &str| name == costs_field(post) || name == format!("items_{post}");
    content.posts.iter().any(|account| {
        about(&account.post)
            && match content.posts.len() {
                1 => pair.is_first,
                _ => pair.label == format!("– {}", sheet::post_name(grant, &account.post)),
            }
    })
}

/// Always another in another agreement, or what the portal itself has filled in: a difference there tells the reviewer
/// nothing.
fn follows_the_agreement(key: &str) -> bool {
    matches!(
        key,
        "recipient"
            | "agreement_name"
            | "agreement_diarienummer"
            | "decision_diarienummer"
            | "period"
            | "granted"
            | "paid"
            | "received"
    )
}

//! What a requisition says beside what it said before, under the labels of the printed form.

use crate::{
    agreement::PaperForm,
    filing::{FieldRemark, head::text},
    requisition::{Case, Content, Issue, sheet},
};

/// A numbered box of the form.
pub struct Section {
    pub number: u32,
    pub title: String,
    pub rows: Vec<Row>,
}

/// A printed field.
pub struct Row {
    pub label: String,
    pub value: String,
    /// In the filing it is compared with; empty when there is none, or when it was empty there.
    pub before: String,
    pub changed: bool,
    pub warnings: Vec<String>,
    pub remarks: Vec<String>,
}

/// A field that two versions of the same requisition state differently.
pub struct Change {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// Sections 1 to 3, each field beside the same field of another filing. Section 4, the signature, is no content.
pub fn sections(case: &Case, issue: &Issue, before: Option<&Content>) -> Vec<Section> {
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
                    let value = stated(key, case).unwrap_or_else(|| printed(key, &issue.content));
                    let earlier = before.map(|content| printed(key, content)).unwrap_or_default();
                    Row {
                        label: field.label.clone(),
                        changed: before.is_some() && earlier != value && !follows_the_agreement(key),
                        value,
                        before: earlier,
                        warnings: texts_at(key, &issue.warnings),
                        remarks: texts_at(key, remarks),
                    }
                })
                .collect(),
        })
        .collect()
}

/// What a later version states otherwise than the one before it.
pub fn changes(paper: &PaperForm, before: &Content, after: &Content) -> Vec<Change> {
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
fn stated(key: &str, case: &Case) -> Option<String> {
    match key {
        "recipient" => Some(case.grant.recipient.formal_name.clone()),
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

fn texts_at(key: &str, remarks: &[FieldRemark]) -> Vec<String> {
    remarks.iter().filter(|remark| covers(key, &remark.field)).map(|remark| remark.text.clone()).collect()
}

/// The printed form has one label where the portal has several fields.
fn covers(key: &str, field: &str) -> bool {
    match key {
        "postal_address" => matches!(field, "street" | "postal_code" | "city"),
        "period" => matches!(field, "period_from" | "period_to"),
        "account" => matches!(field, "account_kind" | "account_number"),
        _ => key == field,
    }
}

//! What a filing says beside what another said, under the labels of the printed form.

pub mod report;
pub mod requisition;

use chrono::{DateTime, Utc};

use crate::{grants::case::FieldRemark, people::access::Doer};
use values::calendar;

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

/// An edition, and what it changed from the one before.
pub struct Version {
    pub number: i32,
    pub issued_by: Doer,
    pub issued_at: DateTime<Utc>,
    pub came_in: bool,
    pub is_first: bool,
    /// What made it necessary, where that is told; otherwise empty.
    pub reason: String,
    pub changes: Vec<Change>,
}

impl Version {
    pub fn issued(&self) -> String {
        calendar::long_time(self.issued_at)
    }
}

/// A field that two versions of the same filing state differently.
pub struct Change {
    pub label: String,
    pub before: String,
    pub after: String,
}

/// The texts of the remarks at those fields.
fn texts_at(remarks: &[FieldRemark], covers: impl Fn(&str) -> bool) -> Vec<String> {
    remarks.iter().filter(|remark| covers(&remark.field)).map(|remark| remark.text.clone()).collect()
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

//! The desk's pages about financial reports: their queue, a case, the decisions on it.

pub mod case;
pub mod decide;
pub mod queue;

use crate::{ids::Id, report::Report};

fn address(id: Id<Report>) -> String {
    format!("/granskning/redovisningar/{id}")
}

/// Where it stands, for the authority: a correction that the recipient is making is no draft to it.
pub fn label(report: &Report) -> &'static str {
    if is_being_corrected(report) { "Rättelse pågår" } else { report.status.label() }
}

pub fn tone(report: &Report) -> &'static str {
    if is_being_corrected(report) { "warning" } else { report.status.tone() }
}

fn is_being_corrected(report: &Report) -> bool {
    report.correction.is_some() && report.is_editable() && report.returned().is_none()
}

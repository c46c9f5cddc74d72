//! What the pages about cases show alike: sections, files, timelines, documents.

use actix_web::web;

use super::store::Attachment;
use crate::ground::{
    history::{self, Event},
    infra::{
        error::AppError,
        page::{self, Page},
        scan::Scanned,
    },
};
use document::{
    sheet::{Field, FieldValue, Section},
    typeset::TypesetError,
};
use values::{Id, calendar};

/// Typesetting takes its time: not on the threads that answer.
pub async fn pdf(
    name: String,
    make: impl FnOnce() -> Result<Vec<u8>, TypesetError> + Send + 'static,
) -> Page {
    let bytes = web::block(make)
        .await
        .map_err(|error| AppError::internal(error.to_string()))?
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/pdf", &name, bytes)
}

/// A label and its value, as a page shows them.
pub struct FieldView {
    pub label: String,
    pub value: String,
}

impl FieldView {
    pub fn of(field: &Field) -> Self {
        let value = match &field.value {
            FieldValue::Text { text } => text.clone(),
            FieldValue::Handwritten => String::new(),
            FieldValue::Signed(signature) => format!("{}, {}", signature.signer, signature.time),
        };
        Self { label: field.label.clone(), value }
    }
}

pub struct SectionView {
    pub number: String,
    pub title: String,
    pub fields: Vec<FieldView>,
}

impl SectionView {
    pub fn of(sections: &[Section]) -> Vec<Self> {
        sections
            .iter()
            .map(|section| Self {
                number: section.number.clone(),
                title: section.title.clone(),
                fields: section.fields.iter().map(FieldView::of).collect(),
            })
            .collect()
    }
}

pub struct TimelineView {
    pub when: String,
    pub who: String,
    pub what: String,
    pub why: String,
}

impl TimelineView {
    pub fn of(entry: &history::Entry) -> Self {
        Self {
            when: calendar::long_time(entry.at),
            who: entry.by(),
            what: entry.what(),
            why: entry.reason.clone(),
        }
    }
}

/// The lines about one case, the newest first.
pub fn timeline(lines: &[history::Line], subject: &str) -> Vec<TimelineView> {
    let about = lines.iter().rev().filter(|line| line.entry.subject == subject);
    about.map(|line| TimelineView::of(&line.entry)).collect()
}

/// The same for the recipient: which officer handles a case is the authority's own.
pub fn recipients_lines(mut lines: Vec<history::Line>) -> Vec<history::Line> {
    for line in &mut lines {
        if matches!(line.entry.event, Event::RequisitionAssigned | Event::ReportAssigned) {
            line.entry.details.clear();
            line.entry.who.person = std::mem::take(&mut line.entry.who.organisation);
        }
    }
    lines
}

/// The lines about a whole grant, the newest first, each with the case it is about.
pub fn timeline_of_all(lines: &[history::Line]) -> Vec<TimelineView> {
    let with_case = |line: &history::Line| {
        let view = TimelineView::of(&line.entry);
        match line.entry.event {
            Event::Allocated => view,
            _ => TimelineView { what: format!("{}: {}", line.entry.subject, view.what), ..view },
        }
    };
    lines.iter().rev().map(with_case).collect()
}

pub struct AttachmentView {
    pub href: String,
    pub file: Attachment,
    pub uploaded: String,
}

impl AttachmentView {
    /// Why the file cannot be opened; empty when it can.
    pub fn waits(&self) -> &'static str {
        match self.file.scanned {
            Scanned::Not | Scanned::Clean => "",
            Scanned::Waiting => "; väntar på virusgenomsökning och kan öppnas efter den",
            Scanned::Impossible => {
                "; går inte att virusgenomsöka och kan inte öppnas. Lämna in den på nytt i ett annat format, eller skriv ut den till en ny PDF"
            }
            Scanned::Infected => "; spärrad, virusgenomsökningen hittade skadlig kod",
        }
    }

    /// `address`: where a file is read.
    pub fn of(files: Vec<Attachment>, address: impl Fn(&Id<Attachment>) -> String) -> Vec<Self> {
        files
            .into_iter()
            .map(|file| Self {
                href: address(&file.id),
                uploaded: calendar::long_time(file.uploaded_at),
                file,
            })
            .collect()
    }
}

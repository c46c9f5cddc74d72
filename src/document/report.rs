//! A document of many pages (*rapport*): chapters of paragraphs, tables and pictures, in the order they are printed. Like
//! the [forms](super::sheet) it is plain data; a picture is one more string, an SVG that stands alone.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{
    sheet::Field,
    typeset::{Template, TypesetError, typeset},
};

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// The PDF's title, which a reader shows instead of the file name.
    pub title: String,
    /// What the report is, as its headline.
    pub heading: String,
    /// *Överenskommelsens benämning* and its year.
    pub agreement: String,
    /// At the top of every page but the first.
    pub running: String,
    /// At the foot of every page.
    pub number: String,
    pub practice: bool,
    /// What it is about, above the first chapter.
    pub facts: Vec<Field>,
    pub chapters: Vec<Chapter>,
    /// Of the content; may be empty, and none is then printed.
    pub fingerprint: String,
    pub issued: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Chapter {
    pub title: String,
    /// For tables with many columns: on pages of its own, lying down.
    pub landscape: bool,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    Heading { text: String },
    Paragraph { text: String },
    Points { items: Vec<String> },
    Table(TablePart),
    Picture(Picture),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TablePart {
    /// Above the table; its summary for who does not see it.
    pub caption: String,
    pub columns: Vec<Column>,
    /// As many cells in each as there are columns. The first is the row's heading.
    pub rows: Vec<Vec<String>>,
    /// The last row; empty when there is none.
    pub total: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Column {
    pub label: String,
    pub is_numeric: bool,
    /// Its text is long and has what width is left.
    pub is_wide: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Picture {
    pub svg: String,
    /// What it says, for who does not see it.
    pub alt: String,
    /// Below it.
    pub caption: String,
    /// Of the page's width, in per cent.
    pub width: u8,
}

impl Report {
    /// The same data and `issued_at` always give the same bytes.
    pub fn to_pdf(&self, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let identity = format!("{} {} {}", self.heading, self.agreement, self.issued);
        typeset(Template::Report, self, &identity, issued_at)
    }
}

impl Chapter {
    pub fn new(title: impl Into<String>, parts: Vec<Part>) -> Self {
        Self { title: title.into(), landscape: false, parts }
    }

    pub fn lying_down(self) -> Self {
        Self { landscape: true, ..self }
    }
}

impl Part {
    pub fn heading(text: impl Into<String>) -> Self {
        Self::Heading { text: text.into() }
    }

    pub fn paragraph(text: impl Into<String>) -> Self {
        Self::Paragraph { text: text.into() }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::tests::{assert_says, issued_at, open};

    fn report(text: &str) -> Report {
        let column =
            |label: &str, is_numeric| Column { label: label.to_owned(), is_numeric, is_wide: !is_numeric };
        let table = TablePart {
            caption: text.to_owned(),
            columns: vec![column("Mottagare", false), column("Belopp", true)],
            rows: (0..80).map(|at| vec![format!("{at} {text}"), "1".to_owned()]).collect(),
            total: vec!["Totalt".to_owned(), "80".to_owned()],
        };
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 90 20\" \
                   font-family=\"'Source Sans 3', sans-serif\"><text y=\"15\">Bild</text></svg>";
        let picture =
            Picture { svg: svg.to_owned(), alt: text.to_owned(), caption: text.to_owned(), width: 50 };
        let upright = vec![Part::heading(text), Part::paragraph(text), Part::Picture(picture)];
        let points = Part::Points { items: vec![text.to_owned()] };
        Report {
            title: text.to_owned(),
            heading: "Rapport".to_owned(),
            agreement: text.to_owned(),
            running: text.to_owned(),
            number: "AO21".to_owned(),
            practice: true,
            facts: vec![Field::text(text, text)],
            chapters: vec![
                Chapter::new(text, upright),
                Chapter::new("Liggande", vec![points, Part::Table(table)]).lying_down(),
            ],
            fingerprint: String::new(),
            issued: "15 mars 2022".to_owned(),
        }
    }

    #[test]
    fn a_report_has_its_chapters_tables_and_pictures_and_repeats_the_heads_of_tables() {
        let pdf = report("Avvikelse").to_pdf(issued_at()).unwrap();
        assert!(open(&pdf).get_pages().len() >= 3);
        assert_says(
            &pdf,
            &["Övningsläge – påhittade uppgifter", "1. Avvikelse", "1.1 Avvikelse", "79 Avvikelse"],
        );
        assert_says(&pdf, &["Totalt 80", "Utfärdat av Bidragsporten 15 mars 2022", "Sida 3 av"]);
    }

    #[test]
    fn what_a_user_typed_is_no_markup_anywhere_in_a_report() {
        for typed in ["#panic(\"x\") *bold* $x$ @x \\", "= Rubrik", "- punkt", "\"); #panic("] {
            assert_says(&report(typed).to_pdf(issued_at()).unwrap(), &[typed]);
        }
    }
}

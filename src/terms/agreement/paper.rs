//! The forms of an agreement as they are printed: sections, order and labels, word for word.

use serde::{Deserialize, Serialize};

/// What stands before the forms in the source (*bilaga*).
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Annex {
    /// `Bilaga 2`.
    pub name: String,
    pub heading: String,
    /// Paragraph by paragraph.
    pub lead: Vec<String>,
}

/// The forms with every label word for word.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forms {
    pub requisition: PaperForm,
    pub report: PaperForm,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperForm {
    pub heading: String,
    #[serde(rename = "section")]
    pub sections: Vec<Section>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    pub number: u32,
    pub title: String,
    pub text: Vec<String>,
    #[serde(rename = "field")]
    pub fields: Vec<LabelledField>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LabelledField {
    pub key: String,
    pub label: String,
}

impl Forms {
    /// The report has a field of its own for the larger items of cost.
    pub fn asks_for_items(&self) -> bool {
        self.report.fields().any(|field| field.key == "cost_items")
    }
}

impl PaperForm {
    /// The label of a field; the loader has seen to it that every field has one.
    pub fn label(&self, key: &str) -> &str {
        self.fields().find(|field| field.key == key).map_or("", |field| &field.label)
    }

    pub fn section(&self, number: u32) -> Option<&Section> {
        self.sections.iter().find(|section| section.number == number)
    }

    pub fn title(&self, number: u32) -> &str {
        self.section(number).map_or("", |section| &section.title)
    }

    pub fn fields(&self) -> impl Iterator<Item = &LabelledField> {
        self.sections.iter().flat_map(|section| &section.fields)
    }
}

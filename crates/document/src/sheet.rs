//! What stands on a printed document (*handling*): plain data, ready-made Swedish
//! text, in the order it is printed. The rooms that own a requisition, a report or
//! a submission build one of these; [`typeset`](super::typeset) makes the PDF.
//!
//! Sections, their labels and their words come from the agreement (Bilaga 2, in
//! 2020 Bilaga 4), so one template prints every variant of every form.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::typeset::{Template, TypesetError, typeset};

/// A form to the paying authority: *rekvisition*, *ekonomisk redovisning* …
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FormDocument {
    /// The PDF's title, which a reader shows instead of the file name.
    pub title: String,
    /// What the form is, as its headline: «Rekvisition».
    pub heading: String,
    /// `AO22-1440-R1`
    pub number: String,
    pub version: u32,
    /// *Överenskommelsens benämning.*
    pub agreement: String,
    /// The paying authority.
    pub addressee: String,
    pub state_line: String,
    /// Practice mode (*övningsläge*): every page says so.
    pub practice: bool,
    /// What the two numbers are called.
    pub diarienummer_labels: [&'static str; 2],
    /// Empty while nobody has stated it; printed as «Ej angivet».
    pub diarienummer_agreement: String,
    pub diarienummer_decision: String,
    pub sections: Vec<Section>,
    /// Whose the form's words are, and which lines the portal has added.
    pub words: String,
    /// SHA-256 of the content, 64 hexadecimal digits.
    pub fingerprint: String,
    /// When the document was issued, as it is printed.
    pub issued: String,
}

/// *Kvitto*: what was received, when, from whom, and what happens next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    pub title: String,
    pub heading: String,
    pub number: String,
    pub agreement: String,
    pub practice: bool,
    /// When it was received (*inkommit*): what counts against a deadline.
    pub received_at: String,
    /// When the version that it is a receipt of came in; empty when it was never completed or corrected.
    pub completed_at: String,
    /// The authority that received it.
    pub received_by: String,
    /// The person, and for which organisation.
    pub submitted_by: String,
    /// What was submitted.
    pub submitted: Vec<Field>,
    /// How it was signed, in a sentence.
    pub signing: String,
    pub next_step: String,
    /// When the next step is due; empty when no date is set.
    pub next_date: String,
    pub fingerprint: String,
    pub issued: String,
}

/// *Underlag för återbetalning*: what a recipient pays back of its grant, where to,
/// with which reference, and by when (2021 §7.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PaymentSlip {
    pub title: String,
    /// «Återbetalning av bidrag som inte har förbrukats»
    pub heading: String,
    /// Of the grant: `AO21-1440`.
    pub number: String,
    pub agreement: String,
    /// Practice mode: the slip then says that nothing is to be paid.
    pub practice: bool,
    /// The recipient that pays back, by its formal name.
    pub payer: String,
    /// The authority that is paid, by its formal name.
    pub payee: String,
    /// With its kind, «Bankgiro 991-2346»; empty until the authority has stated one,
    /// and the slip then says to wait.
    pub account: String,
    /// The reference to pay with: its digits alone.
    pub ocr: String,
    pub amount: String,
    /// The last day.
    pub due: String,
    /// How the amount was reckoned: «Utbetalt», «Kostnader», «Att återbetala», by post.
    pub basis: Vec<Field>,
    /// What else the payer should know; may be empty.
    pub note: String,
    /// Of the content; may be empty, and none is then printed.
    pub fingerprint: String,
    pub issued: String,
}

/// One numbered box of the form: `2. Bidrag som ansökan avser`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Section {
    /// Without the full stop; empty for a box without a number.
    pub number: String,
    pub title: String,
    /// Paragraphs above the fields: the assurance that is signed.
    pub text: Vec<String>,
    /// Alternatives of which one is ticked: Alt 1 and Alt 2.
    pub choices: Vec<Choice>,
    pub fields: Vec<Field>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    pub text: String,
    pub chosen: bool,
}

/// A small label above its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Field {
    pub label: String,
    pub value: FieldValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FieldValue {
    /// Empty text leaves an empty ruled space.
    Text { text: String },
    /// A tall empty space for a signature in ink.
    Handwritten,
    /// Signed in the portal.
    Signed(Signature),
}

/// *Elektronisk underskrift* made in the portal, as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Signature {
    pub signer: String,
    pub time: String,
    pub method: String,
}

impl FormDocument {
    /// The same data and `issued_at` always give the same bytes.
    pub fn to_pdf(&self, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let identity = format!("{} {} v{}", self.heading, self.number, self.version);
        typeset(Template::Form, self, &identity, issued_at)
    }
}

impl Receipt {
    /// The same data and `issued_at` always give the same bytes.
    pub fn to_pdf(&self, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let identity = format!("{} {} {}", self.heading, self.number, self.fingerprint);
        typeset(Template::Receipt, self, &identity, issued_at)
    }
}

impl PaymentSlip {
    /// The same data and `issued_at` always give the same bytes.
    pub fn to_pdf(&self, issued_at: DateTime<Utc>) -> Result<Vec<u8>, TypesetError> {
        let identity = format!("{} {} {} {} {}", self.heading, self.number, self.ocr, self.amount, self.due);
        typeset(Template::Slip, self, &identity, issued_at)
    }
}

impl Section {
    pub fn new(number: impl Into<String>, title: impl Into<String>) -> Self {
        Self { number: number.into(), title: title.into(), ..Self::default() }
    }
}

impl Field {
    pub fn text(label: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new(label, FieldValue::Text { text: text.into() })
    }

    /// To be filled in by hand, on one line.
    pub fn blank(label: impl Into<String>) -> Self {
        Self::text(label, "")
    }

    /// To be signed by hand.
    pub fn handwritten(label: impl Into<String>) -> Self {
        Self::new(label, FieldValue::Handwritten)
    }

    pub fn signed(label: impl Into<String>, signature: Signature) -> Self {
        Self::new(label, FieldValue::Signed(signature))
    }

    fn new(label: impl Into<String>, value: FieldValue) -> Self {
        Self { label: label.into(), value }
    }
}

#[cfg(test)]
pub(crate) mod tests;

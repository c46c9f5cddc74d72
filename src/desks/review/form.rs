//! The desk's forms: filters, assignment, decisions and the registering of a paper.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    grants::{
        case::{FieldRemark, head::HeadForm, parse_arrival, rules::Rule},
        grant::Grant,
        report,
        requisition::form::{PostedForm, RequisitionForm},
    },
    ground::infra::{
        error::AppError,
        form::FieldErrors,
        upload::{ReceivedFile, Upload},
    },
    people::access::Person,
};
use values::{Id, Prose, ProseError};

/// What the queue shows, as its address says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Filter {
    #[serde(rename = "visa")]
    pub view: String,
    #[serde(rename = "overenskommelse")]
    pub agreement: String,
    #[serde(rename = "handlaggare")]
    pub officer: String,
    #[serde(rename = "sok")]
    pub search: String,
}

impl Filter {
    /// True when it narrows what its view shows.
    pub fn narrows(&self) -> bool {
        !(self.agreement.is_empty() && self.officer.is_empty() && self.search.trim().is_empty())
    }

    pub fn query(&self) -> String {
        serde_html_form::to_string(self).unwrap_or_default()
    }
}

/// The cases ticked in the queue.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TakeForm {
    /// Their ids.
    pub cases: Vec<String>,
    /// The queue's filter, to come back to.
    pub filter: String,
}

impl TakeForm {
    pub fn cases<C>(&self) -> Result<Vec<Id<C>>, AppError> {
        let unreadable = || AppError::bad_request("Ett av ärendena går inte att läsa.");
        self.cases.iter().map(|ticked| ticked.parse().map_err(|_| unreadable())).collect()
    }

    /// Read anew, so that the address gets nothing but a filter.
    pub fn filter(&self) -> Filter {
        serde_html_form::from_str(&self.filter).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct AssignForm {
    /// Whose it was when the page was made.
    #[serde(default)]
    was: String,
    /// A person's id; empty for nobody.
    #[serde(default)]
    pub officer: String,
}

impl AssignForm {
    pub fn was(&self) -> Option<&str> {
        Some(self.was.as_str()).filter(|was| !was.is_empty())
    }

    /// Whom of the colleagues it names.
    pub fn parse(&self, colleagues: Vec<Person>) -> Result<Option<Person>, &'static str> {
        if self.officer.is_empty() {
            return Ok(None);
        }
        colleagues
            .into_iter()
            .find(|person| person.id.to_string() == self.officer)
            .map(Some)
            .ok_or("Den personen är inte handläggare hos er. Välj någon i listan.")
    }
}

#[derive(Debug, Deserialize)]
pub struct ApproveForm {
    pub revision: i64,
}

#[derive(Debug, Deserialize)]
pub struct RefuseForm {
    pub revision: i64,
    #[serde(default)]
    pub reason: String,
}

impl RefuseForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let empty = "Skälet saknas. Skriv varför rekvisitionen avslås.";
        errors.take("reason", text(&self.reason, empty)).ok_or(errors)
    }
}

/// Text for the recipient, which has to say something.
fn text(typed: &str, empty: &str) -> Result<String, String> {
    text_of::<2000>(typed, empty)
}

fn text_of<const MAX: usize>(typed: &str, empty: &str) -> Result<String, String> {
    match Prose::<MAX>::parse(typed) {
        Ok(text) => Ok(text.into()),
        Err(ProseError::Empty) => Err(empty.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[derive(Debug, Deserialize)]
pub struct ArrivalForm {
    pub revision: i64,
    #[serde(default)]
    pub arrived: String,
}

impl ArrivalForm {
    /// The day, and the scan that came with it.
    pub fn parse(&self, upload: &Upload) -> Result<(NaiveDate, ReceivedFile), FieldErrors> {
        let mut errors = FieldErrors::default();
        let day = errors.take("arrived", parse_arrival(&self.arrived));
        let scan = errors.read("file", Rule::Scan, upload.scan());
        day.zip(scan).ok_or(errors)
    }
}

/// What is to be completed: a message, and remarks at fields.
#[derive(Debug)]
pub struct ReturnForm {
    pub revision: i64,
    pub message: String,
    pub remarks: Remarks,
}

/// The remarks as typed, each with its field.
#[derive(Debug, Clone, Default)]
pub struct Remarks(Vec<(String, String)>);

/// A field that can have a remark, with the name of the remark's own field and what was typed in it.
pub struct RemarkField {
    pub name: String,
    pub field: String,
    pub typed: String,
}

impl Remarks {
    /// Every field that can have a remark, in the order of the form.
    pub fn fields<'a>(&'a self, remarkable: &'a [String]) -> impl Iterator<Item = RemarkField> + 'a {
        remarkable.iter().map(|field| {
            let typed = self.0.iter().find(|(of, _)| of == field).map(|(_, text)| text.clone());
            RemarkField {
                name: format!("remark_{field}"),
                field: field.clone(),
                typed: typed.unwrap_or_default(),
            }
        })
    }

    /// The texts, without their fields.
    pub fn typed(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(_, text)| text.as_str())
    }

    /// True when nothing was typed in any of them.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, text)| text.trim().is_empty())
    }
}

impl ReturnForm {
    pub fn read(pairs: Vec<(String, String)>) -> Result<Self, AppError> {
        let mut revision = None;
        let mut message = String::new();
        let mut remarks = Vec::new();
        for (name, value) in pairs {
            if let Some(field) = name.strip_prefix("remark_") {
                remarks.push((field.to_owned(), value));
            } else if name == "message" {
                message = value;
            } else if name == "revision" {
                revision = value.parse().ok();
            }
        }
        let revision = revision.ok_or_else(|| AppError::bad_request("Formuläret saknar en uppgift."))?;
        Ok(Self { revision, message, remarks: Remarks(remarks) })
    }

    /// The message, and the remarks at fields that the form has.
    pub fn parse(&self, remarkable: &[String]) -> Result<(String, Vec<FieldRemark>), FieldErrors> {
        let mut errors = FieldErrors::default();
        let empty = "Meddelandet saknas. Skriv vad som behöver ändras.";
        let message = errors.take("message", text(&self.message, empty));
        let mut remarks = Vec::new();
        for RemarkField { name, field, typed } in self.remarks.fields(remarkable) {
            if typed.trim().is_empty() {
                continue;
            }
            if let Some(text) = errors.take(name, Prose::<1000>::parse(&typed)) {
                remarks.push(FieldRemark { field, text: text.into() });
            }
        }
        match message {
            Some(message) if errors.is_empty() => Ok((message, remarks)),
            _ => Err(errors),
        }
    }
}

/// The fields of a requisition that can have a remark: all that it has.
pub fn of_requisition() -> Vec<String> {
    RequisitionForm::default().fields().into_iter().map(|(field, _)| field.into_owned()).collect()
}

/// The fields of a report that can have a remark, post by post, and the certificate.
pub fn of_report(content: &report::Content) -> Vec<String> {
    let head = HeadForm::from_content(&content.head);
    let mut fields: Vec<String> = head.fields().iter().map(|(field, _)| (*field).to_owned()).collect();
    fields.extend(["period_from", "period_to"].map(str::to_owned));
    for account in &content.posts {
        fields.extend([report::form::costs_field(&account.post), format!("items_{}", account.post)]);
        for part in &account.parts {
            fields.push(report::form::part_field(&account.post, &part.part));
            fields.push(report::form::motive_field(&account.post, &part.part));
        }
    }
    if content.survey.is_some() {
        fields.push("survey".to_owned());
    }
    fields.extend(content.answers.iter().map(|answer| report::form::answer_field(&answer.question)));
    fields.push("alternative".to_owned());
    fields
}

#[derive(Debug, Deserialize)]
pub struct CorrectForm {
    pub revision: i64,
    #[serde(default)]
    pub reason: String,
}

impl CorrectForm {
    pub fn parse(&self) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let empty = "Skälet saknas. Skriv varför redovisningen behöver rättas.";
        errors.take("reason", text_of::<1000>(&self.reason, empty)).ok_or(errors)
    }
}

/// Which grant and post a paper is about, as the address says, step by step.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Choice {
    #[serde(rename = "overenskommelse")]
    pub agreement: String,
    #[serde(rename = "mottagare")]
    pub recipient: String,
    pub post: String,
}

/// A form that came on paper.
#[derive(Debug, Deserialize)]
pub struct PaperForm {
    pub grant: Id<Grant>,
    pub post: String,
    #[serde(default)]
    pub arrived: String,
    /// `ja`: it looks like another one, but it is not the same.
    #[serde(default)]
    pub is_another: String,
    #[serde(flatten)]
    pub form: PostedForm,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(pairs: &[(&str, &str)]) -> ReturnForm {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ReturnForm::read(pairs.collect()).unwrap()
    }

    #[test]
    fn only_fields_of_the_form_can_have_a_remark() {
        let form = returned(&[
            ("revision", "3"),
            ("message", "Ändra."),
            ("remark_konto", "Nej."),
            ("remark_city", "Fel ort."),
        ]);
        let (_, remarks) = form.parse(&of_requisition()).unwrap();
        assert_eq!(remarks, [FieldRemark { field: "city".to_owned(), text: "Fel ort.".to_owned() }]);
    }

    #[test]
    fn a_return_needs_a_message_and_keeps_the_remarks_that_say_something() {
        let form = returned(&[("revision", "3"), ("remark_city", " "), ("remark_amount", "För mycket.")]);
        let errors = form.parse(&of_requisition()).unwrap_err();
        assert_eq!(errors.list.iter().map(|error| error.field.clone()).collect::<Vec<_>>(), ["message"]);

        let form = returned(&[("revision", "3"), ("message", "Ändra."), ("remark_amount", "För mycket.")]);
        let (message, remarks) = form.parse(&of_requisition()).unwrap();
        assert_eq!(message, "Ändra.");
        assert_eq!(remarks, [FieldRemark { field: "amount".to_owned(), text: "För mycket.".to_owned() }]);
    }

    #[test]
    fn a_filter_survives_its_address_and_nothing_else_comes_along() {
        let filter = Filter { search: "Åre & Ä".to_owned(), view: "alla".to_owned(), ..Filter::default() };
        let form = TakeForm { filter: filter.query(), ..TakeForm::default() };
        assert_eq!(form.filter(), filter);
        let planted = TakeForm { filter: "visa=alla&x=\r\nset-cookie: a".to_owned(), ..TakeForm::default() };
        assert_eq!(planted.filter().query(), "visa=alla&overenskommelse=&handlaggare=&sok=");
    }
}

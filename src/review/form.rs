//! The desk's forms: filters, assignment, decisions and the registering of a paper.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    access::Person,
    filing::{FieldRemark, parse_arrival},
    grant::Grant,
    ids::Id,
    infra::{error::AppError, form::FieldErrors},
    numbers::{Prose, ProseError},
    requisition::{Requisition, form::RequisitionForm, verbs::Target},
};

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

/// A choice of states: its key in the address, its name, the states.
pub struct View {
    pub key: &'static str,
    pub label: &'static str,
    pub statuses: &'static [&'static str],
}

/// The first is shown when the address says nothing.
pub const VIEWS: [View; 5] = [
    View { key: "vantar", label: "Väntar på oss", statuses: &["submitted"] },
    View { key: "atersanda", label: "Återsända", statuses: &["returned"] },
    View { key: "underskrift", label: "Väntar på underskrift", statuses: &["awaiting_signature"] },
    View { key: "avgjorda", label: "Avgjorda", statuses: &["approved", "refused", "withdrawn"] },
    View {
        key: "alla",
        label: "Alla",
        statuses: &["submitted", "returned", "awaiting_signature", "approved", "refused", "withdrawn"],
    },
];

pub const OFFICERS: [(&str, &str); 3] = [("", "Alla"), ("mina", "Mina"), ("ingen", "Ingen handläggare")];

impl Filter {
    pub fn view(&self) -> &'static View {
        VIEWS.iter().find(|view| view.key == self.view).unwrap_or(&VIEWS[0])
    }

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
    /// `id.revision`: each as it was when the page was made.
    pub cases: Vec<String>,
    /// The queue's filter, to come back to.
    pub filter: String,
}

impl TakeForm {
    pub fn targets(&self) -> Result<Vec<Target>, AppError> {
        let target = |ticked: &String| {
            let (id, revision) = ticked.split_once('.')?;
            Some(Target { id: id.parse().ok()?, revision: revision.parse().ok()? })
        };
        self.cases
            .iter()
            .map(|ticked| {
                target(ticked).ok_or_else(|| AppError::bad_request("Ett av ärendena går inte att läsa."))
            })
            .collect()
    }

    /// Read anew, so that the address gets nothing but a filter.
    pub fn filter(&self) -> Filter {
        serde_html_form::from_str(&self.filter).unwrap_or_default()
    }
}

#[derive(Debug, Deserialize)]
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
    match Prose::<2000>::parse(typed) {
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
    pub fn parse(&self) -> Result<NaiveDate, FieldErrors> {
        let mut errors = FieldErrors::default();
        errors.take("arrived", parse_arrival(&self.arrived)).ok_or(errors)
    }
}

/// The fields that can have a remark, and the names of the remarks' own fields.
const REMARKABLE: [(&str, &str); 16] = [
    ("organisation_number", "remark_organisation_number"),
    ("contact_person", "remark_contact_person"),
    ("street", "remark_street"),
    ("postal_code", "remark_postal_code"),
    ("city", "remark_city"),
    ("telephone", "remark_telephone"),
    ("fax", "remark_fax"),
    ("email", "remark_email"),
    ("agreement_diarienummer", "remark_agreement_diarienummer"),
    ("decision_diarienummer", "remark_decision_diarienummer"),
    ("amount", "remark_amount"),
    ("period_from", "remark_period_from"),
    ("period_to", "remark_period_to"),
    ("account_kind", "remark_account_kind"),
    ("account_number", "remark_account_number"),
    ("payment_reference", "remark_payment_reference"),
];

/// What is to be completed: a message, and remarks at fields.
#[derive(Debug)]
pub struct ReturnForm {
    pub revision: i64,
    pub message: String,
    pub remarks: Remarks,
}

/// The remarks as typed.
#[derive(Debug, Clone, Default)]
pub struct Remarks(Vec<(&'static str, String)>);

/// A field that can have a remark, with what was typed.
pub struct RemarkField {
    pub name: &'static str,
    pub field: &'static str,
    pub typed: String,
}

impl Remarks {
    /// Every field that can have a remark, in the order of the form.
    pub fn fields(&self) -> Vec<RemarkField> {
        REMARKABLE
            .into_iter()
            .map(|(field, name)| {
                let typed = self.0.iter().find(|(of, _)| *of == field).map(|(_, text)| text.clone());
                RemarkField { name, field, typed: typed.unwrap_or_default() }
            })
            .collect()
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
            if let Some((field, _)) = REMARKABLE.iter().find(|(_, of)| *of == name) {
                remarks.push((*field, value));
            } else if name == "message" {
                message = value;
            } else if name == "revision" {
                revision = value.parse().ok();
            }
        }
        let revision = revision.ok_or_else(|| AppError::bad_request("Formuläret saknar en uppgift."))?;
        Ok(Self { revision, message, remarks: Remarks(remarks) })
    }

    pub fn parse(&self) -> Result<(String, Vec<FieldRemark>), FieldErrors> {
        let mut errors = FieldErrors::default();
        let empty = "Meddelandet saknas. Skriv vad som behöver ändras.";
        let message = errors.take("message", text(&self.message, empty));
        let mut remarks = Vec::new();
        for RemarkField { name, field, typed } in self.remarks.fields() {
            if typed.trim().is_empty() {
                continue;
            }
            if let Some(text) = errors.take(name, Prose::<1000>::parse(&typed)) {
                remarks.push(FieldRemark { field: field.to_owned(), text: text.into() });
            }
        }
        match message {
            Some(message) if errors.is_empty() => Ok((message, remarks)),
            _ => Err(errors),
        }
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
    /// Made with the page: posted twice, it is registered once.
    pub id: Id<Requisition>,
    pub grant: Id<Grant>,
    pub post: String,
    #[serde(default)]
    pub arrived: String,
    #[serde(flatten)]
    pub form: RequisitionForm,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(pairs: &[(&str, &str)]) -> ReturnForm {
        let pairs = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        ReturnForm::read(pairs.collect()).unwrap()
    }

    #[test]
    fn every_field_of_the_form_can_have_a_remark() {
        let form = RequisitionForm::default();
        let fields: Vec<_> = form.fields().into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, REMARKABLE.map(|(field, _)| field));
        assert!(REMARKABLE.iter().all(|(field, name)| *name == format!("remark_{field}")));
    }

    #[test]
    fn a_return_needs_a_message_and_keeps_the_remarks_that_say_something() {
        let form = returned(&[("revision", "3"), ("remark_city", " "), ("remark_amount", "För mycket.")]);
        let errors = form.parse().unwrap_err();
        assert_eq!(errors.list.iter().map(|error| error.field.clone()).collect::<Vec<_>>(), ["message"]);

        let form = returned(&[("revision", "3"), ("message", "Ändra."), ("remark_amount", "För mycket.")]);
        let (message, remarks) = form.parse().unwrap();
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

//! The certificate (*intyg*): the finance head has reviewed section 3 of the report (Bilaga 2 punkt 4; §7.1).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::rules::Rule;
use crate::ground::infra::form::FieldErrors;
use values::{Email, Line, Prose, Telephone};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    #[serde(flatten)]
    pub statement: Statement,
    /// Who gave it, signed in. Whoever signs the report is somebody else, unless a reason was given (`Received::alone`).
    pub by: String,
    pub person_id: String,
    pub at: DateTime<Utc>,
    /// What it is of: [`super::Content::section_3`].
    pub section_3: String,
}

/// What section 4 of the form says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub verdict: Verdict,
    pub name: Line<100>,
    pub title: Line<100>,
    pub telephone: Telephone,
    pub email: Email,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "alternative", rename_all = "snake_case")]
pub enum Verdict {
    /// Alt 1: *intygar att den ekonomiska redovisningen under punkt 3 är korrekt*. What deviates in the use of the money all
    /// the same is told (*information om eventuella avvikelser och åtgärdsförslag*, 2021 §7.1).
    Correct {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        deviations: Option<Prose<2000>>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        measures: Option<Prose<2000>>,
    },
    /// Alt 2: *bedömer inte att … är korrekt. (Avvikelserna och eventuella åtgärder ska också redovisas.)*
    NotCorrect { deviations: Prose<2000>, measures: Option<Prose<2000>> },
}

impl Verdict {
    pub fn label(&self) -> &'static str {
        match self {
            Self::Correct { .. } => "Alt 1",
            Self::NotCorrect { .. } => "Alt 2",
        }
    }

    pub fn is_correct(&self) -> bool {
        matches!(self, Self::Correct { .. })
    }

    /// What deviates and what is done about it, under either alternative; `None` where nothing is told.
    pub fn told(&self) -> Option<(String, String)> {
        let text = |prose: &Option<Prose<2000>>| prose.as_ref().map(ToString::to_string).unwrap_or_default();
        match self {
            Self::Correct { deviations: None, measures: None } => None,
            Self::Correct { deviations, measures } => Some((text(deviations), text(measures))),
            Self::NotCorrect { deviations, measures } => Some((deviations.to_string(), text(measures))),
        }
    }
}

/// The fields as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CertificateForm {
    /// `1` or `2`.
    pub alternative: String,
    pub deviations: String,
    pub measures: String,
    pub certifier_name: String,
    pub certifier_title: String,
    pub certifier_telephone: String,
    pub certifier_email: String,
}

impl CertificateForm {
    /// What is known of whoever certifies, from the account, from the certificate given the last time, and from the terms,
    /// where those name one title and not several.
    pub fn prefilled(name: &str, title: &str, email: &str, last: Option<&Statement>) -> Self {
        let of_terms = if title.contains(['/', ',']) || title.contains(" eller ") { "" } else { title };
        Self {
            certifier_name: name.to_owned(),
            certifier_title: last.map_or(of_terms.to_owned(), |last| last.title.to_string()),
            certifier_telephone: last.map(|last| last.telephone.to_string()).unwrap_or_default(),
            certifier_email: email.to_owned(),
            ..Self::default()
        }
    }

    /// The statement, or everything that is to be mended, in the order of the form.
    pub fn parse(&self) -> Result<Statement, FieldErrors> {
        let mut errors = FieldErrors::default();
        let statement = self.statement(&mut errors);
        statement.filter(|_| errors.is_empty()).ok_or(errors)
    }

    fn statement(&self, errors: &mut FieldErrors) -> Option<Statement> {
        let verdict = self.verdict(errors);
        let name =
            errors.read("certifier_name", Rule::CertifierName, line(&self.certifier_name, "Namnet saknas."));
        let title = errors.read(
            "certifier_title",
            Rule::CertifierTitle,
            line(&self.certifier_title, "Befattningen saknas. Skriv till exempel ekonomichef."),
        );
        let telephone = errors.read(
            "certifier_telephone",
            Rule::CertifierTelephone,
            Telephone::parse(&self.certifier_telephone),
        );
        let email = errors.read("certifier_email", Rule::CertifierEmail, Email::parse(&self.certifier_email));
        Some(Statement {
            verdict: verdict?,
            name: name?,
            title: title?,
            telephone: telephone?,
            email: email?,
        })
    }

    fn verdict(&self, errors: &mut FieldErrors) -> Option<Verdict> {
        let is_correct = match self.alternative.as_str() {
            "1" => true,
            "2" => false,
            _ => {
                errors.broken("alternative", Rule::Alternative, "Välj Alt 1 eller Alt 2.");
                return None;
            }
        };
        let deviations = errors.read_optional("deviations", Rule::Deviations, &self.deviations, Prose::parse);
        let measures = errors.read_optional("measures", Rule::Measures, &self.measures, Prose::parse);
        let (deviations, measures) = (deviations?, measures?);
        match (is_correct, deviations) {
            (true, deviations) => Some(Verdict::Correct { deviations, measures }),
            (false, Some(deviations)) => Some(Verdict::NotCorrect { deviations, measures }),
            (false, None) => {
                let message = "Beskriv avvikelserna. De ska redovisas när du väljer Alt 2.";
                errors.broken("deviations", Rule::Deviations, message);
                None
            }
        }
    }
}

/// A line of text; `missing` says which one, where all errors are listed.
fn line(typed: &str, missing: &'static str) -> Result<Line<100>, String> {
    match typed.trim().is_empty() {
        true => Err(missing.to_owned()),
        false => Line::parse(typed).map_err(|error| error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn filled() -> CertificateForm {
        let text = str::to_owned;
        CertificateForm {
            alternative: text("1"),
            certifier_name: text("Övning Ekonomichef"),
            certifier_title: text("Ekonomichef"),
            certifier_telephone: text("0303-70 30 00"),
            certifier_email: text("ekonomichef@ovning.example"),
            ..CertificateForm::default()
        }
    }

    fn fields_in_error(change: impl FnOnce(&mut CertificateForm)) -> Vec<String> {
        let mut form = filled();
        change(&mut form);
        let errors = form.parse().unwrap_err();
        errors.list.into_iter().map(|error| error.field.into_owned()).collect()
    }

    #[test]
    fn a_title_that_the_terms_name_alone_is_filled_in() {
        let title =
            |of_terms| CertificateForm::prefilled("Eva", of_terms, "eva@ale.example", None).certifier_title;
        assert_eq!(
            (title("Ekonomichef"), title("Ekonomichef/verksamhetschef")),
            ("Ekonomichef".to_owned(), String::new())
        );
    }

    #[test]
    fn both_alternatives_are_legal_outcomes() {
        assert!(filled().parse().unwrap().verdict.is_correct());
        let mut form = filled();
        form.alternative = "2".to_owned();
        form.deviations = "Två fakturor saknas.".to_owned();
        let statement = form.parse().unwrap();
        assert!(matches!(&statement.verdict, Verdict::NotCorrect { measures: None, .. }));
        assert_eq!(statement.verdict.label(), "Alt 2");
    }

    #[test]
    fn deviations_are_told_under_alt_1_too() {
        let mut form = filled();
        form.deviations = "Två fakturor kom i januari.".to_owned();
        let verdict = form.parse().unwrap().verdict;
        assert!(verdict.is_correct());
        assert_eq!(verdict.told(), Some(("Två fakturor kom i januari.".to_owned(), String::new())));
        assert_eq!(filled().parse().unwrap().verdict.told(), None);
    }

    #[test]
    fn a_certificate_of_an_earlier_version_is_read() {
        let verdict: Verdict = serde_json::from_str(r#"{"alternative":"correct"}"#).unwrap();
        assert_eq!(verdict, Verdict::Correct { deviations: None, measures: None });
        assert_eq!(serde_json::to_string(&verdict).unwrap(), r#"{"alternative":"correct"}"#);
    }

    #[test]
    fn every_field_has_its_own_error() {
        assert_eq!(fields_in_error(|form| form.alternative.clear()), ["alternative"]);
        assert_eq!(fields_in_error(|form| form.alternative = "3".to_owned()), ["alternative"]);
        assert_eq!(fields_in_error(|form| form.alternative = "2".to_owned()), ["deviations"]);
        assert_eq!(fields_in_error(|form| form.certifier_name.clear()), ["certifier_name"]);
        assert_eq!(fields_in_error(|form| form.certifier_title.clear()), ["certifier_title"]);
        assert_eq!(
            fields_in_error(|form| form.certifier_telephone = "1".to_owned()),
            ["certifier_telephone"]
        );
        assert_eq!(fields_in_error(|form| form.certifier_email = "a".to_owned()), ["certifier_email"]);
        let long = |form: &mut CertificateForm| {
            form.alternative = "2".to_owned();
            form.deviations = "x".repeat(2_001);
            form.measures = "x".repeat(2_001);
        };
        assert_eq!(fields_in_error(long), ["deviations", "measures"]);
    }
}

//! Reading an agreement's definition file. A fault is refused with file, line and reason.

use std::fmt;

use thiserror::Error;
use toml::de::{DeTable, DeValue};

use super::{PaperForm, Terms};

const REQUISITION_FIELDS: [&str; 17] = [
    "recipient",
    "organisation_number",
    "contact_person",
    "postal_address",
    "telephone",
    "fax",
    "email",
    "agreement_diarienummer",
    "decision_diarienummer",
    "agreement_name",
    "amount",
    "period",
    "account",
    "payment_reference",
    "date",
    "signature",
    "name_clarification",
];

const REPORT_FIELDS: [&str; 24] = [
    "recipient",
    "organisation_number",
    "contact_person",
    "postal_address",
    "telephone",
    "fax",
    "email",
    "agreement_diarienummer",
    "decision_diarienummer",
    "agreement_name",
    "granted",
    "paid",
    "period",
    "received",
    "costs",
    "unspent",
    "survey",
    "certifier_name",
    "certifier_title",
    "certifier_telephone",
    "certifier_email",
    "date",
    "signature",
    "name_clarification",
];

/// What is wrong with a definition, where, and why.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct Fault {
    pub file: String,
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, rad {}: {}", self.file, self.line, self.reason)
    }
}

/// The terms in a definition file, checked against themselves.
pub fn parse(file: &str, text: &str) -> Result<Terms, Fault> {
    let terms: Terms = toml::from_str(text).map_err(|error| Fault {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_at(text, span.start)),
        reason: error.message().to_owned(),
    })?;
    match first_contradiction(&terms) {
        None => Ok(terms),
        Some((place, reason)) => {
            Err(Fault { file: file.to_owned(), line: line_of(text, &place).unwrap_or(1), reason })
        }
    }
}

/// Where in the file something is: keys and, in lists, positions.
type Place = Vec<String>;

fn place(steps: &[&str]) -> Place {
    steps.iter().map(|step| (*step).to_owned()).collect()
}

fn first_contradiction(terms: &Terms) -> Option<(Place, String)> {
    contradiction_in_dates(terms).or_else(|| contradiction_in_posts(terms)).or_else(|| fault_in_forms(terms))
}

fn contradiction_in_dates(terms: &Terms) -> Option<(Place, String)> {
    let (period, deadlines) = (terms.period, terms.deadlines);
    let year = chrono::Datelike::year;
    if period.to < period.from {
        return Some((place(&["period", "to"]), "perioden slutar innan den börjar".to_owned()));
    }
    if year(&period.from) != terms.year {
        return Some((place(&["period", "from"]), format!("perioden börjar inte {}", terms.year)));
    }
    if deadlines.requisition.0 < period.from {
        let reason = "sista dag för rekvisition ligger före periodens början".to_owned();
        return Some((place(&["deadlines", "requisition"]), reason));
    }
    if deadlines.report < deadlines.requisition {
        let reason = "sista dag för redovisning ligger före sista dag för rekvisition".to_owned();
        return Some((place(&["deadlines", "report"]), reason));
    }
    if deadlines.repayment < deadlines.requisition {
        let reason = "sista dag för återbetalning ligger före sista dag för rekvisition".to_owned();
        return Some((place(&["deadlines", "repayment"]), reason));
    }
    terms.calendar.iter().enumerate().find(|(_, item)| item.to < item.from).map(|(index, _)| {
        (place(&["calendar", &index.to_string(), "to"]), "sista dagen ligger före den första".to_owned())
    })
}

fn contradiction_in_posts(terms: &Terms) -> Option<(Place, String)> {
    for (index, post) in terms.posts.iter().enumerate() {
        let at = |key: &str| place(&["post", &index.to_string(), key]);
        if post.total <= 0 {
            return Some((at("total"), "postens belopp ska vara större än noll".to_owned()));
        }
        if terms.posts[..index].iter().any(|earlier| earlier.key == post.key) {
            return Some((at("key"), format!("posten {} finns två gånger", post.key)));
        }
        let opens_after_known = terms.posts[..index].iter().any(|earlier| earlier.key == post.opens_after);
        if !post.opens_after.is_empty() && !opens_after_known {
            let reason =
                format!("posten {} öppnar efter {}, som inte finns före den", post.key, post.opens_after);
            return Some((at("opens_after"), reason));
        }
    }
    let sum: i64 = terms.posts.iter().map(|post| post.total).sum();
    if sum != terms.total {
        return Some((
            place(&["total"]),
            format!("posterna summerar till {sum}, men totalen är {}", terms.total),
        ));
    }
    for (index, permitted) in terms.permitted_uses.iter().enumerate() {
        if let Some(unknown) = permitted.posts.iter().find(|key| terms.post(key).is_none()) {
            let at = place(&["permitted_use", &index.to_string(), "posts"]);
            return Some((at, format!("posten {unknown} finns inte")));
        }
    }
    None
}

fn fault_in_forms(terms: &Terms) -> Option<(Place, String)> {
    fault_in_form(&terms.forms.requisition, "requisition", &REQUISITION_FIELDS)
        .or_else(|| fault_in_form(&terms.forms.report, "report", &REPORT_FIELDS))
        .or_else(|| fault_in_certificate(&terms.forms.report))
}

/// Every field once, and no other.
fn fault_in_form(form: &PaperForm, name: &str, fields: &[&str]) -> Option<(Place, String)> {
    for key in fields {
        let count = form.fields().filter(|field| field.key == *key).count();
        if count != 1 {
            let reason = format!("fältet {key} ska finnas en gång, inte {count}");
            return Some((place(&["forms", name]), reason));
        }
    }
    let unknown = form.fields().find(|field| !fields.contains(&field.key.as_str()));
    unknown.map(|field| (place(&["forms", name]), format!("fältet {} är okänt", field.key)))
}

/// Section 4 is the certificate with its two alternatives, section 5 the signature.
fn fault_in_certificate(report: &PaperForm) -> Option<(Place, String)> {
    let at = || place(&["forms", "report"]);
    let holds = |number, key: &str| {
        report.section(number).is_some_and(|section| section.fields.iter().any(|field| field.key == key))
    };
    if report.sections.len() != 5 || !holds(4, "certifier_name") || !holds(5, "signature") {
        return Some((at(), "avsnitt 4 ska vara intyget och avsnitt 5, det sista, underskriften".to_owned()));
    }
    let texts = report.section(4).map(|section| section.text.as_slice()).unwrap_or_default();
    match texts {
        [first, second] if first.starts_with("Alt 1") && second.starts_with("Alt 2") => None,
        _ => Some((at(), "intygets två texter ska börja med Alt 1 och Alt 2".to_owned())),
    }
}

fn line_of(text: &str, place: &[String]) -> Option<usize> {
    let table = DeTable::parse(text).ok()?;
    let (first, rest) = place.split_first()?;
    let mut value = table.get_ref().get(first.as_str())?;
    for step in rest {
        value = match value.get_ref() {
            DeValue::Table(table) => table.get(step.as_str())?,
            DeValue::Array(list) => list.get(step.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(line_at(text, value.span().start))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHIPPED: &str = include_str!("../../agreements/aldreomsorg-2022/agreement.toml");

    /// The shipped definition with one thing changed, and the fault that is found.
    fn fault_after(from: &str, to: &str) -> Fault {
        assert!(SHIPPED.contains(from), "the definition has no {from}");
        parse("agreement.toml", &SHIPPED.replacen(from, to, 1)).unwrap_err()
    }

    fn line_with(text: &str) -> usize {
        SHIPPED.lines().position(|line| line.starts_with(text)).unwrap() + 1
    }

    #[test]
    fn the_shipped_definition_is_read() {
        let terms = parse("agreement.toml", SHIPPED).unwrap();
        assert_eq!(terms.deadlines.requisition.to_string(), "1 december 2022");
        assert_eq!(terms.forms.requisition.label("fax"), "Faxnummer");
    }

    #[test]
    fn what_is_stored_is_read_back() {
        let terms = parse("agreement.toml", SHIPPED).unwrap();
        let stored = serde_json::to_string(&terms).unwrap();
        let back: Terms = serde_json::from_str(&stored).unwrap();
        assert_eq!(serde_json::to_string(&back).unwrap(), stored);
    }

    #[test]
    fn a_deadline_before_the_start_is_refused_at_its_line() {
        let fault = fault_after("requisition = 2022-12-01", "requisition = 2021-12-01");
        assert_eq!(fault.line, line_with("requisition = 2022-12-01"));
        assert!(fault.reason.contains("före periodens början"), "{fault}");
    }

    #[test]
    fn a_wrong_total_is_refused_at_its_line() {
        let fault = fault_after("total = 200000000", "total = 200000001");
        assert_eq!(fault.line, line_with("total = 200000000"));
        assert!(fault.reason.contains("summerar till 200000000"), "{fault}");
    }

    #[test]
    fn an_unknown_key_a_missing_field_and_broken_syntax_are_refused_with_their_line() {
        assert!(fault_after("year = 2022", "yaer = 2022").reason.contains("yaer"));
        assert!(fault_after("key = \"fax\"", "key = \"telefax\"").reason.contains("fax"));
        let syntax = fault_after("year = 2022", "year = = 2022");
        assert_eq!(syntax.line, line_with("year = 2022"));
    }

    #[test]
    fn a_report_without_its_certificate_is_refused() {
        assert!(fault_after("key = \"unspent\"", "key = \"oforbrukat\"").reason.contains("unspent"));
        assert!(fault_after("\"Alt 2: N.N.", "\"Alternativ 2: N.N.").reason.contains("Alt 1 och Alt 2"));
    }

    #[test]
    fn a_post_that_opens_after_nothing_is_refused() {
        let fault = fault_after("opens_after = \"bas\"", "opens_after = \"basen\"");
        assert_eq!(fault.line, line_with("opens_after = \"bas\""));
    }
}

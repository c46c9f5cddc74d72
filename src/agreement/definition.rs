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

/// What every report has.
const REPORT_FIELDS: [&str; 19] = [
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
    "date",
    "signature",
    "name_clarification",
];

const CERTIFICATE_FIELDS: [&str; 4] =
    ["certifier_name", "certifier_title", "certifier_telephone", "certifier_email"];

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
    let (period, deadlines) = (terms.period, &terms.deadlines);
    let year = chrono::Datelike::year;
    if period.to < period.from {
        return Some((place(&["period", "to"]), "perioden slutar innan den börjar".to_owned()));
    }
    if year(&period.from) != terms.year {
        return Some((place(&["period", "from"]), format!("perioden börjar inte {}", terms.year)));
    }
    // A day that is not decided yet contradicts nothing.
    let first = deadlines.requisition.date().unwrap_or(period.from);
    if first < period.from {
        let reason = "sista dag för rekvisition ligger före periodens början".to_owned();
        return Some((place(&["deadlines", "requisition"]), reason));
    }
    if deadlines.report.date().is_some_and(|report| report < first) {
        let reason = "sista dag för redovisning ligger före sista dag för rekvisition".to_owned();
        return Some((place(&["deadlines", "report"]), reason));
    }
    if deadlines.repayment.0 < first {
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
    contradiction_in_forms_of_posts(terms).or_else(|| unknown_post(terms))
}

/// Posts on one form open at once and have one last day.
fn contradiction_in_forms_of_posts(terms: &Terms) -> Option<(Place, String)> {
    terms.posts.iter().enumerate().find_map(|(index, post)| {
        let first = terms.posts_of_form(post.form()).next()?;
        let same = first.opens_after == post.opens_after && first.open_ended == post.open_ended;
        (!same).then(|| {
            let reason = format!(
                "posten {} rekvireras på samma blankett som {}, men har andra villkor",
                post.key, first.key
            );
            (place(&["post", &index.to_string(), "requisition_with"]), reason)
        })
    })
}

/// Whatever names a post names one that is there.
fn unknown_post(terms: &Terms) -> Option<(Place, String)> {
    let uses = terms.permitted_uses.iter().map(|of| ("permitted_use", "posts", of.posts.as_slice()));
    let parts = terms.parts.iter().map(|of| ("part", "post", std::slice::from_ref(&of.post)));
    let questions = terms.questions.iter().map(|of| ("question", "posts", of.posts.as_slice()));
    let further = terms.further_reports.iter().map(|of| ("further_report", "posts", of.posts.as_slice()));
    [uses.collect::<Vec<_>>(), parts.collect(), questions.collect(), further.collect()]
        .into_iter()
        .flat_map(|list| list.into_iter().enumerate())
        .find_map(|(index, (list, key, posts))| {
            let unknown = posts.iter().find(|key| terms.post(key).is_none())?;
            Some((place(&[list, &index.to_string(), key]), format!("posten {unknown} finns inte")))
        })
}

fn fault_in_forms(terms: &Terms) -> Option<(Place, String)> {
    let mut fields = REPORT_FIELDS.to_vec();
    fields.extend(terms.survey.as_ref().map(|_| "survey"));
    fields.extend(terms.certificate.iter().flat_map(|_| CERTIFICATE_FIELDS));
    fields.extend(terms.forms.asks_for_items().then_some("cost_items"));
    fault_in_form(&terms.forms.requisition, "requisition", &REQUISITION_FIELDS)
        .or_else(|| fault_in_form(&terms.forms.report, "report", &fields))
        .or_else(|| fault_in_signing(terms))
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

/// After section 3, which is certified, comes the certificate with its two alternatives where there is one, and last the
/// signature.
fn fault_in_signing(terms: &Terms) -> Option<(Place, String)> {
    let report = &terms.forms.report;
    let fault = |reason: &str| Some((place(&["forms", "report"]), reason.to_owned()));
    let holds = |number, key: &str| {
        report.section(number).is_some_and(|section| section.fields.iter().any(|field| field.key == key))
    };
    if terms.certificate.is_none() {
        return match report.sections.len() == 4 && holds(4, "signature") {
            true => None,
            false => fault("avsnitt 4, det sista, ska vara underskriften, eftersom ingen intygar"),
        };
    }
    if report.sections.len() != 5 || !holds(4, "certifier_name") || !holds(5, "signature") {
        return fault("avsnitt 4 ska vara intyget och avsnitt 5, det sista, underskriften");
    }
    let texts = report.section(4).map(|section| section.text.as_slice()).unwrap_or_default();
    match texts {
        [first, second] if first.starts_with("Alt 1") && second.starts_with("Alt 2") => None,
        _ => fault("intygets två texter ska börja med Alt 1 och Alt 2"),
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

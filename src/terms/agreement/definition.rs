//! Reading an agreement's definition file. A fault is refused with file, line and reason.

use std::fmt;

use thiserror::Error;
use toml::de::{DeTable, DeValue};

use super::{PaperForm, Post, Terms};
use values::{Money, begins_like_a_formula};

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

/// The terms in a definition file, as they stand: not checked against themselves.
pub fn read(file: &str, text: &str) -> Result<Terms, Fault> {
    toml::from_str(text).map_err(|error| Fault {
        file: file.to_owned(),
        line: error.span().map_or(1, |span| line_at(text, span.start)),
        reason: error.message().to_owned(),
    })
}

/// The terms in a definition file, checked against themselves.
pub fn parse(file: &str, text: &str) -> Result<Terms, Fault> {
    let terms = read(file, text)?;
    match contradictions(&terms).into_iter().next() {
        None => Ok(terms),
        Some(found) => {
            let line = line_of(text, &found.place).unwrap_or(1);
            Err(Fault { file: file.to_owned(), line, reason: found.reason })
        }
    }
}

/// What in the terms contradicts something else in them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contradiction {
    /// Where in the file it is: keys and, in lists, positions.
    pub place: Vec<String>,
    pub reason: String,
}

impl Contradiction {
    fn at(place: &[&str], reason: impl Into<String>) -> Self {
        Self { place: place.iter().map(|step| (*step).to_owned()).collect(), reason: reason.into() }
    }
}

/// Everything that contradicts something else, in the order of the file.
pub fn contradictions(terms: &Terms) -> Vec<Contradiction> {
    [names(terms), dates(terms), posts(terms), forms_of_posts(terms), unknown_posts(terms), forms(terms)]
        .concat()
}

/// Open data gives the names to every program as they are.
fn names(terms: &Terms) -> Vec<Contradiction> {
    let reason = "ett namn börjar inte med =, +, - eller @: ett kalkylprogram tar det för en formel";
    let of_terms = begins_like_a_formula(&terms.name).then(|| Contradiction::at(&["name"], reason));
    let posts = terms.posts.iter().enumerate().filter(|(_, post)| begins_like_a_formula(&post.name));
    let of_posts = posts.map(|(index, _)| Contradiction::at(&["post", &index.to_string(), "name"], reason));
    of_terms.into_iter().chain(of_posts).collect()
}

fn dates(terms: &Terms) -> Vec<Contradiction> {
    let (period, deadlines) = (terms.period, &terms.deadlines);
    let mut found = Vec::new();
    if period.to < period.from {
        found.push(Contradiction::at(&["period", "to"], "perioden slutar innan den börjar"));
    }
    if chrono::Datelike::year(&period.from) != terms.year {
        let reason = format!("perioden börjar inte {}", terms.year);
        found.push(Contradiction::at(&["period", "from"], reason));
    }
    // A day that is not decided yet contradicts nothing.
    let first = deadlines.requisition.date().unwrap_or(period.from);
    if first < period.from {
        let reason = "sista dag för rekvisition ligger före periodens början";
        found.push(Contradiction::at(&["deadlines", "requisition"], reason));
    }
    if deadlines.report.date().is_some_and(|report| report < first) {
        let reason = "sista dag för redovisning ligger före sista dag för rekvisition";
        found.push(Contradiction::at(&["deadlines", "report"], reason));
    }
    if deadlines.repayment.date().is_some_and(|repayment| repayment < first) {
        let reason = "sista dag för återbetalning ligger före sista dag för rekvisition";
        found.push(Contradiction::at(&["deadlines", "repayment"], reason));
    }
    let ends_too_soon = terms.calendar.iter().enumerate().filter(|(_, item)| item.to < item.from);
    found.extend(ends_too_soon.map(|(index, _)| {
        let reason = "sista dagen ligger före den första";
        Contradiction::at(&["calendar", &index.to_string(), "to"], reason)
    }));
    found
}

fn posts(terms: &Terms) -> Vec<Contradiction> {
    let mut found = Vec::new();
    if terms.posts.is_empty() {
        found.push(Contradiction::at(&["post"], "minst en post ska finnas"));
    }
    for (index, post) in terms.posts.iter().enumerate() {
        let mut at = |key: &str, reason: String| {
            found.push(Contradiction::at(&["post", &index.to_string(), key], reason));
        };
        if post.total <= 0 {
            at("total", "postens belopp ska vara större än noll".to_owned());
        }
        if terms.posts[..index].iter().any(|earlier| earlier.key == post.key) {
            at("key", format!("posten {} finns två gånger", post.key));
        }
        let opens_after_known = terms.posts[..index].iter().any(|earlier| earlier.key == post.opens_after);
        if !post.opens_after.is_empty() && !opens_after_known {
            let reason =
                format!("posten {} öppnar efter {}, som inte finns före den", post.key, post.opens_after);
            at("opens_after", reason);
        }
    }
    let sum: i128 = terms.posts.iter().map(|post| i128::from(post.total)).sum();
    if !terms.posts.is_empty() && sum != i128::from(terms.total) {
        let (sum, total) = (kronor(sum), kronor(terms.total.into()));
        let reason = format!("posterna summerar till {sum}, men totalen är {total}");
        found.push(Contradiction::at(&["total"], reason));
    }
    found
}

/// As it is written in Swedish; a number that is no amount of money as it stands.
fn kronor(amount: i128) -> String {
    const LARGEST: i128 = i64::MAX as i128 / 100;
    match i64::try_from(amount) {
        Ok(kronor) if amount.abs() <= LARGEST => Money::kronor(kronor).to_string(),
        _ => amount.to_string(),
    }
}

/// Posts on one form open at once and have one last day.
fn forms_of_posts(terms: &Terms) -> Vec<Contradiction> {
    let differs = |(index, post): (usize, &Post)| {
        let first = terms.posts_of_form(post.form()).next()?;
        let same = first.opens_after == post.opens_after && first.open_ended == post.open_ended;
        (!same).then(|| {
            let reason = format!(
                "posten {} rekvireras på samma blankett som {}, men har andra villkor",
                post.key, first.key
            );
            Contradiction::at(&["post", &index.to_string(), "requisition_with"], reason)
        })
    };
    terms.posts.iter().enumerate().filter_map(differs).collect()
}

/// Whatever names a post names one that is there.
fn unknown_posts(terms: &Terms) -> Vec<Contradiction> {
    let uses = terms.permitted_uses.iter().map(|of| ("permitted_use", "posts", of.posts.as_slice()));
    let provisions = terms.provisions.iter().map(|of| ("provision", "posts", of.posts.as_slice()));
    let parts = terms.parts.iter().map(|of| ("part", "post", std::slice::from_ref(&of.post)));
    let questions = terms.questions.iter().map(|of| ("question", "posts", of.posts.as_slice()));
    let further = terms.further_reports.iter().map(|of| ("further_report", "posts", of.posts.as_slice()));
    [uses.collect::<Vec<_>>(), provisions.collect(), parts.collect(), questions.collect(), further.collect()]
        .into_iter()
        .flat_map(|list| list.into_iter().enumerate())
        .filter_map(|(index, (list, key, posts))| {
            let unknown = posts.iter().find(|key| terms.post(key).is_none())?;
            let reason = format!("posten {unknown} finns inte");
            Some(Contradiction::at(&[list, &index.to_string(), key], reason))
        })
        .collect()
}

fn forms(terms: &Terms) -> Vec<Contradiction> {
    let mut fields = REPORT_FIELDS.to_vec();
    fields.extend(terms.survey.as_ref().map(|_| "survey"));
    fields.extend(terms.certificate.iter().flat_map(|_| CERTIFICATE_FIELDS));
    fields.extend(terms.forms.asks_for_items().then_some("cost_items"));
    let mut found = form(&terms.forms.requisition, "requisition", &REQUISITION_FIELDS);
    found.extend(form(&terms.forms.report, "report", &fields));
    found.extend(fault_in_signing(terms).map(|reason| Contradiction::at(&["forms", "report"], reason)));
    found
}

/// Every field once, and no other.
fn form(form: &PaperForm, name: &str, fields: &[&str]) -> Vec<Contradiction> {
    let place = ["forms", name];
    let missing = fields.iter().filter_map(|key| {
        let count = form.fields().filter(|field| field.key == *key).count();
        let reason = || format!("fältet {key} ska finnas en gång, inte {count}");
        (count != 1).then(|| Contradiction::at(&place, reason()))
    });
    let unknown = form.fields().filter(|field| !fields.contains(&field.key.as_str()));
    let unknown = unknown.map(|field| Contradiction::at(&place, format!("fältet {} är okänt", field.key)));
    missing.chain(unknown).collect()
}

/// After section 3, which is certified, comes the certificate with its two alternatives where there is one, and last the
/// signature.
fn fault_in_signing(terms: &Terms) -> Option<&'static str> {
    let report = &terms.forms.report;
    let holds = |number, key: &str| {
        report.section(number).is_some_and(|section| section.fields.iter().any(|field| field.key == key))
    };
    if terms.certificate.is_none() {
        return match report.sections.len() == 4 && holds(4, "signature") {
            true => None,
            false => Some("avsnitt 4, det sista, ska vara underskriften, eftersom ingen intygar"),
        };
    }
    if report.sections.len() != 5 || !holds(4, "certifier_name") || !holds(5, "signature") {
        return Some("avsnitt 4 ska vara intyget och avsnitt 5, det sista, underskriften");
    }
    let texts = report.section(4).map(|section| section.text.as_slice()).unwrap_or_default();
    match texts {
        [first, second] if first.starts_with("Alt 1") && second.starts_with("Alt 2") => None,
        _ => Some("intygets två texter ska börja med Alt 1 och Alt 2"),
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

    const SHIPPED: &str = include_str!("../../../agreements/aldreomsorg-2022/agreement.toml");

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
    fn a_name_that_begins_like_a_formula_is_refused_at_its_line() {
        let name = SHIPPED.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap();
        let fault = fault_after(&format!("name = \"{name}"), &format!("name = \"={name}"));
        assert_eq!(fault.line, line_with("name = "));
        assert!(fault.reason.contains("formel"), "{fault}");
    }

    #[test]
    fn a_wrong_total_is_refused_at_its_line() {
        let fault = fault_after("total = 200000000", "total = 200000001");
        assert_eq!(fault.line, line_with("total = 200000000"));
        assert!(fault.reason.contains("summerar till 200\u{a0}000\u{a0}000\u{a0}kr"), "{fault}");
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

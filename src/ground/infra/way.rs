//! The way back (*fran*): the list that somebody came to a case from, with its filter. It goes along in the case's address and
//! in the addresses of its forms, and after a decision it leads back.

use crate::paths;
use actix_web::{
    HttpRequest,
    body::MessageBody,
    dev::ServiceResponse,
    http::{Method, StatusCode, header},
};

/// The lists that one can come from, what they are called, and where a queue finds the case after one.
const LISTS: [(&str, &str, Option<&str>); 6] = [
    (paths::review::Requisitions::PATTERN, "Granskning", Some(paths::review::NextRequisition::PATTERN)),
    (paths::review::Reports::PATTERN, "Granskning", Some(paths::review::NextReport::PATTERN)),
    (paths::payment::List::PATTERN, "Utbetalningar", None),
    (paths::repayment::List::PATTERN, "Återbetalningar", None),
    (paths::further_report::List::PATTERN, "Rapporter", None),
    (paths::search::Search::PATTERN, "Sök", None),
];

/// What an address of a list may say: its filter and its order, and nothing that is told.
const FIELDS: [&str; 9] =
    ["visa", "sok", "overenskommelse", "handlaggare", "rapport", "lage", "sortera", "sida", "ar"];

/// Longer than any filter.
const LONGEST: usize = 1_000;

/// The address of a list, with its filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    path: &'static str,
    label: &'static str,
    /// The pattern of the address that finds the case after one: the queues know it.
    next: Option<&'static str>,
    query: String,
    /// The id of the case that the page is of: its line in the list.
    line: Option<String>,
}

/// What a list's links to its cases end with: its own address.
pub fn along_from(path: &str, query: &str) -> String {
    Way::parse(&format!("{path}?{query}")).map(|way| way.along()).unwrap_or_default()
}

/// Where a list has the line of a case.
pub fn line(id: impl std::fmt::Display) -> String {
    format!("rad-{id}")
}

impl Way {
    /// Only one of the portal's own lists: nothing leads elsewhere.
    pub fn parse(address: &str) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let (path, label, next) = *LISTS.iter().find(|(list, ..)| *list == path)?;
        if address.len() > LONGEST {
            return None;
        }
        let pairs: Vec<(String, String)> = serde_html_form::from_str(query).ok()?;
        let kept: Vec<(String, String)> = pairs
            .into_iter()
            .filter(|(name, value)| FIELDS.contains(&name.as_str()) && !value.is_empty())
            .collect();
        Some(Self { path, label, next, query: serde_html_form::to_string(kept).ok()?, line: None })
    }

    /// The list of a page's own address.
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let line = request.path().split('/').find(|part| is_id(part)).map(str::to_owned);
        Some(Self { line, ..Self::parse(&value(request, "fran")?)? })
    }

    /// The list, at the line of the case.
    pub fn back(&self) -> String {
        let line = self.line.as_ref().map(|id| format!("#{}", line(id))).unwrap_or_default();
        format!("{}{line}", self.address())
    }

    pub fn address(&self) -> String {
        if self.query.is_empty() { self.path.to_owned() } else { format!("{}?{}", self.path, self.query) }
    }

    pub fn label(&self) -> &'static str {
        self.label
    }

    pub fn has_next(&self) -> bool {
        self.next.is_some()
    }

    /// The filter as the list reads it.
    pub fn query(&self) -> &str {
        &self.query
    }

    /// What a link to a case ends with.
    pub fn along(&self) -> String {
        format!("?{}", field("fran", &self.address()))
    }

    /// What the address of a form that decides ends with.
    pub fn along_back(&self) -> String {
        format!("{}&ater=ja", self.along())
    }

    /// The list again, where a case is done with.
    fn after(&self, case: &str) -> String {
        let mark = if self.query.is_empty() { '?' } else { '&' };
        format!("{}{mark}{}", self.address(), field("efter", case))
    }
}

/// A case that was done with, as the list's address tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Where it is read, and put right.
    pub case: String,
    /// Where the case after it is found.
    pub next: Option<String>,
}

impl Done {
    pub fn of(request: &HttpRequest) -> Option<Self> {
        let case = value(request, "efter")?;
        let way = Way::parse(request.uri().path_and_query()?.as_str())?;
        let id = case.strip_prefix(way.path)?.strip_prefix('/')?;
        let is_plain = id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        let next = |pattern: &str| format!("{}{}", pattern.replace("{id}", id), way.along());
        is_plain.then(|| Self { case: format!("{case}{}", way.along()), next: way.next.map(next) })
    }
}

fn is_id(part: &str) -> bool {
    part.len() == 36 && part.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

fn field(name: &str, value: &str) -> String {
    serde_html_form::to_string([(name, value)]).unwrap_or_default()
}

fn value(request: &HttpRequest, name: &str) -> Option<String> {
    let pairs: Vec<(String, String)> = serde_html_form::from_str(request.query_string()).ok()?;
    pairs.into_iter().find(|(found, _)| found == name).map(|(_, value)| value)
}

/// Leads whoever posted a case's form back to the list, when the form decides; otherwise to the case, which keeps the way.
pub fn lead<B: MessageBody>(response: &mut ServiceResponse<B>) {
    let request = response.request();
    if *request.method() != Method::POST || response.status() != StatusCode::SEE_OTHER {
        return;
    }
    let Some(way) = Way::of(request) else { return };
    let location = response.headers().get(header::LOCATION).and_then(|location| location.to_str().ok());
    let Some(location) = location else { return };
    let case = location.split(['?', '#']).next().unwrap_or_default();
    // A form is posted to its case's own address, or to one below it.
    let below = request.path().strip_prefix(case);
    let is_of_case = |form: &str| form.is_empty() || form.starts_with('/') && !form[1..].contains('/');
    if case.is_empty() || !below.is_some_and(is_of_case) {
        return;
    }
    let is_back = value(request, "ater").is_some();
    let led = if is_back { way.after(case) } else { kept(location, &way) };
    if let Ok(led) = header::HeaderValue::from_str(&led) {
        response.headers_mut().insert(header::LOCATION, led);
    }
}

/// The same address, with the way in it.
fn kept(location: &str, way: &Way) -> String {
    let (page, fragment) =
        location.split_once('#').map_or((location, None), |(page, rest)| (page, Some(rest)));
    let mark = if page.contains('?') { '&' } else { '?' };
    let fragment = fragment.map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{page}{mark}{}{fragment}", field("fran", &way.address()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_portals_own_lists_and_their_filters_lead_back() {
        let way = Way::parse("/granskning?visa=alla&sok=%C3%85re+%26+%C3%84&tagna=99&handlaggare=").unwrap();
        assert_eq!(way.address(), "/granskning?visa=alla&sok=%C3%85re+%26+%C3%84");
        assert_eq!(Way::parse("/utbetalningar?registrerade=999&ore=1").unwrap().address(), "/utbetalningar");
        for elsewhere in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/granskning",
            "/granskning/x",
            "/logga-ut",
            "granskning",
        ] {
            assert_eq!(Way::parse(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(Way::parse(&format!("/granskning?sok={}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn it_goes_along_and_comes_back() {
        let way = Way::parse("/granskning?visa=alla").unwrap();
        assert_eq!(way.along(), "?fran=%2Fgranskning%3Fvisa%3Dalla");
        assert_eq!(way.after("/granskning/1"), "/granskning?visa=alla&efter=%2Fgranskning%2F1");
        assert_eq!(
            kept("/granskning/1?klart=ja#x", &way),
            "/granskning/1?klart=ja&fran=%2Fgranskning%3Fvisa%3Dalla#x"
        );
        assert_eq!(
            Way::parse("/rapporter").unwrap().after("/rapporter/1"),
            "/rapporter?efter=%2Frapporter%2F1"
        );
    }

    #[test]
    fn a_list_knows_what_was_done_and_what_is_next() {
        let done =
            |address: &str| Done::of(&actix_web::test::TestRequest::with_uri(address).to_http_request());
        let after = done("/granskning?visa=alla&efter=%2Fgranskning%2Fab-1").unwrap();
        assert_eq!(after.case, "/granskning/ab-1?fran=%2Fgranskning%3Fvisa%3Dalla");
        assert_eq!(after.next.as_deref(), Some("/granskning/ab-1/nasta?fran=%2Fgranskning%3Fvisa%3Dalla"));
        assert_eq!(done("/utbetalningar?efter=%2Futbetalningar%2F1").unwrap().next, None);
        for other in [
            "/granskning",
            "/granskning?efter=https%3A%2F%2Fevil.example",
            "/granskning?efter=%2Fgranskning%2F1%2F..%2F..%2Fx",
        ] {
            assert_eq!(done(other), None, "{other}");
        }
    }
}

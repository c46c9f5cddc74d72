//! Mark-up in every field that takes text: it is shown as it was typed, and never becomes a part of a page.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bidragsporten::people::access::Role;
use scraper::{Html, Selector};

use crate::{
    browser::{Browser, Form, Page},
    handed_on,
    portal::Portal,
    steps::{begin, case_of, fill, issue, sign},
};

/// Leaves an attribute, an element, a script and a template.
const MARK_UP: &str = "\"'><img src=x onerror=alert(1)></script>{{7*7}}";
/// Of one kind of page, so many are looked at.
const OF_A_KIND: usize = 3;

/// Goes wherever links lead, and types mark-up into every form on the way. Gives how many pages it saw.
fn crawl(browser: &Browser) -> usize {
    let mut waiting = VecDeque::from(["/".to_owned(), "/oppna-data".to_owned(), "/om".to_owned()]);
    let mut known: BTreeSet<String> = waiting.iter().cloned().collect();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut seen = 0;
    while let Some(address) = waiting.pop_front() {
        let page = browser.get(&address);
        seen += 1;
        let html = harmless(&page);
        for link in links(&html) {
            let count = kinds.entry(kind_of(&link)).or_default();
            if *count < OF_A_KIND && known.insert(link.clone()) {
                *count += 1;
                waiting.push_back(link);
            }
        }
        for form in forms(&page, &html) {
            harmless(&form.submit());
        }
    }
    seen
}

#[track_caller]
fn harmless(page: &Page) -> String {
    let is_html =
        page.headers.get("content-type").is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_html {
        return String::new();
    }
    let html = page.html();
    assert!(!html.contains("<img src=x"), "{}: {html}", page.address);
    assert!(!html.contains("49</script>"), "{}", page.address);
    html
}

/// Pages of the portal: no files, no other sites.
fn links(html: &str) -> Vec<String> {
    let document = Html::parse_document(html);
    let links = Selector::parse("a[href^='/']").unwrap();
    let addresses = document.select(&links).filter_map(|link| link.value().attr("href"));
    let pages = addresses.map(|address| address.split('#').next().unwrap().to_owned());
    pages.filter(|address| !address.starts_with("//") && !address.contains('.')).collect()
}

/// An address with its ids, years and names of no account.
fn kind_of(address: &str) -> String {
    let path = address.split('?').next().unwrap();
    let part = |part: &str| match part.contains(|c: char| c.is_ascii_digit()) {
        true => "*".to_owned(),
        false => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// Every form with something to type in, filled with mark-up. What would end the session is left alone.
fn forms(page: &Page, html: &str) -> Vec<Form> {
    let document = Html::parse_document(html);
    let select = |selector: &str| Selector::parse(selector).unwrap();
    let typed = select(
        "textarea, input:not([type]), input[type=text], input[type=search], input[type=email], input[type=tel]",
    );
    let mut found = Vec::new();
    for form in document.select(&select("form[action][method=post]")) {
        let action = form.value().attr("action").unwrap();
        let names: Vec<&str> = form.select(&typed).filter_map(|field| field.value().attr("name")).collect();
        if names.is_empty() || action.ends_with("/logga-ut") || !page.has_form(action) {
            continue;
        }
        found.push(names.into_iter().fold(page.form(action), |form, name| form.set(name, MARK_UP)));
    }
    found
}

/// A requisition of Ale's with mark-up wherever a text is believed.
fn requisition(portal: &Portal) -> String {
    let preparer = portal.preparer("Ale");
    let form = fill(&begin(&preparer, "bas")).set("amount", "10 000");
    let form = ["contact_person", "agreement_diarienummer"]
        .into_iter()
        .fold(form, |form, field| form.set(field, "<img src=x onerror=alert(1)>"));
    let check = form.set("handling", "fortsatt").submit().expect_status(200);
    let issued = check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200);
    issued.address
}

#[test]
fn mark_up_is_text_wherever_it_is_typed() {
    let portal = Portal::new();
    let marked = requisition(&portal);
    let name = "<img src=x onerror=alert(1)>.pdf";
    let scanned =
        portal.preparer("Ale").get(&marked).form("/inskannad").file("file", name, crate::files::PDF.to_vec());
    scanned.submit().expect_status(200);
    handed_on::marked_up(&portal, MARK_UP);
    let other = issue(&portal.preparer("Alingsås"), "bas", "10 000").address;
    sign(&portal.signatory("Alingsås"), &other).expect_status(200);
    let officer = portal.officer();
    officer.get(&case_of(&other)).form("/avslag").set("reason", MARK_UP).submit().expect_status(200);
    let named = portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "<img src=x onerror=alert(1)>");
    for (who, least) in [
        (&portal.preparer("Ale"), 10),
        (&portal.signatory("Alingsås"), 10),
        (&officer, 40),
        (&named, 20),
        (&portal.anyone(), 10),
    ] {
        let seen = crawl(who);
        assert!(seen >= least, "only {seen} pages");
    }
}

#[test]
fn a_line_break_in_a_request_makes_no_line_in_the_log_and_no_header() {
    let program = crate::program::Program::new();
    let running = program.start_logging("serve", &[]);
    let browser = running.browser();
    for address in
        ["/logga-in?till=%2F%0d%0aset-cookie:%20a=b", "/%0d%0ainjected", "/oppna-data?sok=%0ainjected"]
    {
        let page = browser.get(address);
        assert!(!page.headers.contains_key("injected"), "{address}");
        assert!(
            page.headers.get_all("set-cookie").iter().all(|cookie| !cookie.as_bytes().starts_with(b"a=b"))
        );
    }
    let log = std::fs::read_to_string(running.log()).unwrap();
    assert!(!log.contains("injected"), "{log}");
}

/// What is the same in every compressed page can be guessed from the pages' lengths (BREACH).
#[test]
fn the_token_of_a_form_is_another_in_each_response_and_each_is_good() {
    let portal = Portal::new();
    let (browser, stranger) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let pages = [browser.get("/bidrag"), browser.get("/bidrag")];
    let tokens = pages.each_ref().map(|page| page.form("/logga-ut").value_of("csrf").to_owned());
    assert_ne!(tokens[0], tokens[1]);
    let (first, second) = (tokens[0].split_at(64), tokens[1].split_at(64));
    assert!(first.0 != second.0 && first.1 != second.1);
    let save = |browser: &Browser, token: &str| {
        let fields = [("csrf", token), ("name", "Min vy"), ("address", "/oversikt/aldreomsorg-2022")];
        browser.post_fields("/bekrafta", &fields).status
    };
    for token in &tokens {
        assert_ne!(save(&browser, token), 403);
        assert_eq!(save(&stranger, token), 403);
    }
    // A mask of one's own choosing over another's value is no token, and neither is the value without its mask.
    assert_eq!(save(&browser, &format!("{}{}", first.0, second.1)), 403);
    assert_eq!(save(&browser, first.1), 403);
}

//! A page is a fixed number of queries however long the history. A binary of its own: it counts every query of the
//! process.

#[path = "portal/browser.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod browser;
#[path = "portal/filed_reports.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod filed_reports;
#[path = "portal/portal.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod portal;
#[path = "portal/steps.rs"]
mod steps;

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

use crate::{
    browser::Browser,
    filed_reports::{Filing, report_case},
    portal::Portal,
    steps::{case_of, issue, sign},
};

static QUERIES: AtomicUsize = AtomicUsize::new(0);

fn count(event: InstrumentationEvent<'_>) {
    // The pool's own question whether the connection lives is not the page's.
    if let InstrumentationEvent::StartQuery { query, .. } = event
        && !query.to_string().starts_with("SELECT 1")
    {
        QUERIES.fetch_add(1, Ordering::SeqCst);
    }
}

fn queries_of(browser: &Browser, address: &str) -> usize {
    let before = QUERIES.load(Ordering::SeqCst);
    browser.get(address).expect_status(200);
    QUERIES.load(Ordering::SeqCst) - before
}

#[test]
fn a_page_asks_no_more_when_there_is_more() {
    set_default_instrumentation(|| Some(Box::new(count))).unwrap();
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let first = issue(&preparer, "bas", "1 000").address;
    sign(&signatory, &first).expect_status(200);
    // One to compare with.
    sign(&signatory, &issue(&preparer, "bas", "1 000").address).expect_status(200);
    let grant = preparer.get("/bidrag").follow("Äldreomsorg").address;
    let case = case_of(&first);
    let pages: [(&Browser, &str); 11] = [
        (&preparer, "/bidrag"),
        (&preparer, &grant),
        (&preparer, &first),
        (&officer, "/granskning"),
        (&officer, "/granskning?visa=alla"),
        (&officer, &case),
        (&officer, "/oversikt"),
        (&officer, "/oversikt/aldreomsorg-2022"),
        (&officer, "/oversikt/aldreomsorg-2022.csv"),
        (&officer, "/overenskommelser"),
        (&officer, "/overenskommelser/aldreomsorg-2022"),
    ];
    // As it is asked the first time after a change: nothing is remembered.
    let little: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    for _ in 0..12 {
        let requisition = issue(&preparer, "bas", "1 000").address;
        sign(&signatory, &requisition).expect_status(200);
    }
    let much: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    assert_eq!(little, much, "{:?}", pages.map(|(_, page)| page.to_owned()));
    assert!(little.iter().all(|count| (1..=14).contains(count)), "{little:?}");

    // An unchanged overview asks for its stamp and sends what it rendered before.
    let again = queries_of(&officer, "/oversikt/aldreomsorg-2022");
    assert_eq!(again, 2, "the session is one of them");

    reports_ask_no_more_when_there_is_more(&portal, &officer);
}

/// Here, and no test of its own: two at once would count each other's queries.
fn reports_ask_no_more_when_there_is_more(portal: &Portal, officer: &Browser) {
    Filing::of(portal, "Ale", "aldreomsorg-2021").submit();
    let filing = Filing::of(portal, "Ale", "aldreomsorg-2022");
    let id = filing.submit();
    let case = report_case(id);
    let me = officer.get(&case).html();
    let (_, me) = me.split_once("name=\"officer\" value=\"").unwrap();
    officer.get(&case).form("/handlaggare").set("officer", &me[..36]).submit().expect_status(200);
    let queue = "/granskning/redovisningar?visa=alla";
    let pages = ["/granskning/redovisningar", queue, &case, "/granskning/enkat/aldreomsorg-2022"];
    // With a list there is one more thing to look up.
    let read_in = |list: &str| {
        let form = officer.get(pages[3]).form("/aldreomsorg-2022");
        form.set("lista", list).submit().expect_status(200);
    };
    read_in("1440");
    let little = pages.map(|page| queries_of(officer, page));
    for _ in 0..4 {
        officer.get(&case).form("/komplettering").set("message", "Ändra.").submit().expect_status(200);
        filing.fill_and_issue(id);
        filing.sign(id);
    }
    for municipality in ["Alingsås", "Kalmar", "Lund"] {
        Filing::of(portal, municipality, "aldreomsorg-2021").submit();
    }
    read_in("1440\n1489\n0880");
    assert_eq!(little, pages.map(|page| queries_of(officer, page)), "{pages:?}");
    assert!(little.iter().all(|count| (1..=15).contains(count)), "{little:?}");
}

//! A page is a fixed number of queries however long the history. A binary of its own: it counts every query of the
//! process.

#[path = "portal/browser.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod browser;
#[path = "portal/portal.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod portal;
#[path = "portal/steps.rs"]
mod steps;

use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

use crate::{
    browser::Browser,
    portal::Portal,
    steps::{ask_for_accounts, case_of, extend, issue, sign, whole_grant},
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
    let whole = whole_grant(&officer, &first).address;
    let asked = ask_for_accounts(&officer.get(&whole), "2022-04-30").address;
    let answer = asked.replace("/granskning", "");
    let pages: [(&Browser, &str); 16] = [
        (&preparer, "/bidrag"),
        (&preparer, &grant),
        (&preparer, &first),
        (&officer, "/granskning"),
        (&officer, "/granskning?visa=alla"),
        (&officer, &case),
        (&officer, &whole),
        (&officer, &asked),
        (&preparer, &answer),
        (&preparer, "/uppdrag"),
        (&officer, "/granskning/uppdrag/1440"),
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
        ask_for_accounts(&officer.get(&whole), "2022-04-30");
    }
    extend(&officer.get(&whole), "2022-12-15");
    extend(&officer.get(&whole), "2022-12-16");
    portal.sign_in("Ale", &[bidragsporten::access::Role::FinanceHead], "Ekonomichef");
    let much: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    assert_eq!(little, much, "{:?}", pages.map(|(_, page)| page.to_owned()));
    assert!(little.iter().all(|count| (1..=14).contains(count)), "{little:?}");

    // An unchanged overview asks for its stamp and sends what it rendered before.
    let again = queries_of(&officer, "/oversikt/aldreomsorg-2022");
    assert_eq!(again, 2, "the session is one of them");
}

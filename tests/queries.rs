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

use bidragsporten::access::Role;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

use crate::{
    browser::Browser,
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

/// Ten kronor more of a requisition.
fn pay(payer: &Browser, payments: &str) {
    let form = payer.get(payments).form(payments).set("amount", "10").set("reference", "UB 1");
    form.submit().expect_status(200);
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
    officer.get(&case).form("/godkannande").submit().expect_status(200);
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let payments = case.replace("/granskning/", "/utbetalningar/");
    pay(&payer, &payments);
    let pages: [(&Browser, &str); 14] = [
        (&preparer, "/bidrag"),
        (&preparer, &grant),
        (&preparer, &first),
        (&officer, "/granskning"),
        (&officer, "/granskning?visa=alla"),
        (&officer, &case),
        (&payer, "/utbetalningar"),
        (&payer, "/utbetalningar?visa=utbetalda"),
        (&payer, &payments),
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
        officer.get(&case_of(&requisition)).form("/godkannande").submit().expect_status(200);
        pay(&payer, &payments);
    }
    let much: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    assert_eq!(little, much, "{:?}", pages.map(|(_, page)| page.to_owned()));
    assert!(little.iter().all(|count| (1..=14).contains(count)), "{little:?}");

    // An unchanged overview asks for its stamp and sends what it rendered before.
    let again = queries_of(&officer, "/oversikt/aldreomsorg-2022");
    assert_eq!(again, 2, "the session is one of them");
}

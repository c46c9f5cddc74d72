//! A form that is posted twice has one effect and one answer: one after the other, at once, and after a restart.

use std::net::TcpListener;

use bidragsporten::{
    ground::infra::{
        Portal as State,
        db::{Address, Db},
        once,
        seal::Key,
    },
    people::access::Role,
    server,
};
use chrono::{Duration, Utc};

use crate::{
    browser::{Browser, Form, Page, at_once},
    handed_on::{approved, confirmed},
    portal::{PASSWORD, Portal},
    steps::{case_of, issue, sign, whole_grant},
};

fn payer(portal: &Portal, name: &str) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], name)
}

/// An approved requisition; gives the address of its payments.
fn to_pay(portal: &Portal, municipality: &str) -> String {
    let requisition = issue(&portal.preparer(municipality), "bas", "1 000").address;
    sign(&portal.signatory(municipality), &requisition).expect_status(200);
    portal.officer().get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    requisition.replace("/rekvisitioner/", "/utbetalningar/")
}

/// A part of it, so that another page could pay the same once more.
fn payment(payer: &Browser, address: &str) -> Form {
    let id = address.rsplit('/').next().unwrap();
    payer.get(address).form(id).set("amount", "400").set("reference", "UB 17")
}

fn came_in(payer: &Browser) -> Form {
    let form = payer.get("/aterbetalningar/ny").form("/aterbetalningar/ny").set("received_on", "2022-03-14");
    form.set("amount", "100").set("reference", "Vet inte")
}

/// Where the answer of a form leads, without the sign of a notice that is good for a minute.
#[track_caller]
fn answer(page: &Page) -> String {
    assert_eq!(page.status, 303, "{}: {}", page.address, page.text());
    let address = page.headers["location"].to_str().unwrap();
    address.split("&besked=").next().unwrap().to_owned()
}

/// Posts the form twice, eight times at once, and once more: every answer is the same. Gives it.
fn posted_again_and_again(browser: &Browser, form: Form) -> String {
    let form = form.sent_by(&browser.stopping());
    let first = answer(&form.submit());
    assert_eq!(answer(&form.submit()), first);
    for page in at_once((0..8).map(|_| form.clone())) {
        assert_eq!(answer(&page), first);
    }
    first
}

/// Posts the form eight times at once, before it had any effect: every answer is the same. Gives it.
fn posted_at_once(browser: &Browser, form: Form) -> String {
    let form = form.sent_by(&browser.stopping());
    let answers: Vec<String> = at_once((0..8).map(|_| form.clone())).iter().map(answer).collect();
    assert!(answers.iter().all(|one| *one == answers[0]), "{answers:?}");
    assert_eq!(answer(&form.submit()), answers[0]);
    answers[0].clone()
}

fn count(page: &Page, text: &str) -> usize {
    page.text().matches(text).count()
}

#[test]
fn a_payment_posted_twice_is_one() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let (ale, lund) = (to_pay(&portal, "Ale"), to_pay(&portal, "Lund"));
    let done = posted_again_and_again(&officer, payment(&officer, &ale));
    assert_eq!(done, format!("{ale}?klart=registrering"));
    posted_at_once(&officer, payment(&officer, &lund));
    for address in [&ale, &lund] {
        let page = officer.get(address);
        assert_eq!(count(&page, "Bidraget betalades ut (400 kr"), 1, "{}", page.text());
    }
    let reversing = officer.get(&ale).form("/rattelse").set("reason", "Fel dag.");
    assert_eq!(posted_at_once(&officer, reversing), format!("{ale}?klart=rattelse"));
    assert_eq!(count(&officer.get(&ale), "Registreringen av en utbetalning togs bort"), 1);
}

#[test]
fn many_payments_posted_at_once_are_each_one() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let addresses = [to_pay(&portal, "Ale"), to_pay(&portal, "Lund")];
    let form = officer.get("/utbetalningar?markera=alla").form("/utbetalningar").set("reference", "UB 1");
    let answer = posted_at_once(&officer, form);
    assert!(answer.contains("registrerade=2") && answer.contains("ore=200000"), "{answer}");
    for address in &addresses {
        assert_eq!(count(&officer.get(address), "Bidraget betalades ut ("), 1);
    }
}

#[test]
fn money_that_came_in_posted_twice_is_one() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let first = posted_again_and_again(&officer, came_in(&officer));
    let all = officer.get("/aterbetalningar?visa=alla");
    assert_eq!(count(&all, "Vet inte"), 1, "{}", all.text());
    let address = first.split('?').next().unwrap();
    let ending = officer.get(address).form("/avslut").set("outcome", "struken").set("reason", "Fel.");
    assert_eq!(posted_at_once(&officer, ending), format!("{address}?klart=ja"));
}

#[test]
fn an_extension_posted_twice_is_one() {
    let portal = Portal::new();
    let officer = portal.officer();
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let whole = whole_grant(&officer, &issued);
    let form = whole.form("/anstand").set("kind", "redovisning").set("until", "2023-04-30");
    posted_at_once(&officer, form.set("decision", "KK 1").set("reason", "Sjukdom."));
    assert_eq!(count(&officer.get(&whole.address), "Anstånd beviljades"), 1);
}

#[test]
fn what_is_handed_on_is_handed_on_once() {
    let portal = Portal::new();
    let grant = approved(&portal, "Ale");
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    // A unit without a revision of its own, then a decision of the signatory's.
    let unit = preparer.get("/enheter/ny").form("/enheter").set("provider_number", "556016-0680");
    let unit = unit.set("provider", "Omsorgen AB").set("name", "Norr").set("regime", "privat");
    let unit = unit.set("kind", "Hemtjänst").set("size", "48");
    assert_eq!(posted_again_and_again(&preparer, unit), "/enheter");
    assert_eq!(count(&preparer.get("/enheter"), "Norr"), 1);
    let model = format!("{grant}/vidarefordelning/modell");
    confirmed(&signatory.get(&model).form("/andring")).expect_status(200);
    posted_at_once(&signatory, signatory.get(&model).form("/faststallelse"));
}

#[test]
fn a_form_that_was_refused_is_corrected_and_posted_from_the_same_page() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let form = came_in(&officer);
    form.clone().set("amount", "tusen").submit().expect_status(422);
    // Refused in the transaction, after the id was inserted.
    form.clone().set("received_on", "2001-01-01").submit().expect_status(422);
    form.submit().expect_status(200);
    assert_eq!(count(&officer.get("/aterbetalningar?visa=alla"), "Vet inte"), 1);
}

#[test]
fn a_page_that_was_used_is_not_used_for_something_else() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let form = came_in(&officer);
    form.submit().expect_status(200);
    let other = form.set("amount", "200").set("reference", "Något annat").submit().expect_status(409);
    other.expect("Formuläret är redan skickat, med andra uppgifter.");
    officer.get("/aterbetalningar?visa=alla").expect_not("Något annat");
    // Another page is another post, and what the room asks about is asked about.
    came_in(&officer).submit().expect_status(422).expect("Redan registrerat");
}

#[test]
fn nobody_gets_the_answer_of_somebody_else() {
    let portal = Portal::new();
    let (one, other) = (payer(&portal, "Utbetalare"), payer(&portal, "Utbetalare två"));
    let (mine, theirs) = (came_in(&one), came_in(&other));
    let first = answer(&mine.clone().sent_by(&one.stopping()).submit());
    // With the same id their own is done too, and has an answer of its own.
    let theirs = theirs.set("once", mine.value_of("once")).set("reference", "En annan").set("amount", "7");
    let second = answer(&theirs.sent_by(&other.stopping()).submit());
    assert_ne!(first, second);
    one.get("/aterbetalningar?visa=alla").expect("Vet inte").expect("En annan");
}

#[test]
fn a_form_without_an_id_is_posted_all_the_same() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    for (id, amount) in [("", "1"), ("inget-id", "2")] {
        came_in(&officer).set("once", id).set("amount", amount).submit().expect_status(200);
    }
    came_in(&officer).without("once").set("amount", "3").submit().expect_status(200);
    assert_eq!(count(&officer.get("/aterbetalningar?visa=alla"), "Vet inte"), 3);
}

#[test]
fn what_is_held_until_one_has_confirmed_is_the_same_post() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let ale = to_pay(&portal, "Ale");
    let form = payment(&officer, &ale);
    portal.age_confirmations(Duration::hours(1));
    let asks = form.submit().expect("Bekräfta att det är du");
    let held = asks.form("/bekrafta").set("password", PASSWORD).submit();
    let held = held.form_with(&ale, "Gör det nu");
    assert_eq!(held.value_of("once"), form.value_of("once"));
    held.submit().expect_status(200);
    held.submit().expect_status(200);
    assert_eq!(count(&officer.get(&ale), "Bidraget betalades ut (400 kr"), 1);
}

#[test]
fn a_restart_changes_no_answer_and_a_week_forgets_it() {
    let portal = Portal::new();
    let officer = payer(&portal, "Utbetalare");
    let form = came_in(&officer);
    let first = answer(&form.clone().sent_by(&officer.stopping()).submit());
    // Another process on the same database.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let db = Db::open(Address::parse(&portal.address)).unwrap();
    let state = State::new(db, portal.clock.clone(), false, Key::random().unwrap());
    let state = actix_web::web::Data::new(state);
    std::thread::spawn(move || {
        actix_web::rt::System::new().block_on(async { server::start(state, listener).unwrap().await })
    });
    let elsewhere = Browser::new(&url);
    elsewhere.keep_cookie(&officer.cookie());
    let again = form.clone().sent_by(&elsewhere.stopping());
    assert_eq!(answer(&again.submit()), first);

    let forget = |days| {
        let now = Utc::now() + Duration::days(days);
        portal.db.write_now(|connection| once::forget(connection, now)).unwrap()
    };
    assert!(!forget(6));
    assert_eq!(answer(&again.submit()), first);
    assert!(!forget(8));
    // It is a new post now, and the room asks about what looks the same.
    again.submit().expect_status(422).expect("Redan registrerat");
}

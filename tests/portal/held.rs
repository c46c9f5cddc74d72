//! What was posted when the session had ended: its owner gets it back, and nobody else gets anything of it.

use bidragsporten::people::access::Role;
use chrono::Duration;

use crate::{
    browser::{Browser, Page},
    portal::{PASSWORD, Portal},
    steps::{begin, case_of, issue, sign},
};

const OFFICER: &str = "handläggare@kammarkollegiet.example";
const OTHER: &str = "handläggare-två@kammarkollegiet.example";

/// Two officers, and a case that waits for a decision.
fn two_officers(portal: &Portal) -> (Browser, String) {
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Handläggare två");
    (portal.officer(), case_of(&requisition))
}

fn sign_in(page: &Page, email: &str) -> Page {
    page.form("/logga-in").set("email", email).set("password", PASSWORD).submit()
}

fn end_sessions(portal: &Portal) {
    portal.age_sessions(Duration::minutes(61), Duration::minutes(90));
}

#[test]
fn a_decision_is_carried_out_by_nobody_else_and_said_before_it_is_sent() {
    let portal = Portal::new();
    let (officer, case) = two_officers(&portal);
    let page = officer.get(&case);
    end_sessions(&portal);
    let asked = page.form("/godkannande").submit().expect_status(401);

    let other = sign_in(&asked, OTHER).expect_status(403).expect("Det som skrevs är borttaget");
    assert!(!other.has_form("/godkannande"));
    officer.get(&case).expect_not("Godkänd");

    // Its own officer may still: the page that asked is another one's by now, so it is asked anew.
    officer.get(&case).form("/logga-ut").submit().expect_status(200);
    let asked = page.form("/godkannande").submit().expect_status(401);
    let held = sign_in(&asked, OFFICER).expect_status(200);
    let held = held.expect("Du höll på att godkänna en rekvisition").expect("Inget har sparats än");
    held.form("/godkannande").submit().expect_status(200).expect("Godkänd");
}

#[test]
fn a_refusal_and_its_reason_are_read_by_nobody_else() {
    let portal = Portal::new();
    let (officer, case) = two_officers(&portal);
    let form = officer.get(&case).form("/avslag").set("reason", "Kontot är bluff.");
    end_sessions(&portal);
    let asked = form.submit().expect_status(401).expect("Loggar någon annan in tas det bort");
    // Not in the page's source either.
    assert!(!asked.html().contains("bluff"));
    let other = sign_in(&asked, OTHER).expect_status(403);
    assert!(!other.html().contains("bluff"));
}

#[test]
fn another_municipality_gets_nothing_of_a_form() {
    let portal = Portal::new();
    portal.preparer("Lund");
    let preparer = portal.preparer("Ale");
    let form = begin(&preparer, "bas").form("/uppgifter").set("contact_person", "Åsa Prov");
    end_sessions(&portal);
    let asked = form.submit().expect_status(401);
    let lund = sign_in(&asked, "ekonom@lund.example").expect_status(403);
    assert!(!lund.html().contains("Åsa Prov") && !lund.has_form("/uppgifter"));
}

#[test]
fn what_waits_for_a_confirmation_is_confirmed_by_nobody_else() {
    let portal = Portal::new();
    let (officer, case) = two_officers(&portal);
    let page = officer.get(&case);
    portal.age_confirmations(Duration::minutes(16));
    let asked = page.form("/godkannande").submit().expect_status(403).expect("godkänna en rekvisition");
    // In another tab of the same browser somebody else signs in.
    officer.get(&case).form("/logga-ut").submit().expect_status(200);
    sign_in(&officer.get("/logga-in"), OTHER).expect_status(200);
    let refused = asked.form("/bekrafta").set("password", PASSWORD).submit().expect_status(403);
    refused.expect("Det som skrevs är borttaget");
    // Nor with a form of one's own around it.
    let held = asked.form("/bekrafta").value_of("hallet").to_owned();
    let csrf = officer.get(&case).form("/logga-ut").value_of("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("hallet", &held), ("password", PASSWORD)];
    officer.post_fields("/bekrafta", &fields).expect_status(403).expect("Det som skrevs är borttaget");
    page.form("/godkannande").submit().expect_status(403).expect("Det som skrevs är borttaget");
    officer.get(&case).expect_not("Godkänd");
}

#[test]
fn a_sign_in_in_another_tab_leads_its_own_person_on_and_nobody_else() {
    let portal = Portal::new();
    let (officer, case) = two_officers(&portal);
    let page = officer.get(&case);
    end_sessions(&portal);
    let asked = page.form("/godkannande").submit().expect_status(401);
    sign_in(&officer.get("/logga-in"), OTHER).expect_status(200);
    // The page that asked is sent after somebody else signed in.
    sign_in(&asked, OFFICER).expect_status(403).expect("Det som skrevs är borttaget");
    officer.get(&case).expect_not("Godkänd");
}

#[test]
fn whoever_acts_for_two_goes_on_where_it_was_written() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    portal.give_role("ekonom@ale.example", "Lund", Role::Preparer);
    // Lund is the first by its code: there one begins otherwise.
    let form = begin(&browser, "bas").form("/uppgifter").set("city", "Surte").set("handling", "spara");
    end_sessions(&portal);
    let held = sign_in(&form.submit().expect_status(401), "ekonom@ale.example").expect_status(200);
    let saved = held.form("/uppgifter").submit().expect_status(200).expect("Utkastet är sparat.");
    assert_eq!(saved.value_of("city"), "Surte");
}

#[test]
fn a_file_that_was_lost_is_told_and_leads_back_to_its_page() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "100 000");
    let form =
        issued.form("/inskannad").file("file", "Underskriven rekvisition.pdf", crate::files::PDF.to_vec());
    end_sessions(&portal);
    let asked = form.submit().expect_status(401).expect("Underskriven rekvisition.pdf har inte sparats");
    let told = sign_in(&asked, "ekonom@ale.example").expect_status(200).expect("Välj filen igen");
    let told = told.expect("Underskriven rekvisition.pdf");
    assert_eq!(told.follow("Tillbaka till sidan").address, issued.address);
    // The same after signing in anew in another tab.
    preparer.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    sign_in(&preparer.get("/logga-in"), "ekonom@ale.example").expect_status(200);
    let told = form.submit().expect_status(403).expect("Välj filen igen");
    assert_eq!(told.follow("Tillbaka till sidan").address, issued.address);
    // What the file is called is told to nobody else.
    portal.preparer("Lund");
    end_sessions(&portal);
    let asked = form.submit().expect_status(401);
    sign_in(&asked, "ekonom@lund.example").expect_status(403).expect_not("Underskriven");
}

#[test]
fn a_page_tells_when_the_session_ends_and_it_can_be_kept() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "100 000");
    portal.age_sessions_by(Duration::minutes(50));
    // The visit is noted, so the hour begins anew.
    let page = preparer.get(&issued.address).expect("Du är inloggad till kl.").expect("välja filen igen");
    assert!(page.html().contains("data-idle=\"3"), "{}", page.html());
    portal.age_sessions_by(Duration::minutes(58));
    let csrf = page.form("/inskannad").value_of("csrf").to_owned();
    let kept = preparer.post_fields("/konto/inloggningar/forlangning", &[("csrf", &csrf)]).expect_status(200);
    assert!(kept.html().contains("\"idle\":3600"), "{}", kept.html());
    portal.age_sessions_by(Duration::minutes(58));
    preparer.get("/bidrag").expect("Mina bidrag");
    end_sessions(&portal);
    preparer.post_fields("/konto/inloggningar/forlangning", &[("csrf", &csrf)]).expect_status(401);
}

//! Two people with one name are two: what one did is never taken for the other's.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page},
    portal::{PASSWORD, Portal},
    steps::{case_of, hand_in_report, issue, paid, sign},
};

const NAME: &str = "Anna Ek";

/// Two with the role at the organisation, both called Anna Ek.
fn namesakes(portal: &Portal, organisation: &str, role: Role) -> (Browser, Browser) {
    let one = portal.sign_in(organisation, &[role], "Anna");
    let other = portal.sign_in(organisation, &[role], "Anna två");
    portal.name_everybody(NAME);
    (one, other)
}

/// One posts the form, and posts it again; the other, with the same page, is told that it is done by somebody.
fn is_recognised(one: &Page, other: &Page, end: &str, fields: &[(&str, &str)]) {
    let form = |page: &Page| fields.iter().fold(page.form(end), |form, (name, value)| form.set(name, value));
    let (mine, theirs) = (form(one), form(other));
    mine.submit().expect_status(200);
    mine.submit().expect_status(200);
    theirs.submit().expect_status(409);
}

#[test]
fn decisions_on_a_requisition() {
    let portal = Portal::new();
    let (one, other) = namesakes(&portal, "Kammarkollegiet", Role::CaseOfficer);
    let decisions: [(&str, &[(&str, &str)]); 3] = [
        ("/godkannande", &[]),
        ("/avslag", &[("reason", "Fel konto.")]),
        ("/komplettering", &[("message", "Kontot saknas.")]),
    ];
    for (municipality, (end, fields)) in ["Ale", "Lund", "Kalmar"].into_iter().zip(decisions) {
        let requisition = issue(&portal.preparer(municipality), "bas", "100 000").address;
        sign(&portal.signatory(municipality), &requisition).expect_status(200);
        let case = case_of(&requisition);
        is_recognised(&one.get(&case), &other.get(&case), end, fields);
    }
}

#[test]
fn a_signature() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let (one, other) = namesakes(&portal, "Ale", Role::Signatory);
    let page = format!("{requisition}/underskrift");
    is_recognised(&one.get(&page), &other.get(&page), "/underskrift", &[("password", PASSWORD)]);
}

#[test]
fn a_payment_put_right() {
    let portal = Portal::new();
    let (one, other) = namesakes(&portal, "Kammarkollegiet", Role::PaymentOfficer);
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    portal.officer().get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    let id = requisition.rsplit('/').next().unwrap();
    let payments = format!("/utbetalningar/{id}");
    one.get(&payments).form(id).set("reference", "UB 17").submit().expect_status(200);
    is_recognised(&one.get(&payments), &other.get(&payments), "/rattelse", &[("reason", "Fel dag.")]);
}

#[test]
fn money_that_came_in() {
    let portal = Portal::new();
    let (one, other) = namesakes(&portal, "Kammarkollegiet", Role::PaymentOfficer);
    let new = one.get("/aterbetalningar/ny").form("/aterbetalningar/ny").set("received_on", "2022-03-14");
    let unmatched = new.set("amount", "100").set("reference", "Vet inte").submit().address;
    let fields = [("outcome", "struken"), ("reason", "Fel.")];
    is_recognised(&one.get(&unmatched), &other.get(&unmatched), "/avslut", &fields);
}

#[test]
fn colleagues_who_are_removed() {
    let portal = Portal::new();
    let (one, other) = namesakes(&portal, "Ale", Role::Administrator);
    let (gone, stays) = (portal.preparer("Ale"), portal.sign_in("Ale", &[Role::Preparer], "Annan"));
    portal.name_everybody(NAME);
    let pages: Vec<String> = ["ekonom@ale.example", "annan@ale.example"]
        .map(|email| colleague(&one, email).address.split('?').next().unwrap().to_owned())
        .into();
    let removal = |browser: &Browser, page: &str| browser.get(&format!("{page}/borttagning"));
    let (mine, theirs) = (removal(&one, &pages[0]), removal(&other, &pages[0]));
    mine.form("/borttagning").submit().expect_status(200);
    // The history tells which of them.
    one.get("/kollegor").expect("Anna Ek (ekonom@ale.example)");
    mine.form("/borttagning").submit().expect_status(200);
    theirs.form("/borttagning").submit().expect_status(404);
    assert!(gone.get("/bidrag").address.starts_with("/logga-in"));
    stays.get("/bidrag").expect_status(200);
}

/// The page of the colleague with this address.
fn colleague(administrator: &Browser, email: &str) -> Page {
    let html = administrator.get("/kollegor").html();
    let before = html.split(email).next().unwrap();
    let link = before.rsplit("href=\"").find(|rest| rest.starts_with("/kollegor/")).unwrap();
    administrator.get(link.split('"').next().unwrap())
}

#[test]
fn whoever_hands_a_case_over_sees_whom_to() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let (one, _) = namesakes(&portal, "Kammarkollegiet", Role::CaseOfficer);
    let html = one.get(&case_of(&requisition)).html();
    assert!(html.contains("Anna Ek (anna@kammarkollegiet.example)"));
    assert!(html.contains("Anna Ek (anna-två@kammarkollegiet.example)"));
}

#[test]
fn a_report_that_is_decided_on() {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "100 000");
    let report = hand_in_report(&portal, "Ale", &grant, "90 000");
    let (one, other) = namesakes(&portal, "Kammarkollegiet", Role::CaseOfficer);
    let case = format!("/granskning{report}");
    is_recognised(&one.get(&case), &other.get(&case), "/godkannande", &[]);
    is_recognised(&one.get(&case), &other.get(&case), "/rattelse", &[("reason", "Fel kostnad.")]);
}

#[test]
fn mandates_that_are_set() {
    let portal = Portal::new();
    namesakes(&portal, "Ale", Role::Signatory);
    let form = portal.officer().get("/granskning/uppdrag/1440").follow("Ändra uppdraget").form("/1440");
    // The history tells which of them has it.
    let set = form.set("decision", "KS 1").submit().expect_status(200);
    assert!(set.text().contains("Anna Ek (anna"), "{}", set.text());
}

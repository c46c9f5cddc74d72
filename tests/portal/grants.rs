//! The authority's page of one grant.

use bidragsporten::people::access::Role;

use crate::{
    journeys::{begin, issue, sign, whole_grant},
    portal::Portal,
};

#[test]
fn the_authority_sees_money_dates_cases_and_history_of_one_grant() {
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", "100 000").address;
    sign(&signatory, &requisition).expect_status(200);
    let page = whole_grant(&officer, &requisition).expect("Ale kommun");
    assert_eq!(page.fact("Tilldelat"), "381 308 kr");
    assert_eq!(page.fact("Rekvirerat"), "100 000 kr");
    assert_eq!(page.fact("Utbetalt"), "0 kr");
    let page = page.expect("Vad som ska betalas tillbaka avgörs när redovisningen är godkänd.");
    assert!(page.fact("Ekonomisk redovisning").starts_with("31 mars 2023"), "{}", page.text());
    page.expect("AO22-1440-R1: Rekvisitionen skrevs under").follow("AO22-1440-R1").expect("Inlämnad");
}

#[test]
fn what_is_not_issued_is_the_recipients_own() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let issued = issue(&preparer, "bas", "100 000").address;
    begin(&preparer, "bas");
    let page = whole_grant(&officer, &issued);
    page.expect("AO22-1440-R1").expect_not("AO22-1440-R2");
}

#[test]
fn a_grant_is_there_for_the_authority_that_pays_it_and_changed_by_its_case_officers() {
    let portal = Portal::new();
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let page = whole_grant(&portal.officer(), &issued);
    let roles = [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer];
    let other = portal.sign_in("Socialstyrelsen", &roles, "Handläggare");
    other.get(&page.address).expect_status(404).expect_not("Ale");
    let own = other.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    for form in [
        page.form("/anstand")
            .set("kind", "rekvisition")
            .set("until", "2022-12-15")
            .set("decision", "1")
            .set("reason", "x"),
        page.form("/rakenskaper").set("asks_for", "Allt.").set("due", "2022-04-30"),
    ] {
        form.set("csrf", &own).sent_by(&other).submit().expect_status(404);
    }
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let seen = payer.get(&page.address).expect_status(200);
    assert!(!seen.has_form("/anstand") && !seen.has_form("/rakenskaper"));
}

//! What a returned requisition may become, and what rests on what.

use crate::{
    portal::Portal,
    steps::{begin, case_of, fill, issue, sign},
};

/// Ale asked for 100 000 in March; the case is returned.
fn returned(portal: &Portal) -> String {
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let case = portal.officer().get(&case_of(&requisition));
    case.form("/komplettering").set("message", "Kontot.\n\nÄndra det.").submit().expect_status(200);
    requisition
}

#[test]
fn what_was_not_asked_for_in_time_is_not_asked_for_in_a_completion() {
    let portal = Portal::new();
    let requisition = returned(&portal);
    let preparer = portal.preparer("Ale");
    portal.at("2022-12-02 00:00:00");
    let form = preparer.get(&format!("{requisition}/uppgifter")).expect("Högst 100 000 kr kan rekvireras");
    let more = form.form("/uppgifter").set("amount", "100 001").set("handling", "fortsatt").submit();
    assert!(more.expect_status(422).error_at("amount").contains("R109"));
}

#[test]
fn more_that_is_issued_before_midnight_is_not_signed_after_it() {
    let portal = Portal::new();
    let requisition = returned(&portal);
    let preparer = portal.preparer("Ale");
    portal.at("2022-12-01 23:59:59");
    let form = preparer.get(&format!("{requisition}/uppgifter"));
    let check = form.form("/uppgifter").set("amount", "381 308").set("handling", "fortsatt").submit();
    check.form("/kontroll").set("confirmed", "ja").submit().expect("Väntar på underskrift");
    portal.at("2022-12-02 00:00:00");
    let late = sign(&portal.signatory("Ale"), &requisition);
    late.expect_status(409).expect("Sista dag för rekvisition var 1 december 2022");
    portal.at("2022-12-01 23:59:59");
    sign(&portal.signatory("Ale"), &requisition).expect("381 308 kr");
}

#[test]
fn a_receipt_tells_what_came_in_and_not_what_was_issued_since() {
    let portal = Portal::new();
    let requisition = returned(&portal);
    let preparer = portal.preparer("Ale");
    let form = preparer.get(&format!("{requisition}/uppgifter"));
    let check = form.form("/uppgifter").set("amount", "200 000").set("handling", "fortsatt").submit();
    check.form("/kontroll").set("confirmed", "ja").submit().expect("Inte underskriven än");
    let receipt = preparer.get(&format!("{requisition}/kvitto"));
    receipt.expect("100 000 kr").expect_not("200 000 kr");
    portal.officer().get(&case_of(&requisition)).expect("200 000 kr");
}

#[test]
fn the_extra_is_not_approved_when_the_base_was_refused() {
    let portal = Portal::new();
    let (preparer, signatory, officer) =
        (portal.preparer("Grästorp"), portal.signatory("Grästorp"), portal.officer());
    let base = issue(&preparer, "bas", "1 000").address;
    sign(&signatory, &base).expect_status(200);
    let extra = issue(&preparer, "modell", "1 500 000").address;
    sign(&signatory, &extra).expect_status(200);
    officer.get(&case_of(&base)).form("/avslag").set("reason", "Fel.").submit().expect("Avslagen");
    let case = officer.get(&case_of(&extra));
    case.form("/godkannande").submit().expect_status(409).expect("först när kommunen har lämnat in");

    let check = fill(&begin(&preparer, "bas")).set("handling", "fortsatt").submit();
    let again = check.form("/kontroll").set("confirmed", "ja").submit().address;
    sign(&signatory, &again).expect_status(200);
    officer.get(&case_of(&extra)).form("/godkannande").submit().expect("Godkänd");
}

#[test]
fn a_case_changes_hands_only_while_it_is_open_and_disturbs_nobody() {
    let portal = Portal::new();
    let requisition = returned(&portal);
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let form = preparer.get(&format!("{requisition}/uppgifter"));
    let case = officer.get(&case_of(&requisition));
    let take = case.form_with("/handlaggare", "Ta ärendet");
    let officer_id = case.html().split("name=\"officer\" value=\"").nth(1).unwrap()[..36].to_owned();
    let take = take.set("officer", &officer_id);
    let other_tab = officer.get(&case_of(&requisition)).form_with("/handlaggare", "Ta ärendet");
    take.submit().expect("Du handlägger ärendet.");
    take.submit().expect_status(200);
    // Whoever had the page from before is told.
    other_tab.set("officer", &officer_id).submit().expect_status(409);
    form.form("/uppgifter")
        .set("handling", "spara")
        .submit()
        .expect_status(200)
        .expect("Utkastet är sparat.");

    let check =
        preparer.get(&format!("{requisition}/uppgifter")).form("/uppgifter").set("handling", "fortsatt");
    check.submit().form("/kontroll").set("confirmed", "ja").submit().expect_status(200);
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    officer.get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    take.set("was", &officer_id).submit().expect_status(409);
}

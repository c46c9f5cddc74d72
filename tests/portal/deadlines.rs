//! The last day: to its last second in Stockholm, and not one longer.

use crate::{
    browser::{Browser, Page},
    files::PDF,
    journeys::{begin, case_of, fill, issue, sign},
    portal::Portal,
};

const LAST_SECOND: &str = "2022-12-01 23:59:59";
const TOO_LATE: &str = "2022-12-02 00:00:00";
const REASON: &str = "Sista dag för rekvisition var 1 december 2022. Rätten till bidraget har förfallit.";
fn grant(browser: &Browser) -> Page {
    browser
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022")
}

#[test]
fn a_signature_in_the_last_second_is_in_time() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    portal.at(LAST_SECOND);
    let receipt = sign(&portal.signatory("Ale"), &requisition).expect("Kvitto på inlämnad rekvisition");
    receipt.expect("1 december 2022 kl. 23.59");
}

#[test]
fn a_signature_at_midnight_is_too_late() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let requisition = issue(&preparer, "bas", "100 000").address;
    portal.at(LAST_SECOND);
    preparer.get(&requisition).expect("Väntar på underskrift").expect("1 december 2022 kl. 23.59 (i dag)");
    let open = signatory.get(&format!("{requisition}/underskrift"));
    portal.at(TOO_LATE);
    let late = open.form("/underskrift").set("password", crate::portal::PASSWORD).submit();
    late.expect_status(409).expect(REASON);
    preparer.get(&requisition).expect("Förfallen").expect("Rätten till bidraget har förfallit");
    let page =
        grant(&preparer).expect("Förfallen").expect("Ingen rekvisition kom in till och med 1 december 2022");
    assert_eq!(page.fact("Rekvirerat"), "0 kr");
    assert!(!page.text().contains("skrevs under"));
    preparer.get("/bidrag").expect("Förfallen");
}

#[test]
fn a_scan_at_midnight_is_too_late_and_is_not_kept() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = issue(&preparer, "bas", "100 000");
    let scan = issued.form("/inskannad").file("file", "skan.pdf", PDF);
    portal.at(TOO_LATE);
    scan.submit().expect_status(409).expect(REASON);
    assert!(!preparer.get(&issued.address).html().contains("/bilagor/"));
    portal.at(LAST_SECOND);
    scan.submit().expect_status(200).expect("Kvitto på inlämnad rekvisition");
}

#[test]
fn a_requisition_is_issued_in_the_last_second_and_not_at_midnight() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let draft = begin(&preparer, "bas").address;
    let edit = preparer.get(&draft);
    let check = fill(&edit).set("handling", "fortsatt").submit();
    let form = check.form("/kontroll").set("confirmed", "ja");
    portal.at(TOO_LATE);
    form.submit().expect_status(409).expect(REASON);
    preparer
        .get(draft.strip_suffix("/uppgifter").unwrap())
        .expect("Förfallen")
        .expect_not("Fortsätt fylla i");
    assert!(!grant(&preparer).text().contains("gjordes klar för underskrift"));
    portal.at(LAST_SECOND);
    form.submit().expect_status(200).expect("Väntar på underskrift");
}

#[test]
fn a_requisition_is_begun_in_the_last_second_and_not_at_midnight() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    portal.at(LAST_SECOND);
    let start = grant(&preparer).form_with("/rekvisitioner", "value=\"bas\"");
    portal.at(TOO_LATE);
    start.submit().expect_status(409).expect(REASON);
    let page = grant(&preparer).expect("Förfallen").expect("har passerat").expect_not("R1");
    assert!(!page.has_form("/rekvisitioner"));
    portal.at(LAST_SECOND);
    start.submit().expect_status(200).form("/uppgifter");
}

#[test]
fn what_lapsed_while_it_was_filled_in_is_saved_and_goes_no_further() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let draft = begin(&preparer, "bas");
    portal.at(TOO_LATE);
    let page = fill(&draft).set("handling", "fortsatt").submit().expect_status(200);
    let page = page.expect("Förfallen").expect("Rätten till bidraget har förfallit");
    preparer.get(&draft.address).expect("Rätten till bidraget har förfallit");
    preparer.get(&format!("{}/kontroll", page.address)).expect("Rätten till bidraget har förfallit");
    portal.at(LAST_SECOND);
    assert_eq!(preparer.get(&draft.address).value_of("city"), "Alafors");
}

#[test]
fn what_came_in_before_is_decided_and_completed_after() {
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", "100 000").address;
    portal.at(LAST_SECOND);
    sign(&signatory, &requisition).expect_status(200);
    portal.at(TOO_LATE);
    preparer.get(&requisition).expect("Inlämnad").expect_not("förfallit");
    let case = officer.get(&case_of(&requisition));
    case.form("/komplettering").set("message", "Fel konto.").submit().expect("Återsänd");

    portal.at("2022-12-20 10:00:00");
    let form = preparer.get(&requisition).expect_not("förfallit").follow("Komplettera rekvisitionen");
    let check =
        form.form("/uppgifter").set("account_number", "5402-9681").set("handling", "fortsatt").submit();
    check.form("/kontroll").set("confirmed", "ja").submit().expect("Väntar på underskrift");
    sign(&signatory, &requisition).expect("Kom in 1 december 2022 kl. 23.59 svensk tid");
    assert_eq!(grant(&preparer).expect("Inlämnad").fact("Rekvirerat"), "100 000 kr");
}

#[test]
fn after_the_deadline_a_withdrawn_requisition_is_not_replaced() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let requisition = issue(&preparer, "bas", "100 000").address;
    sign(&signatory, &requisition).expect_status(200);
    portal.at(TOO_LATE);
    let page = preparer.get(&requisition);
    page.form("/aterkallelse").set("reason", "Fel.").submit().expect("Återkallad");
    let page = grant(&preparer).expect("Förfallen");
    assert!(!page.has_form("/rekvisitioner"));
}

#[test]
fn the_agreement_of_2021_has_lapsed_for_who_did_not_file() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let page = preparer
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2021")
        .expect("Förfallen")
        .expect("Ingen rekvisition kom in till och med 1 december 2021.")
        .expect("Ni ska därför inte lämna någon redovisning.");
    assert!(!page.has_form("/rekvisitioner"));
    // The form of the open year, sent to the lapsed one.
    let start = grant(&preparer).form_with("/rekvisitioner", "value=\"bas\"");
    let fields = [("csrf", start.value_of("csrf")), ("post", "bas")];
    let late = preparer.post_fields(&format!("{}/rekvisitioner", page.address), &fields);
    late.expect_status(409).expect("Sista dag för rekvisition var 1 december 2021");
    portal.at("2021-12-01 23:59:59");
    preparer.get(&page.address).expect("Att rekvirera");
}

/// 2018: nothing says what becomes of a late requisition, so it is received, and whoever sends it is told.
#[test]
fn a_late_requisition_that_is_received_all_the_same_is_warned_of() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let begun = |portal: &Portal, at: &str| {
        portal.at(at);
        let grant = preparer
            .get("/bidrag")
            .follow("Stimulansmedel för investeringar i välfärdsteknik i kommunerna 2018");
        grant.form_with("/rekvisitioner", "value=\"stimulansmedel\"").submit().expect_status(200)
    };
    begun(&portal, "2018-11-01 23:59:59")
        .expect("senast 1 november 2018 kl. 23.59")
        .expect_not("Sista dag för rekvisition var");
    let late = begun(&portal, "2019-01-10 09:00:00");
    let told = "Sista dag för rekvisition var 1 november 2018. Perioden som medlen är till för tog slut 31 december 2018.";
    let check = fill(&late.expect(told)).set("amount", "1 000").set("handling", "fortsatt").submit();
    let form = check.expect(told).expect("(R207)").form("/kontroll");
    form.submit().expect_status(422);
    form.set("confirmed", "ja").submit().expect("Väntar på underskrift");
}

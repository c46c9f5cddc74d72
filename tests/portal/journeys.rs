//! The whole way of a requisition, as its users go it.

pub use crate::steps::{ask_for_accounts, begin, case_of, extend, fill, issue, sign, whole_grant};
use crate::{browser::Browser, portal::Portal};

/// Ale's share in 2022.
const ALE: &str = "381 308";

#[test]
fn from_the_published_amount_to_an_approved_decision() {
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());

    preparer.get("/").expect("Mina bidrag").expect("381 308 kr tilldelat").expect("senast 1 december 2022");
    let form = begin(&preparer, "bas");
    assert_eq!(form.value_of("organisation_number"), "212000-1439");
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), ALE);
    assert_eq!(form.value_of("period_from"), "2022-01-01");
    let check = fill(&form).set("handling", "fortsatt").submit();
    let issued = check.expect("Kontrollera innan underskrift").form("/kontroll").submit();
    let requisition = issued.expect("Väntar på underskrift").address;

    let receipt = sign(&signatory, &requisition).expect("Kvitto på inlämnad rekvisition");
    let receipt = receipt.expect("AO22-1440-R1").expect("381 308 kr").expect("15 mars 2022 kl. 09.00");
    let pdf = receipt.follow("Kvittot som PDF").expect_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));

    let case = officer.get("/granskning").expect("Ale").follow("AO22-1440-R1");
    case.form("/godkannande").submit().expect("Godkänd");
    preparer.get("/bidrag").expect("Godkänd").expect("Redovisa senast 31 mars 2023");
    officer.get("/oversikt/aldreomsorg-2022?sok=Ale").expect("381 308").expect("Godkänd");
}

#[test]
fn the_next_requisition_knows_what_the_last_one_said() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let first = issue(&preparer, "bas", "100 000");
    sign(&signatory, &first.address).expect_status(200);

    let form = begin(&preparer, "bas");
    assert_eq!(form.value_of("contact_person"), "Prov Ekonom");
    assert_eq!(form.value_of("account_number"), "991-2346");
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), "281 308");
    let too_much = form.form("/uppgifter").set("amount", "281 309").set("handling", "fortsatt").submit();
    let too_much = too_much.expect_status(422);
    assert!(too_much.error_at("amount").contains("högst 281 308 kr"), "{}", too_much.error_at("amount"));
}

#[test]
fn what_was_typed_stays_and_every_error_is_at_its_field() {
    let portal = Portal::new();
    let form = begin(&portal.preparer("Ale"), "bas");
    let bad = form
        .form("/uppgifter")
        .set("amount", "1.310")
        .set("email", "ekonomi@")
        .set("contact_person", "<b>Åsa</b>")
        .set("handling", "fortsatt")
        .submit()
        .expect_status(422)
        .expect("Rätta uppgifterna");
    assert_eq!(bad.value_of("amount"), "1.310");
    assert_eq!(bad.value_of("contact_person"), "<b>Åsa</b>");
    assert!(bad.error_at("amount").contains("(R108)"), "{}", bad.error_at("amount"));
    assert!(bad.error_at("email").contains("(R107)"));
    assert!(bad.error_at("street").contains("(R104)"));
    assert!(bad.error_at("contact_person").is_empty());
    assert!(!bad.html().contains("<b>Åsa"));
}

#[test]
fn a_model_municipality_requisitions_the_extra_when_the_base_has_come_in() {
    let portal = Portal::new();
    let (preparer, signatory) = (portal.preparer("Borås"), portal.signatory("Borås"));
    let grant = preparer
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022");
    let start = grant.form_with("/rekvisitioner", "value=\"bas\"");
    let grant =
        grant.expect("Öppnar när ni har lämnat in rekvisitionen av Stimulansmedel till samtliga kommuner");
    start.set("post", "modell").submit().expect_status(409).expect("först när kommunen har lämnat in");

    let base = issue(&preparer, "bas", "1 757 752");
    start_is_closed(&preparer, &grant.address);
    sign(&signatory, &base.address).expect_status(200);
    let extra = issue(&preparer, "modell", "1 500 000");
    sign(&signatory, &extra.address).expect("1 500 000 kr").expect("AO22-1490-R2");

    let base = preparer.get(&base.address);
    let refused = base.form("/aterkallelse").set("reason", "fel").submit();
    refused.expect_status(409).expect("så länge det finns en rekvisition av Stöd till modellkommuner");
}

fn start_is_closed(browser: &Browser, grant: &str) {
    let page = browser.get(grant);
    assert!(!page.html().contains("value=\"modell\""), "the extra can be begun");
}

#[test]
fn a_returned_requisition_is_completed_and_keeps_its_day() {
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", ALE).address;
    sign(&signatory, &requisition).expect_status(200);

    let case = officer.get(&case_of(&requisition));
    case.form("/komplettering")
        .set("message", "Kontot tillhör ett bolag.")
        .set("remark_account_number", "Ange kommunens eget konto.")
        .submit()
        .expect("Återsänd");
    // Nobody decides on what is returned.
    case.form("/godkannande").submit().expect_status(409);

    portal.at("2022-12-05 10:00:00");
    let form =
        preparer.get(&requisition).expect("Kontot tillhör ett bolag.").follow("Komplettera rekvisitionen");
    let form = form.expect("Ange kommunens eget konto.");
    let changed =
        form.form("/uppgifter").set("account_number", "5402-9681").set("handling", "fortsatt").submit();
    changed.form("/kontroll").set("confirmed", "ja").submit().expect("Väntar på underskrift");
    sign(&signatory, &requisition).expect("Kom in första gången 15 mars 2022 kl. 09.00");
    let case = officer.get(&case_of(&requisition)).expect("5402-9681");
    case.form("/godkannande").submit().expect("Godkänd");
}

#[test]
fn a_signed_paper_is_scanned_or_arrives() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let scanned = issue(&preparer, "bas", "100 000");
    let empty = scanned.form("/inskannad").file("file", "skan.pdf", Vec::new()).submit().expect_status(422);
    assert!(empty.error_at("file").contains("tom"), "{}", empty.error_at("file"));
    let program = scanned.form("/inskannad").file("file", "skan.pdf", b"MZ\x90\0program".to_vec()).submit();
    assert!(program.expect_status(422).error_at("file").contains("PDF, PNG eller JPEG"));
    let pdf = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF".to_vec();
    let receipt = scanned.form("/inskannad").file("file", "skan å.pdf", pdf.clone()).submit();
    receipt.expect("Undertecknad på papper");
    let file = officer.get(&case_of(&scanned.address)).follow("skan å.pdf").expect_status(200);
    assert_eq!(file.bytes, pdf);
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));

    let on_paper = issue(&preparer, "bas", "200 000").address;
    portal.at("2022-12-05 10:00:00");
    let case = officer.get(&case_of(&on_paper));
    case.form("/original").set("arrived", "2022-12-02").submit().expect_status(422).expect("1 december 2022");
    case.form("/original").set("arrived", "2022-12-01").submit().expect("Inlämnad");
    preparer.get(&on_paper).expect("Originalet kom in 1 december 2022");
}

#[test]
fn a_refusal_needs_its_reason_and_frees_the_amount() {
    let portal = Portal::new();
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", ALE).address;
    sign(&signatory, &requisition).expect_status(200);
    let case = officer.get(&case_of(&requisition));
    case.form("/avslag").submit().expect_status(422);
    case.form("/avslag").set("reason", "Fel företrädare.").submit().expect("Avslagen");
    preparer.get(&requisition).expect("Avslagen").expect("Fel företrädare.");
    assert_eq!(begin(&preparer, "bas").value_of("amount").replace('\u{a0}', " "), ALE);
}

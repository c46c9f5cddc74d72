//! The whole way of a requisition, as its users go it.

pub use crate::steps::{ask_for_accounts, begin, case_of, extend, fill, issue, sign, whole_grant};
use crate::{
    browser::{Browser, Form},
    portal::Portal,
    steps::{beginning, filled},
};
use bidragsporten::people::access::Role;

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
    case.form("/godkannande").submit().expect("Ändringen är sparad.");
    officer.get(&case.address).expect("Godkänd");
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
    sign(&signatory, &requisition).expect("Kom in 15 mars 2022 kl. 09.00 svensk tid");
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
    let pdf = crate::files::PDF.to_vec();
    let receipt = scanned.form("/inskannad").file("file", "skan å.pdf", pdf.clone()).submit();
    receipt.expect("Undertecknad på papper");
    let file = officer.get(&case_of(&scanned.address)).follow("skan å.pdf").expect_status(200);
    assert_eq!(file.bytes, pdf);
    assert!(file.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));

    let on_paper = issue(&preparer, "bas", "200 000").address;
    portal.at("2022-12-05 10:00:00");
    let case = officer.get(&case_of(&on_paper));
    let original = case.form("/original").set("arrived", "2022-12-01");
    assert!(original.submit().expect_status(422).error_at("file").contains("(R115)"));
    let original = original.file("file", "original.pdf", pdf);
    original.clone().set("arrived", "2022-12-02").submit().expect_status(422).expect("1 december 2022");
    // Four days later, by somebody who then does not approve it.
    let own = original.submit().expect("Inlämnad").expect("original.pdf").expect("(R209)");
    let own = own.expect("Du har registrerat rekvisitionen från papper.").expect_not("Godkänn 200 000 kr");
    let form = own.form("/godkannande");
    form.submit().expect_status(409).expect("En annan handläggare godkänner den.");
    preparer.get(&on_paper).expect("Originalet kom in 1 december 2022");
    let other = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Kollega");
    other.get(&case_of(&on_paper)).form("/godkannande").submit().expect("Godkänd");
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let told = "Originalet registrerades 5 december 2022 av";
    payer.get(&on_paper.replace("/rekvisitioner/", "/utbetalningar/")).expect(told);
    payer.get("/utbetalningar").expect(told);
    let csv = payer.get("/utbetalningar.csv").expect_status(200);
    assert!(String::from_utf8_lossy(&csv.bytes).contains(told));
}

/// A form that was never in the portal.
#[test]
fn a_form_on_paper_is_registered_with_its_scan_and_approved_by_somebody_else() {
    let portal = Portal::new();
    let officer = portal.officer();
    let address = "/granskning/ny?overenskommelse=aldreomsorg-2022&mottagare=1440";
    let form = |browser: &Browser| -> Form {
        let form = filled(browser.get(address).form("/granskning/ny"));
        form.set("amount", "100 000").set("arrived", "2022-01-03")
    };
    let missing = form(&officer).submit().expect_status(422);
    assert!(missing.error_at("file").contains("(R115)"), "{}", missing.text());
    assert_eq!(missing.value_of("arrived"), "2022-01-03");
    missing.expect("Välj filen igen").expect_not("AO22-1440-R1");
    let pdf = crate::files::PDF.to_vec();
    let case = form(&officer).file("file", "blankett.pdf", pdf.clone()).submit().expect_status(200);
    case.form("/godkannande").submit().expect_status(409).expect("En annan handläggare godkänner den.");
    // The same paper once more is asked about.
    let again = form(&officer).file("file", "blankett.pdf", pdf).submit().expect_status(422);
    assert!(again.error_at("is_another").contains("AO22-1440-R1, 100 000"), "{}", again.text());

    let other = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Kollega");
    let seen = other.get(&case.address).expect("blankett.pdf").expect("71 dagar efter ankomstdagen");
    seen.form("/godkannande").submit().expect("Godkänd");
}

#[test]
fn a_new_account_is_shown_beside_the_old_one_to_whoever_signs_and_pays() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let first = issue(&preparer, "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &first).expect("Kvitto");
    let form = fill(&begin(&preparer, "bas")).set("amount", "50 000").set("account_number", "5050-1055");
    let check = form.set("handling", "fortsatt").submit();
    let told = "Bankgiro 5050-1055, förut Bankgiro 991-2346. (R203)";
    let second = check.expect(told).form("/kontroll").set("confirmed", "ja").submit().address;
    let signatory = portal.signatory("Ale");
    signatory.get(&format!("{second}/underskrift")).expect("Kontrollera innan du skriver under").expect(told);
    sign(&signatory, &second).expect("Kvitto");
    portal.officer().get(&case_of(&second)).form("/godkannande").submit().expect("Godkänd");
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    payer.get("/utbetalningar").expect(told);
    payer.get(&second.replace("/rekvisitioner/", "/utbetalningar/")).expect(told);
    let csv = payer.get("/utbetalningar.csv");
    assert!(String::from_utf8_lossy(&csv.bytes).contains("Bankgiro 5050-1055, förut Bankgiro 991-2346"));
}

#[test]
fn what_waits_and_asks_for_all_is_led_to_and_a_few_drafts_are_enough() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let start = beginning(&preparer, "bas");
    let waits = issue(&preparer, "bas", "381 308");
    let led = start.submit().expect_status(200).expect("Ingen ny rekvisition påbörjades");
    assert!(led.address.starts_with(&waits.address), "{}", led.address);
    preparer.get("/bidrag").expect_not("AO22-1440-R2");
    // A part of it waits: what is left is filled in, and more is asked about.
    led.form("/atertagande").submit().expect_status(200);
    let part =
        preparer.get(&format!("{}/uppgifter", waits.address)).form("/uppgifter").set("amount", "300 000");
    let check = part.set("handling", "fortsatt").submit();
    check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200);
    let second = begin(&preparer, "bas");
    assert_eq!(second.value_of("amount").replace('\u{a0}', " "), "81 308");
    let above = fill(&second).set("amount", "81 309").set("handling", "fortsatt").submit();
    above.expect("AO22-1440-R1 på 300 000 kr väntar på underskrift").expect("(R206)");
    begin(&preparer, "bas");
    begin(&preparer, "bas");
    beginning(&preparer, "bas").submit().expect_status(409).expect("Fortsätt på något av utkasten");
}

#[test]
fn an_answer_that_changes_nothing_is_asked_about_and_both_days_are_told() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    portal.at("2022-11-30 09:00:00");
    let requisition = issue(&preparer, "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect("30 november 2022 kl. 09.00 svensk tid");
    officer.get(&case_of(&requisition)).form("/komplettering").set("message", "Se över.").submit();
    portal.at("2022-12-09 10:30:00");
    let form = preparer.get(&format!("{requisition}/uppgifter")).form("/uppgifter");
    let check = form.set("handling", "fortsatt").submit();
    let asked = check.expect("Du har inte ändrat något sedan").form("/kontroll");
    asked.submit().expect_status(422);
    asked.set("confirmed", "ja").submit().expect_status(200);
    let receipt = sign(&portal.signatory("Ale"), &requisition);
    receipt
        .expect("30 november 2022 kl. 09.00 svensk tid. Det är den dagen som räknas.")
        .expect("Kompletterad eller rättad 9 december 2022 kl. 10.30 svensk tid");
    let page = preparer.get(&requisition);
    assert_eq!(page.fact("Kom in"), "30 november 2022 kl. 09.00 svensk tid");
    assert_eq!(page.fact("Kompletterad"), "9 december 2022 kl. 10.30 svensk tid");
    for document in ["kvitto.pdf", "blankett.pdf"] {
        let pdf = preparer.get(&format!("{requisition}/{document}")).expect_status(200);
        let text = pdf_text(&pdf.bytes);
        assert!(text.contains("30 november 2022") && text.contains("9 december 2022"), "{document}: {text}");
        assert!(text.contains("den dagen som räknas"), "{document}: {text}");
    }
}

#[test]
fn who_handles_a_case_is_the_authoritys_own() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect("Kvitto");
    let case = officer.get(&case_of(&requisition));
    let me = case.html().split_once("name=\"officer\" value=\"").unwrap().1[..36].to_owned();
    case.form("/handlaggare").set("officer", &me).submit().expect("Handläggare utsågs (");
    let grant = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
    for page in [preparer.get(&requisition), preparer.get("/bidrag").follow(grant)] {
        page.expect("Handläggare utsågs").expect_not("Handläggare utsågs (");
    }
}

/// What a PDF says, its lines as one.
fn pdf_text(bytes: &[u8]) -> String {
    let document = lopdf::Document::load_mem(bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap().replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
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

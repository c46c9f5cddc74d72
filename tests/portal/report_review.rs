//! The authority's review of financial reports.

use bidragsporten::people::access::Role;

use crate::{
    browser::at_once,
    filed_reports::{Filing, report_case, seen_by_recipient},
    portal::Portal,
    steps::{case_of, issue, sign},
};

const AO21: &str = "aldreomsorg-2021";
const AO22: &str = "aldreomsorg-2022";

fn second_officer(portal: &Portal) -> crate::browser::Browser {
    portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Handläggare två")
}

#[test]
fn a_report_is_found_in_the_queue_taken_and_approved() {
    let portal = Portal::new();
    let id = Filing::of(&portal, "Ale", AO21).costs("300 000").submit();
    let deficit = Filing::of(&portal, "Alingsås", AO21).costs("2 000 000").alt_2().submit();
    let officer = portal.officer();

    let queue = officer.get("/granskning").follow("Redovisningar").expect("2 ärenden");
    let queue =
        queue.expect("AO21-1440-E1").expect("Alt 1").expect("Alt 2: inte korrekt").expect("Underskott");
    assert!(queue.html().find("<main").unwrap() < queue.html().find("Inte förbrukat").unwrap());
    officer.get("/granskning/redovisningar?sok=ale").expect("Ale").expect_not("Alingsås");
    officer.get("/granskning/redovisningar?visa=godkanda").expect("Ingen redovisning är godkänd än.");
    let none = queue.form("/tilldela").submit().expect_status(422).expect("Inget ärende är markerat");
    let taken = none.form("/tilldela").set("cases", &id.to_string()).submit();
    taken.expect("1 ärende är nu ditt.").expect("Du");
    officer.get("/granskning/redovisningar?handlaggare=mina").expect("Ale").expect_not("Alingsås");

    let case = officer.get(&report_case(id)).expect("Du handlägger ärendet.").expect("i tid");
    assert_eq!(case.fact("Inte förbrukat"), case.fact("Att betala tillbaka"));
    let again = case.form("/godkannande");
    let approved = again.submit().expect("Godkänd").expect("godkände redovisningen");
    approved.follow("Blanketten som PDF").expect_status(200);
    approved.follow("underlag.pdf").expect_status(200);
    // The same click once more is the same answer.
    again.submit().expect_status(200).expect("Godkänd");
    officer.get("/granskning/redovisningar?visa=godkanda").expect("AO21-1440-E1");

    let case = officer.get(&report_case(deficit));
    case.expect("Alt 2: redovisningen bedöms inte vara korrekt")
        .expect("Två fakturor saknas.")
        .expect("De söks upp.")
        .expect("Läs avvikelserna innan du godkänner.")
        .expect("Underskott");
    assert_eq!(officer.get(&report_case(deficit)).fact("Att betala tillbaka"), "0 kr");
}

#[test]
fn it_is_seen_beside_last_years_report_and_the_requisition() {
    let portal = Portal::new();
    Filing::of(&portal, "Ale", AO21).costs("300 000").submit();
    let requisition = issue(&portal.preparer("Ale"), "bas", "381 308").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let officer = portal.officer();
    officer.get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");

    portal.at("2023-04-01 10:00:00");
    let id = Filing::of(&portal, "Ale", AO22).costs("381 308").survey("nej").submit();
    let case = officer.get(&report_case(id)).expect("Förra, AO21-1440-E1");
    let text = case.text();
    assert!(text.contains("Summa kostnader 381 308 kr Ändrat"), "{text}");
    assert!(text.contains("Exakt hela bidraget är redovisat som kostnader."), "{text}");
    // What follows the agreement differs every year, and is not marked; what is the same is not either.
    assert!(!text.contains("31 december 2022 Ändrat") && !text.contains("Prov Ekonom Ändrat"), "{text}");
    let case = case.expect("efter sista dagen 31 mars 2023").expect("AO22-1440-R1");
    assert_eq!(case.fact("Rekvirerat"), "381 308 kr");
    assert_eq!(case.fact("Konto"), "Bankgiro 991-2346");
    officer.get("/granskning/redovisningar").expect("efter sista dagen");
    officer.get("/granskning/redovisningar?overenskommelse=aldreomsorg-2021").expect_not("AO22");
}

#[test]
fn a_return_reaches_the_recipient_with_its_remarks_and_nothing_is_approved_meanwhile() {
    let portal = Portal::new();
    let filing = Filing::of(&portal, "Ale", AO21);
    let id = filing.submit();
    let officer = portal.officer();
    let case = officer.get(&report_case(id));
    let back = case.form("/komplettering");
    let empty = back.clone().set("remark_costs_bas", "Bifoga underlaget.").submit().expect_status(422);
    assert!(empty.error_at("message").contains("Meddelandet saknas"));
    assert_eq!(empty.value_of("remark_costs_bas"), "Bifoga underlaget.");

    let back = empty
        .form("/komplettering")
        .set("message", "Se anmärkningarna.")
        .set("remark_items_bas", "Dela upp lönerna.")
        .set("remark_alternative", "Vem har intygat?")
        .set("remark_email", "Adressen studsar.");
    back.submit().expect("Återsänd").expect("Bifoga underlaget.").expect("Vem har intygat?");
    back.submit().expect_status(200).expect("Återsänd");
    let report = seen_by_recipient(&portal, id, "Ale");
    let returned = report.returned().expect("returned");
    assert_eq!(returned.message, "Se anmärkningarna.");
    let fields: Vec<&str> = returned.remarks.iter().map(|remark| remark.field.as_str()).collect();
    assert_eq!(fields, ["email", "costs_bas", "items_bas", "alternative"]);

    let late = case.form("/godkannande").submit().expect_status(409);
    late.expect("Det går inte nu: redovisningen är återsänd för komplettering.");
    officer.get("/granskning/redovisningar?visa=atersanda").expect("AO21-1440-E1");

    portal.at("2022-03-20 09:00:00");
    let filing = filing.costs("310 000");
    filing.fill_and_issue(id);
    filing.certify(id);
    officer.get("/granskning/redovisningar?visa=underskrift").expect("AO21-1440-E1");
    filing.sign(id);
    let case = officer.get(&report_case(id)).expect("Efter begärd komplettering: Se anmärkningarna.");
    let case = case
        .expect("310 000 kr")
        .expect("Version 2 (inlämnad)")
        .expect("15 mars 2022 kl. 09.00 svensk tid, i tid");
    case.form("/godkannande").submit().expect("Godkänd");
}

#[test]
fn an_approved_report_is_opened_for_correction_with_a_reason() {
    let portal = Portal::new();
    let filing = Filing::of(&portal, "Ale", AO21);
    let id = filing.submit();
    let officer = portal.officer();
    let approved = officer.get(&report_case(id)).form("/godkannande").submit().expect("Godkänd");
    approved.form("/rattelse").submit().expect_status(422).expect("Skälet saknas");
    let long = "x".repeat(1_001);
    let too_long = approved.form("/rattelse").set("reason", &long).submit().expect_status(422);
    assert_eq!(too_long.value_of("reason"), long);
    let correct = approved.form("/rattelse").set("reason", "En faktura räknades två gånger");
    let open = correct.submit().expect("Rättelse pågår").expect("En faktura räknades två gånger.");
    assert!(!open.has_form("/godkannande") && !open.has_form("/rattelse"));
    correct.submit().expect_status(200).expect("Rättelse pågår");
    officer.get("/granskning/redovisningar?visa=godkanda").expect("Rättelse pågår");

    portal.at("2022-03-20 09:00:00");
    let filing = filing.costs("250 000");
    filing.fill_and_issue(id);
    filing.certify(id);
    filing.sign(id);
    let case = officer.get(&report_case(id)).expect("Rättelse: En faktura räknades två gånger");
    let approved = case.form("/godkannande").submit().expect("Godkänd");
    assert_eq!(approved.fact("Godkända kostnader"), "250 000 kr");
    approved.expect("Rättelse: En faktura räknades två gånger");
}

#[test]
fn the_signed_original_is_registered() {
    let portal = Portal::new();
    let id = Filing::of(&portal, "Ale", AO21).await_signature();
    let officer = portal.officer();
    portal.at("2022-04-04 10:00:00");
    officer.get("/granskning/redovisningar?visa=underskrift").expect("AO21-1440-E1").expect_not("Välj");
    let case = officer.get(&report_case(id)).expect("Version 1 är inte underskriven än.");
    let form = case.form("/original").set("arrived", "2022-04-05");
    let unscanned = form.submit().expect_status(422);
    assert!(unscanned.error_at("file").contains("R115"));
    assert_eq!(unscanned.value_of("arrived"), "2022-04-05");
    let form = form.file("file", "original.pdf", crate::files::PDF.to_vec());
    let future = form.submit().expect_status(422);
    assert!(future.error_at("arrived").contains("R114"));
    assert_eq!(future.value_of("arrived"), "2022-04-05");
    let original = form.set("arrived", "2022-04-01");
    original.submit().expect("Inlämnad").expect("1 april 2022, efter sista dagen 31 mars 2022");
    original.submit().expect_status(200).expect("Inlämnad");
    // Whoever registered it does not approve it, and whoever does sees the scan.
    let own = officer.get(&report_case(id)).expect("original.pdf");
    own.form("/godkannande").submit().expect_status(409).expect("En annan handläggare godkänner den.");
    let other = second_officer(&portal).get(&report_case(id)).expect("original.pdf");
    other.form("/godkannande").submit().expect("Godkänd");
}

#[test]
fn of_two_officers_at_once_one_decides_and_the_other_is_told() {
    let portal = Portal::new();
    let id = Filing::of(&portal, "Ale", AO21).submit();
    let (one, other) = (portal.officer(), second_officer(&portal));
    let approve = one.get(&report_case(id)).form("/godkannande");
    let back = other.get(&report_case(id)).form("/komplettering").set("message", "Inte än.");
    let pages = at_once([approve, back]);
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let told = pages.iter().find(|page| page.status == 409).unwrap().text();
    assert!(told.contains("Det går inte nu: redovisningen är"), "{told}");

    let id = Filing::of(&portal, "Alingsås", AO21).submit();
    let take = |browser: &crate::browser::Browser| {
        let page = browser.get(&report_case(id));
        let me = page.html();
        let (_, me) = me.split_once("name=\"officer\" value=\"").unwrap();
        page.form("/handlaggare").set("officer", &me[..36])
    };
    let pages = at_once([take(&one), take(&other)]);
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);

    // What was typed for a decision that somebody else took is shown, to be copied.
    let page = one.get(&report_case(id));
    let late = page.form("/komplettering").set("message", "Min text.").set("remark_city", "Fel ort.");
    other.get(&report_case(id)).form("/godkannande").submit().expect("Godkänd");
    late.submit().expect_status(409).expect("Min text.").expect("Fel ort.");
}

#[test]
fn strangers_find_nothing() {
    let portal = Portal::new();
    let id = Filing::of(&portal, "Ale", AO21).submit();
    let attachment = portal.officer().get(&report_case(id)).follow("underlag.pdf").address;
    let roles = [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer];
    let other = portal.sign_in("Socialstyrelsen", &roles, "Handläggare");
    for address in [report_case(id), format!("{}/blankett.pdf", report_case(id)), attachment] {
        other.get(&address).expect_status(404).expect_not("Ale");
        portal.preparer("Ale").get(&address).expect_status(403);
        let reader = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
        reader.get(&address).expect_status(404).expect_not("Ale");
    }
    other.get("/granskning/redovisningar?visa=alla").expect_not("AO21-1440");
    // Whoever only looks is shown no decision.
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let seen = payer.get(&report_case(id)).expect_status(200);
    assert!(!seen.has_form("/godkannande") && !seen.has_form("/komplettering"));
}

#[test]
fn the_list_of_who_answered_the_survey_is_read_in_and_differs_from_what_a_report_says() {
    let portal = Portal::new();
    let id = Filing::of(&portal, "Ale", AO21).submit();
    let officer = portal.officer();
    officer.get(&report_case(id)).expect_not("finns inte i er lista");
    let page = officer.get("/overenskommelser/aldreomsorg-2021").follow("Lista över enkätsvar");
    let form = page.expect("Ingen lista är inläst än.").form("/enkat/aldreomsorg-2021");
    let pasted = "kommunkod;namn\n1489;Alingsås\n180;Stockholm\n9999\nSKR";
    let bad = form.clone().set("lista", pasted).submit().expect_status(422);
    let error = bad.error_at("lista");
    assert!(error.contains("Rad 3: ”180” saknar den inledande nollan"), "{error}");
    assert!(error.contains("Rad 4:") && error.contains("Rad 5: SKR"), "{error}");
    assert_eq!(bad.value_of("lista"), pasted);

    let list = bad.form("/aldreomsorg-2021").set("lista", "kommunkod\n1489\n0180\n1489");
    let read = list.submit().expect_status(200).expect("2 av 290 kommuner").expect("Handläggare");
    assert!(read.html().contains("2 kommuner har svarat. 1 rad var en dubblett"), "{}", read.html());
    // A double click reads it in once.
    list.submit().expect_status(200).expect("2 av 290 kommuner");
    officer.get("/overenskommelser/aldreomsorg-2021").expect("Listan över enkätsvar lästes in");
    let told = officer.get("/overenskommelser/aldreomsorg-2021").text();
    assert_eq!(told.matches("Listan över enkätsvar lästes in").count(), 1);
    let other = form
        .set("lista", "1440")
        .submit()
        .expect_status(409)
        .expect("Handläggare i Kammarkollegiet har sparat medan du skrev");
    assert_eq!(other.value_of("lista"), "1440");

    let case = officer.get(&report_case(id)).expect("men finns inte i er lista över dem som har svarat");
    other.form("/aldreomsorg-2021").submit().expect("1 av 290 kommuner");
    officer.get(&report_case(id)).expect_not("finns inte i er lista");
    case.form("/godkannande").submit().expect("Godkänd");

    let roles = [Role::CaseOfficer];
    let stranger = portal.sign_in("Socialstyrelsen", &roles, "Handläggare");
    stranger.get("/granskning/enkat/aldreomsorg-2021").expect_status(404);
    stranger.get("/overenskommelser/aldreomsorg-2021").expect_not("Lista över enkätsvar");
    portal.preparer("Ale").get("/granskning/enkat/aldreomsorg-2021").expect_status(403);
}

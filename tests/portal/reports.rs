//! The financial report through its pages: filled in, certified, signed, corrected, and everything that is refused.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, at_once},
    portal::{PASSWORD, Portal},
    steps::{
        approve_and_pay, begin_report, certificate, certify, fill_report, hand_in_report, issue,
        issue_report, paid, sign,
    },
};

/// Ale's 381 308 kr of 2022, paid out.
fn ale() -> (Portal, String) {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "381 308");
    (portal, grant)
}

/// A report with these costs that waits for its certificate; gives its address.
fn issued(portal: &Portal, grant: &str, costs: &str) -> String {
    let form = begin_report(&portal.preparer("Ale"), grant);
    issue_report(&fill_report(&form, costs).submit())
        .expect("Nästa steg: intyg (Ekonomichef/verksamhetschef)")
        .address
}

#[test]
fn a_report_opens_when_the_grant_is_paid() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let requisition = issue(&preparer, "bas", "381 308").address;
    let grant = preparer.get("/bidrag").follow("Äldreomsorg").address;
    assert!(!preparer.get(&grant).has_form("/redovisning"));
    preparer.get(&grant).expect_not("Att redovisa");
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    approve_and_pay(&portal, &requisition);
    let page = preparer.get(&grant).expect("Att redovisa").expect("senast 31 mars 2023");
    let form = page.form("/redovisning").submit();
    form.expect("Bidrag som erhållits av regeringen/Regeringskansliet 381 308 kr")
        .expect("Summa bidrag som utbetalats från regeringen/Regeringskansliet 381 308 kr");
}

#[test]
fn a_report_that_is_begun_twice_is_one() {
    let (portal, grant) = ale();
    let form = portal.preparer("Ale").get(&grant).form("/redovisning");
    let pages = at_once([form.clone(), form]);
    let report = |address: &str| address.split('/').nth(2).unwrap().to_owned();
    assert_eq!(report(&pages[0].address), report(&pages[1].address));
}

#[test]
fn what_is_unspent_is_computed_and_said_at_every_step() {
    let (portal, grant) = ale();
    let form = begin_report(&portal.preparer("Ale"), &grant);
    let saved = fill_report(&form, "300 000").set("handling", "spara").submit();
    let saved = saved
        .expect("Utkastet är sparat")
        .expect("Medel som inte har förbrukats (Bidrag – totala kostnader) 81 308 kr");
    let check = fill_report(&saved, "300 000").submit();
    assert_eq!(check.fact("Inte förbrukat"), "81 308 kr");
    assert_eq!(check.fact("Att betala tillbaka"), "81 308 kr");
}

#[test]
fn a_deficit_is_a_deficit_and_gives_nothing_to_repay() {
    let (portal, grant) = ale();
    let form = begin_report(&portal.preparer("Ale"), &grant);
    let check = fill_report(&form, "400 000").submit().expect("(R402)");
    assert_eq!(check.fact("Underskott"), "18 692 kr");
    assert_eq!(check.fact("Att betala tillbaka"), "0 kr");
    check.form("/kontroll").submit().expect_status(422).expect("Bekräfta att du har kontrollerat");
}

#[test]
fn wrong_costs_are_told_at_their_field_and_kept() {
    let (portal, grant) = ale();
    let mut page = begin_report(&portal.preparer("Ale"), &grant);
    for (typed, told) in [
        ("-5", "negativt"),
        ("300 000,50", "hela kronor"),
        ("tjugo", "bokstäver"),
        ("300.000", "kan betyda olika saker"),
        ("", "saknas"),
    ] {
        page = fill_report(&page, typed).submit().expect_status(422);
        assert!(page.error_at("costs_bas").contains(told), "{typed}: {}", page.error_at("costs_bas"));
        assert_eq!(page.value_of("costs_bas"), typed);
    }
}

#[test]
fn items_sum_to_the_costs() {
    let (portal, grant) = ale();
    let form = begin_report(&portal.preparer("Ale"), &grant);
    let itemised = |page: &crate::browser::Page, costs: &str| {
        fill_report(page, costs)
            .set("item_bas_0_text", "Projektledare")
            .set("item_bas_0_amount", "200 000")
            .set("item_bas_1_text", "Trygghetslarm")
            .set("item_bas_1_amount", "50 000")
    };
    let page = itemised(&form, "300 000").submit().expect_status(422);
    assert!(page.error_at("costs_bas").contains("50 000 kr mindre än summan"), "{}", page.text());
    let page = itemised(&page, "").set("item_bas_1_text", "").submit().expect_status(422);
    assert!(!page.error_at("item_bas_1_text").is_empty());
    assert_eq!(page.value_of("item_bas_1_amount"), "50 000");
    let check = itemised(&page, "").submit().expect("Varav Projektledare");
    assert_eq!(check.fact("Kostnader"), "250 000 kr");
    // More rows than the page shows at first.
    let more = itemised(&begin_again(&portal, &check.address), "").set("handling", "rader").submit();
    assert_eq!(more.value_of("item_bas_4_text"), "");
}

fn begin_again(portal: &Portal, check: &str) -> crate::browser::Page {
    portal.preparer("Ale").get(&check.replace("/kontroll", "/uppgifter"))
}

#[test]
fn certificate_and_signature_are_by_two_people() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    let both = portal.sign_in("Ale", &[Role::FinanceHead, Role::Signatory], "Anna Och");
    certify(&both, &report).expect("(Alt 1)");
    let page = both.get(&format!("{report}/underskrift")).expect("Du har intygat redovisningen");
    let asked = page.form("/underskrift").set("password", PASSWORD).submit().expect_status(422);
    assert!(asked.error_at("alone").contains("R316"));
    let signatory = portal.signatory("Ale");
    let form = signatory.get(&format!("{report}/underskrift")).form("/underskrift").set("password", PASSWORD);
    // With a form of another's browser it is refused just the same.
    let csrf = both.get(&report).form("/atertagande").value_of("csrf").to_owned();
    form.clone().set("csrf", &csrf).sent_by(&both).submit().expect_status(422);
    form.submit().expect("Kvitto på inlämnad ekonomisk redovisning");
}

/// That two people certify and sign is the portal's own rule: it stops nobody who has no other.
#[test]
fn whoever_is_alone_certifies_and_signs_with_a_reason_that_the_reviewer_reads() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    let both = portal.sign_in("Ale", &[Role::FinanceHead, Role::Signatory], "Anna Och");
    certify(&both, &report).expect_status(200);
    let reason = "Ekonomichefen är den enda som får teckna kommunens firma.";
    let form = both.get(&format!("{report}/underskrift")).form("/underskrift").set("alone", reason);
    let wrong = form.clone().set("password", "fel").submit().expect_status(422);
    assert_eq!(wrong.value_of("alone"), reason);
    form.set("password", PASSWORD)
        .submit()
        .expect("Kvitto")
        .expect("Samma person har intygat")
        .expect(reason);
    let case = portal.officer().get("/granskning/redovisningar").follow("AO22-1440-E1");
    case.expect("Samma person har intygat och skrivit under").expect(reason);
}

/// Deviations and measures are to be in the report whichever alternative is chosen (2022 §7.1).
#[test]
fn deviations_under_alt_1_reach_the_reviewer() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    let form = certificate(&portal.finance_head("Ale"), &report).set("alternative", "1");
    form.set("deviations", "En faktura kom i januari.")
        .set("measures", "Rutinen är ändrad.")
        .submit()
        .expect("Alt 1");
    sign(&portal.signatory("Ale"), &report).expect("Kvitto");
    let case = portal.officer().get("/granskning/redovisningar").follow("AO22-1440-E1");
    case.expect("Alt 1, med avvikelser").expect("En faktura kom i januari.").expect("Rutinen är ändrad.");
}

#[test]
fn alt_2_needs_deviations_and_can_be_handed_in() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    let head = portal.finance_head("Ale");
    let form = certificate(&head, &report);
    let page = form.submit().expect_status(422);
    assert!(page.error_at("alternative").contains("R306"));
    let page = form.clone().set("alternative", "2").submit().expect_status(422);
    assert!(page.error_at("deviations").contains("R307"));
    let wrong = form.clone().set("alternative", "1").set("password", "fel").submit().expect_status(422);
    assert!(wrong.error_at("password").contains("fel"));
    form.set("alternative", "2").set("deviations", "Två fakturor saknas.").submit().expect("(Alt 2)");
    sign(&portal.signatory("Ale"), &report).expect("Kvitto").expect("Granskad enligt Alt 2");
    portal.preparer("Ale").get(&report).expect("Två fakturor saknas.");
}

#[test]
fn figures_that_changed_a_second_earlier_are_not_certified() {
    let (portal, grant) = ale();
    let preparer = portal.preparer("Ale");
    let report = issued(&portal, &grant, "300 000");
    let head = portal.finance_head("Ale");
    let stale = certificate(&head, &report).set("alternative", "1");
    let form = preparer.get(&report).form("/atertagande").submit();
    stale.submit().expect_status(409);
    let changed = issue_report(&fill_report(&form, "310 000").submit());
    stale.submit().expect_status(409);
    changed.expect("Väntar på intyg");
}

#[test]
fn a_certificate_holds_through_other_changes_and_falls_with_section_3() {
    let (portal, grant) = ale();
    let preparer = portal.preparer("Ale");
    let report = issued(&portal, &grant, "300 000");
    certify(&portal.finance_head("Ale"), &report).expect("Väntar på underskrift");
    let form = preparer.get(&report).form("/atertagande").submit();
    let check = fill_report(&form, "300 000").set("contact_person", "Någon Annan").submit();
    let check = check.expect("Intyget gäller och redovisningen går direkt till underskrift");
    issue_report(&check).expect("Väntar på underskrift");
    let form = preparer.get(&report).form("/atertagande").submit();
    let check = fill_report(&form, "300 001").submit().expect("Intyget gäller inte längre");
    issue_report(&check).expect("Väntar på intyg").expect("intyget upphörde eftersom punkt 3 har ändrats");
}

#[test]
fn a_colleague_who_saved_in_between_is_not_overwritten() {
    let (portal, grant) = ale();
    let form = begin_report(&portal.preparer("Ale"), &grant);
    let mine = fill_report(&form, "300 000").set("handling", "spara");
    let theirs = fill_report(&form, "200 000").set("handling", "spara");
    theirs.submit().expect_status(200);
    let page = mine.submit().expect_status(409).expect("har sparat medan du skrev");
    assert_eq!(page.beside("Summa kostnader"), ["300 000", "200 000"]);
    assert_eq!(page.value_of("costs_bas"), "300 000");
    // The same text sent twice is no conflict.
    theirs.submit().expect_status(200);
}

#[test]
fn a_report_signed_twice_is_handed_in_once() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    certify(&portal.finance_head("Ale"), &report);
    let signatory = portal.signatory("Ale");
    let form = signatory.get(&format!("{report}/underskrift")).form("/underskrift").set("password", PASSWORD);
    for page in at_once([form.clone(), form.clone(), form]) {
        page.expect_status(200).expect("Kvitto");
    }
    let lines = signatory.get(&report).text().matches("skrevs under och lämnades in").count();
    assert_eq!(lines, 1);
}

#[test]
fn an_approved_report_is_corrected_by_a_new_version_and_the_old_one_stays() {
    let (portal, grant) = ale();
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    approve(&portal, &report);
    let preparer = portal.preparer("Ale");
    let page = preparer.get(&report).expect("81 308 kr ska betalas tillbaka");
    page.form("/rattelse").submit().expect_status(422);
    let form = page.form("/rattelse").set("reason", "En faktura kom sent.").submit();
    let form = form.expect("Rättelse av en godkänd redovisning").expect("En faktura kom sent.");
    preparer.get(&grant).expect("Gör klart rättelsen").expect("Att återbetala 81 308 kr");
    let check = fill_report(&form, "381 308").submit();
    issue_report(&check).expect("Väntar på intyg");
    certify(&portal.finance_head("Ale"), &report);
    sign(&portal.signatory("Ale"), &report).expect("Kvitto");
    preparer.get(&grant).expect("Att återbetala 81 308 kr");
    approve(&portal, &report);
    preparer.get(&grant).expect("Avslutat").expect("inget ska betalas tillbaka");
    preparer.get(&report).expect("Version 1,").expect("Kostnader 300 000 kr av 381 308 kr");
}

#[test]
fn a_correction_can_be_given_up() {
    let (portal, grant) = ale();
    let report = hand_in_report(&portal, "Ale", &grant, "381 308");
    approve(&portal, &report);
    let preparer = portal.preparer("Ale");
    preparer.get(&report).form("/rattelse").set("reason", "Fel").submit();
    preparer
        .get(&report)
        .form("/rattelse/avbrott")
        .submit()
        .expect("Godkänd")
        .expect_not("En rättelse pågår");
    preparer.get(&grant).expect("Avslutat");
}

fn approve(portal: &Portal, report: &str) {
    let case = report.replace("/redovisningar/", "/granskning/redovisningar/");
    portal.officer().get(&case).form("/godkannande").submit().expect_status(200).expect("Godkänd");
}

#[test]
fn files_go_with_the_report_and_what_was_handed_in_stays() {
    let (portal, grant) = ale();
    let preparer = portal.preparer("Ale");
    let form = begin_report(&preparer, &grant);
    let check = fill_report(&form, "300 000").submit();
    let pdf = crate::files::pdf("underlag");
    check.form("/bilagor").submit().expect_status(422).expect("Välj en fil att bifoga");
    check.form("/bilagor").file("file", "a.pdf", b"MZ".to_vec()).submit().expect_status(422);
    let check = check.form("/bilagor").file("file", "huvudbok.pdf", pdf.clone()).submit();
    let check = check.expect("huvudbok.pdf");
    // Sent twice it is there once.
    let check = check.form("/bilagor").file("file", "huvudbok.pdf", pdf).submit();
    assert_eq!(check.text().matches("huvudbok.pdf (").count(), 1, "{}", check.text());
    let removed = check.form("/borttagning").submit().expect_not("huvudbok.pdf");
    let check = removed.form("/bilagor").file("file", "konto.pdf", crate::files::pdf("konto")).submit();
    let report = issue_report(&check).expect("konto.pdf").address;
    let file = preparer.get(&report).follow("konto.pdf");
    assert_eq!(file.bytes, crate::files::pdf("konto"));
    portal.preparer("Lund").get(&file.address).expect_status(404);
}

#[test]
fn another_municipality_finds_no_report() {
    let (portal, grant) = ale();
    let report = issued(&portal, &grant, "300 000");
    let strangers: [(Browser, &[&str]); 3] = [
        (portal.preparer("Lund"), &["", "/uppgifter", "/kontroll", "/kvitto", "/blankett.pdf"]),
        (portal.finance_head("Lund"), &["/intyg"]),
        (portal.signatory("Lund"), &["/underskrift"]),
    ];
    for (stranger, pages) in strangers {
        for page in pages {
            stranger.get(&format!("{report}{page}")).expect_status(404);
        }
    }
    portal.officer().get(&format!("/granskning{report}")).expect_status(404);
}

#[test]
fn the_report_as_pdf_says_what_was_certified_and_signed() {
    let (portal, grant) = ale();
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    let preparer = portal.preparer("Ale");
    let form = text_of(&preparer.get(&format!("{report}/blankett.pdf")).bytes);
    for said in
        ["Ekonomisk redovisning", "AO22-1440-E1", "300 000 kr", "81 308 kr", "Ekonomichef i Ale", "Alt 1"]
    {
        assert!(form.contains(&squeezed(said)), "«{said}» is not in: {form}");
    }
    // Bilaga 2, the right column: every section and label, word for word and in its order.
    let definition = include_str!("../../agreements/aldreomsorg-2022/agreement.toml");
    let paper = bidragsporten::terms::agreement::definition::parse("agreement.toml", definition)
        .unwrap()
        .forms
        .report;
    let mut rest = form.as_str();
    for section in &paper.sections {
        for label in std::iter::once(&section.title).chain(section.fields.iter().map(|field| &field.label)) {
            let at = rest.find(&squeezed(label));
            rest = &rest[at.unwrap_or_else(|| panic!("«{label}» does not follow: {rest}"))..];
        }
    }
    let receipt = text_of(&preparer.get(&format!("{report}/kvitto.pdf")).bytes);
    assert!(receipt.contains(&squeezed("Granskad enligt Alt 1")), "{receipt}");
}

#[test]
fn a_report_begun_before_and_finished_after_the_last_day_is_taken_and_told_to_be_late() {
    let (portal, grant) = ale();
    portal.at("2023-03-31 23:59:59");
    let report = issued(&portal, &grant, "300 000");
    certify(&portal.finance_head("Ale"), &report);
    portal.preparer("Ale").get(&grant).expect_not("Den dagen har passerat");
    portal.at("2023-04-01 00:00:00");
    portal.preparer("Ale").get(&grant).expect("Den dagen har passerat");
    sign(&portal.signatory("Ale"), &report).expect("Kvitto");
    portal.preparer("Ale").get(&report).expect("efter sista dagen");
}

#[test]
fn a_report_that_came_in_on_the_last_second_is_in_time() {
    let (portal, grant) = ale();
    portal.at("2023-03-31 23:59:59");
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    portal.at("2023-04-01 00:00:00");
    portal.preparer("Ale").get(&report).expect_not("efter sista dagen");
}

#[test]
fn two_posts_are_one_report_each_accounted_for() {
    let portal = Portal::new();
    let grant = paid(&portal, "Borås", "1 000 000");
    let extra = issue(&portal.preparer("Borås"), "modell", "1 500 000").address;
    sign(&portal.signatory("Borås"), &extra).expect_status(200);
    approve_and_pay(&portal, &extra);
    let form = begin_report(&portal.preparer("Borås"), &grant).expect("medel i 2 poster");
    let check = fill_report(&form, "1 100 000").set("costs_modell", "1 200 000").submit();
    // A deficit in one post pays nothing of the other.
    assert_eq!(check.fact("Att betala tillbaka"), "300 000 kr");
    assert_eq!(check.fact("Inte förbrukat"), "200 000 kr");
    check.expect("– Stöd till modellkommuner 300 000 kr").expect("−100 000 kr");
}

#[test]
fn who_requisitioned_nothing_owes_no_report() {
    let portal = Portal::new();
    portal.at("2022-12-02 00:00:00");
    portal
        .preparer("Ale")
        .get("/bidrag")
        .expect("Inget att redovisa")
        .expect("Ni ska därför inte lämna någon redovisning");
}

/// What a PDF says, without its white space: where lines break is the typesetter's.
fn text_of(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    squeezed(&document.extract_text(&pages).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

#[test]
fn a_payment_that_a_report_without_costs_accounts_for_is_not_put_right() {
    let (portal, grant) = ale();
    let report = hand_in_report(&portal, "Ale", &grant, "0");
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let payment = payer.get("/utbetalningar?visa=utbetalda").follow("Visa").address;
    payer.get(&payment).expect("mottagaren har lämnat in en ekonomisk redovisning");
    approve(&portal, &report);
    portal.preparer("Ale").get(&grant).expect("Betala tillbaka 381 308 kr");
}

#[test]
fn what_is_attached_to_a_completion_is_the_recipients_own_until_it_is_handed_in() {
    let (portal, grant) = ale();
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    let case = report.replace("/redovisningar/", "/granskning/redovisningar/");
    let officer = portal.officer();
    let form = officer.get(&case).form("/komplettering").set("message", "Bifoga huvudboken.");
    form.submit().expect("Återsänd");
    portal.at("2022-03-16 09:00:00");
    let preparer = portal.preparer("Ale");
    let check = fill_report(&preparer.get(&format!("{report}/uppgifter")), "300 000").submit();
    let check = check.form("/bilagor").file("file", "huvudbok.pdf", crate::files::pdf("hemlig")).submit();
    let file = check.follow("huvudbok.pdf").address.replace("/redovisningar/", "/granskning/redovisningar/");
    officer.get(&case).expect_not("huvudbok.pdf");
    officer.get(&file).expect_status(404);
    issue_report(&check).expect("Väntar på underskrift");
    sign(&portal.signatory("Ale"), &report).expect("Kvitto");
    officer.get(&case).expect("huvudbok.pdf");
    officer.get(&file).expect_status(200);
}

#[test]
fn what_is_unspent_can_be_paid_back_before_the_report_is_approved() {
    let (portal, grant) = ale();
    let preparer = portal.preparer("Ale");
    let page = format!("{grant}/aterbetalning");
    assert!(!preparer.get(&page).text().contains("OCR-nummer"));
    hand_in_report(&portal, "Ale", &grant, "300 000");
    let told = preparer.get(&page);
    assert_eq!(told.fact("Preliminärt belopp"), "81 308 kr");
    assert!(told.fact("OCR-nummer").len() > 8);
}

#[test]
fn what_is_paid_out_after_the_approval_is_to_be_accounted_for_too() {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "300 000");
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    approve(&portal, &report);
    let preparer = portal.preparer("Ale");
    preparer.get(&grant).expect("Avslutat");
    let rest = issue(&preparer, "bas", "81 308").address;
    sign(&portal.signatory("Ale"), &rest).expect_status(200);
    approve_and_pay(&portal, &rest);
    preparer.get(&grant).expect("Rätta redovisningen så att den omfattar hela bidraget");
    preparer.get(&report).expect("Mer har betalats ut sedan dess");
}

#[test]
fn a_report_that_waits_when_more_is_paid_out_is_not_approved_as_it_is() {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "300 000");
    let report = hand_in_report(&portal, "Ale", &grant, "250 000");
    let rest = issue(&portal.preparer("Ale"), "bas", "81 308").address;
    sign(&portal.signatory("Ale"), &rest).expect_status(200);
    approve_and_pay(&portal, &rest);
    let case = report.replace("/redovisningar/", "/granskning/redovisningar/");
    let refused = portal.officer().get(&case).form("/godkannande").submit();
    refused.expect_status(409).expect("Det utbetalda beloppet har ändrats");
}

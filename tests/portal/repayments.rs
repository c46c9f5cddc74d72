//! What a recipient owes back, from the approved report to a grant that is closed.

use bidragsporten::{
    grants::grant::{self, Account, Entry, Grant},
    ground::infra::db::DbError,
    people::access::Role,
    terms::agreement,
};
use chrono::Utc;
use values::{Id, Money};

use crate::{
    browser::{Browser, Page, at_once},
    filed_reports::{Filing, report_case},
    portal::Portal,
};

const AGREEMENT: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2021";

/// This much of Ale's share of 2021 is paid out, and a report of these costs is approved.
fn paid_and_reported(portal: &Portal, recipient: &str, paid_out: i64, costs: i64) -> Id<Grant> {
    let grant = paid(portal, recipient, paid_out);
    report(portal, recipient, costs);
    grant
}

/// Money in the ledger: the round of 2021 can no longer be requisitioned.
fn paid(portal: &Portal, recipient: &str, kronor: i64) -> Id<Grant> {
    let recipient = recipient.to_owned();
    portal
        .db
        .write_now(|connection| {
            let agreement = agreement::store::find_by_slug(connection, "aldreomsorg-2021")?.expect("shipped");
            let all = grant::store::recipients_of(connection, agreement.id)?;
            let (grant, _) = all.into_iter().find(|(_, known)| known.name == recipient).expect("known");
            post(connection, grant, Account::PaidOut, kronor)?;
            Ok::<_, DbError>(grant)
        })
        .unwrap()
}

fn report(portal: &Portal, recipient: &str, kronor: i64) {
    let costs = kronor.to_string();
    let report = Filing::of(portal, recipient, "aldreomsorg-2021").costs(&costs).submit();
    portal.officer().get(&report_case(report)).form("/godkannande").submit().expect("Godkänd");
}

fn post(
    connection: &mut bidragsporten::ground::infra::db::AnyConnection,
    grant: Id<Grant>,
    account: Account,
    kronor: i64,
) -> Result<(), DbError> {
    let entry = Entry { post: "bas".to_owned(), account, amount: Money::kronor(kronor) };
    grant::store::post_entry(connection, grant, &entry, None, Utc::now())
}

fn payment_officer(portal: &Portal) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare")
}

fn statement(recipient: &Browser) -> Page {
    recipient.get(&format!("{}/aterbetalning", recipient.get("/bidrag").follow(AGREEMENT).address))
}

fn ocr_of(statement: &Page) -> String {
    statement.fact("OCR-nummer").split(' ').next().unwrap().to_owned()
}

fn register(officer: &Browser, amount: &str, reference: &str) -> Page {
    officer
        .get("/aterbetalningar/ny")
        .form("/aterbetalningar/ny")
        .set("received_on", "2022-03-14")
        .set("amount", amount)
        .set("reference", reference)
        .set("payer", "Kommunen")
        .submit()
}

#[test]
fn a_part_then_the_rest_and_the_grant_is_closed() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let owed = statement(&ale).expect("100 000 kr att betala tillbaka senast 31 mars 2022 (16 dagar kvar)");
    assert!(owed.fact("Till konto").contains("inte angett något konto än"));
    let ocr = ocr_of(&owed);
    officer.get("/aterbetalningar").expect("Att återbetala (1)").expect("AO21-1440").expect("16 dagar kvar");

    let part = register(&officer, "40 000,50", &ocr).expect_status(200);
    part.expect("kopplad till Ale kommun").expect("59 999,50 kr");
    officer.get("/aterbetalningar?visa=delvis").expect("Delvis återbetalt").expect("40 000,50 kr");
    statement(&ale).expect("Kvar att återbetala 59 999,50 kr").expect("40 000,50 kr");

    register(&officer, "59 999,50", &ocr).expect("Bidraget är avslutat");
    officer.get("/aterbetalningar").expect("Ingen har något kvar att återbetala");
    officer.get("/aterbetalningar?visa=avslutade").expect("AO21-1440").expect("Återbetalt");
    statement(&ale).expect("Allt är återbetalt. Bidraget är avslutat.").expect_not("Att betala");
    // One line each, in the grant's own history.
    let grant =
        ale.get("/bidrag").follow(AGREEMENT).expect("Återbetalning kom in (40 000,50 kr, 14 mars 2022");
    grant.expect("kvar att återbetala: 0 kr");
}

#[test]
fn days_left_become_days_late() {
    let portal = Portal::new();
    let ale = portal.preparer("Ale");
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    portal.at("2022-03-31 23:59:59");
    statement(&ale).expect("sista dagen är i dag").expect_not("har passerat");
    portal.at("2022-04-01 00:00:00");
    statement(&ale).expect("1 dag sen").expect("Sista dagen har passerat");
}

#[test]
fn what_is_too_much_goes_back_to_the_recipient() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    let grant = paid_and_reported(&portal, "Ale", 381_000, 281_000);
    register(&officer, "150 000", &ocr_of(&statement(&ale))).expect_status(200);
    statement(&ale).expect("Ni har betalat in 50 000 kr för mycket").expect("Bidraget är avslutat");
    let page = officer.get("/aterbetalningar?visa=for-mycket").expect("150 000 kr").expect("50 000 kr");
    let page = page.follow("AO21-1440");
    // All that came in, wherever it is shown.
    let of_recipient = ale.get(&format!("/bidrag/{grant}"));
    let of_review = portal.officer().get(&format!("/granskning/bidrag/{grant}"));
    for shown in [&page, &statement(&ale), &of_recipient, &of_review] {
        assert_eq!(shown.fact("Återbetalt"), "150 000 kr", "{}", shown.address);
        assert_eq!(shown.fact("Kvar att återbetala"), "0 kr", "{}", shown.address);
        assert_eq!(shown.fact("För mycket inbetalt"), "50 000 kr", "{}", shown.address);
    }

    let form = page.form("/overskott").set("paid_on", "2022-03-15");
    let above = form.clone().set("amount", "50 000,01").submit().expect_status(422);
    assert!(above.error_at("amount").contains("Högst 50 000 kr"), "{}", above.error_at("amount"));
    let future = form.clone().set("paid_on", "2022-03-16").submit().expect_status(422);
    assert!(future.error_at("paid_on").contains("(R701)"));
    let part = form.clone().set("amount", "20 000").submit().expect("är registrerad");
    part.expect("30 000 kr");
    // The same page sent again is the same return.
    form.clone().set("amount", "20 000").submit().expect("är registrerad").expect("30 000 kr");
    // From another page with the same day, amount and reference: asked, and with the answer another return.
    let again = officer.get(&format!("/aterbetalningar/bidrag/{grant}")).form("/overskott");
    let again = again.set("paid_on", "2022-03-15").set("amount", "20 000").submit().expect_status(422);
    assert!(again.error_at("is_another").contains("till Ale kommun, 15 mars 2022"), "{}", again.text());
    let twice = again.form("/overskott").set("is_another", "ja").set("amount", "-20 000").submit();
    assert!(twice.expect_status(422).error_at("amount").contains("Skriv vad ni har betalat till mottagaren"));
    let rest = officer.get(&format!("/aterbetalningar/bidrag/{grant}")).form("/overskott");
    assert_eq!(rest.value_of("amount").replace('\u{a0}', " "), "30 000");
    let all = rest.set("paid_on", "2022-03-15").submit().expect_status(200);
    assert!(!all.has_form("/overskott"));
    statement(&ale).expect("Tillbaka till er").expect_not("för mycket");

    // What was returned must have come in.
    let came_in = officer.get("/aterbetalningar?visa=alla&sok=150 000").follow("Kommunen");
    let refused = came_in.form("/bortforing").set("reason", "Fel.").submit().expect_status(409);
    refused.expect("50 000 kr av det som kom in har redan betalats tillbaka");
    // A return that was never made is struck, and is excess again.
    let returned = officer.get("/aterbetalningar?visa=alla&sok=Ale kommun").follow("Ale kommun");
    returned.form("/avslut").set("reason", "Betalades aldrig ut.").submit().expect("Struken");
    officer.get("/aterbetalningar?visa=for-mycket").expect("AO21-1440");
}

#[test]
fn the_same_money_is_registered_once_unless_it_is_said_to_be_another() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let ocr = ocr_of(&statement(&ale));
    let form = officer
        .get("/aterbetalningar/ny")
        .form("/aterbetalningar/ny")
        .set("received_on", "2022-03-14")
        .set("amount", "10 000")
        .set("reference", &ocr)
        .set("payer", "Ale kommun");
    // A double click, both at the same moment, and once more later.
    let clicks = at_once([form.clone(), form.clone()]);
    assert!(clicks.iter().all(|page| page.status == 200), "{}", clicks[0].text());
    form.submit().expect_status(200);
    statement(&ale).expect("Återbetalt 10 000 kr");

    let spelt = format!("{} {}", &ocr[..4], &ocr[4..]);
    let fresh = officer.get("/aterbetalningar/ny").form("/aterbetalningar/ny");
    let fresh = fresh.set("received_on", "2022-03-14").set("amount", "10000,00").set("reference", &spelt);
    let asked = fresh.set("payer", "ALE KOMMUN").submit().expect_status(422);
    assert!(
        asked.error_at("is_another").contains("Redan registrerat: 10 000 kr från Ale kommun, 14 mars 2022")
    );
    assert_eq!(asked.value_of("reference"), spelt);
    for payer in ["", "Ale kommun, ekonomi"] {
        let form = officer.get("/aterbetalningar/ny").form("/aterbetalningar/ny").set("payer", payer);
        let form = form.set("received_on", "2022-03-14").set("amount", "10 000").set("reference", &spelt);
        form.submit().expect_status(422).expect("Redan registrerat");
    }
    statement(&ale).expect("Återbetalt 10 000 kr");
    asked.form("/aterbetalningar/ny").set("is_another", "ja").submit().expect_status(200);
    statement(&ale).expect("Återbetalt 20 000 kr");
}

#[test]
fn a_number_in_the_reference_suggests_whose_it_may_be() {
    let portal = Portal::new();
    let officer = payment_officer(&portal);
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    for reference in ["AO21-1440", "Statsbidrag 212000-1439"] {
        let page = register(&officer, "17", reference).expect("ligger bland de omatchade");
        page.expect("(AO21-1440)");
    }
}

#[test]
fn what_nobody_knows_the_purpose_of_waits_and_is_matched_by_hand() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let ocr = ocr_of(&statement(&ale));
    let mut wrong = ocr.clone();
    let last = wrong.pop().unwrap();
    wrong.push(if last == '0' { '1' } else { '0' });
    let unmatched = register(&officer, "100 000", &wrong).expect("ligger bland de omatchade");
    assert!(unmatched.fact("Skäl till att inbetalningen inte kunde kopplas").contains("Kontrollsiffran"));
    statement(&ale).expect("Ingen inbetalning är registrerad än");
    officer.get("/aterbetalningar?visa=omatchade").expect("100 000 kr").expect("Kontrollsiffran");

    let form = unmatched.form("/matchning");
    let empty = form.clone().submit().expect_status(422);
    assert!(empty.error_at("agreement").contains("(R706)"));
    let form = form.set("agreement", "aldreomsorg-2021");
    let nobody = form.clone().set("recipient", "Atlantis").submit().expect_status(422);
    assert!(nobody.error_at("recipient").contains("(R706)"));
    assert_eq!(nobody.value_of("recipient"), "Atlantis");
    let matched = form.clone().set("recipient", "1440").submit().expect("Kopplad till");
    form.clone().set("recipient", "1440").submit().expect_status(200).expect("Kopplad till");
    form.set("recipient", "Lund").submit().expect_status(409);
    statement(&ale).expect("Allt är återbetalt");

    // Matched wrongly after all, and then sent back to whoever paid it.
    let away = matched.form("/bortforing");
    let why = away.clone().submit().expect_status(422);
    assert!(why.error_at("reason").contains("(R707)"));
    let away = away.set("reason", "Pengarna var Lunds.");
    let unmatched = away.submit().expect("förde bort den från AO21-1440: Pengarna var Lunds.");
    away.submit().expect_status(200);
    statement(&ale).expect("100 000 kr att betala tillbaka");
    let end = unmatched.form("/avslut");
    let choice = end.clone().set("reason", "Fel mottagare.").submit().expect_status(422);
    assert!(choice.error_at("outcome").contains("Välj"));
    assert_eq!(choice.value_of("reason"), "Fel mottagare.");
    let back = end.set("outcome", "tillbaka").set("reason", "Fel mottagare.").submit();
    back.expect("Tillbaka till inbetalaren").expect("Fel mottagare.");
    officer.get("/aterbetalningar?visa=omatchade").expect("Alla inbetalningar är kopplade");
}

#[test]
fn another_authoritys_reference_leads_nowhere_and_its_money_is_not_there() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    let grant = paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let ocr = ocr_of(&statement(&ale));
    let other = portal.sign_in("Socialstyrelsen", &[Role::PaymentOfficer], "Utbetalare");
    let unmatched = register(&other, "100 000", &ocr).expect("hör inte till något bidrag som ni betalar ut");
    statement(&ale).expect("100 000 kr att betala tillbaka");
    officer.get("/aterbetalningar?visa=omatchade").expect("Alla inbetalningar är kopplade");
    officer.get(unmatched.address.split('?').next().unwrap()).expect_status(404);
    other.get(&format!("/aterbetalningar/bidrag/{grant}")).expect_status(404);

    let ours = register(&officer, "70 000", "Återbetalning");
    let form = ours.form("/matchning").set("agreement", "aldreomsorg-2021").set("recipient", "1440");
    let own = unmatched.form("/matchning");
    form.set("csrf", own.value_of("csrf")).sent_by(&other).submit().expect_status(404);
    let foreign = own.set("agreement", "aldreomsorg-2021").set("recipient", "1440").submit();
    assert!(foreign.expect_status(422).error_at("agreement").contains("(R706)"));
}

#[test]
fn money_before_the_report_is_approved_is_paid_in_advance() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid(&portal, "Ale", 381_000);
    statement(&ale).expect("Beloppet bestäms när Kammarkollegiet har godkänt er ekonomiska redovisning");
    let unmatched = register(&officer, "150 000", "");
    let matched = unmatched.form("/matchning").set("agreement", "aldreomsorg-2021").set("recipient", "Ale");
    matched.submit().expect("Inbetalt i förskott");
    officer.get("/aterbetalningar?visa=for-mycket").expect("Ingen har betalat in för mycket");
    officer.get("/aterbetalningar?visa=i-forskott").expect("AO21-1440").expect("150 000 kr");
    statement(&ale).expect("150 000 kr i förskott");
    report(&portal, "Ale", 281_000);
    statement(&ale).expect("Ni har betalat in 50 000 kr för mycket");
    officer.get("/aterbetalningar?visa=i-forskott").expect("Ingen har betalat in innan");
}

#[test]
fn a_deficit_is_shown_as_one_and_nothing_is_owed() {
    let portal = Portal::new();
    let ale = portal.preparer("Ale");
    paid_and_reported(&portal, "Ale", 381_000, 400_000);
    let page = statement(&ale).expect("Underskott 19 000 kr").expect("Ni har inget att betala tillbaka");
    assert!(!page.has_link("Underlag för återbetalning"));
    let slip = ale.get(&format!("{}.pdf", page.address));
    assert_eq!(slip.address, page.address);
}

#[test]
fn the_account_is_the_payment_officers_to_state_and_on_page_and_slip() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let terms =
        officer.get("/overenskommelser/aldreomsorg-2021").expect("Konto för återbetalning Inte angivet");
    assert!(!terms.has_form("/diarienummer"));
    let form = terms.form("/aterbetalningskonto");
    let unknown = form.clone().set("account_number", "991-2346").submit().expect_status(422);
    assert!(unknown.error_at("account_kind").contains("Välj bankgiro eller plusgiro"));
    let form = form.set("account_kind", "bankgiro");
    let wrong = form.clone().set("account_number", "991-2345").submit().expect_status(422);
    assert!(wrong.error_at("account_number").contains("kontrollsiffra"));
    assert_eq!(wrong.value_of("account_number"), "991-2345");
    let set =
        form.clone().set("account_number", "9912346").submit().expect("Kontot för återbetalning är sparat");
    let set = set.expect("inget → Bankgiro 991-2346");
    let late = form.set("account_number", "5402-9681").submit().expect_status(409);
    late.expect("har sparat medan du skrev").expect("Nummer 5402-9681 991-2346");

    let page = statement(&ale);
    assert_eq!(page.fact("Till konto"), "Bankgiro 991-2346");
    ale.get("/overenskommelser/aldreomsorg-2021").expect("Konto för återbetalning Bankgiro 991-2346");
    let pdf = page.follow("Underlag för återbetalning som PDF").expect_status(200);
    let text = text_of(&pdf.bytes);
    for printed in
        ["AO21-1440", "Bankgiro 991-2346", &ocr_of(&page), "100 000 kr", "31 mars 2022", "Ale kommun"]
    {
        assert!(text.contains(printed), "no «{printed}» in: {text}");
    }
    let emptied = set.form("/aterbetalningskonto").set("account_number", "").submit();
    emptied.expect("Bankgiro 991-2346 → inget");
    let text = text_of(&ale.get(&format!("{}.pdf", page.address)).bytes);
    assert!(text.contains("Vänta med att betala"), "{text}");
}

#[test]
fn what_is_anothers_is_not_there_and_only_a_payment_officer_registers() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let page = statement(&ale);
    let stranger = portal.preparer("Lund");
    stranger.get(&page.address).expect_status(404).expect_not("Ale");
    stranger.get(&format!("{}.pdf", page.address)).expect_status(404);
    let registered = register(&officer, "1 000", &ocr_of(&page));
    let reader = portal.officer();
    let seen = reader.get(registered.address.split('?').next().unwrap()).expect("1 000 kr");
    assert!(!seen.has_form("/bortforing"));
    assert!(!reader.get("/aterbetalningar").has_link("Registrera en inbetalning"));
    reader.get("/aterbetalningar/ny").expect_status(403);
}

#[test]
fn every_error_is_at_its_field_and_what_was_typed_stays() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    paid_and_reported(&portal, "Ale", 381_000, 281_000);
    let ocr = ocr_of(&statement(&ale));
    let form = officer.get("/aterbetalningar/ny").form("/aterbetalningar/ny");
    let bad =
        form.clone().set("received_on", "i går").set("amount", "1.310").set("payer", "<b>Å</b>").submit();
    let bad = bad.expect_status(422).expect("Rätta uppgifterna");
    assert!(bad.error_at("received_on").contains("(R701)"));
    assert!(bad.error_at("amount").contains("(R702)"));
    assert_eq!(bad.value_of("payer"), "<b>Å</b>");
    let form = form.set("amount", "1 000").set("reference", &ocr);
    for day in ["2022-03-16", "2020-12-31", "0022-03-14"] {
        let page = form.clone().set("received_on", day).submit().expect_status(422);
        assert!(page.error_at("received_on").contains("(R701)"), "{day}");
    }
    form.set("received_on", "2022-03-15").submit().expect("kopplad till Ale kommun");
}

#[test]
fn two_at_the_same_moment_spend_nothing_twice() {
    let portal = Portal::new();
    let (ale, officer) = (portal.preparer("Ale"), payment_officer(&portal));
    let grant = paid_and_reported(&portal, "Ale", 381_000, 281_000);
    register(&officer, "150 000", &ocr_of(&statement(&ale))).expect_status(200);
    let of_grant = format!("/aterbetalningar/bidrag/{grant}");
    // Two pages, each with an id of its own: both would return all that is too much.
    let excess = || officer.get(&of_grant).form("/overskott").set("paid_on", "2022-03-15");
    let pages = at_once([excess(), excess()]);
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422], "{}", pages[0].text());
    officer.get("/aterbetalningar?visa=for-mycket").expect("Ingen har betalat in för mycket");

    let unmatched = register(&officer, "7 000", "");
    let to =
        |name: &str| unmatched.form("/matchning").set("agreement", "aldreomsorg-2021").set("recipient", name);
    let pages = at_once([to("Lund"), to("Kalmar")]);
    let mut statuses: Vec<u16> = pages.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{}", pages[0].text());
    officer.get("/aterbetalningar?visa=i-forskott").expect("I förskott (1)").expect("tillsammans 7 000 kr");
}

/// With spaces of every kind made plain.
fn text_of(pdf: &[u8]) -> String {
    let document = lopdf::Document::load_mem(pdf).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    let text = document.extract_text(&pages).unwrap().replace('\u{a0}', " ");
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

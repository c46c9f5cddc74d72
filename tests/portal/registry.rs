//! The register: names, numbers, what is added, and who takes over from whom.

use bidragsporten::{
    ground::{history, infra::db::DbError},
    people::{access::Role, recipient},
};

use crate::{
    browser::{Browser, Form, Page, at_once},
    portal::Portal,
    steps::{
        begin, begin_report, case_of, certify, fill, fill_report, hand_in_report, issue, issue_report, paid,
        sign, whole_grant,
    },
};

const ROUND: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";

fn decision_maker(portal: &Portal, name: &str) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], name)
}

/// One goes into another; gives the page after it.
pub fn merge(portal: &Portal, code: &str, successor: &str) -> Page {
    read_through(&merging(&decision_maker(portal, "Beslutsfattare"), code, successor)).submit()
}

/// The button on the last page, where all that will pass is read.
fn read_through(form: &Form) -> Form {
    let last = form.submit().expect_status(200).expect("Kontrollera innan du registrerar");
    last.form(form.action().strip_suffix("/kontroll").unwrap())
}

fn merging(by: &Browser, code: &str, successor: &str) -> Form {
    by.get(&format!("/register/{code}/sammanlaggning"))
        .form("/sammanlaggning/kontroll")
        .set("successor", successor)
        .set("day", "2022-01-01")
        .set("decision", "Fi2021/00001")
        .set("reason", "Kommunerna har lagts samman.")
}

/// Who a grant is by its own pages: its whole history is unbroken.
fn assert_whole(portal: &Portal) {
    let broken = portal
        .db
        .read_now(|connection| {
            let mut broken = Vec::new();
            let streams = bidragsporten::grants::grant::store::versions(connection)?;
            for (stream, version) in streams.into_iter().chain(recipient::store::versions(connection)?) {
                broken.extend(history::store::verify(connection, &stream, version)?);
            }
            Ok::<_, DbError>(broken)
        })
        .unwrap();
    assert_eq!(broken, Vec::<String>::new());
}

#[test]
fn the_register_is_searched_by_any_name() {
    let portal = Portal::new();
    let officer = portal.officer();
    let page = officer.get("/register").expect("Upplands Väsby").expect("212000-1439");
    assert!(page.has_link("Ale"));
    for search in ["1440", "ale+kommun", "212000-1439", "2120001439"] {
        let found = officer.get(&format!("/register?sok={search}")).expect("Rensa 1 mottagare");
        found.follow("Ale").expect("Ale kommun").expect("AO22-1440");
    }
    officer.get("/register?sok=atlantis").expect("Ingen i registret stämmer");
    officer.get("/register?slag=provider").expect("Ingen i registret stämmer");
    officer.get("/register?lan=Gotlands+l%C3%A4n").expect("Rensa 2 mottagare").expect("Gotland");
    // Who receives no grants is not in it.
    officer.get("/register/kammarkollegiet").expect_status(404);
    officer.get("/register/9999").expect_status(404);
}

#[test]
fn an_alias_is_added_found_and_taken_away_and_is_nobody_elses() {
    let portal = Portal::new();
    let officer = portal.officer();
    let add =
        |alias: &str| officer.get("/register/1440").form("/register/1440/alias").set("alias", alias).submit();
    let taken = add("alingsås KOMMUN").expect_status(422);
    assert!(
        taken.error_at("alias").contains("Alingsås (1489) kallas redan så"),
        "{}",
        taken.error_at("alias")
    );
    assert_eq!(taken.value_of("alias"), "alingsås KOMMUN");
    for twin in ["Alingsa\u{30A}s", "Upplands\u{A0}Vasby"].map(|twin| twin.replace("Vasby", "Va\u{308}sby")) {
        let page = add(&twin).expect_status(422);
        assert!(page.error_at("alias").contains("(R953)"), "{twin}");
    }
    // Whoever writes it without accents means the other one.
    let unaccented = add("Goteborg").expect_status(422);
    assert!(unaccented.error_at("alias").contains("Så skrivs Göteborg (1480)"), "{}", unaccented.text());
    add("").expect_status(422);
    add("Ale och Nödinge").expect("Mottagaren finns nu under det aliaset.").expect("Ett alias lades till");
    add("ale OCH nödinge").expect_status(200);
    officer.get("/register?sok=n%C3%B6dinge").expect("Rensa 1 mottagare");
    // Now it is Ale's, and nobody else's.
    let other = officer.get("/register/1489").form("/register/1489/alias");
    other.set("alias", "ALE OCH NÖDINGE").submit().expect_status(422);
    let away = officer.get("/register/1440").form("/alias/borttagning");
    away.submit().expect("Aliaset är borttaget.").expect("Ett alias togs bort");
    away.submit().expect_status(200);
    officer.get("/register?sok=n%C3%B6dinge").expect("Ingen i registret");
    assert_whole(&portal);
}

#[test]
fn two_that_take_one_alias_at_once_do_not_both_get_it() {
    let portal = Portal::new();
    let (one, other) = (portal.officer(), portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Annan"));
    let form = |by: &Browser, code: &str| {
        let action = format!("/register/{code}/alias");
        by.get(&format!("/register/{code}")).form(&action).set("alias", "Mellanbygden")
    };
    let answers = at_once([form(&one, "1440"), form(&other, "1489")]);
    let mut statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 422]);
    assert_whole(&portal);
}

#[test]
fn a_new_name_holds_everywhere_and_what_was_issued_keeps_the_old() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let requisition = issue(&preparer, "bas", "100 000").address;
    officer.get("/oversikt/aldreomsorg-2022?sok=ale").expect("Ale");
    let page = officer.get("/register/1440");
    let form = page.form("/namn").set("name", "Nya Ale").set("formal_name", "Nya Ale kommun");
    let faults = form.clone().set("from", "2022-03-16").submit().expect_status(422);
    assert!(faults.error_at("from").contains("framtiden"));
    assert!(!faults.error_at("name_reason").is_empty());
    assert_eq!(faults.value_of("name"), "Nya Ale");
    let form = form.set("from", "2022-03-01").set("name_reason", "Kommunfullmäktiges beslut");
    let renamed = form.submit().expect("Namnet är ändrat.").expect("Nya Ale kommun");
    renamed.expect("Till och med 28 februari 2022 Ale (Ale kommun)").expect("från och med 1 mars 2022");
    // A double click, and somebody with an older page.
    form.submit().expect_status(200);
    let old = form.clone().set("name", "Annat").set("formal_name", "Annat").set("from", "2022-03-10");
    let late =
        old.submit().expect_status(409).expect("Handläggare i Kammarkollegiet har sparat medan du skrev");
    assert_eq!(late.beside("Namn"), ["Annat", "Nya Ale"]);
    assert_eq!(late.beside("Fullständigt namn"), ["Annat", "Nya Ale kommun"]);
    // Found under both; the overview shows the new one at once.
    officer.get("/register?sok=ale+kommun").expect("Rensa 1 mottagare").expect("Nya Ale");
    officer.get("/oversikt/aldreomsorg-2022?sok=nya+ale").expect("Nya Ale");
    preparer.get("/bidrag").expect("Nya Ale kommun");
    // The paper that was printed says what it said.
    let issued = preparer.get(&requisition).text();
    assert!(issued.contains("Ale kommun") && !issued.contains("Bidragsmottagare Nya Ale kommun"), "{issued}");
    // The name is free for nobody else.
    let taken = officer.get("/register/1489").form("/namn").set("name", "Ale").set("formal_name", "Ale stad");
    let taken = taken.set("from", "2022-03-01").set("name_reason", "x").submit().expect_status(422);
    assert!(taken.error_at("name").contains("Nya Ale (1440) kallas redan så"));
    assert_whole(&portal);
}

#[test]
fn a_number_is_put_right_and_the_form_asks_for_it() {
    let portal = Portal::new();
    let (preparer, officer) = (portal.preparer("Ale"), portal.officer());
    let draft = begin(&preparer, "bas");
    let set = |number: &str| {
        let form = officer.get("/register/1440").form("/nummer").set("number", number);
        form.set("number_reason", "Fel i registret").submit()
    };
    assert!(set("212000-1438").expect_status(422).error_at("number").contains("kontrollsiffra"));
    assert!(set("212000-0019").expect_status(422).error_at("number").contains("Upplands Väsby"));
    set("556036-0793").expect("Organisationsnumret är ändrat.").expect("212000-1439 → 556036-0793");
    let checked = fill(&draft).set("amount", "1 000").set("handling", "fortsatt").submit().expect_status(422);
    assert!(checked.error_at("organisation_number").contains("556036-0793"), "{}", checked.text());
    assert_whole(&portal);
}

#[test]
fn an_rss_and_a_provider_are_added_with_their_codes() {
    let portal = Portal::new();
    let officer = portal.officer();
    let new = |kind: &str, name: &str, number: &str, county: &str| {
        let form = officer.get("/register").follow("Lägg till").form("/register/ny").set("name", name);
        form.set("kind", kind).set("number", number).set("county", county).submit()
    };
    let faults = officer.get("/register/ny").form("/register/ny").submit().expect_status(422);
    for field in ["kind", "name", "number"] {
        assert!(!faults.error_at(field).is_empty(), "{field}");
    }
    let faults = new("provider", "Alingsås", "212000-1438", "");
    assert!(faults.error_at("name").contains("Alingsås (1489)"));
    assert!(faults.error_at("number").contains("kontrollsiffra"));
    let provider =
        new("provider", "Omsorgen i väst AB", "556036-0793", "").expect("Organisationen är tillagd.");
    assert!(provider.address.starts_with("/register/5560360793"), "{}", provider.address);
    provider.expect("Enskild utförare").expect("556036-0793");
    let again = new("provider", "En annan AB", "5560360793", "").expect_status(422);
    assert!(again.error_at("number").contains("Omsorgen i väst AB"));
    assert!(new("rss", "RSS Göteborg", "", "").expect_status(422).error_at("county").contains("län"));
    // Every county has its RSS from the beginning (2020 Bilaga 2), but no source states its number.
    assert!(new("rss", "RSS Göteborg", "", "14").error_at("county").contains("RSS Västra Götalands län"));
    officer.get("/register/RSS14").expect("Organisationsnummer Saknas");
    let form = officer.get("/register/RSS14").form("/nummer").set("number", "556074-7551");
    form.set("number_reason", "Uppgift från RSS").submit().expect("556074-7551");
    officer.get("/register?slag=rss").expect("Rensa 21 mottagare");
    assert_whole(&portal);
}

#[test]
fn a_merger_passes_rights_and_debts() {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "381 308");
    let (old, new) = (portal.preparer("Ale"), portal.preparer("Alingsås"));
    let report = begin_report(&old, &grant).address;
    let report = report.strip_suffix("/uppgifter").unwrap_or(&report).split('?').next().unwrap().to_owned();
    new.get(&grant).expect_status(404);
    let done = merge(&portal, "1440", "Alingsås kommun").expect("Efterföljaren är registrerad.");
    done.expect("har gått över till Alingsås").expect("Ale → Alingsås").expect("Fi2021/00001");
    portal.officer().get("/register/1489").expect("(tilldelat Ale )").expect("En efterföljare registrerades");

    // The predecessor's people see nothing of it any more, and the successor's all.
    for address in [grant.as_str(), &report, &format!("{grant}/aterbetalning")] {
        old.get(address).expect_status(404);
    }
    old.get("/bidrag").expect_not("Äldreomsorg");
    new.get("/bidrag").expect("tilldelat Ale kommun");
    let page = new.get(&grant).expect("Alingsås kommun (tilldelat Ale kommun)");
    let page = page.expect("Bidraget gick över till en efterföljare").expect("AO22-1440-R1");

    // The requisition that came in stays as it was: Ale's.
    let requisition = page.follow("AO22-1440-R1");
    requisition.expect("Bidragsmottagare Ale kommun");

    // The successor fills in its own number, certifies, signs, and pays back.
    let form = new.get(&format!("{report}/uppgifter")).expect_status(200).expect("Alingsås kommun");
    let refused = fill_report(&form, "300 000").submit().expect_status(422);
    let asked = refused.error_at("organisation_number");
    assert!(asked.contains("212000-1553"), "{asked}");
    let form = fill_report(&form, "300 000").set("revision", refused.form("/uppgifter").value_of("revision"));
    let check = form.set("organisation_number", "212000-1553").submit();
    let report = issue_report(&check).address;
    certify(&portal.finance_head("Alingsås"), &report).expect_status(200);
    sign(&portal.signatory("Alingsås"), &report).expect("Kvitto").expect("Alingsås kommun");
    let officer = portal.officer();
    let queue = officer.get("/granskning/redovisningar").expect("Alingsås (tilldelat Ale)");
    let case = queue.follow("AO22-1440-E1").expect("Alingsås kommun (tilldelat Ale kommun)");
    case.form("/godkannande").submit().expect("Godkänd");
    new.get(&format!("{grant}/aterbetalning")).expect("Alingsås kommun").expect("81 308 kr");
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let of_grant = grant.replace("/bidrag/", "/aterbetalningar/bidrag/");
    let reference = payer.get(&of_grant).expect("Alingsås kommun (tilldelat Ale kommun)").fact("OCR-nummer");
    let paid_back = payer.get("/aterbetalningar/ny").form("/aterbetalningar/ny").set("reference", &reference);
    paid_back.set("received_on", "2022-03-14").set("amount", "81 308").submit().expect_status(200);
    new.get("/bidrag").expect("Avslutat");

    // The overview stays by whom it was allocated to, and says who has it now.
    officer.get("/oversikt/aldreomsorg-2022?sok=ale").expect("Ale");
    officer.get("/oversikt/mottagare/1440").expect("Har gått över").expect("till Alingsås");
    officer.get("/oversikt/mottagare/1489").expect("Har tagit över").expect("från Ale");
    assert_whole(&portal);
}

#[test]
fn what_waits_for_a_signature_goes_back_and_is_signed_by_nobody_else() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let (old, new) = (portal.signatory("Ale"), portal.signatory("Alingsås"));
    let signing = old.get(&format!("{requisition}/underskrift")).form("/underskrift");
    merge(&portal, "1440", "1489").expect_status(200);
    signing.set("password", crate::portal::PASSWORD).submit().expect_status(404);
    let page = new.get(&requisition).expect("Utkast").expect("togs tillbaka från underskrift");
    page.expect("Bidraget har gått över till Alingsås kommun.");
    assert_whole(&portal);
}

#[test]
fn a_form_open_at_the_predecessor_is_not_saved() {
    let portal = Portal::new();
    let draft = fill(&begin(&portal.preparer("Ale"), "bas")).set("amount", "1 000");
    merge(&portal, "1440", "1489").expect_status(200);
    draft.submit().expect_status(404);
}

#[test]
fn a_certificate_of_the_predecessor_is_not_the_successors() {
    let portal = Portal::new();
    let grant = paid(&portal, "Ale", "381 308");
    let report = hand_in_report(&portal, "Ale", &grant, "300 000");
    merge(&portal, "1440", "1489").expect_status(200);
    let officer = portal.officer();
    let case = officer.get("/granskning/redovisningar").follow("AO22-1440-E1");
    case.form("/komplettering").set("message", "Komplettera.").submit().expect_status(200);
    let new = portal.preparer("Alingsås");
    let form = new.get(&format!("{report}/uppgifter")).expect_status(200);
    let check = fill_report(&form, "300 000").set("organisation_number", "212000-1553").submit();
    // Section 3 is as Ale's finance head certified it; Alingsås has one of its own.
    issue_report(&check).expect("Väntar på intyg");
}

#[test]
fn a_split_gives_each_grant_to_whom_it_says_and_is_turned_back_by_another() {
    let portal = Portal::new();
    let by = decision_maker(&portal, "Beslutsfattare");
    let page =
        by.get("/register/1440").follow("Registrera en delning").expect("AO22-1440").expect("AO21-1440");
    let form = page.form("/delning/kontroll");
    let fields: Vec<String> = form.names().into_iter().filter(|name| name.starts_with("till-")).collect();
    assert!(fields.len() >= 2, "{fields:?}");
    let empty = form.submit().expect_status(422);
    assert!(empty.error_at(&fields[0]).contains("minst ett"), "{}", empty.text());
    assert!(!empty.error_at("decision").is_empty() && !empty.error_at("day").is_empty());
    let form = form.set("day", "2022-03-01").set("decision", "Fi2022/1").set("reason", "Delning");
    let faults = form.clone().set(&fields[0], "Atlantis").set(&fields[1], "Ale").submit().expect_status(422);
    assert!(faults.error_at(&fields[0]).contains("”Atlantis”"));
    assert!(faults.error_at(&fields[1]).contains("har redan bidraget"));
    assert_eq!(faults.value_of(&fields[0]), "Atlantis");
    let form = form.set(&fields[0], "alingsås").set(&fields[1], "1480");
    let button = read_through(&form);
    let done = button.submit();
    done.expect("Ale → Alingsås").expect("Ale → Göteborg").expect("Delning 1 mars 2022");
    // The other half of a double click; and the way back to a form that was registered.
    button.submit().expect_status(200).expect("Ale → Alingsås");
    form.submit().expect_status(409).expect("Beslutsfattare i Kammarkollegiet har sparat medan du skrev");
    portal.preparer("Göteborg").get("/bidrag").expect("tilldelat Ale kommun");
    // Mistaken: one the other way.
    let back = by.get("/register/1489/delning");
    let form = back.form_with("/delning/kontroll", "AO22-1440");
    let html = back.html();
    let (before, _) = html.split_once(">AO22-1440,").expect("the grant that passed");
    let field = before.rsplit_once("for=\"").unwrap().1.trim_end_matches('"').to_owned();
    let form = form.set(&field, "1440").set("day", "2022-03-02").set("decision", "Fi2022/2");
    let form = form.set("reason", "Rättelse");
    read_through(&form).submit().expect("Alingsås → Ale").expect("Ale → Alingsås");
    portal.preparer("Ale").get("/bidrag").expect("Äldreomsorg").expect_not("tilldelat Ale kommun");
    assert_whole(&portal);
}

#[test]
fn two_decision_makers_at_once_pass_a_grant_once() {
    let portal = Portal::new();
    let (one, other) = (decision_maker(&portal, "En"), decision_maker(&portal, "Annan"));
    let (to_one, to_other) = (merging(&one, "1440", "1489"), merging(&other, "1440", "1480"));
    let answers = at_once([read_through(&to_one), read_through(&to_other)]);
    let mut statuses: Vec<u16> = answers.iter().map(|page| page.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    let refused = answers.iter().find(|page| page.status == 409).unwrap();
    assert!(refused.text().contains("har sparat medan du skrev"), "{}", refused.text());
    let holders = ["Alingsås", "Göteborg"]
        .map(|name| portal.preparer(name).get("/bidrag").text().contains("tilldelat Ale kommun"));
    assert_eq!(holders.iter().filter(|holds| **holds).count(), 1);
    // Nothing is left to pass on.
    let page = one.get("/register/1440/sammanlaggning").expect("Inget att ta över");
    assert!(!page.has_form("/kontroll"));
    assert_whole(&portal);
}

#[test]
fn what_passes_is_read_before_it_is_registered_and_what_was_typed_can_be_changed() {
    let portal = Portal::new();
    issue(&portal.preparer("Ale"), "bas", "100 000").expect_status(200);
    let by = decision_maker(&portal, "Beslutsfattare");
    let last = merging(&by, "1440", "alingsås").set("others", "Göteborg\nKarlstad").submit();
    let last = last.expect_status(200).expect("Inget har gått över än").expect("1 januari 2022");
    let last = last.expect("Från Ale kommun (1440, 212000-1439) till Alingsås kommun (1489, 212000-1553)");
    let last = last.expect("Från Göteborgs kommun").expect("Fi2021/00001").expect("har lagts samman");
    let last = last.expect("AO22-1440-R1, väntar på underskrift. Tas tillbaka");
    portal.preparer("Alingsås").get("/bidrag").expect_not("tilldelat Ale");

    let button = last.form("/sammanlaggning");
    let back = button.clone().at("/register/1440/sammanlaggning/kontroll").set("handling", "andra").submit();
    let form = back.expect_status(200).form("/sammanlaggning/kontroll");
    let typed = ["successor", "day", "decision", "reason"].map(|field| form.value_of(field).to_owned());
    assert_eq!(typed, ["alingsås", "2022-01-01", "Fi2021/00001", "Kommunerna har lagts samman."]);
    assert_eq!(form.value_of("others").lines().collect::<Vec<_>>(), ["Göteborg", "Karlstad"]);

    let done = read_through(&form.set("others", "")).submit().expect("Efterföljaren är registrerad.");
    assert_eq!(done.text().matches("Ale → Alingsås, 2 bidrag").count(), 1);
    // The first page's button, in another tab.
    button.submit().expect_status(409).expect("Inget att ta över");
    let again = by.get("/register/1440").expect("Ale → Alingsås");
    assert_eq!(again.text().matches("En efterföljare registrerades").count(), 1);
    portal.preparer("Göteborg").get("/bidrag").expect("Äldreomsorg");
    assert_whole(&portal);
}

#[test]
fn a_split_shows_what_stays_and_no_draft() {
    let portal = Portal::new();
    begin(&portal.preparer("Ale"), "bas");
    let by = decision_maker(&portal, "Beslutsfattare");
    let form = by.get("/register/1440/delning").form("/delning/kontroll");
    let first = form.names().into_iter().find(|name| name.starts_with("till-")).unwrap();
    let form = form.set(&first, "Alingsås").set("day", "2022-03-01").set("decision", "Fi2022/1");
    let last = form.set("reason", "Delning").submit().expect("Ett bidrag går över").expect("AO22-1440,");
    let last = last.expect("Kvar hos Ale kommun").expect("AO21-1440,").expect_not("AO22-1440-R1");
    last.form("/delning").submit().expect("Ale → Alingsås");
}

#[test]
fn nothing_is_registered_that_was_not_read() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let by = decision_maker(&portal, "Beslutsfattare");
    let form = merging(&by, "1440", "1489");
    // Straight past the last page.
    let unread = form.clone().at("/register/1440/sammanlaggning").submit().expect_status(409);
    let unread = unread.expect("Det är inte registrerat").expect("väntar på underskrift");
    // What is typed anew behind the page that was read.
    let other = unread.form("/sammanlaggning").set("successor", "1480").submit().expect_status(409);
    let button = other.expect("till Göteborgs kommun").form("/sammanlaggning").set("successor", "1489");
    button.submit().expect_status(409);
    // What came in meanwhile.
    let button = read_through(&form);
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let anew = button.submit().expect_status(409).expect("Något har ändrats sedan du läste");
    let anew = anew.expect("AO22-1440-R1, inlämnad. Står kvar som den kom in.");
    portal.preparer("Ale").get("/bidrag").expect("Äldreomsorg");
    anew.form("/sammanlaggning").submit().expect("Efterföljaren är registrerad.");
    assert_whole(&portal);
}

#[test]
fn several_go_into_one_that_is_new() {
    let portal = Portal::new();
    let officer = portal.officer();
    let new = officer.get("/register/ny").form("/register/ny").set("kind", "provider");
    new.set("name", "Nyby").set("number", "556036-0793").submit().expect_status(200);
    let by = decision_maker(&portal, "Beslutsfattare");
    let form = merging(&by, "1440", "Nyby").set("others", "Alingsås\nKöpinge kommun\n");
    let faults = form.clone().set("successor", "Ale").set("day", "2022-03-16").submit().expect_status(422);
    assert!(faults.error_at("successor").contains("kan inte vara en av dem"));
    assert!(faults.error_at("day").contains("framtiden"));
    assert!(faults.error_at("others").contains("”Köpinge kommun”"));
    let last = form.set("others", "Alingsås\n").submit().expect("4 bidrag går över");
    let last = last.expect("Från Ale kommun (1440, 212000-1439) till Nyby (5560360793, 556036-0793)");
    last.expect("Från Alingsås kommun").form("/sammanlaggning").submit().expect("Ale → Nyby");
    officer.get("/register/5560360793").expect("Alingsås → Nyby").expect("Ale → Nyby");
    let preparer = portal.preparer("Nyby");
    assert_eq!(preparer.get("/bidrag").text().matches("tilldelat A").count(), 4, "two rounds each");
    // Its own first requisition of what was Ale's.
    let grant = preparer.get("/bidrag").follow(ROUND);
    grant.expect("Nyby (tilldelat Al");
    assert_whole(&portal);
}

#[test]
fn a_reader_of_the_register_decides_no_succession_and_an_officer_no_more() {
    let portal = Portal::new();
    let officer = portal.officer();
    officer.get("/register/1440/sammanlaggning").expect_status(403);
    let page = officer.get("/register/1440");
    assert!(!page.has_link("Registrera en sammanläggning") && page.has_form("/namn"));
    let decides = decision_maker(&portal, "Beslutsfattare");
    let page = decides.get("/register/1440");
    assert!(page.has_link("Registrera en sammanläggning") && !page.has_form("/namn"));
    decides.get("/register/ny").expect_status(403);
    portal.preparer("Ale").get("/register").expect_status(403);
}

#[test]
fn the_authority_pays_the_successor_what_came_in_from_the_predecessor() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    merge(&portal, "1440", "1489").expect_status(200);
    let officer = portal.officer();
    officer.get("/granskning?sok=ale").expect("Alingsås (tilldelat Ale)");
    officer.get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    whole_grant(&officer, &requisition)
        .expect("Alingsås kommun (tilldelat Ale kommun)")
        .expect("Tilldelat Ale kommun");
    // The mandates are those of the successor's people.
    officer.get("/granskning/uppdrag/1489").expect_status(200);
}

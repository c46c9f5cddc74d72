//! Requests for accounts: the authority asks, the municipality uploads and hands in.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page, at_once},
    files::PDF,
    journeys::{ask_for_accounts, issue, whole_grant},
    portal::Portal,
    steps::give_insight,
};

/// Uploads a file and hands it in; gives the page.
pub fn answer_with_a_file(member: &Browser, request: &str) -> Page {
    let page = add(&member.get(request), "huvudbok.pdf");
    page.form("/svar").set("message", "Enligt begäran.").submit().expect_status(200)
}

fn add(page: &Page, name: &str) -> Page {
    page.form("/filer").file("file", name, PDF).submit().expect_status(200).expect(name)
}

struct Asked {
    portal: Portal,
    member: Browser,
    officer: Browser,
    /// At the recipient, and at the authority.
    own: String,
    case: String,
}

fn asked() -> Asked {
    let portal = Portal::new();
    let (member, officer) = (portal.preparer("Ale"), portal.officer());
    let issued = issue(&member, "bas", "100 000").address;
    let case = ask_for_accounts(&whole_grant(&officer, &issued), "2022-03-31").address;
    Asked { own: case.replace("/granskning", ""), case, portal, member, officer }
}

#[test]
fn the_whole_way_with_a_completion() {
    let it = asked();
    let page = it.member.get(&it.own).expect("AO22-1440-B1").expect("Huvudboken för projektet.");
    assert_eq!(page.fact("Sista dag att svara"), "31 mars 2022 kl. 23.59 (om 16 dagar)");
    let page = add(&add(&page, "huvudbok.pdf"), "fel.pdf");
    // Nothing is the authority's before it is handed in.
    it.officer.get(&it.case).expect("Inget är inlämnat än").expect_not("huvudbok.pdf");
    let file = page.follow("huvudbok.pdf").address;
    it.officer.get(&file.replace("/rakenskaper", "/granskning/rakenskaper")).expect_status(404);
    let page = page.form_with("/borttagning", "fel.pdf").submit().expect_not("fel.pdf");
    page.form("/svar").set("message", "Allt finns här.").submit().expect("Inlämnad");

    let case = it.officer.get(&it.case).expect("Allt finns här.").expect("15 mars 2022 kl. 09.00");
    assert_eq!(case.follow("huvudbok.pdf").expect_status(200).bytes, PDF);
    let more = case.form("/komplettering").set("message", "Fakturorna saknas.").set("due", "2022-04-30");
    more.submit().expect("Väntar på komplettering");

    let page = it.member.get(&it.own).expect("Fakturorna saknas.");
    assert!(!page.has_form("/borttagning"), "what is handed in stays");
    let page = add(&page, "fakturor.pdf");
    page.form("/svar").submit().expect("Inlämnad").expect("1 fil");
    let case = it.officer.get(&it.case).expect("huvudbok.pdf").expect("fakturor.pdf");
    case.form("/avslut").set("remark", "Inget att anmärka.").submit().expect("Avslutad");
    it.member.get(&it.own).expect("Inget att anmärka.").expect("Begäran om räkenskaper avslutades");
    // Both see it in the grant's history.
    let own = it
        .member
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022");
    own.expect("AO22-1440-B1: Räkenskaper begärdes in").expect("AO22-1440-B1: Räkenskaperna lämnades in");
}

/// *Regeringskansliet (Socialdepartementet) och Kammarkollegiet har rätt att begära in kopior av räkenskaper* (2022 §7.1): the
/// department asks by its own right, where it has insight, and decides on what it gets.
#[test]
fn the_department_asks_by_its_own_right_and_decides_on_the_answer() {
    let it = asked();
    let asking = |reader: &Browser| whole(reader, &it).form("/rakenskaper");
    give_insight(&it.officer, "aldreomsorg-2022", "Socialdepartementet").expect_status(200);
    give_insight(&it.officer, "aldreomsorg-2022", "Sveriges Kommuner och Regioner").expect_status(200);
    let department = it.portal.sign_in("Socialdepartementet", &[Role::Reader], "Departementet");
    let form = asking(&department).set("asks_for", "Verifikationerna för larmen.").set("due", "2022-04-30");
    let request = form.submit().expect_status(200).expect("Väntar på svar").address;
    let own = request.replace("/granskning", "");
    it.member.get(&own).expect("Socialdepartementet vill se").expect("har rätt att begära in kopior av");
    answer_with_a_file(&it.member, &own).expect("Inlämnad");

    // The paying authority reads it, and what it asked for itself is no business of the department's.
    let theirs = it.officer.get(&request).expect("Begärd av Socialdepartementet").expect("huvudbok.pdf");
    assert!(!theirs.has_form("/avslut"));
    answer_with_a_file(&it.member, &it.own).expect("Inlämnad");
    assert!(!department.get(&it.case).has_form("/avslut"));
    let page = department.get(&request);
    let csrf = it.officer.get(&it.case).form("/avslut").value_of("csrf").to_owned();
    page.form("/avslut").set("csrf", &csrf).sent_by(&it.officer).submit().expect_status(404);
    page.form("/komplettering")
        .set("message", "En till.")
        .set("due", "2022-05-31")
        .submit()
        .expect("Väntar på komplettering");
    answer_with_a_file(&it.member, &own);
    let closed = department.get(&request).form("/avslut").submit().expect("Avslutad");
    closed.expect("Begäran om räkenskaper avslutades");

    // SKR has insight and no such right. Whoever only reads at the paying authority neither asks nor decides.
    let skr = it.portal.sign_in("SKR", &[Role::Reader], "Läsare");
    let onlooker = it.portal.sign_in("Kammarkollegiet", &[Role::Reader], "Läsare");
    for reader in [&skr, &onlooker] {
        let page = whole(reader, &it);
        assert!(!page.has_form("/rakenskaper"));
        assert!(!reader.get(&it.case).has_form("/avslut"));
        let csrf = page.form("/logga-ut").value_of("csrf").to_owned();
        let asking = form.clone().set("csrf", &csrf);
        asking.sent_by(reader).submit().expect_status(404);
        let closing = it.officer.get(&it.case).form("/avslut").set("csrf", &csrf);
        closing.sent_by(reader).submit().expect_status(404);
    }
}

fn whole(browser: &Browser, it: &Asked) -> Page {
    browser.get(&it.officer.get(&it.case).follow("Hela bidraget").address).expect_status(200)
}

#[test]
fn late_is_shown_from_midnight() {
    let it = asked();
    it.portal.at("2022-03-31 23:59:59");
    it.officer.get(&it.case).expect("Väntar på svar").expect("i dag");
    it.portal.at("2022-04-01 00:00:00");
    it.officer.get(&it.case).expect("Försenad").expect("har passerat");
    it.member.get(&it.own).expect("Försenad");
    answer_with_a_file(&it.member, &it.own).expect("Inlämnad för sent");
    it.officer.get(&it.case).expect("efter sista dagen");
}

#[test]
fn anybody_at_the_municipality_answers() {
    for role in [Role::Preparer, Role::FinanceHead, Role::Signatory] {
        let it = asked();
        let somebody = it.portal.sign_in("Ale", &[role], "Någon");
        answer_with_a_file(&somebody, &it.own).expect("Inlämnad");
    }
}

#[test]
fn an_empty_answer_and_a_bad_file_are_told_at_the_field() {
    let it = asked();
    let page = it.member.get(&it.own);
    let empty = page.form("/svar").submit().expect_status(422);
    assert!(empty.error_at("file").contains("R805"), "{}", empty.text());
    let long = page.form("/svar").set("message", &"a".repeat(2001)).submit().expect_status(422);
    assert!(long.error_at("message").contains("R804") && long.value_of("message").len() == 2001);
    let bad = page.form("/filer").file("file", "a.pdf", b"MZ").submit().expect_status(422);
    assert!(bad.error_at("file").contains("Det här är ett program"));
    let none = page.form("/filer").submit().expect_status(422);
    assert!(none.error_at("file").contains("Välj filen"));
    // A message alone says why there is nothing.
    page.form("/svar").set("message", "Allt är redan skickat.").submit().expect("Inlämnad");
}

#[test]
fn the_request_is_told_what_it_lacks() {
    let it = asked();
    let whole = it.officer.get(&it.case).follow("Hela bidraget");
    let empty = whole.form("/rakenskaper").submit().expect_status(422);
    assert!(empty.error_at("asks_for").contains("R801") && empty.error_at("due").contains("R802"));
    let form = whole.form("/rakenskaper").set("asks_for", "Kvitton.");
    let past = form.clone().set("due", "2022-03-14").submit().expect_status(422);
    assert!(past.error_at("due").contains("R803"), "{}", past.text());
    assert_eq!(past.form("/rakenskaper").value_of("asks_for"), "Kvitton.");
    form.set("due", "2022-03-15").submit().expect_status(200).expect("AO22-1440-B2");

    answer_with_a_file(&it.member, &it.own);
    let case = it.officer.get(&it.case);
    let more = case.form("/komplettering").set("message", "Mer.").set("due", "2022-03-14").submit();
    assert!(more.expect_status(422).error_at("due").contains("R803"));
}

#[test]
fn the_files_of_a_grant_have_a_bound() {
    use bidragsporten::{
        grants::case::MOST_BYTES,
        ground::infra::{db::DbError, schema::files},
    };
    use diesel::prelude::*;

    let it = asked();
    let add = |name: &str| it.member.get(&it.own).form("/filer").file("file", name, PDF).submit();
    add("en.pdf").expect_status(200);
    it.portal
        .db
        .write_now(|connection| {
            let fits_exactly = MOST_BYTES - i64::try_from(PDF.len()).unwrap();
            diesel::update(files::table).set(files::size.eq(fits_exactly)).execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
    add("last.pdf").expect_status(200);
    let full = add("three.pdf").expect_status(422);
    assert!(full.error_at("file").contains("högst 200 MB"), "{}", full.error_at("file"));
    it.member.get(&it.own).expect("last.pdf").expect_not("three.pdf");
}

#[test]
fn the_same_text_is_asked_about_before_it_is_asked_for_again() {
    let it = asked();
    let whole = it.officer.get(&it.case).follow("Hela bidraget");
    let ask =
        whole.form("/rakenskaper").set("asks_for", " huvudboken för projektet. ").set("due", "2022-05-31");
    let question = ask.submit().expect_status(422);
    assert!(question.error_at("is_another").contains("AO22-1440-B1 med samma text"), "{}", question.text());
    let form = question.form("/rakenskaper");
    assert_eq!(form.value_of("due"), "2022-05-31");
    form.set("is_another", "ja").submit().expect_status(200).expect("AO22-1440-B2");
}

#[test]
fn a_double_click_is_done_once() {
    let it = asked();
    let whole = it.officer.get(&it.case).follow("Hela bidraget");
    let ask = whole.form("/rakenskaper").set("asks_for", "Kvitton.").set("due", "2022-04-30");
    for page in at_once([ask.clone(), ask]) {
        page.expect_status(200).expect("AO22-1440-B2");
    }
    let file = it.member.get(&it.own).form("/filer").file("file", "en.pdf", PDF);
    for page in at_once([file.clone(), file]) {
        page.expect_status(200);
    }
    let page = it.member.get(&it.own);
    assert_eq!(page.html().matches("/borttagning").count(), 1);
    let remove = page.form("/borttagning");
    let answer = page.form("/svar").set("message", "Klart.");
    for page in at_once([answer.clone(), answer.clone()]) {
        page.expect_status(200).expect("Inlämnad");
    }
    let timeline = it.member.get(&it.own).text();
    assert_eq!(timeline.matches("Räkenskaperna lämnades in").count(), 1, "{timeline}");
    // Too late to take anything away.
    remove.submit().expect_status(409);
    let close = it.officer.get(&it.case).form("/avslut");
    for page in at_once([close.clone(), close.clone()]) {
        page.expect_status(200).expect("Avslutad");
    }
    let late = it.officer.get(&it.case);
    assert!(!late.has_form("/komplettering"));
}

#[test]
fn what_a_colleague_added_is_not_handed_in_unseen() {
    let it = asked();
    let seen = add(&it.member.get(&it.own), "min.pdf");
    let colleague = it.portal.signatory("Ale");
    add(&colleague.get(&it.own), "kollegans.pdf");
    let page = seen.form("/svar").set("message", "Det är allt.").submit().expect_status(409);
    assert_eq!(page.value_of("message"), "Det är allt.");
    page.expect("kollegans.pdf").form("/svar").submit().expect("Inlämnad");
}

#[test]
fn it_is_there_for_those_it_concerns() {
    let it = asked();
    let page = add(&it.member.get(&it.own), "huvudbok.pdf");
    let file = page.follow("huvudbok.pdf").address;
    let stranger =
        it.portal.sign_in("Alingsås", &[Role::Preparer, Role::FinanceHead, Role::Signatory], "Främling");
    let own = stranger.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    for address in [&it.own, &file] {
        stranger.get(address).expect_status(404).expect_not("Ale");
    }
    for form in [
        page.form("/filer").file("file", "främling.pdf", PDF),
        page.form("/borttagning"),
        page.form("/svar").set("message", "Främling."),
    ] {
        form.set("csrf", &own).sent_by(&stranger).submit().expect_status(404);
    }
    page.form("/svar").submit().expect("Inlämnad");
    let other = it.portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    let csrf = other.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    other.get(&it.case).expect_status(404);
    other.get(&file.replace("/rakenskaper", "/granskning/rakenskaper")).expect_status(404);
    let case = it.officer.get(&it.case);
    for form in
        [case.form("/avslut"), case.form("/komplettering").set("message", "Mer.").set("due", "2022-04-30")]
    {
        form.set("csrf", &csrf).sent_by(&other).submit().expect_status(404);
    }
    it.officer.get(&it.case).expect("Inlämnad");
}

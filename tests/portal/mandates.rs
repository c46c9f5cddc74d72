//! Mandates: who may sign, from when to when, on what decision.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page},
    journeys::{issue, sign, whole_grant},
    portal::{PASSWORD, Portal},
    program::Program,
};

const DECISION: &str = "Kommunstyrelsen 2021-12-15 § 210";

/// The page where the signatory's mandate is set.
fn form_page(officer: &Browser) -> Page {
    officer.get("/granskning/uppdrag/1440").follow("Ändra uppdraget")
}

fn set(officer: &Browser, from: &str, to: &str) -> Page {
    let form = form_page(officer).form("/1440").set("from", from).set("to", to).set("decision", DECISION);
    form.submit().expect_status(200)
}

/// Whether the signatory may sign now: the reason before any password, and when the form is sent all the same.
#[track_caller]
fn expect_refused(signatory: &Browser, requisition: &str, open: &Page, words: &str) {
    let page = signatory.get(&format!("{requisition}/underskrift")).expect("Du kan inte skriva under i dag");
    assert!(!page.has_form("/underskrift"));
    page.expect(words).expect(DECISION);
    let sent = open.form("/underskrift").set("password", PASSWORD).submit();
    sent.expect_status(409).expect(words);
    signatory.get(requisition).expect("Väntar på underskrift");
}

#[test]
fn a_mandate_holds_on_its_first_day_and_its_last() {
    let portal = Portal::new();
    let (signatory, officer) = (portal.signatory("Ale"), portal.officer());
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let open = signatory.get(&format!("{requisition}/underskrift"));
    set(&officer, "2022-04-01", "2022-04-30").expect("Gäller inte än");
    portal.at("2022-03-31 23:59:59");
    expect_refused(&signatory, &requisition, &open, "börjar gälla först 1 april 2022");
    portal.at("2022-05-01 00:00:00");
    expect_refused(&signatory, &requisition, &open, "gällde till och med 30 april 2022");
    officer.get("/granskning/uppdrag/1440").expect("Har gått ut");
    portal.at("2022-04-30 23:59:59");
    sign(&signatory, &requisition).expect("Kvitto");
    portal.at("2022-04-01 00:00:00");
    let second = issue(&portal.preparer("Ale"), "bas", "1 000").address;
    sign(&signatory, &second).expect("Kvitto");
}

#[test]
fn the_municipality_sees_its_own_mandates() {
    let portal = Portal::new();
    let (signatory, officer) = (portal.signatory("Ale"), portal.officer());
    portal.signatory("Alingsås");
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    whole_grant(&officer, &requisition).follow("Uppdrag").expect("Företrädare i Ale");
    set(&officer, "", "2022-12-31").expect("Gäller");
    let page = signatory.get("/bidrag");
    assert!(page.html().contains("href=\"/uppdrag\""));
    let page = signatory.get("/uppdrag").expect("Företrädare i Ale").expect_not("Alingsås");
    assert_eq!(page.fact("Gäller"), "till och med 31 december 2022");
    assert_eq!(page.fact("Beslut"), DECISION);
    let told = "Företrädare i Ale: Ett uppdrag registrerades (Behörig företrädare: tills vidare → till och med 31 december 2022, Kommunstyrelsen 2021-12-15 § 210)";
    page.expect(told);
    portal.preparer("Ale").get("/uppdrag").expect(told);
}

#[test]
fn what_is_wrong_is_told_at_its_field() {
    let portal = Portal::new();
    portal.signatory("Ale");
    let form = form_page(&portal.officer()).form("/1440");
    let page = form.clone().set("from", "2022-04-01").submit().expect_status(422);
    assert!(page.error_at("decision").contains("R903"));
    assert_eq!(page.value_of("from"), "2022-04-01");
    let both = form.set("from", "2022-04-02").set("to", "2022-04-01").set("decision", DECISION);
    let page = both.submit().expect_status(422);
    assert!(page.error_at("to").contains("R902"));
    assert_eq!(page.value_of("decision"), DECISION);
}

#[test]
fn two_officers_do_not_overwrite_one_another_and_a_double_click_is_one_line() {
    let portal = Portal::new();
    portal.signatory("Ale");
    let officer = portal.officer();
    let form = form_page(&officer).form("/1440").set("decision", DECISION);
    let first = form.clone().set("to", "2022-06-30");
    first.submit().expect_status(200);
    first.submit().expect_status(200);
    let page = officer.get("/granskning/uppdrag/1440");
    assert_eq!(page.text().matches("Ett uppdrag registrerades").count(), 1);
    let late = form.set("to", "2022-12-31").submit().expect_status(409);
    assert_eq!(late.beside("Sista dag"), ["2022-12-31", "2022-06-30"]);
    assert_eq!(late.value_of("to"), "2022-12-31");
    late.form("/1440").submit().expect_status(200).expect("31 december 2022");
}

#[test]
fn a_recipient_without_a_grant_of_the_authoritys_is_not_there() {
    let portal = Portal::new();
    // Socialstyrelsen pays the municipalities of 2018, and no region.
    portal.signatory("Region Skåne");
    let (officer, other) =
        (portal.officer(), portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare"));
    let form = officer.get("/granskning/uppdrag/R12").follow("Ändra uppdraget").form("/R12");
    let form = form.set("to", "2022-06-30").set("decision", "Ingen");
    other.get("/granskning/uppdrag/R12").expect_status(404);
    let csrf = other.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    form.set("csrf", &csrf).sent_by(&other).submit().expect_status(404);
    for code in ["9999", "kammarkollegiet", "socialdepartementet"] {
        officer.get(&format!("/granskning/uppdrag/{code}")).expect_status(404);
    }
    // Somebody at another recipient is not set from here.
    portal.signatory("Ale");
    portal.signatory("Alingsås");
    let form = officer.get("/granskning/uppdrag/1489").follow("Ändra uppdraget").form("/1489");
    let ale = form_page(&officer).form("/1440");
    ale.set("person", form.value_of("person")).submit().expect_status(404);
}

#[test]
fn the_organisations_history_is_checked_too() {
    let portal = Portal::new();
    portal.signatory("Ale");
    set(&portal.officer(), "", "2022-12-31");
    let program = Program::on(&portal.address);
    let said = program.run(&["check"]);
    said.expect("Historiken är hel: 921 kedjor kontrollerade.");
    portal
        .db
        .write_now(|connection| {
            use bidragsporten::ground::infra::{db::DbError, schema::history};
            use diesel::{ExpressionMethods, RunQueryDsl};
            let line = history::table;
            diesel::update(diesel::QueryDsl::filter(line, history::event.eq("mandate_set")))
                .set(history::details.eq("annat"))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
    program.run(&["check"]).expect_refusal("historiken är ändrad på 1 ställen");
}

#[test]
fn the_command_line_gives_a_mandate() {
    let portal = Portal::new();
    let program = Program::on(&portal.address);
    let person = [
        "add-person",
        "--email",
        "f@ale.example",
        "--name",
        "Fia",
        "--organisation",
        "1440",
        "--role",
        "foretradare",
    ];
    let with = |more: &[&'static str]| -> Vec<&'static str> { person.iter().chain(more).copied().collect() };
    program.run(&with(&["--from", "2022-01-01"])).expect_refusal("R903");
    program
        .run(&with(&["--from", "2022-01-01", "--decision", "KS 1"]))
        .expect("Fia är nu behörig företrädare");
    let page =
        portal.officer().get("/granskning/uppdrag/1440").expect("Fia").expect("från och med 1 januari 2022");
    page.expect("Fia: Ett uppdrag registrerades").expect("Bidragsporten");
    // Told again without a mandate, it stays.
    program.run(&with(&[])).expect("Fia är nu behörig företrädare");
    portal.officer().get("/granskning/uppdrag/1440").expect("från och med 1 januari 2022");
    program.run(&["check"]).expect("Historiken är hel");
}

//! A later day for one municipality: it holds everywhere, to its last second, and for nobody else.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page, at_once},
    journeys::{begin, case_of, extend, issue, sign, whole_grant},
    portal::Portal,
};

const AGREEMENT: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
const OLD_LAST: &str = "2022-12-01 23:59:59";
const OLD_TOO_LATE: &str = "2022-12-02 00:00:00";

fn grant(browser: &Browser) -> Page {
    browser.get("/bidrag").follow(AGREEMENT)
}

/// Ale has a requisition to sign, and its last day is the one given; Alingsås has one too, and no extension.
struct Extended {
    portal: Portal,
    ale: String,
    alingsas: String,
    whole: String,
}

fn extended(until: &str) -> Extended {
    let portal = Portal::new();
    let ale = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let alingsas = issue(&portal.preparer("Alingsås"), "bas", "100 000").address;
    let whole = extend(&whole_grant(&portal.officer(), &ale), until).address;
    Extended { ale, alingsas, whole, portal }
}

/// On the last second Ale can begin and sign; at the next it cannot.
#[track_caller]
fn holds_to(until: &str, last: &str, too_late: &str) {
    let given = extended(until);
    let (preparer, signatory) = (given.portal.preparer("Ale"), given.portal.signatory("Ale"));
    given.portal.at(last);
    let start = grant(&preparer).form_with("/rekvisitioner", "value=\"bas\"");
    given.portal.at(too_late);
    start.submit().expect_status(409).expect("Rätten till bidraget har förfallit");
    let page = signatory.get(&format!("{}/underskrift", given.ale));
    page.form("/underskrift").set("password", crate::portal::PASSWORD).submit().expect_status(409);
    given.portal.at(last);
    start.submit().expect_status(200);
    sign(&signatory, &given.ale).expect("Kvitto på inlämnad rekvisition");
}

#[test]
fn the_new_day_holds_to_its_last_second() {
    holds_to("2022-12-15", "2022-12-15 23:59:59", "2022-12-16 00:00:00");
}

#[test]
fn the_new_day_holds_in_summer_time() {
    holds_to("2023-03-31", "2023-03-31 23:59:59", "2023-04-01 00:00:00");
}

#[test]
fn the_new_day_holds_on_the_nights_when_the_clocks_change() {
    holds_to("2023-03-26", "2023-03-26 23:59:59", "2023-03-27 00:00:00");
    holds_to("2023-10-29", "2023-10-29 23:59:59", "2023-10-30 00:00:00");
}

#[test]
fn it_is_the_extended_municipalitys_and_nobody_elses() {
    let given = extended("2022-12-15");
    let signatory = given.portal.signatory("Alingsås");
    let other = given.portal.preparer("Alingsås");
    given.portal.at(OLD_LAST);
    let start = grant(&other).form_with("/rekvisitioner", "value=\"bas\"");
    let page = signatory.get(&format!("{}/underskrift", given.alingsas));
    given.portal.at(OLD_TOO_LATE);
    start.submit().expect_status(409).expect("Sista dag för rekvisition var 1 december 2022");
    page.form("/underskrift").set("password", crate::portal::PASSWORD).submit().expect_status(409);
    other.get(&given.alingsas).expect("Förfallen");
    // Ale can still begin, fill in and sign.
    let (preparer, signatory) = (given.portal.preparer("Ale"), given.portal.signatory("Ale"));
    begin(&preparer, "bas");
    sign(&signatory, &given.ale).expect("Kvitto");
}

#[test]
fn every_page_says_the_later_day() {
    let given = extended("2022-12-15");
    let (preparer, officer) = (given.portal.preparer("Ale"), given.portal.officer());
    given.portal.at("2022-12-05 10:00:00");
    assert_eq!(grant(&preparer).fact("Rekvirera senast"), "15 december 2022 (om 10 dagar)");
    preparer.get("/bidrag").expect("15 december 2022");
    preparer.get(&given.ale).expect("15 december 2022").expect_not("Förfallen");
    officer.get(&case_of(&given.ale)).expect("15 december 2022").expect_not("Förfallen");
    let queue = officer.get("/granskning?visa=underskrift").text();
    assert!(queue.contains("15 december 2022") && queue.contains("Förfallen"), "{queue}");
    let whole = officer.get(&given.whole);
    assert!(whole.fact("Rekvisition").contains("15 december 2022"), "{}", whole.text());
    whole
        .expect("Den ursprungliga dagen är 1 december 2022")
        .expect("KK 2022:17")
        .expect("Anstånd beviljades (till och med 15 december 2022, beslut KK 2022:17)");
    // The recipient sees why.
    grant(&preparer).expect("Anstånd beviljades").expect("Sjukdom.");
}

#[test]
fn a_double_click_gives_one_extension() {
    let portal = Portal::new();
    let officer = portal.officer();
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let form = whole_grant(&officer, &issued).form("/anstand").set("kind", "redovisning");
    let form = form.set("until", "2023-04-30").set("decision", "KK 1").set("reason", "Sjukdom.");
    for page in at_once([form.clone(), form.clone(), form.clone()]) {
        page.expect_status(200).expect("KK 1");
    }
    let page = whole_grant(&officer, &issued);
    assert_eq!(page.text().matches("Anstånd beviljades").count(), 1, "{}", page.text());
}

#[test]
fn what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost() {
    let portal = Portal::new();
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let page = whole_grant(&portal.officer(), &issued);
    let empty = page.form("/anstand").submit().expect_status(422).expect("Rätta uppgifterna");
    for (field, rule) in [("kind", "R501"), ("until", "R502"), ("decision", "R505"), ("reason", "R506")] {
        assert!(empty.error_at(field).contains(rule), "{field}: {}", empty.error_at(field));
    }
    let form = page.form("/anstand").set("kind", "rekvisition").set("decision", "KK 1").set("reason", "Sjuk");
    for (until, rule) in [("2022-12-01", "R503"), ("2020-12-15", "R503"), ("2024-12-02", "R504")] {
        let again = form.clone().set("until", until).submit().expect_status(422);
        assert!(again.error_at("until").contains(rule), "{until}: {}", again.error_at("until"));
        let kept = again.form("/anstand");
        assert_eq!(kept.value_of("kind"), "rekvisition");
        assert_eq!((kept.value_of("until"), kept.value_of("decision")), (until, "KK 1"));
    }
}

#[test]
fn a_day_that_has_passed_is_asked_about() {
    let portal = Portal::new();
    let officer = portal.officer();
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    portal.at("2023-01-10 10:00:00");
    let form = whole_grant(&officer, &issued).form("/anstand").set("kind", "rekvisition");
    let form = form.set("until", "2023-01-09").set("decision", "KK 1").set("reason", "Sjukdom.");
    let asked = form.submit().expect_status(422);
    let question = asked.error_at("day_has_passed");
    assert!(
        question.contains("9 januari 2023, har redan passerat") && question.contains("R507"),
        "{question}"
    );
    let form = asked.form("/anstand");
    assert_eq!(form.value_of("until"), "2023-01-09");
    form.set("day_has_passed", "ja")
        .submit()
        .expect_status(200)
        .expect("Rekvisition till och med 9 januari 2023");
    // Today is no day that has passed.
    let today = whole_grant(&officer, &issued).form("/anstand").set("kind", "rekvisition");
    let today = today.set("until", "2023-01-10").set("decision", "KK 2").set("reason", "Sjukdom.");
    today.submit().expect_status(200).expect("Rekvisition till och med 10 januari 2023");
}

#[test]
fn who_gives_one_beside_a_colleague_is_told_of_the_other() {
    let portal = Portal::new();
    let (one, other) = (portal.officer(), portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Kollega"));
    let issued = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let form = |page: &Page, until: &str| {
        let form = page.form("/anstand").set("kind", "rekvisition").set("until", until);
        form.set("decision", "KK 1").set("reason", "Sjukdom.")
    };
    let (first, second) = (whole_grant(&one, &issued), whole_grant(&other, &issued));
    form(&first, "2022-12-15").submit().expect_status(200);
    let told = form(&second, "2022-12-20").submit().expect_status(409);
    let said = told.error_at("until").replace('\u{a0}', " ");
    assert!(
        said.contains("Handläggare i Kammarkollegiet beviljade ett anstånd till och med 15 december 2022"),
        "{said}"
    );
    let again = told.form("/anstand");
    assert_eq!(again.value_of("until"), "2022-12-20");
    again.submit().expect_status(200).expect("Rekvisition till och med 20 december 2022");
}

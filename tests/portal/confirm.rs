//! Showing once more who one is: to decide within a quarter of an hour, to sign each time. And one's own sessions.

use bidragsporten::people::access::Role;
use chrono::Duration;

use crate::{
    browser::{Browser, Page},
    colleagues::{administrator, link},
    journeys::{issue, sign},
    portal::{PASSWORD, Portal},
    steps::{case_of, give_insight},
};

/// A requisition that came in, as the authority sees it.
fn submitted(portal: &Portal) -> String {
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    case_of(&requisition)
}

/// Types the password in the page that asks, and gives the page after it.
fn confirm(asked: &Page) -> Page {
    asked.form("/bekrafta").set("password", PASSWORD).submit().expect_status(200)
}

#[test]
fn a_decision_long_after_signing_in_asks_who_it_is_and_is_then_made() {
    let portal = Portal::new();
    let case = submitted(&portal);
    let officer = portal.officer();
    let page = officer.get(&case);
    portal.age_confirmations(Duration::minutes(16));
    let asked = page.form("/godkannande").submit().expect_status(403).expect("Bekräfta att det är du");
    officer.get(&case).expect_not("Godkänd");
    let wrong = asked.form("/bekrafta").set("password", "fel").submit().expect_status(422);
    assert!(wrong.error_at("password").contains("Lösenordet är fel"));
    let held = confirm(&wrong).expect("Ett steg återstår");
    officer.get(&case).expect_not("Godkänd");
    held.form("/godkannande").submit().expect_status(200).expect("Godkänd");
    // Confirmed now: what is decided next asks nothing.
    give_insight(&officer, "aldreomsorg-2022", "Socialdepartementet").expect_status(200);
}

#[test]
fn what_was_typed_comes_along() {
    let portal = Portal::new();
    let case = submitted(&portal);
    let officer = portal.officer();
    let form = officer.get(&case).form("/avslag").set("reason", "För sent, och \"fel\" <b>blankett</b>.");
    portal.age_confirmations(Duration::minutes(16));
    let asked = form.submit().expect_status(403);
    confirm(&asked).form("/avslag").submit().expect_status(200);
    officer.get(&case).expect("Avslagen").expect("För sent, och \"fel\" <b>blankett</b>.");
}

#[test]
fn to_give_rights_is_to_show_who_one_is_and_the_link_is_there_after_it() {
    let portal = Portal::new();
    let boss = administrator(&portal, "Ale");
    let page = boss.get("/kollegor").form("/kollegor/inbjudningar");
    let form = page.set("email", "nils@ale.example").set("role", "ekonom");
    portal.age_confirmations(Duration::minutes(16));
    let asked = form.submit().expect_status(403);
    boss.get("/kollegor").expect_not("nils@ale.example");
    let made = confirm(&asked).form("/kollegor/inbjudningar").submit().expect_status(200);
    assert!(link(&made).starts_with("/valkommen/"));
    portal.age_confirmations(Duration::minutes(16));
    portal.preparer("Ale");
    let person = boss.get("/kollegor").follow("Ekonom i Ale");
    for action in ["/roller", "/losenord"] {
        person.form(action).set("role", "ekonomichef").submit().expect_status(403).form("/bekrafta");
    }
    let officer = portal.officer();
    let first = officer.get("/register/1489/administrator").form("/administrator");
    portal.age_confirmations(Duration::minutes(16));
    first.set("email", "adm@alingsas.example").submit().expect_status(403).form("/bekrafta");
}

#[test]
fn who_may_not_is_told_that_and_not_asked_who_it_is() {
    let portal = Portal::new();
    let case = submitted(&portal);
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    portal.age_confirmations(Duration::minutes(16));
    let csrf = payer.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    let page = payer.post_fields(&format!("{case}/godkannande"), &[("csrf", &csrf), ("revision", "1")]);
    page.expect_status(403).expect("Din roll räcker inte");
}

#[test]
fn reading_and_filling_in_ask_nothing_and_signing_asks_each_time() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    portal.age_confirmations(Duration::hours(11));
    let requisition = issue(&preparer, "bas", "100 000").address;
    let signatory = portal.signatory("Ale");
    let page = signatory.get(&format!("{requisition}/underskrift"));
    // Just signed in, and the password is asked for all the same.
    page.form("/underskrift").submit().expect_status(422).expect("Lösenordet är fel");
    page.form("/underskrift").set("password", PASSWORD).submit().expect("Kvitto");
}

#[test]
fn a_value_from_no_identity_provider_is_no_confirmation() {
    let portal = Portal::new();
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    let page = portal.signatory("Ale").get(&format!("{requisition}/underskrift"));
    let form = page.form("/underskrift").set("bekraftelse", &"0".repeat(64));
    form.submit().expect_status(422).expect("Lösenordet är fel");
}

#[test]
fn practice_asks_nobody_to_decide() {
    let portal = Portal::practice();
    let officer = portal.anyone();
    let page = officer.get("/logga-in");
    page.form_with("/ovning/logga-in", "handlaggare")
        .set("role", "handlaggare")
        .submit()
        .expect("Granskning");
    portal.age_confirmations(Duration::hours(11));
    give_insight(&officer, "aldreomsorg-2022", "Socialdepartementet").expect_status(200);
}

#[test]
fn the_window_is_the_operators_to_set() {
    let portal =
        Portal::configured("[sessions]\nidle_minutes = 5\nlongest_hours = 1\nconfirmed_minutes = 2\n");
    let case = submitted(&portal);
    let officer = portal.officer();
    let page = officer.get(&case);
    portal.age_confirmations(Duration::minutes(3));
    page.form("/godkannande").submit().expect_status(403).expect("Bekräfta att det är du");
    portal.age_sessions_by(Duration::minutes(6));
    assert!(officer.get(&case).address.starts_with("/logga-in"));
}

fn sessions(browser: &Browser) -> Page {
    browser.get("/konto/inloggningar").expect_status(200)
}

#[test]
fn one_sees_where_one_is_signed_in_and_signs_out_there() {
    let portal = Portal::new();
    let (here, there) = (portal.preparer("Ale"), portal.preparer("Ale"));
    let elsewhere = portal.preparer("Ale");
    let stranger = portal.signatory("Ale");
    let list = sessions(&here).expect("(den här)").expect("Lösenord");
    list.form("/konto/inloggningar/utloggning").submit().expect("Utloggningen är gjord.");
    let left =
        [&there, &elsewhere].iter().filter(|browser| browser.get("/bidrag").address == "/bidrag").count();
    assert_eq!(left, 1);
    sessions(&here).form("/utloggning-ovriga").submit().expect("Utloggningen är gjord.");
    for browser in [&there, &elsewhere] {
        assert!(browser.get("/bidrag").address.starts_with("/logga-in"));
    }
    sessions(&here).expect_not("Logga ut alla utom");
    stranger.get("/bidrag").expect("Mina bidrag");
    // A list that was open since before is answered the same: it is as it was to be.
    list.form("/konto/inloggningar/utloggning").submit().expect("Utloggningen är gjord.");
}

#[test]
fn nobody_ends_anothers_session() {
    let portal = Portal::new();
    let (one, other) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let twice = portal.signatory("Ale");
    let id = sessions(&other).form("/konto/inloggningar/utloggning").value_of("session").to_owned();
    let csrf = one.get("/bidrag").form("/logga-ut").value_of("csrf").to_owned();
    one.post_fields("/konto/inloggningar/utloggning", &[("csrf", &csrf), ("session", &id)]);
    other.get("/bidrag").expect("Mina bidrag");
    twice.get("/bidrag").expect("Mina bidrag");
}

#[test]
fn signing_in_anew_in_the_same_browser_ends_the_session_it_had() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let browser = portal.anyone();
    let sign_in = || {
        let page = browser.get("/logga-in");
        let form = page.form("/logga-in").set("email", "ekonom@ale.example").set("password", PASSWORD);
        form.submit().expect_status(200);
    };
    let page = browser.get("/logga-in");
    sign_in();
    let kept = portal.anyone();
    kept.keep_cookie(&browser.cookie());
    // The sign-in page was open in another tab: its form is of the token before, which is told, and leads on.
    page.form("/logga-in").set("email", "a").submit();
    let csrf = browser.get("/bidrag").form("/logga-ut").value_of("csrf").to_owned();
    let fields = [("csrf", csrf.as_str()), ("email", "ekonom@ale.example"), ("password", PASSWORD)];
    browser.post_fields("/logga-in", &fields).expect("Mina bidrag");
    assert!(kept.get("/bidrag").address.starts_with("/logga-in"));
}

#[test]
fn changing_the_organisation_changes_the_token() {
    let portal = Portal::new();
    portal.sign_in("Ale", &[Role::Preparer], "Dubbel");
    portal.give_role("dubbel@ale.example", "Alingsås", Role::Preparer);
    let browser = portal.sign_in("Ale", &[Role::Preparer], "Dubbel");
    let before = browser.cookie();
    let kept = portal.anyone();
    kept.keep_cookie(&before);
    let page = browser.get("/bidrag");
    let html = page.html();
    let other = html.split("<option value=\"").find(|part| part.contains(">Alingsås<")).unwrap();
    page.form("/organisation").set("organisation", &other[..36]).submit().expect("Alingsås kommun");
    assert_ne!(browser.cookie(), before);
    assert!(kept.get("/bidrag").address.starts_with("/logga-in"));
}

#[test]
fn confirming_changes_the_token_and_a_button_pressed_twice_is_told_the_same() {
    let portal = Portal::new();
    let case = submitted(&portal);
    let officer = portal.officer();
    let page = officer.get(&case);
    portal.age_confirmations(Duration::minutes(16));
    let asked = page.form("/godkannande").submit().expect_status(403);
    let kept = portal.anyone();
    kept.keep_cookie(&officer.cookie());
    let form = asked.form("/bekrafta").set("password", PASSWORD);
    let confirmed = form.submit().expect_status(200).expect("Ett steg återstår");
    assert_ne!(officer.cookie(), kept.cookie());
    // The second click was on its way with the token before.
    form.sent_by(&kept).submit().expect_status(200).expect("Ett steg återstår");
    portal.age_confirmations(Duration::seconds(11));
    assert!(kept.get(&case).address.starts_with("/logga-in"));
    confirmed.form("/godkannande").submit().expect_status(200).expect("Godkänd");
}

#[test]
fn signing_out_elsewhere_asks_who_it_is_and_here_does_not() {
    let portal = Portal::new();
    let (here, there, third) = (portal.preparer("Ale"), portal.preparer("Ale"), portal.preparer("Ale"));
    let list = sessions(&here);
    portal.age_confirmations(Duration::minutes(16));
    for form in [list.form("/konto/inloggningar/utloggning"), list.form("/utloggning-ovriga")] {
        form.submit().expect_status(403).expect("Bekräfta att det är du");
    }
    for browser in [&there, &third] {
        browser.get("/bidrag").expect("Mina bidrag");
    }
    // One signs out here by the button on every page.
    third.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    assert!(third.get("/bidrag").address.starts_with("/logga-in"));
    let asked = list.form("/utloggning-ovriga").submit().expect_status(403);
    confirm(&asked).form("/utloggning-ovriga").submit().expect("Utloggningen är gjord.");
    assert!(there.get("/bidrag").address.starts_with("/logga-in"));
    here.get("/bidrag").expect("Mina bidrag");
}

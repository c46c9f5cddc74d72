//! Sessions: how they begin and end, what the cookie opens, where signing in leads, and the headers of every answer.

use chrono::Duration;
use reqwest::{Method, header};

use crate::{
    browser::{Browser, Page},
    journeys::{begin, issue},
    portal::{PASSWORD, Portal},
};

const EMAIL: &str = "ekonom@ale.example";

/// The answer to signing in, before the browser follows it anywhere.
fn sign_in(browser: &Browser) -> Page {
    let page = browser.get("/logga-in");
    let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
    form.sent_by(&browser.stopping()).submit().expect_status(303)
}

fn set_cookie(page: &Page) -> Vec<&str> {
    page.headers["set-cookie"].to_str().unwrap().split("; ").collect()
}

#[track_caller]
fn expect_signed_out(browser: &Browser) {
    let page = browser.get("/bidrag");
    assert!(page.address.starts_with("/logga-in"), "{}", page.address);
}

#[test]
fn the_cookie_is_for_this_site_alone_and_no_script_reads_it() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let browser = portal.anyone();
    for page in [browser.get("/logga-in"), sign_in(&browser)] {
        let parts = set_cookie(&page);
        assert!(parts[0].starts_with("bidragsporten=") && parts[0].len() == "bidragsporten=".len() + 64);
        assert_eq!(parts[1..], ["HttpOnly", "SameSite=Lax", "Path=/"]);
    }
}

#[test]
fn behind_https_the_cookie_is_for_https_and_this_host() {
    let portal = Portal::behind_https();
    let page = portal.anyone().get("/logga-in");
    let parts = set_cookie(&page);
    assert!(parts[0].starts_with("__Host-bidragsporten="));
    assert_eq!(parts[1..], ["HttpOnly", "SameSite=Lax", "Secure", "Path=/"]);
    assert!(page.headers["strict-transport-security"].to_str().unwrap().starts_with("max-age="));
    // A cookie that could have been set over http is nothing there.
    let planted = portal.anyone();
    planted.keep_cookie(&format!("bidragsporten={}", "0".repeat(64)));
    assert!(planted.get("/logga-in").headers.contains_key("set-cookie"));
}

#[test]
fn a_cookie_that_somebody_planted_is_worth_nothing_after_signing_in() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let attacker = portal.anyone();
    attacker.get("/logga-in");
    let victim = portal.anyone();
    victim.keep_cookie(&attacker.cookie());
    sign_in(&victim);
    assert_ne!(victim.cookie(), attacker.cookie());
    victim.get("/bidrag").expect("Mina bidrag");
    expect_signed_out(&attacker);
}

#[test]
fn signing_out_ends_the_session_and_changes_the_cookie() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    let kept = portal.anyone();
    kept.keep_cookie(&browser.cookie());
    kept.get("/bidrag").expect("Mina bidrag");
    let form = browser.get("/bidrag").form("/logga-ut");
    let out = form.sent_by(&browser.stopping()).submit().expect_status(303);
    assert_eq!(out.headers["clear-site-data"], "\"cache\", \"storage\"");
    assert_ne!(browser.cookie(), kept.cookie());
    expect_signed_out(&browser);
    expect_signed_out(&kept);
}

#[test]
fn signing_out_ends_one_session_and_not_the_others() {
    let portal = Portal::new();
    let (one, other) = (portal.preparer("Ale"), portal.preparer("Ale"));
    one.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    other.get("/bidrag").expect("Mina bidrag");
}

#[test]
fn a_session_ends_when_nobody_has_used_it_for_an_hour() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    portal.age_sessions(Duration::minutes(59), Duration::minutes(59));
    browser.get("/bidrag").expect("Mina bidrag");
    portal.age_sessions(Duration::minutes(61), Duration::minutes(61));
    expect_signed_out(&browser);
    // It does not come to life again.
    expect_signed_out(&browser);
}

#[test]
fn using_a_session_keeps_it_until_twelve_hours_are_over() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    portal.age_sessions(Duration::minutes(59), Duration::hours(11));
    browser.get("/bidrag").expect("Mina bidrag");
    // The visit was noted: half an hour later it is still running.
    portal.age_sessions_by(Duration::minutes(30));
    browser.get("/bidrag").expect("Mina bidrag");
    portal.age_sessions(Duration::minutes(1), Duration::hours(12) + Duration::minutes(1));
    expect_signed_out(&browser);
}

#[test]
fn who_has_no_role_left_sees_nothing() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    portal.take_roles_of(EMAIL);
    expect_signed_out(&browser);
    let page = portal.anyone().get("/logga-in");
    let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
    form.submit().expect_status(422).expect("hör inte ihop");
}

#[test]
fn practice_does_not_exist_outside_practice_mode() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    let csrf = browser.get("/bidrag").form("/logga-ut").value_of("csrf").to_owned();
    let fields =
        [("csrf", csrf.as_str()), ("organisation", "1440"), ("role", "ekonom"), ("datum", "2022-12-24")];
    for address in ["/ovning/logga-in", "/ovning/datum"] {
        browser.post_fields(address, &fields).expect_status(404);
        browser.get(address).expect_status(404);
        portal.anyone().post_fields(address, &fields).expect_status(404);
    }
    let page = portal.anyone().get("/logga-in");
    assert!(!page.html().contains("/ovning/") && !page.html().contains("Övningsläge"));
    browser.get("/bidrag").follow("Äldreomsorg").expect("om 261 dagar");
}

#[test]
fn practice_persons_have_no_way_into_the_real_portal() {
    let portal = Portal::new();
    let page = portal.anyone().get("/logga-in");
    let form = page.form("/logga-in").set("email", "ekonom.1440@ovning.example");
    form.set("password", bidragsporten::people::access::PRACTICE_PASSWORD).submit().expect_status(422);
}

/// Two colleagues try the same practice role for the first time, at the same moment.
#[test]
fn practice_lets_two_in_at_once() {
    let portal = Portal::practice();
    let forms = (0..4).map(|_| {
        portal
            .anyone()
            .get("/logga-in")
            .form_with("/ovning/logga-in", "foretradare")
            .set("role", "ekonomichef")
    });
    for page in crate::browser::at_once(forms) {
        page.expect_status(200).expect("Mina bidrag");
    }
}

#[test]
fn a_wrong_password_says_the_same_whether_the_account_exists_or_not() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let answer = |email: &str, password: &str| {
        let form = portal.anyone().get("/logga-in").form("/logga-in");
        let page = form.set("email", email).set("password", password).submit().expect_status(422);
        page.text()
    };
    let known = answer(EMAIL, "fel");
    assert!(known.contains("hör inte ihop"));
    for (email, password) in [
        ("ingen@ale.example", "fel"),
        (EMAIL, ""),
        ("", ""),
        (EMAIL, &"a".repeat(5000)),
        ("' OR 1=1 --", "fel"),
        ("%", "fel"),
    ] {
        assert_eq!(answer(email, password), known, "{email}");
    }
}

#[test]
fn an_address_is_the_same_account_however_it_is_written() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let form = portal.anyone().get("/logga-in").form("/logga-in");
    let form = form.set("email", " Ekonom@ALE.example ").set("password", PASSWORD);
    form.submit().expect_status(200).expect("Mina bidrag");
}

#[test]
fn signing_in_leads_back_to_where_one_was_going() {
    let portal = Portal::new();
    let edit = begin(&portal.preparer("Ale"), "bas").address;
    let page = portal.anyone().get(&format!("{edit}?visa=sparat&sok=%C3%85&a=b")).expect("Logga in");
    let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
    let page = form.submit().expect_status(200).expect("Kontaktuppgifter");
    assert!(!page.text().contains("Utkastet är sparat."), "a link tells nothing that was done");
    assert_eq!(page.address, format!("{edit}?visa=sparat&sok=%C3%85&a=b"));
}

#[test]
fn signing_in_never_leads_to_another_site() {
    let portal = Portal::new();
    portal.preparer("Ale");
    for elsewhere in [
        "https://example.org/",
        "//example.org/",
        "///example.org/",
        "/\\example.org/",
        "\\\\example.org/",
        "/\t/example.org/",
        "/\r\nlocation: https://example.org/",
        " /bidrag",
        "javascript:alert(1)",
        "bidrag",
        "/å",
        "/\u{1}",
        "",
    ] {
        let browser = portal.anyone();
        let query = serde_html_form::to_string([("till", elsewhere)]).unwrap();
        let page = browser.get(&format!("/logga-in?{query}"));
        let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
        let answer = form.sent_by(&browser.stopping()).submit().expect_status(303);
        assert_eq!(answer.headers["location"], "/", "{elsewhere:?}");
    }
}

#[test]
fn what_is_held_is_never_sent_to_another_site() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let page = portal.anyone().get("/logga-in");
    let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
    let held = form.set("till", "https://example.org/").set("hallet", "[[\"a\",\"b\"]]").submit();
    held.expect_status(200).expect("Mina bidrag").expect_not("Det du skrev finns kvar");
    for broken in ["[", "{}", "[[1,2]]", "null", "0123456789abcdef"] {
        let page = portal.anyone().get("/logga-in");
        let form = page.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
        form.set("hallet", broken).submit().expect_status(200).expect("Mina bidrag");
    }
}

#[track_caller]
fn expect_safe_headers(page: &Page, policy: &str) {
    let header = |name: &str| {
        let all: Vec<_> = page.headers.get_all(name).iter().collect();
        assert_eq!(all.len(), 1, "{} {}: {name} {all:?}", page.status, page.address);
        all[0].to_str().unwrap().to_owned()
    };
    assert!(header("content-security-policy").contains(policy), "{}", page.address);
    assert!(header("content-security-policy").starts_with("default-src 'none'"), "{}", page.address);
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert_eq!(header("referrer-policy"), "same-origin");
    assert_eq!(header("cross-origin-opener-policy"), "same-origin");
    assert!(header("permissions-policy").contains("camera=()"));
}

#[test]
fn every_answer_has_the_headers_that_keep_it_safe() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    let issued = issue(&browser, "bas", "100 000");
    let style = browser.get("/om").html();
    let style = style.split('"').find(|text| text.starts_with("/static/portal.css")).unwrap().to_owned();
    let stopping = browser.stopping();
    let form = issued.form("/atertagande");
    let large = format!("csrf={}&revision={}", form.value_of("csrf"), "1".repeat(200_000));
    let pages = [
        browser.get("/bidrag").expect_status(200),
        portal.anyone().get("/logga-in").expect_status(200),
        stopping.get("/").expect_status(303),
        browser.get("/finns-inte").expect_status(404),
        browser.get(&format!("{}/underskrift", issued.address)).expect_status(403),
        portal.anyone().post_fields(form.action(), &[]).expect_status(401),
        form.submit_from("https://example.org").expect_status(400),
        browser.post(form.action(), "application/x-www-form-urlencoded", large).expect_status(413),
        browser.send(browser.request(Method::PUT, "/bidrag")).expect_status(404),
    ];
    for page in &pages {
        expect_safe_headers(page, "frame-ancestors 'none'");
        assert_eq!(page.headers["cache-control"], "no-store", "{}", page.address);
    }
    let file = browser.get(&style).expect_status(200);
    expect_safe_headers(&file, "frame-ancestors 'none'");
    assert!(file.headers["cache-control"].to_str().unwrap().contains("immutable"));
    assert!(!file.headers.contains_key(header::SET_COOKIE));
    expect_safe_headers(&browser.get(&format!("{}/blankett.pdf", issued.address)), "sandbox");
}

/// Whoever practises preparing an agreement at any authority finds somebody to publish it.
#[test]
fn practice_has_a_decision_maker_at_every_authority() {
    let portal = Portal::practice();
    for (entered, other) in [("kammarkollegiet", "Socialstyrelsen"), ("socialstyrelsen", "Kammarkollegiet")] {
        let decider = portal.anyone();
        let form = decider.get("/logga-in").form_with("/ovning/logga-in", "beslutsfattare");
        let page =
            form.set("organisation", entered).set("role", "beslutsfattare").submit().expect_status(200);
        assert!(page.has_form("/organisation") && page.html().contains(other), "{entered}");
        decider.get("/forslag").expect_status(200);
    }
}

//! Signing in with the organisation's identity, as far as it goes without a provider; with one it is walked in a browser
//! (`tests/browser/oidc.test.mjs`).

use bidragsporten::access::Role;
use serde_json::{Value, json};

use crate::{browser::Browser, portal::Portal, provider::Provider};

/// A provider that is not there: nobody listens on this port.
pub const NOBODY: &str = "address = 'http://127.0.0.1'\n\
    [[provider]]\nkey = 'prov'\nname = 'Provtjänsten'\nissuer = 'http://127.0.0.1:1'\nclient_id = 'portalen'\nany_assurance = true\n";

#[test]
fn a_provider_that_is_down_is_told_and_the_other_ways_in_still_work() {
    let portal = Portal::configured(NOBODY);
    let page = portal.anyone().get("/logga-in").expect("Logga in med din organisation");
    let told = page.form("/logga-in/prov").submit().expect_status(502);
    told.expect("Provtjänsten svarar inte").follow("Till inloggningen").expect_status(200);
    portal.preparer("Ale").get("/bidrag").expect("Mina bidrag");
}

#[test]
fn only_a_provider_that_is_configured_is_there() {
    let portal = Portal::configured(NOBODY);
    let browser = portal.anyone();
    let csrf = browser.get("/logga-in").form("/logga-in").value_of("csrf").to_owned();
    browser.post_fields("/logga-in/annan", &[("csrf", &csrf)]).expect_status(404);
    browser.get("/logga-in/annan/svar?state=a&code=b").expect_status(404);
    let without = Portal::new().anyone().get("/logga-in");
    without.expect_not("Logga in med din organisation");
}

#[test]
fn an_answer_that_nobody_asked_for_is_worth_nothing() {
    let portal = Portal::configured(NOBODY);
    for query in ["", "?state=", "?state=a&code=b", "?error=access_denied", "?state=a&error=x"] {
        let page = portal.anyone().get(&format!("/logga-in/prov/svar{query}")).expect_status(400);
        page.expect("går inte att slutföra");
    }
}

#[test]
fn a_logout_that_nobody_signed_ends_nothing() {
    let portal = Portal::configured(NOBODY);
    let browser = portal.preparer("Ale");
    for body in ["", "logout_token=", "logout_token=a.b.c", "token=a"] {
        let address = "/logga-in/prov/utloggning";
        portal.anyone().post(address, "application/x-www-form-urlencoded", body).expect_status(400);
    }
    browser.get("/bidrag").expect("Mina bidrag");
}

/// Somebody of Ale who has come by the provider before, and was given a role.
fn known(provider: &Provider, portal: &Portal) -> Browser {
    let browser = portal.anyone();
    let somebody = provider.somebody("1", "prov@ale.example");
    provider.sign_in(&browser, somebody.clone()).expect_status(403).expect("Du har ingen roll än");
    portal.give_role("prov@ale.example", "Ale", Role::Preparer);
    provider.sign_in(&browser, somebody).expect_status(200).expect("Mina bidrag");
    browser
}

#[test]
fn a_token_counts_from_when_it_says_and_until_then_not() {
    let provider = Provider::start();
    let portal = provider.portal("any_assurance = true");
    let now = chrono::Utc::now().timestamp();
    let with = |name: &str, value: Value| {
        let mut claims = provider.somebody("1", "prov@ale.example");
        claims[name] = value;
        provider.sign_in(&portal.anyone(), claims)
    };
    for (name, wrong) in [
        ("nbf", json!(now + 3600)),
        ("nbf", json!("snart")),
        ("exp", json!(now - 3600)),
        ("iss", json!("https://annan.example")),
        ("aud", json!("annan")),
    ] {
        with(name, wrong).expect_status(400).expect("gick inte att lita på");
    }
    with("nbf", json!(now - 3600)).expect_status(403).expect("Du har ingen roll än");
}

#[test]
fn a_logout_ends_a_session_only_by_a_token_that_says_logout() {
    let provider = Provider::start();
    let portal = provider.portal("any_assurance = true");
    let browser = known(&provider, &portal);
    let logout = provider.logout_of("1");
    let mut early = logout.clone();
    early["nbf"] = json!(chrono::Utc::now().timestamp() + 3600);
    for (typ, claims) in [("JWT", &logout), ("at+jwt", &logout), ("logout+jwt", &early)] {
        provider.log_out(&portal, typ, claims).expect_status(400);
    }
    // A sign-in's own token ends nothing either.
    provider.log_out(&portal, "logout+jwt", &provider.somebody("1", "prov@ale.example")).expect_status(400);
    browser.get("/bidrag").expect("Mina bidrag");
    provider.log_out(&portal, "logout+jwt", &logout).expect_status(200);
    assert!(browser.get("/bidrag").address.starts_with("/logga-in"));

    let lenient = provider.portal("any_assurance = true\nuntyped_logout = true");
    let browser = known(&provider, &lenient);
    provider.log_out(&lenient, "at+jwt", &logout).expect_status(400);
    provider.log_out(&lenient, "JWT", &logout).expect_status(200);
    assert!(browser.get("/bidrag").address.starts_with("/logga-in"));
}

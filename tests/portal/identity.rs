//! Signing in with the organisation's identity, as far as it goes without a provider; with one it is walked in a browser
//! (`tests/browser/oidc.test.mjs`).

use crate::portal::Portal;

/// A provider that is not there: nobody listens on this port.
pub const NOBODY: &str = "address = 'http://127.0.0.1'\n\
    [[provider]]\nkey = 'prov'\nname = 'Provtjänsten'\nissuer = 'http://127.0.0.1:1'\nclient_id = 'portalen'\n";

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

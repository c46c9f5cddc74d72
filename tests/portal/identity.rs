//! Signing in with the organisation's identity, as far as it goes without a provider; with one it is walked in a browser
//! (`tests/browser/oidc.test.mjs`).

use bidragsporten::{
    ground::infra::{db::DbError, error::Resume, schema::sign_in_requests},
    people::{
        access::{self, Role},
        identity::{Purpose, store},
        recipient,
    },
};
use diesel::{QueryDsl, RunQueryDsl};
use serde_json::{Value, json};

use crate::{browser::Browser, portal::Portal, program::Program, provider::Provider};

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

const TRUSTED: &str = "any_assurance = true\ntrust_email = true\norganisations = ['212000-1439']";

/// An account that a link made, whose owner has not chosen a password.
fn waits_for_its_owner(portal: &Portal, email: &str, organisation: &str) {
    let (email, name) = (email.to_owned(), organisation.to_owned());
    portal
        .db
        .write_now(|connection| {
            let all = recipient::store::all(connection)?;
            let home = all.into_iter().find(|known| known.name == name).expect("known");
            let person = access::store::add_person(connection, &email, "Väntar", "", chrono::Utc::now())?;
            access::store::give_role(connection, person.id, home.id, Role::Preparer)
        })
        .unwrap();
}

#[test]
fn an_address_alone_takes_over_no_account() {
    let provider = Provider::start();
    for more in ["any_assurance = true", TRUSTED] {
        let portal = provider.portal(more);
        let owner = portal.preparer("Ale");
        let come = |subject: &str, email: &str, verified: Value| {
            let mut claims = provider.somebody(subject, email);
            claims["email_verified"] = verified;
            provider.sign_in(&portal.anyone(), claims)
        };
        let taken = "Det finns redan ett konto i portalen med din e-postadress";
        // With a password, whatever the provider says of the address.
        for verified in [json!(true), json!("true"), Value::Null, json!(false)] {
            assert_eq!(come("2", "EKONOM@ale.example", verified).status, 403);
        }
        come("2", "ekonom@ale.example", json!(true)).expect(taken);
        // Somebody else's colleague, and an account that belongs to nobody yet.
        waits_for_its_owner(&portal, "lo@alingsas.example", "Alingsås");
        come("3", "lo@alingsas.example", json!(true)).expect_status(403).expect(taken);
        waits_for_its_owner(&portal, "kim@ale.example", "Ale");
        come("4", "kim@ale.example", Value::Null).expect_status(403);
        let kim = come("4", "kim@ale.example", json!(true));
        if more == TRUSTED {
            kim.expect_status(200).expect("Mina bidrag");
            // Taken by whoever came: a second identity with the same address is somebody else.
            come("5", "kim@ale.example", json!(true)).expect_status(403).expect(taken);
            come("4", "kim@ale.example", json!(true)).expect_status(200);
        } else {
            kim.expect_status(403).expect(taken);
        }
        owner.get("/bidrag").expect("Mina bidrag");
    }
}

#[test]
fn whoever_has_a_password_ties_the_identity_to_the_account_and_nobody_else_does() {
    let provider = Provider::start();
    let portal = provider.portal("any_assurance = true");
    let owner = portal.preparer("Ale");
    let tie = |browser: &Browser, claims: Value| {
        let away =
            browser.get("/konto/inloggningar").form("/konto/identitet/prov").submit().expect_status(200);
        provider.come_back(browser, &away, claims)
    };
    let own = provider.somebody("1", "nagot.annat@ale.example");
    // Long after the password was shown it is asked for.
    portal.age_confirmations(chrono::Duration::minutes(16));
    let form = owner.get("/konto/inloggningar").form("/konto/identitet/prov");
    form.submit().expect_status(403).expect("Bekräfta att det är du");
    let owner = portal.preparer("Ale");
    // Of an organisation where one has no role.
    let mut elsewhere = own.clone();
    elsewhere["https://id.oidc.se/claim/orgNumber"] = json!("212000-1553");
    tie(&owner, elsewhere).expect_status(403).expect("Du har ingen roll i Alingsås kommun");
    tie(&owner, own.clone()).expect_status(200).expect("Inloggningen är knuten till ditt konto.");
    let page = provider.sign_in(&portal.anyone(), own.clone()).expect_status(200);
    assert!(page.expect("Mina bidrag").html().contains("Ekonom i Ale"));
    assert_eq!(portal.ways_in().last().unwrap(), "med organisationens identitet, hos Provtjänsten");
    // Once more is no more, and another cannot have it.
    tie(&owner, own.clone()).expect_status(200);
    tie(&portal.signatory("Ale"), own.clone()).expect_status(403).expect("hör redan till någon annan");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn strangers_under_way_are_bounded_and_those_who_left_first_go() {
    let portal = Portal::configured(NOBODY);
    let now = chrono::Utc::now();
    let count = |connection: &mut _| {
        let all = sign_in_requests::table.select(diesel::dsl::count_star());
        Ok::<i64, DbError>(all.first(connection)?)
    };
    portal
        .db
        .write_now(|connection| {
            for number in 0..store::MOST_UNDER_WAY + 5 {
                let started_at = now + chrono::Duration::milliseconds(number);
                let request = store::Request {
                    state_hash: format!("{number:05}"),
                    browser_hash: "b".to_owned(),
                    provider: "prov".to_owned(),
                    purpose: Purpose::SignIn,
                    nonce: String::new(),
                    verifier: String::new(),
                    resume: Resume::default(),
                    started_at,
                };
                store::add_request(connection, &request)?;
            }
            assert_eq!(count(connection)?, store::MOST_UNDER_WAY);
            assert!(store::take_request(connection, ("00004", "b", "prov"), now)?.is_none());
            assert!(store::take_request(connection, ("00005", "b", "prov"), now)?.is_some());
            Ok::<_, DbError>(())
        })
        .unwrap();
}

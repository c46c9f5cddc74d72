//! Passkeys: adding, signing in, confirming, removing; and every answer that is not the right one. The device is one of our
//! own, by the letter of W3C *Web Authentication*: what a real browser does is in `tests/browser/passkeys.test.mjs`.

use bidragsporten::{
    ground::infra::{db::DbError, schema::passkey_challenges},
    people::access::Role,
};
use chrono::{Duration, Utc};
use diesel::{ExpressionMethods, RunQueryDsl};
use ring::{
    rand::{SecureRandom, SystemRandom},
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use scraper::{Html, Selector};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    accounts_local::{give_code, give_password},
    browser::{Browser, Form, Page},
    portal::{PASSWORD, Portal},
    program::Program,
    steps,
};

const ADDRESS: &str = "https://bidrag.example.se";
const EMAIL: &str = "ekonom@ale.example";

fn portal() -> Portal {
    Portal::configured(&format!("address = '{ADDRESS}'\n"))
}

/// A security key with room for one passkey.
struct Device {
    key: EcdsaKeyPair,
    id: [u8; 16],
    /// What the browser says that it is on.
    origin: &'static str,
    /// It has recognised its owner.
    verifies: bool,
    /// How often it was used; a device that does not count says zero.
    count: u32,
}

const IS_PRESENT: u8 = 1;
const IS_VERIFIED: u8 = 4;
const HAS_KEY: u8 = 64;

impl Device {
    fn new() -> Self {
        let random = SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let mut id = [0; 16];
        random.fill(&mut id).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).unwrap();
        Self { key, id, origin: ADDRESS, verifies: true, count: 0 }
    }

    fn counting(count: u32) -> Self {
        Self { count, ..Self::new() }
    }

    fn client_data(&self, kind: &str, told: &Value) -> Vec<u8> {
        let challenge = &told["publicKey"]["challenge"];
        assert!(challenge.as_str().is_some_and(|text| text.len() >= 43), "{told}");
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    /// *Authenticator data*: for which domain, what was done, how often.
    fn data(&self, flags: u8) -> Vec<u8> {
        let domain = self.origin.split("//").nth(1).unwrap();
        let verified = if self.verifies { IS_VERIFIED } else { 0 };
        let mut data = Sha256::digest(domain).to_vec();
        data.push(IS_PRESENT | verified | flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    /// Makes the passkey; the attestation is "none", as the portal asks for.
    fn create(&self, told: &Value) -> String {
        assert_eq!(told["publicKey"]["rp"]["id"], "bidrag.example.se");
        assert_eq!(told["publicKey"]["authenticatorSelection"]["userVerification"], "required");
        let mut data = self.data(HAS_KEY);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        let point = self.key.public_key().as_ref();
        data.extend([0xa5, 1, 2, 3, 0x26, 0x20, 1, 0x21, 0x58, 32]);
        data.extend(&point[1..33]);
        data.extend([0x22, 0x58, 32]);
        data.extend(&point[33..]);
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(u8::try_from(data.len()).unwrap());
        object.extend(data);
        self.answer(json!({
            "attestationObject": base64(&object),
            "clientDataJSON": base64(&self.client_data("webauthn.create", told)),
        }))
    }

    /// Uses it.
    fn get(&mut self, told: &Value) -> String {
        assert_eq!(told["publicKey"]["userVerification"], "required");
        self.count += u32::from(self.count > 0);
        let (data, client_data) = (self.data(0), self.client_data("webauthn.get", told));
        let signed = [data.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &signed).unwrap();
        self.answer(json!({
            "authenticatorData": base64(&data),
            "clientDataJSON": base64(&client_data),
            "signature": base64(signature.as_ref()),
        }))
    }

    fn answer(&self, response: Value) -> String {
        let id = base64(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "extensions": {} })
            .to_string()
    }
}

/// Base64url without padding (RFC 4648 §5).
fn base64(bytes: &[u8]) -> String {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let sextets = |part: &[u8]| {
        let word =
            part.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - part.len()));
        (0..=part.len())
            .map(|place| char::from(letters[(word >> (18 - 6 * place) & 63) as usize]))
            .collect::<String>()
    };
    bytes.chunks(3).map(sextets).collect()
}

/// Begins to add a passkey: the page that asks the device, and what it asks.
fn begin(browser: &Browser, name: &str) -> (Form, Value) {
    let page = browser.get("/konto/passkeys").form("/konto/passkeys/ny").set("name", name).submit();
    let page = page.expect_status(200).expect("Skapa passkeyn");
    let document = Html::parse_document(&page.html());
    let form = document.select(&Selector::parse("form[data-new]").unwrap()).next().unwrap();
    let told = serde_json::from_str(form.value().attr("data-new").unwrap()).unwrap();
    (page.form("/konto/passkeys"), told)
}

fn add(browser: &Browser, device: &Device, name: &str) -> Page {
    let (form, told) = begin(browser, name);
    form.set("passkey", &device.create(&told)).submit().expect_status(200)
}

fn fetch(browser: &Browser, address: &str) -> Page {
    let page = browser.get("/om");
    let page = if page.html().contains("name=\"csrf\"") { page } else { browser.get("/logga-in/kod") };
    let document = Html::parse_document(&page.html());
    let csrf = document.select(&Selector::parse("input[name=csrf]").unwrap()).next().unwrap();
    browser.post_fields(address, &[("csrf", csrf.value().attr("value").unwrap())])
}

/// What the page's script fetches when somebody is to confirm who it is.
fn ask(browser: &Browser) -> Value {
    serde_json::from_slice(&fetch(browser, "/konto/passkeys/fraga").expect_status(200).bytes).unwrap()
}

fn ask_at_sign_in(browser: &Browser) -> Value {
    serde_json::from_slice(&fetch(browser, "/logga-in/kod/passkey").expect_status(200).bytes).unwrap()
}

/// Half a sign-in: what is asked next.
fn half(portal: &Portal) -> (Browser, Page) {
    let browser = portal.anyone();
    let page = give_password(&browser, EMAIL, PASSWORD).expect("din passkey eller en kod");
    (browser, page)
}

fn sign_in(page: &Page, answer: &str) -> Page {
    page.form("/logga-in/kod").set("code", "").set("passkey", answer).submit()
}

fn codes(page: &Page) -> Vec<String> {
    let html = page.html();
    html.split("<li><code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect()
}

#[test]
fn a_passkey_takes_the_place_of_the_code() {
    let portal = portal();
    let own = portal.preparer("Ale");
    let mut device = Device::new();
    let page = add(&own, &device, "Min telefon").expect("Koderna visas bara nu");
    let codes = codes(&page);
    assert_eq!(codes.len(), 10);
    own.get("/konto/passkeys").expect("Min telefon").expect("Senast använd aldrig");
    // Another one; the recovery codes stay as they are.
    add(&own, &Device::new(), "Nyckelringen").expect("Din passkey är tillagd").expect("Nyckelringen");
    let (browser, page) = half(&portal);
    let told = ask_at_sign_in(&browser);
    assert_eq!(told["publicKey"]["allowCredentials"].as_array().unwrap().len(), 2);
    assert!(browser.get("/bidrag").address.starts_with("/logga-in?"));
    sign_in(&page, &device.get(&told)).expect_status(200).expect("Mina bidrag");
    own.get("/konto/passkeys").expect_not("Senast använd aldrig Nyckelringen");
    let konto = browser.get("/konto").expect("En passkey lades till").expect("Min telefon");
    konto.expect("Du har 10 reservkoder kvar");
    // For the day when the telephone is lost.
    let (_, page) = half(&portal);
    give_code(&page, &codes[0]).expect("Mina bidrag");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
    let kept = browser.get("/konto/uppgifter.json").html();
    assert!(kept.contains("Min telefon") && kept.contains("\"tvastegsinloggning\": true"), "{kept}");
}

#[test]
fn the_access_log_says_with_what_somebody_came_in() {
    let portal = portal();
    let own = portal.preparer("Ale");
    let mut device = Device::new();
    let codes = codes(&add(&own, &device, "Min telefon"));
    let (browser, page) = half(&portal);
    sign_in(&page, &device.get(&ask_at_sign_in(&browser))).expect("Mina bidrag");
    let (_, page) = half(&portal);
    give_code(&page, &codes[0]).expect("Mina bidrag");
    assert_eq!(portal.ways_in(), ["med lösenord", "med lösenord och passkey", "med lösenord och kod"]);
    let list = browser.get("/konto/inloggningar").expect("Inloggad med Lösenord och passkey");
    list.expect("Inloggad med Lösenord och kod").expect("Inloggad med Lösenord Sedan");
}

#[test]
fn whoever_must_have_a_second_factor_may_have_a_passkey() {
    let portal = Portal::set_up(|state| bidragsporten::ground::infra::Portal {
        second_factor: bidragsporten::ground::infra::SecondFactor::Required,
        config: bidragsporten::ground::infra::config::Config { address: ADDRESS.to_owned(), ..state.config },
        ..state
    });
    let signatory = portal.sign_in("Ale", &[Role::Signatory], "Fia");
    assert_eq!(signatory.get("/bidrag").address, "/konto/tvafaktor");
    signatory.get("/konto/tvafaktor").expect("Slå på med en passkey");
    add(&signatory, &Device::new(), "Min telefon");
    signatory.get("/bidrag").expect("Mina bidrag");
}

#[test]
fn a_passkey_alone_signs_and_its_answer_signs_once() {
    let portal = portal();
    let requisition = steps::issue(&portal.preparer("Ale"), "bas", "10 000").address;
    let other = steps::issue(&portal.preparer("Ale"), "bas", "10 000").address;
    let signatory = portal.signatory("Ale");
    let mut device = Device::counting(7);
    add(&signatory, &device, "Min dator");
    let form = |requisition: &str| signatory.get(&format!("{requisition}/underskrift")).form("/underskrift");
    let answer = device.get(&ask(&signatory));
    let (sign, sign_other) =
        (form(&requisition).set("passkey", &answer), form(&other).set("passkey", &answer));
    sign.submit().expect_status(200).expect("Kvitto");
    // The other half of a double click is the same signature.
    sign.submit().expect_status(200).expect("Kvitto");
    // Another act is another question.
    sign_other.submit().expect_status(409).expect("gäller inte längre");
    signatory.get(&other).expect("Väntar på underskrift");
    let answer = device.get(&ask(&signatory));
    form(&other).set("passkey", &answer).submit().expect("Kvitto");
    // With neither, nothing is signed; the password and a code still do.
    let third = steps::issue(&portal.preparer("Ale"), "bas", "10 000").address;
    form(&third).submit().expect_status(422).expect("Lösenordet är fel");
    form(&third).set("password", PASSWORD).submit().expect_status(422).expect("Koden stämmer inte");
}

#[test]
fn a_passkey_confirms_before_what_is_decided() {
    let portal = portal();
    let officer = portal.officer();
    let mut device = Device::new();
    add(&officer, &device, "Min dator");
    portal.age_confirmations(Duration::minutes(16));
    let form = steps::giving_insight(&officer, "aldreomsorg-2022", "Socialdepartementet");
    let asked = form.submit().expect_status(403).expect("Bekräfta med passkey");
    let answer = device.get(&ask(&officer));
    let confirmed = asked.form("/bekrafta").set("passkey", &answer).submit();
    confirmed.expect_status(200).expect("Du har bekräftat att det är du");
    // Asked again a while later, the same answer is worth nothing.
    portal.age_confirmations(Duration::minutes(16));
    let asked = steps::giving_insight(&officer, "aldreomsorg-2022", "Socialdepartementet")
        .submit()
        .expect_status(403);
    asked.form("/bekrafta").set("passkey", &answer).submit().expect_status(422).expect("gäller en gång");
}

#[test]
fn only_the_right_answer_is_taken() {
    let portal = portal();
    let own = portal.preparer("Ale");
    let mut device = Device::new();
    add(&own, &device, "Min telefon");
    let mut stranger = Device::new();
    add(&portal.finance_head("Ale"), &stranger, "En annans");
    let (browser, page) = half(&portal);
    let told = ask_at_sign_in(&browser);
    let refuse = |page: &Page, answer: &str| {
        let refused = sign_in(page, answer).expect_status(422);
        assert!(refused.error_at("passkey").contains("kunde inte bekräfta"), "{}", refused.text());
    };
    // Another's key, a portal that only looks like this one, a device that did not ask who it was.
    refuse(&page, &stranger.get(&told));
    device.origin = "https://bidrag.example.com";
    refuse(&page, &device.get(&told));
    device.origin = ADDRESS;
    device.verifies = false;
    refuse(&page, &device.get(&told));
    device.verifies = true;
    // Asked to confirm, in a session that runs; and asked in another half of a sign-in.
    refuse(&page, &device.get(&ask(&own)));
    let (elsewhere, other) = half(&portal);
    let answer = device.get(&ask_at_sign_in(&elsewhere));
    refuse(&page, &answer);
    // Five tries are over: also with the right answer.
    sign_in(&page, &device.get(&told)).expect_status(422).expect("Logga in igen");
    // What was good for its own half is used up by it.
    sign_in(&other, &answer).expect("Mina bidrag");
    let (browser, page) = half(&portal);
    refuse(&page, &answer);
    for nonsense in ["{}", "null", "[]", "{\"id\":\"a\"}", "\u{e5}"] {
        let form = own.get("/konto").form("/konto/losenord");
        let form = form.set("new_password", "tjugo gröna elefanter").set("passkey", nonsense);
        assert!(!form.submit().expect_status(422).error_at("passkey").is_empty(), "{nonsense}");
    }
    // Too late.
    let answer = device.get(&ask_at_sign_in(&browser));
    age_questions(&portal, Duration::minutes(6));
    refuse(&page, &answer);
    sign_in(&page, &device.get(&ask_at_sign_in(&browser))).expect("Mina bidrag");
}

fn age_questions(portal: &Portal, time: Duration) {
    let made = (Utc::now() - time).naive_utc();
    portal
        .db
        .write_now(|connection| {
            diesel::update(passkey_challenges::table)
                .set(passkey_challenges::made_at.eq(made))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
}

#[test]
fn of_a_key_and_its_copy_the_one_that_counts_behind_is_refused() {
    let portal = portal();
    let own = portal.preparer("Ale");
    let mut device = Device::counting(4);
    add(&own, &device, "Min nyckel");
    for _ in 0..2 {
        let (browser, page) = half(&portal);
        sign_in(&page, &device.get(&ask_at_sign_in(&browser))).expect("Mina bidrag");
    }
    let (browser, page) = half(&portal);
    // Two questions before the first is answered: what the portal knew then was the same for both.
    let (first, second) = (ask_at_sign_in(&browser), ask(&own));
    let before = device.count;
    let answer = device.get(&first);
    device.count = before;
    let copy = device.get(&second);
    sign_in(&page, &answer).expect("Mina bidrag");
    let form = own.get("/konto").form("/konto/losenord").set("new_password", "tjugo gröna elefanter");
    form.set("passkey", &copy).submit().expect_status(422).expect("kunde inte bekräfta");
}

#[test]
fn a_passkey_is_added_to_one_account_by_its_owner() {
    let portal = portal();
    let own = portal.preparer("Ale");
    own.get("/konto/passkeys")
        .form("/ny")
        .set("name", " ")
        .submit()
        .expect_status(422)
        .expect("Skriv vad du vill");
    let device = Device::new();
    let (form, told) = begin(&own, "Min telefon");
    form.clone().set("passkey", "{}").submit().expect_status(422).expect("gick inte att använda");
    let unverified = Device { verifies: false, ..Device::new() };
    form.clone().set("passkey", &unverified.create(&told)).submit().expect_status(422);
    let elsewhere = Device { origin: "https://bidrag.example.com", ..Device::new() };
    form.clone().set("passkey", &elsewhere.create(&told)).submit().expect_status(422);
    // What was asked in another session, of the same person or of another.
    let (_, others) = begin(&portal.preparer("Ale"), "Min telefon");
    form.clone().set("passkey", &device.create(&others)).submit().expect_status(422).expect("Börja om");
    let head = portal.finance_head("Ale");
    let (_, others) = begin(&head, "Min telefon");
    form.clone().set("passkey", &device.create(&others)).submit().expect_status(422);
    own.get("/konto/passkeys").expect("ingen passkey än");
    let right = form.set("passkey", &device.create(&told));
    right.submit().expect_status(200).expect("Koderna visas bara nu");
    right.submit().expect_status(422).expect("redan tillagd");
    // The same passkey opens no other account.
    let (form, told) = begin(&head, "Samma");
    form.set("passkey", &device.create(&told)).submit().expect_status(422).expect("finns redan");
    // Whoever finds a session open adds none.
    portal.age_confirmations(Duration::minutes(16));
    let form = own.get("/konto/passkeys").form("/ny").set("name", "En till");
    form.submit().expect_status(403).expect("Bekräfta att det är du");
}

#[test]
fn a_passkey_that_is_removed_opens_nothing() {
    let portal = portal();
    let own = portal.preparer("Ale");
    let (mut lost, mut kept) = (Device::new(), Device::new());
    let codes = codes(&add(&own, &lost, "Borta"));
    add(&own, &kept, "Kvar");
    let remove = |name: &str| {
        let page = own.get("/konto/passkeys");
        let html = page.html();
        let before = html.split(&format!("{name}</label>")).next().unwrap();
        let id = before.rsplit("value=\"").next().unwrap()[..36].to_owned();
        page.form("/borttagning").set("chosen", &id)
    };
    remove("Borta").submit().expect_status(422).expect("Lösenordet är fel");
    own.get("/konto/passkeys")
        .form("/borttagning")
        .set("password", PASSWORD)
        .submit()
        .expect("Välj vilken passkey");
    // Asked before it was removed, and answered after.
    let (browser, page) = half(&portal);
    let told = ask_at_sign_in(&browser);
    let form = remove("Borta");
    form.set("passkey", &kept.get(&ask(&own)))
        .submit()
        .expect("Passkeyn är borttagen")
        .expect_not("Tillagd Borta");
    sign_in(&page, &lost.get(&told)).expect_status(422).expect("kunde inte bekräfta");
    sign_in(&page, &kept.get(&told)).expect("Mina bidrag");
    // The last one takes the second factor with it, and says so first.
    own.get("/konto/passkeys").expect("Det är den enda du har");
    let away = remove("Kvar").set("password", PASSWORD);
    away.clone().submit().expect_status(422).expect("Koden stämmer inte");
    away.set("code", &codes[0]).submit().expect("Passkeyn är borttagen").expect("ingen passkey än");
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect("Mina bidrag");
    own.get("/konto").expect("En passkey togs bort").expect_not("reservkoder kvar");
}

#[test]
fn nobody_removes_anothers_passkey() {
    let portal = portal();
    let own = portal.preparer("Ale");
    add(&own, &Device::new(), "Min telefon");
    let head = portal.finance_head("Ale");
    let mut device = Device::new();
    add(&head, &device, "En annans");
    let html = own.get("/konto/passkeys").html();
    let id = html.split("name=\"chosen\" value=\"").nth(1).unwrap()[..36].to_owned();
    let form = head.get("/konto/passkeys").form("/borttagning").set("chosen", &id);
    form.set("passkey", &device.get(&ask(&head))).submit().expect_status(200);
    own.get("/konto/passkeys").expect("Min telefon");
    head.get("/konto/passkeys").expect("En annans");
}

#[test]
fn an_operator_removes_passkeys_too() {
    let portal = portal();
    add(&portal.preparer("Ale"), &Device::new(), "Min telefon");
    let program = Program::on(&portal.address);
    let command = ["remove-second-factor", "--email", EMAIL];
    program.run(&command).expect("avslagen");
    program.run(&command).expect_refusal("har ingen tvåstegsinloggning");
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect("Mina bidrag");
    program.run(&["check"]).expect("Historiken är hel");
}

#[test]
fn without_an_address_of_its_own_the_portal_offers_none() {
    let portal = Portal::new();
    let own = portal.preparer("Ale");
    let page = own.get("/konto/passkeys").expect("ingen egen adress inställd");
    assert!(!page.has_form("/konto/passkeys/ny"));
    own.get("/konto/tvafaktor").expect_not("passkey i stället");
    fetch(&own, "/konto/passkeys/fraga").expect_status(409);
    fetch(&own, "/konto/passkeys/ny").expect_status(422);
}

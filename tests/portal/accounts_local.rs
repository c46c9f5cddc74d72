//! Local accounts: the second factor, recovery codes, tries, and changing the password.

use bidragsporten::{
    ground::{
        history,
        infra::{
            db::DbError,
            schema::{people, second_factors, sign_in_attempts, sign_in_steps},
        },
    },
    people::{
        access::{self, Role},
        account::totp,
    },
};
use chrono::{DateTime, Duration, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use crate::{
    browser::{Browser, Page, at_once},
    colleagues::{NEW_PASSWORD, accept, administrator, invite, link},
    portal::{PASSWORD, Portal},
    program::Program,
    steps::issue,
};

const EMAIL: &str = "ekonom@ale.example";

/// The password, as it is typed on the page.
pub fn give_password(browser: &Browser, email: &str, password: &str) -> Page {
    let form = browser.get("/logga-in").form("/logga-in");
    form.set("email", email).set("password", password).submit()
}

pub fn give_code(page: &Page, code: &str) -> Page {
    page.form("/logga-in/kod").set("code", code).submit()
}

/// Sets up a second factor on the page; gives its secret and the recovery codes.
fn set_up(browser: &Browser) -> (Vec<u8>, Vec<String>) {
    let page = browser.get("/konto/tvafaktor").form("/konto/tvafaktor").submit().expect_status(200);
    assert!(page.html().contains("<svg class=\"qr\""));
    let secret = decoded(&between(&page, "<code class=\"secret\">"));
    let wrong = page.form("/kod").set("code", "abc").submit().expect_status(422);
    assert!(wrong.error_at("code").contains("stämmer inte"));
    let done = page.form("/kod").set("code", &totp::code_at(&secret, Utc::now())).submit().expect_status(200);
    let html = done.expect("Koderna visas bara nu").html();
    let codes: Vec<String> =
        html.split("<li><code>").skip(1).map(|part| part.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10);
    (secret, codes)
}

fn between(page: &Page, start: &str) -> String {
    let html = page.html();
    html.split_once(start).unwrap().1.split('<').next().unwrap().to_owned()
}

fn decoded(base32: &str) -> Vec<u8> {
    let value = |letter: char| "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(letter).unwrap();
    let bits: Vec<usize> = base32
        .chars()
        .filter(|letter| *letter != ' ')
        .flat_map(|letter| (0..5).rev().map(move |place| value(letter) >> place & 1))
        .collect();
    bits.chunks_exact(8).map(|byte| byte.iter().fold(0, |value, bit| value << 1 | *bit as u8)).collect()
}

/// As if the last code had been used long ago.
fn let_codes_pass(portal: &Portal) {
    portal
        .db
        .write_now(|connection| {
            diesel::update(second_factors::table)
                .set(second_factors::last_step.eq(0_i64))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
}

/// The code that was used last, also when another one has become the app's since.
fn used_code(portal: &Portal, secret: &[u8]) -> String {
    let step: i64 = portal
        .db
        .read_now(|connection| {
            Ok::<_, DbError>(second_factors::table.select(second_factors::last_step).first(connection)?)
        })
        .unwrap();
    totp::code_at(secret, DateTime::from_timestamp(step * 30, 0).unwrap())
}

#[test]
fn with_a_second_factor_the_password_is_half_of_it() {
    let portal = Portal::new();
    let (secret, codes) = set_up(&portal.preparer("Ale"));
    let browser = portal.anyone();
    let before = browser.get("/logga-in");
    let cookie = browser.cookie();
    let form = before.form("/logga-in").set("email", EMAIL).set("password", PASSWORD);
    let page = form.submit().expect_status(200).expect("Ange koden");
    assert_ne!(browser.cookie(), cookie, "a token that somebody planted is worth nothing here");
    assert!(browser.get("/bidrag").address.starts_with("/logga-in?"));
    // The step that set it up is used.
    give_code(&page, &used_code(&portal, &secret)).expect_status(422).expect("bara en gång");
    let_codes_pass(&portal);
    let code = totp::code_at(&secret, Utc::now());
    give_code(&page, &code).expect_status(200).expect("Mina bidrag");
    // The very same code is not taken again, by nobody.
    let page = give_password(&portal.anyone(), EMAIL, PASSWORD);
    give_code(&page, &code).expect_status(422);
    // A recovery code is, once, however it is typed.
    give_code(&page, &codes[0].to_lowercase().replace('-', " ")).expect("Mina bidrag");
    let page = give_password(&portal.anyone(), EMAIL, PASSWORD);
    give_code(&page, &codes[0]).expect_status(422);
    give_code(&page, &codes[1]).expect("Mina bidrag");
    let browser = portal.anyone();
    give_code(&give_password(&browser, EMAIL, PASSWORD), &codes[2]).expect_status(200);
    let own = browser.get("/konto");
    own.expect("Du har 7 reservkoder kvar")
        .expect("En reservkod användes (7 kvar)")
        .expect("Tvåstegsinloggning slogs på");
    Program::on(&portal.address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn half_a_sign_in_is_over_after_five_codes_or_ten_minutes() {
    let portal = Portal::new();
    let (_, codes) = set_up(&portal.preparer("Ale"));
    let page = give_password(&portal.anyone(), EMAIL, PASSWORD);
    for _ in 0..5 {
        give_code(&page, "000000").expect_status(422).expect("Koden stämmer inte");
    }
    give_code(&page, &codes[0]).expect_status(422).expect("Logga in igen");
    let browser = portal.anyone();
    let page = give_password(&browser, EMAIL, PASSWORD).expect("Ange koden");
    portal
        .db
        .write_now(|connection| {
            let started = (Utc::now() - Duration::minutes(11)).naive_utc();
            diesel::update(sign_in_steps::table)
                .set(sign_in_steps::started_at.eq(started))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
    give_code(&page, &codes[0]).expect_status(422).expect("Logga in igen");
    assert_eq!(browser.get("/logga-in/kod").address, "/logga-in");
}

/// As if that many wrong codes had been written.
fn count_wrong_codes(portal: &Portal, count: i32) {
    portal
        .db
        .write_now(|connection| {
            let since = (Utc::now() - Duration::days(3)).naive_utc();
            diesel::update(people::table.filter(people::email.eq(EMAIL)))
                .set((people::failed_codes.eq(count), people::failed_codes_since.eq(since)))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
}

#[test]
fn guessing_codes_has_an_end_and_the_owner_is_told() {
    let portal = Portal::new();
    let (secret, codes) = set_up(&portal.preparer("Ale"));
    let_codes_pass(&portal);
    count_wrong_codes(&portal, 48);
    let page = give_password(&portal.anyone(), EMAIL, PASSWORD);
    for _ in 0..2 {
        give_code(&page, "000000").expect_status(422);
    }
    // The fiftieth was wrong: from now on the right one is no use, and a right password forgets nothing.
    let browser = portal.anyone();
    let page = give_password(&browser, EMAIL, PASSWORD);
    let right = totp::code_at(&secret, Utc::now());
    give_code(&page, &right).expect_status(422).expect("Använd en reservkod");
    let told = give_code(&page, &codes[0]).expect_status(200);
    assert!(told.address.starts_with("/konto?klart=koder"), "{}", told.address);
    told.expect("51 felaktiga koder sedan").expect("före den senaste rätta koden");
    // A recovery code begins the count anew.
    let page = give_password(&portal.anyone(), EMAIL, PASSWORD);
    give_code(&page, &totp::code_at(&secret, Utc::now())).expect_status(200).expect("Mina bidrag");
}

#[test]
fn a_wrong_code_is_counted_where_one_signs_too() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    set_up(&browser);
    let form = browser.get("/konto/tvafaktor").form("/reservkoder");
    form.set("password", PASSWORD).set("code", "000000").submit().expect_status(422);
    browser.get("/konto").expect("En felaktig kod sedan");
}

#[test]
fn right_passwords_at_the_same_time_are_not_taken_for_guesses() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let known = portal.preparer("Ale");
    let forms: Vec<_> = (0..12)
        .map(|_| {
            let form = known.get("/konto").form("/konto/losenord").set("password", "fel");
            form.set("new_password", NEW_PASSWORD)
        })
        .collect();
    // Wrong ones are, as before.
    let wrong = at_once(forms.into_iter().take(7));
    assert!(wrong.iter().any(|page| page.error_at("password").contains("För många försök")));
    let portal = Portal::new();
    let signatory = portal.signatory("Ale");
    let preparer = portal.preparer("Ale");
    let forms: Vec<_> = (0..12)
        .map(|_| {
            let requisition = issue(&preparer, "bas", "2 000").address;
            signatory
                .get(&format!("{requisition}/underskrift"))
                .form("/underskrift")
                .set("password", PASSWORD)
        })
        .collect();
    for page in at_once(forms) {
        page.expect_status(200).expect("Kvitto");
    }
}

/// On PostgreSQL two transactions that take the same rows in different orders end each other.
#[test]
fn those_who_sign_in_to_one_account_at_once_do_not_wait_for_each_other() {
    let portal = Portal::new();
    portal.preparer("Ale");
    for _ in 0..5 {
        let forms = (0..6).map(|_| {
            let form = portal.anyone().get("/logga-in").form("/logga-in");
            form.set("email", EMAIL).set("password", PASSWORD)
        });
        for page in at_once(forms) {
            assert!(matches!(page.status, 200 | 429), "{}: {}", page.status, page.text());
        }
    }
}

#[test]
fn addresses_that_are_made_up_leave_no_line_each() {
    let portal = Portal::new();
    for number in 0..3 {
        give_password(&portal.anyone(), &format!("ingen-{number}@ale.example"), "fel").expect_status(422);
    }
    let lines = portal.db.read_now(|connection| history::store::of(connection, "access")).unwrap();
    assert!(lines.is_empty());
}

#[test]
fn a_held_form_comes_back_after_both_halves() {
    let portal = Portal::new();
    let (secret, _) = set_up(&portal.preparer("Ale"));
    let_codes_pass(&portal);
    let browser = portal.anyone();
    let page =
        browser.get("/bidrag?a=b").form("/logga-in").set("email", EMAIL).set("password", PASSWORD).submit();
    let page = give_code(&page, &totp::code_at(&secret, Utc::now())).expect_status(200);
    assert!(page.address.starts_with("/bidrag?a=b"), "{}", page.address);
}

#[test]
fn who_signs_or_decides_gets_nowhere_without_a_second_factor() {
    let portal = Portal::with_second_factors();
    let browser = portal.sign_in("Ale", &[Role::Signatory], "Fia");
    for address in ["/", "/bidrag", "/overenskommelser", "/uppdrag"] {
        let page = browser.get(address).expect("Din roll kräver det");
        assert_eq!(page.address, "/konto/tvafaktor", "{address}");
    }
    browser.get("/konto").expect("Fia i Ale");
    set_up(&browser);
    browser.get("/bidrag").expect("Mina bidrag");
    // Who fills in and who reads may do without.
    portal.preparer("Ale").get("/bidrag").expect("Mina bidrag");
    for role in Role::ALL {
        let home = match role {
            Role::CaseOfficer | Role::DecisionMaker | Role::PaymentOfficer => "Kammarkollegiet",
            Role::Reader => "Socialdepartementet",
            _ => "Alingsås",
        };
        let page = portal.sign_in(home, &[role], role.key()).get("/overenskommelser");
        assert_eq!(page.address == "/konto/tvafaktor", role.needs_second_factor(), "{role:?}");
    }
    // And where an operator says that it is optional, nobody is asked.
    Portal::new().signatory("Ale").get("/bidrag").expect("Mina bidrag");
}

#[test]
fn an_invited_signatory_sets_up_the_second_factor_first() {
    let portal = Portal::with_second_factors();
    let administrator = administrator(&portal, "Ale");
    set_up(&administrator);
    let link = link(&invite(&administrator, "fia@ale.example", Role::Signatory));
    let browser = portal.anyone();
    accept(&browser, &link, "Fia").expect("Din roll kräver det");
    set_up(&browser);
    browser.get("/").expect("Mina bidrag");
}

#[test]
fn strangers_wait_after_five_wrong_tries_and_the_owner_does_not() {
    let portal = Portal::new();
    let own = portal.preparer("Ale");
    let attacker = portal.anyone();
    for _ in 0..5 {
        give_password(&attacker, EMAIL, "fel").expect_status(422);
    }
    let waiting = give_password(&attacker, EMAIL, "fel").expect_status(429).expect("Vänta en minut");
    assert!(waiting.headers.contains_key("retry-after"));
    // The right password says no more than a wrong one.
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect_status(429);
    // The owner's browser has signed in before, and has a count of its own.
    own.get("/bidrag").form("/logga-ut").submit().expect_status(200);
    give_password(&own, EMAIL, PASSWORD).expect_status(200).expect("Mina bidrag");
    // To another account of the same people that browser is a stranger.
    portal.finance_head("Ale");
    for _ in 0..5 {
        give_password(&portal.anyone(), "ekonomichef@ale.example", "fel").expect_status(422);
    }
    own.get("/bidrag").form("/logga-ut").submit();
    give_password(&own, "ekonomichef@ale.example", PASSWORD).expect_status(429);
    // Time passes.
    portal
        .db
        .write_now(|connection| {
            let at = (Utc::now() - Duration::minutes(2)).naive_utc();
            diesel::update(sign_in_attempts::table)
                .set(sign_in_attempts::last_at.eq(at))
                .execute(connection)?;
            Ok::<_, DbError>(())
        })
        .unwrap();
    give_password(&portal.anyone(), EMAIL, "fel").expect_status(422);
    // The sixth makes wait longer.
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect_status(429).expect("Vänta 2 minuter");
}

#[test]
fn an_unknown_address_waits_like_a_known_one() {
    let portal = Portal::new();
    for _ in 0..5 {
        give_password(&portal.anyone(), "ingen@ale.example", "fel").expect_status(422);
    }
    give_password(&portal.anyone(), " INGEN@ale.example", "fel").expect_status(429).expect("Vänta en minut");
    give_password(&portal.anyone(), "annan@ale.example", "fel").expect_status(422);
}

#[test]
fn many_tries_at_once_are_many() {
    let portal = Portal::new();
    portal.preparer("Ale");
    let forms = (0..12).map(|_| {
        let form = portal.anyone().get("/logga-in").form("/logga-in");
        form.set("email", EMAIL).set("password", "fel")
    });
    let pages = crate::browser::at_once(forms);
    assert_eq!(pages.iter().filter(|page| page.status == 422).count(), 5);
    assert_eq!(pages.iter().filter(|page| page.status == 429).count(), 7);
}

#[test]
fn a_new_password_ends_the_other_sessions() {
    let portal = Portal::new();
    let (here, elsewhere) = (portal.preparer("Ale"), portal.preparer("Ale"));
    let page = here.get("/konto");
    let form = page.form("/konto/losenord").set("password", PASSWORD).set("new_password", NEW_PASSWORD);
    let wrong = form.clone().set("password", "fel").submit().expect_status(422);
    assert!(wrong.error_at("password").contains("fel"));
    let weak = form.clone().set("new_password", "ekonom@ale.example kommun").submit().expect_status(422);
    assert!(weak.error_at("new_password").contains("lätt att gissa"));
    assert!(!wrong.html().contains(NEW_PASSWORD) && !weak.html().contains(PASSWORD));
    elsewhere.get("/bidrag").expect("Mina bidrag");
    form.submit().expect_status(200).expect("Lösenordet är bytt").expect("Lösenordet byttes");
    assert!(elsewhere.get("/bidrag").address.starts_with("/logga-in"));
    here.get("/bidrag").expect("Mina bidrag");
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect_status(422);
    give_password(&portal.anyone(), EMAIL, NEW_PASSWORD).expect("Mina bidrag");
}

#[test]
fn the_second_factor_goes_only_with_the_password_and_a_code() {
    let portal = Portal::new();
    let browser = portal.preparer("Ale");
    let (secret, old) = set_up(&browser);
    let page = browser.get("/konto/tvafaktor").expect("Du har 10 reservkoder kvar");
    let form = page.form("/reservkoder").set("password", PASSWORD);
    let away = form.clone().at("/konto/tvafaktor/borttagning");
    for form in [&form, &away] {
        form.clone().set("password", "fel").submit().expect_status(422).expect("Lösenordet är fel");
        form.clone().set("code", "000 000").submit().expect_status(422).expect("Koden stämmer inte");
    }
    let renewed = form.set("code", &old[0]).submit().expect("De gamla koderna gäller inte");
    assert!(!renewed.html().contains(&old[1]));
    let half = give_password(&portal.anyone(), EMAIL, PASSWORD);
    give_code(&half, &old[1]).expect_status(422);
    let_codes_pass(&portal);
    give_code(&half, &totp::code_at(&secret, Utc::now())).expect("Mina bidrag");
    let_codes_pass(&portal);
    let code = totp::code_at(&secret, Utc::now());
    away.set("code", &code).submit().expect("Tvåstegsinloggning är avslagen");
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect("Mina bidrag");
}

#[test]
fn whoever_has_a_second_factor_signs_with_both_and_guesses_neither() {
    let portal = Portal::new();
    let requisition = crate::steps::issue(&portal.preparer("Ale"), "bas", "10 000").address;
    let signatory = portal.signatory("Ale");
    let (secret, _) = set_up(&signatory);
    let form =
        signatory.get(&format!("{requisition}/underskrift")).form("/underskrift").set("password", PASSWORD);
    let page = form.clone().set("code", "000 000").submit().expect_status(422);
    assert!(page.error_at("code").contains("stämmer inte"), "{}", page.error_at("code"));
    form.submit().expect_status(422);
    let_codes_pass(&portal);
    let signed = form.set("code", &totp::code_at(&secret, Utc::now())).submit().expect_status(200);
    signed.expect("Kvitto");
    // A session that was left open is no place to guess.
    let other = crate::steps::issue(&portal.preparer("Ale"), "bas", "10 000").address;
    let form =
        signatory.get(&format!("{other}/underskrift")).form("/underskrift").set("password", "gissning");
    let said: Vec<String> = (0..6).map(|_| form.submit().expect_status(422).error_at("password")).collect();
    assert!(said[0].contains("Lösenordet är fel") && said[5].contains("För många försök"), "{said:?}");
}

#[test]
fn a_button_pressed_twice_signs_once_and_its_code_is_good_for_nothing_else() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let [first, second] =
        ["10 000", "20 000"].map(|amount| crate::steps::issue(&preparer, "bas", amount).address);
    let signatory = portal.signatory("Ale");
    let (secret, _) = set_up(&signatory);
    let form = |requisition: &str| {
        let page = signatory.get(&format!("{requisition}/underskrift"));
        let code = totp::code_at(&secret, Utc::now());
        page.form("/underskrift").set("password", PASSWORD).set("code", &code)
    };
    let_codes_pass(&portal);
    let (signing, other) = (form(&first), form(&second));
    signing.submit().expect_status(200).expect("Kvitto");
    signing.submit().expect_status(200).expect("Kvitto");
    let replayed = other.submit().expect_status(422);
    assert!(replayed.error_at("code").contains("bara en gång"));
    signatory.get(&second).expect("Väntar på underskrift");
    let_codes_pass(&portal);
    let other = form(&second);
    for page in crate::browser::at_once([other.clone(), other]) {
        page.expect_status(200).expect("Kvitto");
    }
    let lines = signatory.get(&second).text();
    assert_eq!(lines.matches("lämnades in").count(), 1, "{lines}");
}

#[test]
fn an_operator_helps_whoever_has_lost_everything() {
    let portal = Portal::new();
    set_up(&portal.preparer("Ale"));
    let program = Program::on(&portal.address);
    program
        .run(&["remove-second-factor", "--email", "ingen@ale.example"])
        .expect_refusal("ingen har adressen");
    let command = ["remove-second-factor", "--email", EMAIL];
    program.run(&command).expect("avslagen");
    program.run(&command).expect_refusal("har ingen tvåstegsinloggning");
    give_password(&portal.anyone(), EMAIL, PASSWORD).expect("Mina bidrag");
    program.run(&["check"]).expect("Historiken är hel");
}

#[test]
fn the_database_alone_opens_nothing() {
    let portal = Portal::new();
    let (secret, codes) = set_up(&portal.preparer("Ale"));
    let sealed: String = portal
        .db
        .read_now(|connection| {
            Ok::<_, DbError>(second_factors::table.select(second_factors::secret).first(connection)?)
        })
        .unwrap();
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    assert!(
        !sealed.contains(&hex) && !sealed.contains(&totp::base32(&secret)) && !sealed.contains(&codes[0])
    );
    let other = bidragsporten::ground::infra::seal::Key::random().unwrap();
    let person =
        portal.db.read_now(|connection| access::store::find_by_email(connection, EMAIL)).unwrap().unwrap().0;
    assert!(other.open(&sealed, &person.id.to_string()).is_err());
}

#[test]
fn a_portal_with_another_key_does_not_start() {
    let program = Program::new();
    drop(program.start("serve"));
    let key = program.path("annan.key");
    program.run(&["serve", "--key-file", &key]).expect_refusal("saknas");
    std::fs::write(&key, "0".repeat(64)).unwrap();
    program.run(&["serve", "--key-file", &key]).expect_refusal("hör inte till databasen");
    drop(program.start("serve"));
}

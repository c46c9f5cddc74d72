//! A database of an earlier version, on this one: nothing is lost, every page opens, and what was given out is given out again as
//! it was.

use std::fs;

use bidragsporten::{
    people::access::Role,
    run::install::{Mode, install},
};

use crate::{
    browser::Browser,
    database::{database_of_each_thing, earlier_database, on_postgres, refusal, texts},
    portal::{Portal, stockholm},
    program::Program,
    steps::{case_of, sign},
};

const AO22: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus";
const LIST: &str = "/bidrag/01a22c0c-e6f0-7204-9f70-9da4c4eaa482/vidarefordelning/betalningslistor/\
                    01a22c14-dcc3-7615-82e6-c62855f06661";
/// Vallentuna's, which waits for its signature.
const WAITING: &str = "/rekvisitioner/01a22c14-dd61-7210-9a1d-6f0bd9e4e6f4";

/// The portal on it, and its address.
fn upgraded(folder: &tempfile::TempDir) -> (Portal, String) {
    let address = earlier_database(folder);
    (Portal::reached(|_| address.clone()), address)
}

fn links(page: &crate::browser::Page, to: &str) -> Vec<String> {
    let mut links: Vec<String> = page
        .html()
        .split("href=\"")
        .skip(1)
        .map(|link| link.split(['"', '?', '#']).next().unwrap().to_owned())
        .filter(|link| link.strip_prefix(to).is_some_and(|id| id.len() == 36))
        .collect();
    links.sort();
    links.dedup();
    links
}

/// Opens every case of a list, and what is made of it.
fn open_all(browser: &Browser, list: &str, to: &str, documents: &[&str]) -> usize {
    let cases = links(&browser.get(list).expect_status(200), to);
    for case in &cases {
        browser.get(case).expect_status(200);
    }
    for document in documents {
        let of = cases.first().expect("a case");
        assert!(browser.get(&format!("{of}/{document}")).expect_status(200).html().starts_with("%PDF-"));
    }
    cases.len()
}

#[test]
fn every_case_of_an_earlier_database_opens_and_its_history_is_whole() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, address) = upgraded(&folder);
    Program::on(&address).run(&["check"]).expect("Historiken är hel");
    let officer =
        portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer, Role::PaymentOfficer], "Handläggare");
    let requisitions = open_all(&officer, "/granskning?visa=alla", "/granskning/", &[]);
    assert!(requisitions > 200, "{requisitions}");
    let reports = open_all(
        &officer,
        "/granskning/redovisningar?visa=alla",
        "/granskning/redovisningar/",
        &["blankett.pdf"],
    );
    assert!(reports > 100, "{reports}");
    assert!(open_all(&officer, "/utbetalningar?visa=utbetalda", "/utbetalningar/", &[]) > 200);
    assert!(open_all(&officer, "/aterbetalningar?visa=alla", "/aterbetalningar/", &[]) > 10);
    for page in ["/oversikt", "/sok?sok=AO22-1440", "/rapporter", "/register", "/overenskommelser"] {
        officer.get(page).expect_status(200);
    }
}

/// The sources' words come with the program; what was published with an agreement and decides anything stays.
#[test]
fn an_agreement_of_an_earlier_database_gets_the_sources_words_once() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, address) = upgraded(&folder);
    for day in ["2026-12-01 08:00:00", "2026-12-02 08:00:00"] {
        install(&portal.db, Mode::Practice, stockholm(day)).unwrap();
    }
    let officer = portal.officer();
    let terms = officer.get("/overenskommelser/aldreomsorg-2022");
    assert_eq!(terms.html().matches("Källans ord kompletterades i portalen").count(), 1);
    let terms = terms.expect("Källans ord kompletterades i portalen");
    terms.expect("Kommunerna som rekvirerar om dessa medel ska").expect("200 000 000 kr").expect("Bilaga 2");
    let skr = portal.preparer("SKR");
    let grant = skr
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022");
    grant.expect("Rapport om stödfunktionens aktiviteter").expect("28 februari 2022");
    Program::on(&address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn what_was_begun_before_the_upgrade_is_finished_after_it() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, address) = upgraded(&folder);
    sign(&portal.signatory("Vallentuna"), WAITING).expect_status(200).expect("Rekvisitionen har kommit in");
    portal.officer().get(&case_of(WAITING)).form("/godkannande").submit().expect("Godkänd");
    let preparer = portal.preparer("Upplands Väsby");
    let draft = preparer.get("/bidrag").follow("Fortsätt fylla i").address;
    let draft = preparer.get(&format!("{draft}/uppgifter")).expect_status(200);
    assert_eq!(draft.value_of("amount").replace('\u{a0}', " "), "100 000");
    draft.form("/uppgifter").set("handling", "fortsatt").submit().expect("Kontrollera innan underskrift");
    let officer = portal.officer();
    officer.get("/forslag").follow("Äldreomsorg").expect_status(200).expect("Utkast");
    Program::on(&address).run(&["check"]).expect("Historiken är hel");
}

#[test]
fn a_payment_list_gives_the_files_that_it_gave_before_the_upgrade() {
    let folder = tempfile::tempdir().unwrap();
    let (portal, _) = upgraded(&folder);
    let preparer = portal.preparer("Ale");
    for (name, as_it_was) in [
        ("pain001.xml", include_str!("../databases/pain001.xml")),
        ("betalningar.csv", include_str!("../databases/betalningar.csv")),
    ] {
        assert_eq!(preparer.get(&format!("{LIST}/{name}")).expect_status(200).html(), as_it_was, "{name}");
    }
    preparer.get(LIST).expect_status(200).expect("Omsorgen AB");
}

/// The program itself is started on it, in practice mode as it was made. The practice date is in the database.
#[test]
fn a_database_with_one_of_each_thing_says_what_it_said() {
    let folder = tempfile::tempdir().unwrap();
    let (address, said) = database_of_each_thing(&folder);
    let program = Program::on(&address);
    let is_whole = || {
        let checked = program.run(&["check"]).expect("Historiken är hel");
        checked.expect("Blanketter, filer, utbetalningar och huvudbok stämmer.");
    };
    is_whole();
    let history = program.path("history");
    program.run(&["export-history", &history]).expect("kedjor ligger i");
    let history = fs::read(history).unwrap();
    assert_eq!(history.split(|byte| *byte == b'\n').count() as u64 - 1, said["history"]["lines"]);
    assert_eq!(sha256(&history), said["history"]["sha256"], "the exported history");

    let key = program.path("key");
    fs::write(&key, said["key"].as_str().unwrap()).unwrap();
    let running = program.start_with("practice", &["--key-file", &key]);
    let preparer = practise(running.browser(), "1440", "ekonom");
    let officer = practise(running.browser(), "kammarkollegiet", "handlaggare");
    let payer = practise(running.browser(), "kammarkollegiet", "utbetalare");
    for (role, browser) in [("ekonom", &preparer), ("handlaggare", &officer), ("utbetalare", &payer)] {
        for (address, figures) in said["figures"][role].as_object().unwrap() {
            let page = browser.get(address).expect_status(200);
            for (term, figure) in figures.as_object().unwrap() {
                assert_eq!(page.fact(term), *figure, "{address}: {term}");
            }
        }
        for (address, words) in said["words"][role].as_object().unwrap() {
            browser.get(address).expect_status(200).expect(words.as_str().unwrap());
        }
    }
    for (file, hash) in said["files"].as_object().unwrap() {
        assert_eq!(sha256(&preparer.get(file).expect_status(200).bytes), *hash, "{file}");
    }
    is_whole();
}

/// Signs in with one click.
fn practise(browser: Browser, organisation: &str, role: &str) -> Browser {
    let form = browser.get("/logga-in").form("/ovning/logga-in");
    form.set("organisation", organisation).set("role", role).submit().expect_status(200);
    browser
}

/// Cases of every kind and every state, which nobody may lose the way to.
#[test]
fn every_page_of_a_database_with_one_of_each_thing_opens() {
    let folder = tempfile::tempdir().unwrap();
    let (address, _) = database_of_each_thing(&folder);
    let portal = Portal::reached(|_| address.clone());
    let officer = portal.sign_in(
        "Kammarkollegiet",
        &[Role::CaseOfficer, Role::PaymentOfficer, Role::DecisionMaker],
        "Handläggare",
    );
    assert!(open_all(&officer, "/granskning?visa=alla", "/granskning/", &["blankett.pdf"]) > 200);
    let reports = "/granskning/redovisningar";
    assert!(
        open_all(&officer, &format!("{reports}?visa=alla"), &format!("{reports}/"), &["blankett.pdf"]) > 100
    );
    assert!(open_all(&officer, "/aterbetalningar?visa=alla", "/aterbetalningar/", &[]) > 20);
    assert_eq!(open_all(&officer, "/forslag", "/forslag/", &[]), 4);
    let imported = officer.get("/forslag").follow(&format!("{AO22} 2028")).address;
    officer
        .get(&format!("{}/fordelning/import/kolumner", path(&imported)))
        .expect_status(200)
        .expect("Kommunkod");
    let reader = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    assert!(open_all(&reader, "/rapporter", "/rapporter/", &[]) > 0);
    let preparer = portal.preparer("Ale");
    for page in ["/enheter", "/uppdrag", "/bidrag"] {
        preparer.get(page).expect_status(200);
    }
    Program::on(&address).run(&["check"]).expect("Historiken är hel");
}

/// Tables that no migration after that version puts anything into, or takes anything from.
const KEPT: [&str; 22] = [
    "organisations",
    "organisation_aliases",
    "people",
    "memberships",
    "sessions",
    "agreements",
    "allocations",
    "grants",
    "ledger_entries",
    "files",
    "payments",
    "repayments",
    "extensions",
    "survey_lists",
    "survey_answers",
    "successions",
    "succession_grants",
    "history",
    "proposals",
    "onward_plans",
    "onward_applications",
    "onward_entries",
];

/// What breaks a rule of the database: a key, an amount, a version, a reference.
const BREAKS: [&str; 22] = [
    "UPDATE organisations SET kind = 'x'",
    "UPDATE memberships SET role = 'x'",
    "UPDATE sessions SET method = 'x'",
    "UPDATE invitations SET role = NULL",
    "UPDATE agreements SET repayment_account_kind = 'x'",
    "UPDATE allocations SET amount = -1",
    "UPDATE grants SET version = 0",
    "UPDATE grants SET holder_id = 'x'",
    "UPDATE grants SET holder_id = NULL",
    "UPDATE ledger_entries SET account = 'x'",
    "UPDATE cases SET status = 'answered' WHERE kind = 'report'",
    "UPDATE cases SET created_by = 'x'",
    "UPDATE cases SET asker_id = 'x'",
    "UPDATE editions SET issued_by_id = 'x'",
    "UPDATE files SET scanned = 'x'",
    "UPDATE payments SET amount = 0",
    "UPDATE payments SET reversed_by = 'x' WHERE reversed_by IS NULL",
    "UPDATE repayments SET amount = 0",
    "UPDATE extensions SET kind = 'x'",
    "UPDATE proposals SET status = 'x'",
    "UPDATE onward_applications SET status = 'x'",
    "UPDATE onward_entries SET account = 'x'",
];

#[test]
fn a_database_of_an_earlier_version_holds_what_the_types_promise() {
    let folder = tempfile::tempdir().unwrap();
    let (address, _) = database_of_each_thing(&folder);
    let count = || -> Vec<Vec<String>> {
        let of =
            |table: &&str| texts(&address, &format!("SELECT CAST(COUNT(*) AS TEXT) AS text FROM {table}"));
        KEPT.iter().map(of).collect()
    };
    let before = count();
    let _portal = Portal::reached(|_| address.clone());
    assert_eq!(count(), before, "rows of {KEPT:?}");

    let schema = if on_postgres() {
        texts(&address, "SELECT CAST(conname AS TEXT) AS text FROM pg_constraint").join("\n")
    } else {
        texts(&address, "SELECT sql AS text FROM sqlite_master WHERE sql IS NOT NULL").join("\n")
    };
    let checks = include_str!("../../migrations/2026-11-30-000100_checks/up.sql");
    let checks: Vec<&str> =
        checks.lines().filter_map(|line| line.split(" ADD CONSTRAINT ").nth(1)?.split(' ').next()).collect();
    assert!(checks.len() > 30, "{checks:?}");
    for check in checks {
        assert!(schema.contains(check), "{check}");
    }
    for statement in BREAKS {
        let refusal = refusal(&address, statement).unwrap_or_else(|| panic!("taken: {statement}"));
        assert!(refusal.to_lowercase().contains("constraint"), "{statement}: {refusal}");
    }
    if !on_postgres() {
        let broken = "SELECT \"table\" AS text FROM pragma_foreign_key_check";
        assert_eq!(texts(&address, broken), [""; 0]);
    }
    Program::on(&address).run(&["check"]).expect("Historiken är hel");
}

fn path(address: &str) -> &str {
    address.split('?').next().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    bidragsporten::ground::infra::hash::sha256_hex(bytes)
}

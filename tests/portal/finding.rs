//! That everything is found by what people write, on paper or by heart, and that nobody loses the way back to the list.

use bidragsporten::{
    grants::{grant, search},
    ground::infra::db::{AnyConnection, DbError},
    people::access::{Role, Scope},
    run::install::Mode,
    terms::agreement,
};
use diesel::RunQueryDsl;
use values::text::Sought;

use crate::{
    browser::{Browser, Page},
    handed_on::import,
    portal::Portal,
    steps::{case_of, issue, sign},
};

/// A requisition that waits for its decision; gives its address at the recipient.
fn submitted(portal: &Portal, municipality: &str) -> String {
    let requisition = issue(&portal.preparer(municipality), "bas", "100 000").address;
    sign(&portal.signatory(municipality), &requisition).expect_status(200);
    requisition
}

fn payment_officer(portal: &Portal) -> Browser {
    portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare")
}

/// What people write when they mean Göteborg's first requisition of 2022.
const GOTEBORG: [&str; 14] = [
    "goteborg",
    "Go\u{308}teborg",
    "GÖTEBORG",
    "Göteborgs kommun",
    "goteborgs stad",
    "1480",
    "AO22-1480-R1",
    "ärende ao22\u{2013}1480\u{2013}r1, tack",
    "212000-1355",
    "2120001355",
    "16212000-1355",
    "991-2346",
    "bg 9912346",
    "Goteborgs",
];

#[test]
fn the_queue_and_the_payments_are_searched_by_whatever_is_on_the_paper() {
    let portal = Portal::new();
    let officer = portal.officer();
    let requisition = submitted(&portal, "Göteborg");
    for typed in GOTEBORG {
        let page = officer.get(&format!("/granskning?sok={typed}"));
        assert!(page.text().contains("AO22-1480-R1"), "{typed}: {}", page.text());
    }
    for typed in ["Gåteborg", "AO22-1480-R2", "212000-1348", "5050-1055", "OCR 000014696"] {
        officer.get(&format!("/granskning?sok={typed}")).expect("Inget ärende stämmer");
    }
    officer.get(&case_of(&requisition)).form("/godkannande").submit().expect("Godkänd");
    let payer = payment_officer(&portal);
    for typed in GOTEBORG {
        let page = payer.get(&format!("/utbetalningar?sok={typed}"));
        assert!(page.text().contains("AO22-1480-R1"), "{typed}: {}", page.text());
    }
}

#[test]
fn a_name_it_once_had_and_an_alias_find_it_everywhere() {
    let portal = Portal::new();
    let officer = portal.officer();
    submitted(&portal, "Ale");
    let alias = officer.get("/register/1440").form("/register/1440/alias").set("alias", "Älvdalsbygden");
    for place in
        ["/granskning", "/oversikt/aldreomsorg-2022", "/oppna-data/aldreomsorg-2022", "/aterbetalningar"]
    {
        let page = officer.get(&format!("{place}?sok=alvdalsbygden"));
        assert!(!page.text().contains("Ale kommun") && !page.text().contains("AO22-1440"), "{place}");
    }
    alias.submit().expect("Mottagaren finns nu under det aliaset.");
    // What the overview has kept is of no use any more, though no grant has changed.
    for (place, said) in [
        ("/granskning", "AO22-1440-R1"),
        ("/oversikt/aldreomsorg-2022", "/oversikt/mottagare/1440"),
        ("/oppna-data/aldreomsorg-2022", "/oppna-data/mottagare/1440"),
        ("/register", "/register/1440"),
        ("/sok", "AO22-1440-R1"),
    ] {
        let page = officer.get(&format!("{place}?sok=alvdalsbygden"));
        assert!(page.html().contains(said), "{place}: {}", page.text());
    }
}

#[test]
fn the_overview_finds_a_case_and_an_account_that_stand_in_no_row() {
    let portal = Portal::new();
    submitted(&portal, "Göteborg");
    for typed in ["AO22-1480-R1", "991-2346", "goteborgs kommun", "2120001355"] {
        let page = portal.officer().get(&format!("/oversikt/aldreomsorg-2022?sok={typed}"));
        assert!(page.text().contains("Göteborg") && !page.text().contains("Alingsås"), "{typed}");
    }
    // What is public says nothing of accounts.
    let public =
        |connection: &mut AnyConnection| search::store::meant(connection, &Sought::new("991-2346"), None);
    assert!(portal.db.read_now(public).unwrap().is_empty());
}

#[test]
fn one_search_finds_everything_that_the_person_may_see_and_nothing_else() {
    let portal = Portal::new();
    let (goteborg, ale) = (submitted(&portal, "Göteborg"), submitted(&portal, "Ale"));
    let search = |by: &Browser, typed: &str| by.get(&format!("/sok?sok={typed}"));
    let officer = portal.officer();
    // The account is the same in both.
    for typed in GOTEBORG.into_iter().filter(|typed| !typed.contains("991")) {
        let page = search(&officer, typed);
        assert!(page.html().contains(&case_of(&goteborg)), "{typed}: {}", page.text());
        assert!(!page.text().contains("AO22-1440"), "{typed}: {}", page.text());
    }
    // A recipient has its own cases and not the other's; nobody's account finds it there.
    let own = portal.preparer("Göteborg");
    search(&own, "AO22-1480-R1")
        .expect("Rekvisitioner")
        .follow("AO22-1480-R1, Göteborg")
        .expect("100 000 kr");
    for typed in ["AO22-1440-R1", "Ale", "2120001439"] {
        let page = search(&own, typed);
        assert!(
            !page.html().contains(&ale) && !page.text().contains("AO22-1440-R1, "),
            "{typed}: {}",
            page.text()
        );
    }
    search(&own, "991-2346").expect("AO22-1480-R1").expect_not("AO22-1440");
    // An authority that pays neither sees neither.
    let other = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Annan");
    search(&other, "AO22-1480-R1").expect("Inget som du ser i portalen").expect_not("AO22-1480-R1,");
    // An administrator without another role has no cases at all.
    let administrator = portal.sign_in("Kammarkollegiet", &[Role::Administrator], "Administratör");
    search(&administrator, "AO22-1480").expect_not("Bidrag AO22");
    search(&portal.anyone(), "AO22-1480-R1").expect("Logga in").expect_not("AO22-1480-R1,");
    let nothing = search(&officer, "Atlantis");
    nothing.expect("Inget som du ser i portalen stämmer med ”Atlantis”");
    // The box stands on every page.
    assert!(officer.get("/granskning").html().contains("action=\"/sok\""));
    assert!(!portal.anyone().get("/").html().contains("action=\"/sok\""));
}

#[test]
fn after_a_decision_the_list_is_as_it_was_and_the_next_case_is_a_step_away() {
    let portal = Portal::new();
    let cases = ["Ale", "Alingsås", "Arboga"].map(|municipality| case_of(&submitted(&portal, municipality)));
    let officer = portal.officer();
    let list = officer.get("/granskning?visa=vantar&sok=kommun");
    let case = list.follow("AO22-1440-R1");
    assert!(case.address.starts_with(&cases[0]), "{}", case.address);
    // On to the next without a decision, and back to the line that one came from.
    let second = case.follow("Nästa ärende i listan");
    assert!(second.address.starts_with(&cases[1]), "{}", second.address);
    assert!(leads_back(&second, "visa=vantar", &cases[1]), "{}", second.html());
    // An error keeps the way.
    let wrong = officer.get(&format!("{}?fran=%2Fgranskning%3Fsok%3Dale", cases[1]));
    assert!(leads_back(&wrong, "/granskning?sok=ale", &cases[1]), "{}", wrong.html());
    let unsaid = wrong.form("/komplettering").submit().expect_status(422);
    assert!(leads_back(&unsaid, "/granskning?sok=ale", &cases[1]), "{}", unsaid.html());
    let taken = case.form("/handlaggare").submit();
    assert!(taken.address.contains("fran="), "{}", taken.address);
    let decided = taken.form("/godkannande").submit().expect("Ändringen är sparad.");
    assert!(decided.address.starts_with("/granskning?visa=vantar&sok=kommun"), "{}", decided.address);
    let decided = decided.expect_not("AO22-1440-R1");
    assert!(decided.follow("Visa ärendet").address.starts_with(&cases[0]), "{}", decided.html());
    let next = decided.follow("Nästa ärende");
    assert!(next.address.starts_with(&cases[1]) && next.address.contains("fran="), "{}", next.address);
    let returned = next.form("/komplettering").set("message", "Skriv kontot").submit();
    let last = returned.expect("Ändringen är sparad.").follow("Nästa ärende");
    assert!(last.address.starts_with(&cases[2]), "{}", last.address);
    let end = last.form("/godkannande").submit().follow("Nästa ärende");
    assert!(end.address.starts_with("/granskning?"), "{}", end.address);
}

/// Whether a page has a link to a list with this filter, at the line of the case.
fn leads_back(page: &Page, filter: &str, case: &str) -> bool {
    let line = format!("#rad-{}\"", case.rsplit('/').next().unwrap());
    page.html().split("href=\"").any(|link| {
        let address = link.split_inclusive('"').next().unwrap();
        address.contains(filter) && address.ends_with(&line)
    })
}

#[test]
fn the_way_back_leads_nowhere_else_and_tells_nothing() {
    let portal = Portal::new();
    let case = case_of(&submitted(&portal, "Ale"));
    let officer = portal.officer();
    for elsewhere in
        ["https%3A%2F%2Fevil.example", "%2F%2Fevil.example", "%2Flogga-ut", "javascript%3Aalert(1)"]
    {
        let page = officer.get(&format!("{case}?fran={elsewhere}"));
        assert!(!page.html().contains("evil.example") && !page.html().contains("javascript:"), "{elsewhere}");
    }
    // What a link put into the list's address is not told after the decision.
    let page = officer.get(&format!("{case}?fran=%2Fgranskning%3Ftagna%3D999"));
    page.form("/godkannande").submit().expect("Ändringen är sparad.").expect_not("999");
}

#[test]
fn no_link_makes_a_page_say_that_something_was_done() {
    let portal = Portal::new();
    let (officer, payer) = (portal.officer(), payment_officer(&portal));
    let preparer = portal.preparer("Ale");
    let draft = issue(&preparer, "bas", "100 000").address;
    for (by, address, said) in [
        (&payer, "/utbetalningar?registrerade=999&ore=100".to_owned(), "999"),
        (&officer, "/granskning?tagna=999".to_owned(), "999"),
        (&officer, "/granskning/redovisningar?tagna=999&missade=7".to_owned(), "999"),
        (&officer, "/granskning?efter=%2Fgranskning%2F1".to_owned(), "Ändringen är sparad"),
        (&officer, "/granskning/enkat/aldreomsorg-2022?inlasta=999&dubbletter=0".to_owned(), "999"),
        (&officer, "/register/1440?klart=alias".to_owned(), "finns nu under"),
        (&officer, "/overenskommelser/aldreomsorg-2022?sparat=ja".to_owned(), "sparad"),
        (&preparer, format!("{draft}/uppgifter?visa=sparat"), "Utkastet är sparat"),
        (&preparer, "/konto?klart=losenord".to_owned(), "Lösenordet är bytt"),
    ] {
        for forged in
            [address.clone(), format!("{address}&besked=1.0"), format!("{address}&besked=9999999999.0")]
        {
            by.get(&forged).expect_not(said);
        }
    }
}

/// The OCR number of a recipient's grant of 2021.
fn ocr_of(portal: &Portal, recipient: &str) -> String {
    let found = portal.db.read_now(|connection| {
        let agreement = agreement::store::find_by_slug(connection, "aldreomsorg-2021")?.expect("shipped");
        let all = grant::store::recipients_of(connection, agreement.id)?;
        let (grant, _) = all.into_iter().find(|(_, known)| known.name == recipient).expect("known");
        let scope = Scope::Authority(agreement.authority.id);
        let grant = grant::store::find(connection, scope, grant)?.expect("there");
        Ok::<_, DbError>(grant.ocr().to_string())
    });
    found.unwrap()
}

#[test]
fn an_ocr_number_is_found_in_what_the_payer_wrote_and_otherwise_suggested() {
    let portal = Portal::new();
    let payer = payment_officer(&portal);
    let ocr = ocr_of(&portal, "Ale");
    let register = |reference: &str, payer_name: &str, amount: &str| -> Page {
        let form = payer.get("/aterbetalningar/ny").form("/aterbetalningar/ny");
        let form = form.set("received_on", "2022-03-14").set("amount", amount);
        form.set("reference", reference).set("payer", payer_name).submit().expect_status(200)
    };
    for (amount, reference) in [
        ("1 000", format!("OCR {ocr}")),
        ("1 001", format!("Återbetalning bidrag, OCR: {ocr}, Ale kommun")),
        ("1 002", format!("00{ocr}")),
        ("1 003", format!("ocr{ocr}")),
    ] {
        let page = register(&reference, "Banken", amount);
        assert!(page.text().contains("kopplad till Ale kommun"), "{reference}: {}", page.text());
    }
    // Two numbers, or none: nothing is booked by chance, and what it may be for is told.
    let two = register(&format!("{ocr} eller 000000190"), "Banken", "2 000");
    two.expect("ligger bland de omatchade").expect("fler än ett nummer").expect("Den kan avse");
    let named = register("Återbetalning", "ALE KOMMUN", "2 001").expect("ligger bland de omatchade");
    let named = named.expect("Den kan avse:").follow("Ale, ");
    assert_eq!(named.value_of("recipient"), "1440");
    named.form("/matchning").submit().expect("Kopplad till");
}

#[test]
fn what_tells_units_apart_is_written_anew_in_a_database_of_an_earlier_version() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let rows = ["Åsen", "Annan"].map(|name| format!("556016-0680;Omsorgen AB;{name};Privat;Hemtjänst;48;\n"));
    import(&preparer, &rows.concat()).expect("2 nya enheter");
    let sql = |sql: &str| {
        let done =
            portal.db.write_now(|connection| Ok::<_, DbError>(diesel::sql_query(sql).execute(connection)?));
        done.unwrap()
    };
    // As an earlier version kept them: by lower case, so that a twin with its letters taken apart was another.
    sql("UPDATE onward_units SET name = 'A\u{30A}sen', name_key = 'a\u{30A}sen' WHERE name = 'Annan'");
    bidragsporten::run::install::install(&portal.db, Mode::Real, chrono::Utc::now()).unwrap();
    assert_eq!(sql("UPDATE onward_units SET revision = revision WHERE name_key = '\u{E5}sen'"), 1);
    assert_eq!(sql("UPDATE onward_units SET revision = revision WHERE name_key = '\u{E5}sen ' || id"), 1);
}

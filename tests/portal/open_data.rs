//! Open data (*öppna data*): what anybody sees, as pages and files, with validators and without cookies; what nobody sees;
//! and the authority's switch.

use std::collections::BTreeMap;

use bidragsporten::{
    ground::{
        history,
        infra::{
            db::DbError,
            schema::{organisations, people},
        },
    },
    people::{access::Role, recipient},
    run::practice,
};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};
use reqwest::{Method, header};
use scraper::{Html, Selector};
use values::Money;

use crate::{
    browser::{Browser, Page, at_once},
    filed_reports::{Filing, report_case},
    portal::Portal,
    registry::merge,
    steps::{issue, sign},
};

const AO21: &str = "/oppna-data/aldreomsorg-2021";
const AO22: &str = "/oppna-data/aldreomsorg-2022";
const START: &str = "/oppna-data";
const CATALOGUE: &str = "/oppna-data/katalog.rdf";
const SWITCH: &str = "/oversikt/publicering";
const AMOUNTS: [&str; 6] =
    ["tilldelat", "rekvirerat", "utbetalt", "kostnader", "inte_forbrukat", "aterbetalt"];

/// One of each kind.
const ADDRESSES: [&str; 15] = [
    START,
    CATALOGUE,
    "/oppna-data/mottagare",
    "/oppna-data/mottagare.csv",
    "/oppna-data/mottagare.json",
    "/oppna-data/mottagare.xlsx",
    "/oppna-data/mottagare/1440",
    "/oppna-data/mottagare/1440.csv",
    "/oppna-data/mottagare/1440.json",
    "/oppna-data/mottagare/1440.xlsx",
    "/oppna-data/aldreomsorg-2021",
    "/oppna-data/aldreomsorg-2021.csv",
    "/oppna-data/aldreomsorg-2021.json",
    "/oppna-data/aldreomsorg-2021.xlsx",
    "/oppna-data/aldreomsorg-2021?sok=ale&lan=V%C3%A4stra+G%C3%B6talands+l%C3%A4n&sortera=-utbetalt&matt=utbetalt",
];

fn practising() -> Portal {
    let portal = Portal::practice();
    practice::clock(&portal.db).unwrap();
    portal
}

fn with_header(browser: &Browser, address: &str, name: header::HeaderName, value: &str) -> Page {
    browser.send(browser.request(Method::GET, address).header(name, value))
}

fn tag(page: &Page) -> String {
    page.headers.get(header::ETAG).unwrap().to_str().unwrap().to_owned()
}

fn csv_rows(page: &Page) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(&page.bytes[..]).deserialize().map(Result::unwrap).collect()
}

fn json(page: &Page) -> serde_json::Value {
    serde_json::from_slice(&page.bytes).unwrap()
}

fn sums(amounts: impl Fn(&str) -> Vec<Money>) -> Vec<Money> {
    AMOUNTS.iter().map(|key| amounts(key).into_iter().sum()).collect()
}

fn sums_of_csv(page: &Page) -> Vec<Money> {
    let rows = csv_rows(page);
    sums(|key| {
        let written = rows.iter().map(|row| row[key].as_str()).filter(|amount| !amount.is_empty());
        written.map(|amount| Money::parse_plain(amount).unwrap()).collect()
    })
}

fn sums_of_json(page: &Page) -> Vec<Money> {
    let document = json(page);
    sums(|key| {
        let records = document["poster"].as_array().unwrap().iter();
        let written = records.map(|record| &record[key]).filter(|amount| !amount.is_null());
        written.map(|amount| Money::parse_plain(&amount.to_string()).unwrap()).collect()
    })
}

/// The totals under a table, of the columns with these headings.
fn totals(page: &Page, headings: [&str; 6]) -> Vec<String> {
    let selector = |text| Selector::parse(text).unwrap();
    let document = Html::parse_document(&page.html());
    let text = |what| -> Vec<String> {
        let what = selector(what);
        let cells = document.select(&what).map(|cell| cell.text().collect::<String>());
        cells.map(|text| text.trim().to_owned()).collect()
    };
    let (columns, total) = (text(".data thead th"), text(".data tfoot th, .data tfoot td"));
    let at = |heading: &&str| columns.iter().position(|column| column == heading).unwrap();
    headings.iter().map(|heading| total[at(heading)].clone()).collect()
}

fn shown(amounts: &[Money]) -> Vec<String> {
    amounts.iter().map(|amount| amount.digits().to_string()).collect()
}

#[test]
fn the_files_the_page_and_the_overview_come_to_the_same() {
    let portal = practising();
    let anyone = portal.anyone();
    for slug in ["aldreomsorg-2021", "aldreomsorg-2022"] {
        let of_csv = sums_of_csv(&anyone.get(&format!("{START}/{slug}.csv")).expect_status(200));
        assert_eq!(of_csv, sums_of_json(&anyone.get(&format!("{START}/{slug}.json"))));
        assert!(of_csv[0] == Money::kronor(200_000_000), "{of_csv:?}");
        if slug == "aldreomsorg-2021" {
            assert!(of_csv.iter().all(|sum| *sum > Money::ZERO), "{of_csv:?}");
            let headings =
                |costs| ["Tilldelat", "Rekvirerat", "Utbetalt", costs, "Inte förbrukat", "Återbetalt"];
            let page = totals(&anyone.get(&format!("{START}/{slug}")), headings("Använt (kostnader)"));
            assert_eq!(page, shown(&of_csv));
            let officer = portal.anyone();
            let form = officer.get("/logga-in").form("/ovning/logga-in");
            let desk = form.set("organisation", "kammarkollegiet").add("role", "handlaggare").submit();
            assert_eq!(desk.address, "/granskning");
            let overview = officer.get(&format!("/oversikt/{slug}")).expect_status(200);
            assert_eq!(totals(&overview, headings("Kostnader")), shown(&of_csv));
        }
    }
    // One municipality and everything together are the same rows.
    let all = csv_rows(&anyone.get("/oppna-data/mottagare.csv"));
    let ale: Vec<_> = all.iter().filter(|row| row["kommunkod"] == "1440").cloned().collect();
    assert_eq!((all.len(), ale.len()), (915, 3));
    assert_eq!(ale, csv_rows(&anyone.get("/oppna-data/mottagare/1440.csv")));
    assert_eq!(json(&anyone.get("/oppna-data/mottagare/1440.json"))["poster"].as_array().unwrap().len(), 3);
    // Made up, and every file says so.
    assert!(all.iter().all(|row| row["ovning"] == "ja"));
    assert_eq!(json(&anyone.get("/oppna-data/aldreomsorg-2021.json"))["ovning"], true);
    assert!(anyone.get(CATALOGUE).html().contains("Övning, påhittade uppgifter: Äldreomsorg"));
    anyone.get(START).expect("Den här portalen är i övningsläge.");
}

#[test]
fn a_swedish_spreadsheet_has_a_file_of_its_own() {
    let portal = practising();
    let anyone = portal.anyone();
    for path in [AO21, "/oppna-data/mottagare", "/oppna-data/mottagare/1440"] {
        let page = anyone.get(path).expect_status(200);
        assert!(page.html().contains(&format!("{path}-excel.csv")), "{path}");
        let (program, spreadsheet) =
            (anyone.get(&format!("{path}.csv")), anyone.get(&format!("{path}-excel.csv")).expect_status(200));
        let text = String::from_utf8(spreadsheet.bytes.clone()).unwrap();
        assert!(text.starts_with('\u{FEFF}') && text.lines().next().unwrap().contains(';'), "{text}");
        assert_eq!(text.lines().count(), String::from_utf8(program.bytes).unwrap().lines().count());
        let saved = spreadsheet.headers["content-disposition"].to_str().unwrap();
        assert!(saved.contains("-excel.csv"), "{saved}");
    }
}

#[test]
fn a_reader_searches_sorts_and_looks_at_the_map() {
    let portal = practising();
    let anyone = portal.anyone();
    let page = anyone.get(START).expect("Uppgifterna är preliminära för").follow("Karta och tabell");
    page.expect_status(200).expect("291 mottagare").expect("Slutlig").expect("Preliminär");
    let found =
        anyone.get(&format!("{AO21}?sok=ale+k")).expect("1 av 291 mottagare").expect("Västra Götalands län");
    found.follow("Ale").expect("Ale kommun").expect("Kommunkod 1440").expect("2022").expect("2021");
    let beginning = csv_rows(&anyone.get(&format!("{AO21}.csv?sok=144")));
    assert!(!beginning.is_empty() && beginning.iter().all(|row| row["kommunkod"].starts_with("144")));
    let filtered = anyone.get(&format!("{AO21}.csv?lan=Gotlands+l%C3%A4n"));
    assert_eq!(csv_rows(&filtered).len(), 1);
    let largest = csv_rows(&anyone.get(&format!("{AO21}.csv?sortera=-tilldelat")));
    let names: Vec<&str> = largest.iter().map(|row| row["mottagare"].as_str()).collect();
    assert_eq!(names[..3], ["SKR", "Stockholm", "Göteborg"]);
    let map = anyone.get(&format!("{AO21}?matt=tilldelat"));
    assert!(map.html().contains("aria-label=\"Tilldelat per kommun\""));
    assert!(map.html().contains("<a href=\"/oppna-data/mottagare/1440\" tabindex=\"-1\">"));
    anyone.get(&format!("{AO21}?sok=xyzzy")).expect("Ingen mottagare stämmer");
    anyone.get("/oppna-data/mottagare?sok=kiruna").expect("1 mottagare");
    for odd in ["sok=%FF", "matt=godkant", "sortera=-", "lan=Narnia", "sok=%22%3E%3Cscript%3E"] {
        let page = anyone.get(&format!("{AO21}?{odd}")).expect_status(200);
        assert!(!page.html().contains("<script>"));
    }
    for missing in ["/oppna-data/finns-inte", "/oppna-data/finns-inte.csv", "/oppna-data/mottagare/9999"] {
        anyone.get(missing).expect_status(404);
    }
}

#[test]
fn what_is_under_review_is_preliminary_and_what_is_closed_is_final() {
    let portal = Portal::new();
    let anyone = portal.anyone();
    let of = |code: &str| {
        let rows = csv_rows(&anyone.get(&format!("{AO21}.csv")));
        rows.into_iter().find(|row| row["kommunkod"] == code).unwrap()
    };
    // Nothing was requisitioned by the last day.
    assert_eq!(of("1489")["uppgifter"], "Slutlig");
    let report = Filing::of(&portal, "Ale", "aldreomsorg-2021").costs("370 181").submit();
    let ale = of("1440");
    assert_eq!((ale["kostnader"].as_str(), ale["uppgifter"].as_str()), ("370181", "Preliminär"));
    portal.officer().get(&report_case(report)).form("/godkannande").submit().expect_status(200);
    assert_eq!(
        of("1440")["uppgifter"],
        "Preliminär",
        "paid out past any requisition: not all is as requisitioned"
    );
    // In 2022 the right has not lapsed yet.
    let rows = csv_rows(&anyone.get(&format!("{AO22}.csv")));
    assert!(rows.iter().all(|row| row["uppgifter"] == "Preliminär" && !row.contains_key("ovning")));
    portal.at("2022-12-02 00:00:00");
    let rows = csv_rows(&anyone.get(&format!("{AO22}.csv")));
    assert!(rows.iter().all(|row| row["uppgifter"] == "Slutlig"));
}

#[test]
fn in_practice_a_final_row_is_settled_and_some_are() {
    let portal = practising();
    let anyone = portal.anyone();
    let rows = csv_rows(&anyone.get(&format!("{AO21}.csv")));
    let finals: Vec<_> = rows.iter().filter(|row| row["uppgifter"] == "Slutlig").collect();
    let closed: Vec<_> = finals.iter().filter(|row| row["utbetalt"] != "0").collect();
    assert!(!closed.is_empty() && finals.len() < rows.len());
    for row in closed {
        let of = |key: &str| Money::parse_plain(&row[key]).unwrap();
        assert_eq!(of("rekvirerat"), of("utbetalt"), "{row:?}");
        assert!(of("aterbetalt") >= of("inte_forbrukat"), "{row:?}");
    }
}

#[test]
fn an_unchanged_page_is_a_304_and_a_changed_one_is_not() {
    let portal = Portal::new();
    let anyone = portal.anyone();
    let again = |address: &str, tag: &str| with_header(&anyone, address, header::IF_NONE_MATCH, tag);
    for address in ADDRESSES {
        let page = anyone.get(address).expect_status(200);
        // The catalogue says where it was asked for, unless the operator has said where the portal is.
        let kept_by = if address == CATALOGUE { "private" } else { "public" };
        assert_eq!(page.headers[header::CACHE_CONTROL], format!("{kept_by}, no-cache"), "{address}");
        let known = tag(&page);
        assert!(known.starts_with('"'), "{known}");
        let unchanged = again(address, &format!("\"annat\", W/{known}")).expect_status(304);
        assert!(unchanged.bytes.is_empty() && tag(&unchanged) == known, "{address}");
        again(address, "\"annat\"").expect_status(200);
        // Compressed it is another representation, with a tag of its own.
        let zipped = with_header(&anyone, address, header::ACCEPT_ENCODING, "gzip").expect_status(200);
        assert_ne!(tag(&zipped), known, "{address}");
        assert_eq!(zipped.headers[header::CONTENT_ENCODING], "gzip");
    }
    let (before, of_2021) = (tag(&anyone.get(AO22)), tag(&anyone.get(AO21)));
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    let changed = again(AO22, &before).expect_status(200);
    assert_ne!(tag(&changed), before);
    again(AO21, &of_2021).expect_status(304);
    again("/oppna-data/mottagare/1489", &tag(&anyone.get("/oppna-data/mottagare/1489"))).expect_status(304);
    let ale = csv_rows(&anyone.get(&format!("{AO22}.csv?sok=1440")));
    assert_eq!((ale[0]["rekvirerat"].as_str(), ale[0]["uppgifter"].as_str()), ("100000", "Preliminär"));
}

#[test]
fn everybody_gets_the_same_without_a_cookie_and_head_is_get_without_its_body() {
    let portal = Portal::new();
    let officer = portal.officer();
    for address in ADDRESSES {
        let stranger = portal.anyone();
        let page = stranger.get(address).expect_status(200);
        assert!(!page.headers.contains_key(header::SET_COOKIE), "{address}");
        assert_eq!(stranger.cookie(), "");
        assert!(!page.html().contains("name=\"csrf\""), "{address}");
        assert_eq!(tag(&page), tag(&officer.get(address)), "{address}");
        let is_page = page.headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html");
        let cors = page.headers.get(header::ACCESS_CONTROL_ALLOW_ORIGIN);
        assert_eq!(cors.is_none(), is_page, "{address}");
        let head = stranger.send(stranger.request(Method::HEAD, address)).expect_status(200);
        assert!(head.bytes.is_empty() && tag(&head) == tag(&page), "{address}");
    }
    // So it is with every page.
    let browser = portal.anyone();
    browser.send(browser.request(Method::HEAD, "/om")).expect_status(200);
    officer.send(officer.request(Method::HEAD, "/oversikt")).expect_status(200);
}

#[test]
fn no_person_and_no_case_is_in_it() {
    let portal = practising();
    let anyone = portal.anyone();
    let names: Vec<(String, String)> = portal
        .db
        .read_now(|connection| {
            Ok::<_, DbError>(people::table.select((people::name, people::email)).load(connection)?)
        })
        .unwrap();
    let contacts: Vec<String> = portal
        .db
        .read_now(|connection| {
            use bidragsporten::ground::infra::schema::editions;
            let all: Vec<String> = editions::table.select(editions::content).load(connection)?;
            Ok::<_, DbError>(all)
        })
        .unwrap();
    let mut secrets: Vec<String> = names.into_iter().flat_map(|(name, email)| [name, email]).collect();
    for content in &contacts {
        let content: serde_json::Value = serde_json::from_str(content).unwrap();
        personal(&content, &mut secrets);
    }
    secrets.retain(|secret| secret.len() > 5);
    secrets.sort();
    secrets.dedup();
    assert!(secrets.len() > 20, "{secrets:?}");
    for address in ADDRESSES.iter().chain(&[AO22, "/oppna-data/aldreomsorg-2022.json"]) {
        let text = anyone.get(address).expect_status(200).html();
        let found: Vec<_> = secrets.iter().filter(|secret| text.contains(secret.as_str())).collect();
        assert!(found.is_empty(), "{address}: {found:?}");
        for handling in
            ["/granskning", "/rekvisitioner", "/redovisningar", "/utbetalningar", "Återsänd", "@", "AO21-"]
        {
            assert!(!text.contains(handling) || address.ends_with(".xlsx"), "{address}: {handling}");
        }
    }
}

/// What a form says of people and how to reach them.
fn personal(content: &serde_json::Value, found: &mut Vec<String>) {
    match content {
        serde_json::Value::Object(fields) => {
            for (key, value) in fields {
                let is_personal = ["contact", "name", "telephone", "email", "street", "account"]
                    .iter()
                    .any(|part| key.contains(part));
                match value {
                    serde_json::Value::String(text) if is_personal => found.push(text.clone()),
                    _ => personal(value, found),
                }
            }
        }
        serde_json::Value::Array(all) => all.iter().for_each(|value| personal(value, found)),
        _ => {}
    }
}

/// The values of an attribute, of elements of this name.
fn resources(xml: &str, element: &str) -> Vec<String> {
    let open = format!("<{element} rdf:resource=\"");
    xml.split(&open).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[test]
fn the_catalogue_names_every_file_and_every_file_is_there() {
    let portal = Portal::new();
    let anyone = portal.anyone();
    let catalogue = anyone.get(CATALOGUE).expect_status(200);
    assert_eq!(catalogue.headers[header::CONTENT_TYPE], "application/rdf+xml");
    let xml = catalogue.html();
    well_formed(&xml);
    assert_eq!(xml.matches("<dcat:Dataset ").count(), 4);
    let files = resources(&xml, "dcat:downloadURL");
    assert_eq!(files.len(), 12);
    for file in files.iter().chain(&resources(&xml, "dcat:landingPage")) {
        let address = file.strip_prefix(&portal.url).unwrap_or_else(|| panic!("{file} is elsewhere"));
        anyone.get(address).expect_status(200);
    }
    for wanted in
        ["data-theme/GOVE", "language/SWE", "country/SWE", "publicdomain/zero", "UPDATE_CONT", "2021-01-01"]
    {
        assert!(xml.contains(wanted), "{wanted}");
    }
    let secure = Portal::behind_https();
    assert!(secure.anyone().get(CATALOGUE).html().contains(&secure.url.replace("http://", "https://")));
}

/// Every element is closed in order, and nothing stands unescaped.
fn well_formed(xml: &str) {
    let mut open = Vec::new();
    for tag in xml.split('<').skip(1) {
        let (tag, text) = tag.split_once('>').expect("a closed tag");
        let bare = text.split('&').skip(1).all(|entity| entity.contains(';'));
        assert!(bare && !text.contains('>'), "{text}");
        let name = tag.trim_start_matches('/').split_whitespace().next().unwrap();
        match tag {
            _ if tag.starts_with('?') || tag.ends_with('/') => {}
            _ if tag.starts_with('/') => assert_eq!(open.pop(), Some(name)),
            _ => open.push(name),
        }
    }
    assert!(open.is_empty(), "{open:?}");
}

#[test]
fn a_host_that_is_none_comes_back_nowhere() {
    let portal = Portal::new();
    let anyone = portal.anyone();
    for hostile in ["a\"><b", "a'b", "a/b", "a b", "<script>", "a&b", "{}"] {
        let page = with_header(&anyone, CATALOGUE, header::HOST, hostile);
        assert_eq!(page.status, 400, "{hostile}");
        assert!(!page.html().contains(hostile), "{hostile}");
    }
    let other = with_header(&anyone, CATALOGUE, header::HOST, "bidrag.example:8443").expect_status(200);
    assert!(other.html().contains("http://bidrag.example:8443/oppna-data/aldreomsorg-2021.csv"));
    assert!(!anyone.get(CATALOGUE).html().contains("bidrag.example"));
    for address in [START, AO21, "/oppna-data/aldreomsorg-2021.json"] {
        let page = with_header(&anyone, address, header::HOST, "bidrag.example");
        assert!(!page.html().contains("bidrag.example"), "{address}");
    }
}

#[test]
fn after_a_merger_successor_and_predecessor_name_each_other() {
    let portal = Portal::new();
    let anyone = portal.anyone();
    let before = anyone.get(&format!("{AO22}.csv")).html();
    merge(&portal, "1440", "1489").expect_status(200);
    // In words, on both pages and on the agreement's.
    let page = anyone.get("/oppna-data/mottagare/1440").expect("har gått över till Alingsås");
    page.follow("Alingsås").expect("har tagits över från Ale").follow("Ale").expect("Ale kommun");
    anyone.get(AO22).expect("Ale har gått över till Alingsås");
    // As fields, after those that were there; every other line is as it was.
    let after = anyone.get(&format!("{AO22}.csv")).html();
    let line = |text: &str, of: &str| {
        text.lines().find(|line| line.contains(&format!(",2022,{of},"))).unwrap().to_owned()
    };
    assert!(
        after
            .lines()
            .next()
            .unwrap()
            .ends_with("uppgifter,efterfoljare,efterfoljare_kod,foretradare,foretradare_koder")
    );
    assert!(line(&after, "Ale,1440").ends_with("Preliminär,Alingsås,1489,,"), "{}", line(&after, "Ale,1440"));
    assert!(
        line(&after, "Alingsås,1489").ends_with("Preliminär,,,Ale,1440"),
        "{}",
        line(&after, "Alingsås,1489")
    );
    assert_eq!(line(&after, "Åre,2321"), line(&before, "Åre,2321"));
    let own = anyone.get("/oppna-data/mottagare/1489.json").html();
    let own: serde_json::Value = serde_json::from_str(&own).unwrap();
    let passed = |record: &&serde_json::Value| record["overenskommelse"] != "valfardsteknik-2018";
    for record in own["poster"].as_array().unwrap().iter().filter(passed) {
        assert_eq!(record["kommunkod"], "1489");
        assert_eq!(record["foretradare_koder"], "1440");
        assert!(record["efterfoljare"].is_null());
    }
}

fn switched(officer: &Browser, reason: &str) -> Page {
    let form = officer.get(SWITCH).expect_status(200).form("/publicering");
    if reason.is_empty() { form.submit() } else { form.set("reason", reason).submit() }
}

/// What the authority's history says of it, and that it is whole.
fn lines(portal: &Portal) -> Vec<(String, String)> {
    portal
        .db
        .read_now(|connection| {
            let authority = recipient::store::find_by_code(connection, "kammarkollegiet")?.expect("known");
            let stream = authority.id.to_string();
            let version = organisations::table
                .filter(organisations::id.eq(&stream))
                .select(organisations::version)
                .first(connection)?;
            assert_eq!(history::store::verify(connection, &stream, version)?, None);
            let lines = history::store::of(connection, &stream)?;
            Ok::<_, DbError>(lines.into_iter().map(|line| (line.entry.what(), line.entry.reason)).collect())
        })
        .unwrap()
}

#[test]
fn an_authority_switches_it_off_at_once_and_on_again() {
    let portal = Portal::new();
    let (anyone, officer) = (portal.anyone(), portal.officer());
    // What another authority pays is left out of this.
    let other = portal.sign_in("Socialstyrelsen", &[Role::DecisionMaker], "Beslutsfattare");
    switched(&other, "Prov").expect_status(200);
    let known: Vec<String> = ADDRESSES.iter().map(|address| tag(&anyone.get(address))).collect();
    officer.get("/oversikt").follow("Öppna data").expect("Öppna data är på");
    switched(&officer, "").expect_status(422).expect("Rätta uppgifterna");
    switched(&officer, "Beslut 2022:17")
        .expect("Uppgifterna är inte längre öppna data.")
        .expect("Beslut 2022:17");
    for (address, tag) in ADDRESSES.iter().zip(&known) {
        let page = with_header(&anyone, address, header::IF_NONE_MATCH, tag);
        // What is of all agreements is there, with none in it.
        let is_of_all = [START, CATALOGUE, "/oppna-data/mottagare"].contains(address)
            || address.starts_with("/oppna-data/mottagare.");
        if is_of_all {
            let html = page.expect_status(200).html();
            assert!(!html.contains("/aldreomsorg-2") && !html.contains("Alingsås"), "{address}");
        } else {
            page.expect_status(404);
        }
    }
    anyone.get(START).expect("Ingen myndighet visar");
    // The authority's own overview is as it was.
    officer.get("/oversikt/aldreomsorg-2021").expect_status(200);
    switched(&officer, "").expect("Uppgifterna är öppna data från och med nu.");
    for (address, known) in ADDRESSES.iter().zip(&known) {
        with_header(&anyone, address, header::IF_NONE_MATCH, known).expect_status(304);
    }
    let expected = [("Öppna data stängdes av", "Beslut 2022:17"), ("Öppna data slogs på", "")];
    assert_eq!(lines(&portal), expected.map(|(what, why)| (what.to_owned(), why.to_owned())));
}

#[test]
fn a_double_click_is_one_line_and_others_cannot_switch() {
    let portal = Portal::new();
    let officer = portal.officer();
    let form = officer.get(SWITCH).form("/publicering").set("reason", "Beslut");
    for page in at_once([form.clone(), form]) {
        page.expect_status(200).expect("Öppna data är av");
    }
    assert_eq!(lines(&portal).len(), 1);
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    assert!(!payer.get(SWITCH).expect_status(200).has_form("/publicering"));
    // Another authority switches its own.
    let other = portal.sign_in("Socialstyrelsen", &[Role::DecisionMaker], "Beslutsfattare");
    other.get(SWITCH).expect("Öppna data från Socialstyrelsen").expect_not("Äldreomsorg – teknik");
    switched(&other, "Prov").expect_status(200);
    switched(&other, "").expect_status(200);
    portal.anyone().get(AO21).expect_status(404);
}

//! Insight (*insyn*): given and taken back by the authority; the reader sees everything of what it was given, nothing
//! else, and changes nothing.

use std::collections::BTreeSet;

use bidragsporten::{
    ground::{history, infra::db::DbError},
    people::access::Role,
    run::practice,
    terms::agreement,
};
use scraper::{Html, Selector};

use crate::{
    accounts::answer_with_a_file,
    browser::{Browser, Form, Page, at_once},
    filed_reports::{Filing, report_case},
    portal::Portal,
    steps::{
        approve_and_pay, ask_for_accounts, begin, case_of, give_insight, giving_insight, issue, sign,
        whole_grant,
    },
};

const AO21: &str = "aldreomsorg-2021";
const AO22: &str = "aldreomsorg-2022";
const MINISTRY: &str = "Socialdepartementet";

fn reader(portal: &Portal, organisation: &str) -> Browser {
    portal.sign_in(organisation, &[Role::Reader], "Läsare")
}

fn insight_of(slug: &str) -> String {
    format!("/oversikt/{slug}/insyn")
}

/// Ale's requisition in 2022, which came in.
fn submitted(portal: &Portal) -> String {
    let requisition = issue(&portal.preparer("Ale"), "bas", "100 000").address;
    sign(&portal.signatory("Ale"), &requisition).expect_status(200);
    requisition
}

/// Somebody else's form, as this browser would send it from a page of its own.
fn sent_by(form: &Form, browser: &Browser) -> Page {
    let csrf = browser.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    form.clone().set("csrf", &csrf).sent_by(browser).submit()
}

/// The agreement's events about insight, and that its history is whole.
fn events(portal: &Portal, slug: &str) -> Vec<String> {
    portal
        .db
        .read_now(|connection| {
            let agreement = agreement::store::find_by_slug(connection, slug)?.expect("known");
            let stream = agreement.id.to_string();
            assert_eq!(history::store::verify(connection, &stream, agreement.version)?, None);
            let lines = history::store::of(connection, &stream)?;
            Ok::<_, DbError>(lines.into_iter().map(|line| line.entry.what()).collect::<Vec<_>>())
        })
        .unwrap()
        .into_iter()
        .filter(|what| what.starts_with("Insyn"))
        .collect()
}

#[test]
fn it_is_given_and_taken_back() {
    let portal = Portal::new();
    let (officer, reader) = (portal.officer(), reader(&portal, MINISTRY));
    reader.get("/oversikt").expect("Det finns ingen överenskommelse i portalen");
    reader.get("/oversikt/aldreomsorg-2022").expect_status(404);
    officer.get(&insight_of(AO22)).expect("Ingen annan organisation har insyn");

    let given = give_insight(&officer, AO22, MINISTRY).expect_status(200).expect("Insynen är given.");
    given.expect("15 mars 2022 kl. 09.00").expect("Handläggare i Kammarkollegiet");
    reader.get("/oversikt/aldreomsorg-2022").expect_status(200).expect("290");
    reader.get("/oversikt/aldreomsorg-2022.csv").expect_status(200);
    reader.get("/oversikt").expect("2022").expect_not("fokus 2021");
    officer.get("/overenskommelser/aldreomsorg-2022").expect("Insyn gavs").expect(MINISTRY);

    // The decision maker may too. Whoever is given it sees who else has it.
    let decider = portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "Beslutsfattare");
    let seen = reader.get("/oversikt/aldreomsorg-2022").follow("Insyn").expect(MINISTRY);
    assert!(!seen.has_form("/insyn") && !seen.has_form("/borttagning"));
    let taken = decider.get(&insight_of(AO22)).form("/borttagning").submit().expect_status(200);
    taken.expect("Insynen är tillbakatagen.").expect("Ingen annan organisation har insyn");
    reader.get("/oversikt/aldreomsorg-2022").expect_status(404);
    reader.get(&insight_of(AO22)).expect_status(404);
    let told = format!("({MINISTRY})");
    assert_eq!(events(&portal, AO22), [format!("Insyn gavs {told}"), format!("Insyn togs tillbaka {told}")]);
}

#[test]
fn a_double_click_is_one_and_somebody_elses_word_stands() {
    let portal = Portal::new();
    let (officer, other) =
        (portal.officer(), portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Annan"));
    let (form, late) = (giving_insight(&officer, AO22, MINISTRY), giving_insight(&other, AO22, MINISTRY));
    for page in at_once([form.clone(), form]) {
        page.expect_status(200).expect("Insynen är given.");
    }
    assert_eq!(events(&portal, AO22).len(), 1);
    let refused = late.submit().expect_status(409).expect("Socialdepartementet har redan insyn.");
    refused.expect("Handläggare i Kammarkollegiet gav den 15 mars 2022");

    let taking = officer.get(&insight_of(AO22)).form("/borttagning");
    let late = other.get(&insight_of(AO22)).form("/borttagning");
    for page in at_once([taking.clone(), taking]) {
        page.expect_status(200).expect("Insynen är tillbakatagen.");
    }
    late.submit().expect_status(409).expect("Socialdepartementet har inte insyn längre.");
    assert_eq!(events(&portal, AO22).len(), 2);
}

#[test]
fn it_is_given_to_those_who_can_read_by_those_who_pay() {
    let portal = Portal::new();
    let officer = portal.officer();
    let page =
        officer.get(&insight_of(AO22)).expect("Sveriges Kommuner och Regioner").expect_not("Ale kommun");
    assert!(!page.html().contains(">Kammarkollegiet</option>"), "it pays, and reads already");
    page.form("/insyn").submit().expect_status(422).expect("Välj en organisation i listan.");
    let ministry = giving_insight(&officer, AO22, MINISTRY);
    ministry.clone().set("organisation", "ale").submit().expect_status(422);
    ministry.clone().set("csrf", "").submit().expect_status(403);

    // Another authority's officer, and the payer's payment officer.
    let stranger = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    stranger.get(&insight_of(AO22)).expect_status(404);
    sent_by(&ministry, &stranger).expect_status(404);
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    assert!(!payer.get(&insight_of(AO22)).expect_status(200).has_form("/insyn"));
    sent_by(&ministry, &payer).expect_status(403).expect("Din roll räcker inte");
    assert!(events(&portal, AO22).is_empty());
}

#[test]
fn what_was_not_given_is_not_there() {
    let portal = Portal::new();
    let (officer, reader) = (portal.officer(), reader(&portal, MINISTRY));
    give_insight(&officer, AO22, MINISTRY).expect_status(200);
    let requisition = submitted(&portal);
    let case = case_of(&requisition);
    let report = report_case(Filing::of(&portal, "Ale", AO21).submit());
    let file = officer.get(&report).follow("underlag.pdf").address;
    let pdf = format!("{report}/blankett.pdf");
    let of_2021 =
        [report.as_str(), &pdf, &file, "/oversikt/aldreomsorg-2021", "/oversikt/aldreomsorg-2021.csv"];
    for address in of_2021 {
        reader.get(address).expect_status(404);
    }
    // Nor is it compared with, beside what was given.
    reader.get(&case).expect_status(200).expect_not("AO21-1440");
    give_insight(&officer, AO21, MINISTRY).expect_status(200);
    for address in of_2021 {
        reader.get(address).expect_status(200);
    }
}

/// Follows every link of Ale's from the overview; gives the pages it came to.
fn read_everything(reader: &Browser, grants: &[&str]) -> Vec<Page> {
    let links = Selector::parse("main a[href]").unwrap();
    let (mut seen, mut waiting) = (BTreeSet::new(), vec!["/oversikt".to_owned()]);
    let mut pages = Vec::new();
    while let Some(address) = waiting.pop() {
        let is_another_grant =
            address.contains("/bidrag/") && !grants.iter().any(|grant| address.ends_with(grant));
        if address.contains(['?', '#']) || is_another_grant || !seen.insert(address.clone()) {
            continue;
        }
        let page = reader.get(&address).expect_status(200);
        let is_file =
            [".pdf", ".csv"].iter().any(|end| address.ends_with(end)) || address.contains("/bilagor/");
        if !is_file {
            let document = Html::parse_document(&page.html());
            let found = document.select(&links).filter_map(|link| link.value().attr("href"));
            waiting.extend(found.map(str::to_owned));
            pages.push(page);
        }
    }
    assert!(seen.iter().any(|address| address.contains("/bilagor/")), "{seen:?}");
    pages
}

#[test]
fn a_reader_sees_everything_and_is_offered_nothing_to_change() {
    let portal = Portal::new();
    let officer = portal.officer();
    for slug in [AO21, AO22] {
        give_insight(&officer, slug, MINISTRY).expect_status(200);
    }
    let requisition = submitted(&portal);
    approve_and_pay(&portal, &requisition);
    let whole = whole_grant(&officer, &requisition);
    let request = ask_for_accounts(&whole, "2022-04-30").address;
    answer_with_a_file(&portal.preparer("Ale"), &request.replace("/granskning", ""));
    let report = report_case(Filing::of(&portal, "Ale", AO21).alt_2().submit());
    let of_2021 = officer.get("/oversikt/aldreomsorg-2021?sok=1440").follow("Ale").address;

    let id = |address: &str| address.rsplit('/').next().unwrap().to_owned();
    let reader = reader(&portal, MINISTRY);
    let grants = [id(&whole.address), id(&of_2021)];
    let pages = read_everything(&reader, &[&grants[0], &grants[1]]);
    let addresses: Vec<&str> = pages.iter().map(|page| page.address.as_str()).collect();
    let payment = case_of(&requisition).replace("/granskning/", "/utbetalningar/");
    let repayment = whole.address.replace("/granskning/", "/aterbetalningar/");
    for wanted in [&case_of(&requisition), &report, &request, &payment, &repayment, &whole.address] {
        assert!(addresses.contains(&wanted.as_str()), "{wanted} is not reached: {addresses:?}");
    }
    let posts = Selector::parse("form[method=post]").unwrap();
    for page in &pages {
        let document = Html::parse_document(&page.html());
        let mut actions = document.select(&posts).filter_map(|form| form.value().attr("action"));
        // What a reader keeps for itself changes nothing of anybody else's. The agreement gives the department the right to ask
        // for accounts.
        let is_own = |action: &str| action == "/logga-ut" || action.starts_with("/oversikt/vyer");
        assert!(
            actions.all(|action| is_own(action) || action.ends_with("/rakenskaper")),
            "{} has a form",
            page.address
        );
    }
    // The very pages: the names, the file, the form as it was signed, what happened.
    let case =
        reader.get(&case_of(&requisition)).expect("Företrädare i Ale").expect("Rekvisitionen godkändes");
    assert!(case.follow("Blanketten som PDF").bytes.starts_with(b"%PDF"));
    reader.get(&request).follow("huvudbok.pdf").expect_status(200);
    reader.get(&report).expect("Alt 2").follow("underlag.pdf").expect_status(200);
}

#[test]
fn a_reader_posts_nothing_and_has_no_desk() {
    let portal = Portal::new();
    let officer = portal.officer();
    give_insight(&officer, AO22, MINISTRY).expect_status(200);
    let case = case_of(&submitted(&portal));
    let reader = reader(&portal, MINISTRY);
    reader.get(&case).expect_status(200).expect("Inlämnad");
    let forms = [officer.get(&case).form("/godkannande"), giving_insight(&officer, AO22, "Socialstyrelsen")];
    for form in forms {
        sent_by(&form, &reader).expect_status(403).expect("Din roll räcker inte");
    }
    for desk in ["/granskning", "/granskning/redovisningar", "/utbetalningar", "/aterbetalningar"] {
        reader.get(desk).expect_status(403);
    }
    officer.get(&case).expect("Inlämnad");
}

#[test]
fn what_is_not_issued_is_hidden_from_readers_too() {
    let portal = Portal::new();
    give_insight(&portal.officer(), AO22, MINISTRY).expect_status(200);
    let preparer = portal.preparer("Ale");
    let draft = begin(&preparer, "bas").address;
    let draft = case_of(draft.strip_suffix("/uppgifter").unwrap());
    let reader = reader(&portal, MINISTRY);
    reader.get(&draft).expect_status(404);
    reader.get(&format!("{draft}/blankett.pdf")).expect_status(404);
    let grant = reader.get("/oversikt/aldreomsorg-2022?sok=1440").follow("Ale").expect_status(200);
    grant.expect("Ingen rekvisition har kommit.").expect_not("AO22-1440-R1").expect_not("påbörjades");
}

#[test]
fn skr_receives_a_grant_and_reads_the_others() {
    let portal = Portal::new();
    let skr = portal.sign_in("SKR", &[Role::Preparer, Role::Reader], "Ekonom");
    skr.get("/oversikt").expect("Det finns ingen överenskommelse");
    give_insight(&portal.officer(), AO22, "Sveriges Kommuner och Regioner").expect_status(200);
    skr.get("/bidrag").expect_status(200).expect("Sveriges Kommuner och Regioner");
    let case = case_of(&submitted(&portal));
    let ale = skr.get("/oversikt/aldreomsorg-2022?sok=1440").follow("Ale").expect("Ale kommun");
    assert_eq!(ale.follow("AO22-1440-R1").address, case);
    skr.get("/oversikt/aldreomsorg-2021").expect_status(404);
    // A colleague without the role sees its own grants only.
    let colleague = portal.sign_in("SKR", &[Role::Preparer], "Kollega");
    colleague.get(&case).expect_status(403);
    colleague.get("/oversikt").expect_status(403);
}

#[test]
fn an_officer_elsewhere_reads_what_its_authority_was_given_and_decides_nothing_there() {
    let portal = Portal::new();
    let officer = portal.officer();
    give_insight(&officer, AO22, "Socialstyrelsen").expect_status(200);
    let case = case_of(&submitted(&portal));
    let both =
        portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer, Role::PaymentOfficer, Role::Reader], "Båda");
    let page = both.get(&case).expect_status(200).expect("Inlämnad");
    assert!(!page.has_form("/godkannande") && !page.has_form("/handlaggare") && page.has_link("Översikt"));
    sent_by(&officer.get(&case).form("/godkannande"), &both).expect_status(404);
    let whole = page.follow("Hela bidraget").expect_status(200);
    assert!(!whole.has_form("/anstand") && !whole.has_form("/rakenskaper"));
    // At the authority itself a reader needs to be given nothing.
    let own = reader(&portal, "Kammarkollegiet");
    own.get(&case).expect_status(200);
    assert!(!own.get(&insight_of(AO22)).expect_status(200).has_form("/insyn"));
}

#[test]
fn practice_has_readers() {
    let portal = Portal::practice();
    practice::clock(&portal.db).unwrap();
    assert_eq!(events(&portal, AO21).len(), 2);
    assert_eq!(events(&portal, AO22).len(), 3);
    // SKR's one person both receives and reads.
    let skr = portal.anyone();
    let form = skr.get("/logga-in").form("/ovning/logga-in");
    let desk = form.set("organisation", "SKR").add("role", "ekonom").submit().expect_status(200);
    assert_eq!(desk.address, "/bidrag");
    skr.get("/oversikt").expect("fokus 2022").expect_not("fokus 2021");
}

//! A page is a fixed number of queries however long the history. A binary of its own: it counts every query of the
//! process.

#[path = "portal/browser.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod browser;
#[path = "portal/database.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod database;
#[path = "portal/filed_reports.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod filed_reports;
#[path = "portal/handed_on.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod handed_on;
#[path = "portal/portal.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod portal;
#[path = "portal/steps.rs"]
#[expect(dead_code, reason = "the other tests use the rest")]
mod steps;

use std::sync::atomic::{AtomicUsize, Ordering};

use bidragsporten::people::access::Role;
use diesel::connection::{InstrumentationEvent, set_default_instrumentation};

use crate::{
    browser::{Browser, Form},
    filed_reports::{Filing, report_case},
    handed_on::{apply, award_all, invited, link},
    portal::Portal,
    steps::{ask_for_accounts, case_of, extend, give_insight, issue, sign, whole_grant},
};

static QUERIES: AtomicUsize = AtomicUsize::new(0);
/// Those of them that read a case by its id.
static CASES: AtomicUsize = AtomicUsize::new(0);

fn count(event: InstrumentationEvent<'_>) {
    // The pool's own question whether the connection lives is not the page's.
    if let InstrumentationEvent::StartQuery { query, .. } = event
        && !query.to_string().starts_with("SELECT 1")
    {
        QUERIES.fetch_add(1, Ordering::SeqCst);
        let query = query.to_string().replace(['`', '"'], "");
        if query.starts_with("SELECT") && query.contains("cases.state") && query.contains("cases.id = ") {
            CASES.fetch_add(1, Ordering::SeqCst);
        }
    }
}

/// A page reads no case twice.
fn queries_of(browser: &Browser, address: &str) -> usize {
    let (before, cases) = (QUERIES.load(Ordering::SeqCst), CASES.load(Ordering::SeqCst));
    browser.get(address).expect_status(200);
    let cases = CASES.load(Ordering::SeqCst) - cases;
    assert!(cases <= 1, "{address} reads its case {cases} times");
    QUERIES.load(Ordering::SeqCst) - before
}

/// How often a form that changes a case reads it: a handler may look at it first, the verb reads it under the lock.
/// A transaction that writes to PostgreSQL hides its queries from the count: the verb's are counted on SQLite alone.
fn reads_its_case(browser: &Browser, form: Form) {
    let cases = CASES.load(Ordering::SeqCst);
    let action = form.action().to_owned();
    form.sent_by(&browser.stopping()).submit().expect_status(303);
    let cases = CASES.load(Ordering::SeqCst) - cases;
    assert!(cases <= 2, "{action} reads its case {cases} times");
}

/// Ten kronor more of a requisition.
fn pay(payer: &Browser, payments: &str, reference: &str) {
    let form = payer.get(payments).form(payments).set("amount", "10").set("reference", reference);
    reads_its_case(payer, form);
}

/// The grants of one pass to another.
fn merge(decision_maker: &Browser, predecessor: &str, successor: &str) {
    let form = merging(decision_maker, predecessor, successor);
    form.submit().expect_status(200).form("/sammanlaggning").submit().expect_status(200);
}

fn merging(decision_maker: &Browser, predecessor: &str, successor: &str) -> Form {
    let page = decision_maker.get(&format!("/register/{predecessor}/sammanlaggning"));
    let form = page.form("/sammanlaggning/kontroll").set("successor", successor).set("day", "2022-01-01");
    form.set("decision", "Fi2021/00001").set("reason", "Kommunerna har lagts samman.")
}

/// The last page before a merger is registered, of one municipality and of four.
fn a_merger_is_foreseen_alike_however_many_go_into_it(portal: &Portal) {
    let decision_maker = portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "Beslutsfattare");
    let asked = |others: &str| {
        let form = merging(&decision_maker, "1443", "1444").set("others", others);
        let before = QUERIES.load(Ordering::SeqCst);
        form.submit().expect_status(200).expect("Kontrollera innan du registrerar");
        QUERIES.load(Ordering::SeqCst) - before
    };
    assert_eq!(asked(""), asked("Ale\nAlingsås\nGöteborg"));
}

/// The OCR number of a grant.
fn reference_of(officer: &Browser, grant: &str) -> String {
    officer.get(&grant.replace("/bidrag/", "/aterbetalningar/bidrag/")).fact("OCR-nummer")
}

/// Money that came in, a different amount each time so that none is taken for another; gives its address.
fn register(officer: &Browser, number: usize, reference: &str) -> String {
    let form = officer.get("/aterbetalningar/ny").form("/aterbetalningar/ny");
    let form = form.set("received_on", "2022-03-14").set("amount", &(1_000 + number).to_string());
    let registered = form.set("reference", reference).submit().expect_status(200).address;
    registered.split('?').next().unwrap().to_owned()
}

#[test]
fn a_page_asks_no_more_when_there_is_more() {
    set_default_instrumentation(|| Some(Box::new(count))).unwrap();
    let portal = Portal::new();
    further_reports_ask_no_more_when_there_is_more(&portal);
    colleagues_ask_no_more_when_there_are_more(&portal);
    a_merger_is_foreseen_alike_however_many_go_into_it(&portal);
    onward_distribution_asks_no_more_when_there_are_more_units(&Portal::new());
    let anyone = portal.anyone();
    // The agreement of an authority that nobody here works at is read by the open data alone, and stays as it is.
    anyone.get("/oppna-data").expect_status(200);
    let (preparer, signatory, officer) = (portal.preparer("Ale"), portal.signatory("Ale"), portal.officer());
    let first = issue(&preparer, "bas", "1 000").address;
    let signing = signatory.get(&format!("{first}/underskrift")).form("/underskrift");
    reads_its_case(&signatory, signing.set("password", portal::PASSWORD));
    // One to compare with.
    sign(&signatory, &issue(&preparer, "bas", "1 000").address).expect_status(200);
    let grant = preparer.get("/bidrag").follow("Äldreomsorg").address;
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let reference = reference_of(&payer, &grant);
    let repayment = register(&payer, 0, &reference);
    register(&payer, 1, "");
    let statement = format!("{grant}/aterbetalning");
    let of_grant = grant.replace("/bidrag/", "/aterbetalningar/bidrag/");
    let case = case_of(&first);
    reads_its_case(&officer, officer.get(&case).form("/godkannande"));
    let payments = case.replace("/granskning/", "/utbetalningar/");
    pay(&payer, &payments, "UB 1");
    let whole = whole_grant(&officer, &first).address;
    let asked = ask_for_accounts(&officer.get(&whole), "2022-04-30").address;
    let answer = asked.replace("/granskning", "");
    let reader = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
    give_insight(&officer, "aldreomsorg-2022", "Socialdepartementet").expect_status(200);
    let decision_maker = portal.sign_in("Kammarkollegiet", &[Role::DecisionMaker], "Beslutsfattare");
    let copy = || {
        let form = officer.get("/forslag/nytt").form("/forslag").set("overenskommelse", "aldreomsorg-2022");
        form.set("year", "2027").submit().expect_status(200).address.split('?').next().unwrap().to_owned()
    };
    let proposal = copy();
    let of_proposal = |page: &str| format!("{proposal}/{page}");
    let (part, table, whole_proposal, forms) = (
        of_proposal("grunder"),
        of_proposal("fordelning"),
        of_proposal("granska"),
        of_proposal("forhandsvisa"),
    );
    let pages: Vec<(&Browser, &str)> = vec![
        (&preparer, "/bidrag"),
        (&preparer, &grant),
        (&preparer, &first),
        (&officer, "/granskning"),
        (&officer, "/granskning?visa=alla"),
        (&officer, &case),
        (&payer, "/utbetalningar"),
        (&payer, "/utbetalningar?visa=utbetalda"),
        (&payer, &payments),
        (&officer, &whole),
        (&officer, &asked),
        (&preparer, &answer),
        (&preparer, "/uppdrag"),
        (&preparer, "/konto/inloggningar"),
        (&officer, "/granskning/uppdrag/1440"),
        (&officer, "/oversikt"),
        (&officer, "/oversikt/aldreomsorg-2022"),
        (&officer, "/oversikt/aldreomsorg-2022.csv"),
        (&officer, "/oversikt/aldreomsorg-2022.xlsx"),
        (&officer, "/oversikt/aldreomsorg-2022/lan"),
        (&officer, "/oversikt/aldreomsorg-2022/bilder"),
        (&officer, "/oversikt/aldreomsorg-2022/sena"),
        (&officer, "/oversikt/aldreomsorg-2022/omgangar"),
        (&officer, "/oversikt/ar/2022"),
        (&officer, "/oversikt/mottagare/1440"),
        (&officer, "/oversikt/aldreomsorg-2022/regeringen"),
        (&officer, "/oversikt/aldreomsorg-2022/regeringen.pdf"),
        (&officer, "/oversikt/aldreomsorg-2022/insyn"),
        (&officer, "/oversikt/publicering"),
        (&officer, "/register"),
        (&officer, "/register/1440"),
        (&decision_maker, "/register/1440/sammanlaggning"),
        (&decision_maker, "/register/1440/delning"),
        (&anyone, "/oppna-data"),
        (&anyone, "/oppna-data/aldreomsorg-2022"),
        (&anyone, "/oppna-data/aldreomsorg-2022.json"),
        (&anyone, "/oppna-data/mottagare"),
        (&anyone, "/oppna-data/mottagare/1440"),
        (&anyone, "/oppna-data/katalog.rdf"),
        (&reader, "/oversikt"),
        (&reader, "/oversikt/aldreomsorg-2022"),
        (&reader, &whole),
        (&reader, &case),
        (&officer, "/overenskommelser"),
        (&officer, "/overenskommelser/aldreomsorg-2022"),
        (&preparer, &statement),
        (&officer, "/aterbetalningar"),
        (&officer, "/aterbetalningar?visa=omatchade"),
        (&officer, "/aterbetalningar?visa=alla"),
        (&officer, &of_grant),
        (&officer, &repayment),
        (&officer, "/forslag"),
        (&officer, &proposal),
        (&officer, &part),
        (&officer, &table),
        (&officer, &whole_proposal),
        (&officer, &forms),
    ];
    // As it is asked the first time after a change: nothing is remembered.
    let little: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    for turn in 2..14 {
        register(&payer, turn, if turn % 2 == 0 { &reference } else { "" });
        let requisition = issue(&preparer, "bas", "1 000").address;
        sign(&signatory, &requisition).expect_status(200);
        officer.get(&case_of(&requisition)).form("/godkannande").submit().expect_status(200);
        pay(&payer, &payments, &format!("UB {turn}"));
        ask_for_accounts(&officer.get(&whole), &format!("2022-04-{:02}", 10 + turn));
    }
    for post in ["bas", "modell", "skr"] {
        let form = officer.get(&format!("{table}?post={post}")).form("/nyckel").set("metod", "forra");
        form.submit().expect_status(200);
    }
    copy();
    extend(&officer.get(&whole), "2022-12-15");
    extend(&officer.get(&whole), "2022-12-16");
    give_insight(&officer, "aldreomsorg-2022", "Socialstyrelsen").expect_status(200);
    for alias in ["Alafors", "Ale och Nödinge"] {
        let form = officer.get("/register/1440").form("/register/1440/alias").set("alias", alias);
        form.submit().expect_status(200);
    }
    for predecessor in ["1443", "1489"] {
        merge(&decision_maker, predecessor, "1440");
    }
    give_insight(&officer, "aldreomsorg-2021", "Socialdepartementet").expect_status(200);
    portal.sign_in("Ale", &[bidragsporten::people::access::Role::FinanceHead], "Ekonomichef");
    let much: Vec<usize> = pages.iter().map(|(browser, page)| queries_of(browser, page)).collect();
    assert_eq!(little, much, "{:?}", pages.iter().map(|(_, page)| page).collect::<Vec<_>>());
    assert!(little.iter().all(|count| (1..=14).contains(count)), "{little:?}");

    // An unchanged overview asks for its stamp and sends what it rendered before.
    let again = queries_of(&officer, "/oversikt/aldreomsorg-2022");
    assert_eq!(again, 2, "the session is one of them");
    // What is public asks for no session.
    assert_eq!(queries_of(&anyone, "/oppna-data/aldreomsorg-2022"), 1);

    reports_ask_no_more_when_there_is_more(&portal, &officer);
}

/// Here, and no test of its own: two at once would count each other's queries.
fn reports_ask_no_more_when_there_is_more(portal: &Portal, officer: &Browser) {
    Filing::of(portal, "Ale", "aldreomsorg-2021").submit();
    let filing = Filing::of(portal, "Ale", "aldreomsorg-2022");
    let id = filing.submit();
    let case = report_case(id);
    let me = officer.get(&case).html();
    let (_, me) = me.split_once("name=\"officer\" value=\"").unwrap();
    officer.get(&case).form("/handlaggare").set("officer", &me[..36]).submit().expect_status(200);
    let queue = "/granskning/redovisningar?visa=alla";
    let pages = ["/granskning/redovisningar", queue, &case, "/granskning/enkat/aldreomsorg-2022"];
    // With a list there is one more thing to look up.
    let read_in = |list: &str| {
        let form = officer.get(pages[3]).form("/aldreomsorg-2022");
        form.set("lista", list).submit().expect_status(200);
    };
    read_in("1440");
    let little = pages.map(|page| queries_of(officer, page));
    for _ in 0..4 {
        reads_its_case(officer, officer.get(&case).form("/komplettering").set("message", "Ändra."));
        filing.fill_and_issue(id);
        filing.sign(id);
    }
    for municipality in ["Borås", "Kalmar", "Lund"] {
        Filing::of(portal, municipality, "aldreomsorg-2021").submit();
    }
    read_in("1440\n1489\n0880");
    assert_eq!(little, pages.map(|page| queries_of(officer, page)), "{pages:?}");
    assert!(little.iter().all(|count| (1..=15).contains(count)), "{little:?}");
}

/// A file of a further report, signed and handed in; gives its page.
fn file(portal: &Portal, region: &str) -> String {
    let member = portal.sign_in(region, &[Role::Preparer, Role::Signatory], "Medarbetare");
    let grant = member.get("/bidrag").follow("God och nära vård 2020");
    let page = grant.follow("Delredovisning").expect_status(200);
    let added =
        page.form("/filer").file("file", "rapport.pdf", include_bytes!("samples/scan.pdf").to_vec()).submit();
    added.form("/underskrift").set("password", portal::PASSWORD).submit().expect_status(200).address
}

/// Here, and no test of its own: two at once would count each other's queries.
fn further_reports_ask_no_more_when_there_is_more(portal: &Portal) {
    let addressee = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    let own = file(portal, "Region Skåne");
    let member = portal.sign_in("Region Skåne", &[Role::Preparer, Role::Signatory], "Medarbetare");
    let case = addressee.get("/rapporter").follow("Region Skåne").address;
    let pages: [(&Browser, &str); 3] = [(&addressee, "/rapporter"), (&addressee, &case), (&member, &own)];
    let little = pages.map(|(browser, page)| queries_of(browser, page));
    for region in ["Region Halland", "Region Uppsala", "RSS Skåne län"] {
        file(portal, region);
    }
    addressee.get(&case).form("/komplettering").set("message", "Mer.").submit().expect_status(200);
    file(portal, "Region Skåne");
    assert_eq!(little, pages.map(|(browser, page)| queries_of(browser, page)), "of further reports");
    assert!(little.iter().all(|count| (1..=10).contains(count)), "{little:?}");
}

/// At a municipality that the rest of the test leaves alone.
fn colleagues_ask_no_more_when_there_are_more(portal: &Portal) {
    let administrator = portal.sign_in("Bjurholm", &[Role::Administrator], "Administratör");
    let officer = portal.officer();
    let pages: [(&Browser, &str); 4] = [
        (&administrator, "/kollegor"),
        (&administrator, "/konto"),
        (&officer, "/register/2403/administrator"),
        (&officer, "/granskning/uppdrag"),
    ];
    let invite = |email: &str, role: &str| {
        let form = administrator.get("/kollegor").form("/inbjudningar").set("email", email);
        form.set("role", role).submit().expect_status(200);
    };
    invite("en@bjurholm.example", "ekonom");
    let little = pages.map(|(browser, page)| queries_of(browser, page));
    for (name, role) in [("B", Role::Preparer), ("C", Role::Signatory), ("D", Role::Administrator)] {
        invite(&format!("{name}-ny@bjurholm.example"), role.key());
        portal.sign_in("Bjurholm", &[role], name);
    }
    assert_eq!(little, pages.map(|(browser, page)| queries_of(browser, page)), "of colleagues");
    assert!(little.iter().all(|count| (1..=10).contains(count)), "{little:?}");
}

/// In practice the units of a whole city.
fn onward_distribution_asks_no_more_when_there_are_more_units(portal: &Portal) {
    let grant = invited(portal, "Ale");
    let base = format!("{grant}/vidarefordelning");
    let (preparer, officer, anyone) = (portal.preparer("Ale"), portal.officer(), portal.anyone());
    let unit = link(&preparer, &grant, "Norr");
    let seen = format!("/granskning/bidrag/{}/vidarefordelning", grant.rsplit('/').next().unwrap());
    let pages = [
        "",
        "/modell",
        "/modell/dagar",
        "/lankar",
        "/beslut",
        "/betalningslistor",
        "/omfordelning",
        "/reserv",
        "/redovisning",
        "/historik",
    ];
    let pages = pages.map(|page| format!("{base}{page}"));
    let count = || {
        let own = pages.iter().map(|page| queries_of(&preparer, page));
        own.chain([
            queries_of(&preparer, "/enheter"),
            queries_of(&preparer, "/enheter/historik"),
            queries_of(&officer, &seen),
            queries_of(&anyone, &unit),
        ])
        .collect::<Vec<_>>()
    };
    apply(portal, &grant, "Norr");
    let little = count();
    for unit in ["Syd", "Hemtjänst väst", "Eken"] {
        apply(portal, &grant, unit);
    }
    award_all(portal, &grant).expect_status(200);
    assert_eq!(little, count(), "of onward distribution");
    assert!(little.iter().all(|count| (1..=13).contains(count)), "{little:?}");
    // A wrong code is found so by one row, whatever there is to read for a right one.
    let of_wrong = |address: &str| {
        let before = QUERIES.load(Ordering::SeqCst);
        anyone.get(address).expect_status(404);
        QUERIES.load(Ordering::SeqCst) - before
    };
    // The one beside it is the session's, of a browser that has a cookie.
    assert_eq!(of_wrong(&format!("{unit}x")), 2, "of a wrong link");
    assert_eq!(of_wrong(&format!("/utforare/{}/kod", values::Id::<()>::new())), 2);
}

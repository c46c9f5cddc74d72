//! The steps that the tests walk in, through the pages.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Form, Page},
    portal::{PASSWORD, Portal},
};

/// Begins a requisition of a post in 2022 and gives the form's page.
pub fn begin(browser: &Browser, post: &str) -> Page {
    beginning(browser, post).submit().expect_status(200)
}

/// The button that begins it.
pub fn beginning(browser: &Browser, post: &str) -> Form {
    let grant = browser
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022");
    grant.form_with("/rekvisitioner", &format!("value=\"{post}\""))
}

/// Fills in what nobody knows before the first time.
pub fn fill(form: &Page) -> Form {
    filled(form.form("/uppgifter"))
}

/// The same where the form is sent elsewhere.
pub fn filled(form: Form) -> Form {
    form.set("contact_person", "Prov Ekonom")
        .set("street", "Provgatan 1")
        .set("postal_code", "449 80")
        .set("city", "Alafors")
        .set("telephone", "08-465 004 10")
        .set("email", "ekonomi@prov.example")
        .set("agreement_diarienummer", "S2022/00001")
        .set("decision_diarienummer", "S2022/00002")
        .set("account_kind", "bankgiro")
        .set("account_number", "991-2346")
}

/// Begins, fills in and fixes a requisition of an amount; gives its page, awaiting signature.
pub fn issue(browser: &Browser, post: &str, amount: &str) -> Page {
    let check = fill(&begin(browser, post)).set("amount", amount).set("handling", "fortsatt").submit();
    check
        .expect("Kontrollera innan underskrift")
        .form("/kontroll")
        .set("confirmed", "ja")
        .submit()
        .expect_status(200)
}

/// Signs as the signatory; gives the receipt.
pub fn sign(signatory: &Browser, requisition: &str) -> Page {
    let page = signatory.get(&format!("{requisition}/underskrift"));
    page.form("/underskrift").set("password", PASSWORD).submit()
}

/// The case's address at the authority.
pub fn case_of(requisition: &str) -> String {
    requisition.replace("/rekvisitioner/", "/granskning/")
}

/// The whole of Ale's base share in 2022 (or another amount) requisitioned, approved and paid out; gives the grant's address.
pub fn paid(portal: &Portal, municipality: &str, amount: &str) -> String {
    let requisition = issue(&portal.preparer(municipality), "bas", amount).address;
    sign(&portal.signatory(municipality), &requisition).expect_status(200);
    approve_and_pay(portal, &requisition);
    portal.preparer(municipality).get("/bidrag").follow("Äldreomsorg").address
}

pub fn approve_and_pay(portal: &Portal, requisition: &str) {
    portal.officer().get(&case_of(requisition)).form("/godkannande").submit().expect("Godkänd");
    let payer = portal.sign_in("Kammarkollegiet", &[Role::PaymentOfficer], "Utbetalare");
    let id = requisition.rsplit('/').next().unwrap();
    payer
        .get(&format!("/utbetalningar/{id}"))
        .form(id)
        .set("reference", "UB 1")
        .submit()
        .expect("Utbetalningen är registrerad.");
}

/// Begins the grant's report and gives the form's page.
pub fn begin_report(preparer: &Browser, grant: &str) -> Page {
    preparer.get(grant).form("/redovisning").submit().expect_status(200)
}

/// The report's form with these costs of the base share, the survey answered.
pub fn fill_report(form: &Page, costs: &str) -> Form {
    form.form("/uppgifter")
        .set("costs_bas", costs)
        .set("survey", "ja")
        .set("agreement_diarienummer", "S2022/00001")
        .set("decision_diarienummer", "S2022/00002")
        .set("handling", "fortsatt")
}

/// Fixes what has been checked; gives the report's page.
pub fn issue_report(check: &Page) -> Page {
    check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200)
}

/// The finance head certifies, Alt 1.
pub fn certify(head: &Browser, report: &str) -> Page {
    certificate(head, report).set("alternative", "1").submit()
}

pub fn certificate(head: &Browser, report: &str) -> Form {
    let page = head.get(&format!("{report}/intyg")).expect_status(200);
    page.form("/intyg")
        .set("certifier_title", "Ekonomichef")
        .set("certifier_telephone", "08-465 004 20")
        .set("password", PASSWORD)
}

/// From the paid grant to a report that came in; gives its address.
pub fn hand_in_report(portal: &Portal, municipality: &str, grant: &str, costs: &str) -> String {
    let form = begin_report(&portal.preparer(municipality), grant);
    let report = issue_report(&fill_report(&form, costs).submit()).address;
    certify(&portal.finance_head(municipality), &report).expect_status(200);
    sign(&portal.signatory(municipality), &report).expect("Kvitto");
    report
}

/// The authority's page of the grant that a requisition is of.
pub fn whole_grant(officer: &Browser, requisition: &str) -> Page {
    officer.get(&case_of(requisition)).follow("Hela bidraget").expect_status(200)
}

/// Asks for accounts on the grant's page; gives the request's page at the authority.
pub fn ask_for_accounts(grant: &Page, due: &str) -> Page {
    let form = grant.form("/rakenskaper").set("asks_for", "Huvudboken för projektet.").set("due", due);
    // Asked for a second time it is another request.
    form.set("is_another", "ja").submit().expect_status(200)
}

/// Gives the requisition a later last day; gives the grant's page as it is then.
pub fn extend(grant: &Page, until: &str) -> Page {
    let form = grant.form("/anstand").set("kind", "rekvisition").set("until", until);
    form.set("decision", "KK 2022:17").set("reason", "Sjukdom.").submit().expect_status(200)
}

/// Gives an organisation insight into an agreement; gives the page after it.
pub fn give_insight(official: &Browser, slug: &str, reader: &str) -> Page {
    giving_insight(official, slug, reader).submit()
}

pub fn giving_insight(official: &Browser, slug: &str, reader: &str) -> Form {
    let page = official.get(&format!("/oversikt/{slug}/insyn")).expect_status(200);
    let html = page.html();
    let (before, _) = html.split_once(&format!("\">{reader}</option>")).expect("to choose from");
    let organisation = before.rsplit_once("value=\"").unwrap().1.to_owned();
    page.form("/insyn").set("organisation", &organisation)
}

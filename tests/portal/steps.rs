//! The steps that the tests walk in, through the pages.

use crate::{
    browser::{Browser, Form, Page},
    portal::PASSWORD,
};

/// Begins a requisition of a post in 2022 and gives the form's page.
pub fn begin(browser: &Browser, post: &str) -> Page {
    let grant = browser
        .get("/bidrag")
        .follow("Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022");
    grant.form_with("/rekvisitioner", &format!("value=\"{post}\"")).submit().expect_status(200)
}

/// Fills in what nobody knows before the first time.
pub fn fill(form: &Page) -> Form {
    form.form("/uppgifter")
        .set("contact_person", "Prov Ekonom")
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

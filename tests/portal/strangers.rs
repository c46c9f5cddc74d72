//! Another's address typed in by hand: it is not there, for reading or for changing, and nothing of it changes.

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Form, Page},
    files::PDF,
    journeys::{begin, fill, issue, sign},
    portal::{PASSWORD, Portal},
};

const AGREEMENT: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";

/// Everything that Ale has in 2022: a draft, one to be signed, a submitted one with a scan.
struct Ale {
    preparer: Browser,
    signatory: Browser,
    grant: Page,
    draft: Page,
    issued: Page,
    submitted: Page,
}

impl Ale {
    fn file(portal: &Portal) -> Self {
        let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
        let draft = begin(&preparer, "bas");
        let scan = issue(&preparer, "bas", "100 000").form("/inskannad");
        let receipt = scan.file("file", "skan.pdf", PDF).submit().expect_status(200);
        let issued = issue(&preparer, "bas", "100 000");
        Self {
            submitted: preparer.get(receipt.address.strip_suffix("/kvitto").unwrap()),
            grant: preparer.get("/bidrag").follow(AGREEMENT),
            preparer,
            signatory,
            draft,
            issued,
        }
    }

    fn attachment(&self) -> String {
        self.submitted.follow("skan.pdf").address
    }

    /// Every form that Ale's people have on their pages, filled in as they would.
    fn forms(&self) -> Vec<Form> {
        let requisition = self.draft.address.strip_suffix("/uppgifter").unwrap();
        let check = fill(&self.draft).set("amount", "1 000").set("handling", "fortsatt").submit();
        let draft = self.preparer.get(requisition);
        let sign = self.signatory.get(&format!("{}/underskrift", self.issued.address));
        vec![
            self.preparer.get(&self.grant.address).form_with("/rekvisitioner", "value=\"bas\""),
            self.preparer.get(&self.draft.address).form("/uppgifter").set("city", "Främlingen"),
            check.form("/kontroll").set("confirmed", "ja"),
            draft.form("/borttagning"),
            sign.form("/underskrift").set("password", PASSWORD),
            self.issued.form("/inskannad").file("file", "främling.pdf", PDF),
            self.issued.form("/atertagande"),
            self.submitted.form("/aterkallelse").set("reason", "Främlingen."),
        ]
    }

    fn addresses(&self) -> Vec<String> {
        let (issued, submitted) = (&self.issued.address, &self.submitted.address);
        vec![
            self.grant.address.clone(),
            self.draft.address.clone(),
            self.draft.address.strip_suffix("/uppgifter").unwrap().to_owned(),
            self.draft.address.replace("/uppgifter", "/kontroll"),
            issued.clone(),
            format!("{issued}/underskrift"),
            format!("{issued}/blankett.pdf"),
            submitted.clone(),
            format!("{submitted}/kvitto"),
            format!("{submitted}/kvitto.pdf"),
            format!("{submitted}/blankett.pdf"),
            self.attachment(),
        ]
    }

    /// What Ale sees of it all.
    fn state(&self) -> Vec<String> {
        let addresses =
            [&self.grant.address, &self.draft.address, &self.issued.address, &self.submitted.address];
        addresses.iter().map(|address| self.preparer.get(address).expect_status(200).text()).collect()
    }
}

/// Somebody with every role that a municipality has, in another one.
fn stranger(portal: &Portal) -> Browser {
    portal.sign_in("Alingsås", &[Role::Preparer, Role::FinanceHead, Role::Signatory], "Främling")
}

#[test]
fn another_municipality_finds_nothing_at_any_address() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    let stranger = stranger(&portal);
    for address in ale.addresses() {
        assert_ne!(ale.signatory.get(&address).status, 404, "{address} is there");
        stranger.get(&address).expect_status(404).expect_not("Ale").expect_not("AO22");
    }
}

#[test]
fn another_municipality_changes_nothing_with_any_form() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    let stranger = stranger(&portal);
    let own = begin(&stranger, "bas").form("/uppgifter");
    let forms = ale.forms();
    let before = ale.state();
    for form in forms {
        let form = form.set("csrf", own.value_of("csrf")).sent_by(&stranger);
        let page = form.submit();
        assert_eq!(page.status, 404, "{}: {}", form.action(), page.text());
        assert!(!page.text().contains("AO22-1440"), "{}", page.text());
    }
    assert_eq!(ale.state(), before);
}

/// So that the test above is known to try what would work for Ale's own people.
#[test]
fn the_same_forms_work_for_those_whose_they_are() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    for form in ale.forms() {
        // Some of them bring the requisition to where another can no longer be posted: that is told, with 409.
        let status = form.submit().status;
        assert!(matches!(status, 200 | 409 | 422), "{}: {status}", form.action());
    }
}

#[test]
fn ones_own_address_with_anothers_id_in_it_is_not_there() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    let stranger = stranger(&portal);
    let scan = issue(&stranger, "bas", "100 000").form("/inskannad").file("file", "egen.pdf", PDF);
    let own = scan.submit().expect_status(200).address;
    let own = own.strip_suffix("/kvitto").unwrap();
    let (_, attachment) =
        ale.attachment().rsplit_once('/').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    stranger.get(&format!("{own}/bilagor/{attachment}")).expect_status(404);
    ale.preparer.get(&ale.submitted.address).expect("Inlämnad");
}

#[test]
fn an_authority_that_does_not_pay_the_agreement_finds_nothing() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    sign(&ale.signatory, &ale.issued.address).expect_status(200);
    let roles = [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer];
    let other = portal.sign_in("Socialstyrelsen", &roles, "Handläggare");
    let payer = portal.officer();
    for case in [&ale.issued.address, &ale.submitted.address] {
        let form = format!("{}/blankett.pdf", case.replace("/rekvisitioner/", "/granskning/"));
        payer.get(&form).expect_status(200);
        other.get(&form).expect_status(404);
    }
    // The recipient's own addresses are for no authority.
    for address in ale.addresses() {
        let status = payer.get(&address).status;
        assert!(matches!(status, 403 | 404), "{address}: {status}");
    }
}

#[test]
fn a_draft_is_not_there_for_the_authority_even_if_it_was_issued_once() {
    let portal = Portal::new();
    let ale = Ale::file(&portal);
    let payer = portal.officer();
    let form_of = |requisition: &str| {
        format!("{}/blankett.pdf", requisition.replace("/rekvisitioner/", "/granskning/"))
    };
    let draft = ale.draft.address.strip_suffix("/uppgifter").unwrap();
    payer.get(&form_of(draft)).expect_status(404);

    payer.get(&form_of(&ale.issued.address)).expect_status(200);
    ale.issued.form("/atertagande").submit().expect_status(200);
    payer.get(&form_of(&ale.issued.address)).expect_status(404);
    ale.preparer.get(&ale.issued.address).form("/borttagning").submit().expect_status(200);
    payer.get(&form_of(&ale.issued.address)).expect_status(404);
}

//! Reports beside the financial one: a region files to Socialstyrelsen, SKR to Socialdepartementet (2020 §7, §10.2).

use bidragsporten::people::access::Role;

use crate::{
    browser::{Browser, Page, at_once},
    files::PDF,
    portal::{PASSWORD, Portal},
};

const GNV20: &str = "God och nära vård 2020";

/// The last second of Delredovisning's last day, and the next.
const LAST: &str = "2020-09-30 23:59:59";
const MIDNIGHT: &str = "2020-10-01 00:00:00";

/// What was filed, for the tests of every route.
pub struct Filed {
    pub grant: String,
    pub id: String,
    pub attachment: String,
}

/// Region Skåne's, sent back, so that it can be filled in; the clock is left as it was.
pub fn file_and_send_back(portal: &Portal) -> Filed {
    let filed = file(portal, "Region Skåne", "Delredovisning");
    let officer = socialstyrelsen(portal, Role::CaseOfficer);
    let page = officer.get("/rapporter").follow("Region Skåne");
    page.form("/komplettering").set("message", "Mål saknas.").submit().expect_status(200);
    let last = |address: &str| address.split('?').next().unwrap().rsplit('/').next().unwrap().to_owned();
    Filed {
        attachment: last(&filed.follow("rapport.pdf").address),
        id: last(&page.address),
        grant: filed.address.split('/').nth(2).unwrap().to_owned(),
    }
}

fn socialstyrelsen(portal: &Portal, role: Role) -> Browser {
    portal.sign_in("Socialstyrelsen", &[role], role.label())
}

fn report(member: &Browser, name: &str) -> Page {
    member.get("/bidrag").follow(GNV20).expect("Övriga redovisningar").follow(name).expect_status(200)
}

fn add(page: &Page, name: &str) -> Page {
    page.form("/filer").file("file", name, PDF).submit().expect_status(200).expect(name)
}

fn sign(page: &Page) -> Page {
    page.form("/underskrift").set("password", PASSWORD).submit()
}

/// The *ekonom* adds a file and the signatory signs; gives the page.
pub fn file(portal: &Portal, recipient: &str, name: &str) -> Page {
    add(&report(&portal.preparer(recipient), name), "rapport.pdf");
    sign(&report(&portal.signatory(recipient), name)).expect_status(200)
}

#[test]
fn a_region_files_in_the_last_second_and_another_too_late() {
    let portal = Portal::new();
    portal.at(LAST);
    let page = report(&portal.preparer("Region Skåne"), "Delredovisning");
    page.expect("GNV20-R12-V1").expect("identifierade utmaningar").expect("30 september 2020 (i dag)");
    let filed = file(&portal, "Region Skåne", "Delredovisning");
    filed.expect("30 september 2020 kl. 23.59").expect_not("efter sista dagen").expect("Inlämnad");
    portal.at(MIDNIGHT);
    let late = report(&portal.preparer("Region Halland"), "Delredovisning").expect("Försenad");
    late.expect("har passerat");
    file(&portal, "Region Halland", "Delredovisning").expect("Inlämnad för sent").expect("efter sista dagen");

    let officer = socialstyrelsen(&portal, Role::CaseOfficer);
    let list = officer.get("/rapporter").expect("2 av 42 har kommit in, varav 1 för sent, 40 är försenade");
    list.expect("Slutredovisning").expect_not("Delrapport").expect_not("Verksamhetsrapport");
    let late = officer.get("/rapporter?rapport=nara-vard-2020.delredovisning&lage=for-sent");
    late.expect("1 rapport").expect("Region Halland").expect_not("Region Skåne");
    officer.get("/rapporter?sok=skåne&lage=inlamnad").expect("Region Skåne").expect_not("RSS");
    let csv = officer.get("/rapporter.csv?lage=inlamnad").html();
    assert!(csv.contains("Region Skåne;GNV20-R12-V1;Delredovisning"), "{csv}");
    assert_eq!(csv.trim().lines().count(), 2, "{csv}");
    officer.get("/rapporter.xlsx?sortera=-inkom").expect_status(200);
}

#[test]
fn the_addressee_reads_it_and_sends_it_back() {
    let portal = Portal::new();
    portal.at(LAST);
    let own = file(&portal, "Region Skåne", "Delredovisning").address;
    portal.at("2020-10-05 09:00:00");
    let officer = socialstyrelsen(&portal, Role::CaseOfficer);
    let page = officer.get("/rapporter").follow("Region Skåne").expect("Företrädare i Region Skåne");
    assert_eq!(page.follow("rapport.pdf").expect_status(200).bytes, PDF);
    let empty = page.form("/komplettering").submit().expect_status(422);
    assert!(empty.error_at("message").contains("R853"));
    let ask = page.form("/komplettering").set("message", "Mål för 2021 saknas.");
    for page in at_once([ask.clone(), ask]) {
        page.expect_status(200).expect("Väntar på komplettering");
    }

    let (preparer, signatory) = (portal.preparer("Region Skåne"), portal.signatory("Region Skåne"));
    let page = preparer.get(&own).expect("Mål för 2021 saknas.").expect("Väntar på komplettering");
    assert!(!page.has_form("/borttagning"), "what is handed in stays");
    let page = add(&page, "komplettering.pdf");
    // Not the addressee's before it is signed.
    let file = page.follow("komplettering.pdf").address;
    let case = officer.get("/rapporter").follow("Region Skåne").expect_not("komplettering.pdf");
    let path = case.address.split('?').next().unwrap();
    let file = format!("{path}/bilagor/{}", file.rsplit('/').next().unwrap());
    officer.get(&file).expect_status(404);
    sign(&signatory.get(&own)).expect("Senast kompletterat").expect_not("efter sista dagen");
    officer.get(&case.address).expect("komplettering.pdf").expect("rapport.pdf").expect("Inlämnad");
    officer.get(&file).expect_status(200);
    let timeline = preparer.get(&own).text();
    assert_eq!(timeline.matches("Rapporten skrevs under och lämnades in").count(), 2, "{timeline}");
    assert_eq!(timeline.matches("Komplettering av rapporten begärdes").count(), 1, "{timeline}");
}

#[test]
fn it_is_there_for_those_it_concerns() {
    let portal = Portal::new();
    portal.at("2020-09-15 09:00:00");
    let page = add(&report(&portal.preparer("Region Skåne"), "Delredovisning"), "rapport.pdf");
    let own = page.address.split('#').next().unwrap().to_owned();
    let officer = socialstyrelsen(&portal, Role::CaseOfficer);
    // Begun and not filed: nobody's but the recipient's.
    assert!(!officer.get("/rapporter").has_link("Region Skåne"));
    sign(&report(&portal.signatory("Region Skåne"), "Delredovisning")).expect_status(200);
    let page = officer.get("/rapporter").follow("Region Skåne");
    let file = page.follow("rapport.pdf").address;

    let payer = portal.officer();
    assert!(!payer.get("/granskning").has_link("Rapporter"), "nothing is addressed to Kammarkollegiet");
    payer.get("/rapporter").expect("Ingen överenskommelse har någon rapport");
    let department = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
    for stranger in [&payer, &department] {
        stranger.get(&page.address).expect_status(404);
        stranger.get(&file).expect_status(404);
    }
    let csrf = payer.get("/om").form("/logga-ut").value_of("csrf").to_owned();
    let send = page.form("/komplettering").set("message", "Mer.").set("csrf", &csrf);
    send.sent_by(&payer).submit().expect_status(404);
    // Another region has a report of its own, and nothing of this.
    portal.preparer("Region Halland").get(&own).expect_status(404);
    portal.signatory("Region Halland").get(&own).expect_status(404);
    // What the region does not owe is not there.
    portal.preparer("Region Skåne").get(&own.replace("delredovisning", "delrapport")).expect_status(404);

    // Whoever pays sees how it stands, and not what the addressee writes.
    page.form("/komplettering").set("message", "Mellan er och oss.").submit().expect_status(200);
    let grant = own.split('/').nth(2).unwrap();
    let whole = payer.get(&format!("/granskning/bidrag/{grant}")).expect("Övriga redovisningar");
    whole.expect("Väntar på komplettering").expect_not("Mellan er och oss.").expect_not("rapport.pdf");
}

#[test]
fn skr_reports_to_the_department_which_reads() {
    let portal = Portal::new();
    portal.at("2020-09-15 09:00:00");
    file(&portal, "SKR", "Delrapport").expect("GNV20-SKR-V3").expect("Socialdepartementet");
    let reader = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
    let list = reader.get("/oversikt").follow("Rapporter").expect("1 av 1 har kommit in");
    let page = list.expect("Verksamhetsrapport").follow("SKR");
    assert_eq!(page.follow("rapport.pdf").expect_status(200).bytes, PDF);
    assert!(!page.has_form("/komplettering"), "a reader changes nothing");
    let officer = socialstyrelsen(&portal, Role::CaseOfficer);
    officer.get(&page.address).expect_status(404);
}

/// 2022 §4.1.1: *SKR ska inkomma med en rapport till Socialdepartementet … senast den 28 februari 2022.*
#[test]
fn skrs_report_of_28_february_2022_is_owed_late_and_read_by_the_department() {
    const AO22: &str = "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2022";
    const NAME: &str = "Rapport om stödfunktionens aktiviteter";
    let portal = Portal::new();
    let report = |member: &Browser| member.get("/bidrag").follow(AO22).follow(NAME).expect_status(200);
    portal.at("2022-02-28 23:59:59");
    report(&portal.preparer("SKR")).expect("28 februari 2022 (i dag)").expect("Socialdepartementet");
    portal.at("2022-03-01 00:00:00");
    add(&report(&portal.preparer("SKR")).expect("Försenad"), "rapport.pdf");
    sign(&report(&portal.signatory("SKR"))).expect("Inlämnad för sent").expect("efter sista dagen");
    let reader = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
    reader.get("/rapporter").expect(NAME).expect("1 av 1 har kommit in, varav 1 för sent");
    // The municipalities owe none.
    portal.preparer("Ale").get("/bidrag").follow(AO22).expect_not(NAME);
}

#[test]
fn only_a_signatory_with_password_and_mandate_hands_it_in() {
    let portal = Portal::new();
    portal.at("2020-09-15 09:00:00");
    let (preparer, signatory) = (portal.preparer("Region Skåne"), portal.signatory("Region Skåne"));
    let page = report(&preparer, "Delredovisning");
    assert!(!page.has_form("/underskrift"));
    assert!(!report(&signatory, "Delredovisning").has_form("/underskrift"), "no file yet");
    let bad = page.form("/filer").file("file", "a.pdf", b"MZ").submit().expect_status(422);
    assert!(bad.error_at("file").contains("Det här är ett program"));
    add(&add(&page, "rapport.pdf"), "fel.pdf")
        .form_with("/borttagning", "fel.pdf")
        .submit()
        .expect_not("fel.pdf");
    let page = report(&signatory, "Delredovisning");
    let wrong = page.form("/underskrift").set("password", "fel").submit().expect_status(422);
    assert!(wrong.error_at("password").contains("Lösenordet är fel"));
    // What a colleague added since is not signed unseen.
    add(&report(&preparer, "Delredovisning"), "kollegans.pdf");
    sign(&page).expect_status(409).expect("kollegans.pdf");
    let form = report(&signatory, "Delredovisning").form("/underskrift").set("password", PASSWORD);
    for page in at_once([form.clone(), form]) {
        page.expect_status(200).expect("GNV20-R12-V1");
    }
    let page = report(&preparer, "Delredovisning");
    assert_eq!(page.text().matches("Rapporten skrevs under och lämnades in").count(), 1);
    assert!(!page.has_form("/filer"));
}

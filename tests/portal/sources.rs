//! The agreements that differ most from those of 2021 and 2022, each from the published amount on: the government's decision of
//! 2018, which Socialstyrelsen pays, and the agreement of 2020 with regions, RSS and SKR.

use std::path::Path;

use bidragsporten::{people::access::Role, run::install};

use crate::{
    browser::{Browser, Form, Page},
    portal::{Portal, stockholm},
    steps::{case_of, certify, issue_report, sign},
};

const VT18: &str = "Stimulansmedel för investeringar i välfärdsteknik i kommunerna 2018";
const GNV20: &str = "God och nära vård 2020";

fn official(portal: &Portal, authority: &str, role: Role) -> Browser {
    portal.sign_in(authority, &[role], role.label())
}

fn begin(preparer: &Browser, agreement: &str, form: &str) -> Page {
    let grant = preparer.get("/bidrag").follow(agreement);
    grant.form_with("/rekvisitioner", &format!("value=\"{form}\"")).submit().expect_status(200)
}

fn fill(form: &Page) -> Form {
    crate::steps::fill(form).set("handling", "fortsatt")
}

/// Fixes what is filled in and signs it; gives the requisition's address.
fn hand_in(portal: &Portal, recipient: &str, check: &Page) -> String {
    let requisition = check.form("/kontroll").set("confirmed", "ja").submit().expect_status(200).address;
    sign(&portal.signatory(recipient), &requisition).expect("Kvitto på inlämnad rekvisition");
    requisition
}

/// Approves at the authority and registers as paid what is left, or less.
fn approve_and_pay(portal: &Portal, authority: &str, requisition: &str, amount: Option<&str>) {
    let officer = official(portal, authority, Role::CaseOfficer);
    officer.get(&case_of(requisition)).form("/godkannande").submit().expect("Godkänd");
    let payer = official(portal, authority, Role::PaymentOfficer);
    let id = requisition.rsplit('/').next().unwrap();
    let form = payer.get(&format!("/utbetalningar/{id}")).form(id).set("reference", "UB 1");
    let form = if let Some(amount) = amount { form.set("amount", amount) } else { form };
    form.submit().expect("Utbetalningen är registrerad.");
}

#[test]
fn a_municipality_in_2018_requisitions_from_socialstyrelsen_and_reports_without_a_certificate() {
    let portal = Portal::new();
    portal.at("2018-09-03 09:00:00");
    let (preparer, signatory) = (portal.preparer("Ale"), portal.signatory("Ale"));
    let form = begin(&preparer, VT18, "stimulansmedel");
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), "965 885");
    assert_eq!(form.value_of("agreement_diarienummer"), "S2018/03799/FST (delvis)");
    let requisition = hand_in(&portal, "Ale", &fill(&form).submit());

    // It is Socialstyrelsen's: at Kammarkollegiet it does not exist.
    portal.officer().get(&case_of(&requisition)).expect_status(404);
    portal.officer().get("/granskning").expect_not("VT18-1440-R1");
    official(&portal, "Socialstyrelsen", Role::CaseOfficer).get("/granskning").expect("VT18-1440-R1");
    approve_and_pay(&portal, "Socialstyrelsen", &requisition, None);

    portal.at("2019-02-01 09:00:00");
    let grant = preparer.get("/bidrag").follow(VT18).expect("ingen dag är bestämd").address;
    let form = preparer.get(&grant).form("/redovisning").submit().expect_not("enkät");
    let typed = form
        .form("/uppgifter")
        .set("costs_stimulansmedel", "900 000")
        .set("part_stimulansmedel_forutsattningar", "200 000")
        .set("decision_diarienummer", "S2018/00001/FST")
        .set("handling", "fortsatt");
    let faults = typed.submit().expect_status(422);
    assert!(faults.error_at("motive_stimulansmedel_forutsattningar").contains("(R314)"));
    assert!(faults.error_at("answer_informationssakerhet").contains("(R315)"));
    assert_eq!(faults.value_of("part_stimulansmedel_forutsattningar"), "200 000");
    let check = ["anvandning", "metoder", "informationssakerhet", "implementering"]
        .into_iter()
        .fold(faults.form("/uppgifter"), |form, key| {
            form.set(&format!("answer_{key}"), "Larm och läsplattor.")
        })
        .set("motive_stimulansmedel_forutsattningar", "Nätet bär trygghetslarmen.")
        .set("handling", "fortsatt")
        .submit()
        .expect("Kontrollera innan underskrift")
        .expect("Varav: Investeringar i sådant som ökar")
        .expect("Nätet bär trygghetslarmen.");
    let report = issue_report(&check).expect("Nästa steg: underskrift").address;
    portal.finance_head("Ale").get(&format!("{report}/intyg")).expect_not("Alt 1");
    sign(&signatory, &report).expect("Kvitto på inlämnad ekonomisk redovisning");
    let pdf = preparer.get(&format!("{report}/blankett.pdf")).expect_status(200);
    assert!(pdf.bytes.starts_with(b"%PDF"));

    let officer = official(&portal, "Socialstyrelsen", Role::CaseOfficer);
    let case =
        officer.get("/granskning/redovisningar").follow("VT18-1440-E1").expect("Nätet bär trygghetslarmen.");
    case.form("/godkannande").submit().expect("Godkänd");
    preparer.get(&grant).expect("65 885 kr").expect("30 september 2019");
    officer.get("/oversikt/valfardsteknik-2018?sok=Ale").expect("65 885");
}

#[test]
fn the_authority_decides_the_days_that_the_source_leaves_to_it() {
    let portal = Portal::new();
    portal.at("2018-09-03 09:00:00");
    let officer = official(&portal, "Socialstyrelsen", Role::CaseOfficer);
    let page = officer.get("/overenskommelser/valfardsteknik-2018").follow("Bestäm sista dagar");
    let wrong = page.form("/sista-dagar").set("report", "31 mars").submit().expect_status(422);
    assert!(wrong.error_at("report").contains("ÅÅÅÅ-MM-DD"));
    assert_eq!(wrong.value_of("report"), "31 mars");
    let wrong = wrong.form("/sista-dagar").set("report", "2018-10-01").submit().expect_status(422);
    assert!(wrong.error_at("report").contains("före rekvisitionens"));
    let right = wrong.form("/sista-dagar").set("report", "2019-01-31").set("requisition", "2018-11-15");
    right.submit().expect("Sista dagarna är sparade.").expect("31 januari 2019").expect("15 november 2018");
    // The version that the first page was made from is not the last.
    let late = page.form("/sista-dagar").set("report", "2019-02-28").submit().expect_status(409);
    assert_eq!(late.beside("Sista dag för ekonomisk redovisning"), ["2019-02-28", "2019-01-31"]);
    portal.preparer("Ale").get("/bidrag").expect("senast 15 november 2018");
    // Kammarkollegiet does not pay it; the days of 2022 are nobody's to change.
    portal.officer().get("/overenskommelser/valfardsteknik-2018/sista-dagar").expect_status(404);
    portal.officer().get("/overenskommelser/aldreomsorg-2022/sista-dagar").expect("Inga dagar att bestämma");
}

/// Skåne's seven posts in 2020, in the agreement's order.
const SKANE: [(&str, &str); 7] = [
    ("nara-vard", "191 434 743"),
    ("resursforstarkning", "200 106 003"),
    ("barnhalsovard", "17 221 369"),
    ("medarbetare", "242 661 880"),
    ("e-halsa", "30 682 921"),
    ("vidareutbildning", "66 702 001"),
    ("karriartjanster", "13 340 400"),
];

#[test]
fn a_region_requisitions_seven_posts_on_one_form_and_accounts_for_each() {
    let portal = Portal::new();
    portal.at("2020-05-04 09:00:00");
    let region = "Region Skåne";
    let preparer = portal.preparer(region);
    preparer.get("/bidrag").expect("7 poster").expect("762 149 317 kr");
    let form = begin(&preparer, GNV20, "regioner");
    for (post, amount) in SKANE {
        assert_eq!(form.value_of(&format!("amount_{post}")).replace('\u{a0}', " "), amount);
    }
    let too_much = fill(&form).set("amount_barnhalsovard", "17 221 370").submit().expect_status(422);
    assert!(too_much.error_at("amount_barnhalsovard").contains("högst 17 221 369 kr"));
    let check = fill(&too_much).set("amount_barnhalsovard", "17 221 369").submit();
    let requisition = hand_in(&portal, region, &check.expect("762 149 317 kr").expect("17 221 369 kr"));
    // Half a milliard first, the rest later: the posts fill up in the agreement's order.
    approve_and_pay(&portal, "Kammarkollegiet", &requisition, Some("500 000 000"));
    let payer = official(&portal, "Kammarkollegiet", Role::PaymentOfficer);
    let id = requisition.rsplit('/').next().unwrap().to_owned();
    let rest = payer.get(&format!("/utbetalningar/{id}")).expect("262 149 317");
    rest.form(&id).set("reference", "UB 2").submit().expect("Utbetalningen är registrerad.");

    portal.at("2021-02-01 09:00:00");
    let grant = preparer.get("/bidrag").follow(GNV20).address;
    let form = preparer.get(&grant).form("/redovisning").submit();
    let form = form.expect("Kostnader (specificera större kostnadsposter)").expect_not("enkät");
    let typed = SKANE
        .into_iter()
        .fold(form.form("/uppgifter"), |form, (post, amount)| form.set(&format!("costs_{post}"), amount))
        .set("costs_karriartjanster", "")
        .set("item_karriartjanster_0_text", "Löner")
        .set("item_karriartjanster_0_amount", "13 000 000")
        .set("part_e-halsa_1177", "17 342 521")
        .set("decision_diarienummer", "S2020/00002")
        .set("agreement_diarienummer", "S2020/00001")
        .set("handling", "fortsatt");
    let check = typed.submit().expect("Löner").expect("761 808 917 kr").expect("(R406)").expect("340 400 kr");
    let report = issue_report(&check).address;
    certify(&portal.finance_head(region), &report).expect_status(200);
    sign(&portal.signatory(region), &report).expect("Kvitto");
    let officer = official(&portal, "Kammarkollegiet", Role::CaseOfficer);
    let case = officer.get("/granskning/redovisningar").follow("GNV20-R12-E1").expect("17 342 521");
    case.form("/godkannande").submit().expect("Godkänd");
    preparer.get(&grant).expect("340 400 kr");
    officer.get("/oversikt/nara-vard-2020?sok=Skåne&post=karriartjanster").expect("340 400");
}

#[test]
fn an_rss_has_no_last_day_and_skr_has_one() {
    let portal = Portal::new();
    portal.at("2020-12-02 09:00:00");
    let rss = portal.preparer("RSS Skåne län");
    let form = begin(&rss, GNV20, "rss");
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), "83 046 881");
    // No source states the number of an RSS: whoever fills in the form does.
    assert_eq!(form.value_of("organisation_number"), "");
    let check = fill(&form).set("organisation_number", "222000-3459").submit().expect("83 046 881 kr");
    let requisition = hand_in(&portal, "RSS Skåne län", &check);
    portal.officer().get(&case_of(&requisition)).expect("222000-3459");
    // The right of the others lapsed yesterday (2020 §10.1).
    portal.preparer("SKR").get("/bidrag").expect("52 000 000 kr").expect("Förfallen");
    portal.preparer("Region Skåne").get("/bidrag").expect("Förfallen");
}

#[test]
fn one_person_works_for_both_authorities() {
    let portal = Portal::new();
    portal.at("2018-09-03 09:00:00");
    let requisition = {
        let form = begin(&portal.preparer("Ale"), VT18, "stimulansmedel");
        hand_in(&portal, "Ale", &fill(&form).submit())
    };
    let both = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Båda");
    portal.give_role("båda@kammarkollegiet.example", "Socialstyrelsen", Role::CaseOfficer);
    both.get(&case_of(&requisition)).expect_status(404);
    let page = both.get("/granskning");
    let html = page.html();
    let (before, _) = html.split_once(">Socialstyrelsen</option>").expect("to switch to");
    let organisation = before.rsplit_once("value=\"").unwrap().1.trim_end_matches('"').to_owned();
    page.form("/organisation").set("organisation", &organisation).submit();
    both.get(&case_of(&requisition)).expect("VT18-1440-R1");
    both.get("/oversikt").expect(VT18).expect_not("Äldreomsorg");
}

/// Of the agreement of 2020 the sources tell Stockholm's share alone: its table is known in one row.
#[test]
fn stockholms_grant_of_2020_is_walked_on_the_documents_own_numbers() {
    const AO20: &str = "Teknik, kvalitet och effektivitet med den äldre i fokus 2020";
    let portal = Portal::new();
    let folder = Path::new("tests/agreements/aldreomsorg-2020");
    install::import(&portal.db, folder, stockholm("2020-02-10 08:00:00")).unwrap();
    portal.at("2020-09-01 09:00:00");
    let preparer = portal.preparer("Stockholm");
    let terms = preparer.get("/overenskommelser/aldreomsorg-2020");
    terms
        .expect("Källan anger 168 700 000 kr")
        .expect("summerar till 10 700 000 kr")
        .expect("bara Stockholms stads del");

    let form = begin(&preparer, AO20, "bas");
    assert_eq!(form.value_of("amount").replace('\u{a0}', " "), "10 700 000");
    let requisition = hand_in(&portal, "Stockholm", &fill(&form).submit());
    approve_and_pay(&portal, "Kammarkollegiet", &requisition, None);

    let grant = preparer.get("/bidrag").follow(AO20).address;
    let begun = preparer.get(&format!("{grant}/vidarefordelning")).form("/vidarefordelning");
    let model = begun.set("from", "exempel").submit().expect_status(200);
    // 49 × 20 000 + 124 × 35 000 + 41 × 30 000 + 47 × 55 000, and Smarta Lås.
    model
        .form("/modell")
        .set("apply_by", "2020-10-15")
        .set("use_by", "2020-12-31")
        .set("report_by", "2021-01-31")
        .set("board", "Äldrenämnden")
        .set("decided_on", "2020-08-25")
        .set("action", "kontrollera")
        .submit()
        .expect_status(200)
        .expect("ryms inom bidraget")
        .expect("10 700 000 kr")
        .expect("9 135 000 kr")
        .expect("1 565 000 kr");
}

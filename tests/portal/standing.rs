//! Late, at risk and lapsed: each obligation by itself, by its recipient's own day, and the same on every page and in every
//! file.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};

use crate::{
    browser::{Browser, Page},
    filed_reports::{Filing, report_case},
    further_reports::file,
    overview::table,
    portal::Portal,
    steps::{approve_and_pay, extend, issue, sign, whole_grant},
};

const AO21: &str = "/oversikt/aldreomsorg-2021";
const AO22: &str = "/oversikt/aldreomsorg-2022";
const GNV20: &str = "/oversikt/nara-vard-2020";

const LAST: &str = "2022-12-01 23:59:59";
const MIDNIGHT: &str = "2022-12-02 00:00:00";

/// What is late, at risk or lapsed of one recipient: what, how it stands, last day, days and amount.
fn due(officer: &Browser, agreement: &str, name: &str) -> Vec<Vec<String>> {
    let page = officer.get(&format!("{agreement}/sena?sok={}", name.replace(' ', "+"))).expect_status(200);
    if page.text().contains("Ingen är sen") {
        return Vec::new();
    }
    let rows = table(&page);
    rows[1..].iter().filter(|row| row[0] == name).map(|row| row[1..6].to_vec()).collect()
}

/// A sheet of the report to the government.
fn sheet(officer: &Browser, agreement: &str, name: &str) -> Vec<Vec<Data>> {
    let file = officer.get(&format!("{agreement}/regeringen.xlsx")).expect_status(200);
    let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.bytes)).unwrap();
    workbook.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

fn words(page: Page) -> String {
    page.expect_status(200).text().replace('\u{a0}', " ")
}

#[test]
fn a_debt_is_late_also_while_the_report_is_corrected() {
    let portal = Portal::new();
    let officer = portal.officer();
    let filing = Filing::of(&portal, "Ale", "aldreomsorg-2021").costs("300 000");
    let report = filing.submit();
    let approved = officer.get(&report_case(report)).form("/godkannande").submit().expect("Godkänd");
    portal.at("2022-07-01 09:00:00");
    let debt =
        ["Återbetalning", "Sen", "2022-03-31", "\u{2212}92", "70\u{a0}181"].map(str::to_owned).to_vec();
    let is_told = || {
        assert!(due(&officer, AO21, "Ale").contains(&debt), "{:?}", due(&officer, AO21, "Ale"));
        let csv = officer.get(&format!("{AO21}/sena.csv")).html();
        assert!(csv.contains("Ale;Återbetalning;Sen;2022-03-31;-92;70181;"), "{csv}");
        let late = sheet(&officer, AO21, "Sena");
        assert!(late.iter().any(|row| row[0] == *"Ale" && row[1] == *"Återbetalning" && row[4] == 92.0));
        assert!(
            words(officer.get(&format!("{AO21}/regeringen")))
                .contains("1 bidragsmottagare har inte återbetalat allt")
        );
        officer.get(&format!("{AO21}?sena=ja")).expect("1 av 291 mottagare");
        let own = words(portal.preparer("Ale").get("/bidrag"));
        assert!(own.contains("70 181 kr ska betalas tillbaka. Sista dag var 31 mars 2022."), "{own}");
    };
    is_told();
    // A telephone number is put right: opened, filled in, signed and handed in.
    approved.form("/rattelse").set("reason", "Fel telefonnummer.").submit().expect("Rättelse pågår");
    is_told();
    filing.fill_and_issue(report);
    filing.sign(report);
    is_told();
    officer.get(&report_case(report)).form("/godkannande").submit().expect("Godkänd");
    is_told();
}

#[test]
fn what_a_correction_changes_is_preliminary_until_it_is_approved() {
    let portal = Portal::new();
    let officer = portal.officer();
    let filing = Filing::of(&portal, "Ale", "aldreomsorg-2021").costs("300 000");
    let report = filing.submit();
    let case = report_case(report);
    let approved = officer.get(&case).form("/godkannande").submit().expect("Godkänd");
    let told = || words(officer.get(&format!("{AO21}/regeringen")));
    assert!(told().contains("I den redovisning som är godkänd är kostnaderna 300 000 kr"), "{}", told());
    approved.form("/rattelse").set("reason", "En faktura var dubbel.").submit().expect("Rättelse pågår");
    let corrected = filing.costs("250 000");
    corrected.fill_and_issue(report);
    corrected.certify(report);
    corrected.sign(report);
    let waits = told();
    assert!(!waits.contains("som är godkänd är kostnaderna"), "{waits}");
    assert!(waits.contains("som ännu inte är godkänd är preliminära: kostnader om 250 000 kr"), "{waits}");
    // Sent back, it waits for its recipient.
    officer.get(&case).form("/komplettering").set("message", "Bifoga fakturan.").submit().expect("Återsänd");
    officer.get(&format!("{AO21}?lage=redovisning-atersand")).expect("1 av 291 mottagare");
}

#[test]
fn what_is_at_risk_on_the_last_day_has_lapsed_at_midnight() {
    let portal = Portal::new();
    let officer = portal.officer();
    // The base post is paid; the extra one waits for its signature. Solna has asked for a part, and nobody else for anything.
    let base = issue(&portal.preparer("Grästorp"), "bas", "250 000").address;
    sign(&portal.signatory("Grästorp"), &base).expect_status(200);
    approve_and_pay(&portal, &base);
    issue(&portal.preparer("Grästorp"), "modell", "1 500 000");
    sign(&portal.signatory("Solna"), &issue(&portal.preparer("Solna"), "bas", "100 000").address);

    portal.at(LAST);
    let model = "Rekvisition: Stöd till modellkommuner";
    let of_model = |officer: &Browser| {
        let all = due(officer, AO22, "Grästorp");
        all.into_iter().find(|row| row[0] == model).expect("the extra post")
    };
    assert_eq!(of_model(&officer)[1..], ["I riskzonen", "2022-12-01", "0", "1\u{a0}500\u{a0}000"]);
    assert_eq!(due(&officer, AO22, "Solna")[0][1], "I riskzonen", "what is left of a part");
    let before = officer.get(&format!("{AO22}/sena"));
    let at_risk = before.fact("I riskzonen: inte rekvirerat");
    assert_eq!(officer.get(AO22).fact("Inte rekvirerat"), at_risk);
    assert!(!before.text().contains("Förfallet"));
    let rows = |page: &Page| {
        let requisitions = table(page).into_iter().filter(|row| row[1].starts_with("Rekvisition"));
        let mut kept: Vec<_> =
            requisitions.map(|row| (row[0].clone(), row[1].clone(), row[5].clone())).collect();
        kept.sort();
        kept
    };

    portal.at(MIDNIGHT);
    assert_eq!(of_model(&officer)[1..], ["Förfallet", "2022-12-01", "", "1\u{a0}500\u{a0}000"]);
    let after = officer.get(&format!("{AO22}/sena"));
    assert_eq!(after.fact("Förfallet"), at_risk);
    assert_eq!(rows(&after), rows(&before));
    assert_eq!(after.fact("Sena"), "0", "lapsed is an end of its own");
    assert_eq!(officer.get(AO22).fact("Förfallet"), at_risk);
    assert_eq!(officer.get("/oversikt").fact("Förfallet"), at_risk);
    let report = words(officer.get(&format!("{AO22}/regeringen")));
    let told = format!("Rätten till {at_risk} har förfallit för ").replace('\u{a0}', " ");
    assert!(report.contains(&told), "{told}: {report}");
    let late = sheet(&officer, AO22, "Sena");
    assert!(late.iter().any(|row| row[0] == *"Grästorp" && row[1] == *model && row[4] == Data::Empty));
    // The recipient is told of what it lost.
    let own = words(portal.preparer("Solna").get("/bidrag"));
    assert!(own.contains("rekvirerades inte i tid och har förfallit."), "{own}");
}

#[test]
fn whoever_has_an_extension_is_judged_by_it() {
    let portal = Portal::new();
    let officer = portal.officer();
    let requisition = issue(&portal.preparer("Ale"), "bas", "381 308").address;
    extend(&whole_grant(&officer, &requisition), "2022-12-15");
    portal.at(MIDNIGHT);
    assert_eq!(due(&officer, AO22, "Ale")[0][1..4], ["I riskzonen", "2022-12-15", "13"]);
    let page = officer.get(AO22).expect("1 mottagare har en annan sista dag eller ingen");
    let ore =
        |text: String| text.chars().filter(char::is_ascii_digit).collect::<String>().parse::<i64>().unwrap();
    assert_eq!(ore(page.fact("Inte rekvirerat")) - ore(page.fact("Förfallet")), 381_308);
    officer.get(&format!("{AO22}?sok=1440&forfallet=ja")).expect("Ingen mottagare stämmer");
    portal.at("2022-12-16 00:00:00");
    assert_eq!(due(&officer, AO22, "Ale")[0][1..4], ["Förfallet", "2022-12-15", ""]);
}

#[test]
fn whoever_has_no_last_day_never_lapses() {
    let portal = Portal::new();
    let officer = portal.officer();
    portal.at("2021-01-15 09:00:00");
    let page = officer.get(GNV20);
    let facts = ["Inte rekvirerat", "Förfallet"].map(|term| page.fact(term).replace('\u{a0}', " "));
    assert_eq!(facts, ["6 250 499 999 kr", "5 750 500 000 kr"]);
    let report = words(officer.get(&format!("{GNV20}/regeringen")));
    assert!(report.contains("Rätten till 5 750 500 000 kr har förfallit"), "{report}");
    assert!(
        report.contains(
            "499 999 999 kr är inte rekvirerat av 21 bidragsmottagare som inte har någon sista dag"
        ),
        "{report}"
    );
    let totals = sheet(&officer, GNV20, "Totaler");
    let lapsed = totals.iter().find(|row| row[0] == *"Inte rekvirerat, förfallet").unwrap();
    assert_eq!(lapsed[2], 5_750_500_000.0);
    let rss = table(&officer.get(&format!("{GNV20}?post=rss")));
    assert!(rss.iter().all(|row| row[1] != "Förfallen"), "{rss:?}");
}

#[test]
fn a_further_report_is_late_until_it_comes_in() {
    let portal = Portal::new();
    let officer = portal.officer();
    portal.at("2020-10-01 00:00:00");
    let late = ["Delredovisning", "Sen", "2020-09-30", "\u{2212}1", ""].map(str::to_owned).to_vec();
    let name = "Region Skåne";
    let all = due(&officer, GNV20, name);
    assert!(all.contains(&late), "{all:?}");
    assert_eq!(all.iter().filter(|row| row[0].starts_with("Rekvisition: ")).count(), 7, "each post");
    file(&portal, name, "Delredovisning");
    assert!(!due(&officer, GNV20, name).contains(&late));
}

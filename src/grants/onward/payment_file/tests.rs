use std::str::FromStr;

use chrono::TimeZone;

use super::*;
use crate::{grants::onward::list::Bic, people::access::Doer};
use table::csv::{self, Reader};
use values::{Bankgiro, Id, ProviderNumber};

const XML_EXAMPLE: &str = "docs/exempel-betalningslista.xml";
const CSV_EXAMPLE: &str = "docs/exempel-betalningslista.csv";

fn number(typed: &str) -> OrganisationNumber {
    OrganisationNumber::parse(typed).unwrap()
}

fn list() -> List {
    List {
        id: Id::from_str("01939f3c-7a00-7000-8000-0000000000a1").unwrap(),
        plan: Id::from_str("01939f3c-7a00-7000-8000-0000000000a2").unwrap(),
        number: 1,
        pay_on: "2022-11-15".parse().unwrap(),
        account: Bankgiro::parse("991-2346").unwrap(),
        bic: Bic::parse("SWEDSESS").unwrap(),
        payer: "Påhittade kommun".to_owned(),
        payer_number: Some(number("559999-0024")),
        made_by: Doer::named("Ekonom, Påhittade kommun"),
        made_at: Utc.with_ymd_and_hms(2022, 11, 3, 23, 30, 5).unwrap(),
    }
}

fn payer() -> Payer<'static> {
    Payer { name: "Påhittade kommun", number: number("559999-0024") }
}

fn payments() -> Vec<Payment> {
    vec![
        Payment {
            id: "01939f3c7a0070008000000000000b01".to_owned(),
            provider_number: ProviderNumber::parse("559999-0016").unwrap(),
            provider: "Påhittad Omsorg & Vänner AB".to_owned(),
            unit: "Hemtjänsten Ängen (påhittad)".to_owned(),
            account: GiroAccount::parse(GiroKind::Bankgiro, "5050-1055").unwrap(),
            account_before: None,
            amount: Money::kronor(20_000),
            message: "AO22-0000-V, Hemtjänsten Ängen, statsbidrag 2022".to_owned(),
            is_state_aid: true,
        },
        Payment {
            id: "01939f3c7a0070008000000000000b02".to_owned(),
            provider_number: ProviderNumber::parse("559999-0024").unwrap(),
            provider: "Påhittade kommun".to_owned(),
            unit: "Björkens vård- och omsorgsboende (påhittat)".to_owned(),
            account: GiroAccount::parse(GiroKind::Plusgiro, "1 23 45 67-4").unwrap(),
            account_before: None,
            amount: Money::ore(5_500_050),
            message: "AO22-0000-V, Björken, statsbidrag 2022".to_owned(),
            is_state_aid: false,
        },
    ]
}

fn xml_of(payments: &[Payment]) -> String {
    String::from_utf8(pain001(&list(), payer(), payments, "AO22-0000-V", true).unwrap()).unwrap()
}

/// The texts of every element of this name.
fn all<'a>(xml: &'a str, name: &str) -> Vec<&'a str> {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    xml.split(&start).skip(1).map(|rest| rest.split(&end).next().unwrap()).collect()
}

fn spreadsheet() -> Vec<u8> {
    csv::write(&table(&payments()), Reader::Spreadsheet).unwrap()
}

fn read(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The examples are the snapshots. With `UPDATE_EXAMPLES=1` they are written anew.
#[test]
fn the_files_are_those_in_docs() {
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        let write = |path: &str, bytes: &[u8]| {
            std::fs::write(format!("{}/{path}", env!("CARGO_MANIFEST_DIR")), bytes).unwrap();
        };
        write(XML_EXAMPLE, xml_of(&payments()).as_bytes());
        write(CSV_EXAMPLE, &spreadsheet());
    }
    assert_eq!(xml_of(&payments()), String::from_utf8(read(XML_EXAMPLE)).unwrap());
    assert_eq!(String::from_utf8(spreadsheet()).unwrap(), String::from_utf8(read(CSV_EXAMPLE)).unwrap());
}

#[test]
fn the_same_list_gives_the_same_bytes_and_only_practice_says_so() {
    assert_eq!(xml_of(&payments()), xml_of(&payments()));
    let real = pain001(&list(), payer(), &payments(), "AO22-0000-V", false).unwrap();
    let real = String::from_utf8(real).unwrap();
    assert!(!real.contains("<!--"));
    assert!(xml_of(&payments()).contains("<!-- ÖVNING: påhittade uppgifter."));
}

#[test]
fn sums_and_counts_are_exact_and_said_twice() {
    let one = &payments()[0];
    let many: Vec<Payment> = (0..261)
        .map(|at| Payment { id: format!("{at:032}"), amount: Money::ore(2_000_010 + at), ..one.clone() })
        .collect();
    let xml = xml_of(&many);
    let sum = 261 * 2_000_010 + 261 * 260 / 2;
    assert_eq!(all(&xml, "CtrlSum"), vec![format!("{}.{:02}", sum / 100, sum % 100); 2]);
    assert_eq!(all(&xml, "NbOfTxs"), ["261", "261"]);
    let ids: HashSet<&str> = all(&xml, "EndToEndId").into_iter().collect();
    assert_eq!(ids.len(), 261);
}

#[test]
fn each_kind_of_account_has_its_scheme_and_clearing_number() {
    let xml = xml_of(&payments());
    assert_eq!(all(&xml, "MmbId"), ["9900", "9960"]);
    assert_eq!(all(&xml, "Prtry"), ["BGNR", "BGNR"]);
    assert_eq!(all(&xml, "Cd"), ["BANK", "NURG", "SUPP", "BANK", "SESBA", "SESBA", "BBAN"]);
    assert!(xml.contains("<Id>50501055</Id>") && xml.contains("<Id>12345674</Id>"));
    assert!(xml.contains("<InstdAmt Ccy=\"SEK\">55000.50</InstdAmt>"));
    assert_eq!(all(&xml, "CreDtTm"), ["2022-11-04T00:30:05"], "Stockholm's clock");
    assert_eq!(all(&xml, "ReqdExctnDt"), ["2022-11-15"]);
}

#[test]
fn references_are_at_most_35_characters() {
    let xml = xml_of(&payments());
    assert_eq!(all(&xml, "MsgId"), ["01939f3c7a00700080000000000000a1"]);
    assert_eq!(all(&xml, "PmtInfId"), ["AO22-0000-V-L1"]);
    for odd in ["AO22-ett-mycket-langt-namn-pa-mottagaren-V", "AO22-Östra-V", "AO22 1-V"] {
        let file = pain001(&list(), payer(), &payments(), odd, false).unwrap();
        let file = String::from_utf8(file).unwrap();
        assert_eq!(all(&file, "PmtInfId"), ["01939f3c7a00700080000000000000a1"], "{odd}");
    }
}

#[test]
fn what_was_typed_is_cut_and_is_no_markup() {
    let evil = "</Nm><Evil a=\"1\">&amp;'";
    let typed = Payment {
        provider: format!("{evil}{}", "å".repeat(100)),
        message: format!("{evil}{}", "ö".repeat(200)),
        ..payments()[0].clone()
    };
    let xml = xml_of(&[typed, Payment { message: "\u{7}".to_owned(), ..payments()[1].clone() }]);
    assert_eq!(all(&xml, "Nm").len(), 4);
    let name = all(&xml, "Nm")[2];
    assert!(name.starts_with("(/Nm)(Evil a."), "{name}");
    let read = quick_xml::escape::unescape(name).unwrap();
    assert_eq!(read.chars().count(), NAME);
    let messages = all(&xml, "Ustrd");
    assert_eq!(messages.len(), 1, "an empty message is left out");
    assert_eq!(quick_xml::escape::unescape(messages[0]).unwrap().chars().count(), MESSAGE);
    assert!(!xml.contains("<Evil"));
}

/// Should another sign than those of `latin` ever come through.
#[test]
fn the_writer_escapes() {
    let mut xml = Writer::new(Vec::new());
    text(&mut xml, "Nm", "<&\">'").unwrap();
    assert_eq!(String::from_utf8(xml.into_inner()).unwrap(), "<Nm>&lt;&amp;&quot;&gt;&apos;</Nm>");
}

#[test]
fn what_no_bank_takes_gives_no_file() {
    let one = &payments()[0];
    let fault = |payments: &[Payment]| {
        pain001(&list(), payer(), payments, "AO22-0000-V", false).unwrap_err().to_string()
    };
    assert_eq!(fault(&[]), "the payment list has no payments");
    assert!(fault(&[one.clone(), one.clone()]).starts_with("two payments"));
    assert!(fault(&[Payment { amount: Money::ZERO, ..one.clone() }]).contains("positive amount"));
    assert!(fault(&[Payment { id: "1".repeat(36), ..one.clone() }]).contains("35 characters"));
}

#[test]
fn the_table_is_by_provider_with_its_sum() {
    let mut both = payments();
    both.reverse();
    let table = table(&both);
    let firsts: Vec<&Cell> = table.rows.iter().map(|row| &row.cells[0]).collect();
    assert_eq!(firsts[0], &Cell::Text("Påhittad Omsorg & Vänner AB".to_owned()));
    let total = table.total.unwrap();
    assert_eq!(total.len(), table.columns.len());
    assert_eq!(total[5], Cell::Amount(Money::ore(7_500_050)));
    assert_eq!(table.rows[0].cells[7], Cell::Text("ja".to_owned()));
    assert_eq!(table.rows[1].cells[7], Cell::Text("nej".to_owned()));
}

#[test]
fn a_list_with_another_account_tells_the_one_before_and_other_lists_stay_as_they_were() {
    let before = GiroAccount::parse(GiroKind::Bankgiro, "5050-1055").unwrap();
    let mut both = payments();
    assert_eq!(table(&both).columns.len(), 8);
    both[1].account_before = Some(before);
    let table = table(&both);
    assert_eq!(table.columns[8].label, "Konto förut, om det är bytt");
    assert_eq!(table.rows[0].cells[8], Cell::Text(String::new()));
    assert_eq!(table.rows[1].cells[8], Cell::Text(before.with_kind()));
    assert_eq!(table.total.unwrap().len(), 9);
}

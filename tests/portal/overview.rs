//! The overview: every page says the same as its files, the filters keep those they name, and views are one's own.

use std::io::Cursor;

use bidragsporten::access::Role;
use calamine::{Data, Reader, Xlsx};
use scraper::{Html, Selector};

use crate::{
    browser::{Browser, Page},
    filed_reports::Filing,
    portal::Portal,
    steps::{issue, sign},
};

const PAGES: [&str; 8] = [
    "/oversikt/aldreomsorg-2021",
    "/oversikt/aldreomsorg-2021/lan",
    "/oversikt/aldreomsorg-2021/bilder",
    "/oversikt/aldreomsorg-2021/sena",
    "/oversikt/aldreomsorg-2021/omgangar",
    "/oversikt/ar/2021",
    "/oversikt/ar/2021/lan",
    "/oversikt/mottagare/1440",
];

/// Three have reported 2021: Ale has money left, Solna certified with deviations, Åre used more than it got.
fn portal() -> Portal {
    let portal = Portal::new();
    Filing::of(&portal, "Ale", "aldreomsorg-2021").costs("300 000").submit();
    Filing::of(&portal, "Solna", "aldreomsorg-2021").costs("500 000").alt_2().submit();
    Filing::of(&portal, "Åre", "aldreomsorg-2021").costs("900 000").submit();
    portal
}

/// The headings and rows of the page's last table, its total last.
fn table(page: &Page) -> Vec<Vec<String>> {
    let document = Html::parse_document(&page.html());
    let select = |text: &str| Selector::parse(text).unwrap();
    let table = document.select(&select("table")).next_back().unwrap_or_else(|| panic!("{}", page.text()));
    let (row, cell) = (select("tr"), select("th, td"));
    table
        .select(&row)
        .map(|row| row.select(&cell).map(|cell| cell.text().collect::<String>().trim().to_owned()).collect())
        .collect()
}

/// What a cell on a page says as a number; nothing when it is none.
fn number(text: &str) -> Option<f64> {
    let per_cent = text.ends_with('%');
    let plain: String = text
        .replace('\u{2212}', "-")
        .replace(',', ".")
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '%')
        .collect();
    let number: f64 = plain.parse().ok()?;
    Some(if per_cent { number / 100.0 } else { number })
}

fn names(officer: &Browser, address: &str) -> Vec<String> {
    let page = officer.get(address).expect_status(200);
    if page.text().contains("Ingen mottagare stämmer med urvalet") {
        return Vec::new();
    }
    let rows = table(&page);
    rows[1..rows.len() - 1].iter().map(|row| row[0].clone()).collect()
}

#[test]
fn every_page_says_the_same_as_its_csv_file_and_its_workbook() {
    let portal = portal();
    let officer = portal.officer();
    for page in PAGES {
        let shown = table(&officer.get(page).expect_status(200));
        let (heading, rows) = (&shown[0], &shown[1..shown.len() - 1]);

        let csv = officer.get(&format!("{page}.csv")).expect_status(200);
        let text = csv.html();
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(b';')
            .from_reader(text.strip_prefix('\u{FEFF}').expect("a byte order mark").as_bytes());
        assert_eq!(
            &reader.headers().unwrap().iter().map(str::to_owned).collect::<Vec<_>>(),
            heading,
            "{page}"
        );
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(lines.len(), rows.len(), "{page}");
        for (line, row) in lines.iter().zip(rows) {
            let plain = |text: &str| text.replace(['\u{a0}', '%'], "").replace('\u{2212}', "-");
            let row: Vec<String> = row.iter().map(|cell| plain(cell)).collect();
            assert_eq!(line.iter().map(plain).collect::<Vec<_>>(), row, "{page}");
        }

        let file = officer.get(&format!("{page}.xlsx")).expect_status(200);
        let mut workbook: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(file.bytes)).unwrap();
        let sheet = workbook.worksheet_range_at(0).unwrap().unwrap();
        let total = shown.last().unwrap();
        // In the workbook an empty row keeps the total from being sorted in among the others.
        for (row, cells) in shown[..shown.len() - 1].iter().enumerate().chain([(shown.len(), total)]) {
            for (column, cell) in cells.iter().enumerate() {
                match sheet.get_value((u32::try_from(row).unwrap(), u32::try_from(column).unwrap())) {
                    None | Some(Data::Empty) => assert_eq!(cell, "", "{page} {row} {column}"),
                    Some(Data::String(text)) => assert_eq!(cell, text, "{page} {row} {column}"),
                    Some(Data::Float(value)) => {
                        let shown = number(cell).unwrap_or_else(|| panic!("{page} {row} {column}: {cell}"));
                        assert!((shown - value).abs() < 0.001, "{page} {row} {column}: {cell} and {value}");
                    }
                    Some(Data::DateTime(day)) => {
                        assert_eq!(&day.as_datetime().unwrap().date().to_string(), cell);
                    }
                    other => panic!("{page} {row} {column}: {other:?}"),
                }
            }
        }
    }
}

#[test]
fn counties_years_and_recipients_come_to_the_same() {
    let portal = portal();
    let officer = portal.officer();
    let total = |address: &str, heading: &str| {
        let rows = table(&officer.get(address));
        let at = rows[0].iter().position(|label| label == heading).expect("a column");
        rows.last().unwrap()[at].clone()
    };
    for measure in ["Tilldelat", "Utbetalt", "Kostnader", "Inte förbrukat"] {
        let of_agreement = total("/oversikt/aldreomsorg-2021", measure);
        assert_eq!(total("/oversikt/aldreomsorg-2021/lan", measure), of_agreement, "{measure}");
        assert_eq!(total("/oversikt/ar/2021", measure), of_agreement, "{measure}");
        assert_eq!(total("/oversikt/ar/2021/lan", measure), of_agreement, "{measure}");
    }
    // A deficit takes nothing of what others have left.
    let unspent = |name: &str| {
        let rows = table(&officer.get(&format!("/oversikt/aldreomsorg-2021?sok={name}")));
        let at = rows[0].iter().position(|label| label == "Inte förbrukat").unwrap();
        number(&rows[1][at]).unwrap()
    };
    assert!(unspent("%C3%85re") < 0.0);
    let sum = unspent("Ale") + unspent("Solna");
    assert!((number(&total("/oversikt/aldreomsorg-2021", "Inte förbrukat")).unwrap() - sum).abs() < 0.001);
    // One recipient over the years: both agreements, the latest first.
    let ale = table(&officer.get("/oversikt/mottagare/1440").expect("Ale kommun"));
    assert_eq!([&ale[1][1], &ale[2][1]], ["2022", "2021"]);
}

#[test]
fn filters_keep_those_they_name() {
    let portal = portal();
    let officer = portal.officer();
    let of = |query: &str| names(&officer, &format!("/oversikt/aldreomsorg-2021?{query}"));
    assert_eq!(of("alt2=ja"), ["Solna"]);
    assert_eq!(of("over=0&sortera=-inte-forbrukat").len(), 2);
    assert_eq!(of("over=10+000+000"), [""; 0]);
    assert_eq!(of("grupp=modell").len(), 10);
    assert_eq!(of("lage=redovisad"), ["Ale", "Solna", "Åre"]);
    assert_eq!(of("lage=redovisad&lan=Stockholms+l%C3%A4n"), ["Solna"]);
    assert_eq!(of("lage=redovisad&sortera=-mottagare"), ["Åre", "Solna", "Ale"]);
    // Everyone whose share is the minimum has that share.
    let floor = table(&officer.get("/oversikt/aldreomsorg-2022?grupp=golv&post=bas"));
    assert_eq!(floor.len(), 118 + 2);
    assert!(floor[1..119].iter().all(|row| row.contains(&"250\u{a0}000".to_owned())));
    // All but three let the last day of 2021 pass.
    assert_eq!(of("sena=ja").len(), 288);
}

#[test]
fn what_is_at_risk_becomes_what_is_late() {
    let portal = Portal::new();
    let officer = portal.officer();
    sign(&portal.signatory("Ale"), &issue(&portal.preparer("Ale"), "bas", "381 308").address);
    let before = officer.get("/oversikt/aldreomsorg-2022/sena?sortera=-belopp");
    let rows = table(&before.expect("290 mottagare har inte rekvirerat"));
    assert!(rows.iter().all(|row| row[0] != "Ale"));
    assert_eq!(rows[1][1..4], ["Rekvisition", "2022-12-01", "261"]);
    portal.at("2022-12-03 09:00:00");
    let after = table(&officer.get("/oversikt/aldreomsorg-2022/sena?sok=Solna"));
    assert_eq!(after[1][1..4], ["Rekvisition", "2022-12-01", "-2"]);
    assert_eq!(after[1][5], "Förfallen");
}

#[test]
fn a_view_is_kept_under_its_name_and_is_ones_own() {
    let portal = Portal::new();
    let officer = portal.officer();
    let save = |address: &str, name: &str| {
        officer.get(address).form("/oversikt/vyer").set("name", name).submit().expect_status(200)
    };
    let address = "/oversikt/aldreomsorg-2022?lan=Sk%C3%A5ne+l%C3%A4n&sortera=-kvar";
    save(address, "Skåne");
    assert_eq!(officer.get("/oversikt").follow("Skåne").address, address);
    // The same name again is the new view.
    save("/oversikt/aldreomsorg-2021", "Skåne");
    let home = officer.get("/oversikt");
    assert_eq!(home.follow("Skåne").address, "/oversikt/aldreomsorg-2021");
    let colleague = portal.sign_in("Kammarkollegiet", &[Role::CaseOfficer], "Kollega");
    assert!(!colleague.get("/oversikt").has_link("Skåne"));
    // Nobody removes another's.
    home.form("/borttagning").sent_by(&colleague).submit();
    assert!(officer.get("/oversikt").has_link("Skåne"));
    home.form("/borttagning").submit().expect_status(200);
    assert!(!officer.get("/oversikt").has_link("Skåne"));

    let form = officer.get(address).form("/oversikt/vyer");
    for elsewhere in ["https://example.org", "//example.org", "/logga-ut", "/oversikt/../bidrag"] {
        form.clone().set("address", elsewhere).submit().expect_status(400);
    }
    form.set("name", " ").submit().expect_status(400);
}

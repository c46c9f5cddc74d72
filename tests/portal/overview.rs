//! The overview: every page says the same as its files, the filters keep those they name, and views are one's own.

use std::io::Cursor;

use bidragsporten::people::access::Role;
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

/// The headings and rows of the page's last table, its total last. What is said for the ear alone is left out.
pub fn table(page: &Page) -> Vec<Vec<String>> {
    let document = Html::parse_document(&page.html());
    let select = |text: &str| Selector::parse(text).unwrap();
    let table = document.select(&select("table")).next_back().unwrap_or_else(|| panic!("{}", page.text()));
    let (row, cell) = (select("tr"), select("th, td"));
    table
        .select(&row)
        .map(|row| row.select(&cell).map(|cell| seen(&cell.text().collect::<String>())).collect())
        .collect()
}

fn seen(text: &str) -> String {
    text.trim().replace("minus \u{2212}", "\u{2212}")
}

/// Whether that table has a total.
fn has_total(page: &Page) -> bool {
    page.html().rsplit("<table").next().is_some_and(|table| table.contains("<tfoot>"))
}

/// What a cell on a page says as a number; nothing when it is none.
pub fn number(text: &str) -> Option<f64> {
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
        let seen = officer.get(page).expect_status(200);
        let shown = table(&seen);
        let last = if has_total(&seen) { shown.len() - 1 } else { shown.len() };
        let (heading, rows) = (&shown[0], &shown[1..last]);

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
        // In the workbook an empty row keeps the total from being sorted in among the others.
        let total = shown[last..].iter().map(|total| (shown.len(), total));
        for (row, cells) in shown[..last].iter().enumerate().chain(total) {
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

/// The sum of a column's rows, in öre, and what the page says that they come to.
fn sums(rows: &[Vec<String>], heading: &str) -> Option<(i64, i64)> {
    let at = rows[0].iter().position(|label| label == heading)?;
    #[expect(clippy::cast_possible_truncation, reason = "öre")]
    let ore = |row: &Vec<String>| number(&row[at]).map_or(0, |kronor| (kronor * 100.0).round() as i64);
    let (total, lines) = rows[1..].split_last()?;
    Some((lines.iter().map(ore).sum(), ore(total)))
}

#[test]
fn every_total_is_the_sum_of_its_rows_and_the_same_everywhere() {
    let portal = portal();
    let officer = portal.officer();
    let anyone = portal.anyone();
    for measure in
        ["Tilldelat", "Rekvirerat", "Utbetalt", "Kostnader", "Inte förbrukat", "Kvar att återbetala"]
    {
        let mut told = Vec::new();
        for page in PAGES.iter().chain(&["/oversikt/aldreomsorg-2021/bilder?matt=inte-forbrukat"]) {
            let seen = officer.get(page);
            let Some((sum, total)) = sums(&table(&seen), measure).filter(|_| has_total(&seen)) else {
                continue;
            };
            assert_eq!(sum, total, "{measure}, {page}");
            // One recipient over the years comes to something of its own.
            if !page.contains("/mottagare/") {
                told.push(total);
            }
        }
        let public = if measure == "Kostnader" { "Använt (kostnader)" } else { measure };
        let published = table(&anyone.get("/oppna-data/aldreomsorg-2021"));
        if let Some((sum, total)) = sums(&published, public) {
            assert_eq!(sum, total, "{measure} in the open data");
            told.push(total);
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{measure}: {told:?}");
    }
}

#[test]
fn a_deficit_is_shown_as_one_and_has_one_value_everywhere() {
    let portal = portal();
    let (officer, anyone) = (portal.officer(), portal.anyone());
    let of_are = |page: &Page| {
        let rows = table(page);
        let at = rows[0].iter().position(|label| label == "Inte förbrukat").expect("a column");
        rows.iter().find(|row| row[0] == "Åre").unwrap_or(&rows[2])[at].clone()
    };
    let deficit = of_are(&officer.get("/oversikt/aldreomsorg-2021"));
    assert!(number(&deficit).unwrap() < 0.0, "{deficit}");
    for page in [
        "/oversikt/aldreomsorg-2021?sok=%C3%85re",
        "/oversikt/aldreomsorg-2021?post=bas",
        "/oversikt/aldreomsorg-2021/bilder",
        "/oversikt/aldreomsorg-2021/omgangar",
        "/oversikt/ar/2021",
        "/oversikt/mottagare/2321",
    ] {
        assert_eq!(of_are(&officer.get(page)), deficit, "{page}");
    }
    for page in ["/oppna-data/aldreomsorg-2021", "/oppna-data/mottagare"] {
        assert_eq!(of_are(&anyone.get(page)), deficit, "{page}");
    }
    let plain = deficit.replace('\u{2212}', "-").replace('\u{a0}', "");
    let csv = anyone.get("/oppna-data/aldreomsorg-2021.csv").html();
    let line = csv.lines().find(|line| line.contains(",Åre,")).unwrap();
    assert!(line.contains(&format!(",{plain},")), "{line}");
    // For the ear, and surplus and deficit apart where the sum of both stands.
    let page = officer.get("/oversikt/aldreomsorg-2021");
    let owed = deficit.trim_start_matches('\u{2212}');
    assert!(page.html().contains(&format!("minus </span><span aria-hidden=\"true\">\u{2212}</span>{owed}")));
    page.expect("överskott hos 2").expect(&format!("{} kr underskott hos 1", owed.replace('\u{a0}', " ")));
    // One recipient over the years: both agreements, the latest first.
    let ale = table(&officer.get("/oversikt/mottagare/1440").expect("Ale kommun"));
    assert_eq!([&ale[1][1], &ale[2][1]], ["2022", "2021"]);
}

#[test]
fn a_total_of_what_was_searched_for_is_of_those_rows() {
    let portal = portal();
    let rows = table(&portal.officer().get("/oversikt/aldreomsorg-2021/omgangar?sok=Solna"));
    let (sum, total) = sums(&rows, "Inte förbrukat").unwrap();
    assert_eq!((rows.len(), sum), (3, total));
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
    // Nobody requisitioned 2021: the right has lapsed, which is an end and not something to be late with.
    assert_eq!(of("sena=ja"), [""; 0]);
    assert_eq!(of("forfallet=ja").len(), 291);
}

#[test]
fn what_is_at_risk_becomes_what_is_late() {
    let portal = Portal::new();
    let officer = portal.officer();
    sign(&portal.signatory("Ale"), &issue(&portal.preparer("Ale"), "bas", "381 308").address);
    let before = officer.get("/oversikt/aldreomsorg-2022/sena?sortera=-belopp");
    let rows = table(&before.expect("I riskzonen: inte rekvirerat").expect("290 mottagare"));
    assert!(rows.iter().all(|row| row[0] != "Ale"));
    let what = "Rekvisition: Medel till SKR";
    assert_eq!(rows[1][1..5], [what, "I riskzonen", "2022-12-01", "261"]);
    portal.at("2022-12-03 09:00:00");
    let after = table(&officer.get("/oversikt/aldreomsorg-2022/sena?sok=Solna"));
    let what = "Rekvisition: Stimulansmedel till samtliga kommuner";
    assert_eq!(after[1][1..5], [what, "Förfallet", "2022-12-01", ""]);
    assert_eq!(after[1][6], "Förfallen");
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
    // The same once more is the same. Another page under that name is asked about, with both.
    save(address, "Skåne");
    let other = officer.get("/oversikt/aldreomsorg-2021").form("/oversikt/vyer").set("name", "Skåne");
    let asked = other.submit().expect_status(409).expect("Du har redan en vy med det namnet");
    assert_eq!(asked.fact("Den här vyn"), "/oversikt/aldreomsorg-2021");
    assert_eq!(asked.fact("Den som finns"), address);
    assert_eq!(officer.get("/oversikt").follow("Skåne").address, address);
    asked.form("/oversikt/vyer").submit().expect_status(200);
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
    let nameless = form.set("name", " ").submit().expect_status(422);
    assert!(!nameless.error_at("name").is_empty());
}

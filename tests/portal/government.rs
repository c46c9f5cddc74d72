//! The report to the government: the same figures on the page, in the PDF and in the workbook, for those who may see them.

use std::io::Cursor;

use bidragsporten::people::access::Role;
use calamine::{Data, Reader, Xlsx};
use values::Money;

use crate::{browser::Page, filed_reports::Filing, portal::Portal, steps::give_insight};

const PAGE: &str = "/oversikt/aldreomsorg-2021/regeringen";

/// Ale and Ekerö have reported what they were paid, Ekerö with deviations.
fn portal() -> Portal {
    let portal = Portal::new();
    Filing::of(&portal, "Ale", "aldreomsorg-2021").costs("300 000").submit();
    Filing::of(&portal, "Ekerö", "aldreomsorg-2021").costs("200 000").alt_2().submit();
    portal
}

/// What a PDF says, without its white space: where lines break is the typesetter's.
fn text_of(page: &Page) -> String {
    let document = lopdf::Document::load_mem(&page.bytes).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    squeezed(&document.extract_text(&pages).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

fn workbook(page: &Page) -> Xlsx<Cursor<Vec<u8>>> {
    calamine::open_workbook_from_rs(Cursor::new(page.bytes.clone())).unwrap()
}

/// Cells of a sheet, its headings first.
fn rows(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Vec<Vec<Data>> {
    workbook.worksheet_range(sheet).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// What the rows of a column come to, as the sheet's last row has it.
fn sum(rows: &[Vec<Data>], heading: &str) -> Money {
    let at = rows[0].iter().position(|cell| *cell == heading).unwrap();
    let amounts = |rows: &[Vec<Data>]| -> f64 {
        rows.iter()
            .filter_map(|row| match row[at] {
                Data::Float(kronor) => Some(kronor),
                _ => None,
            })
            .sum()
    };
    let (total, lines) = rows[1..].split_last().unwrap();
    let [of_lines, of_total] = [amounts(lines), amounts(std::slice::from_ref(total))];
    assert!((of_lines - of_total).abs() < 0.005, "{heading}: {of_lines} and {of_total}");
    #[expect(clippy::cast_possible_truncation, reason = "whole kronor")]
    Money::kronor(of_total as i64)
}

#[test]
fn the_page_the_pdf_and_the_workbook_say_the_same() {
    let portal = portal();
    let officer = portal.officer();
    let page = officer.get(PAGE).expect_status(200).expect("2 av dem har redovisat.");
    let pdf = text_of(&officer.get(&format!("{PAGE}.pdf")).expect_status(200));
    let mut file = workbook(&officer.get(&format!("{PAGE}.xlsx")).expect_status(200));
    let totals = rows(&mut file, "Totaler");
    for line in &totals[1..] {
        // Nothing is approved yet.
        let Data::Float(kronor) = line[2] else { continue };
        #[expect(clippy::cast_possible_truncation, reason = "whole kronor")]
        let amount = Money::kronor(kronor as i64).digits().to_string();
        let told = format!("{} {} {}", line[0], line[1], amount.replace('\u{A0}', " "));
        assert!(pdf.contains(&squeezed(&told)), "{told} is not in the PDF");
        assert!(squeezed(&page.text()).contains(&squeezed(&told)), "{told} is not on the page");
    }
    let of_total = |name: &str| {
        let line = totals.iter().find(|line| line[0] == *name).unwrap();
        line[2].to_string()
    };
    for sheet in ["Län", "Mottagare"] {
        let rows = rows(&mut file, sheet);
        for column in ["Tilldelat", "Rekvirerat", "Utbetalt", "Kostnader", "Kvar att återbetala"] {
            assert_eq!(sum(&rows, column).plain().to_string(), of_total(column), "{sheet}, {column}");
        }
    }
    assert_eq!(sum(&rows(&mut file, "Poster"), "Tilldelat"), Money::kronor(200_000_000));
}

#[test]
fn it_tells_the_deviations_what_is_late_and_what_is_not_known() {
    let portal = portal();
    portal.at("2022-04-01 09:00:00");
    let officer = portal.officer();
    officer.get(PAGE).expect("1 redovisning är intygad med avvikelser (Alt 2).").expect("Inte angivet");
    let page = officer.get(&format!("{PAGE}.pdf")).expect_status(200);
    assert_eq!(page.headers["content-type"], "application/pdf");
    let pdf = text_of(&page);
    for told in [
        "Rapport till regeringen",
        "Äldreomsorg – teknik, kvalitet och effektivitet med den äldre i fokus 2021",
        "Kammarkollegiet",
        "Inte angivet",
        "1 april 2022",
        "Två fakturor saknas.",
        "De söks upp.",
        "Inga återkrav är registrerade i portalen.",
        "Så är uppgifterna framtagna",
        "Övertorneå",
    ] {
        assert!(pdf.contains(&squeezed(told)), "{told}");
    }
    let mut file = workbook(&officer.get(&format!("{PAGE}.xlsx")));
    assert_eq!(
        file.sheet_names(),
        ["Totaler", "Poster", "Län", "Mottagare", "Sena", "Avvikelser", "Lägen", "Om uppgifterna"]
    );
    let deviations = rows(&mut file, "Avvikelser");
    assert_eq!(
        deviations[1][..3].iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["Ekerö", "Två fakturor saknas.", "De söks upp."]
    );
    let about = rows(&mut file, "Om uppgifterna");
    assert!(
        about.iter().any(|line| line[0] == *"Diarienummer, överenskommelse" && line[1] == *"Inte angivet")
    );
    assert!(
        about.iter().any(|line| line[1].to_string().contains("preliminära tills redovisningen är godkänd"))
    );
    // Nobody requisitioned: the two were paid past the forms.
    assert!(rows(&mut file, "Sena").len() > 280);
}

#[test]
fn it_changes_with_what_it_tells() {
    let portal = portal();
    let officer = portal.officer();
    let pdf = || text_of(&officer.get(&format!("{PAGE}.pdf")));
    assert_eq!(pdf(), pdf());
    assert!(!pdf().contains("3avdemharredovisat"));
    Filing::of(&portal, "Lund", "aldreomsorg-2021").submit();
    assert!(pdf().contains("3avdemharredovisat"));
}

#[test]
fn it_is_for_who_pays_and_who_has_insight() {
    let portal = Portal::new();
    let reader = portal.sign_in("Socialdepartementet", &[Role::Reader], "Läsare");
    let elsewhere = portal.sign_in("Socialstyrelsen", &[Role::CaseOfficer], "Handläggare");
    let addresses = ["", ".csv", ".xlsx", ".pdf"].map(|form| format!("{PAGE}{form}"));
    for address in &addresses {
        reader.get(address).expect_status(404);
        elsewhere.get(address).expect_status(404);
        portal.preparer("Ale").get(address).expect_status(403);
    }
    give_insight(&portal.officer(), "aldreomsorg-2021", "Socialdepartementet").expect_status(200);
    for address in &addresses {
        reader.get(address).expect_status(200);
    }
    reader.get("/oversikt/aldreomsorg-2022/regeringen.pdf").expect_status(404);
}

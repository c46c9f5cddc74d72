//! The report to the government: the same figures on the page, in the PDF and in the workbook, for those who may see them.

use std::io::Cursor;

use bidragsporten::access::Role;
use calamine::{Data, Reader, Xlsx};

use crate::{
    browser::Page,
    filed_reports::Filing,
    portal::Portal,
    steps::{approve_and_pay, give_insight},
};

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
    let document = lopdf::Document::load_mem(page.bytes()).unwrap();
    let pages: Vec<u32> = document.get_pages().into_keys().collect();
    squeezed(&document.extract_text(&pages).unwrap())
}

fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !character.is_whitespace()).collect()
}

/// The amounts of the sheet *Totaler*.
fn totals(workbook: &mut Xlsx<Cursor<Vec<u8>>>) -> Vec<(String, i64)> {
    let range = workbook.worksheet_range("Totaler").unwrap();
    let line = |row: &[Data]| Some((row[0].to_string(), row[2].to_string().parse().ok()?));
    range.rows().skip(1).filter_map(line).collect()
}

/// The amounts of a column.
fn column(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str, heading: &str) -> Vec<f64> {
    let range = workbook.worksheet_range(sheet).unwrap();
    let at = range.rows().next().unwrap().iter().position(|cell| cell.to_string() == heading).unwrap();
    range.rows().skip(1).filter_map(|row| row[at].to_string().parse().ok()).collect()
}

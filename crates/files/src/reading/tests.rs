use std::io::{Cursor, Write};

use encoding_rs::WINDOWS_1252;
use proptest::prelude::*;
use rust_xlsxwriter::{Format, Formula, Workbook};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;

fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let table = read(bytes).unwrap();
    table.sheets[0].rows.iter().map(|row| row.cells.clone()).collect()
}

fn workbook(fill: impl FnOnce(&mut Workbook)) -> Vec<u8> {
    let mut workbook = Workbook::new();
    fill(&mut workbook);
    workbook.save_to_buffer().unwrap()
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        archive.start_file(*name, SimpleFileOptions::default()).unwrap();
        archive.write_all(content).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// The mark of a bitmap is two letters.
#[test]
fn a_text_that_begins_as_a_picture_does_is_a_text() {
    assert_eq!(cells(b"BM\t0\nAle\t1\n"), [["BM", "0"], ["Ale", "1"]]);
    assert!(matches!(read(b"BM\x36\0\0\0\0\0\0\0"), Err(NotATable::Picture)));
}

#[test]
fn every_separator_is_seen() {
    let wanted = [["Kommun", "Utfall, kr"], ["Ale", "381 308"], ["Åre", "250 000"]];
    for text in [
        "Kommun\tUtfall, kr\nAle\t381 308\nÅre\t250 000\n",
        "Kommun;Utfall, kr\r\nAle;381 308\r\nÅre;250 000",
        "Kommun,\"Utfall, kr\"\rAle,381 308\rÅre,250 000\r",
        "\"Kommun\";\"Utfall, kr\"\n\"Ale\";\"381 308\"\n\"Åre\";\"250 000\"",
    ] {
        assert_eq!(cells(text.as_bytes()), wanted, "{text}");
        assert_eq!(cells(&WINDOWS_1252.encode(text).0), wanted, "{text}");
        assert_eq!(cells(&[b"\xEF\xBB\xBF", text.as_bytes()].concat()), wanted, "{text}");
        let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(cells(&[b"\xFF\xFE", utf_16.as_slice()].concat()), wanted, "{text}");
    }
}

#[test]
fn rows_are_numbered_as_a_spreadsheet_shows_them() {
    let table = read(b"Bilaga 1\n\nKommun;Belopp\n\"Ale\nkommun\";1\nLund;2\n").unwrap();
    let numbers: Vec<_> = table.sheets[0].rows.iter().map(|row| (row.number, row.cell(0))).collect();
    assert_eq!(numbers, [(1, "Bilaga 1"), (3, "Kommun"), (4, "Ale\nkommun"), (5, "Lund")]);
}

#[test]
fn spaces_alone_part_a_name_from_its_amount() {
    let text = "Bilaga 1, tabellen\n\nKommun Medel-2022 \nUpplands Väsby 381 308 \nÅre 250\u{A0}000\n";
    let wanted: [&[&str]; 4] = [
        &["Bilaga 1, tabellen"],
        &["Kommun Medel-2022"],
        &["Upplands Väsby", "381 308"],
        &["Åre", "250\u{A0}000"],
    ];
    assert_eq!(cells(text.as_bytes()), wanted);
}

#[test]
fn a_list_and_a_framed_table_are_rows_of_cells() {
    let wanted = [["Stockholm", "1 267 100 000"], ["Västra Götaland", "900 000"]];
    for text in [
        "* Stockholm: 1 267 100 000\n* Västra Götaland: 900 000\n",
        "- Stockholm 1 267 100 000 kr\n- Västra Götaland 900 000 kr\n",
        "• Stockholm: 1 267 100 000 kronor\n• Västra Götaland: 900 000 kronor",
        "| Stockholm | 1 267 100 000 |\n| Västra Götaland | 900 000 |\n",
        "Stockholm | 1 267 100 000\nVästra Götaland | 900 000\n",
    ] {
        assert_eq!(cells(text.as_bytes()), wanted, "{text}");
    }
    let table = read(b"| Region | Belopp |\n|:---|---:|\n| Ale | 1 |\n| Lund | 2 |\n").unwrap();
    let rows: Vec<_> = table.sheets[0].rows.iter().map(|row| (row.number, row.cells.join("/"))).collect();
    let wanted = [(1, "Region/Belopp"), (3, "Ale/1"), (4, "Lund/2")];
    assert_eq!(rows, wanted.map(|(row, cells)| (row, cells.to_owned())));
}

#[test]
fn a_share_of_a_workbook_is_the_percentage_that_it_shows() {
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        let shown = |format: &str| Format::new().set_num_format(format);
        sheet.write_with_format(0, 0, 0.004_764_616, &shown("0.00%")).unwrap();
        sheet.write_with_format(0, 1, 0.37, &shown("0%")).unwrap();
        sheet.write_with_format(0, 2, 1, &shown("0.0 %;-0.0 %")).unwrap();
        sheet.write_with_format(0, 3, 0.37, &shown("0.00")).unwrap();
        sheet.write_with_format(0, 4, "Andel", &shown("0.00%")).unwrap();
        // A sign that is only shown.
        sheet.write_with_format(0, 5, 0.37, &shown("0.00\" %\"")).unwrap();
        sheet.write_with_format(0, 6, 0.38, &shown("0.00\\%")).unwrap();
    });
    assert_eq!(cells(&bytes), [["0,48 %", "37 %", "100,0 %", "0,37", "Andel", "0,37", "0,38"]]);
}

#[test]
fn a_quotation_mark_without_an_end_is_named() {
    let text = "Kommun;Belopp\nAle;1\n\"Lund;2\nÅre;3\n";
    assert_eq!(read(text.as_bytes()), Err(NotATable::OpenQuote { row: 3 }));
    assert_eq!(cells("Kommun;kr\nBy \"Ale\";1\n".as_bytes())[1], ["By \"Ale\"", "1"]);
}

#[test]
fn a_workbook_is_read_as_it_is_shown() {
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.set_name("Fördelning").unwrap();
        sheet.write(2, 1, "Kod").unwrap();
        sheet.write(3, 1, 114).unwrap();
        sheet.write(3, 2, 1_310_223.0).unwrap();
        sheet.write(3, 3, 0.1 + 0.2).unwrap();
        sheet.write(3, 4, true).unwrap();
        sheet.write(3, 5, "  Upplands\u{A0}Väsby ").unwrap();
        sheet.write_formula(4, 2, Formula::new("=1/0").set_result("#DIV/0!")).unwrap();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(5, 2, 44_286, &date).unwrap();
        workbook.add_worksheet().set_name("Tomt").unwrap();
    });
    let table = read(&bytes).unwrap();
    let names: Vec<_> = table.sheets.iter().map(|sheet| (sheet.name.as_str(), sheet.rows.len())).collect();
    assert_eq!(names, [("Fördelning", 4), ("Tomt", 0)]);
    let rows: Vec<_> =
        table.sheets[0].rows.iter().map(|row| (row.number, row.cells[1..].join("|"))).collect();
    assert_eq!(rows[0], (3, "Kod".to_owned()));
    assert_eq!(rows[1], (4, "114|1310223|0,3|SANT|Upplands\u{A0}Väsby".to_owned()));
    assert_eq!(rows[2], (5, "|#DIV/0!".to_owned()));
    assert_eq!(rows[3], (6, "|2021-03-31".to_owned()));
}

#[test]
fn what_a_workbook_hides_is_not_read_but_told() {
    let bytes = workbook(|workbook| {
        workbook.add_worksheet().set_name("Gammal").unwrap().set_hidden(true).write(0, 0, "Kommun").unwrap();
        workbook
            .add_worksheet()
            .set_name("Mycket")
            .unwrap()
            .set_very_hidden(true)
            .write(0, 0, "Kommun")
            .unwrap();
        let sheet = workbook.add_worksheet();
        sheet.set_name("Tabell").unwrap().set_active(true);
        for row in 0..12 {
            sheet.write_row(row, 0, ["Ale", "1", "hemligt"]).unwrap();
        }
        for row in [3, 7, 8, 9] {
            sheet.set_row_hidden(row).unwrap();
        }
        // Nothing is in it.
        sheet.set_row_hidden(40).unwrap();
        sheet.set_column_hidden(2).unwrap();
        sheet.set_column_hidden(9).unwrap();
    });
    let table = read(&bytes).unwrap();
    let [sheet] = table.sheets.as_slice() else { panic!("{:?}", table.sheets) };
    assert_eq!(sheet.name, "Tabell");
    let numbers: Vec<usize> = sheet.rows.iter().map(|row| row.number).collect();
    assert_eq!(numbers, [1, 2, 3, 5, 6, 7, 11, 12]);
    assert!(sheet.rows.iter().all(|row| row.cells == ["Ale", "1"]));
    assert_eq!(sheet.hidden().unwrap(), "I bladet Tabell är raderna 4, 8–10 och kolumnen C dolda.");
    assert_eq!(table.told, ["Bladen Gammal, Mycket är dolda och lästes inte."]);
}

#[test]
fn a_workbook_that_hides_all_it_has_is_no_table() {
    let hidden_sheet = workbook(|workbook| {
        workbook.add_worksheet();
        workbook.add_worksheet().set_name("Tabell").unwrap().set_hidden(true).write(0, 0, "Kommun").unwrap();
    });
    assert_eq!(read(&hidden_sheet), Err(NotATable::OnlyHidden { sheets: vec!["Tabell".to_owned()] }));
    let hidden_row = workbook(|workbook| {
        workbook.add_worksheet().write(0, 0, "Kommun").unwrap().set_row_hidden(0).unwrap();
    });
    assert!(read(&hidden_row).unwrap_err().to_string().contains("raden 1 dold. Visa"));
}

#[test]
fn a_formula_that_nobody_has_reckoned_is_told() {
    let none =
        with_cells("<c r=\"A1\"><v>1</v></c><c r=\"B1\"><f>A1*2</f><v></v></c><c r=\"C1\"><f>A1*3</f></c>");
    let refused = NotATable::NotReckoned { sheet: "Sheet1".to_owned(), cell: "B1".to_owned(), others: 1 };
    assert_eq!(read(&none), Err(refused));
    // What comes to an empty text has come to something.
    let empty = with_cells("<c r=\"A1\"><v>1</v></c><c r=\"B1\" t=\"str\"><f>IF(A1,\"\")</f><v></v></c>");
    assert_eq!(cells(&empty), [["1"]]);
}

/// A workbook whose first row has the cells as they are written.
fn with_cells(cells: &str) -> Vec<u8> {
    let bytes = workbook(|workbook| {
        workbook.add_worksheet();
    });
    let sheet = format!("<worksheet><sheetData><row r=\"1\">{cells}</row></sheetData></worksheet>");
    with_part(bytes, "xl/worksheets/sheet1.xml", |_| sheet.clone().into_bytes())
}

/// The same file with one of its parts changed.
fn with_part(bytes: Vec<u8>, changed: &str, change: impl Fn(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for name in names {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut archive.by_name(&name).unwrap(), &mut content).unwrap();
        parts.push((name.clone(), if name == changed { change(content) } else { content }));
    }
    let parts: Vec<(&str, &[u8])> =
        parts.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    zipped(&parts)
}

#[test]
fn letters_of_another_encoding_are_told_with_a_sample() {
    let mac = encoding_rs::MACINTOSH.encode("Kommun;Belopp\nGöteborg;1\nÅre;2\n").0.into_owned();
    let table = read(&mac).unwrap();
    assert_eq!(table.sheets[0].rows[1].cell(0), "Göteborg");
    assert!(table.told[0].contains("Mac OS Roman: ”Göteborg”, ”Åre”"), "{:?}", table.told);
    assert_eq!(read("Kommun;Belopp\nGöteborg;1\n".as_bytes()).unwrap().told, Vec::<String>::new());
    let unsure = read(b"Kommun;Belopp\n\xC1\xE8\xDE\xED\xE1;1\n").unwrap_err();
    assert!(matches!(unsure, NotATable::UnsureLetters { .. }), "{unsure}");
}

#[test]
fn what_is_no_table_is_refused_with_what_it_is() {
    let compound = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600], &name].concat()
    };
    let empty_book = workbook(|workbook| {
        workbook.add_worksheet();
    });
    for (bytes, refused) in [
        (Vec::new(), NotATable::Empty),
        (b" \n;;\n\xC2\xA0".to_vec(), NotATable::Empty),
        (empty_book, NotATable::Empty),
        (vec![b'a'; MAX_BYTES + 1], NotATable::TooLarge),
        (compound("Workbook"), NotATable::OldWorkbook),
        (compound("EncryptedPackage"), NotATable::Password),
        (compound("WordDocument"), NotATable::TextDocument),
        (b"%PDF-1.7\n%...".to_vec(), NotATable::Pdf),
        (b"\x89PNG\r\n\x1A\n0000".to_vec(), NotATable::Picture),
        (b"<!DOCTYPE html><html><table>".to_vec(), NotATable::WebPage),
        (zipped(&[("a.csv", b"a;b")]), NotATable::Archive),
        (zipped(&[("xl/workbook.bin", b"")]), NotATable::BinaryWorkbook),
        (zipped(&[("word/document.xml", b"")]), NotATable::TextDocument),
        (zipped(&[("mimetype", b""), ("META-INF/manifest.xml", b"")]), NotATable::OpenDocument),
        (zipped(&[("xl/workbook.xml", b"<a>")]), NotATable::Broken),
        (b"PK\x03\x04 and nothing".to_vec(), NotATable::Broken),
        (b"Kommun;Belopp\0\x01".to_vec(), NotATable::Unknown),
    ] {
        assert_eq!(read(&bytes), Err(refused));
    }
}

#[test]
fn sizes_are_bounded() {
    let rows = "Ale;1\n".repeat(MAX_ROWS + 1);
    assert_eq!(read(rows.as_bytes()), Err(NotATable::TooManyRows { sheet: String::new() }));
    let lines = "a\n".repeat(MAX_BYTES / 2);
    assert_eq!(read(lines.as_bytes()), Err(NotATable::TooManyRows { sheet: String::new() }));
    let columns = "Ale;1\n".to_owned() + &"1;".repeat(MAX_COLUMNS) + "1\n";
    assert_eq!(read(columns.as_bytes()), Err(NotATable::TooManyColumns { sheet: String::new(), row: 2 }));
    let far = workbook(|workbook| {
        workbook.add_worksheet().write(3, 100, 1).unwrap();
    });
    assert_eq!(read(&far), Err(NotATable::TooManyColumns { sheet: "Sheet1".to_owned(), row: 4 }));
    let sheets = workbook(|workbook| {
        (0..=MAX_SHEETS).for_each(|_| {
            workbook.add_worksheet();
        });
    });
    assert_eq!(read(&sheets), Err(NotATable::TooManySheets { found: MAX_SHEETS + 1 }));
    let bomb = zipped(&[("xl/workbook.xml", &vec![b' '; 33 * 1024 * 1024])]);
    assert!(bomb.len() < 1024 * 1024);
    assert_eq!(read(&bomb), Err(NotATable::UnpacksTooLarge));
    let names: Vec<String> = (0..1_001).map(|part| format!("{part}.xml")).collect();
    let parts: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(read(&zipped(&parts)), Err(NotATable::TooManyParts { found: 1_001 }));
    let repeated = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        let long = "a".repeat(30_000);
        (0..1_000).for_each(|row| {
            sheet.write(row, 0, &long).unwrap();
        });
    });
    assert_eq!(read(&repeated), Err(NotATable::TooMuchText));
}

/// Rows of the same width, no cell with blanks around it, no row empty.
fn any_table(cell: &'static str) -> impl Strategy<Value = Vec<Vec<String>>> {
    let row = move |width| prop::collection::vec(cell, width);
    (2..6_usize).prop_flat_map(move |width| prop::collection::vec(row(width), 1..12)).prop_filter_map(
        "blank",
        |rows| {
            let trim = |cell: &String| cell.trim_matches(is_blank).to_owned();
            let rows: Vec<Vec<String>> = rows.iter().map(|row| row.iter().map(trim).collect()).collect();
            rows.iter().all(|row| row.iter().all(|cell| !cell.is_empty())).then_some(rows)
        },
    )
}

fn csv(rows: &[Vec<String>], separator: u8, quotes: csv::QuoteStyle) -> Vec<u8> {
    let mut writer =
        csv::WriterBuilder::new().delimiter(separator).quote_style(quotes).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

const PLAIN: &str = "[A-Za-zåäöÅÄÖé0-9 :.()%-]{1,12}";
const ANYTHING: &str = "[A-Za-zåäöÅÄÖé0-9 ;,\t\"\n.'-]{1,12}";

proptest! {
    #[test]
    fn text_is_read_back_whatever_the_separator_and_the_encoding(
        rows in any_table(PLAIN), separator in prop::sample::select(vec![b'\t', b';', b',']), encoding in 0..3,
    ) {
        let utf_8 = csv(&rows, separator, csv::QuoteStyle::Necessary);
        let bytes = match encoding {
            0 => utf_8,
            1 => [b"\xEF\xBB\xBF", utf_8.as_slice()].concat(),
            _ => WINDOWS_1252.encode(str::from_utf8(&utf_8).unwrap()).0.into_owned(),
        };
        prop_assert_eq!(cells(&bytes), rows);
    }

    #[test]
    fn quoted_text_is_read_back_whatever_is_in_it(
        rows in any_table(ANYTHING), separator in prop::sample::select(vec![b'\t', b';', b',']),
    ) {
        prop_assert_eq!(cells(&csv(&rows, separator, csv::QuoteStyle::Always)), rows);
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000), start in 0..4_usize) {
        let magic: [&[u8]; 4] = [b"", b"PK\x03\x04", b"\xFF\xFE", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"];
        let _ = read(&[magic[start], bytes.as_slice()].concat());
    }
}

// A workbook takes its time to write.
proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_workbook_is_read_back(rows in any_table(ANYTHING)) {
        let bytes = workbook(|workbook| {
            let sheet = workbook.add_worksheet();
            for (at, row) in rows.iter().enumerate() {
                sheet.write_row(u32::try_from(at).unwrap(), 0, row).unwrap();
            }
        });
        prop_assert_eq!(cells(&bytes), rows);
    }

    #[test]
    fn whole_numbers_come_as_they_were_typed(number in 0..1_000_000_000_000_i64) {
        let bytes = workbook(|workbook| {
            workbook.add_worksheet().write(0, 0, number).unwrap();
        });
        prop_assert_eq!(cells(&bytes), [[number.to_string()]]);
    }

    #[test]
    fn no_damaged_workbook_panics(
        part in 0..5_usize, at in any::<prop::sample::Index>(), instead in prop::collection::vec(any::<u8>(), 0..6),
        cut in 0..20_usize,
    ) {
        let _ = read(&damaged(part, at, &instead, cut));
    }
}

/// An ordinary workbook with some bytes of one of its parts exchanged.
fn damaged(part: usize, at: prop::sample::Index, instead: &[u8], cut: usize) -> Vec<u8> {
    const PARTS: [&str; 5] = [
        "xl/worksheets/sheet1.xml",
        "xl/sharedStrings.xml",
        "xl/styles.xml",
        "xl/workbook.xml",
        "xl/_rels/workbook.xml.rels",
    ];
    let bytes = workbook(|workbook| {
        let sheet = workbook.add_worksheet();
        sheet.write(0, 0, "Kommun").unwrap();
        sheet.write(1, 0, "Ale").unwrap();
        sheet.write(1, 1, 381_308).unwrap();
        let date = Format::new().set_num_format("yyyy-mm-dd");
        sheet.write_with_format(2, 1, 44_286, &date).unwrap();
    });
    with_part(bytes, PARTS[part], |mut content| {
        let from = at.index(content.len());
        let to = (from + cut).min(content.len());
        content.splice(from..to, instead.iter().copied());
        content
    })
}

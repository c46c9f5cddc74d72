use lopdf::Object;
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    letter::tests::letters,
    sheet::{
        Field, FieldValue, PaymentSlip,
        tests::{
            assert_says, issued_at, open, print, receipt, requisition, requisition_saying, slip, squeezed,
            text,
        },
    },
};

#[test]
fn the_same_data_gives_the_same_bytes() {
    let form = requisition(FieldValue::Handwritten);
    let first = form.to_pdf(issued_at()).unwrap();
    let first_slip = slip().to_pdf(issued_at()).unwrap();
    receipt().to_pdf(issued_at()).unwrap();
    comemo::evict(0);
    assert!(first == form.to_pdf(issued_at()).unwrap());
    assert!(first_slip == slip().to_pdf(issued_at()).unwrap());
    let later = issued_at() + chrono::Duration::seconds(1);
    assert!(first != form.to_pdf(later).unwrap());
}

#[test]
fn documents_made_at_the_same_time_do_not_mix() {
    let alone: Vec<_> = ["Ale", "Åre"].map(requisition_saying).iter().map(print).collect();
    let threads: Vec<_> = (0..8)
        .map(|turn| std::thread::spawn(move || print(&requisition_saying(["Ale", "Åre"][turn % 2]))))
        .collect();
    for (turn, thread) in threads.into_iter().enumerate() {
        assert!(thread.join().unwrap() == alone[turn % 2]);
    }
}

#[test]
fn the_file_claims_pdf_a_2a_and_ua_1_and_carries_what_they_need() {
    for (pdf, number) in [
        (print(&requisition(FieldValue::Handwritten)), "AO22-1440-R1"),
        (receipt().to_pdf(issued_at()).unwrap(), "AO22-1440-R1"),
        (slip().to_pdf(issued_at()).unwrap(), "AO21-1440-E1"),
        (letters("AO22-1440-V").to_pdf(issued_at()).unwrap(), "AO22-1440-V"),
    ] {
        let document = open(&pdf);
        let catalog = document.catalog().unwrap();

        let metadata = catalog.get(b"Metadata").and_then(Object::as_reference).unwrap();
        let stream = document.get_object(metadata).and_then(Object::as_stream).unwrap();
        let xmp = String::from_utf8(stream.get_plain_content().unwrap()).unwrap();
        for claim in [
            "<pdfaid:part>2</pdfaid:part>",
            "<pdfaid:conformance>A</pdfaid:conformance>",
            "<pdfuaid:part>1</pdfuaid:part>",
            "<xmp:CreateDate>2022-11-03T13:05:12+00:00</xmp:CreateDate>",
            number,
        ] {
            assert!(xmp.contains(claim), "{claim} is missing in {xmp}");
        }

        assert_eq!(catalog.get(b"Lang").and_then(Object::as_str).unwrap(), b"sv-SE");
        for needed in ["StructTreeRoot", "OutputIntents", "Outlines"] {
            assert!(catalog.has(needed.as_bytes()), "no {needed}");
        }
        let preferences = document.get_dict_in_dict(catalog, b"ViewerPreferences").unwrap();
        assert!(preferences.get(b"DisplayDocTitle").and_then(Object::as_bool).unwrap());
        let mark = document.get_dict_in_dict(catalog, b"MarkInfo").unwrap();
        assert!(mark.get(b"Marked").and_then(Object::as_bool).unwrap());
        for object in document.objects.values() {
            let Ok(font) = object.as_dict() else { continue };
            if font.has_type(b"FontDescriptor") {
                assert!(font.has(b"FontFile2") || font.has(b"FontFile3"));
            }
            if font.get(b"Subtype").and_then(Object::as_name).ok() == Some(b"Type0") {
                assert!(font.has(b"ToUnicode"));
            }
        }
    }
}

#[test]
fn what_a_user_typed_is_printed_letter_by_letter() {
    let typed = r##"#panic("x") *bold* _it_ $x^2$ @x \ \\ "#sys.version `raw` <x> // -- ~ 'q'"##;
    for typed in [typed, "= Rubrik", "- punkt", "+ 1", "/ a: b", "[#eval(\"1+1\")]", "\"); #panic("] {
        assert_says(&print(&requisition_saying(typed)), &[typed]);
    }
}

#[test]
fn a_word_longer_than_the_line_is_printed_whole() {
    let word = "Välfärdsteknik".repeat(40);
    assert_says(&print(&requisition_saying(&word)), &[&word]);
}

#[test]
fn text_longer_than_a_page_runs_on() {
    let long = (1..=1500).map(|number| format!("avvikelse{number} ")).collect::<String>();
    let mut form = requisition(FieldValue::Handwritten);
    form.sections[1].fields.push(Field::text("Avvikelser", &long));
    let pdf = print(&form);
    assert!(open(&pdf).get_pages().len() > 2);
    assert_says(&pdf, &["avvikelse1500", "Sida 3 av"]);
}

#[test]
fn a_character_the_fonts_lack_becomes_a_square_and_the_document_says_so() {
    let pdf = print(&requisition_saying("Bo 🙂 中 \u{e000}\u{0}\u{202e}\u{fffe} slut"));
    let said = "Bo □ (emoji) □ (kinesisk skrift) □ (tecknet U+E000)□ (tecknet U+FFFE) slut";
    assert_says(&pdf, &[said, "har ersatts med □"]);
    let runs = print(&requisition_saying("محمد 😀😀 سلام"));
    assert_says(&runs, &["□□□□ (arabisk skrift) □□ (emoji) □□□□ (arabisk skrift)"]);
}

#[test]
fn letters_and_spaces_of_other_kinds_are_mended_without_a_remark() {
    let pdf = print(&requisition_saying("A\u{30a}sa O\u{308}berg 1\u{202f}000\u{2011}2\tx\r\ny Łódź"));
    assert_says(&pdf, &["Åsa Öberg 1 000-2 x y Łódź"]);
    // Skolt Sámi: the fonts have ǩ in two parts.
    let skolt = print(&requisition_saying("Sää´mǩiõll, ǥ ǧ ʒ ǯ đ ŋ ŧ"));
    assert_says(&skolt, &["Sää´m", "iõll, ǥ ǧ ʒ ǯ đ ŋ ŧ"]);
    assert!(text(&skolt).contains("k\u{30c}") || text(&skolt).contains('ǩ'));
    assert!(!text(&skolt).contains('□'));
    assert!(!text(&pdf).contains(&squeezed("har ersatts")));
}

#[test]
fn every_character_the_fonts_have_can_be_printed() {
    let workshop = WORKSHOP.as_ref().unwrap();
    let all: String = workshop.fonts[0]
        .info()
        .coverage
        .iter()
        .filter_map(char::from_u32)
        .map(|character| format!("{character} "))
        .collect();
    print(&requisition_saying(&all));
}

#[test]
fn the_templates_give_no_warnings() {
    let workshop = WORKSHOP.as_ref().unwrap();
    for (main, data) in [
        (workshop.form, printable_data(&requisition(FieldValue::Handwritten), &workshop.fonts)),
        (workshop.receipt, printable_data(&receipt(), &workshop.fonts)),
        (workshop.slip, printable_data(&slip(), &workshop.fonts)),
        (workshop.letter, printable_data(&letters("Ett brev"), &workshop.fonts)),
    ] {
        let data = Bytes::new(serde_json::to_vec(&data.unwrap()).unwrap());
        let warnings = typst::compile::<PagedDocument>(&Job { workshop, main, data }).warnings;
        assert!(warnings.is_empty(), "{}", describe(&warnings));
    }
}

#[test]
fn data_that_does_not_fit_the_template_is_an_error_with_its_reason() {
    let fault = typeset(Template::Form, &json!({}), "x", issued_at()).unwrap_err();
    assert!(
        matches!(&fault, TypesetError::Typst(reason) if reason.contains("does not contain key")),
        "{fault}"
    );
}

/// A title of nothing that can be seen would be no title.
#[test]
fn what_cannot_be_seen_stops_no_document() {
    for typed in ["\u{7f}", "\u{200b}", "\u{ad}\n", " \u{2060}\u{3000}"] {
        requisition_saying(typed).to_pdf(issued_at()).unwrap();
        letters(typed).to_pdf(issued_at()).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn nothing_anyone_can_type_stops_a_document(typed in "(?s).{1,60}") {
        requisition_saying(&typed).to_pdf(issued_at()).unwrap();
        let said = || typed.clone();
        let basis = vec![Field::text(said(), said()), Field::blank(said())];
        let slip = PaymentSlip { payer: said(), account: said(), amount: said(), note: said(), basis, ..slip() };
        slip.to_pdf(issued_at()).unwrap();
        letters(&typed).to_pdf(issued_at()).unwrap();
    }
}

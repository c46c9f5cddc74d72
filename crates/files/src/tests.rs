use std::io::Write;

use flate2::{Compression, write::ZlibEncoder};
use proptest::prelude::*;

use super::{other::Taken, *};

const PDF: &[u8] = include_bytes!("../../../tests/samples/scan.pdf");
const PNG: &[u8] = include_bytes!("../../../tests/samples/scan.png");
const JPEG: &[u8] = include_bytes!("../../../tests/samples/scan.jpg");

fn opened(bytes: &[u8]) -> Result<Kind, Unreadable> {
    let kind = Kind::of(bytes).expect("a kind that is taken");
    kind.open(bytes).map(|()| kind)
}

#[test]
fn a_whole_file_is_opened() {
    assert_eq!(opened(PDF), Ok(Kind::Pdf));
    assert_eq!(opened(PNG), Ok(Kind::Png));
    assert_eq!(opened(JPEG), Ok(Kind::Jpeg));
    assert_eq!(opened(b"Konto;Belopp\r\n5010;100\r\n"), Ok(Kind::Table));
    let vouchers = b"#FLAGGA 0\r\n#SIETYP 4\r\n#VER A 1 20220101\r\n{\r\n\t#TRANS 5010 {} 100\r\n}\r\n";
    assert_eq!(opened(vouchers), Ok(Kind::Bookkeeping));
}

#[test]
fn a_pdf_may_be_of_any_make() {
    let linearized = include_bytes!("../../../tests/samples/linearized.pdf").as_slice();
    let blank = [PDF, &[b'\n'; 5_000], &[0; 5_000]].concat();
    let marked = [b"\xEF\xBB\xBF", PDF].concat();
    for pdf in [linearized, &blank, &marked] {
        assert_eq!(opened(pdf), Ok(Kind::Pdf));
    }
}

#[test]
fn a_locked_pdf_is_refused_and_one_that_only_may_not_be_changed_is_not() {
    for locked in [
        include_bytes!("../../../tests/samples/locked.pdf").as_slice(),
        include_bytes!("../../../tests/samples/locked-rc4.pdf"),
    ] {
        assert_eq!(opened(locked), Err(Unreadable::Locked));
    }
    for open in [
        include_bytes!("../../../tests/samples/owner-locked.pdf").as_slice(),
        include_bytes!("../../../tests/samples/owner-locked-aes128.pdf"),
        include_bytes!("../../../tests/samples/owner-locked-rc4.pdf"),
    ] {
        assert_eq!(opened(open), Ok(Kind::Pdf));
    }
}

#[test]
fn what_is_cut_or_junk_is_refused() {
    let linearized = include_bytes!("../../../tests/samples/linearized.pdf");
    for pdf in [PDF, linearized] {
        for part in 1..10 {
            let cut = &pdf[..pdf.len() * part / 10];
            assert!(matches!(opened(cut), Err(Unreadable::CutPdf | Unreadable::BrokenPdf)), "{part}");
        }
    }
    assert_eq!(opened(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF"), Err(Unreadable::BrokenPdf));
    assert_eq!(opened(b"%PDF-1.7\nnonsense\n%%EOF\n"), Err(Unreadable::BrokenPdf));
    let without_its_middle = [&PDF[..100], &PDF[200..]].concat();
    assert!(opened(&without_its_middle).is_err());
    let count = PDF.windows(7).position(|window| window == b"Count 1").unwrap();
    let mut empty = PDF.to_vec();
    empty[count + 6] = b'0';
    assert_eq!(opened(&empty), Err(Unreadable::NoPages));
    for picture in [PNG, JPEG] {
        for length in 8..picture.len() {
            assert!(opened(&picture[..length]).is_err(), "{length}");
        }
    }
    let mut changed = PNG.to_vec();
    changed[50] ^= 1;
    assert_eq!(opened(&changed), Err(Unreadable::BrokenPicture));
    let cut = b"#FLAGGA 0\r\n#SIETYP 4\r\n#VER A 1 20220101\r\n{\r\n\t#TRANS 5010 {} 100";
    assert_eq!(opened(cut), Err(Unreadable::CutBookkeeping));
    let without_its_sum = b"#FLAGGA 0\r\n#KSUMMA\r\n#SIETYP 4\r\n#KONTO 5010 Hyra\r\n";
    assert_eq!(opened(without_its_sum), Err(Unreadable::CutBookkeeping));
    assert_eq!(opened(b"#FLAGGA 0\r\nnonsense"), Err(Unreadable::BrokenBookkeeping));
}

#[test]
fn a_picture_may_have_more_after_its_end() {
    assert_eq!(opened(&[JPEG, b"what a telephone adds"].concat()), Ok(Kind::Jpeg));
    assert_eq!(opened(&[PNG, b"\n"].concat()), Ok(Kind::Png));
}

/// A PDF with one stream of objects, as large as is said, under the dictionary's further keys.
fn with_object_stream(unpacked: &[u8], keys: &str) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    packed.write_all(unpacked).unwrap();
    let packed = packed.finish().unwrap();
    let head = format!("9 0 obj\n<</N 1/Length {}{keys}>>\nstream\n", packed.len());
    [b"%PDF-1.7\n", head.as_bytes(), &packed, b"\nendstream\nendobj\n", &PDF[9..]].concat()
}

#[test]
fn what_a_pdf_unpacks_to_is_bounded() {
    let large = vec![b' '; 40 * 1024 * 1024];
    let many = b"0 ".repeat(1_000_000);
    for keys in ["/Type/ObjStm/First 4/Filter/FlateDecode", "/#46irst 4/Filter/#46lateDecode"] {
        assert_eq!(opened(&with_object_stream(&large, keys)), Err(Unreadable::BrokenPdf));
        assert_eq!(opened(&with_object_stream(&many, keys)), Err(Unreadable::BrokenPdf));
    }
    let twice = "/Type/ObjStm/First 4/Filter[/FlateDecode/FlateDecode]";
    assert_eq!(opened(&with_object_stream(b"0 0 0", twice)), Err(Unreadable::BrokenPdf));
    let within = format!("%PDF-1.7\n1 0 obj\n[(endobj) {}]\nendobj\n%%EOF", "0 ".repeat(600_000));
    assert_eq!(opened(within.as_bytes()), Err(Unreadable::BrokenPdf));
}

#[test]
fn another_kind_is_called_by_its_name() {
    let told = |bytes: &[u8]| {
        assert_eq!(Kind::of(bytes).filter(|kind| kind.is_scan()), None, "{bytes:?}");
        other::refusal(bytes, Taken::Scans)
    };
    let compound = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1".as_slice(), &[0; 600], &name].concat()
    };
    for (bytes, what, advice) in [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "iPhone (HEIC)", "JPEG eller PDF"),
        (b"RIFF\x24\0\0\0WEBPVP8 ".to_vec(), "WebP", "JPEG eller PDF"),
        (b"GIF89a\x01\0\x01\0\0\0\0;".to_vec(), "GIF", "JPEG eller PDF"),
        (b"II*\0\x08\0\0\0\0\0".to_vec(), "TIFF", "JPEG eller PDF"),
        (zipped("word/document.xml"), "DOCX", "som PDF"),
        (zipped("xl/workbook.xml"), ".xlsx", "som PDF"),
        (zipped("ppt/presentation.xml"), "PPTX", "som PDF"),
        (zipped("Index/Document.iwa"), "Pages", "som PDF"),
        (zipped("skan.pdf"), "zip-arkiv", "Packa upp"),
        (b"PK\x03\x04\x14\0\0\0zip".to_vec(), "avklippt", "på nytt"),
        (compound("EncryptedPackage"), "lösenord", "ta bort lösenordet"),
        (compound("WordDocument"), ".doc", "som PDF"),
        (compound("Workbook"), ".xls", "som PDF"),
        (compound("__substg1.0_0037001F"), "e-brev", "bifogat"),
        (b"{\\rtf1\\ansi text}".to_vec(), "RTF", "som PDF"),
        (b"<!DOCTYPE html><html>".to_vec(), "webbsida", "som PDF"),
        (b"<svg xmlns=\"http://www.w3.org/2000/svg\">".to_vec(), "SVG", "JPEG eller PDF"),
        (b"From: a\r\nMIME-Version: 1.0\r\n".to_vec(), "e-brev", "bifogat"),
        (b"En rad text.\n".to_vec(), "textfil", "som PDF"),
        (b"MZ\x90\0program".to_vec(), "program", "Välj en PDF"),
    ] {
        let told = told(&bytes);
        assert!(told.contains(what) && told.contains(advice), "{told}");
    }
    let data = other::refusal(&zipped("word/document.xml"), Taken::Data);
    assert!(data.contains("DOCX"), "{data}");
}

fn zipped(part: &str) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    archive.start_file(part, zip::write::SimpleFileOptions::default()).unwrap();
    archive.finish().unwrap().into_inner()
}

#[test]
fn data_is_a_workbook_a_table_or_a_bookkeeping_file() {
    let workbook = rust_xlsxwriter::Workbook::new().save_to_buffer().unwrap();
    assert_eq!(opened(&workbook), Ok(Kind::Workbook));
    assert_eq!(Kind::of(&workbook[..workbook.len() / 2]), None);
    for none in ["<html>a,b</html>", "MZ\0program", "en rad", "\u{1}a;b"] {
        assert_eq!(Kind::of(none.as_bytes()), None, "{none:?}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(
        start in 0..4_usize, from in any::<prop::sample::Index>(), instead in prop::collection::vec(any::<u8>(), 0..40),
        cut in 0..60_usize,
    ) {
        let mut bytes =
            [PDF, PNG, JPEG, include_bytes!("../../../tests/samples/owner-locked.pdf").as_slice()][start].to_vec();
        let from = from.index(bytes.len());
        let to = (from + cut).min(bytes.len());
        bytes.splice(from..to, instead);
        if let Some(kind) = Kind::of(&bytes) {
            let _ = kind.open(&bytes);
        }
    }
}

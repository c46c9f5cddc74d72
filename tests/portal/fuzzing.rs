//! Every parser that the outside can reach, given what nobody would write: it answers, and nothing else happens.
//!
//! A seed is mutated over and over. FUZZ_SECONDS is how long for each parser (half a second when it is not set); each says how
//! many it tried. What was found is kept as a test of its own where the parser is.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use bidragsporten::{
    desks::{dashboard, saved_view},
    terms::agreement,
};
use values::{Bankgiro, Diarienummer, Email, Ocr, OrganisationNumber, Plusgiro, PostalAddress, Telephone};

use crate::portal::Portal;

/// Parts that parsers are known to stumble on.
const PIECES: [&[u8]; 24] = [
    b"",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\"",
    b"'",
    b";",
    b",",
    b"\t",
    b"&",
    b"=",
    b"%",
    b"%00",
    b"%ff",
    b"--",
    b"1e999",
    b"-0",
    b"9999999999999999999999",
    b"\xf0\x9f\x92\xa9",
    b"\xcc\x81",
    b"../",
    b"<x>",
    b"{{7*7}}",
];

/// xorshift64*: the same run every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let thrown = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(thrown).unwrap() % count.max(1)
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len() + 1);
        match self.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => {
                let from = self.below(bytes.len() + 1).min(at);
                let again = bytes[from..at].to_vec();
                bytes.splice(at..at, again);
            }
            _ => drop(bytes.splice(at..at, PIECES[self.below(PIECES.len())].iter().copied())),
        }
        bytes.truncate(200_000);
    }
}

fn time() -> Duration {
    let seconds = std::env::var("FUZZ_SECONDS").ok().and_then(|seconds| seconds.parse().ok());
    Duration::from_secs_f64(seconds.unwrap_or(0.5))
}

/// None takes longer than this, however it is made.
const PATIENCE: Duration = Duration::from_secs(5);

fn fuzz(name: &str, seeds: &[&[u8]], mut parse: impl FnMut(&[u8])) {
    let (mut dice, began, mut count) = (Dice(0x5EED), Instant::now(), 0_u64);
    while began.elapsed() < time() {
        let mut bytes = seeds[dice.below(seeds.len())].to_vec();
        for _ in 0..=dice.below(8) {
            dice.mutate(&mut bytes);
        }
        let one = Instant::now();
        parse(&bytes);
        assert!(one.elapsed() < PATIENCE, "{name} took {:?} for {bytes:?}", one.elapsed());
        count += 1;
    }
    println!("{name}: {count} in {:.1} s", began.elapsed().as_secs_f64());
    assert!(count > 0);
}

fn text(parse: impl Fn(&str)) -> impl Fn(&[u8]) {
    move |bytes| parse(&String::from_utf8_lossy(bytes))
}

#[test]
fn what_is_typed_in_a_field() {
    let amounts: &[&[u8]] =
        &[b"1 310 223", b"381 308 kr", b"1.310,50", "1\u{a0}310\u{202f}223,00".as_bytes()];
    fuzz(
        "amounts",
        amounts,
        text(|typed| {
            let _ = black_box((values::parse_kronor(typed, ""), values::parse_amount(typed, "")));
        }),
    );
    let numbers: &[&[u8]] = &[
        b"212000-1439",
        b"991-2346",
        b"4 17 09-8",
        b"S2020/04363/SOF",
        b"0303-70 30 00",
        b"a@ale.example",
        b"449 80",
    ];
    fuzz(
        "numbers",
        numbers,
        text(|typed| {
            let _ =
                black_box((OrganisationNumber::parse(typed), Bankgiro::parse(typed), Plusgiro::parse(typed)));
            let _ = black_box((Diarienummer::parse(typed), Email::parse(typed), Ocr::parse(typed)));
            let _ = black_box((Telephone::parse(typed), PostalAddress::parse(typed, typed, typed)));
        }),
    );
    let days: &[&[u8]] = &[b"2022-12-01", b"2020-02-29", b"31/12 2022"];
    fuzz(
        "dates",
        days,
        text(|typed| {
            let _ = black_box(typed.trim().parse::<chrono::NaiveDate>());
        }),
    );
}

#[test]
fn addresses_and_views() {
    let seeds: &[&[u8]] =
        &[b"/oversikt/aldreomsorg-2022?sok=ale&sortera=-belopp", b"sok=%C3%A5&lage=inlamnad&sida=2"];
    fuzz(
        "views",
        seeds,
        text(|typed| {
            let _ = black_box(saved_view::Address::parse(typed));
            let _ = black_box(serde_html_form::from_str::<Vec<(String, String)>>(typed));
            let _ = black_box(dashboard::State::parse(typed));
        }),
    );
}

#[test]
fn tables_and_definitions() {
    let csv = include_bytes!("../../agreements/aldreomsorg-2022/allocation.csv");
    let toml = include_bytes!("../../agreements/aldreomsorg-2022/agreement.toml");
    let workbook = workbook();
    fuzz("CSV", &[&csv[..2_000], b"Kommun;Belopp\r\nAle;1 000\r\n"], |bytes| {
        let _ = black_box(files::reading::read(bytes));
    });
    fuzz("XLSX", &[&workbook], |bytes| {
        let _ = black_box(files::reading::read(bytes));
    });
    fuzz("agreement.toml", &[toml], text(|text| drop(black_box(agreement::definition::parse("a", text)))));
}

fn workbook() -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    for (row, name) in ["Kommun", "Ale", "Alingsås"].into_iter().enumerate() {
        sheet.write(u32::try_from(row).unwrap(), 0, name).unwrap();
        sheet.write(u32::try_from(row).unwrap(), 1, 381_308.0).unwrap();
    }
    book.save_to_buffer().unwrap()
}

/// Over the wire, since what reads them is the server's.
#[test]
fn forms_and_files_as_they_are_sent() {
    let portal = Portal::new();
    let preparer = portal.preparer("Ale");
    let issued = crate::journeys::issue(&preparer, "bas", "10 000").form("/inskannad");
    let (csrf, revision) = (issued.value_of("csrf"), issued.value_of("revision"));
    let multipart = format!(
        "--x\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{csrf}\r\n--x\r\ncontent-disposition: form-data; \
         name=\"revision\"\r\n\r\n{revision}\r\n--x\r\ncontent-disposition: form-data; name=\"file\"; \
         filename=\"a.pdf\"\r\n\r\n%PDF-1.4\r\n--x--\r\n"
    );
    let sent = |kind: &'static str, action: String| {
        let preparer = &preparer;
        move |bytes: &[u8]| {
            let status = preparer.post(&action, kind, bytes).status;
            assert!(status < 500, "{status} for {:?}", String::from_utf8_lossy(bytes));
        }
    };
    fuzz(
        "multipart",
        &[multipart.as_bytes()],
        sent("multipart/form-data; boundary=x", issued.action().to_owned()),
    );
    let form = format!("csrf={csrf}&organisation=0190-x&amount=1+000&hallet=%5B%5D&till=%2Fbidrag");
    fuzz("forms", &[form.as_bytes()], sent("application/x-www-form-urlencoded", "/organisation".to_owned()));
    preparer.get("/bidrag").expect_status(200);
}

use encoding_rs::{MACINTOSH, WINDOWS_1252};

use super::*;

const LIST: &str =
    "Orgnr;Bolag;Enhet\n556016-0680;Vårdbolaget AB;Södra enheten\n556016-0680;Åsa Öberg;Ängen\n";

fn page(bytes: &[u8]) -> (Option<CodePage>, String) {
    let read = read(bytes).unwrap();
    (read.code_page, read.text)
}

/// In DOS's way of writing the Swedish letters.
fn dos(text: &str) -> Vec<u8> {
    let letters = [('å', 0x86), ('ä', 0x84), ('ö', 0x94), ('Å', 0x8F), ('Ä', 0x8E), ('Ö', 0x99), ('é', 0x82)];
    let byte = |c: char| letters.iter().find(|(letter, _)| *letter == c).map_or(c as u8, |(_, byte)| *byte);
    text.chars().map(byte).collect()
}

#[test]
fn an_encoding_is_known_by_the_letters_that_come_out() {
    let mac = |text: &str| MACINTOSH.encode(text).0.into_owned();
    let windows = |text: &str| WINDOWS_1252.encode(text).0.into_owned();
    for text in [
        LIST,
        "Kommun;Belopp\nSödertälje;1\n",
        "Hemtjänst väst;2",
        "Åre;1",
        "Öckerö;1",
        "Ängelholm;1",
        "Vårgårda;1",
    ] {
        assert_eq!(page(&windows(text)), (Some(CodePage::Windows1252), text.to_owned()));
        assert_eq!(page(&mac(text)), (Some(CodePage::MacRoman), text.to_owned()));
        assert_eq!(page(&dos(text)), (Some(CodePage::Cp437), text.to_owned()));
        assert_eq!(page(text.as_bytes()), (None, text.to_owned()));
        for (order, mark) in
            [(u16::to_le_bytes as fn(u16) -> [u8; 2], [0xFF, 0xFE]), (u16::to_be_bytes, [0xFE, 0xFF])]
        {
            let bare: Vec<u8> = text.encode_utf16().flat_map(order).collect();
            assert_eq!(page(&bare).1, text);
            assert_eq!(page(&[mark.as_slice(), &bare].concat()).1, text);
        }
    }
    for text in ["Ale;381\u{A0}308", "2020–2022;m.m…", "Enheten ”Solen”;1", "Renée Muñoz;Café", "100 €;½"]
    {
        assert_eq!(page(&windows(text)), (Some(CodePage::Windows1252), text.to_owned()));
    }
}

#[test]
fn letters_that_could_be_others_are_told_in_both_readings() {
    // Greek, in ISO 8859-7.
    let greek = b"Kommun;1\n\xC1\xE8\xDE\xED\xE1;1\n";
    let Err(NotText::Unsure([one, other])) = read(greek) else { panic!("{:?}", read(greek)) };
    assert!(one == "ÁèÞíá" && one != other, "{other}");
    assert_eq!(read(b"Kommun\0\x01\x02"), Err(NotText::Binary));
}

#[test]
fn a_sample_has_the_words_that_are_to_be_looked_at() {
    let read = read(&MACINTOSH.encode(LIST).0).unwrap();
    assert_eq!(read.sample(), ["Vårdbolaget", "Södra", "Åsa"]);
}

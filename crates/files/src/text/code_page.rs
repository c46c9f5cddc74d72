//! The encodings of one byte a letter that Swedish programs write, and which of them a text is in.

use std::fmt;

use encoding_rs::{MACINTOSH, WINDOWS_1252};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CodePage {
    /// Windows, and what Excel calls CSV.
    Windows1252,
    /// A Mac of before 2001, and what Excel for Mac calls CSV.
    MacRoman,
    /// DOS, and SIE.
    Cp437,
    /// DOS in Western Europe.
    Cp850,
}

/// The upper half of the table of DOS.
const CP437: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ\
     áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐\
     └┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀\
     αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{A0}";
/// The same of DOS in Western Europe.
const CP850: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ\
     áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐\
     └┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
     ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{AD}±‗¾¶§÷¸°¨·¹³²■\u{A0}";

impl CodePage {
    /// The likeliest first.
    const ALL: [Self; 4] = [Self::Windows1252, Self::MacRoman, Self::Cp437, Self::Cp850];

    /// The letters of the bytes from 0x80.
    fn upper(self) -> Vec<char> {
        let bytes: Vec<u8> = (0x80..=0xFF).collect();
        match self {
            Self::Windows1252 => WINDOWS_1252.decode_without_bom_handling(&bytes).0.chars().collect(),
            Self::MacRoman => MACINTOSH.decode_without_bom_handling(&bytes).0.chars().collect(),
            Self::Cp437 => CP437.chars().collect(),
            Self::Cp850 => CP850.chars().collect(),
        }
    }

    fn read(self, bytes: &[u8]) -> String {
        let upper = self.upper();
        bytes.iter().map(|byte| letter(*byte, &upper)).collect()
    }
}

impl fmt::Display for CodePage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Windows1252 => "Windows-1252",
            Self::MacRoman => "Mac OS Roman",
            Self::Cp437 => "CP437 (DOS)",
            Self::Cp850 => "CP850 (DOS)",
        })
    }
}

fn letter(byte: u8, upper: &[char]) -> char {
    if byte < 0x80 {
        return char::from(byte);
    }
    upper.get(usize::from(byte) - 0x80).copied().unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// The text in the encoding in which its letters are likeliest.
///
/// # Errors
/// The two likeliest readings, when neither is likelier or no reading is likely.
pub fn read(bytes: &[u8]) -> Result<(String, CodePage), [String; 2]> {
    let mut readings: Vec<(usize, CodePage)> =
        CodePage::ALL.into_iter().map(|page| (oddity(bytes, &page.upper()), page)).collect();
    readings.sort_by_key(|(oddity, _)| *oddity);
    let (least, best) = readings[0];
    let text = best.read(bytes);
    let upper_bytes = bytes.iter().filter(|byte| **byte >= 0x80).count();
    let mut others = readings[1..].iter().map(|(oddity, page)| (*oddity, page.read(bytes)));
    let second = others.find(|(_, other)| *other != text);
    match second {
        Some((oddity, other)) if oddity == least || least > 2 * upper_bytes => Err([text, other]),
        _ => Ok((text, best)),
    }
}

/// How unlikely the letters are that come out: the sum over what is not ASCII.
fn oddity(bytes: &[u8], upper: &[char]) -> usize {
    let around = |at: Option<usize>| at.and_then(|at| bytes.get(at)).map_or(' ', |byte| letter(*byte, upper));
    let places = bytes.iter().enumerate().filter(|(_, byte)| **byte >= 0x80);
    places.map(|(at, byte)| cost(around(at.checked_sub(1)), letter(*byte, upper), around(Some(at + 1)))).sum()
}

/// Of one letter where it stands: nought for what a Swedish list is full of, five for what it never has.
fn cost(before: char, c: char, after: char) -> usize {
    match c {
        'å' | 'ä' | 'ö' | 'Å' | 'Ä' | 'Ö' if fits(before, c, after) => 0,
        'å' | 'ä' | 'ö' | 'Å' | 'Ä' | 'Ö' | 'é' | 'É' | 'ü' | 'Ü' => 1,
        '\u{A0}' | '–' | '—' | '’' | '´' => 0,
        // Around a word, and not within it.
        '‘' | '“' | '”' | '«' | '»' | '…' | '•' if !(before.is_alphabetic() && after.is_alphabetic()) => {
            0
        }
        // After what it says something of.
        '·' | '§' | '½' | '²' | '³' | '®' | '™' | '€' | '£' | '±' | '×' | '°' if !after.is_alphabetic() => {
            0
        }
        'À'..='ÿ' | 'Š' | 'š' | 'Ž' | 'ž' | 'Œ' | 'œ' if c.is_alphabetic() && fits(before, c, after) => {
            2
        }
        _ => 5,
    }
}

/// Within a word, and a capital only where one can be.
fn fits(before: char, c: char, after: char) -> bool {
    let is_in_a_word = before.is_alphabetic() || after.is_alphabetic();
    let is_well_spelt = if c.is_uppercase() {
        !(before.is_lowercase() || before.is_uppercase() && after.is_lowercase())
    } else {
        !after.is_uppercase()
    };
    is_in_a_word && is_well_spelt
}

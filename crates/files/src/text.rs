//! Text from any program: which encoding it is in, and its words.

mod code_page;

use std::str;

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

pub use code_page::CodePage;

pub const UTF_8_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What was read, and how where that had to be found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    pub text: String,
    /// `None` for Unicode, which says itself that it is that.
    pub code_page: Option<CodePage>,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotText {
    /// There are bytes that no text has.
    Binary,
    /// The letters could be these, or others: the first words that differ, in two readings.
    Unsure([String; 2]),
}

/// Unicode where it is that; otherwise the encoding in which the letters are likeliest.
///
/// # Errors
/// When it is no text, or nobody can say which letters it has.
pub fn read(bytes: &[u8]) -> Result<Text, NotText> {
    let (text, code_page) = match unicode(bytes)? {
        Some(text) => (text, None),
        None => {
            let read =
                code_page::read(bytes).map_err(|readings| NotText::Unsure(first_difference(&readings)))?;
            (read.0, Some(read.1))
        }
    };
    if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
        return Err(NotText::Binary);
    }
    Ok(Text { text, code_page })
}

fn unicode(bytes: &[u8]) -> Result<Option<String>, NotText> {
    let utf_16 = |encoding: &'static Encoding, bytes| {
        let (text, is_broken) = encoding.decode_without_bom_handling(bytes);
        if is_broken { Err(NotText::Binary) } else { Ok(Some(text.into_owned())) }
    };
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return utf_16(encoding, &bytes[mark..]);
    }
    // Without its mark every second byte is nought, since most letters are of the first 256.
    let noughts = |odd: usize| bytes.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    match (noughts(0), noughts(1)) {
        (0, 0) => Ok(str::from_utf8(bytes).ok().map(str::to_owned)),
        (0, upper) if upper * 4 > bytes.len() => utf_16(UTF_16LE, bytes),
        (upper, 0) if upper * 4 > bytes.len() => utf_16(UTF_16BE, bytes),
        _ => Err(NotText::Binary),
    }
}

/// The first words that the readings do not agree on.
fn first_difference(readings: &[String; 2]) -> [String; 2] {
    let mut words = readings[0].split(is_between).zip(readings[1].split(is_between));
    let different = words.find(|(one, other)| one != other);
    different.map(|(one, other)| [shortened(one), shortened(other)]).unwrap_or_default()
}

fn is_between(c: char) -> bool {
    c.is_ascii_whitespace() || matches!(c, ';' | ',' | '"')
}

fn shortened(word: &str) -> String {
    word.chars().take(30).collect()
}

impl Text {
    /// The first words with letters that depend on the encoding, to be looked at.
    #[must_use]
    pub fn sample(&self) -> Vec<String> {
        const MOST: usize = 3;
        let mut sample: Vec<String> = Vec::new();
        for word in self.text.split(is_between).filter(|word| !word.is_ascii()).map(shortened) {
            if !sample.contains(&word) {
                sample.push(word);
            }
            if sample.len() == MOST {
                break;
            }
        }
        sample
    }
}

/// In whatever encoding of one byte a letter: no byte that text does not have.
#[must_use]
pub fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && bytes.iter().all(|byte| *byte >= b' ' || matches!(byte, b'\t' | b'\r' | b'\n'))
}

/// Its first line has more than one cell. Markup is not taken for one.
#[must_use]
pub fn is_table(bytes: &[u8]) -> bool {
    let text = match unicode(bytes) {
        Ok(Some(text)) => text,
        Ok(None) if is_text(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => return false,
    };
    let first = text.trim_start().lines().next().unwrap_or_default();
    let is_plain = !text.chars().any(|c| c.is_control() && !c.is_whitespace());
    is_plain && !first.starts_with('<') && first.contains([';', ',', '\t'])
}

#[cfg(test)]
mod tests;

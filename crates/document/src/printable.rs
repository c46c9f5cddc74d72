//! What a user typed, in characters that the fonts have: PDF/A allows no missing
//! glyph, and a character that cannot be seen can make a text read as something else.

use serde::Serialize;
use serde_json::{Value, json};
use typst::text::Font;
use unicode_normalization::UnicodeNormalization;

/// Stands for a character that the fonts lack.
const UNPRINTABLE: char = '□';

/// `{ sheet, unprintable }`: the data in printable characters, and whether any had
/// to be replaced, which the document then says.
///
/// # Errors
/// When `data` cannot be written as JSON.
pub fn printable_data(data: &impl Serialize, fonts: &[Font]) -> Result<Value, serde_json::Error> {
    let mut sheet = serde_json::to_value(data)?;
    let mut press = Press { fonts, unprintable: false };
    press.make_printable(&mut sheet);
    Ok(json!({ "sheet": sheet, "unprintable": press.unprintable }))
}

struct Press<'a> {
    fonts: &'a [Font],
    /// Whether a character has been replaced so far.
    unprintable: bool,
}

impl Press<'_> {
    fn make_printable(&mut self, value: &mut Value) {
        match value {
            Value::String(text) => *text = self.printable(text),
            Value::Array(items) => {
                for item in items {
                    self.make_printable(item);
                }
            }
            Value::Object(fields) => {
                for field in fields.values_mut() {
                    self.make_printable(field);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    /// Composes letters typed as two characters (å as a + ring), turns every kind
    /// of line break and space into one the fonts have, drops what cannot be seen
    /// (direction marks could make a number read otherwise than it is), takes apart
    /// a letter that the fonts have only in parts (ǩ), and puts an empty square for
    /// what they lack, with what it is in words.
    fn printable(&mut self, text: &str) -> String {
        let composed = text.replace("\r\n", "\n");
        let mut printed = String::with_capacity(composed.len());
        let mut lacking = None;
        for character in composed.nfc().filter(|character| is_seen(*character)) {
            let what = match self.letters(character) {
                Some(letters) => {
                    end_of_lacking(&mut printed, lacking.take());
                    printed.extend(letters);
                    continue;
                }
                None => script(character),
            };
            // Of a run the kind is told once.
            if lacking.as_ref() != Some(&what) {
                end_of_lacking(&mut printed, lacking.replace(what));
            }
            self.unprintable = true;
            printed.push(UNPRINTABLE);
        }
        end_of_lacking(&mut printed, lacking);
        printed
    }

    /// A character as the fonts have it; `None` for what they lack.
    fn letters(&self, character: char) -> Option<Vec<char>> {
        match character {
            _ if is_line_end(character) => Some(vec!['\n']),
            '\u{2007}' | '\u{202f}' => Some(vec!['\u{a0}']),
            '\t' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => Some(vec![' ']),
            '\u{2010}' | '\u{2011}' => Some(vec!['-']),
            _ if self.can_print(character) => Some(vec![character]),
            _ => {
                let parts: Vec<char> = std::iter::once(character).nfd().collect();
                parts.iter().all(|part| self.can_print(*part)).then_some(parts)
            }
        }
    }

    fn can_print(&self, character: char) -> bool {
        // A private character means something else in every font: not in PDF/A-2a.
        !matches!(character, '\u{e000}'..='\u{f8ff}')
            && self.fonts.iter().all(|font| font.info().coverage.contains(u32::from(character)))
    }
}

fn is_seen(character: char) -> bool {
    character == '\t' || is_line_end(character) || !is_invisible(character)
}

fn is_line_end(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// After the squares of a run, what they stand for.
fn end_of_lacking(printed: &mut String, what: Option<String>) {
    if let Some(what) = what {
        printed.push_str(&format!(" ({what})"));
    }
}

/// What a character is, in words: its script, or its number.
fn script(character: char) -> String {
    let words = match character {
        '\u{400}'..='\u{52f}' => "kyrillisk skrift",
        '\u{530}'..='\u{58f}' => "armenisk skrift",
        '\u{590}'..='\u{5ff}' => "hebreisk skrift",
        '\u{600}'..='\u{6ff}' | '\u{750}'..='\u{77f}' | '\u{8a0}'..='\u{8ff}' => "arabisk skrift",
        '\u{fb50}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' => "arabisk skrift",
        '\u{700}'..='\u{74f}' => "syrisk skrift",
        '\u{900}'..='\u{97f}' => "devanagari",
        '\u{e00}'..='\u{e7f}' => "thailändsk skrift",
        '\u{10a0}'..='\u{10ff}' => "georgisk skrift",
        '\u{1200}'..='\u{137f}' => "etiopisk skrift",
        '\u{1100}'..='\u{11ff}' | '\u{ac00}'..='\u{d7af}' => "koreansk skrift",
        '\u{3040}'..='\u{30ff}' => "japansk skrift",
        '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{20000}'..='\u{3ffff}' => "kinesisk skrift",
        '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' => "emoji",
        _ => return format!("tecknet U+{:04X}", u32::from(character)),
    };
    words.to_owned()
}

/// Controls, joiners, direction marks, variation selectors, tags.
fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{ad}'
                | '\u{34f}'
                | '\u{61c}'
                | '\u{180b}'..='\u{180f}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff0}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}

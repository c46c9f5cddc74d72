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
    /// (direction marks could make a number read otherwise than it is), and puts
    /// an empty square for what the fonts lack.
    fn printable(&mut self, text: &str) -> String {
        let composed = text.replace("\r\n", "\n");
        composed
            .nfc()
            .filter_map(|character| match character {
                '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
                '\u{2007}' | '\u{202f}' => Some('\u{a0}'),
                '\t' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => Some(' '),
                '\u{2010}' | '\u{2011}' => Some('-'),
                _ if is_invisible(character) => None,
                _ if self.can_print(character) => Some(character),
                _ => {
                    self.unprintable = true;
                    Some(UNPRINTABLE)
                }
            })
            .collect()
    }

    fn can_print(&self, character: char) -> bool {
        // A private character means something else in every font: not in PDF/A-2a.
        !matches!(character, '\u{e000}'..='\u{f8ff}')
            && self.fonts.iter().all(|font| font.info().coverage.contains(u32::from(character)))
    }
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

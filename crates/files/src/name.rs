//! What a file is called, here and where it is saved again.

use unicode_normalization::UnicodeNormalization;

/// In bytes: file systems take 255, and the extension comes after it.
const LONGEST: usize = 200;

/// The file's own name with the extension of what it is. Letters are put together (Å is one letter, as nobody's Mac writes it),
/// a path before it is dropped, and what a file system refuses becomes `_`; everything else stays as it was written.
#[must_use]
pub fn safe(name: &str, extension: &str) -> String {
    let composed: String = name.nfc().collect();
    let bare = without_path(&composed);
    let stem = bare.rsplit_once('.').map_or(bare, |(stem, _)| stem);
    // As a browser writes what would end the name.
    let stem = stem.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
    let kept: String = stem.chars().map(|c| if is_refused(c) { '_' } else { c }).collect();
    let kept = cut(kept.trim_matches(['.', ' '])).trim_end_matches(['.', ' ']);
    let kept = match kept {
        "" => "fil",
        _ => kept,
    };
    // Windows saves nothing under the name of a device.
    let device = if is_device(kept) { "_" } else { "" };
    format!("{device}{kept}.{extension}")
}

/// A path from its root, from a drive, or through other folders. A stroke within a name is none.
fn without_path(name: &str) -> &str {
    let is_drive = |rest: &str| rest.starts_with(":\\") || rest.starts_with(":/");
    let starts = ["/", "\\", "./", "../", ".\\", "..\\"];
    let is_path = starts.iter().any(|start| name.starts_with(start))
        || name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.get(1..).is_some_and(is_drive);
    if is_path { name.rsplit(['/', '\\']).next().unwrap_or_default() } else { name }
}

/// What Windows or Unix refuses in a name, and what turns a text around or is not seen.
fn is_refused(c: char) -> bool {
    c.is_control()
        || matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|')
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFFD}')
}

fn is_device(stem: &str) -> bool {
    let before = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    match before.as_str() {
        "CON" | "PRN" | "AUX" | "NUL" => true,
        other => {
            let number = other.strip_prefix("COM").or_else(|| other.strip_prefix("LPT"));
            number.is_some_and(|number| matches!(number.as_bytes(), [b'1'..=b'9']))
        }
    }
}

/// Cut between letters.
fn cut(name: &str) -> &str {
    &name[..name.floor_char_boundary(LONGEST)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_as_it_was_written() {
        for (given, kept) in [
            ("A\u{30a}rsbokslut A\u{308}ngelholm.pdf", "Årsbokslut Ängelholm.pdf"),
            ("Underlag – 2020.pdf", "Underlag – 2020.pdf"),
            ("50% klart.pdf", "50% klart.pdf"),
            ("Åre & Östersund (1).pdf", "Åre & Östersund (1).pdf"),
            ("Faktura nr 2:3, maj+juni.pdf", "Faktura nr 2_3, maj+juni.pdf"),
            ("d’Arc.pdf", "d’Arc.pdf"),
            ("Blankett Åre – 2/3 %20 \"x\".PDF", "Blankett Åre – 2_3 %20 _x_.pdf"),
            ("Blankett 2/3.PDF", "Blankett 2_3.pdf"),
            ("#1 {kopia} [2] ~$.pdf", "#1 {kopia} [2] ~$.pdf"),
            ("Čearru 日本.pdf", "Čearru 日本.pdf"),
        ] {
            assert_eq!(safe(given, "pdf"), kept);
        }
    }

    #[test]
    fn a_name_keeps_no_path_and_nothing_that_a_file_system_refuses() {
        assert_eq!(safe("C:\\skan\\blankett å.pdf", "pdf"), "blankett å.pdf");
        assert_eq!(safe("../../etc/passwd", "pdf"), "passwd.pdf");
        assert_eq!(safe("/etc/passwd", "pdf"), "passwd.pdf");
        assert_eq!(safe("<script>.pdf", "pdf"), "_script_.pdf");
        assert_eq!(safe("räkning\u{202e}fdp.exe", "pdf"), "räkning_fdp.pdf");
        assert_eq!(safe("a%22b%0D%0Ac.pdf", "pdf"), "a_b__c.pdf");
        assert_eq!(safe("...", "pdf"), "fil.pdf");
        assert_eq!(safe("con.pdf", "pdf"), "_con.pdf");
        assert_eq!(safe("lpt1.txt.pdf", "pdf"), "_lpt1.txt.pdf");
        assert_eq!(safe("Konto.pdf", "pdf"), "Konto.pdf");
        assert_eq!(safe(&"å".repeat(3000), "pdf"), format!("{}.pdf", "å".repeat(100)));
    }
}

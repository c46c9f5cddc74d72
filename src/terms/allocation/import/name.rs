//! What tables call recipients: what surrounds a name taken away.

use crate::people::recipient::Kind;
use values::{is_blank, is_dash, text::fold};

/// A name without the mark of a footnote: *Trelleborg\**, *Simrishamn 2)*, *Ale [1]*, *Lund³*.
pub(super) fn without_note(name: &str) -> &str {
    let bare = |text: &'_ str| text.trim_end_matches(is_blank).len();
    let is_digits =
        |text: &str| !text.is_empty() && text.len() <= 2 && text.bytes().all(|b| b.is_ascii_digit());
    let mut left = &name[..bare(name)];
    loop {
        let numbered = left.strip_suffix([')', ']']).and_then(|rest| {
            let before = rest.trim_end_matches(|c: char| c.is_ascii_digit());
            is_digits(&rest[before.len()..]).then(|| before.strip_suffix(['(', '[']).unwrap_or(before))
        });
        let marked = || left.strip_suffix(['*', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹', '†', '‡']);
        match numbered.or_else(marked) {
            Some(rest) => left = &rest[..bare(rest)],
            None => return left,
        }
    }
}

/// A code and a name in one cell.
pub(super) fn code_and_name(cell: &str) -> Option<(&str, &str)> {
    let is_code = |word: &str| {
        let digits = word.trim_start_matches("RSS").trim_start_matches('R');
        (2..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    };
    let between = |c: char| is_blank(c) || is_dash(c) || matches!(c, ':' | ',' | '.' | '|');
    let first = || {
        let (code, name) = cell.split_once(between)?;
        Some((code, name.trim_start_matches(between)))
    };
    let last = || {
        let (name, code) = cell.strip_suffix(')')?.rsplit_once('(')?;
        Some((code.trim_matches(is_blank), name.trim_end_matches(between)))
    };
    let is_both = |(code, name): &(&str, &str)| is_code(code) && name.chars().any(char::is_alphabetic);
    first().filter(is_both).or_else(|| last().filter(is_both))
}

/// A spreadsheet drops the zero before `0114`.
pub(super) fn folded_code(code: &str) -> String {
    let code = code.trim_matches(is_blank);
    if code.chars().all(|c| c.is_ascii_digit()) {
        return code.trim_start_matches('0').to_owned();
    }
    fold(code)
}

/// The kind that a heading or a name says of itself: *Kommun*, *Regioner*, *Region Skåne*.
#[must_use]
pub(super) fn kind_said(text: &str) -> Option<Kind> {
    let folded = fold(text);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut kinds: Vec<Kind> = Vec::new();
    for word in words {
        let kind = match word {
            "rss" => Some(Kind::Rss),
            _ if word.starts_with("samverkan") => Some(Kind::Rss),
            _ if word.starts_with("landsting") || word.ends_with("regionen") => Some(Kind::Region),
            "region" | "regioner" | "regionerna" | "regionens" => Some(Kind::Region),
            _ if word.starts_with("kommun") => Some(Kind::Municipality),
            _ => None,
        };
        kinds.extend(kind.filter(|kind| !kinds.contains(kind)));
    }
    match kinds[..] {
        [only] => Some(only),
        _ => None,
    }
}

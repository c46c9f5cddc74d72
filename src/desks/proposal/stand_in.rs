//! What stands in for a field that cannot be read, so that everything else of a proposal is checked all the same.

use super::spec::{Empty, Field, Kind};

/// A value of the field's kind in the file; `None` where the field may be left out.
pub fn literal(field: &Field) -> Option<String> {
    if field.empty == Empty::LeftOut {
        return None;
    }
    let text = match field.kind {
        Kind::Line | Kind::Text | Kind::Post | Kind::Fixed | Kind::Key | Kind::Code => "\"\"",
        Kind::Lines | Kind::Several(_) | Kind::Posts => "[]",
        Kind::Kronor | Kind::Count => "1",
        Kind::Year => "2000",
        Kind::Day => "2000-01-01",
        Kind::YesNo => "false",
        Kind::Choice(options) => {
            return Some(format!("\"{}\"", options.first().map_or("", |(key, _)| key)));
        }
    };
    Some(text.to_owned())
}

/// True when what is wrong at a place can come from a field that something stands in for.
pub fn is_behind(field: &str, place: &str) -> bool {
    let first = |name: &str| name.split('-').next().unwrap_or_default().to_owned();
    let is_of_post = |keys: &[&str]| {
        let mut steps = field.splitn(3, '-');
        steps.next() == Some("post") && steps.nth(1).is_some_and(|key| keys.contains(&key))
    };
    match first(place).as_str() {
        "period" | "deadlines" => ["year", "period", "deadlines"].contains(&first(field).as_str()),
        "calendar" => first(field) == "calendar",
        "total" => field == "total" || is_of_post(&["total"]),
        "forms" => ["forms", "certificate", "survey"].contains(&first(field).as_str()),
        "post" => is_of_post(&["key", "total", "opens_after", "requisition_with", "open_ended"]),
        _ => field.starts_with(place) || is_of_post(&["key"]),
    }
}

/// True when what a post's rows come to cannot be held against it, since something stands in for one of its numbers.
pub fn is_behind_rows_of(fields: &[String], post: usize) -> bool {
    let keys = ["key", "total", "rows_total", "recipients", "floor", "rows_at_floor"];
    keys.iter().any(|key| fields.contains(&format!("post-{post}-{key}")))
}

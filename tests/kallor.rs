//! `docs/kallor.md` holds: every sentence of the sources has a place that is there and a test that exists, and every provision
//! of the agreements' files is some sentence's place.

use std::{collections::BTreeMap, fs, path::Path};

/// The sentences that were numbered when the sources were read word for word; those found later have a letter after it.
const NUMBERED: u32 = 138;

struct Row {
    number: String,
    source: String,
    places: Vec<(String, String)>,
    tests: Vec<(String, String)>,
}

fn table() -> Vec<Row> {
    let text = fs::read_to_string("docs/kallor.md").unwrap();
    let lines = text.lines().filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit());
    lines
        .map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let [number, says, source, places, tests] = cells[..] else {
                panic!("five cells: {line}");
            };
            assert!(!says.is_empty() && !source.is_empty(), "{line}");
            Row {
                number: number.to_owned(),
                source: source.to_owned(),
                places: pairs(places, '«', '»'),
                tests: pairs(tests, '`', '`'),
            }
        })
        .collect()
}

/// `` `path` «words» `` as path and words, or `` `path` `name` ``; one after the other.
fn pairs(cell: &str, open: char, close: char) -> Vec<(String, String)> {
    let mut rest = cell;
    let mut found = Vec::new();
    while let Some((path, after)) = within(rest, '`', '`') {
        let (words, after) =
            within(after, open, close).unwrap_or_else(|| panic!("nothing after {path}: {cell}"));
        found.push((path.to_owned(), words.to_owned()));
        rest = after;
    }
    found
}

fn within(text: &str, open: char, close: char) -> Option<(&str, &str)> {
    text.split_once(open)?.1.split_once(close)
}

/// A file with every run of whitespace as one space: a sentence may be broken anywhere.
fn on_one_line(files: &mut BTreeMap<String, String>, path: &str) -> String {
    let read = || {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    files.entry(path.to_owned()).or_insert_with(read).clone()
}

#[test]
fn every_sentence_has_its_place() {
    let mut files = BTreeMap::new();
    let rows = table();
    for number in 1..=NUMBERED {
        assert!(
            rows.iter().any(|row| row.number == number.to_string()),
            "sentence {number} is not in the table"
        );
    }
    for row in &rows {
        assert!(!row.places.is_empty(), "sentence {} ({}) has no place", row.number, row.source);
        for (path, words) in &row.places {
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_there = on_one_line(&mut files, path).contains(&words);
            assert!(is_there, "sentence {}: {path} does not say «{words}»", row.number);
        }
    }
}

#[test]
fn every_sentence_has_its_test() {
    let mut files = BTreeMap::new();
    for row in table() {
        assert!(!row.tests.is_empty(), "sentence {} ({}) has no test", row.number, row.source);
        for (path, name) in &row.tests {
            let is_there = on_one_line(&mut files, path).contains(&format!("fn {name}("));
            assert!(is_there, "sentence {}: {path} has no test {name}", row.number);
        }
    }
}

#[test]
fn every_provision_is_a_sentence_of_the_table() {
    let rows = table();
    for folder in fs::read_dir("agreements").unwrap() {
        let path = folder.unwrap().path().join("agreement.toml");
        let terms: toml::Table = fs::read_to_string(&path).unwrap().parse().unwrap();
        let place = path.to_str().unwrap();
        let told: Vec<&str> = rows
            .iter()
            .flat_map(|row| &row.places)
            .filter(|(path, _)| Path::new(path) == Path::new(place))
            .map(|(_, words)| words.as_str())
            .collect();
        let provisions = terms.get("provision").and_then(|list| list.as_array()).unwrap_or_else(|| {
            panic!("{place} carries no provisions");
        });
        for provision in provisions {
            let text = provision["text"].as_str().unwrap();
            assert!(told.iter().any(|words| text.contains(words)), "{place}: no sentence is «{text}»");
        }
    }
}

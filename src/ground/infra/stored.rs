//! Stored JSON is a format. `tests/stored` has examples of everything that is stored: each is read into its type and written
//! again as it stands, so a renamed field or variant fails a test.
//!
//! What an earlier version wrote is in files whose names end in `-old.json`: it is read, and not written that way again.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

/// The examples of a file, by name. Each is written again exactly as the file has it.
pub fn examples<T: Serialize + DeserializeOwned>(file: &str) -> BTreeMap<String, T> {
    let examples = older(file);
    for (name, stored) in json(file) {
        assert_eq!(
            serde_json::to_value(&examples[&name]).expect("JSON"),
            stored,
            "{file}: {name} is written otherwise"
        );
    }
    examples
}

/// The examples of an earlier form, which are read alone.
pub fn older<T: DeserializeOwned>(file: &str) -> BTreeMap<String, T> {
    let read = |(name, stored): (String, Value)| match serde_json::from_str(&stored.to_string()) {
        Ok(example) => (name, example),
        Err(error) => panic!("{file}: {name} cannot be read: {error}"),
    };
    json(file).into_iter().map(read).collect()
}

fn json(file: &str) -> BTreeMap<String, Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// What the examples of a type have shown. A test takes each type apart without `..` and without `_` in a match, so a new
/// field or variant does not compile until it is shown here.
#[derive(Default)]
pub struct Shown {
    variants: BTreeSet<&'static str>,
    optional: BTreeMap<&'static str, BTreeSet<bool>>,
}

impl Shown {
    pub fn variant(&mut self, name: &'static str) {
        self.variants.insert(name);
    }

    /// A field that may be left out.
    pub fn optional(&mut self, field: &'static str, is_there: bool) {
        self.optional.entry(field).or_default().insert(is_there);
    }

    /// Every one of these variants, and every optional field both with something and without.
    pub fn is_complete(&self, variants: &[&'static str]) {
        assert_eq!(self.variants, BTreeSet::from_iter(variants.iter().copied()), "the variants shown");
        for (field, shown) in &self.optional {
            assert_eq!(shown.len(), 2, "{field} is shown only one way: present {shown:?}");
        }
    }
}

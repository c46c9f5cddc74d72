//! The records as JSON: the same fields as the CSV, under the same names.

use serde::{Serialize, Serializer};

use super::{LICENCE, Record, field::Field};
use crate::paths;
use table::Cell;
use values::Money;

/// A whole file.
#[derive(Serialize)]
pub struct Document<'a> {
    #[serde(rename = "titel")]
    pub title: &'a str,
    /// The figures are made up.
    #[serde(rename = "ovning")]
    pub is_practice: bool,
    #[serde(rename = "licens")]
    licence: &'static str,
    #[serde(rename = "utgivare")]
    pub publishers: Vec<&'a str>,
    #[serde(rename = "dokumentation")]
    documentation: &'static str,
    #[serde(rename = "poster")]
    pub records: &'a [Record],
}

impl<'a> Document<'a> {
    pub fn new(title: &'a str, is_practice: bool, publishers: Vec<&'a str>, records: &'a [Record]) -> Self {
        Self {
            title,
            is_practice,
            licence: LICENCE,
            publishers,
            documentation: paths::open_data::Start::PATTERN,
            records,
        }
    }

    pub fn write(&self) -> Result<Vec<u8>, serde_json::Error> {
        serde_json::to_vec(self)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(Field::ALL.map(|field| (field.key(), Value(field.cell(self)))))
    }
}

struct Value(Cell);

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Cell::Empty => serializer.serialize_none(),
            Cell::Text(text) | Cell::Link { text, .. } => serializer.serialize_str(text),
            Cell::Tag { label, .. } => serializer.serialize_str(label),
            Cell::Amount(amount) => serialize_amount(*amount, serializer),
            Cell::Count(count) => serializer.serialize_i64(*count),
            Cell::Day(day) => serializer.collect_str(day),
            Cell::Share(share) => serializer.serialize_i64(share.per_mille()),
        }
    }
}

/// Kronor. A number of two decimals is written as it is: a double holds fifteen digits, ten times all the kronor there are.
fn serialize_amount<S: Serializer>(amount: Money, serializer: S) -> Result<S::Ok, S::Error> {
    let ore = amount.to_ore();
    if ore % 100 == 0 {
        return serializer.serialize_i64(ore / 100);
    }
    match amount.plain().to_string().parse() {
        Ok(kronor) => serializer.serialize_f64(kronor),
        Err(fault) => Err(serde::ser::Error::custom(fault)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        desks::{dashboard::Figures, open_data::Status},
        grants::grant::store::Holder,
    };

    #[test]
    fn a_record_has_its_fields_in_order_and_exact_amounts() {
        let record = Record {
            slug: "aldreomsorg-2021".to_owned(),
            agreement: "Äldreomsorg".to_owned(),
            year: 2021,
            name: "Åre".to_owned(),
            code: "2321".to_owned(),
            county: String::new(),
            figures: Figures {
                allocated: Money::ore(131_022_350),
                requisitioned: Money::kronor(1_310_223),
                costs: Some(Money::ore(1)),
                ..Figures::default()
            },
            status: Status::Preliminary,
            successor: Some(Holder { name: "Östersund".to_owned(), code: "2380".to_owned() }),
            predecessors: Vec::new(),
        };
        let written = Document::new("Prov", true, vec!["Kammarkollegiet"], &[record]).write().unwrap();
        assert_eq!(
            String::from_utf8(written).unwrap(),
            "{\"titel\":\"Prov\",\"ovning\":true,\
             \"licens\":\"https://creativecommons.org/publicdomain/zero/1.0/\",\
             \"utgivare\":[\"Kammarkollegiet\"],\"dokumentation\":\"/oppna-data\",\"poster\":[{\
             \"overenskommelse\":\"aldreomsorg-2021\",\"ar\":2021,\"mottagare\":\"Åre\",\"kommunkod\":\"2321\",\
             \"lan\":null,\"tilldelat\":1310223.5,\"rekvirerat\":1310223,\"utbetalt\":0,\"kostnader\":0.01,\
             \"inte_forbrukat\":-0.01,\"aterbetalt\":null,\"uppgifter\":\"Preliminär\",\
             \"efterfoljare\":\"Östersund\",\"efterfoljare_kod\":\"2380\",\"foretradare\":null,\"foretradare_koder\":null}]}"
        );
    }
}

//! Recipients (*bidragsmottagare*) and the other organisations that take part: who they are, and by which names.
//!
//! A recipient is its code (*kommunkod* for a municipality) and its organisation number; names differ between rounds
//! and are aliases. The registry ships as `registry/recipients.csv`.

pub mod store;

use std::{collections::HashMap, fmt};

use serde::Deserialize;
use thiserror::Error;

use values::{Id, OrganisationNumber, begins_like_a_formula, text::Sought};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    pub id: Id<Organisation>,
    /// Kommunkod with four digits; `RSS` and the county's code; a provider's organisationsnummer without its dash; or a short
    /// name for an organisation that has none of these.
    pub code: String,
    pub kind: Kind,
    pub name: String,
    pub formal_name: String,
    /// Empty for an organisation that belongs to no county.
    pub county: String,
    pub organisation_number: Option<OrganisationNumber>,
}

impl Organisation {
    /// What it is searched by: its names, its code and its number.
    pub fn known_by(&self) -> Vec<String> {
        let number = self.organisation_number.map(|number| number.to_string());
        let names = [&self.name, &self.formal_name, &self.code].map(Clone::clone);
        names.into_iter().chain(number).collect()
    }
}

/// What every organisation is searched by, its aliases and former names among it, by its code.
#[derive(Debug, Clone, Default)]
pub struct Names(HashMap<String, Vec<String>>);

impl Names {
    pub fn of(&self, code: &str) -> &[String] {
        self.0.get(code).map_or(&[], Vec::as_slice)
    }

    /// The codes of those that are looked for.
    pub fn found(&self, sought: &Sought) -> Vec<String> {
        let mut codes: Vec<&String> = self.0.keys().collect();
        sought.narrow(&mut codes, |code| self.of(code).iter().collect());
        let mut codes: Vec<String> = codes.into_iter().cloned().collect();
        codes.sort();
        codes
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Municipality,
    Association,
    Region,
    /// *Regional samverkans- och stödstruktur*: what the municipalities of a county do together.
    Rss,
    /// *Enskild utförare*: a private provider of care.
    Provider,
    /// Pays, reviews and decides.
    Authority,
    /// Reads and exports, changes nothing (*insyn*).
    Reader,
}

impl Kind {
    const ALL: [Self; 7] = [
        Self::Municipality,
        Self::Association,
        Self::Region,
        Self::Rss,
        Self::Provider,
        Self::Authority,
        Self::Reader,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Municipality => "municipality",
            Self::Association => "association",
            Self::Region => "region",
            Self::Rss => "rss",
            Self::Provider => "provider",
            Self::Authority => "authority",
            Self::Reader => "reader",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// As the register names it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Municipality => "Kommun",
            Self::Association => "Organisation",
            Self::Region => "Region",
            Self::Rss => "Regional samverkans- och stödstruktur (RSS)",
            Self::Provider => "Enskild utförare",
            Self::Authority => "Myndighet",
            Self::Reader => "Läsande organisation",
        }
    }

    /// Several of them, in a sentence.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Municipality => "kommuner",
            Self::Association => "organisationer",
            Self::Region => "regioner",
            Self::Rss => "regionala samverkans- och stödstrukturer (RSS)",
            Self::Provider => "enskilda utförare",
            Self::Authority => "myndigheter",
            Self::Reader => "läsande organisationer",
        }
    }

    /// `1 kommun`, `21 regioner`.
    pub fn counted(self, count: usize) -> String {
        let one = match self {
            Self::Municipality => "kommun",
            Self::Association => "organisation",
            Self::Region => "region",
            Self::Rss => "RSS",
            Self::Provider => "enskild utförare",
            Self::Authority => "myndighet",
            Self::Reader => "läsande organisation",
        };
        let several = if self == Self::Rss { "RSS" } else { self.plural() };
        format!("{count} {}", if count == 1 { one } else { several })
    }

    pub fn receives_grants(self) -> bool {
        match self {
            Self::Municipality | Self::Association | Self::Region | Self::Rss | Self::Provider => true,
            Self::Authority | Self::Reader => false,
        }
    }

    /// The parties to an agreement and the authorities around it: may be given insight into it.
    pub fn may_read(self) -> bool {
        matches!(self, Self::Reader | Self::Association | Self::Authority)
    }
}

/// The organisations that are no recipients but without which nothing can be paid or read.
pub fn authorities() -> Vec<Organisation> {
    let organisation = |code: &str, kind, name: &str| Organisation {
        id: Id::new(),
        code: code.to_owned(),
        kind,
        name: name.to_owned(),
        formal_name: name.to_owned(),
        county: String::new(),
        organisation_number: None,
    };
    vec![
        organisation("kammarkollegiet", Kind::Authority, "Kammarkollegiet"),
        organisation("socialdepartementet", Kind::Reader, "Socialdepartementet"),
        organisation("socialstyrelsen", Kind::Authority, "Socialstyrelsen"),
    ]
}

/// A line of the registry as the file has it.
#[derive(Debug, Deserialize)]
struct Line {
    code: String,
    kind: Kind,
    name: String,
    #[serde(rename = "county_code")]
    _county_code: String,
    county: String,
    organisation_number: String,
    formal_name: String,
    aliases: String,
}

#[derive(Debug, Error)]
pub struct RegistryFault {
    line: u64,
    reason: String,
}

impl fmt::Display for RegistryFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "registret, rad {}: {}", self.line, self.reason)
    }
}

/// The registry's organisations with their aliases.
pub fn parse_registry(csv: &str) -> Result<Vec<(Organisation, Vec<String>)>, RegistryFault> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let mut organisations: Vec<(Organisation, Vec<String>)> = Vec::new();
    for (index, row) in reader.deserialize::<Line>().enumerate() {
        let line = index as u64 + 2;
        let fault = |reason: String| RegistryFault { line, reason };
        let row = row.map_err(|error| fault(error.to_string()))?;
        if organisations.iter().any(|(known, _)| known.code == row.code) {
            return Err(fault(format!("koden {} finns två gånger", row.code)));
        }
        if [&row.name, &row.formal_name].into_iter().any(|name| begins_like_a_formula(name)) {
            return Err(fault("ett namn börjar inte med =, +, - eller @".to_owned()));
        }
        // Not every number is known from the beginning: the authority adds it in the register.
        let number = match row.organisation_number.as_str() {
            "" => None,
            number => Some(OrganisationNumber::parse(number).map_err(|error| fault(error.to_string()))?),
        };
        organisations.push((
            Organisation {
                id: Id::new(),
                code: row.code,
                kind: row.kind,
                name: row.name,
                formal_name: row.formal_name,
                county: row.county,
                organisation_number: number,
            },
            row.aliases.split('|').filter(|alias| !alias.is_empty()).map(str::to_owned).collect(),
        ));
    }
    Ok(organisations)
}

/// The kind that most are of.
pub fn most(kinds: impl IntoIterator<Item = Kind>) -> Option<Kind> {
    by_count(kinds).first().map(|(kind, _)| *kind)
}

/// `20 regioner, 1 kommun`: how many there are of each kind, the most first.
pub fn counted(kinds: impl IntoIterator<Item = Kind>) -> String {
    let counted = by_count(kinds).into_iter().map(|(kind, count)| kind.counted(count));
    counted.collect::<Vec<_>>().join(", ")
}

fn by_count(kinds: impl IntoIterator<Item = Kind>) -> Vec<(Kind, usize)> {
    let mut counted: Vec<(Kind, usize)> = Vec::new();
    for kind in kinds {
        match counted.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, count)) => *count += 1,
            None => counted.push((kind, 1)),
        }
    }
    counted.sort_by_key(|(kind, count)| (std::cmp::Reverse(*count), kind.key()));
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_has_every_municipality_and_skr() {
        let registry = parse_registry(include_str!("../../../registry/recipients.csv")).unwrap();
        let municipalities = registry.iter().filter(|(o, _)| o.kind == Kind::Municipality).count();
        assert_eq!((municipalities, registry.len()), (290, 332));
    }

    #[test]
    fn a_faulty_line_is_named() {
        let csv = "code,kind,name,county_code,county,organisation_number,formal_name,aliases\n\
                   1440,municipality,Ale,14,Västra Götalands län,212000-1430,Ale kommun,\n";
        let fault = parse_registry(csv).unwrap_err().to_string();
        assert!(fault.starts_with("registret, rad 2: "), "{fault}");
    }

    #[test]
    fn a_number_may_be_missing_and_the_kinds_are_known() {
        let csv = "code,kind,name,county_code,county,organisation_number,formal_name,aliases\n\
                   RSS14,rss,RSS Väst,14,Västra Götalands län,,RSS Väst,\n";
        let registry = parse_registry(csv).unwrap();
        assert_eq!((registry[0].0.kind, registry[0].0.organisation_number), (Kind::Rss, None));
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.key()), Some(kind));
        }
    }
}

//! The table of a proposal: who shall have how much, as typed, reckoned by a key or read from a file.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::{
    ground::infra::{form::FieldErrors, hash::sha256_hex},
    people::recipient::{Kind, Organisation},
    terms::allocation::{
        Share,
        key::{Basis, Key, OddKronor},
    },
};
use values::{Money, text::Sought};

/// One recipient's share of one post. The amount is as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub post: String,
    /// The recipient's code in the registry.
    pub recipient: String,
    pub published_name: String,
    #[serde(default)]
    pub published_share: String,
    pub amount: String,
}

/// Of a post's rows, so that colleagues can each have their post.
pub fn fingerprint_of_post(all: &[Row], post: &str) -> String {
    let own: Vec<&Row> = all.iter().filter(|row| row.post == post).collect();
    sha256_hex(serde_json::json!(own).to_string().as_bytes())
}

impl Row {
    pub fn of(share: &Share) -> Self {
        Self {
            post: share.post.clone(),
            recipient: share.recipient.clone(),
            published_name: share.published_name.clone(),
            published_share: share.published_share.clone(),
            amount: share.amount.digits().to_string(),
        }
    }

    fn new(post: &str, recipient: &Organisation, amount: String) -> Self {
        Self {
            post: post.to_owned(),
            recipient: recipient.code.clone(),
            published_name: recipient.name.clone(),
            published_share: String::new(),
            amount,
        }
    }

    pub fn share(&self, kronor: i64) -> Share {
        Share {
            post: self.post.clone(),
            recipient: self.recipient.clone(),
            published_name: self.published_name.clone(),
            published_share: self.published_share.clone(),
            amount: Money::kronor(kronor),
        }
    }

    /// The name of its field on the page of its post.
    pub fn field(&self) -> String {
        format!("{AMOUNT}{}", self.recipient)
    }
}

/// The table with these rows in the place of a post's own.
pub fn with_post(rows: &[Row], post: &str, of_post: Vec<Row>) -> Vec<Row> {
    let others = rows.iter().filter(|row| row.post != post).cloned();
    others.chain(of_post).collect()
}

/// A post's rows with the amounts that were typed: an emptied one is struck, and there may be somebody new.
pub fn typed(
    rows: &[Row],
    post: &str,
    posted: &[(String, String)],
    registry: &[Organisation],
) -> Result<Vec<Row>, FieldErrors> {
    let of = |name: &str| posted.iter().find(|(field, _)| field == name).map(|(_, typed)| typed.trim());
    let own = rows.iter().filter(|row| row.post == post);
    let mut kept: Vec<Row> = own
        .filter_map(|row| match of(&row.field()) {
            Some("") => None,
            Some(amount) => Some(Row { amount: amount.to_owned(), ..row.clone() }),
            None => Some(row.clone()),
        })
        .collect();
    let (who, amount) = (of(NEW).unwrap_or_default(), of(NEW_AMOUNT).unwrap_or_default());
    if who.is_empty() && amount.is_empty() {
        return Ok(kept);
    }
    let mut errors = FieldErrors::default();
    match recipient(registry, who) {
        None => errors.add(NEW, format!("”{who}” finns inte i registret. Skriv kommunkoden eller namnet.")),
        Some(found) if kept.iter().any(|row| row.recipient == found.code) => {
            errors.add(NEW, format!("{} finns redan i tabellen.", found.name));
        }
        Some(_) if amount.is_empty() => errors.add(NEW_AMOUNT, "Fyll i beloppet."),
        Some(found) => kept.push(Row::new(post, found, amount.to_owned())),
    }
    if errors.is_empty() { Ok(kept) } else { Err(errors) }
}

/// How the field of a row's amount begins; the recipient's code follows.
pub const AMOUNT: &str = "belopp-";
pub const NEW: &str = "ny_mottagare";
pub const NEW_AMOUNT: &str = "nytt_belopp";

/// By its code, its number or a name of it.
fn recipient<'a>(registry: &'a [Organisation], typed: &str) -> Option<&'a Organisation> {
    let receiving = registry.iter().filter(|known| known.kind.receives_grants());
    Sought::new(typed).pick(receiving, Organisation::known_by)
}

/// How a post is to be divided, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct KeyForm {
    pub post: String,
    /// Of the post's rows, as they were when the page was made.
    pub fingerprint: String,
    /// One of [`METHODS`].
    #[serde(default)]
    pub metod: String,
    /// One of [`GROUPS`].
    #[serde(default)]
    pub mottagare: String,
    #[serde(default)]
    pub vikter: String,
    /// `rest` or `narmast`.
    #[serde(default)]
    pub oren: String,
    /// A recipient to a line, and its numbers.
    #[serde(default)]
    pub tal: String,
}

pub const METHODS: [(&str, &str); 6] = [
    ("forra", "Samma belopp som i förra omgången"),
    ("lista", "Beloppen i listan nedan"),
    ("lika", "Lika delar"),
    ("proportionellt", "Efter ett tal för varje mottagare"),
    ("minimibelopp", "Efter ett tal, med postens minimibelopp"),
    ("viktat", "Efter flera tal med var sin vikt"),
];

pub const GROUPS: [(&str, &str); 5] = [
    ("tabellen", "De som finns i tabellen nu"),
    ("forra", "De som hade posten i förra omgången"),
    ("kommuner", "Alla kommuner"),
    ("regioner", "Alla regioner"),
    ("rss", "Alla regionala samverkans- och stödstrukturer"),
];

pub const ODD: [(&str, &str); 2] =
    [("rest", "Största resten: summan blir exakt"), ("narmast", "Närmaste krona: summan kan skilja")];

/// What a key is reckoned from.
pub struct Facts<'a> {
    pub total: i64,
    pub floor: Option<i64>,
    pub registry: &'a [Organisation],
    /// The post's rows now.
    pub rows: Vec<&'a Row>,
    /// The post's shares in the round before.
    pub earlier: Vec<&'a Share>,
}

impl KeyForm {
    /// The post's new rows, or what is to be mended.
    pub fn reckon(&self, facts: &Facts<'_>) -> Result<Vec<Row>, FieldErrors> {
        let mut errors = FieldErrors::default();
        if self.metod == "forra" {
            return match facts.earlier.as_slice() {
                [] => Err(one("metod", "Det finns ingen förra omgång av posten att hämta belopp ur.")),
                earlier => Ok(earlier
                    .iter()
                    .map(|share| Row { post: self.post.clone(), ..Row::of(share) })
                    .collect()),
            };
        }
        let lines = self.lines(facts, &mut errors);
        if !errors.is_empty() {
            return Err(errors);
        }
        if self.metod == "lista" {
            return self.listed(lines);
        }
        let key = self.key(facts)?;
        let recipients = match lines.is_empty() {
            true => self.group(facts),
            false => lines.iter().map(|(recipient, _)| *recipient).collect(),
        };
        let numbers: HashMap<&str, Vec<u64>> =
            lines.into_iter().map(|(recipient, numbers)| (recipient.code.as_str(), numbers)).collect();
        let basis = |recipient: &&Organisation| Basis {
            code: recipient.code.clone(),
            numbers: match key {
                Key::Equal => Vec::new(),
                _ => numbers.get(recipient.code.as_str()).cloned().unwrap_or_default(),
            },
        };
        let bases: Vec<Basis> = recipients.iter().map(basis).collect();
        let odd = if self.oren == "narmast" { OddKronor::Nearest } else { OddKronor::LargestRemainder };
        let kronor = u64::try_from(facts.total).unwrap_or_default();
        let amounts = key.divide(kronor, &bases, odd).map_err(|fault| one("tal", &fault.to_string()))?;
        let row = |(recipient, amount): (&Organisation, u64)| {
            let kronor = i64::try_from(amount).unwrap_or(i64::MAX / 100);
            Row::new(&self.post, recipient, Money::kronor(kronor).digits().to_string())
        };
        Ok(recipients.into_iter().zip(amounts).map(row).collect())
    }

    fn key(&self, facts: &Facts<'_>) -> Result<Key, FieldErrors> {
        match self.metod.as_str() {
            "lika" => Ok(Key::Equal),
            "proportionellt" => Ok(Key::Proportional),
            "minimibelopp" => match facts.floor.and_then(|floor| u64::try_from(floor).ok()) {
                Some(floor) => Ok(Key::WithFloor { floor }),
                None => Err(one("metod", "Posten har inget minimibelopp. Fyll i det under Poster.")),
            },
            "viktat" => {
                let weights = self.vikter.split([';', ' ']).filter(|word| !word.is_empty()).map(str::parse);
                match weights.collect::<Result<Vec<u64>, _>>() {
                    Ok(weights) if weights.len() > 1 && weights.iter().all(|weight| *weight <= 1_000_000) => {
                        Ok(Key::Weighted { weights })
                    }
                    _ => Err(one("vikter", "Skriv minst två vikter som hela tal, till exempel 1; 1.")),
                }
            }
            _ => Err(one("metod", "Välj hur posten ska fördelas.")),
        }
    }

    fn group<'a>(&self, facts: &Facts<'a>) -> Vec<&'a Organisation> {
        let of_kind = |kind| facts.registry.iter().filter(move |known| known.kind == kind).collect();
        let coded = |codes: Vec<&str>| {
            codes.iter().filter_map(|code| facts.registry.iter().find(|known| known.code == *code)).collect()
        };
        match self.mottagare.as_str() {
            "kommuner" => of_kind(Kind::Municipality),
            "regioner" => of_kind(Kind::Region),
            "rss" => of_kind(Kind::Rss),
            "forra" => coded(facts.earlier.iter().map(|share| share.recipient.as_str()).collect()),
            _ => coded(facts.rows.iter().map(|row| row.recipient.as_str()).collect()),
        }
    }

    /// A recipient to a line and its numbers, parted by tabs or semicolons, as they are copied from a sheet.
    fn lines<'a>(&self, facts: &Facts<'a>, errors: &mut FieldErrors) -> Vec<(&'a Organisation, Vec<u64>)> {
        let mut lines = Vec::new();
        for (index, line) in self.tal.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let mut cells = line.split(['\t', ';']).map(str::trim);
            let who = cells.next().unwrap_or_default();
            let number =
                |cell: &str| cell.chars().filter(|c| !c.is_whitespace()).collect::<String>().parse::<u64>();
            let numbers: Result<Vec<u64>, _> = cells.filter(|cell| !cell.is_empty()).map(number).collect();
            match (recipient(facts.registry, who), numbers) {
                (None, _) => errors.add("tal", format!("Rad {}: ”{who}” finns inte i registret.", index + 1)),
                (Some(_), Err(_)) => errors.add(
                    "tal",
                    format!("Rad {}: skriv hela tal efter {who}, med semikolon emellan.", index + 1),
                ),
                (Some(found), Ok(numbers)) => lines.push((found, numbers)),
            }
        }
        lines
    }

    fn listed(&self, lines: Vec<(&Organisation, Vec<u64>)>) -> Result<Vec<Row>, FieldErrors> {
        if lines.is_empty() {
            return Err(one("tal", "Skriv en mottagare och ett belopp på varje rad."));
        }
        let row = |(recipient, numbers): (&Organisation, Vec<u64>)| match numbers.as_slice() {
            [amount] if *amount <= 1_000_000_000_000 => {
                let kronor = i64::try_from(*amount).unwrap_or_default();
                Ok(Row::new(&self.post, recipient, Money::kronor(kronor).digits().to_string()))
            }
            _ => Err(one("tal", &format!("{} ska ha ett belopp.", recipient.name))),
        };
        lines.into_iter().map(row).collect()
    }
}

fn one(field: &'static str, message: &str) -> FieldErrors {
    let mut errors = FieldErrors::default();
    errors.add(field, message);
    errors
}

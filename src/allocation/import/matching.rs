//! Whom a row is about: found by code, otherwise by organisationsnummer, otherwise by name. A recipient is its code and
//! its number; names differ between rounds ("Mölnadal", "Staffanstorps", "Region Kalmar län").

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::amount::is_nothing;
use crate::{
    numbers::{OrganisationNumber, is_blank},
    recipient::{Kind, Organisation},
    text::{fold, forms, plain},
};

/// What the user has decided about rows, by their number.
pub type Resolutions = BTreeMap<usize, Resolution>;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resolution {
    /// The row is about the recipient with that code.
    Recipient(String),
    /// The row is no part of the allocation.
    LeaveOut,
}

/// What a row says of its recipient, each empty where there is no such column.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clues<'a> {
    pub code: &'a str,
    pub organisation_number: &'a str,
    pub name: &'a str,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    Code,
    Number,
    Name,
    Alias,
    /// The user chose.
    Choice,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Matched {
        code: String,
        by: By,
    },
    /// The cells of the row do not say the same.
    Contradicts(Vec<Claim>),
    /// The codes of those that the name fits.
    Ambiguous(Vec<String>),
    /// The codes of those whose names look like it, the likest first.
    Unknown {
        nearest: Vec<String>,
    },
}

/// What one cell says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub by: By,
    pub value: String,
    /// Of whom; `None` when it is nobody's.
    pub code: Option<String>,
}

impl Outcome {
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Matched { code, .. } => Some(code),
            Self::Contradicts(_) | Self::Ambiguous(_) | Self::Unknown { .. } => None,
        }
    }
}

/// The recipients that there are, to be found by what a table calls them.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    organisations: Vec<Organisation>,
    codes: HashMap<String, usize>,
    numbers: HashMap<OrganisationNumber, usize>,
    names: Names,
    /// The same without accents, for a table that has none.
    plain: Names,
}

/// By folded name, those that it fits.
type Names = HashMap<String, Vec<Named>>;

/// An organisation that a folded name fits; `distance` counts what had to be left out of the registry's name.
#[derive(Debug, Clone, Copy)]
struct Named {
    organisation: usize,
    distance: usize,
    by: By,
}

impl Registry {
    /// Of the organisations given, those that can receive grants.
    #[must_use]
    pub fn new(organisations: impl IntoIterator<Item = (Organisation, Vec<String>)>) -> Self {
        let mut registry = Self::default();
        for (organisation, aliases) in organisations.into_iter().filter(|(o, _)| o.kind.receives_grants()) {
            let at = registry.organisations.len();
            registry.codes.insert(folded_code(&organisation.code), at);
            if let Some(number) = organisation.organisation_number {
                registry.numbers.insert(number, at);
            }
            for name in [&organisation.name, &organisation.formal_name] {
                registry.add_name(name, at, By::Name);
            }
            for alias in &aliases {
                registry.add_name(alias, at, By::Alias);
            }
            registry.organisations.push(organisation);
        }
        registry
    }

    fn add_name(&mut self, name: &str, organisation: usize, by: By) {
        for (distance, form) in forms(name).into_iter().enumerate() {
            let named = Named { organisation, distance, by };
            keep_nearest(self.plain.entry(plain(&form)).or_default(), named);
            keep_nearest(self.names.entry(form).or_default(), named);
        }
    }

    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Organisation> {
        self.codes.get(&folded_code(code)).map(|at| &self.organisations[*at])
    }

    /// The name for the one who reads, the code itself where it is nobody's.
    #[must_use]
    pub fn name<'a>(&'a self, code: &'a str) -> &'a str {
        self.get(code).map_or(code, |organisation| &organisation.name)
    }

    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Organisation> {
        self.organisations.iter().filter(move |organisation| organisation.kind == kind)
    }

    /// The kinds of those that the clues could mean, before the table is known to be about one of them.
    #[must_use]
    pub fn kinds(&self, clues: Clues<'_>) -> Vec<Kind> {
        let by_code = self.by_code(clues.code);
        let by_number = self.by_number(clues.organisation_number);
        let by_name = self.by_name(clues.name).into_iter().map(|named| named.organisation);
        let mut kinds = Vec::new();
        for at in by_code.into_iter().chain(by_number).chain(by_name) {
            let kind = self.organisations[at].kind;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// Finds the recipient of a row. Of several that fit a name alike, or in other words, one of the kind that the table
    /// is about is meant: *Jönköping* among regions is the region.
    #[must_use]
    pub fn find(&self, clues: Clues<'_>, kind: Option<Kind>) -> Outcome {
        let names = self.best_by_name(clues.name, kind);
        let by_code = self.by_code(clues.code);
        let by_number = self.by_number(clues.organisation_number);
        let found = by_code
            .map(|at| (at, By::Code))
            .or(by_number.map(|at| (at, By::Number)))
            .or(if let [only] = names[..] { Some((only.organisation, only.by)) } else { None });
        let claims = self.claims(clues, by_code, by_number, &names, found.map(|(at, _)| at));
        if let Some(claims) = claims {
            return Outcome::Contradicts(claims);
        }
        match found {
            Some((at, by)) => Outcome::Matched { code: self.organisations[at].code.clone(), by },
            None if names.is_empty() => Outcome::Unknown { nearest: self.nearest(clues.name) },
            None => Outcome::Ambiguous(names.iter().map(|named| self.code(named.organisation)).collect()),
        }
    }

    /// True when the code is somebody's whom the name does not fit.
    pub(super) fn contradict(&self, clues: Clues<'_>) -> bool {
        let names = self.by_name(clues.name);
        let fits = |at| names.iter().any(|named| named.organisation == at);
        self.by_code(clues.code).is_some_and(|at| !names.is_empty() && !fits(at))
    }

    /// What the cells say, when they do not say the same. A name that is nobody's contradicts nothing: it is a spelling.
    fn claims(
        &self,
        clues: Clues<'_>,
        by_code: Option<usize>,
        by_number: Option<usize>,
        names: &[Named],
        found: Option<usize>,
    ) -> Option<Vec<Claim>> {
        let found = found?;
        let mut claims = Vec::new();
        let claim = |by, value: &str, at: Option<usize>| Claim {
            by,
            value: value.to_owned(),
            code: at.map(|at| self.code(at)),
        };
        if !is_nothing(clues.code) {
            claims.push(claim(By::Code, clues.code, by_code));
        }
        // The registry does not know every organisation's number.
        let unregistered = by_number.is_none()
            && self.organisations[found].organisation_number.is_none()
            && OrganisationNumber::parse(clues.organisation_number).is_ok();
        if !is_nothing(clues.organisation_number) && !unregistered {
            claims.push(claim(By::Number, clues.organisation_number, by_number));
        }
        if let Some(first) = names.first() {
            let meant = names.iter().find(|named| named.organisation == found).unwrap_or(first);
            claims.push(claim(By::Name, clues.name, Some(meant.organisation)));
        }
        let agrees = Some(self.code(found));
        claims.iter().any(|claim| claim.code != agrees).then_some(claims)
    }

    fn code(&self, at: usize) -> String {
        self.organisations[at].code.clone()
    }

    pub(super) fn by_code(&self, code: &str) -> Option<usize> {
        if is_nothing(code) { None } else { self.codes.get(&folded_code(code)).copied() }
    }

    pub(super) fn by_number(&self, number: &str) -> Option<usize> {
        OrganisationNumber::parse(number).ok().and_then(|number| self.numbers.get(&number).copied())
    }

    pub(super) fn knows_name(&self, name: &str) -> bool {
        !self.by_name(name).is_empty()
    }

    /// Everybody that the name fits, with what had to be left out on both sides together. Without its accents only where it
    /// fits nobody with them.
    fn by_name(&self, name: &str) -> Vec<Named> {
        let forms = forms(name);
        let exactly = fitting(&self.names, forms.iter().cloned());
        if exactly.is_empty() { fitting(&self.plain, forms.iter().map(|form| plain(form))) } else { exactly }
    }

    fn best_by_name(&self, name: &str, kind: Option<Kind>) -> Vec<Named> {
        let mut found = self.by_name(name);
        let of_kind = |named: &Named| Some(self.organisations[named.organisation].kind) == kind;
        if found.iter().any(of_kind) {
            found.retain(of_kind);
        }
        let best = found.iter().map(|named| named.distance).min();
        found.retain(|named| Some(named.distance) == best);
        found
    }

    /// Those whose names are a letter or a few from it, at most three.
    fn nearest(&self, name: &str) -> Vec<String> {
        const FEW: usize = 3;
        const LONGEST: usize = 60;
        let wanted = forms(name).pop().unwrap_or_default();
        let length = wanted.chars().count();
        if length == 0 || length > LONGEST {
            return Vec::new();
        }
        let mut near: Vec<(usize, &Organisation)> = self
            .organisations
            .iter()
            .map(|organisation| {
                let known = forms(&organisation.name).pop().unwrap_or_default();
                (strsim::osa_distance(&wanted, &known), organisation)
            })
            .filter(|(distance, _)| *distance <= (length / 4).max(1))
            .collect();
        near.sort_by(|a, b| (a.0, &a.1.code).cmp(&(b.0, &b.1.code)));
        near.into_iter().take(FEW).map(|(_, organisation)| organisation.code.clone()).collect()
    }
}

fn fitting(names: &Names, forms: impl Iterator<Item = String>) -> Vec<Named> {
    let mut found = Vec::new();
    for (left_out, form) in forms.enumerate() {
        for named in names.get(&form).into_iter().flatten() {
            keep_nearest(&mut found, Named { distance: named.distance + left_out, ..*named });
        }
    }
    found
}

/// Of the same organisation the one from which least is left out.
fn keep_nearest(among: &mut Vec<Named>, named: Named) {
    match among.iter_mut().find(|known| known.organisation == named.organisation) {
        Some(known) if known.distance <= named.distance => {}
        Some(known) => *known = named,
        None => among.push(named),
    }
}

/// A spreadsheet drops the zero before `0114`.
fn folded_code(code: &str) -> String {
    let code = code.trim_matches(is_blank);
    if code.chars().all(|c| c.is_ascii_digit()) {
        return code.trim_start_matches('0').to_owned();
    }
    fold(code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipient;

    fn registry() -> Registry {
        Registry::new(recipient::parse_registry(include_str!("../../../registry/recipients.csv")).unwrap())
    }

    fn named(name: &str) -> Outcome {
        registry().find(Clues { name, ..Clues::default() }, None)
    }

    fn matched(code: &str, by: By) -> Outcome {
        Outcome::Matched { code: code.to_owned(), by }
    }

    #[test]
    fn every_name_in_the_registry_finds_its_own_recipient() {
        let registry = registry();
        for organisation in &registry.organisations {
            for name in [&organisation.name, &organisation.formal_name, &organisation.name.to_uppercase()] {
                let found = registry.find(Clues { name, ..Clues::default() }, None);
                assert_eq!(found.code(), Some(organisation.code.as_str()), "{name}");
            }
        }
    }

    #[test]
    fn names_are_compared_without_what_they_end_in() {
        for (name, code, by) in [
            ("ALE KOMMUN", "1440", By::Name),
            ("Ale  kommun", "1440", By::Name),
            ("Upplands Bro", "0139", By::Name),
            ("Malung–Sälen", "2023", By::Name),
            ("Bengtsfors kommun", "1460", By::Name),
            ("Region Gotland", "0980", By::Name),
            ("Stockholms stad", "0180", By::Alias),
            ("Göteborgs stad", "1480", By::Name),
            ("Mölnadal", "1481", By::Alias),
            ("Staffanstorps", "1230", By::Alias),
            ("A\u{30A}re", "2321", By::Name),
            ("Goteborg", "1480", By::Name),
            ("GOTEBORGS KOMMUN", "1480", By::Name),
            ("Malung\u{A0}Salen", "2023", By::Name),
            ("Habo", "0643", By::Name),
            ("Håbo", "0305", By::Name),
            ("Sveriges Kommuner och Landsting", "SKR", By::Alias),
        ] {
            assert_eq!(named(name), matched(code, by), "{name}");
        }
    }

    #[test]
    fn a_code_is_found_without_its_zero() {
        for code in ["0114", "114", " 114 "] {
            let found = registry().find(Clues { code, ..Clues::default() }, None);
            assert_eq!(found, matched("0114", By::Code), "{code}");
        }
        let number = Clues { organisation_number: "2120000019", ..Clues::default() };
        assert_eq!(registry().find(number, None), matched("0114", By::Number));
    }

    #[test]
    fn cells_that_disagree_are_said_with_both() {
        let clues = Clues { code: "1440", name: "Alingsås", ..Clues::default() };
        let Outcome::Contradicts(claims) = registry().find(clues, None) else { panic!() };
        let said: Vec<_> = claims.iter().map(|claim| (claim.by, claim.code.as_deref())).collect();
        assert_eq!(said, [(By::Code, Some("1440")), (By::Name, Some("1489"))]);
        let nobodys = Clues { code: "9999", name: "Ale", ..Clues::default() };
        assert!(matches!(registry().find(nobodys, None), Outcome::Contradicts(_)));
        let misspelt = Clues { code: "1440", name: "Aale", ..Clues::default() };
        assert_eq!(registry().find(misspelt, None), matched("1440", By::Code));
        let wrong_digit = Clues { code: "0114", organisation_number: "212000-0018", ..Clues::default() };
        assert!(matches!(registry().find(wrong_digit, None), Outcome::Contradicts(_)));
    }

    #[test]
    fn an_unknown_name_has_its_likeliest_beside_it() {
        let Outcome::Unknown { nearest } = named("Mölndall") else { panic!() };
        assert_eq!(nearest, ["1481"]);
        assert_eq!(named("Atlantis"), Outcome::Unknown { nearest: Vec::new() });
        assert_eq!(named(""), Outcome::Unknown { nearest: Vec::new() });
    }

    #[test]
    fn of_two_kinds_the_one_that_the_table_is_about_is_meant() {
        let registry = registry();
        let of = |name: &str, kind| registry.find(Clues { name, ..Clues::default() }, kind);
        assert_eq!(of("Jönköping", None).code(), Some("0680"));
        assert_eq!(of("Jönköping", Some(Kind::Region)).code(), Some("R06"));
        assert_eq!(of("Jönköpings län", Some(Kind::Municipality)).code(), Some("0680"));
        assert_eq!(of("Jönköpings län", Some(Kind::Rss)).code(), Some("RSS06"));
        assert_eq!(of("Västra Götalandsregionen", None).code(), Some("R14"));
        assert_eq!(of("Ale", Some(Kind::Region)).code(), Some("1440"));
    }
}

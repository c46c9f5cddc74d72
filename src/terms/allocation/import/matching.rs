//! Whom a row is about: found by code, otherwise by organisationsnummer, otherwise by name. A recipient is its code and
//! its number; names differ between rounds ("Mölnadal", "Staffanstorps", "Region Kalmar län").

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{
    amount::is_nothing,
    name::{code_and_name, folded_code, kind_said, without_note},
};
use crate::people::recipient::{Kind, Organisation};
use values::{
    OrganisationNumber,
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
pub enum RowMatch {
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

impl RowMatch {
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

    /// The kinds of those that the clues could mean, before the table is known to be about one of them: a code or a number
    /// means one, a name may mean several.
    #[must_use]
    pub fn kinds(&self, clues: Clues<'_>) -> Vec<Kind> {
        let one = self.by_code(clues.code).or_else(|| self.by_number(clues.organisation_number));
        match one {
            Some(at) => vec![self.organisations[at].kind],
            None => self.kinds_of(&self.by_name(clues.name)),
        }
    }

    /// The kinds of those who are called exactly that.
    pub(super) fn kinds_of_exact_name(&self, name: &str) -> Vec<Kind> {
        let mut named = self.by_name(name);
        named.retain(|named| named.distance == 0);
        self.kinds_of(&named)
    }

    fn kinds_of(&self, named: &[Named]) -> Vec<Kind> {
        let mut kinds: Vec<Kind> = Vec::new();
        for named in named {
            let kind = self.organisations[named.organisation].kind;
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        kinds
    }

    /// The clues without the mark of a footnote, and with the code apart that stands in the cell of the name:
    /// *0114 Upplands Väsby*, *Upplands Väsby (0114)*.
    #[must_use]
    pub fn parted<'a>(&self, clues: Clues<'a>) -> Clues<'a> {
        let clues = Clues { name: without_note(clues.name), ..clues };
        // *2023 Fördelning* is a heading, though 2023 is a code.
        let both = code_and_name(clues.name).filter(|(code, name)| {
            let of_code = self.by_code(code).map(|at| self.code(at));
            let is_name =
                || !self.by_name(name).is_empty() || of_code.iter().any(|of| self.nearest(name).contains(of));
            of_code.is_some() && is_name()
        });
        match both.filter(|_| is_nothing(clues.code) && self.by_name(clues.name).is_empty()) {
            Some((code, name)) => Clues { code, name, ..clues },
            None => clues,
        }
    }

    /// Finds the recipient of a row. Of several that fit a name alike, or in other words, one of the kind that the table
    /// is about is meant: *Jönköping* among regions is the region.
    #[must_use]
    pub fn find(&self, clues: Clues<'_>, kind: Option<Kind>) -> RowMatch {
        let clues = self.parted(clues);
        let names = self.best_by_name(clues.name, kind);
        let by_code = self.by_code(clues.code);
        let by_number = self.by_number(clues.organisation_number);
        let found = by_code
            .map(|at| (at, By::Code))
            .or(by_number.map(|at| (at, By::Number)))
            .or(if let [only] = names[..] { Some((only.organisation, only.by)) } else { None });
        let claims = self.claims(clues, by_code, by_number, &names, found.map(|(at, _)| at));
        if let Some(claims) = claims {
            return RowMatch::Contradicts(claims);
        }
        match found {
            Some((at, by)) => RowMatch::Matched { code: self.organisations[at].code.clone(), by },
            None if names.is_empty() => RowMatch::Unknown { nearest: self.nearest(clues.name) },
            None => RowMatch::Ambiguous(names.iter().map(|named| self.code(named.organisation)).collect()),
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
        !self.by_name(self.parted(Clues { name, ..Clues::default() }).name).is_empty()
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
        // *Region Uppsala* is the region among municipalities too.
        for wanted in [kind_said(name), kind] {
            let is_wanted = |named: &Named| Some(self.organisations[named.organisation].kind) == wanted;
            if found.iter().any(is_wanted) {
                found.retain(is_wanted);
                break;
            }
        }
        let best = found.iter().map(|named| named.distance).min();
        found.retain(|named| Some(named.distance) == best);
        found
    }

    /// Those whose names are a letter or a few from it, go on after it, or are it without what stands in brackets: at most
    /// three.
    fn nearest(&self, name: &str) -> Vec<String> {
        const FEW: usize = 3;
        const LONGEST: usize = 60;
        let before = name.split_once('(').map_or(name, |(before, _)| before);
        let (beginning, wanted) = (fold(before), forms(before).pop().unwrap_or_default());
        let length = wanted.chars().count();
        if length == 0 || length > LONGEST {
            return Vec::new();
        }
        let mut near: Vec<(usize, &Organisation)> = self
            .organisations
            .iter()
            .map(|organisation| {
                let known = forms(&organisation.name).pop().unwrap_or_default();
                let whole = fold(&organisation.name);
                let goes_on = whole.strip_prefix(&beginning).is_some_and(|rest| rest.starts_with(' '));
                (if goes_on { 1 } else { strsim::osa_distance(&wanted, &known) }, organisation)
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

#[cfg(test)]
mod tests;

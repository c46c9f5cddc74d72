//! The form of a merger and of a split.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;

use super::{past_day, reason};
use crate::{
    desks::registry::{Held, Listed, rules::Rule, who},
    grants::grant::Grant,
    ground::infra::form::FieldErrors,
    people::recipient::Organisation,
};
use values::{Id, Line};

/// What every succession has: the version of the predecessor that the page was made from, and what was typed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SuccessionForm {
    pub version: i64,
    /// A merger: who goes under beside the organisation of the page, one to a line.
    pub others: String,
    /// A merger: who takes over.
    pub successor: String,
    pub day: String,
    pub decision: String,
    pub reason: String,
    /// A split: `till-{grant}` has who takes it over.
    #[serde(flatten)]
    pub more: BTreeMap<String, String>,
    /// The fingerprint of the outlook that was shown before the button was pressed.
    pub seen: String,
    /// `andra`: back to the form, with all that was typed.
    pub handling: String,
}

/// A grant, and who takes it over.
type To<'a> = (Id<Grant>, &'a Listed);

/// On what a succession rests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grounds {
    pub day: NaiveDate,
    pub decision: String,
    pub reason: String,
}

impl SuccessionForm {
    pub fn fresh(version: i64) -> Self {
        Self { version, ..Self::default() }
    }

    /// All that was typed, for the page that shows what it comes to: by field.
    pub fn carried(&self) -> Vec<(&str, &str)> {
        let own = [
            ("others", &self.others),
            ("successor", &self.successor),
            ("day", &self.day),
            ("decision", &self.decision),
            ("reason", &self.reason),
        ];
        let of_split = self.more.iter().filter(|(field, _)| field.starts_with("till-"));
        own.into_iter()
            .chain(of_split.map(|(field, typed)| (field.as_str(), typed)))
            .filter(|(_, typed)| !typed.is_empty())
            .map(|(field, typed)| (field, typed.as_str()))
            .collect()
    }

    /// What was typed for one of the grants of a split.
    pub fn to(&self, grant: &Id<Grant>) -> &str {
        self.more.get(&format!("till-{grant}")).map_or("", |typed| typed.trim())
    }

    /// All of the organisations that go under, its own among them, and the one that takes over.
    pub fn parse_merger<'a>(
        &self,
        own: &'a Listed,
        register: &'a [Listed],
        today: NaiveDate,
    ) -> Result<(Vec<&'a Listed>, &'a Listed, Grounds), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut predecessors = vec![own];
        for typed in self.others.lines().map(str::trim).filter(|typed| !typed.is_empty()) {
            let found = errors.read("others", Rule::Party, party(register, typed));
            predecessors.extend(found.filter(|found| found.organisation.id != own.organisation.id));
        }
        predecessors.sort_by_key(|listed| listed.organisation.id.to_string());
        predecessors.dedup_by_key(|listed| listed.organisation.id);
        let successor = errors.read("successor", Rule::Party, party(register, &self.successor));
        let successor = successor.filter(|successor| {
            let is_other = predecessors.iter().all(|one| one.organisation.id != successor.organisation.id);
            if !is_other {
                let message =
                    "Efterföljaren kan inte vara en av dem som går upp i den. Låt den stå bara här.";
                errors.broken("successor", Rule::Other, message);
            }
            is_other
        });
        let grounds = self.grounds(&mut errors, today);
        match (successor, grounds) {
            (Some(successor), Some(grounds)) if errors.is_empty() => Ok((predecessors, successor, grounds)),
            _ => Err(errors),
        }
    }

    /// Who takes over which of the grants that the organisation holds. Those without a name stay.
    pub fn parse_split<'a>(
        &self,
        own: &Organisation,
        held: &[Held],
        register: &'a [Listed],
        today: NaiveDate,
    ) -> Result<(Vec<To<'a>>, Grounds), FieldErrors> {
        let mut errors = FieldErrors::default();
        let mut passing = Vec::new();
        for held in held {
            let typed = self.to(&held.grant);
            if typed.is_empty() {
                continue;
            }
            let field = format!("till-{}", held.grant);
            match errors.read(field.clone(), Rule::Party, party(register, typed)) {
                Some(found) if found.organisation.id == own.id => {
                    let message =
                        format!("{} har redan bidraget. Lämna fältet tomt om det ska vara så.", own.name);
                    errors.broken(field, Rule::Other, message);
                }
                found => passing.extend(found.map(|found| (held.grant, found))),
            }
        }
        if passing.is_empty() && errors.is_empty() {
            let field = held.first().map(|held| format!("till-{}", held.grant)).unwrap_or_default();
            errors.broken(field, Rule::Holds, "Skriv vem som tar över minst ett av bidragen.");
        }
        let grounds = self.grounds(&mut errors, today);
        grounds.filter(|_| errors.is_empty()).map(|grounds| (passing, grounds)).ok_or(errors)
    }

    fn grounds(&self, errors: &mut FieldErrors, today: NaiveDate) -> Option<Grounds> {
        let day = errors.read("day", Rule::Day, past_day(&self.day, today));
        let decision = Line::<120>::parse(&self.decision).map_err(
            |_| "Ange beslutet, till exempel regeringens beslut eller ett diarienummer, på högst 120 tecken.",
        );
        let decision = errors.read("decision", Rule::Decision, decision);
        let reason = errors.read("reason", Rule::Reason, reason(&self.reason));
        Some(Grounds { day: day?, decision: decision?.to_string(), reason: reason? })
    }
}

/// Somebody in the register that receives grants.
fn party<'a>(register: &'a [Listed], typed: &str) -> Result<&'a Listed, String> {
    if typed.trim().is_empty() {
        return Err("Skriv vem som tar över: namn, kod eller organisationsnummer.".to_owned());
    }
    who(register, typed).filter(|found| found.organisation.kind.receives_grants()).ok_or_else(|| {
        format!("Ingen bidragsmottagare i registret heter ”{}”. Skriv namnet, koden eller organisationsnumret som det står där.", typed.trim())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desks::registry::form::tests::{day, register};

    #[test]
    fn a_merger_names_its_parties() {
        let register = register();
        let form = SuccessionForm {
            others: "1489\n alingsås kommun\n\n1440".to_owned(),
            successor: "upplands väsby".to_owned(),
            day: "2022-01-01".to_owned(),
            decision: "Fi2021/1".to_owned(),
            reason: "Sammanläggning".to_owned(),
            ..SuccessionForm::default()
        };
        let today = day("2022-03-15");
        let (from, to, _) = form.parse_merger(&register[0], &register, today).unwrap();
        assert_eq!((from.len(), to.organisation.code.as_str()), (2, "0114"));
        let into_itself = SuccessionForm { successor: "Alafors".to_owned(), ..form.clone() };
        let faults = into_itself.parse_merger(&register[0], &register, today).unwrap_err();
        assert!(faults.of("successor").ends_with("(R960)"));
        let unknown = SuccessionForm { others: "Atlantis".to_owned(), ..form };
        let faults = unknown.parse_merger(&register[0], &register, today).unwrap_err();
        assert!(faults.of("others").contains("”Atlantis”"));
    }
}

//! The forms of the register, as typed, and what they come to when they are held against it.

mod succession;

use chrono::NaiveDate;
use serde::Deserialize;

pub use self::succession::{Grounds, SuccessionForm};
use super::{FormerName, Listed, counties, rules::Rule, taken_by};
use crate::{
    ground::infra::form::FieldErrors,
    people::recipient::{Kind, Organisation},
};
use values::{Id, Line, OrganisationNumber, Prose, begins_like_a_formula};

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AliasForm {
    pub alias: String,
}

impl AliasForm {
    pub fn parse(&self, own: &Organisation, register: &[Listed]) -> Result<String, FieldErrors> {
        let mut errors = FieldErrors::default();
        let alias = free(&mut errors, "alias", Rule::Name, &self.alias, Some(own.id), register);
        let other = |listed: &&Listed| listed.organisation.id != own.id && listed.is_meant_by(&self.alias);
        if let Some(other) = register.iter().find(other) {
            let known = &other.organisation;
            let message = format!(
                "Så skrivs {} ({}) utan prickar och accenter. Då vore det oklart vem som menas.",
                known.name, known.code
            );
            errors.broken("alias", Rule::Unique, message);
        }
        alias.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RenameForm {
    pub version: i64,
    pub name: String,
    pub formal_name: String,
    pub from: String,
    pub name_reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renaming {
    pub name: String,
    pub formal_name: String,
    pub from: NaiveDate,
    pub reason: String,
}

impl RenameForm {
    /// With the names that it has.
    pub fn of(organisation: &Organisation, version: i64) -> Self {
        Self {
            version,
            name: organisation.name.clone(),
            formal_name: organisation.formal_name.clone(),
            ..Self::default()
        }
    }

    /// What was typed, on the page as it is now. Gives each field's label, what was typed, and what stands there now.
    pub fn keep(&mut self, typed: Self) -> Vec<(String, String, String)> {
        let now = std::mem::replace(self, Self { version: self.version, ..typed });
        let fields =
            [("Namn", &self.name, now.name), ("Fullständigt namn", &self.formal_name, now.formal_name)];
        fields.map(|(label, mine, theirs)| (label.to_owned(), mine.clone(), theirs)).to_vec()
    }

    pub fn parse(
        &self,
        own: &Organisation,
        register: &[Listed],
        former: &[FormerName],
        today: NaiveDate,
    ) -> Result<Renaming, FieldErrors> {
        let mut errors = FieldErrors::default();
        let own = Some(own.id);
        let name = free(&mut errors, "name", Rule::Name, &self.name, own, register);
        let formal_name =
            free(&mut errors, "formal_name", Rule::FormalName, &self.formal_name, own, register);
        let from = errors.read("from", Rule::Day, past_day(&self.from, today));
        if let (Some(from), Some(last)) = (from, former.first())
            && from <= last.until
        {
            let message = "Namnet ändrades redan en senare dag. Ange en dag efter den ändringen.";
            errors.broken("from", Rule::Day, message);
        }
        let reason = errors.read("name_reason", Rule::Reason, reason(&self.name_reason));
        match (name, formal_name, from, reason) {
            (Some(name), Some(formal_name), Some(from), Some(reason)) if errors.is_empty() => {
                Ok(Renaming { name, formal_name, from, reason })
            }
            _ => Err(errors),
        }
    }
}

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NumberForm {
    pub version: i64,
    pub number: String,
    pub number_reason: String,
}

impl NumberForm {
    pub fn of(organisation: &Organisation, version: i64) -> Self {
        let number = organisation.organisation_number.map(|number| number.to_string()).unwrap_or_default();
        Self { version, number, number_reason: String::new() }
    }

    /// As a name is kept.
    pub fn keep(&mut self, typed: Self) -> Vec<(String, String, String)> {
        let now = std::mem::replace(self, Self { version: self.version, ..typed });
        vec![("Organisationsnummer".to_owned(), self.number.clone(), now.number)]
    }

    pub fn parse(
        &self,
        own: &Organisation,
        register: &[Listed],
    ) -> Result<(OrganisationNumber, String), FieldErrors> {
        let mut errors = FieldErrors::default();
        let number = free_number(&mut errors, &self.number, Some(own.id), register);
        let reason = errors.read("number_reason", Rule::Reason, reason(&self.number_reason));
        number.zip(reason).filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// Which organisations are added by hand: the others come with the registry.
pub const ADDED: [Kind; 2] = [Kind::Rss, Kind::Provider];

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct NewForm {
    pub kind: String,
    pub name: String,
    pub formal_name: String,
    pub county: String,
    pub number: String,
}

impl NewForm {
    /// Its code is the program's: `RSS` and the county's for the one structure of a county (2020 God och nära vård §10.1, *RSS i
    /// respektive län*), the number without its dash for a provider.
    pub fn parse(&self, register: &[Listed]) -> Result<Organisation, FieldErrors> {
        let mut errors = FieldErrors::default();
        let kind = ADDED.into_iter().find(|kind| kind.key() == self.kind);
        let kind = errors.read("kind", Rule::Kind, kind.ok_or("Välj vilket slags organisation det är."));
        let name = free(&mut errors, "name", Rule::Name, &self.name, None, register);
        let formal_name = match self.formal_name.trim() {
            "" => name.clone(),
            typed => free(&mut errors, "formal_name", Rule::FormalName, typed, None, register),
        };
        let county = counties(register).into_iter().find(|(code, _)| *code == self.county);
        if county.is_none() && (kind == Some(Kind::Rss) || !self.county.is_empty()) {
            errors.broken("county", Rule::County, "Välj vilket län det gäller.");
        }
        let needs_number = kind != Some(Kind::Rss);
        let number = match self.number.trim() {
            "" if !needs_number => None,
            typed => free_number(&mut errors, typed, None, register),
        };
        let code = match (kind, &county, number) {
            (Some(Kind::Rss), Some((code, _)), _) => format!("RSS{code}"),
            (Some(_), _, Some(number)) => number.digits(),
            _ => String::new(),
        };
        if let (Some(Kind::Rss), Some(known)) = (kind, taken_by(register, None, &code)) {
            let known = &known.organisation.name;
            errors.broken(
                "county",
                Rule::Unique,
                format!("Länet har redan {known}. Ett län har en sådan struktur."),
            );
        }
        match (kind, name, formal_name) {
            (Some(kind), Some(name), Some(formal_name)) if errors.is_empty() => Ok(Organisation {
                id: Id::new(),
                code,
                kind,
                name,
                formal_name,
                county: county.map(|(_, name)| name).unwrap_or_default(),
                organisation_number: number,
            }),
            _ => Err(errors),
        }
    }
}

/// A name that nobody else answers to.
fn free(
    errors: &mut FieldErrors,
    field: &'static str,
    rule: Rule,
    typed: &str,
    own: Option<Id<Organisation>>,
    register: &[Listed],
) -> Option<String> {
    let name = errors.read(field, rule, Line::<100>::parse(typed))?.to_string();
    // Open data gives the name to every program as it is.
    if begins_like_a_formula(&name) {
        errors.broken(field, rule, "Ett namn börjar inte med =, +, - eller @. Ta bort det tecknet.");
        return None;
    }
    match taken_by(register, own, &name) {
        None => Some(name),
        Some(known) => {
            let known = &known.organisation;
            let message = format!(
                "{} ({}) kallas redan så. Välj något som skiljer dem åt, till exempel med orten.",
                known.name, known.code
            );
            errors.broken(field, Rule::Unique, message);
            None
        }
    }
}

fn free_number(
    errors: &mut FieldErrors,
    typed: &str,
    own: Option<Id<Organisation>>,
    register: &[Listed],
) -> Option<OrganisationNumber> {
    let number = errors.read("number", Rule::Number, OrganisationNumber::parse(typed))?;
    match taken_by(register, own, &number.to_string()) {
        None => Some(number),
        Some(known) => {
            let known = &known.organisation;
            let message = format!("{} ({}) har redan det numret.", known.name, known.code);
            errors.broken("number", Rule::Unique, message);
            None
        }
    }
}

fn past_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, &'static str> {
    let day: NaiveDate =
        typed.trim().parse().map_err(|_| "Skriv dagen som ÅÅÅÅ-MM-DD, till exempel 2022-01-01.")?;
    if day > today {
        return Err("Dagen ligger i framtiden. Registrera ändringen när den har börjat gälla.");
    }
    Ok(day)
}

fn reason(typed: &str) -> Result<String, &'static str> {
    let text = Prose::<2000>::parse(typed);
    text.map(|text| text.as_str().to_owned()).map_err(|_| "Skriv skälet, på högst 2 000 tecken.")
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::desks::registry::tests::listed;

    pub(super) fn register() -> Vec<Listed> {
        vec![
            listed("1440", "Ale", &["Alafors"], "212000-1439"),
            listed("1489", "Alingsås", &[], ""),
            listed("0114", "Upplands Väsby", &[], "212000-0019"),
        ]
    }

    pub(super) fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn an_alias_is_nobody_elses_name_alias_code_or_number() {
        let register = register();
        let own = &register[1].organisation;
        let typed = |alias: &str| AliasForm { alias: alias.to_owned() }.parse(own, &register);
        assert_eq!(typed(" Alingsås  stad ").unwrap(), "Alingsås stad");
        for taken in ["ALE", "alafors", "Ale kommun", "1440", "212000-1439"] {
            assert!(typed(taken).unwrap_err().of("alias").ends_with("(R953)"), "{taken}");
        }
        assert!(typed(" ").unwrap_err().of("alias").ends_with("(R951)"));
        for formula in ["=1+1", "+46", " -Ale", "@SUM(A1)"] {
            let errors = typed(formula).unwrap_err();
            assert!(errors.of("alias").contains("=, +, - eller @"), "{formula}");
        }
    }

    #[test]
    fn a_new_name_has_a_day_that_has_been_and_a_reason() {
        let register = register();
        let own = &register[0].organisation;
        let form = RenameForm {
            name: "Nya Ale".to_owned(),
            formal_name: "Nya Ale kommun".to_owned(),
            from: "2022-03-15".to_owned(),
            name_reason: "Beslut".to_owned(),
            ..RenameForm::default()
        };
        let today = day("2022-03-15");
        assert_eq!(form.parse(own, &register, &[], today).unwrap().name, "Nya Ale");
        let early = form.parse(own, &register, &[], day("2022-03-14")).unwrap_err();
        assert!(early.of("from").contains("framtiden"));
        let last = FormerName { name: String::new(), formal_name: String::new(), until: today };
        assert!(form.parse(own, &register, &[last], today).unwrap_err().of("from").contains("senare dag"));
        let empty = RenameForm::default().parse(own, &register, &[], today).unwrap_err();
        let fields: Vec<&str> = empty.list.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "formal_name", "from", "name_reason"]);
    }

    #[test]
    fn what_is_added_gets_its_code() {
        let register = register();
        let new = |kind: &str, name: &str, county: &str, number: &str| {
            let [kind, name, county, number] = [kind, name, county, number].map(str::to_owned);
            NewForm { kind, name, county, number, ..NewForm::default() }.parse(&register)
        };
        let rss = new("rss", "RSS Väst", "14", "").unwrap();
        assert_eq!((rss.code.as_str(), rss.county.as_str()), ("RSS14", "14 län"));
        let provider = new("provider", "Omsorg AB", "", "556036-0793").unwrap();
        assert_eq!((provider.code.as_str(), provider.formal_name.as_str()), ("5560360793", "Omsorg AB"));
        let faults = new("provider", "Ale", "99", "").unwrap_err();
        let fields: Vec<&str> = faults.list.iter().map(|error| error.field.as_ref()).collect();
        assert_eq!(fields, ["name", "county", "number"]);
        assert!(new("municipality", "X", "", "").unwrap_err().of("kind").ends_with("(R957)"));
        assert!(new("provider", "X", "", "212000-1439").unwrap_err().of("number").ends_with("(R953)"));
    }
}

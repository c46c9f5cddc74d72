//! The register (*registret*): what the organisations that receive grants are called and were called, and who takes over
//! from whom.
//!
//! A grant is allocated to a recipient for ever: that is published, and the code is in its case numbers. Who has its rights
//! and debts is its *holder*: at first the recipient, after a merger (*sammanläggning*) or a split (*delning*) the
//! successor. A [`Succession`] says which grants passed from whom to whom. It is never undone: a mistaken one is put right
//! by one the other way.

pub mod form;
pub mod outlook;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod store;
pub mod succession;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{
    grants::grant::Grant,
    ground::infra::failure,
    people::{
        access::Doer,
        recipient::{self, Organisation},
    },
};
use values::{
    Id, OrganisationNumber,
    text::{Sought, fold, plain, same, sort_key},
};

/// An organisation as the register has it.
#[derive(Debug, Clone)]
pub struct Listed {
    pub organisation: Organisation,
    pub aliases: Vec<String>,
}

impl Listed {
    fn names(&self) -> impl Iterator<Item = &str> {
        let own = [&self.organisation.name, &self.organisation.formal_name, &self.organisation.code];
        own.into_iter().chain(&self.aliases).map(String::as_str)
    }

    /// True when these words are a name, the code or the number of this organisation: no other may have them.
    pub fn answers_to(&self, words: &str) -> bool {
        let number = OrganisationNumber::parse(words).ok();
        self.names().any(|name| same(name, words))
            || number.is_some() && number == self.organisation.organisation_number
    }

    /// True when these words are a name of this organisation that somebody typed without its accents: *Goteborg*.
    pub fn is_meant_by(&self, words: &str) -> bool {
        let words = fold(words);
        self.names().map(fold).any(|name| name != words && plain(&name) == words)
    }

    /// What it is searched by.
    pub fn known_by(&self) -> Vec<String> {
        let number = self.organisation.organisation_number.map(|number| number.to_string());
        self.names().map(str::to_owned).chain(number).collect()
    }
}

/// Who in the register is meant by these words.
pub fn who<'a>(register: &'a [Listed], words: &str) -> Option<&'a Listed> {
    Sought::new(words).pick(register, |listed| listed.known_by())
}

/// Who else answers to it already. `own` is nobody when the organisation is new.
pub fn taken_by<'a>(
    register: &'a [Listed],
    own: Option<Id<Organisation>>,
    words: &str,
) -> Option<&'a Listed> {
    register.iter().find(|listed| Some(listed.organisation.id) != own && listed.answers_to(words))
}

/// The counties by code, as the municipalities have them: the first two digits of a kommunkod are its county's.
pub fn counties(register: &[Listed]) -> Vec<(String, String)> {
    let municipal = register
        .iter()
        .map(|listed| &listed.organisation)
        .filter(|organisation| organisation.kind == recipient::Kind::Municipality);
    let mut counties: Vec<(String, String)> = municipal
        .map(|organisation| {
            (organisation.code.chars().take(2).collect::<String>(), organisation.county.clone())
        })
        .collect();
    counties.sort();
    counties.dedup();
    counties.sort_by_cached_key(|(_, name)| sort_key(name));
    counties
}

/// What an organisation was called before.
#[derive(Debug, Clone)]
pub struct FormerName {
    pub name: String,
    pub formal_name: String,
    /// The last day.
    pub until: NaiveDate,
}

/// How a grant comes to have another holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// *Sammanläggning*: one or several into one, with all they have.
    Merger,
    /// *Delning*: for each grant, who takes it over.
    Split,
}

impl Kind {
    pub fn key(self) -> &'static str {
        match self {
            Self::Merger => "merger",
            Self::Split => "split",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        [Self::Merger, Self::Split].into_iter().find(|kind| kind.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Merger => "Sammanläggning",
            Self::Split => "Delning",
        }
    }
}

/// That rights and debts passed from some organisations to others (*efterföljare*).
#[derive(Debug, Clone)]
pub struct Succession {
    pub id: Id<Succession>,
    pub kind: Kind,
    /// The day it is of. It takes effect when it is registered.
    pub day: NaiveDate,
    pub decision: String,
    pub reason: String,
    pub registered_by: Doer,
    pub registered_at: DateTime<Utc>,
}

/// A grant of an organisation, now or at first.
#[derive(Debug, Clone)]
pub struct Held {
    pub grant: Id<Grant>,
    /// `AO22-1440`
    pub number: String,
    pub agreement: String,
    pub agreement_code: String,
    pub recipient: (String, String),
    /// The holder's code and name.
    pub holder: (String, String),
}

/// A grant that passed.
#[derive(Debug, Clone)]
pub struct Passed {
    pub grant: Id<Grant>,
    pub number: String,
    pub from: String,
    pub to: String,
}

/// Why nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error(
        "Någon annan har ändrat uppgifterna sedan du öppnade sidan. Läs dem som de är nu och försök igen."
    )]
    Changed,
    #[error("Något har ändrats sedan du läste igenom det. Läs det som det är nu.")]
    NotAsShown,
}

impl failure::Refusal for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn listed(code: &str, name: &str, aliases: &[&str], number: &str) -> Listed {
        Listed {
            organisation: Organisation {
                id: Id::new(),
                code: code.to_owned(),
                kind: recipient::Kind::Municipality,
                name: name.to_owned(),
                formal_name: format!("{name} kommun"),
                county: format!("{} län", &code[..2]),
                organisation_number: OrganisationNumber::parse(number).ok(),
            },
            aliases: aliases.iter().map(|&alias| alias.to_owned()).collect(),
        }
    }

    fn register() -> Vec<Listed> {
        vec![
            listed("1440", "Ale", &["Alafors"], "212000-1439"),
            listed("0114", "Upplands Väsby", &[], "212000-0019"),
            listed("1489", "Alingsås", &[], ""),
        ]
    }

    #[test]
    fn an_organisation_answers_to_its_names_its_code_and_its_number() {
        let register = register();
        for words in ["ale", " ALE KOMMUN ", "alafors", "1440", "2120001439", "212000-1439"] {
            assert_eq!(who(&register, words).unwrap().organisation.code, "1440", "{words}");
        }
        assert_eq!(who(&register, "UPPLANDS VÄSBY").unwrap().organisation.code, "0114");
        for words in ["", "al", "212000-1438", "Alfors"] {
            assert!(who(&register, words).is_none(), "{words}");
        }
    }

    #[test]
    fn a_search_finds_parts() {
        let register = register();
        let found = |words: &str| {
            let mut found: Vec<&Listed> = register.iter().collect();
            Sought::new(words).narrow(&mut found, |listed| listed.known_by());
            found.into_iter().map(|listed| listed.organisation.name.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(found("al"), ["Ale", "Alingsås"]);
        assert_eq!(found("väsby"), ["Upplands Väsby"]);
        assert_eq!(found("upplands-vasby"), ["Upplands Väsby"]);
        assert_eq!(found("Upplands Väsbys stad"), ["Upplands Väsby"]);
        assert_eq!(found("00-0019"), ["Upplands Väsby"]);
        assert_eq!(found("2120001439"), ["Ale"]);
        assert_eq!(found("").len(), 3);
    }

    #[test]
    fn a_name_is_taken_by_somebody_else_only() {
        let register = register();
        let ale = register[0].organisation.id;
        assert!(taken_by(&register, Some(ale), "Alafors").is_none());
        assert_eq!(taken_by(&register, Some(ale), "alingsås kommun").unwrap().organisation.name, "Alingsås");
        assert_eq!(taken_by(&register, None, "1440").unwrap().organisation.name, "Ale");
        for twin in ["Alingsa\u{30A}s", "ALINGSÅS\u{A0}KOMMUN", "Upplands-Väsby", "\u{FF21}le"] {
            assert!(taken_by(&register, None, twin).is_some(), "{twin}");
        }
    }

    #[test]
    fn counties_follow_from_the_municipalities() {
        assert_eq!(
            counties(&register()),
            [("01".to_owned(), "01 län".to_owned()), ("14".to_owned(), "14 län".to_owned())]
        );
    }
}

//! Who did something, as a state or a row keeps it. Two people may share a name: the id tells them apart.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Person;
use values::Id;

/// A person, with the name as it was then. What was stored before ids were kept has a name alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Stored")]
pub struct Doer {
    person: Option<Id<Person>>,
    name: String,
}

impl Doer {
    pub fn of(person: &Person) -> Self {
        Self { person: Some(person.id), name: person.name.clone() }
    }

    /// As a row keeps it, in two columns.
    pub fn stored(person: Option<Id<Person>>, name: String) -> Self {
        Self { person, name }
    }

    /// Somebody of whom the name alone is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { person: None, name: name.into() }
    }

    pub fn person(&self) -> Option<Id<Person>> {
        self.person
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// It is certainly this person: for recognising what somebody did a moment ago.
    pub fn is(&self, person: Id<Person>) -> bool {
        self.person == Some(person)
    }

    /// It may be this person: for what two people must do. Without an id, whoever has the name may be the one.
    pub fn may_be(&self, person: &Person) -> bool {
        self.person.map_or(self.name == person.name, |id| id == person.id)
    }

    /// Both are the same person, as far as is known: without both ids the names must do.
    pub fn is_same_as(&self, other: &Self) -> bool {
        match (self.person, other.person) {
            (Some(one), Some(other)) => one == other,
            _ => self.name == other.name,
        }
    }
}

/// What a page and a document say.
impl fmt::Display for Doer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

/// How stored documents have it: with an id, or from before, the name alone.
#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Known { person: Option<Id<Person>>, name: String },
    Named(String),
}

impl From<Stored> for Doer {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Known { person, name } => Self { person, name },
            Stored::Named(name) => Self { person: None, name },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::infra::stored::{self, Shown};

    fn person(name: &str) -> Person {
        Person { id: Id::new(), email: String::new(), name: name.to_owned() }
    }

    #[test]
    fn two_of_one_name_are_two() {
        let (one, namesake) = (person("Anna Ek"), person("Anna Ek"));
        let doer = Doer::of(&one);
        assert!(doer.is(one.id) && doer.may_be(&one));
        assert!(!doer.is(namesake.id) && !doer.may_be(&namesake));
        assert!(doer.is_same_as(&Doer::of(&one)) && !doer.is_same_as(&Doer::of(&namesake)));
        assert_eq!(doer.to_string(), "Anna Ek");
    }

    #[test]
    fn what_was_stored_with_a_name_alone_is_certainly_nobody_and_may_be_whoever_has_the_name() {
        let old: Doer = serde_json::from_str("\"Anna Ek\"").unwrap();
        assert!(!old.is(person("Anna Ek").id));
        assert!(old.may_be(&person("Anna Ek")) && !old.may_be(&person("Bo Al")));
        assert!(old.is_same_as(&Doer::of(&person("Anna Ek"))) && !old.is_same_as(&Doer::named("Bo Al")));
        let doer = Doer::of(&person("Anna Ek"));
        for doer in [old, doer] {
            let stored = serde_json::to_string(&doer).unwrap();
            assert_eq!(serde_json::from_str::<Doer>(&stored).unwrap(), doer, "{stored}");
        }
    }

    #[test]
    fn stored_doers_read_and_write_as_they_did() {
        let mut shown = Shown::default();
        for Doer { person, name: _ } in stored::examples::<Doer>("access/doers.json").into_values() {
            shown.optional("person", person.is_some());
        }
        shown.is_complete(&[]);
        let older = stored::older::<Doer>("access/doers-old.json");
        assert_eq!(older["name_alone"], Doer::named("Anna Ek"));
    }
}

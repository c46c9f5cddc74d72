//! Access (*behörighet*): people, their roles in organisations, and the sessions they act in.
//!
//! A handler takes a proof ([`proof::By`]) and cannot run without it; [`routing::Routes`] registers no handler that
//! takes none.

mod act;
pub mod deeds;
mod doer;
pub mod owner;
pub mod pages;
pub mod password;
pub mod paths;
pub mod proof;
pub mod routing;
pub mod session;
pub mod store;
pub mod turns;

use chrono::{DateTime, NaiveDate, Utc};

pub use act::{Act, NoMandate, Scope};
pub use doer::Doer;

use crate::{ground::history::Who, people::recipient::Organisation};
use values::Id;

#[derive(Debug, Clone)]
pub struct Person {
    pub id: Id<Person>,
    pub email: String,
    pub name: String,
}

impl Person {
    /// The name, with the address where somebody else among these has the same name.
    pub fn named_among<'a>(&self, others: impl IntoIterator<Item = &'a Person>) -> String {
        let has_namesake = others.into_iter().any(|other| other.id != self.id && other.name == self.name);
        if has_namesake { self.with_address() } else { self.name.clone() }
    }

    pub fn with_address(&self) -> String {
        format!("{} ({})", self.name, self.email)
    }
}

/// People to choose from: id and name, each to be told from the others.
pub fn told_apart(people: &[Person]) -> Vec<(String, String)> {
    people.iter().map(|person| (person.id.to_string(), person.named_among(people))).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// *Ekonom*: fills in the forms.
    Preparer,
    /// *Ekonomichef/verksamhetschef*: certifies the report.
    FinanceHead,
    /// *Behörig företrädare*: signs.
    Signatory,
    /// *Handläggare*: reviews and decides on requisitions and reports.
    CaseOfficer,
    /// *Beslutsfattare*: sees what the authority has, gives insight; is to decide on reclaims and release payments.
    DecisionMaker,
    /// *Utbetalare*: registers payments, matches what comes back.
    PaymentOfficer,
    /// *Insyn*: reads and exports what its organisation was given, changes nothing.
    Reader,
    /// *Behörighetsadministratör*: says who in the organisation has which role.
    Administrator,
}

impl Role {
    pub const ALL: [Self; 8] = [
        Self::Preparer,
        Self::FinanceHead,
        Self::Signatory,
        Self::CaseOfficer,
        Self::DecisionMaker,
        Self::PaymentOfficer,
        Self::Reader,
        Self::Administrator,
    ];

    pub fn key(self) -> &'static str {
        match self {
            Self::Preparer => "ekonom",
            Self::FinanceHead => "ekonomichef",
            Self::Signatory => "foretradare",
            Self::CaseOfficer => "handlaggare",
            Self::DecisionMaker => "beslutsfattare",
            Self::PaymentOfficer => "utbetalare",
            Self::Reader => "insyn",
            Self::Administrator => "administrator",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Preparer => "Ekonom",
            Self::FinanceHead => "Ekonomichef/verksamhetschef",
            Self::Signatory => "Behörig företrädare",
            Self::CaseOfficer => "Handläggare",
            Self::DecisionMaker => "Beslutsfattare",
            Self::PaymentOfficer => "Utbetalare",
            Self::Reader => "Insyn",
            Self::Administrator => "Administratör",
        }
    }

    /// The roles that an organisation of this kind has.
    pub fn fits(self, kind: crate::people::recipient::Kind) -> bool {
        use crate::people::recipient::Kind;
        match self {
            Self::Preparer | Self::FinanceHead | Self::Signatory => kind.receives_grants(),
            Self::CaseOfficer | Self::DecisionMaker | Self::PaymentOfficer => kind == Kind::Authority,
            Self::Reader => kind.may_read(),
            Self::Administrator => true,
        }
    }

    /// Signs, certifies, decides, pays or administers: a password alone is too little for that.
    pub fn needs_second_factor(self) -> bool {
        match self {
            Self::FinanceHead
            | Self::Signatory
            | Self::CaseOfficer
            | Self::DecisionMaker
            | Self::PaymentOfficer
            | Self::Administrator => true,
            Self::Preparer | Self::Reader => false,
        }
    }

    /// Given by the organisation itself, it counts first when an authority has confirmed it: who is a *behörig företrädare*
    /// (2021 §7.1) is the authority's to know.
    pub fn needs_confirmation(self) -> bool {
        self == Self::Signatory
    }
}

/// A signed-in person, acting for one organisation in the roles held there.
#[derive(Debug, Clone)]
pub struct Actor {
    pub person: Person,
    pub organisation: Organisation,
    pub roles: Vec<Role>,
    /// For how long, and on what decision, each of those roles is held.
    pub mandates: Vec<(Role, Mandate)>,
    /// Every organisation the person has a role in.
    pub organisations: Vec<(Id<Organisation>, String)>,
    /// Some agreement names the organisation as the addressee of a further report.
    pub receives_reports: bool,
    /// What is asked for after the password.
    pub factors: Factors,
}

/// Which second factors an account has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Factors {
    /// An app that shows codes.
    pub app: bool,
    /// One passkey or several.
    pub passkey: bool,
}

impl Factors {
    /// A password alone is not enough.
    pub fn any(self) -> bool {
        self.app || self.passkey
    }
}

/// From when to when somebody may act in a role, both days inclusive, and on what decision (*uppdrag*, *delegation*).
/// Without a day it has no limit on that side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mandate {
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub decision: String,
    /// Given by the organisation itself; no authority has confirmed it yet.
    pub is_unconfirmed: bool,
}

/// Whether a mandate holds on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validity {
    Valid,
    Unconfirmed,
    NotYet(NaiveDate),
    Expired(NaiveDate),
}

impl Mandate {
    pub fn standing(&self, day: NaiveDate) -> Validity {
        if self.is_unconfirmed {
            return Validity::Unconfirmed;
        }
        match (self.from, self.to) {
            (Some(from), _) if day < from => Validity::NotYet(from),
            (_, Some(to)) if day > to => Validity::Expired(to),
            _ => Validity::Valid,
        }
    }
}

/// A person in a role of an organisation, with the mandate for it.
#[derive(Debug, Clone)]
pub struct Holder {
    pub person: Person,
    pub role: Role,
    pub mandate: Mandate,
}

/// The same, with when the person signed in last.
#[derive(Debug, Clone)]
pub struct Member {
    pub holder: Holder,
    pub signed_in_at: Option<DateTime<Utc>>,
}

impl Actor {
    pub fn has(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }

    /// Holds the role at this very authority: elsewhere it decides nothing, also where there is something to read.
    pub fn has_at(&self, role: Role, authority: Id<Organisation>) -> bool {
        self.organisation.id == authority && self.has(role)
    }

    /// Has a desk at this authority, whatever the role.
    pub fn is_official_of(&self, authority: Id<Organisation>) -> bool {
        [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer]
            .into_iter()
            .any(|role| self.has_at(role, authority))
    }

    /// Acts in a role that a password alone is too little for, and has nothing more.
    pub fn lacks_second_factor(&self) -> bool {
        !self.factors.any() && self.roles.iter().any(|role| role.needs_second_factor())
    }

    pub fn mandate(&self, role: Role) -> Mandate {
        let held = self.mandates.iter().find(|(held, _)| *held == role);
        held.map(|(_, mandate)| mandate.clone()).unwrap_or_default()
    }

    pub fn doer(&self) -> Doer {
        Doer::of(&self.person)
    }

    pub fn who(&self) -> Who {
        Who {
            person_id: self.person.id.to_string(),
            person: self.person.name.clone(),
            organisation: self.organisation.name.clone(),
        }
    }
}

/// Every practice person's password, shown where it is asked for. Opens nothing outside practice mode.
pub const PRACTICE_PASSWORD: &str = "övning gör mästare";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mandate_holds_on_its_first_day_and_on_its_last() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (from, to) = (day("2022-03-01"), day("2022-03-31"));
        let mandate =
            Mandate { from: Some(from), to: Some(to), decision: "KS 1".to_owned(), is_unconfirmed: false };
        assert_eq!(mandate.standing(day("2022-02-28")), Validity::NotYet(from));
        assert_eq!(mandate.standing(from), Validity::Valid);
        assert_eq!(mandate.standing(to), Validity::Valid);
        assert_eq!(mandate.standing(day("2022-04-01")), Validity::Expired(to));
        assert_eq!(Mandate::default().standing(from), Validity::Valid);
        assert_eq!(Mandate { is_unconfirmed: true, ..mandate }.standing(from), Validity::Unconfirmed);
    }

    #[test]
    fn role_keys_are_read_back() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.key()), Some(role));
        }
    }
}

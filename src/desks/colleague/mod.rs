//! Colleagues (*kollegor*): who in an organisation has which role. The organisation's own administrator
//! (*behörighetsadministratör*) says so: invites, gives and takes roles, and ends what somebody had there. An organisation
//! without an administrator gets its first one from an authority that pays it something.
//!
//! A role that acts outwards (*behörig företrädare*) is given here and counts first when that authority has confirmed it
//! ([`crate::grants::mandate`]).

pub mod form;
pub mod pages;
pub mod paths;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::{
    ground::infra::failure,
    people::{
        access::{Mandate, Member, Person, Role, Validity},
        recipient::Kind,
    },
};

/// A person with everything that they may do in an organisation.
#[derive(Debug, Clone)]
pub struct Colleague {
    pub person: Person,
    pub roles: Vec<(Role, Mandate)>,
    pub signed_in_at: Option<DateTime<Utc>>,
}

impl Colleague {
    pub fn has(&self, role: Role) -> bool {
        self.roles.iter().any(|(held, _)| *held == role)
    }

    /// Can act in the role on a day.
    fn can(&self, role: Role, day: NaiveDate) -> bool {
        self.roles.iter().any(|(held, mandate)| *held == role && mandate.standing(day) == Validity::Valid)
    }

    /// What one person should not have together, in words. Told, not forbidden: a small organisation may have no choice.
    pub fn combination(&self) -> Option<&'static str> {
        let official = [Role::CaseOfficer, Role::DecisionMaker, Role::PaymentOfficer];
        if official.into_iter().filter(|role| self.has(*role)).count() > 1 {
            return Some(
                "Samma person handlägger, beslutar eller betalar ut. Låt helst olika personer göra det.",
            );
        }
        (self.has(Role::FinanceHead) && self.has(Role::Signatory)).then_some(
            "Samma person intygar och skriver under. En redovisning som hen har intygat måste någon annan skriva under.",
        )
    }
}

/// Their rows made people, in the order of the rows: those of one person follow one another.
pub fn colleagues(members: Vec<Member>) -> Vec<Colleague> {
    let mut found: Vec<Colleague> = Vec::new();
    for Member { holder, signed_in_at } in members {
        let role = (holder.role, holder.mandate);
        match found.last_mut().filter(|last| last.person.id == holder.person.id) {
            Some(last) => last.roles.push(role),
            None => found.push(Colleague { person: holder.person, roles: vec![role], signed_in_at }),
        }
    }
    found
}

/// Those of the roles that nobody else can act in on this day, each with what cannot be done then.
pub fn losses(
    colleagues: &[Colleague],
    leaver: &Colleague,
    roles: &[Role],
    day: NaiveDate,
) -> Vec<(Role, &'static str)> {
    let is_last = |role: Role| {
        !colleagues.iter().any(|other| other.person.id != leaver.person.id && other.can(role, day))
    };
    roles
        .iter()
        .filter(|role| is_last(**role))
        .filter_map(|role| Some((*role, consequence(*role)?)))
        .collect()
}

/// What cannot be done when nobody has the role.
fn consequence(role: Role) -> Option<&'static str> {
    match role {
        Role::Preparer => Some(
            "Ingen kan fylla i rekvisitioner och redovisningar, om det inte finns en behörig företrädare.",
        ),
        Role::FinanceHead => {
            Some("Ingen kan intyga den ekonomiska redovisningen, och den kan inte lämnas in.")
        }
        Role::Signatory => Some(
            "Ingen kan skriva under i portalen. Rekvisition och redovisning måste undertecknas på papper.",
        ),
        Role::CaseOfficer => Some("Ingen kan granska och besluta om rekvisitioner och redovisningar."),
        Role::DecisionMaker => {
            Some("Ingen kan publicera överenskommelser eller registrera sammanläggningar.")
        }
        Role::PaymentOfficer => Some("Ingen kan registrera utbetalningar och återbetalningar."),
        Role::Administrator => Some("Ingen kan bjuda in kollegor eller ändra roller."),
        Role::Reader => None,
    }
}

/// The roles that an organisation of a kind has, in the order of their work.
pub fn roles_of(kind: Kind) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| role.fits(kind)).collect()
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Rollerna eller inbjudningarna har ändrats sedan sidan öppnades.")]
    Changed,
    #[error(
        "Du är den enda administratören. Ge först rollen till någon annan, annars kan ingen ändra roller hos er."
    )]
    OnlyAdministrator,
    #[error("Organisationen har redan en administratör, som sköter rollerna själv.")]
    HasAdministrator,
    #[error(
        "Kontot används också i en annan organisation. Lösenordet kan bara bytas av personen själv, eller av den som driver portalen."
    )]
    AccountOfOthers,
}

impl failure::Refusal for Refusal {}

#[cfg(test)]
mod tests {
    use super::*;
    use values::Id;

    fn colleague(name: &str, roles: &[Role]) -> Colleague {
        Colleague {
            person: Person { id: Id::new(), email: format!("{name}@ale.example"), name: name.to_owned() },
            roles: roles.iter().map(|role| (*role, Mandate::default())).collect(),
            signed_in_at: None,
        }
    }

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2022, 3, 15).unwrap()
    }

    #[test]
    fn a_role_is_lost_when_nobody_else_can_act_in_it_that_day() {
        let leaver = colleague("a", &[Role::Signatory, Role::Preparer]);
        let mut other = colleague("b", &[Role::Signatory]);
        let lost = |all: &[Colleague]| -> Vec<Role> {
            losses(all, &leaver, &[Role::Signatory], day()).into_iter().map(|(role, _)| role).collect()
        };
        assert_eq!(lost(std::slice::from_ref(&leaver)), [Role::Signatory]);
        assert!(lost(&[leaver.clone(), other.clone()]).is_empty());
        other.roles[0].1.is_unconfirmed = true;
        assert_eq!(lost(&[leaver.clone(), other.clone()]), [Role::Signatory]);
        other.roles[0].1 = Mandate { to: day().pred_opt(), ..Mandate::default() };
        assert_eq!(lost(&[leaver.clone(), other]), [Role::Signatory]);
    }

    #[test]
    fn an_officials_three_roles_are_warned_of_in_one_person() {
        assert!(colleague("a", &[Role::CaseOfficer]).combination().is_none());
        assert!(colleague("a", &[Role::CaseOfficer, Role::Administrator]).combination().is_none());
        assert!(colleague("a", &[Role::CaseOfficer, Role::PaymentOfficer]).combination().is_some());
        assert!(colleague("a", &[Role::FinanceHead, Role::Signatory]).combination().is_some());
        assert!(colleague("a", &[Role::Preparer, Role::Signatory]).combination().is_none());
    }

    #[test]
    fn every_kind_of_organisation_can_have_an_administrator() {
        for kind in [Kind::Municipality, Kind::Authority, Kind::Reader, Kind::Provider] {
            assert!(roles_of(kind).contains(&Role::Administrator));
        }
        assert!(!roles_of(Kind::Municipality).contains(&Role::CaseOfficer));
        assert!(!roles_of(Kind::Authority).contains(&Role::Signatory));
    }
}

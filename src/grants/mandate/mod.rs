//! Mandates (*uppdrag*): who may certify and sign for a recipient, from when to when, on what decision
//! (*delegationsbeslut*). *Undertecknade i original av en behörig företrädare för kommunen* (2021 §7.1): whether somebody is
//! one is the authority's to know, so its case officers register what the recipient sends it.
//!
//! A mandate is a property of a role that a person holds ([`crate::people::access::Mandate`]); that it must hold on the day it is
//! used is [`crate::people::access::Act::mandated`].

pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod store;
pub mod verbs;

use chrono::NaiveDate;
use thiserror::Error;

use crate::{
    ground::infra::failure,
    people::access::{Holder, Mandate, Person, Role, Validity},
};
use values::calendar::long_date;

/// The roles that act for a recipient outwards.
pub const ROLES: [Role; 2] = [Role::FinanceHead, Role::Signatory];

/// Why a mandate was not set.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// This is what it says now.
    #[error("Någon annan har ändrat uppdraget sedan sidan öppnades.")]
    Changed(Mandate),
    /// Whoever invited the administrator who gave the role does not confirm it too: nobody makes a signatory alone.
    #[error(
        "Du bjöd in organisationens administratör, som gav rollen. En annan handläggare ska bekräfta den."
    )]
    InvitedAdministrator,
}

impl failure::Refusal for Refusal {}

/// `1 januari 2022–31 december 2022, Kommunstyrelsen 2021-12-15 § 210`
pub fn told(mandate: &Mandate) -> String {
    let days = days(mandate);
    let told = if mandate.decision.is_empty() { days } else { format!("{days}, {}", mandate.decision) };
    if mandate.is_unconfirmed { format!("{told} (väntar på bekräftelse)") } else { told }
}

/// From when to when.
pub fn days(mandate: &Mandate) -> String {
    match (mandate.from, mandate.to) {
        (None, None) => "tills vidare".to_owned(),
        (Some(from), None) => format!("från och med {}", long_date(from)),
        (None, Some(to)) => format!("till och med {}", long_date(to)),
        (Some(from), Some(to)) => format!("{}–{}", long_date(from), long_date(to)),
    }
}

/// What a tag says, and its tone. The text says the same: colour is never alone.
pub fn tag(mandate: &Mandate, today: NaiveDate) -> (&'static str, &'static str) {
    match mandate.standing(today) {
        Validity::Valid => ("Gäller", "success"),
        Validity::Unconfirmed => ("Väntar på bekräftelse", "warning"),
        Validity::NotYet(_) => ("Gäller inte än", "warning"),
        Validity::Expired(_) => ("Har gått ut", "danger"),
    }
}

/// The person as the history names them: with the address where a namesake acts for the same recipient.
pub fn named(person: &Person, holders: &[Holder]) -> String {
    person.named_among(holders.iter().map(|holder| &holder.person))
}

/// What somebody in the role does.
pub fn duty(role: Role) -> &'static str {
    match role {
        Role::FinanceHead => "Granskar och intygar den ekonomiska redovisningen",
        Role::Signatory => "Skriver under rekvisition och redovisning",
        Role::Preparer
        | Role::CaseOfficer
        | Role::DecisionMaker
        | Role::PaymentOfficer
        | Role::Reader
        | Role::Administrator => "",
    }
}

//! An act: who does something, when, and with whose eyes. Every verb of somebody who is signed in takes one.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::{Actor, Doer, Role, Validity};
use crate::{
    ground::{
        history::{self, Event},
        infra::conflict::Saved,
    },
    people::recipient::Organisation,
};
use values::{Id, calendar};

/// Who does it, when, and with whose eyes.
#[derive(Debug, Clone)]
pub struct Act {
    pub scope: Scope,
    pub actor: Actor,
    pub now: DateTime<Utc>,
}

impl Act {
    /// By somebody at a recipient: sees its own grants.
    pub fn of_recipient(actor: &Actor, now: DateTime<Utc>) -> Self {
        Self { scope: Scope::Recipient(actor.organisation.id), actor: actor.clone(), now }
    }

    /// By somebody at an authority: sees the grants of the agreements that it pays.
    pub fn of_authority(actor: &Actor, now: DateTime<Utc>) -> Self {
        Self { scope: Scope::Authority(actor.organisation.id), actor: actor.clone(), now }
    }

    /// By somebody who changes the own account only: what others have is not read.
    pub fn of_oneself(actor: &Actor, now: DateTime<Utc>) -> Self {
        Self::across(actor, now)
    }

    /// By somebody who looks across grants: at the paying authority, or with insight.
    pub fn across(actor: &Actor, now: DateTime<Utc>) -> Self {
        Self { scope: Scope::across(actor), actor: actor.clone(), now }
    }

    /// The name alone, for what is only shown.
    pub fn by(&self) -> String {
        self.actor.person.name.clone()
    }

    /// Who it is, for what is recognised later.
    pub fn doer(&self) -> Doer {
        self.actor.doer()
    }

    /// Who saved what is saved by this act, and when.
    pub fn saved(&self) -> Saved {
        Saved { by: self.by(), at: self.now }
    }

    /// The line that the history gets, without details and reason.
    pub fn entry(&self, event: Event, subject: impl Into<String>) -> history::Entry {
        history::Entry {
            at: self.now,
            who: self.actor.who(),
            event,
            subject: subject.into(),
            details: String::new(),
            reason: String::new(),
        }
    }

    /// The actor's mandate in a role must hold on the day it is used.
    pub fn mandated(&self, role: Role) -> Result<(), NoMandate> {
        let mandate = self.actor.mandate(role);
        let decision = || match mandate.decision.as_str() {
            "" => String::new(),
            decision => format!(" ({decision})"),
        };
        match mandate.standing(calendar::day(self.now)) {
            Validity::Valid => Ok(()),
            Validity::Unconfirmed => Err(NoMandate::Unconfirmed),
            Validity::NotYet(from) => Err(NoMandate::NotYet { from, decision: decision() }),
            Validity::Expired(to) => Err(NoMandate::Expired { to, decision: decision() }),
        }
    }
}

/// Whose eyes a query has: the recipient sees the grants that it holds, the authority those of the agreements it pays, the reader
/// those of the agreements it was given insight into. Only the first two are ever those of somebody who changes something.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    Recipient(Id<Organisation>),
    Authority(Id<Organisation>),
    Reader(Id<Organisation>),
}

impl Scope {
    /// Of whoever looks at others' grants.
    pub fn across(actor: &Actor) -> Self {
        let own = actor.organisation.id;
        if actor.has(Role::Reader) { Self::Reader(own) } else { Self::Authority(own) }
    }
}

/// Why somebody may not certify or sign.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoMandate {
    #[error(
        "Ditt uppdrag väntar på bekräftelse av myndigheten som betalar ut bidraget. Till dess får någon annan med giltigt uppdrag göra det."
    )]
    Unconfirmed,
    #[error(
        "Ditt uppdrag{decision} börjar gälla först {}. Till dess får någon annan med giltigt uppdrag göra det.",
        calendar::long_date(*from)
    )]
    NotYet { from: NaiveDate, decision: String },
    #[error(
        "Ditt uppdrag{decision} gällde till och med {}. Anmäl ett nytt beslut till myndigheten, eller låt någon annan med giltigt uppdrag göra det.",
        calendar::long_date(*to)
    )]
    Expired { to: NaiveDate, decision: String },
}

//! What can be done with an identity: somebody comes, for the first time or again; somebody confirms who they are.

use chrono::{DateTime, Utc};

use super::{Refusal, Visitor, store};
use crate::{
    ground::{
        history::{self, Entry, Event, Who},
        infra::{
            config::Provider,
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::{
        access::{self, Person},
        recipient::{self, Organisation},
    },
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;

/// Who has come, and whether there is something to do here.
#[derive(Debug)]
pub struct Arrival {
    pub person: Person,
    pub organisation: Organisation,
    pub has_role: bool,
}

/// Somebody comes from a provider. One who is known by issuer and subject is who that is. A stranger becomes a person of the
/// organisation, without a role; or is the one whose account waits for them ([`super`]). Only what is new leaves a line.
pub fn arrive(
    connection: &mut AnyConnection,
    provider: &Provider,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<Arrival, Failure> {
    let organisation = recipient::store::find_by_number(connection, visitor.organisation)?
        .ok_or(Refusal::UnknownOrganisation(visitor.organisation))?;
    // Two first visits at once: the later one finds the person.
    recipient::store::hold(connection, organisation.id)?;
    let person = match store::person(connection, &visitor.issuer, &visitor.subject)? {
        Some(known) => {
            store::note_seen(connection, organisation.id, visitor, now)?;
            known
        }
        None => welcome(connection, provider, visitor, &organisation, now)?,
    };
    let has_role = store::has_role(connection, person.id, organisation.id)?;
    Ok(Arrival { person, organisation, has_role })
}

fn welcome(
    connection: &mut AnyConnection,
    provider: &Provider,
    visitor: &Visitor,
    organisation: &Organisation,
    now: DateTime<Utc>,
) -> Result<Person, Failure> {
    let email = visitor.email.as_ref().ok_or(Refusal::NoEmail)?;
    let (person, event) = match access::store::find_by_email(connection, email)? {
        Some((known, _)) => {
            let is_colleague = store::has_role(connection, known.id, organisation.id)?;
            let is_told = provider.trust_email && visitor.email_is_verified;
            if !(is_told && is_colleague) || store::has_way_in(connection, known.id)? {
                return Err(Refusal::AddressTaken.into());
            }
            (known, Event::IdentityLinked)
        }
        // No password: nothing that is typed matches an empty hash.
        None => {
            (access::store::add_person(connection, email, &visitor.name, "", now)?, Event::IdentityRegistered)
        }
    };
    tie(connection, provider, visitor, organisation, (&person, event), now)?;
    Ok(person)
}

/// Whoever is signed in ties the identity to the account: from then on either opens it. One that is tied to it already stays.
pub fn link(
    connection: &mut AnyConnection,
    provider: &Provider,
    visitor: &Visitor,
    person: &Person,
    now: DateTime<Utc>,
) -> Result<(), Failure> {
    let organisation = recipient::store::find_by_number(connection, visitor.organisation)?
        .ok_or(Refusal::UnknownOrganisation(visitor.organisation))?;
    recipient::store::hold(connection, organisation.id)?;
    match store::person(connection, &visitor.issuer, &visitor.subject)? {
        Some(known) if known.id == person.id => return Ok(()),
        Some(_) => return Err(Refusal::IdentityTaken.into()),
        None => {}
    }
    if !store::has_role(connection, person.id, organisation.id)? {
        return Err(Refusal::NoRoleThere(organisation.formal_name).into());
    }
    Ok(tie(connection, provider, visitor, &organisation, (person, Event::IdentityLinked), now)?)
}

fn tie(
    connection: &mut AnyConnection,
    provider: &Provider,
    visitor: &Visitor,
    organisation: &Organisation,
    (person, event): (&Person, Event),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    store::add(connection, person.id, organisation.id, visitor, now)?;
    let version = recipient::store::lock(connection, organisation.id)?;
    let line = Entry {
        at: now,
        who: Who {
            person_id: person.id.to_string(),
            person: person.name.clone(),
            organisation: organisation.name.clone(),
        },
        event,
        subject: person.name.clone(),
        details: provider.name.clone(),
        reason: String::new(),
    };
    history::store::append(connection, &organisation.id.to_string(), version, line)
}

/// Whoever came back from confirming is the person whose session it is.
pub fn is_same(
    connection: &mut AnyConnection,
    person: Id<Person>,
    (issuer, subject): (&str, &str),
) -> Result<(), Failure> {
    let known = store::person(connection, issuer, subject)?;
    let is_same = known.is_some_and(|known| known.id == person);
    if is_same { Ok(()) } else { Err(Refusal::SomebodyElse.into()) }
}

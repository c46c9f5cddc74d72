//! What can be done with mandates: a role is given, and a mandate is set.

use chrono::{DateTime, Utc};

use super::{Refusal, named, told};
use crate::{
    ground::{
        history::{self, Entry, Event, Who},
        infra::{
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::{
        access::{self, Act, Mandate, Person, Role},
        account,
        recipient::{self, Organisation},
    },
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;

/// Gives a person a role with its mandate. A role that is held with that mandate, or held when none is stated, stays as it
/// is and leaves no line.
pub fn give_role(
    connection: &mut AnyConnection,
    who: Who,
    now: DateTime<Utc>,
    organisation: &Organisation,
    person: &Person,
    role: Role,
    mandate: &Mandate,
) -> Result<(), DbError> {
    let held = access::store::mandate(connection, person.id, organisation.id, role)?;
    if held.is_some_and(|held| held == *mandate || *mandate == Mandate::default()) {
        return Ok(());
    }
    let version = recipient::store::lock(connection, organisation.id)?;
    access::store::give_role(connection, person.id, organisation.id, role)?;
    access::store::set_mandate(connection, person.id, organisation.id, role, mandate)?;
    let everybody = access::store::holders(connection, organisation.id, &super::ROLES)?;
    let line = line(who, now, named(person, &everybody), role, told(mandate));
    history::store::append(connection, &organisation.id.to_string(), version, line)
}

/// Sets the mandate of somebody at a recipient, over what the page showed. One that is the same already leaves no line.
pub fn set(
    connection: &mut AnyConnection,
    act: &Act,
    organisation: &Organisation,
    person: Id<Person>,
    role: Role,
    was: &str,
    mandate: &Mandate,
) -> Result<(), Failure> {
    let holder = |connection: &mut AnyConnection| {
        let all = access::store::holders(connection, organisation.id, &super::ROLES)?;
        let found = all.iter().find(|holder| holder.person.id == person && holder.role == role);
        let found = found.ok_or(Failure::NotFound)?;
        Ok::<_, Failure>((found.clone(), named(&found.person, &all)))
    };
    if holder(connection)?.0.mandate == *mandate {
        return Ok(());
    }
    let version = recipient::store::lock(connection, organisation.id)?;
    let (now, name) = holder(connection)?;
    if told(&now.mandate) != was {
        return Err(Refusal::Changed(now.mandate).into());
    }
    let officer = act.actor.person.id;
    if now.mandate.is_unconfirmed
        && account::store::has_invited_administrator(connection, organisation.id, officer)?
    {
        return Err(Refusal::InvitedAdministrator.into());
    }
    access::store::set_mandate(connection, person, organisation.id, role, mandate)?;
    let is_confirmation = now.mandate == Mandate { is_unconfirmed: true, ..mandate.clone() };
    let line = if is_confirmation {
        let line = line(act.actor.who(), act.now, name, role, told(mandate));
        Entry { event: Event::MandateConfirmed, ..line }
    } else {
        line(act.actor.who(), act.now, name, role, format!("{was} → {}", told(mandate)))
    };
    Ok(history::store::append(connection, &organisation.id.to_string(), version, line)?)
}

fn line(who: Who, at: DateTime<Utc>, name: String, role: Role, mandate: String) -> Entry {
    Entry {
        at,
        who,
        event: Event::MandateSet,
        subject: name,
        details: format!("{}: {mandate}", role.label()),
        reason: String::new(),
    }
}

//! What every verb on a case begins and ends with: the grant is locked, the case is read again, and what it becomes is written with
//! its movements and one history line, in one transaction.

use chrono::{DateTime, Utc};

use super::{
    Case, Handled,
    store::{self, Stored},
};
use crate::{
    grants::grant::{self, Grant},
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure::Failure,
        },
    },
    people::access::{Act, Person},
};
use values::Id;

/// Which case, and as it was when the page was made.
#[derive(Debug)]
pub struct Target<C> {
    pub id: Id<C>,
    pub revision: i64,
}

// Derives would ask `C` for traits that a target does not need.
impl<C> Clone for Target<C> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<C> Copy for Target<C> {}

/// The case as it stands, with its grant locked for this transaction.
pub struct Locked<C> {
    pub grant: Grant,
    pub grant_version: i64,
    pub case: C,
}

pub fn lock<C: Stored>(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<C>,
) -> Result<Locked<C>, Failure<C::Refusal>> {
    let grant_id = store::grant_in_sight(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant_version = grant::store::lock(connection, grant_id)?;
    let case = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    Ok(Locked { grant, grant_version, case })
}

/// Writes the new state, moves in the ledger what follows from it, and adds the history line.
pub fn write<C: Stored>(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked<C>,
    after: &C,
    entry: history::Entry,
) -> Result<(), Failure<C::Refusal>> {
    let movements = C::movements(&locked.case, after, &locked.grant)?;
    post(connection, locked.grant.id, after.id(), &movements, act.now)?;
    store::update(connection, after)??;
    history::store::append(connection, &locked.grant.id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

fn post<C>(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    case: Id<C>,
    movements: &[grant::Entry],
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    let subject = case.to_string();
    movements
        .iter()
        .try_for_each(|entry| grant::store::post_entry(connection, grant, entry, Some(&subject), at))
}

/// The revision a page was made from must be the one that is changed. After the transition, whose refusal says more.
pub fn same_revision<C: Case>(case: &C, target: Target<C>) -> Result<(), C::Refusal> {
    if case.revision() == target.revision { Ok(()) } else { Err(C::changed()) }
}

/// The line that the history gets about a case, without details and reason.
pub fn line<C: Case>(act: &Act, event: Event, grant: &Grant, case: &C) -> history::Entry {
    act.entry(event, case.case_number(grant))
}

/// A verb that needs nothing but the case itself.
pub fn simply<C: Stored>(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target<C>,
    event: Event,
    reason: &str,
    transition: impl FnOnce(C) -> Result<C, C::Refusal>,
) -> Result<(), Failure<C::Refusal>> {
    let locked = lock(connection, act, target.id)?;
    let after = transition(locked.case.clone())?;
    same_revision(&locked.case, target)?;
    let entry = history::Entry { reason: reason.to_owned(), ..line(act, event, &locked.grant, &after) };
    write(connection, act, &locked, &after, entry)
}

/// Gives the case to an officer, or to nobody, if it is still with whom the page said. The case's revision stays: who handles
/// it is no business of whoever is filling it in.
pub fn assign<C: Stored + Handled>(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<C>,
    was: Option<&str>,
    officer: Option<&Person>,
) -> Result<(), Failure<C::Refusal>> {
    let locked = lock(connection, act, id)?;
    let after = locked.case.clone().assign(officer.map(|person| person.id))?;
    if locked.case.officer().map(|officer| officer.to_string()).as_deref() != was {
        return Err(C::changed().into());
    }
    let entry = history::Entry {
        details: officer.map_or_else(|| "ingen".to_owned(), |person| person.name.clone()),
        ..line(act, C::ASSIGNED, &locked.grant, &after)
    };
    store::set_officer(connection, &after)?;
    history::store::append(connection, &locked.grant.id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

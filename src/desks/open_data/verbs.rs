//! An authority switches its open data on or off.

use chrono::{DateTime, Utc};

use super::{Switch, store};
use crate::{
    ground::{
        history::{self, Entry, Event},
        infra::db::{AnyConnection, DbError},
    },
    people::{access::Actor, recipient},
};

/// All agreements that the actor's authority pays, at once. What is so already stays so and leaves no line: a colleague
/// was first.
pub fn switch(
    connection: &mut AnyConnection,
    actor: &Actor,
    now: DateTime<Utc>,
    switch: &Switch,
) -> Result<(), DbError> {
    let authority = actor.organisation.id;
    let (event, reason) = match switch {
        Switch::On => (Event::PublishingSwitchedOn, String::new()),
        Switch::Off { reason } => (Event::PublishingSwitchedOff, reason.to_string()),
    };
    recipient::store::hold(connection, authority)?;
    if store::publishes(connection, authority)? == (*switch == Switch::On) {
        return Ok(());
    }
    let version = recipient::store::lock(connection, authority)?;
    store::set_publishes(connection, authority, *switch == Switch::On)?;
    let line =
        Entry { at: now, who: actor.who(), event, subject: String::new(), details: String::new(), reason };
    history::store::append(connection, &authority.to_string(), version, line)
}

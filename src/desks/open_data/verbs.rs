//! An authority switches its open data on or off.

use super::{Switch, store};
use crate::{
    ground::{
        history::{self, Entry, Event},
        infra::db::{AnyConnection, DbError},
    },
    people::{access::Act, recipient},
};

/// All agreements that the actor's authority pays, at once. What is so already stays so and leaves no line: a colleague
/// was first.
pub fn switch(connection: &mut AnyConnection, act: &Act, switch: &Switch) -> Result<(), DbError> {
    let authority = act.actor.organisation.id;
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
    let line = Entry { reason, ..act.entry(event, "") };
    history::store::append(connection, &authority.to_string(), version, line)
}

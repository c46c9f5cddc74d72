//! Removing somebody's account.

use chrono::{DateTime, Utc};

use super::{Refusal, store};
use crate::{
    ground::{
        history::{Event, Who, access_log},
        infra::{db::AnyConnection, failure},
    },
    people::access,
};

pub type Failure = failure::Failure<Refusal>;

/// Removes the account of somebody who has left.
pub fn remove(connection: &mut AnyConnection, now: DateTime<Utc>, email: &str) -> Result<(), Failure> {
    let Some((person, _)) = access::store::find_by_email(connection, email)? else {
        return Err(Failure::NotFound);
    };
    if store::has_a_role(connection, person.id)? {
        return Err(Refusal::HasARole.into());
    }
    store::remove(connection, person.id)?;
    let details = format!("konto {}", person.id);
    Ok(access_log::note(connection, now, Who::program(), Event::PersonRemoved, details)?)
}

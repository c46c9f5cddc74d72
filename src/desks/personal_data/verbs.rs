//! Removing somebody's account.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::store;
use crate::{
    ground::{
        history::{Event, Who, access_log},
        infra::db::{AnyConnection, DbError},
    },
    people::access,
};

#[derive(Debug, Error)]
pub enum Failure {
    #[error("ingen person har den adressen")]
    NotFound,
    #[error("personen har kvar en roll; ta bort den först, så att det syns i historiken vem som gjorde det")]
    HasARole,
    #[error("{0}")]
    Db(#[from] DbError),
}

/// Removes the account of somebody who has left.
pub fn remove(connection: &mut AnyConnection, now: DateTime<Utc>, email: &str) -> Result<(), Failure> {
    let Some((person, _)) = access::store::find_by_email(connection, email)? else {
        return Err(Failure::NotFound);
    };
    if store::has_a_role(connection, person.id)? {
        return Err(Failure::HasARole);
    }
    store::remove(connection, person.id)?;
    let details = format!("konto {}", person.id);
    Ok(access_log::note(connection, now, Who::program(), Event::PersonRemoved, details)?)
}

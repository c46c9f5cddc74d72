//! The access log (*åtkomstlogg*): who signed in, who was refused. A chain like an aggregate's, but of the whole portal; and
//! its oldest lines can be removed when they have been kept for as long as the authority has decided.

use chrono::{DateTime, Utc};

use super::{Beginning, Entry, Event, Who, store};
use crate::ground::infra::db::{AnyConnection, DbError};

/// Its stream.
pub const STREAM: &str = "access";

/// Adds a line. `who` is empty for somebody who is not known.
pub fn note(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    who: Who,
    event: Event,
    details: impl Into<String>,
) -> Result<(), DbError> {
    let entry =
        Entry { at: now, who, event, subject: String::new(), details: details.into(), reason: String::new() };
    let (version, _) = store::next_of_chain(connection, STREAM)?;
    store::append(connection, STREAM, version, entry)
}

/// What does not hold in it.
pub fn verify(connection: &mut AnyConnection) -> Result<Option<String>, DbError> {
    let (version, from) = store::chain(connection, STREAM)?;
    store::verify_from(connection, STREAM, version, &from)
}

/// Removes what is older than that moment, and says so in a line of its own; gives how many lines went. What is left still
/// holds: it goes on from the hash of the last line that went.
pub fn prune(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    before: DateTime<Utc>,
) -> Result<i64, DbError> {
    let (_, from) = store::chain(connection, STREAM)?;
    let Some((last, hash)) = store::last_before(connection, STREAM, before)? else { return Ok(0) };
    let count = last - from.removed;
    note(connection, now, Who::program(), Event::AccessLogPruned, format!("{count} rader"))?;
    store::cut(connection, STREAM, &Beginning { removed: last, hash })?;
    Ok(count)
}

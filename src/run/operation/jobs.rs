//! The kinds of jobs that there are, and what the operator sees and does of them.

use chrono::{DateTime, Utc};

use super::scanning;
use crate::ground::{
    infra::{
        Portal,
        db::{AnyConnection, DbError},
        metrics,
    },
    job::{Job, Kind, runner, store},
};
use values::Id;

/// Every kind of work outside a request.
pub static KINDS: [&Kind; 1] = [&scanning::SCAN];

/// Does what is due of a kind.
pub async fn once(portal: &Portal, kind: &'static Kind) {
    if let Err(error) = runner::run_due(portal, kind).await {
        tracing::error!(kind = kind.key, cause = %error, "jobs wait");
    }
}

fn kind_of(key: &str) -> Option<&'static Kind> {
    KINDS.into_iter().find(|kind| kind.key == key)
}

/// What the operator reads. A kind of a newer version is shown by its key.
pub fn label(key: &str) -> &str {
    kind_of(key).map_or(key, |kind| kind.label)
}

/// Has a failed job tried again. False if it is not a failed one, or of a kind that this version does not know.
pub fn again(connection: &mut AnyConnection, id: Id<Job>, now: DateTime<Utc>) -> Result<bool, DbError> {
    let Some((kind, subject)) = store::find_failed(connection, id)? else { return Ok(false) };
    let Some(kind) = kind_of(&kind) else { return Ok(false) };
    (kind.again)(connection, &subject)?;
    store::again(connection, id, now)
}

/// The same for every failed job; tells how many they are.
pub fn all_again(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<usize, DbError> {
    KINDS.into_iter().map(|kind| all_of_kind_again(connection, kind, now)).sum()
}

pub fn all_of_kind_again(
    connection: &mut AnyConnection,
    kind: &Kind,
    now: DateTime<Utc>,
) -> Result<usize, DbError> {
    let mut count = 0;
    for (id, subject) in store::failed_of(connection, kind.key)? {
        (kind.again)(connection, &subject)?;
        count += usize::from(store::again(connection, id, now)?);
    }
    Ok(count)
}

/// What waits and what failed, of every kind that this version knows and every other that has any.
pub fn counts(connection: &mut AnyConnection) -> Result<Vec<store::Count>, DbError> {
    let mut counts = store::counts(connection)?;
    for kind in KINDS {
        if !counts.iter().any(|count| count.kind == kind.key) {
            counts.push(store::Count { kind: kind.key.to_owned(), ..store::Count::default() });
        }
    }
    Ok(counts)
}

/// Brings the figures of the jobs up to date.
pub async fn measure(portal: &Portal) {
    match portal.db.read(counts).await {
        Ok(counts) => {
            for count in counts {
                let age = count.oldest.map_or(0, |oldest| (Utc::now() - oldest).num_seconds().max(0));
                metrics::jobs(count.kind, count.waiting, age, count.failed);
            }
        }
        Err(error) => tracing::error!(cause = %error, "the figures of the jobs are not up to date"),
    }
}

//! Does what is due: lease, work, end. One runner for each kind and process, so that a slow kind holds up no other.

use std::time::Duration;

use chrono::Utc;
use thiserror::Error;

use super::{Job, Kind, Outcome, store};
use crate::ground::infra::{
    Portal,
    clock::within,
    db::{AnyConnection, DbError},
};

/// Work that takes longer has failed. Shorter than [`super::LEASE`], so that nobody works on a job that another one has taken.
pub const LONGEST: Duration = Duration::from_secs(4 * 60);

#[derive(Debug, Error)]
enum Fault {
    /// The lease expired, and another process took the job or the job was removed. Nothing of this transaction is saved.
    #[error("the lease is lost")]
    Lost,
    #[error(transparent)]
    Db(#[from] DbError),
}

/// Does every job of a kind that is due, one after another. Ends when none is left, when the kind is put off, or when the
/// database is away.
pub async fn run_due(portal: &Portal, kind: &'static Kind) -> Result<(), DbError> {
    loop {
        // The machine's own time: which date is practised does not matter to the world outside.
        let now = Utc::now();
        let next = portal.db.read(move |connection| store::next_due(connection, kind.key, now)).await?;
        let Some(due) = next else { return Ok(()) };
        let was_broken_off = due.was_broken_off();
        let leased = portal.db.write(move |connection| store::lease(connection, &due, now)).await?;
        // Another process was first.
        let Some(job) = leased else { continue };
        if was_broken_off && (kind.pause_after)(job.tries).is_none() {
            let tries = job.tries;
            note_failure(portal, kind, job, tries, "arbetet avbröts").await?;
            continue;
        }
        let worked = within(LONGEST, (kind.work)(portal, &job)).await;
        let tries = job.tries.saturating_add(1);
        match worked.unwrap_or_else(|| Ok(Outcome::Failed("arbetet tog för lång tid".to_owned()))) {
            Ok(Outcome::Done(effect)) => {
                let ended = job.clone();
                let finish = move |connection: &mut AnyConnection| {
                    effect(connection)?;
                    only_own(store::finish(connection, &ended, Utc::now())?)
                };
                settle(portal, kind, job, portal.db.write(finish).await).await?;
            }
            Ok(Outcome::Failed(reason)) => note_failure(portal, kind, job, tries, &reason).await?,
            Ok(Outcome::PutOff) => return release(portal, job).await,
            Err(fault) => settle(portal, kind, job, Err(fault.into())).await?,
        }
    }
}

fn only_own(is_own: bool) -> Result<(), Fault> {
    if is_own { Ok(()) } else { Err(Fault::Lost) }
}

async fn release(portal: &Portal, job: Job) -> Result<(), DbError> {
    portal.db.write(move |connection| store::put_off(connection, &job).map(|_| ())).await
}

/// A database that is away comes back. What is wrong with stored data does not pass: the job has failed, and holds up no other.
async fn settle(
    portal: &Portal,
    kind: &'static Kind,
    job: Job,
    written: Result<(), Fault>,
) -> Result<(), DbError> {
    match written {
        Ok(()) => Ok(()),
        Err(Fault::Lost) => {
            tracing::warn!(kind = kind.key, job = %job.id, "a job was done too late: its lease was lost");
            Ok(())
        }
        Err(Fault::Db(
            passing @ (DbError::Unavailable(_) | DbError::Unwritable(_) | DbError::MaybeSaved(_)),
        )) => {
            // If this cannot be saved either, the lease expires.
            let _ = release(portal, job).await;
            Err(passing)
        }
        Err(Fault::Db(lasting)) => {
            tracing::error!(kind = kind.key, job = %job.id, cause = %lasting, "a job cannot be done");
            let tries = job.tries.saturating_add(1);
            note_failure(portal, kind, job, tries, "fel i databasen, se loggen").await
        }
    }
}

/// After so many tries it is tried again after a while, each time a longer one, and at last no more.
async fn note_failure(
    portal: &Portal,
    kind: &'static Kind,
    job: Job,
    tries: i32,
    reason: &str,
) -> Result<(), DbError> {
    let (why, failed, pause) = (reason.to_owned(), job.clone(), (kind.pause_after)(tries));
    let note = move |connection: &mut AnyConnection| {
        let now = Utc::now();
        match pause {
            Some(pause) => only_own(store::try_later(connection, &failed, tries, &why, now + pause)?),
            None => {
                (kind.give_up)(connection, &failed)?;
                only_own(store::fail(connection, &failed, tries, &why, now)?)
            }
        }
    };
    match portal.db.write(note).await {
        Ok(()) if pause.is_none() => {
            tracing::error!(kind = kind.key, subject = job.subject, reason, "a job is given up");
        }
        Ok(()) => {}
        Err(Fault::Lost) => {
            tracing::warn!(kind = kind.key, job = %job.id, "a job failed too late: its lease was lost");
        }
        Err(Fault::Db(error)) => return Err(error),
    }
    Ok(())
}

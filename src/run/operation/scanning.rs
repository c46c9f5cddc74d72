//! Scans the files that wait for it: the work of the jobs that `case` queues.

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        case::{
            self,
            store::{Attachment, Waiting},
        },
        grant,
    },
    ground::{
        history::{self, Entry, Event, Who},
        infra::{
            Portal,
            db::{AnyConnection, DbError},
            scan::{self, Scanned, Verdict},
        },
        job::{Job, Kind, Outcome},
    },
};
use values::Id;

pub static SCAN: Kind = Kind {
    key: case::store::SCAN,
    label: "Virusgenomsökning",
    work: |portal, job| Box::pin(scan_file(portal, job)),
    pause_after: scan::pause_after,
    give_up: |connection, job| {
        case::store::set_scanned(connection, file_of(&job.subject)?, Scanned::Impossible).map(|_| ())
    },
    again: |connection, subject| case::store::wait_again(connection, file_of(subject)?),
};

fn file_of(subject: &str) -> Result<Id<Attachment>, DbError> {
    subject.parse().map_err(DbError::corrupt)
}

/// One that cannot be scanned holds up nobody else's; if the daemon does not answer, all wait.
async fn scan_file(portal: &Portal, job: &Job) -> Result<Outcome, DbError> {
    let Some(scanner) = &portal.scanner else { return Ok(Outcome::PutOff) };
    // Those who upload files have most of the places.
    let Some(_turn) = portal.turns.wait("jobs").await else { return Ok(Outcome::PutOff) };
    let id = file_of(&job.subject)?;
    let file = portal.db.read(move |connection| case::store::waiting(connection, id)).await?;
    let Some(file) = file else { return Ok(Outcome::done(|_| Ok(()))) };
    let scanned = match scanner.scan(&file.content).await {
        Verdict::Clean => Scanned::Clean,
        Verdict::Infected => Scanned::Infected,
        Verdict::Failed(said) => return Ok(Outcome::Failed(format!("clamd: {said}"))),
        Verdict::Away => return Ok(Outcome::PutOff),
    };
    let (at, file) = (portal.clock.now(), Waiting { content: Vec::new(), ..file });
    Ok(Outcome::done(move |connection| note(connection, &file, scanned, at)))
}

/// A file that turns out to hold a virus is locked in, and the grant's history tells of it: by its fingerprint, since what a
/// draft's file is called is the recipient's own.
fn note(
    connection: &mut AnyConnection,
    file: &Waiting,
    scanned: Scanned,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let grant = match scanned {
        Scanned::Infected => case::store::grant_of(connection, file.case)?,
        Scanned::Clean | Scanned::Not | Scanned::Waiting | Scanned::Impossible => None,
    };
    if let Some(grant) = grant {
        grant::store::hold(connection, grant)?;
    }
    let waited = case::store::set_scanned(connection, file.id, scanned)?;
    let Some(grant) = grant.filter(|_| waited) else { return Ok(()) };
    let version = grant::store::lock(connection, grant)?;
    let line = Entry {
        at: now,
        who: Who::program(),
        event: Event::FileLockedIn,
        subject: String::new(),
        details: format!("SHA-256 {}", file.sha256),
        reason: String::new(),
    };
    history::store::append(connection, &grant.to_string(), version, line)
}

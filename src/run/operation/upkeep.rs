//! What the program does by itself at times: scans the files that wait for it, and forgets those who have not come for a while.

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        case::{self, store::Waiting},
        grant,
    },
    ground::{
        history::{self, Entry, Event, Who},
        infra::{
            Portal,
            db::{AnyConnection, DbError},
            once,
            scan::{self, Scanned, Scanner, Verdict},
        },
    },
};

pub async fn once(portal: &Portal) {
    portal.limits.forget_the_quiet();
    if let Err(error) = forget_posts(portal).await {
        tracing::error!(cause = %error, "old posts are not deleted");
    }
    if let Some(scanner) = &portal.scanner
        && let Err(error) = scan_waiting(portal, scanner).await
    {
        tracing::error!(cause = %error, "files wait for their scan");
    }
}

/// A portion at a time: others write in between.
async fn forget_posts(portal: &Portal) -> Result<(), DbError> {
    while portal.db.write_aside(|connection| once::forget(connection, Utc::now())).await? {}
    Ok(())
}

/// One after another, the one that was tried longest ago first. One that cannot be scanned holds up nobody else's; it ends
/// when the daemon does not answer.
async fn scan_waiting(portal: &Portal, scanner: &Scanner) -> Result<(), DbError> {
    loop {
        // The machine's own time: which date is practised does not matter to clamd.
        let now = Utc::now();
        let next = portal.db.read(move |connection| case::store::next_to_scan(connection, now)).await?;
        let Some(file) = next else { return Ok(()) };
        let Some(turn) = portal.turns.wait("upkeep").await else { return Ok(()) };
        let verdict = scanner.scan(&file.content).await;
        drop(turn);
        let known_at = portal.clock.now();
        match verdict {
            Verdict::Clean => {
                portal.db.write(move |connection| note(connection, &file, Scanned::Clean, known_at)).await?;
            }
            Verdict::Infected => {
                portal
                    .db
                    .write(move |connection| note(connection, &file, Scanned::Infected, known_at))
                    .await?;
            }
            Verdict::Failed => portal.db.write(move |connection| note_failure(connection, &file)).await?,
            Verdict::Away => return Ok(()),
        }
    }
}

/// It is tried again after a while, each time a longer one, and at last no more.
fn note_failure(connection: &mut AnyConnection, file: &Waiting) -> Result<(), DbError> {
    let tries = file.tries.saturating_add(1);
    match scan::pause_after(tries) {
        Some(pause) => case::store::set_scan_failed(connection, &file.id, tries, Utc::now() + pause),
        None => {
            tracing::error!(
                file = file.id,
                sha256 = file.sha256,
                "a file cannot be scanned, and nobody opens it"
            );
            case::store::set_scanned(connection, &file.id, Scanned::Impossible)
        }
    }
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
        Scanned::Infected => case::store::grant_of(connection, &file.case)?,
        Scanned::Clean | Scanned::Not | Scanned::Waiting | Scanned::Impossible => None,
    };
    let version = grant.map(|grant| grant::store::lock(connection, grant)).transpose()?;
    case::store::set_scanned(connection, &file.id, scanned)?;
    let Some((grant, version)) = grant.zip(version) else { return Ok(()) };
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

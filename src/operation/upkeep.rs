//! What the program does by itself at times: scans the files that wait for it, and forgets those who have not come for a while.

use chrono::{DateTime, Utc};

use super::store;
use crate::{
    filing::{self, store::Waiting},
    grant,
    history::{self, Entry, Event, Who},
    infra::{
        Portal,
        db::{AnyConnection, DbError},
        scan::{Scanned, Scanner, Verdict},
    },
};

pub async fn once(portal: &Portal) {
    portal.limits.forget_the_quiet();
    if let Some(scanner) = &portal.scanner
        && let Err(error) = scan_waiting(portal, scanner).await
    {
        tracing::error!(cause = %error, "files wait for their scan");
    }
}

/// One after another; ends at the first that cannot be scanned now.
async fn scan_waiting(portal: &Portal, scanner: &Scanner) -> Result<(), DbError> {
    let mut last = String::new();
    loop {
        let after = last.clone();
        let next = portal.db.read(move |connection| filing::store::next_to_scan(connection, &after)).await?;
        let Some(file) = next else { return Ok(()) };
        let scanned = match scanner.scan(&file.content).await {
            Verdict::Clean => Scanned::Clean,
            Verdict::Infected => Scanned::Infected,
            Verdict::NotKnown => return Ok(()),
        };
        last.clone_from(&file.id);
        let now = portal.clock.now();
        portal.db.write(move |connection| note(connection, &file, scanned, now)).await?;
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
        Scanned::Infected => store::grant_of(connection, &file.case)?,
        Scanned::Clean | Scanned::Not | Scanned::Waiting => None,
    };
    let version = grant.map(|grant| grant::store::lock(connection, grant)).transpose()?;
    filing::store::set_scanned(connection, &file.id, scanned)?;
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

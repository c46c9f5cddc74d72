//! What the program does by itself at times: scans the files that wait for it, and forgets those who have not come for a while.

use crate::{
    filing,
    infra::{
        Portal,
        db::DbError,
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
        let Some((file, bytes)) = next else { return Ok(()) };
        let scanned = match scanner.scan(&bytes).await {
            Verdict::Clean => Scanned::Clean,
            Verdict::Infected => Scanned::Infected,
            Verdict::NotKnown => return Ok(()),
        };
        last.clone_from(&file);
        portal.db.write(move |connection| filing::store::set_scanned(connection, &file, scanned)).await?;
    }
}

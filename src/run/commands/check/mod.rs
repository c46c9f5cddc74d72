//! `check`: whether what is stored is what the portal stored. The file, the chains of the history, what was fixed for signature, the
//! files, and the ledger against the cases that it follows from.

mod cases;
mod ledger;

use std::collections::HashSet;

use anyhow::bail;

use super::say;
use crate::{
    desks::proposal,
    grants::{case, grant, onward, report, requisition},
    ground::{
        history,
        infra::db::{AnyConnection, Db, DbError},
    },
    people::{access, recipient},
    terms::agreement,
};

/// What does not hold, a line each.
struct Findings {
    chains: usize,
    history: Vec<String>,
    rest: Vec<String>,
}

pub fn check(db: &Db) -> anyhow::Result<()> {
    let broken = db.integrity()?;
    if !broken.is_empty() {
        bail!("databasfilen är trasig: {}", broken.join("; "));
    }
    let found = db.snapshot_now(look_through)?;
    for line in found.history.iter().chain(&found.rest) {
        say(line);
    }
    let mut faults = Vec::new();
    if found.history.is_empty() {
        say(format_args!("Historiken är hel: {} kedjor kontrollerade.", found.chains));
    } else {
        faults.push(format!("historiken är ändrad på {} ställen", found.history.len()));
    }
    if found.rest.is_empty() {
        say("Blanketter, filer, utbetalningar och huvudbok stämmer.");
    } else {
        faults.push(format!("{} uppgifter stämmer inte", found.rest.len()));
    }
    if faults.is_empty() { Ok(()) } else { bail!("{}", faults.join(", och ")) }
}

fn look_through(connection: &mut AnyConnection) -> Result<Findings, DbError> {
    let (chains, history) = chains(connection)?;
    let recipients = recipient::store::all(connection)?;
    let codes: Vec<&str> = recipients.iter().map(|recipient| recipient.code.as_str()).collect();
    let mut rest = requisition::store::altered_editions(connection, &codes)?;
    rest.extend(report::store::altered_editions(connection, &codes)?);
    rest.extend(case::store::altered_files(connection)?);
    rest.extend(ledger::look_through(connection)?);
    Ok(Findings { chains, history, rest })
}

/// How many chains there are, and what does not hold in them.
fn chains(connection: &mut AnyConnection) -> Result<(usize, Vec<String>), DbError> {
    let mut streams = agreement::store::versions(connection)?;
    streams.extend(grant::store::versions(connection)?);
    streams.extend(recipient::store::versions(connection)?);
    streams.extend(proposal::store::versions(connection)?);
    streams.extend(access::store::versions(connection)?);
    streams.extend(onward::store::versions(connection)?);
    let mut found = Vec::new();
    for (stream, version) in &streams {
        found.extend(history::store::verify(connection, stream, *version)?);
    }
    found.extend(history::access_log::verify(connection)?);
    let owned: HashSet<&str> =
        streams.iter().map(|(stream, _)| stream.as_str()).chain([history::access_log::STREAM]).collect();
    let ownerless =
        history::store::streams(connection)?.into_iter().filter(|stream| !owned.contains(stream.as_str()));
    found.extend(ownerless.map(|stream| format!("{stream}: det som historiken handlar om finns inte")));
    Ok((streams.len() + 1, found))
}

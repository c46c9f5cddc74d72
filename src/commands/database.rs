//! What the operator does with the database as a whole, from the command line.

use std::{
    fs::File,
    io::{BufWriter, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use anyhow::{Context, bail};
use chrono::NaiveDate;

use crate::{
    access, agreement, calendar, filing, grant, history,
    infra::db::{Address, Db, DbError},
    onward, proposal, recipient,
};

pub fn back_up(db: &Db, file: &Path) -> anyhow::Result<()> {
    if file.exists() {
        bail!("filen {} finns redan", file.display());
    }
    db.back_up(file)?;
    for_the_owner_only(file)?;
    println!("Säkerhetskopian ligger i {}.", file.display());
    Ok(())
}

/// Where the portal's database is to be. Never over one that is there.
pub fn restore(address: &Address, copy: &Path) -> anyhow::Result<()> {
    let Address::Sqlite(database) = address else { bail!("PostgreSQL återställs med pg_restore") };
    if database.exists() {
        bail!("databasen {} finns redan; flytta undan den först", database.display());
    }
    for remains in ["-wal", "-shm"] {
        let mut file = database.clone().into_os_string();
        file.push(remains);
        if Path::new(&file).exists() {
            bail!(
                "{} ligger kvar efter en annan databas; flytta undan den först",
                Path::new(&file).display()
            );
        }
    }
    // Whole or not at all, whatever happens on the way.
    let half_way = database.with_added_extension("restoring");
    std::fs::copy(copy, &half_way).with_context(|| format!("{} går inte att läsa", copy.display()))?;
    for_the_owner_only(&half_way)?;
    std::fs::rename(&half_way, database)
        .with_context(|| format!("{} går inte att skriva", database.display()))
}

/// The database file, and every chain of the history.
pub fn check(db: &Db) -> anyhow::Result<()> {
    let broken = db.integrity()?;
    if !broken.is_empty() {
        bail!("databasfilen är trasig: {}", broken.join("; "));
    }
    let (count, breaks) = db.snapshot_now(|connection| {
        let mut streams = agreement::store::versions(connection)?;
        streams.extend(grant::store::versions(connection)?);
        streams.extend(recipient::store::versions(connection)?);
        streams.extend(proposal::store::versions(connection)?);
        streams.extend(access::store::versions(connection)?);
        streams.extend(onward::store::versions(connection)?);
        let mut breaks = Vec::new();
        for (stream, version) in &streams {
            breaks.extend(history::store::verify(connection, stream, *version)?);
        }
        breaks.extend(history::access_log::verify(connection)?);
        Ok::<_, DbError>((streams.len() + 1, breaks))
    })?;
    if breaks.is_empty() {
        println!("Historiken är hel: {count} kedjor kontrollerade.");
        return Ok(());
    }
    for found in &breaks {
        println!("{found}");
    }
    bail!("historiken är ändrad på {} ställen", breaks.len())
}

/// What the virus scanner could not scan: by case, since a name is its owner's.
pub fn unscannable(db: &Db) -> anyhow::Result<()> {
    let files = db.read_now(filing::store::impossible_to_scan)?;
    for file in &files {
        println!(
            "{} {} kB, SHA-256 {}",
            file.uploaded_at.format("%Y-%m-%d %H:%M"),
            file.kilobytes(),
            file.sha256
        );
    }
    println!("Filer som inte gick att virusgenomsöka: {}.", files.len());
    Ok(())
}

/// For when the scanner has been given more room or time.
pub fn scan_again(db: &Db) -> anyhow::Result<()> {
    let count = db.write_now(filing::store::scan_again)?;
    println!("Filer som genomsöks på nytt: {count}.");
    Ok(())
}

/// Never over a file that is there.
pub fn export_history(db: &Db, file: &Path) -> anyhow::Result<()> {
    let place = || format!("{} går inte att skriva", file.display());
    let mut out = BufWriter::new(File::create_new(file).with_context(place)?);
    for_the_owner_only(file)?;
    let streams = db.read_now(history::store::streams)?;
    let mut count = 0;
    for stream in &streams {
        for line in db.read_now(|connection| history::store::of(connection, stream))? {
            serde_json::to_writer(&mut out, &line.to_json())?;
            writeln!(out)?;
            count += 1;
        }
    }
    out.flush().with_context(place)?;
    println!("{count} rader ur {} kedjor ligger i {}.", streams.len(), file.display());
    Ok(())
}

pub fn prune_access_log(db: &Db, before: NaiveDate) -> anyhow::Result<()> {
    let (now, before) = (chrono::Utc::now(), calendar::start_of(before));
    let count = db.write_now(|connection| history::access_log::prune(connection, now, before))?;
    println!("{count} rader togs bort ur åtkomstloggen.");
    Ok(())
}

/// A copy of the database and its history are as secret as it is.
fn for_the_owner_only(file: &Path) -> anyhow::Result<()> {
    let only_mine = std::fs::Permissions::from_mode(0o600);
    std::fs::set_permissions(file, only_mine)
        .with_context(|| format!("{} går inte att skydda", file.display()))
}

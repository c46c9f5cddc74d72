//! What the operator does with the database as a whole, from the command line.

use std::{
    fs::File,
    io::{BufWriter, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use anyhow::{Context, bail};
use chrono::NaiveDate;

use super::{check::check, say};
use crate::{
    ground::{
        history,
        infra::db::{
            Address, Db,
            file::{beside, put_in_place},
        },
    },
    run::install,
};
use values::calendar;

/// Without the key that belongs to it a copy starts no portal.
pub fn back_up(db: &Db, file: &Path, key: &Path) -> anyhow::Result<()> {
    db.back_up(file)?;
    say(format_args!("Säkerhetskopian ligger i {}.", file.display()));
    say(format_args!(
        "Nyckelfilen {} ingår inte och behövs för att starta på kopian: spara den för sig.",
        key.display()
    ));
    Ok(())
}

/// Where the portal's database is to be: whole and verified, or not at all. Never over one that is there.
pub fn restore(address: &Address, copy: &Path, key: &Path) -> anyhow::Result<()> {
    let Address::Sqlite(database) = address else { bail!("PostgreSQL återställs med pg_restore") };
    if database.exists() {
        bail!("databasen {} finns redan; flytta undan den först", database.display());
    }
    for remains in ["-wal", "-shm"].map(|ending| beside(database, ending)) {
        if remains.exists() {
            bail!("{} ligger kvar efter en annan databas; flytta undan den först", remains.display());
        }
    }
    let half_way = database.with_added_extension("restoring");
    // What another try left.
    remove(&half_way);
    let restored = verified_copy(copy, &half_way).and_then(|()| {
        put_in_place(&half_way, database)
            .with_context(|| format!("{} går inte att skriva", database.display()))
    });
    remove(&half_way);
    restored?;
    say(format_args!("Databasen är återställd. Nyckelfilen som hör till den ska ligga i {}.", key.display()));
    Ok(())
}

/// A copy that the portal would start on, and that holds.
fn verified_copy(copy: &Path, to: &Path) -> anyhow::Result<()> {
    let mut from = File::open(copy).with_context(|| format!("{} går inte att läsa", copy.display()))?;
    let unwritable = || format!("{} går inte att skriva", to.display());
    let mut options = File::options();
    let mut written = options.write(true).create_new(true).mode(0o600).open(to).with_context(unwritable)?;
    std::io::copy(&mut from, &mut written).with_context(unwritable)?;
    let bad = || format!("kopian {} går inte att använda", copy.display());
    let db = Db::open(Address::Sqlite(to.to_owned())).with_context(bad)?;
    if !install::is_installed(&db).with_context(bad)? {
        bail!("kopian {} är tom", copy.display());
    }
    check(&db).with_context(bad)?;
    db.settle().with_context(bad)
}

fn remove(database: &Path) {
    for ending in ["", "-wal", "-shm", "-journal", ".lock"] {
        let _ = std::fs::remove_file(beside(database, ending));
    }
}

/// Never over a file that is there.
pub fn export_history(db: &Db, file: &Path) -> anyhow::Result<()> {
    let place = || format!("{} går inte att skriva", file.display());
    // As secret as the database.
    let made = File::options().write(true).create_new(true).mode(0o600).open(file);
    let mut out = BufWriter::new(made.with_context(place)?);
    let streams = db.read_now(history::store::streams)?;
    let mut count = 0;
    for stream in &streams {
        for line in db.read_now(|connection| history::store::of(connection, stream))? {
            serde_json::to_writer(&mut out, &line)?;
            writeln!(out)?;
            count += 1;
        }
    }
    out.flush().and_then(|()| out.get_ref().sync_all()).with_context(place)?;
    say(format_args!("{count} rader ur {} kedjor ligger i {}.", streams.len(), file.display()));
    Ok(())
}

pub fn prune_access_log(db: &Db, before: NaiveDate) -> anyhow::Result<()> {
    let (now, before) = (chrono::Utc::now(), calendar::start_of(before));
    let count = db.write_now(|connection| history::access_log::prune(connection, now, before))?;
    say(format_args!("{count} rader togs bort ur åtkomstloggen."));
    Ok(())
}

//! What the operator sees and does of the work outside requests, from the command line.

use anyhow::bail;
use chrono::Utc;

use super::say;
use crate::{
    grants::case,
    ground::{
        infra::db::{AnyConnection, Db, DbError},
        job::store,
    },
    run::operation::{jobs, scanning},
};
use values::calendar::long_time;

/// How many failed jobs are named.
const MOST_NAMED: i64 = 1000;

/// What failed, a line each, and how many jobs there are of each kind.
pub fn list(db: &Db) -> anyhow::Result<()> {
    let look = |connection: &mut AnyConnection| {
        Ok::<_, DbError>((jobs::counts(connection)?, store::failed(connection, MOST_NAMED)?))
    };
    let (counts, failed) = db.read_now(look)?;
    for job in failed {
        say(format_args!(
            "{} {} {}: {}, {} försök, {}",
            job.id,
            jobs::label(&job.kind),
            job.subject,
            job.at.map(long_time).unwrap_or_default(),
            job.tries,
            job.reason
        ));
    }
    for count in counts {
        let oldest = count.oldest.map(|at| format!(" (äldst: {})", long_time(at))).unwrap_or_default();
        say(format_args!(
            "{}: {} väntar{oldest}, {} har misslyckats.",
            jobs::label(&count.kind),
            count.waiting,
            count.failed
        ));
    }
    Ok(())
}

pub fn again(db: &Db, id: &str) -> anyhow::Result<()> {
    let Ok(job) = id.parse() else { bail!("”{id}” är inte ett jobbs id") };
    if !db.write_now(|connection| jobs::again(connection, job, Utc::now()))? {
        bail!("inget jobb som har misslyckats har id {id}");
    }
    say("Jobbet görs på nytt.");
    Ok(())
}

pub fn all_again(db: &Db) -> anyhow::Result<()> {
    let count = db.write_now(|connection| jobs::all_again(connection, Utc::now()))?;
    say(format_args!("Jobb som görs på nytt: {count}."));
    Ok(())
}

/// What the virus scanner could not scan: by its fingerprint, since a name is its owner's.
pub fn unscannable(db: &Db) -> anyhow::Result<()> {
    let files = db.read_now(case::store::impossible_to_scan)?;
    for file in &files {
        say(format_args!(
            "{} {} kB, SHA-256 {}",
            file.uploaded_at.format("%Y-%m-%d %H:%M"),
            file.kilobytes(),
            file.sha256
        ));
    }
    say(format_args!("Filer som inte gick att virusgenomsöka: {}.", files.len()));
    Ok(())
}

/// For when the scanner has been given more room or time.
pub fn scan_again(db: &Db) -> anyhow::Result<()> {
    let count = db.write_now(|connection| {
        let count = case::store::impossible_to_scan(connection)?.len();
        jobs::all_of_kind_again(connection, &scanning::SCAN, Utc::now())?;
        // Those without a failed job were given up by an earlier version of the program.
        for file in case::store::impossible_to_scan(connection)? {
            case::store::scan_anew(connection, file.id, Utc::now())?;
        }
        Ok::<_, DbError>(count)
    })?;
    say(format_args!("Filer som genomsöks på nytt: {count}."));
    Ok(())
}

//! What a database has from its first start: the registry, the authorities, and the agreements that ship with the
//! program. And adding agreements from files.

use std::{collections::HashSet, path::Path};

use chrono::{DateTime, Utc};
use include_dir::{Dir, include_dir};
use thiserror::Error;

use crate::{
    grants::{grant, onward},
    ground::{
        history::{Entry, Event, Who},
        infra::{
            db::{AnyConnection, Db, DbError},
            settings,
        },
    },
    people::recipient::{self, RegistryFault},
    terms::{
        agreement::{self, Terms, definition::Fault},
        allocation::{self, Share},
    },
};
use values::calendar::start_of;

static SHIPPED: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/agreements");
const REGISTRY: &str = include_str!("../../registry/recipients.csv");
const MODE: &str = "mode";

#[derive(Debug, Error)]
pub enum InstallError {
    #[error(transparent)]
    Fault(#[from] Fault),
    #[error(transparent)]
    Registry(#[from] RegistryFault),
    #[error("{0}")]
    File(String),
    #[error("databasen hör till {found}, men portalen startades som {wanted}; ange en annan DATABASE_URL")]
    WrongMode { found: String, wanted: &'static str },
    #[error("{0}")]
    Db(#[from] DbError),
}

/// Made-up and real data never meet: a database is marked at its first start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Practice,
    Real,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Practice => "övningsläge",
            Self::Real => "skarp drift",
        }
    }
}

/// Brings a new database to its first state; one that has it stays as it is. In practice mode an agreement is dated
/// the first day of its period, so that what is made up follows on it.
pub fn install(db: &Db, mode: Mode, now: DateTime<Utc>) -> Result<(), InstallError> {
    db.exclusively(|db| {
        db.write_now(|connection| {
            if let Some(found) = settings::get(connection, MODE)? {
                let wanted = mode.name();
                if found != wanted {
                    return Err(InstallError::WrongMode { found, wanted });
                }
                onward::store::fold_names(connection)?;
                register(connection)?;
                return renew_words(connection, now);
            }
            register(connection)?;
            for (terms, shares) in shipped(connection)? {
                let published = if mode == Mode::Practice { start_of(terms.period.from) } else { now };
                grant::store::publish(connection, &terms, &shares, &Who::program(), published)?;
            }
            settings::set(connection, MODE, mode.name())?;
            Ok(())
        })
    })
}

/// The agreements that ship with the program.
fn shipped(connection: &mut AnyConnection) -> Result<Vec<(Terms, Vec<Share>)>, InstallError> {
    let read_folder = |folder: &Dir<'_>| {
        read(connection, &folder.path().to_string_lossy(), |name| {
            let text = folder.get_file(folder.path().join(name)).and_then(|file| file.contents_utf8());
            text.map(str::to_owned).ok_or_else(|| format!("{name} saknas eller är inte UTF-8"))
        })
    };
    SHIPPED.dirs().map(read_folder).collect()
}

/// A database of an earlier version gets what this one knows of the sources' words.
fn renew_words(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<(), InstallError> {
    for (terms, _) in shipped(connection)? {
        let Some(agreement) = agreement::store::find_by_slug(connection, &terms.slug)? else { continue };
        let entry = Entry {
            at: now,
            who: Who::program(),
            event: Event::WordsRenewed,
            subject: String::new(),
            details: String::new(),
            reason: String::new(),
        };
        agreement::store::renew_words(connection, &agreement, &terms, entry)?;
    }
    Ok(())
}

/// Adds the organisations that are not there: all of them to a new database, those that a newer version of the program knows
/// to another. What is there stays as it is.
fn register(connection: &mut AnyConnection) -> Result<(), InstallError> {
    let known: HashSet<String> =
        recipient::store::all(connection)?.into_iter().map(|organisation| organisation.code).collect();
    let authorities = recipient::authorities().into_iter().map(|authority| (authority, Vec::new()));
    let registry = recipient::parse_registry(REGISTRY)?;
    for (organisation, aliases) in authorities.chain(registry) {
        if !known.contains(&organisation.code) {
            recipient::store::add(connection, &organisation, &aliases)?;
        }
    }
    Ok(())
}

/// The same for a command that comes before the portal's first start: an unmarked database becomes a real one.
pub fn install_if_new(db: &Db, now: DateTime<Utc>) -> Result<(), InstallError> {
    if is_installed(db)? { Ok(()) } else { install(db, Mode::Real, now) }
}

/// False for a database without anything in it, such as one whose address is mistyped.
pub fn is_installed(db: &Db) -> Result<bool, DbError> {
    Ok(db.read_now(|connection| settings::get(connection, MODE))?.is_some())
}

/// Adds an agreement from a folder with `agreement.toml` and `allocation.csv`, all of it or nothing.
pub fn import(db: &Db, folder: &Path, now: DateTime<Utc>) -> Result<Terms, InstallError> {
    db.write_now(|connection| {
        let (terms, shares) = read(connection, &folder.to_string_lossy(), |name| {
            std::fs::read_to_string(folder.join(name)).map_err(|error| format!("{name}: {error}"))
        })?;
        if agreement::store::find_by_slug(connection, &terms.slug)?.is_some() {
            return Err(InstallError::File(format!("överenskommelsen {} finns redan", terms.slug)));
        }
        if agreement::store::all(connection)?.iter().any(|known| known.terms.code == terms.code) {
            return Err(InstallError::File(format!(
                "en överenskommelse med koden {} finns redan",
                terms.code
            )));
        }
        grant::store::publish(connection, &terms, &shares, &Who::program(), now)?;
        Ok(terms)
    })
}

fn read(
    connection: &mut AnyConnection,
    folder: &str,
    file: impl Fn(&str) -> Result<String, String>,
) -> Result<(Terms, Vec<Share>), InstallError> {
    let text = |name: &str| file(name).map_err(|reason| InstallError::File(format!("{folder}: {reason}")));
    let (toml, csv) = (text("agreement.toml")?, text("allocation.csv")?);
    let terms = agreement::definition::parse(&format!("{folder}/agreement.toml"), &toml)?;
    let known: HashSet<String> =
        recipient::store::all(connection)?.into_iter().map(|organisation| organisation.code).collect();
    if !known.contains(&terms.paying_authority) {
        let reason = format!("{folder}: myndigheten {} finns inte i registret", terms.paying_authority);
        return Err(InstallError::File(reason));
    }
    if let Some(report) = terms.further_reports.iter().find(|report| !known.contains(&report.addressee)) {
        let reason =
            format!("{folder}: {} går till {}, som inte finns i registret", report.name, report.addressee);
        return Err(InstallError::File(reason));
    }
    let mut named = terms.provisions.iter().flat_map(|provision| &provision.organisations);
    if let Some(unknown) = named.find(|code| !known.contains(*code)) {
        let reason = format!("{folder}: en bestämmelse gäller {unknown}, som inte finns i registret");
        return Err(InstallError::File(reason));
    }
    let shares = allocation::parse(&format!("{folder}/allocation.csv"), &csv, &terms, &known)?;
    Ok((terms, shares))
}

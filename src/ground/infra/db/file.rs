//! The SQLite file as a file: whether it is still the one that was opened, how much room it has, a copy of it.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use diesel::{connection::SimpleConnection, prelude::*};
use thiserror::Error;

use super::{Address, AnyConnection, Db, DbError, pool::take};

/// The file that the connections have open. Another one at the same path is another database.
#[derive(Debug, Clone)]
pub(super) struct OpenFile {
    path: PathBuf,
    device: u64,
    inode: u64,
}

impl OpenFile {
    /// The file at the path of a database; made, and empty, when there is none. Connections make none: one that is gone is gone.
    pub(super) fn of(address: &Address) -> Result<Option<Self>, DbError> {
        let Address::Sqlite(path) = address else { return Ok(None) };
        if !path.exists() {
            let made = File::options().create(true).append(true).open(path);
            made.map_err(|error| DbError::Unavailable(error.to_string()))?;
        }
        Self::at(path).map(Some)
    }

    fn at(path: &Path) -> Result<Self, DbError> {
        let found = fs::metadata(path).map_err(|error| DbError::Unavailable(error.to_string()))?;
        Ok(Self { path: path.to_owned(), device: found.dev(), inode: found.ino() })
    }

    /// Refuses when what is written would be gone with the file.
    pub(super) fn is_there(&self) -> Result<(), DbError> {
        match fs::metadata(&self.path) {
            Ok(found) if (found.dev(), found.ino()) == (self.device, self.inode) => Ok(()),
            _ => Err(DbError::Unwritable(format!(
                "{} has been removed or replaced while it is open",
                self.path.display()
            ))),
        }
    }

    /// Bytes left on its disk.
    pub(super) fn room(&self) -> Option<u64> {
        let found = rustix::fs::statvfs(&self.path).ok()?;
        Some(found.f_bavail.saturating_mul(found.f_frsize))
    }
}

#[derive(Debug, Error)]
pub enum BackupError {
    #[error("filen {0} finns redan")]
    IsThere(PathBuf),
    #[error("en annan säkerhetskopiering till {0} pågår")]
    Underway(PathBuf),
    #[error("{0} går inte att skriva: {1}")]
    File(PathBuf, io::Error),
    #[error("{0}")]
    Db(#[from] DbError),
}

impl Db {
    /// A consistent copy of an SQLite database in a new file: there whole or not at all, and for its owner alone. It is written beside,
    /// to `FILE.part`.
    pub fn back_up(&self, file: &Path) -> Result<(), BackupError> {
        if matches!(self.address, Address::Postgres(_)) {
            return Err(DbError::Unsupported("PostgreSQL säkerhetskopieras med pg_dump").into());
        }
        if file.exists() {
            return Err(BackupError::IsThere(file.to_owned()));
        }
        let part = file.with_added_extension("part");
        let fault = |error| BackupError::File(part.clone(), error);
        let mut options = File::options();
        let open = options.write(true).create(true).truncate(false).mode(0o600).open(&part).map_err(fault)?;
        open.try_lock().map_err(|_| BackupError::Underway(file.to_owned()))?;
        let copied = self.copy_to(&part, &open).and_then(|()| put_in_place(&part, file).map_err(fault));
        if copied.is_err() {
            let _ = fs::remove_file(&part);
        }
        copied
    }

    /// Puts all that is written in the SQLite file itself, and nothing beside it.
    pub fn settle(&self) -> Result<(), DbError> {
        match &mut *take(&self.writers)? {
            AnyConnection::Sqlite(sqlite) => Ok(sqlite.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")?),
            AnyConnection::Postgres(_) => Ok(()),
        }
    }

    /// What another try left is written over: SQLite copies to a file that is empty.
    fn copy_to(&self, part: &Path, open: &File) -> Result<(), BackupError> {
        let _ = fs::remove_file(beside(part, "-journal"));
        open.set_len(0).map_err(|error| BackupError::File(part.to_owned(), error))?;
        if let AnyConnection::Sqlite(sqlite) = &mut *take(&self.writers)? {
            diesel::sql_query("VACUUM INTO ?")
                .bind::<diesel::sql_types::Text, _>(part.to_string_lossy())
                .execute(sqlite)
                .map_err(DbError::from)?;
        }
        Ok(())
    }
}

/// What SQLite keeps beside a database under the same name: `-wal`, `-shm`, `-journal`.
pub fn beside(database: &Path, ending: &str) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Puts a file that is written to its end where it is to be, so that a power cut leaves it there whole or not at all.
pub fn put_in_place(written: &Path, place: &Path) -> io::Result<()> {
    File::open(written)?.sync_all()?;
    fs::rename(written, place)?;
    sync_folder_of(place)
}

/// A name is on disk when its folder is.
pub fn sync_folder_of(file: &Path) -> io::Result<()> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[derive(QueryableByName)]
struct Integrity {
    #[diesel(sql_type = diesel::sql_types::Text)]
    integrity_check: String,
}

impl Db {
    /// What is broken in an SQLite file, in SQLite's words; PostgreSQL looks after its own.
    pub fn integrity(&self) -> Result<Vec<String>, DbError> {
        match &mut *take(&self.readers)? {
            AnyConnection::Sqlite(sqlite) => {
                let found: Vec<Integrity> = diesel::sql_query("PRAGMA integrity_check").load(sqlite)?;
                Ok(found.into_iter().map(|row| row.integrity_check).filter(|said| said != "ok").collect())
            }
            AnyConnection::Postgres(_) => Ok(Vec::new()),
        }
    }
}

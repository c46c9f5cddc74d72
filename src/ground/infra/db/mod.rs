//! The database: embedded SQLite or PostgreSQL, chosen by the scheme of the address. The only room that knows which.
//!
//! Reads take a connection from the readers' pool. A write is one transaction on a writer's connection: SQLite has one
//! writer, whose transactions begin IMMEDIATE (a transaction that reads first and then writes would fail under load);
//! on PostgreSQL the caller takes the aggregate's row first (`grant::store::lock`), so two writers wait for each other.

mod address;
mod column;
mod error;
pub mod file;
mod pool;
mod probe;
mod transaction;

use std::{cell::Cell, fs::File, path::Path, time::Duration};

use actix_web::rt::time::timeout;
use diesel::{
    backend::Backend,
    connection::SimpleConnection,
    migration::{MigrationSource, MigrationVersion},
    pg::PgConnection,
    r2d2::{ManageConnection, Pool},
    sqlite::SqliteConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub(crate) use self::column::{key_column, read_by_row};
pub use self::{
    address::Address,
    column::{Json, json},
    error::DbError,
};
use self::{
    file::OpenFile,
    pool::{Manager, Use, pool, take},
    probe::LastSaved,
    transaction::{Decision, begin_snapshot, carry_out, carry_out_again, roll_back},
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// Any constant will do, as long as every instance of the portal takes the same.
const STARTUP_LOCK: i64 = 0x0062_6964_7261_6773;
/// How long a request waits for a database that is silent. Longer than for a connection, whose absence says more.
const LIMIT: Duration = Duration::from_secs(25);

#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(Clone)]
pub struct Db {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    probes: Pool<Manager>,
    address: Address,
    /// That of SQLite.
    file: Option<OpenFile>,
    saved: LastSaved,
}

/// Held by one instance of the portal at a time, until it is dropped.
fn start_lock(database: &Path) -> Result<File, DbError> {
    let mut path = database.to_path_buf().into_os_string();
    path.push(".lock");
    let lock = File::create(&path).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|error| DbError::Unavailable(format!("{}: {error}", path.display())))
}

impl Db {
    /// Opens the database, makes the SQLite file when there is none, and brings the tables up to date.
    pub fn open(address: Address) -> Result<Self, DbError> {
        let workers = std::thread::available_parallelism().map_or(4, |count| count.get() as u32);
        let (reader_count, writer_count) = match address {
            Address::Sqlite(_) => (workers + 2, 1),
            Address::Postgres(_) => (6, 6),
        };
        // SQLite sets the journal's mode at the first connection of all, and waits for nobody then: one instance at a time. Where
        // no lock can be made, the connection tells why.
        let held = match &address {
            Address::Sqlite(path) => start_lock(path).ok(),
            Address::Postgres(_) => None,
        };
        let file = OpenFile::of(&address)?;
        let place = (&address, file.as_ref());
        let db = Self {
            writers: pool(place, writer_count, Use::Write)?,
            readers: pool(place, reader_count, Use::Read)?,
            probes: pool(place, 1, Use::Probe)?,
            file,
            saved: LastSaved::default(),
            address,
        };
        drop(held);
        db.exclusively(|db| db.migrate())?;
        Ok(db)
    }

    /// Runs `work` while no other instance of the portal does: migrations and first data take no lock of their own.
    pub fn exclusively<T, E: From<DbError>>(&self, work: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        match &self.address {
            Address::Sqlite(path) => {
                let _held = start_lock(path)?;
                work(self)
            }
            Address::Postgres(_) => {
                let mut held = Manager::of_writers(&self.address)
                    .connect()
                    .map_err(|error| DbError::Unavailable(error.to_string()))?;
                held.batch_execute(&format!("SELECT pg_advisory_lock({STARTUP_LOCK})"))
                    .map_err(DbError::from)?;
                work(self)
            }
        }
    }

    fn migrate(&self) -> Result<(), DbError> {
        if let Address::Sqlite(path) = &self.address {
            // SQLite opens a file that may only be read, and fails at the first write.
            let writable = std::fs::OpenOptions::new().append(true).open(path);
            writable.map_err(|_| DbError::Unsupported("filen går inte att skriva till"))?;
        }
        match &mut *take(&self.writers)? {
            AnyConnection::Sqlite(sqlite) => bring_up_to_date(sqlite),
            AnyConnection::Postgres(postgres) => {
                postgres.batch_execute(
                    "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                )?;
                bring_up_to_date(postgres)
            }
        }
    }

    /// Reads. From SQLite here and now: a hop to another thread costs more than the query, and there is a connection
    /// for every worker. From PostgreSQL off the async threads, since the answer comes over a network.
    pub async fn read<T, E>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        match self.address {
            Address::Sqlite(_) => self.read_now(query),
            Address::Postgres(_) => {
                let pool = self.readers.clone();
                let read = within_limit(off_thread(move || query(&mut *take(&pool)?))).await;
                read.unwrap_or_else(|silent| Err(silent.into()))
            }
        }
    }

    /// Writes in one transaction, off the async threads: all of it or, on an error, nothing. PostgreSQL may ask for the work once
    /// more, so it can be cloned.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Clone + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let done = self.write_aside(work).await;
        if done.is_ok() {
            let _ = SAVED.try_with(|saved| saved.set(true));
        }
        done
    }

    /// The same for what nobody asked for: that somebody was seen, or has tried a password. If what was asked for fails after it,
    /// nothing was saved.
    pub async fn write_aside<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Clone + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let (db, decision) = (self.clone(), Decision::default());
        let theirs = decision.clone();
        let written = within_limit(off_thread(move || {
            db.file_is_there()?;
            carry_out_again(&mut *take(&db.writers)?, &theirs, work)
        }));
        let done = written.await.unwrap_or_else(|silent| {
            // Whoever decides first: before its COMMIT nothing is saved, and then nothing will be.
            Err(if decision.take() { silent } else { DbError::MaybeSaved(silent.to_string()) }.into())
        });
        if done.is_ok() {
            self.saved.note()
        } else {
            self.saved.forget()
        }
        done
    }

    /// The same on this thread: for the command line and for first data.
    pub fn write_now<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        self.file_is_there()?;
        carry_out(&mut *take(&self.writers)?, &Decision::default(), work)
    }

    fn file_is_there(&self) -> Result<(), DbError> {
        self.file.as_ref().map_or(Ok(()), OpenFile::is_there)
    }

    pub fn read_now<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        query(&mut *take(&self.readers)?)
    }

    /// Reads the database as it was at the first query, whatever is written meanwhile.
    pub fn snapshot_now<T, E: From<DbError>>(
        &self,
        query: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = &mut *take(&self.readers)?;
        begin_snapshot(connection).map_err(DbError::from)?;
        let found = query(connection);
        roll_back(connection).map_err(DbError::from)?;
        found
    }
}

/// Runs the migrations that are missing. One that this version does not know was run by a newer one, whose tables may have other
/// columns.
fn bring_up_to_date<DB: Backend>(connection: &mut impl MigrationHarness<DB>) -> Result<(), DbError> {
    let fault = |error| DbError::Unavailable(format!("migrations failed: {error}"));
    let known = MigrationSource::<DB>::migrations(&MIGRATIONS).map_err(fault)?;
    let known: Vec<MigrationVersion<'_>> = known.iter().map(|migration| migration.name().version()).collect();
    let run = connection.applied_migrations().map_err(fault)?;
    if let Some(unknown) = run.iter().find(|version| !known.contains(version)) {
        return Err(DbError::Unfit(format!(
            "en nyare version av programmet har gjort om den (ändring {unknown}); starta den versionen"
        )));
    }
    connection.run_pending_migrations(MIGRATIONS).map(|_| ()).map_err(fault)
}

tokio::task_local! {
    /// Whether a change of the request that is being answered was saved.
    static SAVED: Cell<bool>;
}

/// Does what a request asks for, and says whether any change on the way was saved: after that, no fault may say that nothing was.
pub async fn and_was_saved<T>(work: impl Future<Output = T>) -> (T, bool) {
    let answer = async {
        let answer = work.await;
        (answer, SAVED.with(Cell::get))
    };
    SAVED.scope(Cell::new(false), answer).await
}

async fn within_limit<T>(work: impl Future<Output = T>) -> Result<T, DbError> {
    let limited = timeout(LIMIT, work).await;
    limited.map_err(|_| DbError::Unavailable(format!("no answer within {} s", LIMIT.as_secs())))
}

async fn off_thread<T, E>(work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, E>
where
    T: Send + 'static,
    E: From<DbError> + Send + 'static,
{
    match actix_web::web::block(work).await {
        Ok(result) => result,
        Err(_) => Err(DbError::Unavailable("the worker thread ended before its work".to_owned()).into()),
    }
}

#[cfg(test)]
mod tests {
    use diesel::RunQueryDsl;

    use super::*;

    #[test]
    fn a_fault_after_a_change_was_saved_is_known_from_one_before_it() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(Address::Sqlite(folder.path().join("a.sqlite"))).unwrap();
        let change = |sql: &'static str| {
            let db = db.clone();
            async move { db.write(move |c| Ok::<_, DbError>(diesel::sql_query(sql).execute(c)?)).await.is_ok() }
        };
        let (good, bad) =
            ("UPDATE settings SET value = '1' WHERE key = 'probe'", "UPDATE nothing SET value = '1'");
        actix_web::rt::System::new().block_on(async {
            assert_eq!(and_was_saved(change(good)).await, (true, true));
            assert_eq!(and_was_saved(change(bad)).await, (false, false));
            assert!(and_was_saved(async { (change(good).await, change(bad).await) }).await.1);
            let aside = || db.write_aside(|_| Ok::<_, DbError>(()));
            assert!(!and_was_saved(async { (aside().await.unwrap(), change(bad).await) }).await.1);
            assert!(!and_was_saved(async {}).await.1);
        });
    }

    #[test]
    fn a_file_that_was_removed_or_replaced_takes_no_more_changes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.sqlite");
        let db = Db::open(Address::Sqlite(path.clone())).unwrap();
        let change =
            || db.write_now(|c| Ok::<_, DbError>(diesel::sql_query("DELETE FROM settings").execute(c)?));
        change().unwrap();
        std::fs::rename(&path, folder.path().join("b.sqlite")).unwrap();
        assert!(matches!(change(), Err(DbError::Unwritable(_))));
        std::fs::write(&path, "").unwrap();
        assert!(matches!(change(), Err(DbError::Unwritable(_))));
        std::fs::rename(folder.path().join("b.sqlite"), &path).unwrap();
        change().unwrap();
    }
}

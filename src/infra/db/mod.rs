//! The database: embedded SQLite or PostgreSQL, chosen by the scheme of the address. The only file that knows which.
//!
//! Reads take a connection from the readers' pool. A write is one transaction on a writer's connection: SQLite has one
//! writer, whose transactions begin IMMEDIATE (a transaction that reads first and then writes would fail under load);
//! on PostgreSQL the caller takes the aggregate's row first (`grant::store::lock`), so two writers wait for each other.

use std::{fs::File, path::PathBuf, time::Duration};

use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    pg::PgConnection,
    prelude::*,
    r2d2::{ManageConnection, Pool, PooledConnection},
    result::{DatabaseErrorKind, Error as QueryError},
    sqlite::SqliteConnection,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use thiserror::Error;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// Any constant will do, as long as every instance of the portal takes the same.
const STARTUP_LOCK: i64 = 0x0062_6964_7261_6773;
const WAIT_TO_READ: Duration = Duration::from_secs(5);
/// Writers queue for one another; a long queue is no reason to turn anybody away.
const WAIT_TO_WRITE: Duration = Duration::from_secs(20);

#[derive(diesel::MultiConnection)]
pub enum AnyConnection {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(Debug, Error)]
pub enum DbError {
    /// The database cannot be reached now; trying again later may help.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    #[error("query failed: {0}")]
    Query(#[source] QueryError),
    /// A stored row that the program could not have written.
    #[error("stored data is not valid: {0}")]
    Corrupt(String),
    /// What the transaction was to use up is used up already; in words for the user.
    #[error("{0}")]
    Spent(&'static str),
    /// Asked of a kind of database that does it another way; in words for the operator.
    #[error("{0}")]
    Unsupported(&'static str),
}

impl DbError {
    /// For `map_err` at the border where a row becomes a domain type.
    pub fn corrupt(cause: impl std::fmt::Display) -> Self {
        Self::Corrupt(cause.to_string())
    }
}

impl From<QueryError> for DbError {
    fn from(error: QueryError) -> Self {
        match &error {
            QueryError::DatabaseError(
                DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand,
                _,
            )
            | QueryError::BrokenTransactionManager => Self::Unavailable(error.to_string()),
            // libpq reports a server that went away in mid-query as an unknown error with this text.
            QueryError::DatabaseError(DatabaseErrorKind::Unknown, info)
                if ["server closed the connection", "terminating connection", "database is locked"]
                    .iter()
                    .any(|sign| info.message().contains(sign)) =>
            {
                Self::Unavailable(error.to_string())
            }
            _ => Self::Query(error),
        }
    }
}

/// Where the data is: `postgres://…`, or the path of an SQLite file.
#[derive(Debug, Clone)]
pub enum Address {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Address {
    pub fn parse(text: &str) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text.to_owned())
        } else {
            let path = text.strip_prefix("sqlite://").unwrap_or(text);
            Self::Sqlite(PathBuf::from(path.strip_prefix("sqlite:").unwrap_or(path)))
        }
    }
}

/// Safe to show and to log: a password in the address is left out.
impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "SQLite i {}", path.display()),
            Self::Postgres(url) => {
                let place = url.rsplit_once('@').map_or(url.as_str(), |(_, place)| place);
                write!(
                    f,
                    "PostgreSQL på {}",
                    place.trim_start_matches("postgres://").trim_start_matches("postgresql://")
                )
            }
        }
    }
}

struct Manager {
    address: Address,
    read_only: bool,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = diesel::r2d2::Error;

    fn connect(&self) -> Result<AnyConnection, Self::Error> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut connection = SqliteConnection::establish(&path.to_string_lossy())
                    .map_err(diesel::r2d2::Error::ConnectionError)?;
                // The timeout first: changing the journal mode takes a lock.
                connection
                    .batch_execute(
                        "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
                         PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;",
                    )
                    .map_err(diesel::r2d2::Error::QueryError)?;
                if self.read_only {
                    connection
                        .batch_execute("PRAGMA query_only = ON;")
                        .map_err(diesel::r2d2::Error::QueryError)?;
                }
                Ok(AnyConnection::Sqlite(connection))
            }
            Address::Postgres(url) => PgConnection::establish(url)
                .map(AnyConnection::Postgres)
                .map_err(diesel::r2d2::Error::ConnectionError),
        }
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Self::Error> {
        match connection {
            AnyConnection::Sqlite(_) => Ok(()),
            AnyConnection::Postgres(postgres) => {
                postgres.batch_execute("SELECT 1").map_err(diesel::r2d2::Error::QueryError)
            }
        }
    }

    /// A connection left inside a transaction (a panic in the middle) is thrown away, and its work with it.
    fn has_broken(&self, connection: &mut AnyConnection) -> bool {
        let depth = match connection {
            AnyConnection::Sqlite(sqlite) => open_transactions(sqlite),
            AnyConnection::Postgres(postgres) => open_transactions(postgres),
        };
        std::thread::panicking() || depth
    }
}

fn open_transactions<C>(connection: &mut C) -> bool
where
    C: diesel::Connection<TransactionManager = AnsiTransactionManager>,
{
    AnsiTransactionManager::transaction_manager_status_mut(connection)
        .transaction_depth()
        .map_or(true, |depth| depth.is_some())
}

#[derive(Clone)]
pub struct Db {
    readers: Pool<Manager>,
    writers: Pool<Manager>,
    address: Address,
}

impl Db {
    /// Opens the database, makes the SQLite file when there is none, and brings the tables up to date.
    pub fn open(address: Address) -> Result<Self, DbError> {
        let workers = std::thread::available_parallelism().map_or(4, |count| count.get() as u32);
        let (reader_count, writer_count) = match address {
            Address::Sqlite(_) => (workers + 2, 1),
            Address::Postgres(_) => (6, 6),
        };
        let db = Self {
            writers: pool(&address, writer_count, false)?,
            readers: pool(&address, reader_count, true)?,
            address,
        };
        db.exclusively(|db| db.migrate())?;
        Ok(db)
    }

    /// Runs `work` while no other instance of the portal does: migrations and first data take no lock of their own.
    pub fn exclusively<T, E: From<DbError>>(&self, work: impl FnOnce(&Self) -> Result<T, E>) -> Result<T, E> {
        match &self.address {
            Address::Sqlite(path) => {
                let mut lock_path = path.clone().into_os_string();
                lock_path.push(".lock");
                let lock = File::create(&lock_path).and_then(|file| file.lock().map(|()| file));
                let _held =
                    lock.map_err(|error| DbError::Unavailable(format!("{}: {error}", lock_path.display())))?;
                work(self)
            }
            Address::Postgres(_) => {
                let manager = Manager { address: self.address.clone(), read_only: false };
                let mut held = manager.connect().map_err(|error| DbError::Unavailable(error.to_string()))?;
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
        let mut connection = take(&self.writers)?;
        let done = match &mut *connection {
            AnyConnection::Sqlite(sqlite) => sqlite.run_pending_migrations(MIGRATIONS).map(|_| ()),
            AnyConnection::Postgres(postgres) => {
                postgres.batch_execute(
                    "DO $$ BEGIN CREATE DOMAIN blob AS bytea; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
                )?;
                postgres.run_pending_migrations(MIGRATIONS).map(|_| ())
            }
        };
        done.map_err(|error| DbError::Unavailable(format!("migrations failed: {error}")))
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
                off_thread(move || query(&mut *take(&pool)?)).await
            }
        }
    }

    /// Writes in one transaction, off the async threads: all of it or, on an error, nothing.
    pub async fn write<T, E>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DbError> + Send + 'static,
    {
        let db = self.clone();
        off_thread(move || db.write_now(work)).await
    }

    /// The same on this thread: for the command line and for first data.
    pub fn write_now<T, E: From<DbError>>(
        &self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
    ) -> Result<T, E> {
        let connection = &mut *take(&self.writers)?;
        begin(connection).map_err(DbError::from)?;
        match work(connection) {
            Ok(value) => {
                commit(connection).map_err(DbError::from)?;
                Ok(value)
            }
            Err(error) => {
                // When this fails too the connection is broken, and the pool throws it away.
                let _ = roll_back(connection);
                Err(error)
            }
        }
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

impl Db {
    /// A consistent copy of an SQLite database in a new file.
    pub fn back_up(&self, file: &std::path::Path) -> Result<(), DbError> {
        match &mut *take(&self.writers)? {
            AnyConnection::Sqlite(sqlite) => {
                diesel::sql_query("VACUUM INTO ?")
                    .bind::<diesel::sql_types::Text, _>(file.to_string_lossy())
                    .execute(sqlite)?;
                Ok(())
            }
            AnyConnection::Postgres(_) => {
                Err(DbError::Unsupported("PostgreSQL säkerhetskopieras med pg_dump"))
            }
        }
    }
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

fn pool(address: &Address, size: u32, read_only: bool) -> Result<Pool<Manager>, DbError> {
    let manager = Manager { address: address.clone(), read_only };
    // The first connection is made here, so that a wrong address is one clear line at start.
    manager.connect().map_err(|error| DbError::Unavailable(error.to_string()))?;
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(if read_only { WAIT_TO_READ } else { WAIT_TO_WRITE })
        .error_handler(Box::new(QuietErrors))
        .build_unchecked(manager))
}

/// The pool tells its caller; a line for every attempt in between would flood the log.
#[derive(Debug)]
struct QuietErrors;

impl diesel::r2d2::HandleError<diesel::r2d2::Error> for QuietErrors {
    fn handle_error(&self, _: diesel::r2d2::Error) {}
}

fn take(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, DbError> {
    pool.get().map_err(|error| DbError::Unavailable(error.to_string()))
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

fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres),
    }
}

fn begin_snapshot(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN DEFERRED")
        }
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction_sql(
            postgres,
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        ),
    }
}

fn commit(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::commit_transaction(sqlite),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::commit_transaction(postgres),
    }
}

fn roll_back(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::rollback_transaction(sqlite),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::rollback_transaction(postgres),
    }
}

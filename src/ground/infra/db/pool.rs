//! Connections, and who has them: readers, writers, and the probe, which never waits behind either.

use std::time::Duration;

use diesel::{
    connection::{AnsiTransactionManager, SimpleConnection, TransactionManager},
    pg::PgConnection,
    prelude::*,
    r2d2::{Error, ManageConnection, Pool, PooledConnection},
    sqlite::SqliteConnection,
};

use super::{Address, AnyConnection, DbError, address::with_limits, file::OpenFile};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Use {
    Read,
    Write,
    Probe,
}

impl Use {
    /// How long one waits for a connection. Writers queue for one another, and a long queue is no reason to turn anybody away.
    fn patience(self) -> Duration {
        match self {
            Self::Read => Duration::from_secs(5),
            Self::Write => Duration::from_secs(20),
            Self::Probe => Duration::from_millis(1500),
        }
    }

    fn writes(self) -> bool {
        matches!(self, Self::Write | Self::Probe)
    }
}

#[derive(Clone)]
pub(super) struct Manager {
    address: Address,
    /// That of SQLite, which every connection is to.
    file: Option<OpenFile>,
    purpose: Use,
}

impl Manager {
    pub(super) fn of_writers(address: &Address) -> Self {
        Self { address: address.clone(), file: None, purpose: Use::Write }
    }

    fn prepare(&self, sqlite: &mut SqliteConnection) -> QueryResult<()> {
        // The timeout first: changing the journal mode takes a lock.
        let wait = self.purpose.patience().min(Duration::from_secs(5)).as_millis();
        sqlite.batch_execute(&format!(
            "PRAGMA busy_timeout = {wait}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
             PRAGMA foreign_keys = ON; PRAGMA cache_size = -16000;"
        ))?;
        if self.purpose.writes() { Ok(()) } else { sqlite.batch_execute("PRAGMA query_only = ON;") }
    }
}

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = diesel::sql_types::Text)]
    transaction_read_only: String,
}

impl ManageConnection for Manager {
    type Connection = AnyConnection;
    type Error = Error;

    fn connect(&self) -> Result<AnyConnection, Error> {
        match &self.address {
            Address::Sqlite(path) => {
                let gone = |error: DbError| {
                    Error::ConnectionError(ConnectionError::BadConnection(error.to_string()))
                };
                self.file.as_ref().map_or(Ok(()), OpenFile::is_there).map_err(gone)?;
                let mut connection =
                    SqliteConnection::establish(&path.to_string_lossy()).map_err(Error::ConnectionError)?;
                self.prepare(&mut connection).map_err(Error::QueryError)?;
                Ok(AnyConnection::Sqlite(connection))
            }
            Address::Postgres(url) => PgConnection::establish(&with_limits(url, self.purpose.writes()))
                .map(AnyConnection::Postgres)
                .map_err(Error::ConnectionError),
        }
    }

    /// A writer's server may have become one that only reads: that connection is thrown away, and another made.
    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), Error> {
        let AnyConnection::Postgres(postgres) = connection else { return Ok(()) };
        if !self.purpose.writes() {
            return postgres.batch_execute("SELECT 1").map_err(Error::QueryError);
        }
        let setting: Setting = diesel::sql_query("SHOW transaction_read_only")
            .get_result(postgres)
            .map_err(Error::QueryError)?;
        if setting.transaction_read_only == "off" {
            return Ok(());
        }
        Err(Error::ConnectionError(ConnectionError::BadConnection("the server only reads".to_owned())))
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

pub(super) fn pool(
    (address, file): (&Address, Option<&OpenFile>),
    size: u32,
    purpose: Use,
) -> Result<Pool<Manager>, DbError> {
    let manager = Manager { address: address.clone(), file: file.cloned(), purpose };
    // The first connection is made here, so that a wrong address is one clear line at start.
    manager.connect().map_err(|error| DbError::Unavailable(error.to_string()))?;
    Ok(Pool::builder()
        .max_size(size)
        .min_idle(Some(0))
        .connection_timeout(purpose.patience())
        .error_handler(Box::new(QuietErrors))
        .build_unchecked(manager))
}

/// The pool tells its caller; a line for every attempt in between would flood the log.
#[derive(Debug)]
struct QuietErrors;

impl diesel::r2d2::HandleError<Error> for QuietErrors {
    fn handle_error(&self, _: Error) {}
}

pub(super) fn take(pool: &Pool<Manager>) -> Result<PooledConnection<Manager>, DbError> {
    pool.get().map_err(|error| {
        let cause = error.to_string();
        // libpq's words for a server that is not what `target_session_attrs` asks for.
        if cause.contains("read-only") || cause.contains("only reads") {
            DbError::Unwritable(cause)
        } else {
            DbError::Unavailable(cause)
        }
    })
}

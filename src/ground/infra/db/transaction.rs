//! One transaction: begun, worked in, and committed or rolled back.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use diesel::{
    connection::{AnsiTransactionManager, Connection, InstrumentationEvent, TransactionManager},
    prelude::*,
};

use super::{AnyConnection, DbError, error::is_collision};

/// Who decides what becomes of a transaction: the thread that comes to its COMMIT, or whoever has waited too long for it. The
/// first of them.
#[derive(Clone, Default)]
pub(super) struct Decision(Arc<AtomicBool>);

impl Decision {
    /// False when the other one was first.
    pub(super) fn take(&self) -> bool {
        !self.0.swap(true, Ordering::SeqCst)
    }
}

/// All of the work or, on an error, nothing.
pub(super) fn carry_out<T, E: From<DbError>>(
    connection: &mut AnyConnection,
    decision: &Decision,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    begin(connection).map_err(DbError::from)?;
    let done = work(connection).and_then(|value| {
        if decision.take() {
            return Ok(value);
        }
        Err(DbError::Unavailable("nobody waits for it any more".to_owned()).into())
    });
    match done {
        Ok(value) => {
            commit(connection)?;
            Ok(value)
        }
        Err(error) => {
            // When this fails too the connection is broken, and the pool throws it away.
            let _ = roll_back(connection);
            Err(error)
        }
    }
}

/// The same, and once more if PostgreSQL sacrificed it to another transaction (a deadlock). SQLite has one writer and no such
/// thing.
pub(super) fn carry_out_again<T, E: From<DbError>>(
    connection: &mut AnyConnection,
    decision: &Decision,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E> + Clone,
) -> Result<T, E> {
    if matches!(connection, AnyConnection::Sqlite(_)) {
        return carry_out(connection, decision, work);
    }
    let collided = watch(connection);
    let done = carry_out(connection, decision, work.clone());
    if done.is_err() && collided.load(Ordering::SeqCst) {
        tracing::warn!("two changes stood in each other's way: one is made once more");
        return carry_out(connection, decision, work);
    }
    done
}

/// Tells whether a query ends in a collision from now on. The work's own error does not: it is the room's.
fn watch(connection: &mut AnyConnection) -> Arc<AtomicBool> {
    let collided = Arc::new(AtomicBool::new(false));
    let seen = collided.clone();
    connection.set_instrumentation(move |event: InstrumentationEvent<'_>| {
        if let InstrumentationEvent::FinishQuery { error: Some(error), .. } = event
            && is_collision(error)
        {
            seen.store(true, Ordering::SeqCst);
        }
    });
    collided
}

fn begin(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")
        }
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::begin_transaction(postgres),
    }
}

pub(super) fn begin_snapshot(connection: &mut AnyConnection) -> QueryResult<()> {
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

/// A PostgreSQL that goes away in the middle of COMMIT may have carried it out: only its answer is missing. SQLite has answered
/// when it fails.
fn commit(connection: &mut AnyConnection) -> Result<(), DbError> {
    match connection {
        AnyConnection::Sqlite(sqlite) => {
            AnsiTransactionManager::commit_transaction(sqlite).map_err(DbError::from)
        }
        AnyConnection::Postgres(postgres) => {
            AnsiTransactionManager::commit_transaction(postgres).map_err(|error| {
                let rolled_back = is_collision(&error);
                match error.into() {
                    DbError::Unavailable(cause) if !rolled_back => DbError::MaybeSaved(cause),
                    known => known,
                }
            })
        }
    }
}

pub(super) fn roll_back(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::rollback_transaction(sqlite),
        AnyConnection::Postgres(postgres) => AnsiTransactionManager::rollback_transaction(postgres),
    }
}

//! Whether the database can do its work, asked on a connection of its own: under load nobody is taken out of service for having
//! much to do.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use actix_web::rt::time::timeout;
use diesel::prelude::*;

use super::{Db, DbError, off_thread, pool::take, transaction};
use crate::ground::infra::schema::settings;

/// Whoever asks whether the portal is ready has little patience.
const LIMIT: Duration = Duration::from_secs(2);
/// What was saved so lately needs no probe.
const LATELY: Duration = Duration::from_secs(2);
/// About what a verb writes. A single page may find room where nothing else does.
const SIZE: usize = 32 * 1024;
/// Less than this on the disk of an SQLite file: a small change may still find room in what the file has, and the next does not.
const LEAST_ROOM: u64 = 1024 * 1024;
/// The row that it writes (a migration makes it).
const ROW: &str = "probe";

/// When something was saved last.
#[derive(Debug, Clone, Default)]
pub(super) struct LastSaved(Arc<Mutex<Option<Instant>>>);

impl LastSaved {
    pub(super) fn note(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
    }

    pub(super) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn is_lately(&self) -> bool {
        let last = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        last.is_some_and(|at| at.elapsed() < LATELY)
    }
}

impl Db {
    /// Whether a change can be saved now: as one was a moment ago, or as this one is.
    pub async fn probe(&self) -> Result<(), DbError> {
        if let Some(file) = &self.file {
            file.is_there()?;
        }
        if let Some(left) = self.room().filter(|left| *left < LEAST_ROOM) {
            return Err(DbError::Unwritable(format!("{left} bytes are left on its disk")));
        }
        if self.saved.is_lately() {
            return Ok(());
        }
        let db = self.clone();
        let probed = timeout(LIMIT, off_thread(move || db.write_probe())).await;
        probed.unwrap_or_else(|_| Err(DbError::Unavailable("no answer within two seconds".to_owned())))?;
        self.saved.note();
        Ok(())
    }

    fn write_probe(&self) -> Result<(), DbError> {
        let connection = &mut *take(&self.probes)?;
        transaction::carry_out(connection, &transaction::Decision::default(), |connection| {
            let row = diesel::update(settings::table.find(ROW));
            Ok(row.set(settings::value.eq("0".repeat(SIZE))).execute(connection).map(|_| ())?)
        })
    }

    /// Bytes left on the disk of an SQLite file; how much room PostgreSQL has, it knows itself.
    pub fn room(&self) -> Option<u64> {
        self.file.as_ref()?.room()
    }
}

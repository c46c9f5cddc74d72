//! Jobs (*jobb*): work outside a request, which a transaction asks for and the program does afterwards.
//!
//! A job is a row of `jobs`, written in the transaction that causes it. A process *leases* a job that is due, does the work, and
//! writes the effect and the end of the job in one transaction. That transaction fails if the lease is no longer its own. So any
//! number of processes share the work, and each job has its effect once.
//!
//! This room knows no kind of work. The room that does the work defines a [`Kind`]; `run/operation` has the table of them.

pub mod runner;
pub mod store;

use std::{pin::Pin, sync::Arc};

use chrono::TimeDelta;

use crate::ground::infra::{
    Portal,
    db::{AnyConnection, DbError},
};
use values::Id;

/// How long a process has a job to itself. If the process dies, another one takes the job after that.
pub const LEASE: TimeDelta = TimeDelta::minutes(5);

/// Work that waits to be queued.
#[derive(Debug, Clone)]
pub struct NewJob<'a> {
    pub kind: &'static str,
    /// What it is about, such as the id of a file. Shown to the operator: nothing that people wrote.
    pub subject: &'a str,
    /// Names the work. What is queued under a known key is not queued again.
    pub key: String,
}

/// A job that is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    pub id: Id<Job>,
    pub subject: String,
    /// How often it failed or was broken off.
    pub tries: i32,
    /// The lease under which it was read; empty if it has none.
    lease: String,
}

impl Job {
    /// Its lease has expired: a process took it and did not come back.
    fn was_broken_off(&self) -> bool {
        !self.lease.is_empty()
    }
}

/// What doing a job came to.
pub enum Outcome {
    /// Done. The effect is written in the transaction that ends the job.
    Done(Effect),
    /// Not done, for this reason. It is tried again later, or given up.
    Failed(String),
    /// What the work needs is not there now. That is no fault of the job: no try is counted, and its whole kind waits.
    PutOff,
}

/// May run twice, if PostgreSQL asks for the transaction once more.
pub type Effect = Arc<dyn Fn(&mut AnyConnection) -> Result<(), DbError> + Send + Sync>;

impl Outcome {
    pub fn done(effect: impl Fn(&mut AnyConnection) -> Result<(), DbError> + Send + Sync + 'static) -> Self {
        Self::Done(Arc::new(effect))
    }
}

pub type Working<'a> = Pin<Box<dyn Future<Output = Result<Outcome, DbError>> + 'a>>;

/// A kind of work, and what the runner does with it. The functions that get a connection lock rows of other rooms before they
/// return; the row of the job is always locked last.
pub struct Kind {
    /// Stored with each job.
    pub key: &'static str,
    /// What the operator reads.
    pub label: &'static str,
    /// Does the work of one job, in less time than [`runner::LONGEST`].
    pub work: for<'a> fn(&'a Portal, &'a Job) -> Working<'a>,
    /// How long a job waits that has failed so often; `None` when it is given up.
    pub pause_after: fn(i32) -> Option<TimeDelta>,
    /// What else changes when a job is given up.
    pub give_up: fn(&mut AnyConnection, &Job) -> Result<(), DbError>,
    /// What else changes when a failed job is to be tried again; gets the job's subject.
    pub again: fn(&mut AnyConnection, &str) -> Result<(), DbError>,
}

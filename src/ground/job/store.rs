//! Rows and queries of jobs. The order of work is by when a job is due, then by its id, which the program makes.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    dsl::{count_star, min},
    prelude::*,
    sql_types::{Text, Timestamp},
};

use super::{Job, LEASE, NewJob};
use crate::ground::infra::{
    db::{AnyConnection, DbError},
    schema::jobs,
};
use values::{Id, calendar::stamp};

const WAITING: &str = "waiting";
const DONE: &str = "done";
const FAILED: &str = "failed";

/// How much is kept of why a job failed, in characters.
const LONGEST_REASON: usize = 300;

/// In the transaction of what causes it. False if work with this key is known already.
pub fn enqueue(
    connection: &mut AnyConnection,
    job: &NewJob<'_>,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    // Diesel writes no ON CONFLICT for two kinds of database; both understand this.
    let insert = diesel::sql_query(
        "INSERT INTO jobs (id, kind, subject, key, state, due_at, tries, leased_by, last_error, created_at) \
         VALUES ($1, $2, $3, $4, 'waiting', $5, 0, '', '', $6) ON CONFLICT (key) DO NOTHING",
    );
    let now = stamp(now).naive_utc();
    let inserted = insert
        .bind::<Text, _>(Id::<Job>::new())
        .bind::<Text, _>(job.kind)
        .bind::<Text, _>(job.subject)
        .bind::<Text, _>(&job.key)
        .bind::<Timestamp, _>(now)
        .bind::<Timestamp, _>(now)
        .execute(connection)?;
    Ok(inserted == 1)
}

/// Which of these keys are known.
pub fn known(connection: &mut AnyConnection, keys: &[String]) -> Result<Vec<String>, DbError> {
    Ok(jobs::table.filter(jobs::key.eq_any(keys)).select(jobs::key).load(connection)?)
}

/// What the work is about is gone. Whoever does it now writes nothing.
pub fn forget(connection: &mut AnyConnection, key: &str) -> Result<(), DbError> {
    diesel::delete(jobs::table.filter(jobs::key.eq(key))).execute(connection)?;
    Ok(())
}

/// The first job of a kind that is due and that no process has.
pub fn next_due(
    connection: &mut AnyConnection,
    kind: &str,
    now: DateTime<Utc>,
) -> Result<Option<Job>, DbError> {
    let now = stamp(now).naive_utc();
    let found: Option<(Id<Job>, String, i32, String)> = jobs::table
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::kind.eq(kind))
        .filter(jobs::due_at.le(now))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(now)))
        .order_by((jobs::due_at, jobs::id))
        .select((jobs::id, jobs::subject, jobs::tries, jobs::leased_by))
        .first(connection)
        .optional()?;
    Ok(found.map(|(id, subject, tries, lease)| Job { id, subject, tries, lease }))
}

/// Takes a job that [`next_due`] found. `None` if another process was first. A job that was broken off has one try more.
pub fn lease(connection: &mut AnyConnection, job: &Job, now: DateTime<Utc>) -> Result<Option<Job>, DbError> {
    let now = stamp(now);
    let tries = job.tries.saturating_add(i32::from(job.was_broken_off()));
    let leased = Job { lease: Id::<Job>::new().to_string(), tries, ..job.clone() };
    // PostgreSQL reads the row again when it has waited for another process.
    let free = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::leased_by.eq(&job.lease))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(now.naive_utc())));
    let taken = diesel::update(free)
        .set((
            jobs::leased_until.eq((now + LEASE).naive_utc()),
            jobs::leased_by.eq(&leased.lease),
            jobs::tries.eq(tries),
        ))
        .execute(connection)?;
    Ok((taken == 1).then_some(leased))
}

/// What becomes of a job that was leased.
enum End<'a> {
    Done { at: DateTime<Utc> },
    Failed { at: DateTime<Utc>, tries: i32, reason: &'a str },
    Later { due: DateTime<Utc>, tries: i32, reason: &'a str },
    PutOff,
}

/// Ends a lease. False, and nothing is changed, if the job is not leased under it any more.
fn end(connection: &mut AnyConnection, job: &Job, end: &End<'_>) -> Result<bool, DbError> {
    let own = jobs::table
        .filter(jobs::id.eq(job.id))
        .filter(jobs::state.eq(WAITING))
        .filter(jobs::leased_by.eq(&job.lease));
    let nobody = (jobs::leased_until.eq(None::<NaiveDateTime>), jobs::leased_by.eq(""));
    let kept = |reason: &str| jobs::last_error.eq(reason.chars().take(LONGEST_REASON).collect::<String>());
    let changed = match end {
        End::Done { at } => {
            let done = (jobs::state.eq(DONE), jobs::finished_at.eq(stamp(*at).naive_utc()));
            diesel::update(own).set((nobody, done)).execute(connection)?
        }
        End::Failed { at, tries, reason } => {
            let failed = (jobs::state.eq(FAILED), jobs::finished_at.eq(stamp(*at).naive_utc()));
            diesel::update(own)
                .set((nobody, failed, jobs::tries.eq(*tries), kept(reason)))
                .execute(connection)?
        }
        End::Later { due, tries, reason } => {
            let later = jobs::due_at.eq(stamp(*due).naive_utc());
            diesel::update(own)
                .set((nobody, later, jobs::tries.eq(*tries), kept(reason)))
                .execute(connection)?
        }
        End::PutOff => diesel::update(own).set(nobody).execute(connection)?,
    };
    Ok(changed == 1)
}

/// In the transaction of the job's effect. False if the lease is lost: then nothing of that transaction may be saved.
pub fn finish(connection: &mut AnyConnection, job: &Job, at: DateTime<Utc>) -> Result<bool, DbError> {
    end(connection, job, &End::Done { at })
}

/// It is tried again then.
pub fn try_later(
    connection: &mut AnyConnection,
    job: &Job,
    tries: i32,
    reason: &str,
    due: DateTime<Utc>,
) -> Result<bool, DbError> {
    end(connection, job, &End::Later { due, tries, reason })
}

/// It is not tried any more, unless somebody asks for it.
pub fn fail(
    connection: &mut AnyConnection,
    job: &Job,
    tries: i32,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    end(connection, job, &End::Failed { at, tries, reason })
}

/// Gives the job back as it was.
pub fn put_off(connection: &mut AnyConnection, job: &Job) -> Result<bool, DbError> {
    end(connection, job, &End::PutOff)
}

/// A failed job is due now, as if it were new. False if it is not a failed one.
pub fn again(connection: &mut AnyConnection, id: Id<Job>, now: DateTime<Utc>) -> Result<bool, DbError> {
    let failed = jobs::table.filter(jobs::id.eq(id)).filter(jobs::state.eq(FAILED));
    let changed = diesel::update(failed)
        .set((
            jobs::state.eq(WAITING),
            jobs::due_at.eq(stamp(now).naive_utc()),
            jobs::tries.eq(0),
            jobs::finished_at.eq(None::<NaiveDateTime>),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// A job that was given up.
#[derive(Debug, Clone)]
pub struct Failed {
    pub id: Id<Job>,
    pub kind: String,
    pub subject: String,
    pub tries: i32,
    pub reason: String,
    pub at: Option<DateTime<Utc>>,
}

/// The failed jobs, the latest first.
pub fn failed(connection: &mut AnyConnection, most: i64) -> Result<Vec<Failed>, DbError> {
    type Row = (Id<Job>, String, String, i32, String, Option<DateTime<Utc>>);
    let rows: Vec<Row> = jobs::table
        .filter(jobs::state.eq(FAILED))
        .order_by((jobs::finished_at.desc(), jobs::id.desc()))
        .select((jobs::id, jobs::kind, jobs::subject, jobs::tries, jobs::last_error, jobs::finished_at))
        .limit(most)
        .load(connection)?;
    let failed = |(id, kind, subject, tries, reason, at)| Failed { id, kind, subject, tries, reason, at };
    Ok(rows.into_iter().map(failed).collect())
}

/// The kind and subject of a failed job.
pub fn find_failed(connection: &mut AnyConnection, id: Id<Job>) -> Result<Option<(String, String)>, DbError> {
    Ok(jobs::table
        .filter(jobs::id.eq(id))
        .filter(jobs::state.eq(FAILED))
        .select((jobs::kind, jobs::subject))
        .first(connection)
        .optional()?)
}

/// The failed jobs of a kind, with their subjects.
pub fn failed_of(connection: &mut AnyConnection, kind: &str) -> Result<Vec<(Id<Job>, String)>, DbError> {
    Ok(jobs::table
        .filter(jobs::state.eq(FAILED))
        .filter(jobs::kind.eq(kind))
        .order_by(jobs::id)
        .select((jobs::id, jobs::subject))
        .load(connection)?)
}

/// How many jobs of a kind wait and have failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    pub kind: String,
    pub waiting: i64,
    /// When the oldest of those that wait was queued.
    pub oldest: Option<DateTime<Utc>>,
    pub failed: i64,
}

/// By kind. A kind without jobs that wait or have failed is not among them.
pub fn counts(connection: &mut AnyConnection) -> Result<Vec<Count>, DbError> {
    let rows: Vec<(String, String, i64, Option<DateTime<Utc>>)> = jobs::table
        .filter(jobs::state.eq_any([WAITING, FAILED]))
        .group_by((jobs::kind, jobs::state))
        .order_by((jobs::kind, jobs::state))
        .select((jobs::kind, jobs::state, count_star(), min(jobs::created_at)))
        .load(connection)?;
    let mut counts: Vec<Count> = Vec::new();
    for (kind, state, count, oldest) in rows {
        if counts.last().is_none_or(|last| last.kind != kind) {
            counts.push(Count { kind, ..Count::default() });
        }
        if let Some(last) = counts.last_mut() {
            if state == WAITING {
                (last.waiting, last.oldest) = (count, oldest);
            } else {
                last.failed = count;
            }
        }
    }
    Ok(counts)
}

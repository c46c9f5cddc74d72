//! Rows and queries of the history.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{Beginning, Entry, Event, Line, Who, first_break};
use crate::ground::infra::{
    db::{AnyConnection, DbError},
    schema::{chains, history},
};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = history)]
struct LineRow {
    stream: String,
    seq: i64,
    at: NaiveDateTime,
    person_id: String,
    person: String,
    organisation: String,
    event: String,
    subject: String,
    details: String,
    reason: String,
    previous: String,
    hash: String,
}

impl From<Line> for LineRow {
    fn from(line: Line) -> Self {
        Self {
            stream: line.stream,
            seq: line.seq,
            at: line.entry.at.naive_utc(),
            person_id: line.entry.who.person_id,
            person: line.entry.who.person,
            organisation: line.entry.who.organisation,
            event: line.event,
            subject: line.entry.subject,
            details: line.entry.details,
            reason: line.entry.reason,
            previous: line.previous,
            hash: line.hash,
        }
    }
}

impl From<LineRow> for Line {
    fn from(row: LineRow) -> Self {
        Self {
            stream: row.stream,
            seq: row.seq,
            entry: Entry {
                at: row.at.and_utc(),
                who: Who { person_id: row.person_id, person: row.person, organisation: row.organisation },
                event: Event::parse(&row.event),
                subject: row.subject,
                details: row.details,
                reason: row.reason,
            },
            event: row.event,
            previous: row.previous,
            hash: row.hash,
        }
    }
}

/// Adds the line for an aggregate's new version, whose row the caller has locked in this transaction.
pub fn append(
    connection: &mut AnyConnection,
    stream: &str,
    version: i64,
    entry: Entry,
) -> Result<(), DbError> {
    let previous: Option<String> =
        history::table.find((stream, version - 1)).select(history::hash).first(connection).optional()?;
    let line = Line::new(stream.to_owned(), version, entry, previous.unwrap_or_default());
    diesel::insert_into(history::table).values(LineRow::from(line)).execute(connection)?;
    Ok(())
}

/// A stream's lines, oldest first.
pub fn of(connection: &mut AnyConnection, stream: &str) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = history::table
        .filter(history::stream.eq(stream))
        .order_by(history::seq)
        .select(LineRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// By whom and when each of these streams began.
pub fn beginnings(
    connection: &mut AnyConnection,
    streams: &[&str],
) -> Result<HashMap<String, (String, DateTime<Utc>)>, DbError> {
    let rows: Vec<(String, String, DateTime<Utc>)> = history::table
        .filter(history::stream.eq_any(streams))
        .filter(history::seq.eq(1))
        .select((history::stream, history::person, history::at))
        .load(connection)?;
    Ok(rows.into_iter().map(|(stream, person, at)| (stream, (person, at))).collect())
}

/// Whether one of these events is told of one of these subjects.
pub fn tells(
    connection: &mut AnyConnection,
    stream: &str,
    events: &[Event],
    subjects: &[&str],
) -> Result<bool, DbError> {
    let lines = history::table
        .filter(history::stream.eq(stream))
        .filter(history::event.eq_any(events.iter().map(|event| event.key())))
        .filter(history::subject.eq_any(subjects));
    Ok(diesel::select(diesel::dsl::exists(lines)).get_result(connection)?)
}

/// A stream's last line.
pub fn last(connection: &mut AnyConnection, stream: &str) -> Result<Option<Line>, DbError> {
    let row: Option<LineRow> = history::table
        .filter(history::stream.eq(stream))
        .order_by(history::seq.desc())
        .select(LineRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(Line::from))
}

/// What does not hold in the stream of an aggregate that has this version.
pub fn verify(connection: &mut AnyConnection, stream: &str, version: i64) -> Result<Option<String>, DbError> {
    verify_from(connection, stream, version, &Beginning::default())
}

/// The same for a chain whose oldest lines may be removed.
pub fn verify_from(
    connection: &mut AnyConnection,
    stream: &str,
    version: i64,
    from: &Beginning,
) -> Result<Option<String>, DbError> {
    Ok(first_break(stream, version, from, &of(connection, stream)?))
}

/// How many lines a chain has had, and where it begins now.
pub fn chain(connection: &mut AnyConnection, id: &str) -> Result<(i64, Beginning), DbError> {
    let (version, removed, hash) = chains::table
        .find(id)
        .select((chains::version, chains::removed, chains::removed_hash))
        .first(connection)?;
    Ok((version, Beginning { removed, hash }))
}

/// Takes a chain for the rest of this transaction, for its next line.
pub fn next_of_chain(connection: &mut AnyConnection, id: &str) -> Result<(i64, Beginning), DbError> {
    diesel::update(chains::table.find(id))
        .set(chains::version.eq(chains::version + 1))
        .execute(connection)?;
    chain(connection, id)
}

/// The last line before that moment: its number and its hash.
pub fn last_before(
    connection: &mut AnyConnection,
    stream: &str,
    before: DateTime<Utc>,
) -> Result<Option<(i64, String)>, DbError> {
    let lines = history::table.filter(history::stream.eq(stream));
    let first_kept: Option<i64> = lines
        .filter(history::at.ge(before.naive_utc()))
        .select(diesel::dsl::min(history::seq))
        .first(connection)?;
    let removable = lines.filter(history::seq.lt(first_kept.unwrap_or(i64::MAX)));
    Ok(removable
        .order_by(history::seq.desc())
        .select((history::seq, history::hash))
        .first(connection)
        .optional()?)
}

/// Removes a chain's oldest lines.
pub fn cut(connection: &mut AnyConnection, id: &str, at: &Beginning) -> Result<(), DbError> {
    let old = history::table.filter(history::stream.eq(id)).filter(history::seq.le(at.removed));
    diesel::delete(old).execute(connection)?;
    diesel::update(chains::table.find(id))
        .set((chains::removed.eq(at.removed), chains::removed_hash.eq(&at.hash)))
        .execute(connection)?;
    Ok(())
}

/// Everything that somebody did, by stream and number.
pub fn of_person(connection: &mut AnyConnection, person: &str) -> Result<Vec<Line>, DbError> {
    let rows: Vec<LineRow> = history::table
        .filter(history::person_id.eq(person))
        .order_by((history::stream, history::seq))
        .select(LineRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Every chain that has a line.
pub fn streams(connection: &mut AnyConnection) -> Result<Vec<String>, DbError> {
    Ok(history::table.select(history::stream).distinct().order_by(history::stream).load(connection)?)
}

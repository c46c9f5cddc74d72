//! Rows and queries of the history.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::{Entry, Event, Line, Who, first_break};
use crate::infra::{
    db::{AnyConnection, DbError},
    schema::history,
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
            event: line.entry.event.key().to_owned(),
            subject: line.entry.subject,
            details: line.entry.details,
            reason: line.entry.reason,
            previous: line.previous,
            hash: line.hash,
        }
    }
}

impl TryFrom<LineRow> for Line {
    type Error = DbError;

    fn try_from(row: LineRow) -> Result<Self, DbError> {
        Ok(Self {
            stream: row.stream,
            seq: row.seq,
            entry: Entry {
                at: row.at.and_utc(),
                who: Who { person_id: row.person_id, person: row.person, organisation: row.organisation },
                event: Event::parse(&row.event)
                    .ok_or_else(|| DbError::corrupt(format!("event {}", row.event)))?,
                subject: row.subject,
                details: row.details,
                reason: row.reason,
            },
            previous: row.previous,
            hash: row.hash,
        })
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
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What does not hold in the stream of an aggregate that has this version.
pub fn verify(connection: &mut AnyConnection, stream: &str, version: i64) -> Result<Option<String>, DbError> {
    match of(connection, stream) {
        Ok(lines) => Ok(first_break(stream, version, &lines)),
        Err(DbError::Corrupt(what)) => Ok(Some(format!("{stream}: en rad går inte att läsa ({what})"))),
        Err(error) => Err(error),
    }
}

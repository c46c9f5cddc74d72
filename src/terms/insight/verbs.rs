//! What can be done with insight: it is given, and taken back. Each is a line in the agreement's history.

use chrono::{DateTime, Utc};

use super::{Insight, Refusal, may_be_given, store};
use crate::{
    ground::{
        history::{Entry, Event},
        infra::{
            db::{AnyConnection, DbError},
            error::AppError,
        },
    },
    people::{access::Actor, recipient::Organisation},
    terms::agreement::{self, Agreement},
};

#[derive(Debug)]
pub enum Failure {
    /// No such agreement that the actor's authority pays.
    NotFound,
    Refused(Refusal),
    Db(DbError),
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        Self::Db(error)
    }
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::NotFound,
            Failure::Refused(refusal) => Self::Conflict(refusal.to_string()),
            Failure::Db(error) => error.into(),
        }
    }
}

/// Lets an organisation read the agreement.
pub fn give(
    connection: &mut AnyConnection,
    actor: &Actor,
    now: DateTime<Utc>,
    slug: &str,
    reader: &Organisation,
) -> Result<(), Failure> {
    let agreement = hold(connection, actor, slug)?;
    if !may_be_given(reader, &agreement) {
        return Err(Failure::Refused(Refusal::NotAReader { reader: reader.name.clone() }));
    }
    if let Some(given) = find(connection, &agreement, reader)? {
        return Err(Failure::Refused(Refusal::GivenAlready(Box::new(given))));
    }
    let given_by = actor.person.name.clone();
    store::insert(connection, agreement.id, &Insight { reader: reader.clone(), given_by, given_at: now })?;
    note(connection, actor, now, &agreement, Event::InsightGiven, reader)
}

/// The organisation reads the agreement no longer.
pub fn take_back(
    connection: &mut AnyConnection,
    actor: &Actor,
    now: DateTime<Utc>,
    slug: &str,
    reader: &Organisation,
) -> Result<(), Failure> {
    let agreement = hold(connection, actor, slug)?;
    if find(connection, &agreement, reader)?.is_none() {
        return Err(Failure::Refused(Refusal::TakenAlready { reader: reader.name.clone() }));
    }
    store::delete(connection, agreement.id, reader.id)?;
    note(connection, actor, now, &agreement, Event::InsightTaken, reader)
}

fn hold(connection: &mut AnyConnection, actor: &Actor, slug: &str) -> Result<Agreement, Failure> {
    agreement::store::hold_paid_by(connection, actor.organisation.id, slug)?.ok_or(Failure::NotFound)
}

fn find(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    reader: &Organisation,
) -> Result<Option<Insight>, DbError> {
    let all = store::of_agreement(connection, agreement.id)?;
    Ok(all.into_iter().find(|insight| insight.reader.id == reader.id))
}

fn note(
    connection: &mut AnyConnection,
    actor: &Actor,
    now: DateTime<Utc>,
    agreement: &Agreement,
    event: Event,
    reader: &Organisation,
) -> Result<(), Failure> {
    let entry = Entry {
        at: now,
        who: actor.who(),
        event,
        subject: reader.code.clone(),
        details: reader.formal_name.clone(),
        reason: String::new(),
    };
    // Nobody else changes it while it is held.
    match agreement::store::note(connection, agreement, entry)? {
        true => Ok(()),
        false => Err(Failure::Db(DbError::corrupt("a held agreement was changed"))),
    }
}

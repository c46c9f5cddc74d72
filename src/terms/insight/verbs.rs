//! What can be done with insight: it is given, and taken back. Each is a line in the agreement's history.

use super::{Insight, Refusal, may_be_given, store};
use crate::{
    ground::{
        history::{Entry, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::{access::Act, recipient::Organisation},
    terms::agreement::{self, Agreement},
};

pub type Failure = failure::Failure<Refusal>;

/// Lets an organisation read the agreement.
pub fn give(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    reader: &Organisation,
) -> Result<(), Failure> {
    let agreement = hold(connection, act, slug)?;
    if !may_be_given(reader, &agreement) {
        return Err(Failure::Refused(Refusal::NotAReader { reader: reader.name.clone() }));
    }
    if let Some(given) = find(connection, &agreement, reader)? {
        return Err(Failure::Refused(Refusal::GivenAlready(Box::new(given))));
    }
    let given = Insight { reader: reader.clone(), given_by: act.doer(), given_at: act.now };
    store::insert(connection, agreement.id, &given)?;
    note(connection, act, &agreement, Event::InsightGiven, reader)
}

/// The organisation reads the agreement no longer.
pub fn revoke(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
    reader: &Organisation,
) -> Result<(), Failure> {
    let agreement = hold(connection, act, slug)?;
    if find(connection, &agreement, reader)?.is_none() {
        return Err(Failure::Refused(Refusal::TakenAlready { reader: reader.name.clone() }));
    }
    store::delete(connection, agreement.id, reader.id)?;
    note(connection, act, &agreement, Event::InsightTaken, reader)
}

fn hold(connection: &mut AnyConnection, act: &Act, slug: &str) -> Result<Agreement, Failure> {
    agreement::store::hold_paid_by(connection, act.actor.organisation.id, slug)?.ok_or(Failure::NotFound)
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
    act: &Act,
    agreement: &Agreement,
    event: Event,
    reader: &Organisation,
) -> Result<(), Failure> {
    let entry = Entry { details: reader.formal_name.clone(), ..act.entry(event, &reader.code) };
    // Nobody else changes it while it is held.
    match agreement::store::note(connection, agreement, entry)? {
        true => Ok(()),
        false => Err(Failure::Db(DbError::corrupt("a held agreement was changed"))),
    }
}

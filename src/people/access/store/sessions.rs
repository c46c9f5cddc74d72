//! Rows and queries of sessions.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::{
    ground::infra::{
        config::SessionLimits,
        db::{AnyConnection, DbError, key_column, read_by_row},
        schema::sessions,
    },
    people::{
        access::{
            Person,
            session::{Method, Session},
        },
        recipient::Organisation,
    },
};
use values::Id;

key_column!(Method);

#[derive(Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    id: Id<Session>,
    method: Method,
    provider: String,
    browser: String,
    created_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    confirmed_at: DateTime<Utc>,
}

read_by_row!(Session, SessionRow);

impl From<SessionRow> for Session {
    fn from(row: SessionRow) -> Self {
        let SessionRow { id, method, provider, browser, created_at, last_seen_at, confirmed_at } = row;
        Self { id, method, provider, browser, created_at, last_seen_at, confirmed_at }
    }
}

/// For how long the key before still opens the session that has a new one.
pub const A_MOMENT: Duration = Duration::seconds(10);

/// What begins when somebody signs in.
#[derive(Debug, Clone)]
pub struct Beginning {
    pub person: Id<Person>,
    pub organisation: Id<Organisation>,
    pub method: Method,
    /// The identity provider's key, and its own number of the session; empty for whoever signs in here.
    pub provider: String,
    pub provider_session: String,
    pub browser: String,
}

/// Begins a session under a new key; the one that the same browser had before ends.
pub fn start(
    connection: &mut AnyConnection,
    (key, before): (&str, &str),
    beginning: &Beginning,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    end(connection, before)?;
    diesel::insert_into(sessions::table)
        .values((
            sessions::token_hash.eq(key),
            sessions::person_id.eq(beginning.person),
            sessions::organisation_id.eq(beginning.organisation),
            sessions::created_at.eq(now.naive_utc()),
            sessions::last_seen_at.eq(now.naive_utc()),
            sessions::id.eq(Id::<Session>::new()),
            sessions::method.eq(beginning.method),
            sessions::provider.eq(&beginning.provider),
            sessions::provider_session.eq(&beginning.provider_session),
            sessions::browser.eq(&beginning.browser),
            sessions::authenticated_at.eq(now.naive_utc()),
            sessions::confirmed_at.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn note_seen(connection: &mut AnyConnection, key: &str, now: DateTime<Utc>) -> Result<(), DbError> {
    diesel::update(sessions::table.find(key))
        .set(sessions::last_seen_at.eq(now.naive_utc()))
        .execute(connection)?;
    Ok(())
}

pub fn end(connection: &mut AnyConnection, key: &str) -> Result<(), DbError> {
    let own = sessions::token_hash.eq(key).or(sessions::token_before.eq(key));
    diesel::delete(sessions::table.filter(own)).execute(connection)?;
    Ok(())
}

/// The session of this key; or the one that had it a moment ago, for what was on its way then: the other half of a double click.
#[diesel::dsl::auto_type]
pub fn is_known_by<'k>(key: &'k str, now: DateTime<Utc>) -> _ {
    let since: NaiveDateTime = (now - A_MOMENT).naive_utc();
    sessions::token_hash.eq(key).or(sessions::token_before.eq(key).and(sessions::confirmed_at.gt(since)))
}

/// Removes the sessions of long ago, which open nothing any more.
pub fn sweep(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    limits: SessionLimits,
) -> Result<(), DbError> {
    let oldest = (now - limits.longest()).naive_utc();
    diesel::delete(sessions::table.filter(sessions::created_at.lt(oldest))).execute(connection)?;
    Ok(())
}

/// The session acts for another organisation from now on, under a new key: what an old page or a stolen token could do
/// for the one, it cannot do for the other. The caller has checked that the person has a role there.
pub fn switch_organisation(
    connection: &mut AnyConnection,
    (key, before): (&str, &str),
    organisation: Id<Organisation>,
) -> Result<(), DbError> {
    diesel::update(sessions::table.find(before))
        .set((sessions::token_hash.eq(key), sessions::organisation_id.eq(organisation)))
        .execute(connection)?;
    Ok(())
}

/// The person's sessions that still run, the one used last first.
pub fn of(
    connection: &mut AnyConnection,
    person: Id<Person>,
    now: DateTime<Utc>,
    limits: SessionLimits,
) -> Result<Vec<Session>, DbError> {
    Ok(sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::created_at.ge((now - limits.longest()).naive_utc()))
        .filter(sessions::last_seen_at.ge((now - limits.idle()).naive_utc()))
        .order_by((sessions::last_seen_at.desc(), sessions::id))
        .select(Session::as_select())
        .load(connection)?)
}

/// Ends one of the person's sessions; another's, and one that is over, is left as it is.
pub fn end_one(
    connection: &mut AnyConnection,
    person: Id<Person>,
    session: Id<Session>,
) -> Result<(), DbError> {
    let own = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::id.eq(session));
    diesel::delete(own).execute(connection)?;
    Ok(())
}

/// Ends all of the person's sessions but this one.
pub fn end_others(
    connection: &mut AnyConnection,
    person: Id<Person>,
    kept: Id<Session>,
) -> Result<(), DbError> {
    let others = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::id.ne(kept));
    diesel::delete(others).execute(connection)?;
    Ok(())
}

/// Ends every session of everybody; gives how many there were.
pub fn end_everybodys(connection: &mut AnyConnection) -> Result<usize, DbError> {
    Ok(diesel::delete(sessions::table).execute(connection)?)
}

/// Ends every session of a person: for whoever leaves, and after a password was changed.
pub fn end_all(connection: &mut AnyConnection, person: Id<Person>) -> Result<usize, DbError> {
    let own = sessions::table.filter(sessions::person_id.eq(person));
    Ok(diesel::delete(own).execute(connection)?)
}

/// Ends the sessions that an identity provider says are over: the one with this number there, or all of a person's. A
/// session whose number the provider never told is the person's too.
pub fn end_at_provider(
    connection: &mut AnyConnection,
    provider: &str,
    (number, person): (Option<&str>, Option<Id<Person>>),
) -> Result<(), DbError> {
    let of_provider = || sessions::table.filter(sessions::provider.eq(provider));
    if let Some(number) = number.filter(|number| !number.is_empty()) {
        diesel::delete(of_provider().filter(sessions::provider_session.eq(number))).execute(connection)?;
    }
    let Some(person) = person else { return Ok(()) };
    let own = of_provider().filter(sessions::person_id.eq(person));
    match number {
        Some(_) => diesel::delete(own.filter(sessions::provider_session.eq(""))).execute(connection)?,
        None => diesel::delete(own).execute(connection)?,
    };
    Ok(())
}

/// The person has shown who it is: the session goes on under a new key (OWASP ASVS 5.0 V7.2.4). `act` is a hash of what one
/// single act may show of it; empty when this was for none.
pub fn confirm(
    connection: &mut AnyConnection,
    session: Id<Session>,
    (key, act): (&str, &str),
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(sessions::table.filter(sessions::id.eq(session)))
        .set((
            sessions::token_before.eq(sessions::token_hash),
            sessions::token_hash.eq(key),
            sessions::confirmed_at.eq(now.naive_utc()),
            sessions::confirmation.eq(act),
        ))
        .execute(connection)?;
    Ok(())
}

/// Uses up the confirmation of an act, in the transaction of the act itself. False when there is none: it was used, it is
/// too old, or it never was.
pub fn use_up(
    connection: &mut AnyConnection,
    session: Id<Session>,
    act: &str,
    not_before: DateTime<Utc>,
) -> Result<bool, DbError> {
    let held = sessions::table
        .filter(sessions::id.eq(session))
        .filter(sessions::confirmation.eq(act))
        .filter(sessions::confirmation.ne(""))
        .filter(sessions::confirmed_at.ge(not_before.naive_utc()));
    Ok(diesel::update(held).set(sessions::confirmation.eq("")).execute(connection)? == 1)
}

/// Ends the person's sessions, but for the one with this key.
pub fn end_all_but(connection: &mut AnyConnection, person: Id<Person>, kept: &str) -> Result<(), DbError> {
    let others = sessions::table.filter(sessions::person_id.eq(person)).filter(sessions::token_hash.ne(kept));
    diesel::delete(others).execute(connection)?;
    Ok(())
}

/// Lets the person's sessions act for another organisation than this: somewhere else, or nowhere and so not at all.
pub fn leave(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<(), DbError> {
    let Some(other) = super::first_organisation(connection, person)? else {
        end_all(connection, person)?;
        return Ok(());
    };
    let acting = sessions::table
        .filter(sessions::person_id.eq(person))
        .filter(sessions::organisation_id.eq(organisation));
    diesel::update(acting).set(sessions::organisation_id.eq(other)).execute(connection)?;
    Ok(())
}

//! Between the password and the code.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        error::Resume,
        schema::{people, sign_in_steps},
    },
    people::{
        access::Person,
        account::{STEP_LIFE, STEP_TRIES},
    },
};
use values::Id;

/// Whoever has given the password, and where to go when the code is given too.
#[derive(Debug, Clone)]
pub struct Step {
    pub person: Person,
    pub resume: Resume,
}

pub fn start_step(
    connection: &mut AnyConnection,
    key: &str,
    step: &Step,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let over = (now - STEP_LIFE).naive_utc();
    diesel::delete(sign_in_steps::table.filter(sign_in_steps::started_at.lt(over))).execute(connection)?;
    diesel::insert_into(sign_in_steps::table)
        .values((
            sign_in_steps::token_hash.eq(key),
            sign_in_steps::person_id.eq(step.person.id),
            sign_in_steps::destination.eq(&step.resume.action),
            sign_in_steps::held.eq(step.resume.to_row()),
            sign_in_steps::started_at.eq(now.naive_utc()),
            sign_in_steps::tries.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn step(connection: &mut AnyConnection, key: &str, now: DateTime<Utc>) -> Result<Option<Step>, DbError> {
    let over = (now - STEP_LIFE).naive_utc();
    let found: Option<(Person, String, String)> = sign_in_steps::table
        .inner_join(people::table)
        .filter(sign_in_steps::token_hash.eq(key))
        .filter(sign_in_steps::started_at.ge(over))
        .filter(sign_in_steps::tries.lt(STEP_TRIES))
        .select((Person::as_select(), sign_in_steps::destination, sign_in_steps::held))
        .first(connection)
        .optional()?;
    Ok(found.map(|(person, destination, held)| Step { person, resume: Resume::from_row(destination, &held) }))
}

/// Counts a code, before it is looked at: of many at once, each is counted.
pub fn count_code(connection: &mut AnyConnection, key: &str) -> Result<bool, DbError> {
    let row = sign_in_steps::table.find(key).filter(sign_in_steps::tries.lt(STEP_TRIES));
    let counted =
        diesel::update(row).set(sign_in_steps::tries.eq(sign_in_steps::tries + 1)).execute(connection)?;
    Ok(counted == 1)
}

pub fn end_step(connection: &mut AnyConnection, key: &str) -> Result<(), DbError> {
    diesel::delete(sign_in_steps::table.find(key)).execute(connection)?;
    Ok(())
}

/// Half a sign-in with a password that holds no longer is none.
pub fn end_steps_of(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    let own = sign_in_steps::table.filter(sign_in_steps::person_id.eq(person));
    diesel::delete(own).execute(connection)?;
    Ok(())
}

//! Wrong codes, counted for the account.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::people,
    },
    people::{access::Person, account::FailedCodes},
};
use values::Id;

pub fn failed_codes(connection: &mut AnyConnection, person: Id<Person>) -> Result<FailedCodes, DbError> {
    type Row = (i32, Option<DateTime<Utc>>, i32, Option<DateTime<Utc>>);
    let (count, since, earlier, earlier_since): Row = people::table
        .find(person)
        .select((
            people::failed_codes,
            people::failed_codes_since,
            people::earlier_failed_codes,
            people::earlier_failed_codes_since,
        ))
        .first(connection)?;
    Ok(FailedCodes { count, since, earlier, earlier_since })
}

/// One more. Gives how it stands then.
pub fn count_wrong_code(
    connection: &mut AnyConnection,
    person: Id<Person>,
    now: DateTime<Utc>,
) -> Result<FailedCodes, DbError> {
    let row = || people::table.find(person);
    diesel::update(row()).set(people::failed_codes.eq(people::failed_codes + 1)).execute(connection)?;
    diesel::update(row().filter(people::failed_codes.eq(1)))
        .set(people::failed_codes_since.eq(now.naive_utc()))
        .execute(connection)?;
    failed_codes(connection, person)
}

/// A right code came: the count begins anew, and what it was is kept for the owner to see. After the account is held.
pub fn forget_wrong_codes(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    diesel::update(people::table.find(person))
        .set((
            people::earlier_failed_codes.eq(people::failed_codes),
            people::earlier_failed_codes_since.eq(people::failed_codes_since),
            people::failed_codes.eq(0),
            people::failed_codes_since.eq(None::<NaiveDateTime>),
        ))
        .execute(connection)?;
    Ok(())
}

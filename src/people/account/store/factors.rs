//! The second factor: the app and the recovery codes.

use chrono::{DateTime, Utc};
use diesel::{dsl::count_star, prelude::*};

use super::passkeys;
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{recovery_codes, second_factors},
        seal::Key,
    },
    people::{
        access::Person,
        account::{recovery, totp},
    },
};
use values::Id;

/// Whether a password alone is not enough: an app's code or a passkey is asked for too.
pub fn has_second_factor(connection: &mut AnyConnection, person: Id<Person>) -> Result<bool, DbError> {
    Ok(factor_since(connection, person)?.is_some() || passkeys::count(connection, person)? > 0)
}

/// Since when an app's code is asked for, if one is.
pub fn factor_since(
    connection: &mut AnyConnection,
    person: Id<Person>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let since: Option<Option<DateTime<Utc>>> = second_factors::table
        .find(person)
        .select(second_factors::confirmed_at)
        .first(connection)
        .optional()?;
    Ok(since.flatten())
}

/// The secret that is being set up, if one is.
pub fn pending_secret(
    connection: &mut AnyConnection,
    key: &Key,
    person: Id<Person>,
) -> Result<Option<Vec<u8>>, DbError> {
    let sealed: Option<String> = second_factors::table
        .find(person)
        .filter(second_factors::confirmed_at.is_null())
        .select(second_factors::secret)
        .first(connection)
        .optional()?;
    sealed.map(|sealed| key.open(&sealed, &person.to_string())).transpose()
}

/// Begins to set one up, with a secret of its own. After the account is locked; there is none that is in use.
pub fn insert_factor(
    connection: &mut AnyConnection,
    key: &Key,
    person: Id<Person>,
    secret: &[u8],
) -> Result<(), DbError> {
    diesel::delete(second_factors::table.find(person)).execute(connection)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::person_id.eq(person),
            second_factors::secret.eq(key.seal(secret, &person.to_string())?),
            second_factors::last_step.eq(0_i64),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether this is the app's code now. Its step is used up by it: of the same code twice at once, one is taken.
pub fn use_app_code(
    connection: &mut AnyConnection,
    key: &Key,
    person: Id<Person>,
    typed: &str,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let found: Option<(String, i64)> = second_factors::table
        .find(person)
        .select((second_factors::secret, second_factors::last_step))
        .first(connection)
        .optional()?;
    let Some((sealed, last)) = found else { return Ok(false) };
    let Some(step) = totp::matching_step(&key.open(&sealed, &person.to_string())?, typed, now, last) else {
        return Ok(false);
    };
    let unused = second_factors::table.find(person).filter(second_factors::last_step.lt(step));
    Ok(diesel::update(unused).set(second_factors::last_step.eq(step)).execute(connection)? == 1)
}

/// From now on a code is asked for.
pub fn confirm_factor(
    connection: &mut AnyConnection,
    person: Id<Person>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(second_factors::table.find(person))
        .set(second_factors::confirmed_at.eq(Some(now.naive_utc())))
        .execute(connection)?;
    Ok(())
}

/// The app goes. The recovery codes go with the last thing that they stand in for.
pub fn delete_app(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    diesel::delete(second_factors::table.find(person)).execute(connection)?;
    if has_second_factor(connection, person)? {
        return Ok(());
    }
    replace_codes(connection, person, &[])
}

/// The old ones are worth nothing from now on.
pub fn replace_codes(
    connection: &mut AnyConnection,
    person: Id<Person>,
    codes: &[String],
) -> Result<(), DbError> {
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(person))).execute(connection)?;
    for code in codes {
        diesel::insert_into(recovery_codes::table)
            .values((
                recovery_codes::code_hash.eq(recovery::hash(code)),
                recovery_codes::person_id.eq(person),
            ))
            .execute(connection)?;
    }
    Ok(())
}

pub fn codes_left(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::person_id.eq(person))
        .select(count_star())
        .first(connection)?)
}

/// Whether it is one of the person's codes. It is none any more.
pub fn use_recovery_code(
    connection: &mut AnyConnection,
    person: Id<Person>,
    typed: &str,
) -> Result<bool, DbError> {
    let code = recovery_codes::table.find(recovery::hash(typed)).filter(recovery_codes::person_id.eq(person));
    Ok(diesel::delete(code).execute(connection)? == 1)
}

//! Rows and queries of passkeys, and of what they were asked.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{
    dsl::{count_star, exists},
    prelude::*,
};
use webauthn_rs::prelude::Passkey as Credential;

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        hash::sha256_hex,
        schema::{passkey_challenges, passkeys},
    },
    people::{
        access::Person,
        account::passkey::{ASK_LIFE, Ask, Passkey},
    },
};
use values::Id;

/// The same passkey has the same, in whatever account.
fn credential_hash(credential: &Credential) -> String {
    sha256_hex(credential.cred_id())
}

fn to_json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(DbError::corrupt)
}

/// Somebody's, the oldest first.
pub fn of(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Passkey>, DbError> {
    type Row = (String, String, NaiveDateTime, Option<NaiveDateTime>);
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::person_id.eq(person.to_string()))
        .order_by((passkeys::added_at, passkeys::id))
        .select((passkeys::id, passkeys::name, passkeys::added_at, passkeys::used_at))
        .load(connection)?;
    let passkey = |(id, name, added_at, used_at): Row| {
        Ok(Passkey {
            id: id.parse().map_err(DbError::corrupt)?,
            name,
            added_at: added_at.and_utc(),
            used_at: used_at.map(|at| at.and_utc()),
        })
    };
    rows.into_iter().map(passkey).collect()
}

pub fn count(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    let own = passkeys::table.filter(passkeys::person_id.eq(person.to_string()));
    Ok(own.select(count_star()).first(connection)?)
}

/// What is public of somebody's passkeys, for asking them.
pub fn credentials(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Credential>, DbError> {
    let rows: Vec<String> = passkeys::table
        .filter(passkeys::person_id.eq(person.to_string()))
        .order_by((passkeys::added_at, passkeys::id))
        .select(passkeys::credential)
        .load(connection)?;
    rows.iter().map(|row| serde_json::from_str(row).map_err(DbError::corrupt)).collect()
}

/// Whether it is registered already, by anybody.
pub fn is_taken(connection: &mut AnyConnection, credential: &Credential) -> Result<bool, DbError> {
    let same = passkeys::table.filter(passkeys::credential_hash.eq(credential_hash(credential)));
    Ok(diesel::select(exists(same)).get_result(connection)?)
}

/// After the account is locked.
pub fn insert(
    connection: &mut AnyConnection,
    person: Id<Person>,
    name: &str,
    credential: &Credential,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(passkeys::table)
        .values((
            passkeys::id.eq(Id::<Passkey>::new().to_string()),
            passkeys::person_id.eq(person.to_string()),
            passkeys::credential_hash.eq(credential_hash(credential)),
            passkeys::name.eq(name),
            passkeys::credential.eq(to_json(credential)?),
            passkeys::sign_count.eq(0_i64),
            passkeys::added_at.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// One of the person's own. Gives the name it had.
pub fn delete(
    connection: &mut AnyConnection,
    person: Id<Person>,
    id: Id<Passkey>,
) -> Result<Option<String>, DbError> {
    let own = passkeys::table.find(id.to_string()).filter(passkeys::person_id.eq(person.to_string()));
    let name: Option<String> = own.select(passkeys::name).first(connection).optional()?;
    if name.is_some() {
        diesel::delete(passkeys::table.find(id.to_string())).execute(connection)?;
    }
    Ok(name)
}

/// All of them, and what they were asked.
pub fn delete_all(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    let of = person.to_string();
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::person_id.eq(&of)))
        .execute(connection)?;
    diesel::delete(passkeys::table.filter(passkeys::person_id.eq(&of))).execute(connection)?;
    Ok(())
}

// What is asked

/// Keeps what the portal must know to judge the answer; what is too old goes.
pub fn remember(
    connection: &mut AnyConnection,
    ask: &Ask,
    ask_hash: &str,
    state: &impl serde::Serialize,
    real: DateTime<Utc>,
) -> Result<(), DbError> {
    let over = (real - ASK_LIFE).naive_utc();
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::made_at.lt(over)))
        .execute(connection)?;
    diesel::insert_into(passkey_challenges::table)
        .values((
            passkey_challenges::challenge_hash.eq(ask_hash),
            passkey_challenges::person_id.eq(ask.person.id.to_string()),
            passkey_challenges::purpose.eq(ask.purpose.key()),
            passkey_challenges::scope.eq(&ask.scope),
            passkey_challenges::state.eq(to_json(state)?),
            passkey_challenges::made_at.eq(real.naive_utc()),
            passkey_challenges::used.eq(false),
        ))
        .execute(connection)?;
    Ok(())
}

/// What the portal keeps of a question: to this person, in this place, for this purpose, and not too long ago. It is found
/// also when it is used up, so that a second click is judged like the first.
pub fn recall<S: serde::de::DeserializeOwned>(
    connection: &mut AnyConnection,
    ask: &Ask,
    ask_hash: &str,
    real: DateTime<Utc>,
) -> Result<Option<S>, DbError> {
    let state: Option<String> = passkey_challenges::table
        .find(ask_hash)
        .filter(passkey_challenges::person_id.eq(ask.person.id.to_string()))
        .filter(passkey_challenges::purpose.eq(ask.purpose.key()))
        .filter(passkey_challenges::scope.eq(&ask.scope))
        .filter(passkey_challenges::made_at.ge((real - ASK_LIFE).naive_utc()))
        .select(passkey_challenges::state)
        .first(connection)
        .optional()?;
    state.map(|state| serde_json::from_str(&state).map_err(DbError::corrupt)).transpose()
}

/// True for whoever was first.
pub fn use_up(connection: &mut AnyConnection, ask_hash: &str) -> Result<bool, DbError> {
    let unused = passkey_challenges::table.find(ask_hash).filter(passkey_challenges::used.eq(false));
    Ok(diesel::update(unused).set(passkey_challenges::used.eq(true)).execute(connection)? == 1)
}

/// The person's passkey that this is, as it stands now.
pub fn find(
    connection: &mut AnyConnection,
    person: Id<Person>,
    credential: &[u8],
) -> Result<Option<(Id<Passkey>, Credential)>, DbError> {
    let found: Option<(String, String)> = passkeys::table
        .filter(passkeys::credential_hash.eq(sha256_hex(credential)))
        .filter(passkeys::person_id.eq(person.to_string()))
        .select((passkeys::id, passkeys::credential))
        .first(connection)
        .optional()?;
    let passkey = |(id, row): (String, String)| {
        Ok((id.parse().map_err(DbError::corrupt)?, serde_json::from_str(&row).map_err(DbError::corrupt)?))
    };
    found.map(passkey).transpose()
}

/// It was used. A key that counts must have counted on since the last time: of two copies of one, the second is refused. A
/// key that does not count says zero, always. False also when it has been removed since.
pub fn note_use(
    connection: &mut AnyConnection,
    id: Id<Passkey>,
    credential: &Credential,
    count: i64,
    now: DateTime<Utc>,
) -> Result<bool, DbError> {
    let values = (
        passkeys::credential.eq(to_json(credential)?),
        passkeys::sign_count.eq(count),
        passkeys::used_at.eq(Some(now.naive_utc())),
    );
    let row = passkeys::table.find(id.to_string());
    let noted = if count == 0 {
        diesel::update(row.filter(passkeys::sign_count.eq(0))).set(values).execute(connection)?
    } else {
        diesel::update(row.filter(passkeys::sign_count.lt(count))).set(values).execute(connection)?
    };
    Ok(noted == 1)
}

//! Rows and queries of passkeys, and of what they were asked.

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{count_star, exists},
    prelude::*,
};
use webauthn_rs::prelude::Passkey as Credential;

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError, Json, json},
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

/// Somebody's, the oldest first.
pub fn of(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Passkey>, DbError> {
    type Row = (Id<Passkey>, String, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = passkeys::table
        .filter(passkeys::person_id.eq(person))
        .order_by((passkeys::added_at, passkeys::id))
        .select((passkeys::id, passkeys::name, passkeys::added_at, passkeys::used_at))
        .load(connection)?;
    let passkey = |(id, name, added_at, used_at): Row| Passkey { id, name, added_at, used_at };
    Ok(rows.into_iter().map(passkey).collect())
}

pub fn count(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    let own = passkeys::table.filter(passkeys::person_id.eq(person));
    Ok(own.select(count_star()).first(connection)?)
}

/// What is public of somebody's passkeys, for asking them.
pub fn credentials(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Credential>, DbError> {
    let rows: Vec<Json<Credential>> = passkeys::table
        .filter(passkeys::person_id.eq(person))
        .order_by((passkeys::added_at, passkeys::id))
        .select(passkeys::credential)
        .load(connection)?;
    Ok(rows.into_iter().map(|Json(credential)| credential).collect())
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
            passkeys::id.eq(Id::<Passkey>::new()),
            passkeys::person_id.eq(person),
            passkeys::credential_hash.eq(credential_hash(credential)),
            passkeys::name.eq(name),
            passkeys::credential.eq(json(credential)?),
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
    let own = passkeys::table.find(id).filter(passkeys::person_id.eq(person));
    let name: Option<String> = own.select(passkeys::name).first(connection).optional()?;
    if name.is_some() {
        diesel::delete(passkeys::table.find(id)).execute(connection)?;
    }
    Ok(name)
}

/// All of them, and what they were asked.
pub fn delete_all(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    diesel::delete(passkey_challenges::table.filter(passkey_challenges::person_id.eq(person)))
        .execute(connection)?;
    diesel::delete(passkeys::table.filter(passkeys::person_id.eq(person))).execute(connection)?;
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
            passkey_challenges::person_id.eq(ask.person.id),
            passkey_challenges::purpose.eq(ask.purpose.key()),
            passkey_challenges::scope.eq(&ask.scope),
            passkey_challenges::state.eq(json(state)?),
            passkey_challenges::made_at.eq(real.naive_utc()),
            passkey_challenges::used.eq(false),
        ))
        .execute(connection)?;
    Ok(())
}

/// What the portal keeps of a question: to this person, in this place, for this purpose, and not too long ago. It is found
/// also when it is used up, so that a second click is judged like the first.
pub fn recall<S: serde::de::DeserializeOwned + 'static>(
    connection: &mut AnyConnection,
    ask: &Ask,
    ask_hash: &str,
    real: DateTime<Utc>,
) -> Result<Option<S>, DbError> {
    let state: Option<Json<S>> = passkey_challenges::table
        .find(ask_hash)
        .filter(passkey_challenges::person_id.eq(ask.person.id))
        .filter(passkey_challenges::purpose.eq(ask.purpose.key()))
        .filter(passkey_challenges::scope.eq(&ask.scope))
        .filter(passkey_challenges::made_at.ge((real - ASK_LIFE).naive_utc()))
        .select(passkey_challenges::state)
        .first(connection)
        .optional()?;
    Ok(state.map(|Json(state)| state))
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
    let found: Option<(Id<Passkey>, Json<Credential>)> = passkeys::table
        .filter(passkeys::credential_hash.eq(sha256_hex(credential)))
        .filter(passkeys::person_id.eq(person))
        .select((passkeys::id, passkeys::credential))
        .first(connection)
        .optional()?;
    Ok(found.map(|(id, Json(credential))| (id, credential)))
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
        passkeys::credential.eq(json(credential)?),
        passkeys::sign_count.eq(count),
        passkeys::used_at.eq(Some(now.naive_utc())),
    );
    let row = passkeys::table.find(id);
    let noted = if count == 0 {
        diesel::update(row.filter(passkeys::sign_count.eq(0))).set(values).execute(connection)?
    } else {
        diesel::update(row.filter(passkeys::sign_count.lt(count))).set(values).execute(connection)?
    };
    Ok(noted == 1)
}

//! What can be done with passkeys: asking one, judging its answer, adding and removing one.

use chrono::{DateTime, Utc};
use serde_json::Value;
use webauthn_rs::prelude::{
    Passkey as Credential, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Uuid, Webauthn,
};

use super::{Ask, MOST, Passkey, Purpose, ask_hash, asked};
use crate::{
    ground::{
        history::{Entry, Event},
        infra::db::{AnyConnection, DbError},
    },
    people::{
        access::{self, Act},
        account::{
            self, Refusal,
            store::{Step, passkeys as store},
            verbs::{Failure, append, entry, first_codes, own},
        },
    },
};
use values::Id;

/// Asks for a new passkey. What the browser is to be told, as JSON.
pub fn ask_for_new(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    ask: &Ask,
    real: DateTime<Utc>,
) -> Result<Value, Failure> {
    let known: Vec<Credential> = store::credentials(connection, ask.person.id)?;
    let known = known.iter().map(|credential| credential.cred_id().clone()).collect();
    // The passkey tells whom it is for by this. It says nothing of anybody.
    let id: Uuid = ask.person.id.to_string().parse().map_err(DbError::corrupt)?;
    let (told, state) = portal
        .start_passkey_registration(id, &ask.person.email, &ask.person.name, Some(known))
        .map_err(DbError::corrupt)?;
    Ok(remember(connection, ask, &told, &state, real)?)
}

/// Asks one of the person's passkeys to sign; nothing when there is none.
pub fn ask(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    ask: &Ask,
    real: DateTime<Utc>,
) -> Result<Option<Value>, DbError> {
    let known = store::credentials(connection, ask.person.id)?;
    if known.is_empty() {
        return Ok(None);
    }
    let (told, state) = portal.start_passkey_authentication(&known).map_err(DbError::corrupt)?;
    remember(connection, ask, &told, &state, real).map(Some)
}

fn remember(
    connection: &mut AnyConnection,
    ask: &Ask,
    told: &impl serde::Serialize,
    state: &impl serde::Serialize,
    real: DateTime<Utc>,
) -> Result<Value, DbError> {
    let told = serde_json::to_value(told).map_err(DbError::corrupt)?;
    let challenge = told["publicKey"]["challenge"].as_str().unwrap_or_default();
    store::remember(connection, ask, &ask_hash(challenge), state, real)?;
    Ok(told)
}

/// An answer that is right. It has yet to be used up: in the transaction of what it is for.
#[derive(Debug, Clone)]
pub struct Answer {
    ask_hash: String,
    passkey: Id<Passkey>,
    credential: Credential,
    count: i64,
}

impl Answer {
    /// False when it was used before, or the passkey has been removed or used elsewhere since: then nothing may come of it.
    pub fn use_up(&self, connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<bool, DbError> {
        Ok(store::use_up(connection, &self.ask_hash)?
            && store::note_use(connection, self.passkey, &self.credential, self.count, now)?)
    }
}

/// Judges what a passkey answered: nothing when it is no right answer to this question.
pub fn check(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    ask: &Ask,
    real: DateTime<Utc>,
    answer: &str,
) -> Result<Option<Answer>, DbError> {
    let Ok(answer) = serde_json::from_str::<PublicKeyCredential>(answer) else { return Ok(None) };
    let Some(ask_hash) = asked(&answer.response.client_data_json) else { return Ok(None) };
    let Some(state) = store::recall::<PasskeyAuthentication>(connection, ask, &ask_hash, real)? else {
        return Ok(None);
    };
    let result = match portal.finish_passkey_authentication(&answer, &state) {
        Ok(result) => result,
        Err(error) => {
            tracing::debug!(%error, "a passkey's answer was refused");
            return Ok(None);
        }
    };
    // As it stands now: one that was removed since it was asked is none.
    let found = store::find(connection, ask.person.id, result.cred_id())?;
    let Some((passkey, mut credential)) = found else { return Ok(None) };
    if !result.user_verified() || credential.update_credential(&result).is_none() {
        return Ok(None);
    }
    Ok(Some(Answer { ask_hash, passkey, credential, count: i64::from(result.counter()) }))
}

/// Adds a passkey. Gives the recovery codes when there were none: nobody sees them again.
pub fn add(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    act: &Act,
    ask: &Ask,
    real: DateTime<Utc>,
    name: &str,
    answer: &str,
) -> Result<Vec<String>, Failure> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    let answer: RegisterPublicKeyCredential = serde_json::from_str(answer).map_err(|_| Refusal::WrongCode)?;
    let ask_hash = asked(&answer.response.client_data_json).ok_or(Refusal::WrongCode)?;
    let state: PasskeyRegistration =
        store::recall(connection, ask, &ask_hash, real)?.ok_or(Failure::NotFound)?;
    let credential = portal.finish_passkey_registration(&answer, &state).map_err(|_| Refusal::WrongCode)?;
    if !store::use_up(connection, &ask_hash)? {
        return Err(Failure::NotFound);
    }
    if store::is_taken(connection, &credential)? || store::count(connection, id)? >= MOST {
        return Err(Refusal::Changed.into());
    }
    store::insert(connection, id, name, &credential, act.now)?;
    let codes = first_codes(connection, id)?;
    append(connection, id, version, line(act, Event::PasskeyAdded, name))?;
    Ok(codes)
}

/// Removes one of one's own. The recovery codes go with the last thing that they stand in for.
pub fn remove(connection: &mut AnyConnection, act: &Act, passkey: Id<Passkey>) -> Result<(), Failure> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    let name = store::delete(connection, id, passkey)?.ok_or(Refusal::Changed)?;
    if !account::store::has_second_factor(connection, id)? {
        account::store::replace_codes(connection, id, &[])?;
    }
    Ok(append(connection, id, version, line(act, Event::PasskeyRemoved, &name))?)
}

fn line(act: &Act, event: Event, name: &str) -> Entry {
    entry(own(act), act.now, event, name.to_owned())
}

/// The answer is right, and is used up by this.
pub fn accept(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    ask: &Ask,
    (now, real): (DateTime<Utc>, DateTime<Utc>),
    answer: &str,
) -> Result<bool, DbError> {
    match check(connection, portal, ask, real, answer)? {
        Some(answer) => answer.use_up(connection, now),
        None => Ok(false),
    }
}

/// The second half of a sign-in, by a passkey instead of a code.
pub fn complete(
    connection: &mut AnyConnection,
    portal: &Webauthn,
    step_key: &str,
    (now, real): (DateTime<Utc>, DateTime<Utc>),
    answer: &str,
) -> Result<Option<Step>, Failure> {
    account::verbs::complete_by(connection, step_key, real, |connection, step| {
        let ask = Ask { person: step.person.clone(), purpose: Purpose::SignIn, scope: step_key.to_owned() };
        accept(connection, portal, &ask, (now, real), answer)
    })
}

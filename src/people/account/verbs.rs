//! What can be done with an account. What changes an organisation (somebody joins it) is a line in its history; what changes
//! the account alone is a line in the account's own.

use chrono::{DateTime, Utc};

use super::{
    INVITATION_LIFE, Invitation, Purpose, Refusal, recovery,
    store::{self, Step},
    totp,
};
use crate::{
    ground::{
        history::{self, Entry, Event, Who},
        infra::{
            db::{AnyConnection, DbError},
            failure,
            seal::Key,
        },
    },
    people::{
        access::{self, Act, Mandate, Person, Role},
        recipient::{self, Organisation},
    },
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;

/// Somebody without an account makes one and joins the organisation.
pub fn accept_as_new(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    token_hash: &str,
    name: &str,
    password_hash: &str,
) -> Result<(Person, Invitation), Failure> {
    let (invitation, role, is_unconfirmed) = open_role(connection, now, token_hash)?;
    let version = recipient::store::lock(connection, invitation.organisation.id)?;
    end(connection, &invitation, now)?;
    if access::store::find_by_email(connection, &invitation.email)?.is_some() {
        return Err(Refusal::Changed.into());
    }
    let person = access::store::add_person(connection, &invitation.email, name, password_hash, now)?;
    join(connection, now, &invitation, &person, role, is_unconfirmed, version)?;
    Ok((person, invitation))
}

/// Somebody with an account joins the organisation. The caller knows that it is the account's owner.
pub fn accept_as_known(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    token_hash: &str,
    person: &Person,
) -> Result<Invitation, Failure> {
    let (invitation, role, is_unconfirmed) = open_role(connection, now, token_hash)?;
    if invitation.email != person.email {
        return Err(Failure::NotFound);
    }
    let version = recipient::store::lock(connection, invitation.organisation.id)?;
    end(connection, &invitation, now)?;
    join(connection, now, &invitation, person, role, is_unconfirmed, version)?;
    Ok(invitation)
}

fn open_role(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    token_hash: &str,
) -> Result<(Invitation, Role, bool), Failure> {
    let invitation = open(connection, now, token_hash)?;
    match invitation.purpose {
        Purpose::Role { role, is_unconfirmed } => Ok((invitation, role, is_unconfirmed)),
        Purpose::Password { .. } => Err(Failure::NotFound),
    }
}

fn open(connection: &mut AnyConnection, now: DateTime<Utc>, token_hash: &str) -> Result<Invitation, Failure> {
    store::by_token(connection, token_hash)?
        .filter(|invitation| invitation.is_open(now))
        .ok_or(Failure::NotFound)
}

/// Of two who use the link at once, one is first.
fn end(connection: &mut AnyConnection, invitation: &Invitation, now: DateTime<Utc>) -> Result<(), Failure> {
    if store::end(connection, invitation.id, now)? { Ok(()) } else { Err(Failure::NotFound) }
}

fn join(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    invitation: &Invitation,
    person: &Person,
    role: Role,
    is_unconfirmed: bool,
    version: i64,
) -> Result<(), DbError> {
    let organisation = &invitation.organisation;
    // A role that is held by now stays as it is, with its mandate.
    if access::store::mandate(connection, person.id, organisation.id, role)?.is_none() {
        let mandate = Mandate { is_unconfirmed, ..Mandate::default() };
        access::store::give_role(connection, person.id, organisation.id, role)?;
        access::store::set_mandate(connection, person.id, organisation.id, role, &mandate)?;
    }
    let who = Who {
        person_id: person.id.to_string(),
        person: person.name.clone(),
        organisation: organisation.name.clone(),
    };
    let waits = if is_unconfirmed { ", väntar på bekräftelse" } else { "" };
    let entry = Entry {
        at: now,
        who,
        event: Event::InvitationAccepted,
        subject: person.name.clone(),
        details: format!("{}{waits}", role.label()),
        reason: String::new(),
    };
    history::store::append(connection, &organisation.id.to_string(), version, entry)
}

/// The operator offers a link with which somebody chooses a password: the first one, or a new one. One that was offered before
/// opens nothing from then on.
pub fn offer_password(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    organisation: &Organisation,
    person: &Person,
    token_hash: &str,
) -> Result<(), DbError> {
    let version = access::store::lock_person(connection, person.id)?;
    store::end_all_to(connection, organisation.id, &person.email, now)?;
    let invitation = Invitation {
        id: Id::new(),
        organisation: organisation.clone(),
        email: person.email.clone(),
        purpose: Purpose::Password { person: person.id },
        invited_by: None,
        invited_at: now,
        expires_at: now + INVITATION_LIFE,
        ended_at: None,
    };
    store::insert(connection, &invitation, token_hash)?;
    let line = entry(Who::program(), now, Event::PasswordResetOffered, String::new());
    append(connection, person.id, version, line)
}

/// Somebody who has forgotten the password chooses a new one, with a link from the organisation's administrator. Nobody stays
/// signed in. The second factor is asked for as before.
pub fn reset_password(
    connection: &mut AnyConnection,
    now: DateTime<Utc>,
    token_hash: &str,
    password_hash: &str,
) -> Result<(), Failure> {
    let invitation = open(connection, now, token_hash)?;
    let Purpose::Password { person } = invitation.purpose else { return Err(Failure::NotFound) };
    let version = access::store::lock_person(connection, person)?;
    end(connection, &invitation, now)?;
    let owner = access::store::find_person(connection, person)?.ok_or(Failure::NotFound)?;
    access::store::set_password(connection, person, password_hash)?;
    end_everything(connection, person, None, None)?;
    let who = Who { person_id: person.to_string(), person: owner.name, organisation: String::new() };
    let details = format!("från {}", invitation.maker());
    Ok(append(connection, person, version, entry(who, now, Event::PasswordReset, details))?)
}

/// Whoever knows the old password chooses a new one. Only this session and this browser know the account afterwards.
pub fn change_password(
    connection: &mut AnyConnection,
    act: &Act,
    password_hash: &str,
    session: &str,
    browser: Option<&str>,
) -> Result<(), DbError> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    access::store::set_password(connection, id, password_hash)?;
    end_everything(connection, id, Some(session), browser)?;
    append(connection, id, version, entry(own(act), act.now, Event::PasswordChanged, String::new()))
}

/// Begins to set up a second factor: a secret that asks nobody for anything yet. One that is in use stays.
pub fn begin_factor(connection: &mut AnyConnection, key: &Key, person: Id<Person>) -> Result<(), Failure> {
    if store::factor_since(connection, person)?.is_some() {
        return Err(Refusal::Changed.into());
    }
    Ok(store::insert_factor(connection, key, person, &totp::random_secret()?)?)
}

/// The app shows the right code: from now on it is asked for. Gives the recovery codes, which nobody sees again, unless there
/// are some already. `real` is the time that the app goes by.
pub fn confirm_factor(
    connection: &mut AnyConnection,
    key: &Key,
    act: &Act,
    real: DateTime<Utc>,
    typed: &str,
) -> Result<Vec<String>, Failure> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    if store::pending_secret(connection, key, id)?.is_none() {
        return Err(Refusal::Changed.into());
    }
    if !store::use_app_code(connection, key, id, typed, real)? {
        return Err(Refusal::WrongCode.into());
    }
    store::confirm_factor(connection, id, act.now)?;
    let codes = first_codes(connection, id)?;
    append(connection, id, version, entry(own(act), act.now, Event::SecondFactorSet, String::new()))?;
    Ok(codes)
}

/// The app's codes are good for nothing from now on. Whoever has a passkey still has a second factor.
pub fn remove_app(connection: &mut AnyConnection, act: &Act) -> Result<(), Failure> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    if store::factor_since(connection, id)?.is_none() {
        return Err(Refusal::Changed.into());
    }
    store::delete_app(connection, id)?;
    let has_more = store::has_second_factor(connection, id)?;
    let event = if has_more { Event::AppRemoved } else { Event::SecondFactorRemoved };
    Ok(append(connection, id, version, entry(own(act), act.now, event, String::new()))?)
}

/// Nothing is asked for beside the password from now on: by the operator, for whoever has lost everything.
pub fn remove_factors(
    connection: &mut AnyConnection,
    who: Who,
    now: DateTime<Utc>,
    person: Id<Person>,
) -> Result<(), Failure> {
    let version = access::store::lock_person(connection, person)?;
    if !store::has_second_factor(connection, person)? {
        return Err(Refusal::Changed.into());
    }
    store::passkeys::delete_all(connection, person)?;
    store::delete_app(connection, person)?;
    Ok(append(connection, person, version, entry(who, now, Event::SecondFactorRemoved, String::new()))?)
}

/// Ten, where there is none left; otherwise those that there are go on being good.
pub fn first_codes(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<String>, DbError> {
    if store::codes_left(connection, person)? > 0 {
        return Ok(Vec::new());
    }
    let codes = recovery::random()?;
    store::replace_codes(connection, person, &codes)?;
    Ok(codes)
}

/// Ten new recovery codes; the old ones are worth nothing.
pub fn renew_codes(connection: &mut AnyConnection, act: &Act) -> Result<Vec<String>, Failure> {
    let id = act.actor.person.id;
    let version = access::store::lock_person(connection, id)?;
    if !store::has_second_factor(connection, id)? {
        return Err(Refusal::Changed.into());
    }
    let codes = recovery::random()?;
    store::replace_codes(connection, id, &codes)?;
    append(connection, id, version, entry(own(act), act.now, Event::RecoveryCodesMade, String::new()))?;
    Ok(codes)
}

/// The second half of a sign-in: a code from the app, or a recovery code. Gives the half that it completes; a wrong code is
/// counted, and there is none (`Err`) when the half is over.
pub fn complete(
    connection: &mut AnyConnection,
    key: &Key,
    step_key: &str,
    now: DateTime<Utc>,
    real: DateTime<Utc>,
    typed: &str,
) -> Result<Option<Step>, Failure> {
    complete_by(connection, step_key, real, |connection, step| {
        let is_right = use_code(connection, key, &step.person, now, real, typed)?;
        if !is_right {
            store::count_wrong_code(connection, step.person.id, real)?;
        }
        Ok(is_right)
    })
}

/// The same, by what shows that it is the person of the half; a wrong one is counted, whatever it is.
pub fn complete_by(
    connection: &mut AnyConnection,
    step_key: &str,
    real: DateTime<Utc>,
    is_shown: impl FnOnce(&mut AnyConnection, &Step) -> Result<bool, DbError>,
) -> Result<Option<Step>, Failure> {
    let step = store::step(connection, step_key, real)?.ok_or(Failure::NotFound)?;
    access::store::hold_person(connection, step.person.id)?;
    if !store::count_code(connection, step_key)? {
        return Err(Failure::NotFound);
    }
    if !is_shown(connection, &step)? {
        return Ok(None);
    }
    store::end_step(connection, step_key)?;
    Ok(Some(step))
}

/// Whether it is a code of the person's, from the app or one for recovery; either is good once. After too many wrong ones only
/// one for recovery is. The caller counts a wrong one ([`store::count_wrong_code`]), also where what it was for is rolled back.
pub fn use_code(
    connection: &mut AnyConnection,
    key: &Key,
    person: &Person,
    now: DateTime<Utc>,
    real: DateTime<Utc>,
    typed: &str,
) -> Result<bool, DbError> {
    let id = person.id;
    access::store::hold_person(connection, id)?;
    let is_stopped = store::failed_codes(connection, id)?.stop_the_app();
    if !is_stopped && store::use_app_code(connection, key, id, typed, real)? {
        store::forget_wrong_codes(connection, id)?;
        return Ok(true);
    }
    if !store::use_recovery_code(connection, id, typed)? {
        return Ok(false);
    }
    store::forget_wrong_codes(connection, id)?;
    let version = access::store::lock_person(connection, id)?;
    let left = store::codes_left(connection, id)?;
    let who = Who { person_id: id.to_string(), person: person.name.clone(), organisation: String::new() };
    append(connection, id, version, entry(who, now, Event::RecoveryCodeUsed, format!("{left} kvar")))?;
    Ok(true)
}

/// Sessions, halves of sign-ins, and browsers that know the account: all but the present ones.
fn end_everything(
    connection: &mut AnyConnection,
    person: Id<Person>,
    session: Option<&str>,
    browser: Option<&str>,
) -> Result<(), DbError> {
    access::store::sessions::end_all_but(connection, person, session.unwrap_or_default())?;
    store::end_steps_of(connection, person)?;
    store::forget_browsers(connection, person, browser)
}

/// Of one's own account, whatever organisation one acts for.
pub fn own(act: &Act) -> Who {
    Who { organisation: String::new(), ..act.actor.who() }
}

pub(super) fn entry(who: Who, at: DateTime<Utc>, event: Event, details: String) -> Entry {
    Entry { at, who, event, subject: String::new(), details, reason: String::new() }
}

pub(super) fn append(
    connection: &mut AnyConnection,
    person: Id<Person>,
    version: i64,
    entry: Entry,
) -> Result<(), DbError> {
    history::store::append(connection, &person.to_string(), version, entry)
}

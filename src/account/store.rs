//! Rows and queries of invitations, second factors, and tries to sign in.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use diesel::{
    dsl::{count_star, exists},
    prelude::*,
};

pub mod passkeys;

use super::{Attempts, Invitation, OPERATOR, Purpose, STEP_LIFE, STEP_TRIES, account_key, recovery, totp};
use crate::{
    access::{Person, Role},
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::{
            invitations, known_browsers, organisations, people, recovery_codes, second_factors, settings,
            sign_in_attempts, sign_in_steps,
        },
        seal::Key,
    },
    recipient::{Organisation, store::OrganisationRow},
};

// Invitations

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
struct InvitationRow {
    id: String,
    email: String,
    role: Option<String>,
    confirmed: bool,
    person_id: Option<String>,
    invited_at: NaiveDateTime,
    expires_at: NaiveDateTime,
    ended_at: Option<NaiveDateTime>,
}

type Found = (InvitationRow, OrganisationRow, Option<String>);
type WithToken = (InvitationRow, OrganisationRow, Option<String>, String);

fn with_token((row, organisation, invited_by, hash): WithToken) -> Result<(Invitation, String), DbError> {
    Ok((invitation((row, organisation, invited_by))?, hash))
}

fn invitation((row, organisation, invited_by): Found) -> Result<Invitation, DbError> {
    let purpose = match (&row.role, &row.person_id) {
        (Some(role), None) => Purpose::Role {
            role: Role::parse(role).ok_or_else(|| DbError::corrupt(format!("role {role}")))?,
            is_unconfirmed: !row.confirmed,
        },
        (None, Some(person)) => Purpose::Password { person: person.parse().map_err(DbError::corrupt)? },
        _ => return Err(DbError::corrupt(format!("invitation {}", row.id))),
    };
    Ok(Invitation {
        id: row.id.parse().map_err(DbError::corrupt)?,
        organisation: organisation.try_into()?,
        email: row.email,
        purpose,
        invited_by: invited_by.unwrap_or_else(|| OPERATOR.to_owned()),
        invited_at: row.invited_at.and_utc(),
        expires_at: row.expires_at.and_utc(),
        ended_at: row.ended_at.map(|at| at.and_utc()),
    })
}

/// By what the link's token is known. Its state is the caller's to look at.
pub fn by_token(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<Invitation>, DbError> {
    let found: Option<Found> = invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::token_hash.eq(token_hash))
        .select((InvitationRow::as_select(), OrganisationRow::as_select(), people::name.nullable()))
        .first(connection)
        .optional()?;
    found.map(invitation).transpose()
}

/// One to this organisation, with what is kept of its token.
pub fn find(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    id: Id<Invitation>,
) -> Result<Option<(Invitation, String)>, DbError> {
    let found: Option<WithToken> = invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::organisation_id.eq(organisation.to_string()))
        .filter(invitations::id.eq(id.to_string()))
        .select((
            InvitationRow::as_select(),
            OrganisationRow::as_select(),
            people::name.nullable(),
            invitations::token_hash,
        ))
        .first(connection)
        .optional()?;
    found.map(with_token).transpose()
}

/// Those to an organisation that can be used now, the oldest first.
pub fn open_of(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    now: DateTime<Utc>,
) -> Result<Vec<Invitation>, DbError> {
    let open = open_with_tokens(connection, organisation, now)?;
    Ok(open.into_iter().map(|(invitation, _)| invitation).collect())
}

/// The same, each with what is kept of its token.
pub fn open_with_tokens(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    now: DateTime<Utc>,
) -> Result<Vec<(Invitation, String)>, DbError> {
    let found: Vec<WithToken> = invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::organisation_id.eq(organisation.to_string()))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(now.naive_utc()))
        .order_by((invitations::invited_at, invitations::id))
        .select((
            InvitationRow::as_select(),
            OrganisationRow::as_select(),
            people::name.nullable(),
            invitations::token_hash,
        ))
        .load(connection)?;
    found.into_iter().map(with_token).collect()
}

/// After the organisation is locked, or the account where it is for one. Made by nobody it is the operator's.
pub fn insert(
    connection: &mut AnyConnection,
    invitation: &Invitation,
    token_hash: &str,
    invited_by: Option<Id<Person>>,
) -> Result<(), DbError> {
    let (role, is_unconfirmed, person) = match invitation.purpose {
        Purpose::Role { role, is_unconfirmed } => (Some(role.key()), is_unconfirmed, None),
        Purpose::Password { person } => (None, false, Some(person.to_string())),
    };
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(invitation.id.to_string()),
            invitations::token_hash.eq(token_hash),
            invitations::organisation_id.eq(invitation.organisation.id.to_string()),
            invitations::email.eq(&invitation.email),
            invitations::role.eq(role),
            invitations::confirmed.eq(!is_unconfirmed),
            invitations::person_id.eq(person),
            invitations::invited_by.eq(invited_by.map(|person| person.to_string())),
            invitations::invited_at.eq(invitation.invited_at.naive_utc()),
            invitations::expires_at.eq(invitation.expires_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Used or withdrawn: true for whoever was first.
pub fn end(connection: &mut AnyConnection, id: Id<Invitation>, now: DateTime<Utc>) -> Result<bool, DbError> {
    let open = invitations::table.find(id.to_string()).filter(invitations::ended_at.is_null());
    let ended =
        diesel::update(open).set(invitations::ended_at.eq(Some(now.naive_utc()))).execute(connection)?;
    Ok(ended == 1)
}

/// Everything that an organisation sent to an address ends.
pub fn end_all_to(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    email: &str,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let open = invitations::table
        .filter(invitations::organisation_id.eq(organisation.to_string()))
        .filter(invitations::email.eq(email))
        .filter(invitations::ended_at.is_null());
    diesel::update(open).set(invitations::ended_at.eq(Some(now.naive_utc()))).execute(connection)?;
    Ok(())
}

/// Whether somebody invited an administrator of the organisation who has come since.
pub fn has_invited_administrator(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    by: Id<Person>,
) -> Result<bool, DbError> {
    let has_come = people::table.filter(people::email.eq(invitations::email));
    let invited = invitations::table
        .filter(invitations::organisation_id.eq(organisation.to_string()))
        .filter(invitations::role.eq(Role::Administrator.key()))
        .filter(invitations::invited_by.eq(by.to_string()))
        .filter(exists(has_come));
    Ok(diesel::select(exists(invited)).get_result(connection)?)
}

// Tries

/// Takes the count of tries for the rest of this transaction: of two at once, the later one sees what the first one counted.
fn hold_attempts(connection: &mut AnyConnection) -> Result<(), DbError> {
    diesel::update(settings::table.find("sign_in"))
        .set(settings::value.eq(settings::value))
        .execute(connection)?;
    Ok(())
}

/// Whether somebody may try now; if so, that is counted, under what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Try {
    Allowed { counted_under: String },
    Wait { until: DateTime<Utc> },
}

/// Counts one more try for an account. A browser that has signed in to it before has a count of its own.
pub fn begin_try(
    connection: &mut AnyConnection,
    account: &str,
    browser: Option<&str>,
    now: DateTime<Utc>,
) -> Result<Try, DbError> {
    hold_attempts(connection)?;
    // Of yesterday: no wait is as long.
    let yesterday = (now - Duration::days(1)).naive_utc();
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::last_at.lt(yesterday)))
        .execute(connection)?;
    let known = match browser {
        Some(browser) if knows(connection, browser, account)? => browser,
        _ => "",
    };
    let row = sign_in_attempts::table.find((account, known));
    let before: Option<(i32, NaiveDateTime)> =
        row.select((sign_in_attempts::failures, sign_in_attempts::last_at)).first(connection).optional()?;
    let before = before.map(|(failures, at)| Attempts { failures, last_at: at.and_utc() });
    if let Some(until) = before.and_then(|before| before.wait_until(now)) {
        return Ok(Try::Wait { until });
    }
    let after = Attempts::and_one(before, now);
    let count = (
        sign_in_attempts::failures.eq(after.failures),
        sign_in_attempts::last_at.eq(after.last_at.naive_utc()),
    );
    if diesel::update(row).set(count).execute(connection)? == 0 {
        let key = (sign_in_attempts::account.eq(account), sign_in_attempts::browser.eq(known));
        diesel::insert_into(sign_in_attempts::table).values((key, count)).execute(connection)?;
    }
    Ok(Try::Allowed { counted_under: known.to_owned() })
}

/// It succeeded: the count begins anew.
pub fn forget_tries(connection: &mut AnyConnection, account: &str, browser: &str) -> Result<(), DbError> {
    diesel::delete(sign_in_attempts::table.find((account, browser))).execute(connection)?;
    Ok(())
}

/// Whether the browser has signed in to the account before.
fn knows(connection: &mut AnyConnection, browser: &str, account: &str) -> Result<bool, DbError> {
    let emails: Vec<String> = known_browsers::table
        .inner_join(people::table)
        .filter(known_browsers::token_hash.eq(browser))
        .order_by(people::id)
        .select(people::email)
        .load(connection)?;
    Ok(emails.iter().any(|email| account_key(email) == account))
}

/// Whether it is a browser of ours, whoever used it.
pub fn is_known(connection: &mut AnyConnection, browser: &str) -> Result<bool, DbError> {
    let row = known_browsers::table.filter(known_browsers::token_hash.eq(browser));
    Ok(diesel::select(exists(row)).get_result(connection)?)
}

pub fn remember_browser(
    connection: &mut AnyConnection,
    browser: &str,
    person: Id<Person>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    hold_attempts(connection)?;
    let row = known_browsers::table.find((browser, person.to_string()));
    let used = known_browsers::last_used_at.eq(now.naive_utc());
    if diesel::update(row).set(used).execute(connection)? == 0 {
        let key = (known_browsers::token_hash.eq(browser), known_browsers::person_id.eq(person.to_string()));
        diesel::insert_into(known_browsers::table).values((key, used)).execute(connection)?;
    }
    // Its cookie is gone by now.
    let long_ago = (now - Duration::days(400)).naive_utc();
    diesel::delete(known_browsers::table.filter(known_browsers::last_used_at.lt(long_ago)))
        .execute(connection)?;
    Ok(())
}

/// Every browser that knows the account is a stranger again, but for this one.
pub fn forget_browsers(
    connection: &mut AnyConnection,
    person: Id<Person>,
    but: Option<&str>,
) -> Result<(), DbError> {
    let others = known_browsers::table
        .filter(known_browsers::person_id.eq(person.to_string()))
        .filter(known_browsers::token_hash.ne(but.unwrap_or_default()));
    diesel::delete(others).execute(connection)?;
    Ok(())
}

// The half of a sign-in

/// Whoever has given the password, and where to go when the code is given too.
#[derive(Debug, Clone)]
pub struct Step {
    pub person: Person,
    pub destination: String,
    /// A held post's fields, as JSON.
    pub held: String,
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
            sign_in_steps::person_id.eq(step.person.id.to_string()),
            sign_in_steps::destination.eq(&step.destination),
            sign_in_steps::held.eq(&step.held),
            sign_in_steps::started_at.eq(now.naive_utc()),
            sign_in_steps::tries.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn step(connection: &mut AnyConnection, key: &str, now: DateTime<Utc>) -> Result<Option<Step>, DbError> {
    let over = (now - STEP_LIFE).naive_utc();
    let found: Option<(String, String, String, String, String)> = sign_in_steps::table
        .inner_join(people::table)
        .filter(sign_in_steps::token_hash.eq(key))
        .filter(sign_in_steps::started_at.ge(over))
        .filter(sign_in_steps::tries.lt(STEP_TRIES))
        .select((people::id, people::email, people::name, sign_in_steps::destination, sign_in_steps::held))
        .first(connection)
        .optional()?;
    found
        .map(|(id, email, name, destination, held)| {
            let person = Person { id: id.parse().map_err(DbError::corrupt)?, email, name };
            Ok(Step { person, destination, held })
        })
        .transpose()
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
    let own = sign_in_steps::table.filter(sign_in_steps::person_id.eq(person.to_string()));
    diesel::delete(own).execute(connection)?;
    Ok(())
}

// Second factors

/// Whether a password alone is not enough: an app's code or a passkey is asked for too.
pub fn has_second_factor(connection: &mut AnyConnection, person: Id<Person>) -> Result<bool, DbError> {
    Ok(factor_since(connection, person)?.is_some() || passkeys::count(connection, person)? > 0)
}

/// Since when an app's code is asked for, if one is.
pub fn factor_since(
    connection: &mut AnyConnection,
    person: Id<Person>,
) -> Result<Option<DateTime<Utc>>, DbError> {
    let since: Option<Option<NaiveDateTime>> = second_factors::table
        .find(person.to_string())
        .select(second_factors::confirmed_at)
        .first(connection)
        .optional()?;
    Ok(since.flatten().map(|at| at.and_utc()))
}

/// The secret that is being set up, if one is.
pub fn pending_secret(
    connection: &mut AnyConnection,
    key: &Key,
    person: Id<Person>,
) -> Result<Option<Vec<u8>>, DbError> {
    let sealed: Option<String> = second_factors::table
        .find(person.to_string())
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
    let of = person.to_string();
    diesel::delete(second_factors::table.find(&of)).execute(connection)?;
    diesel::insert_into(second_factors::table)
        .values((
            second_factors::person_id.eq(&of),
            second_factors::secret.eq(key.seal(secret, &of)?),
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
    let of = person.to_string();
    let found: Option<(String, i64)> = second_factors::table
        .find(&of)
        .select((second_factors::secret, second_factors::last_step))
        .first(connection)
        .optional()?;
    let Some((sealed, last)) = found else { return Ok(false) };
    let Some(step) = totp::matching_step(&key.open(&sealed, &of)?, typed, now, last) else {
        return Ok(false);
    };
    let unused = second_factors::table.find(&of).filter(second_factors::last_step.lt(step));
    Ok(diesel::update(unused).set(second_factors::last_step.eq(step)).execute(connection)? == 1)
}

/// From now on a code is asked for.
pub fn confirm_factor(
    connection: &mut AnyConnection,
    person: Id<Person>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(second_factors::table.find(person.to_string()))
        .set(second_factors::confirmed_at.eq(Some(now.naive_utc())))
        .execute(connection)?;
    Ok(())
}

/// The app goes. The recovery codes go with the last thing that they stand in for.
pub fn delete_app(connection: &mut AnyConnection, person: Id<Person>) -> Result<(), DbError> {
    diesel::delete(second_factors::table.find(person.to_string())).execute(connection)?;
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
    let of = person.to_string();
    diesel::delete(recovery_codes::table.filter(recovery_codes::person_id.eq(&of))).execute(connection)?;
    for code in codes {
        diesel::insert_into(recovery_codes::table)
            .values((recovery_codes::code_hash.eq(recovery::hash(code)), recovery_codes::person_id.eq(&of)))
            .execute(connection)?;
    }
    Ok(())
}

pub fn codes_left(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    Ok(recovery_codes::table
        .filter(recovery_codes::person_id.eq(person.to_string()))
        .select(count_star())
        .first(connection)?)
}

/// Whether it is one of the person's codes. It is none any more.
pub fn use_recovery_code(
    connection: &mut AnyConnection,
    person: Id<Person>,
    typed: &str,
) -> Result<bool, DbError> {
    let code = recovery_codes::table
        .find(recovery::hash(typed))
        .filter(recovery_codes::person_id.eq(person.to_string()));
    Ok(diesel::delete(code).execute(connection)? == 1)
}

//! Tries to sign in, counted, and the browsers that are known.

use chrono::{DateTime, Duration, Utc};
use diesel::{
    dsl::{count_star, exists},
    prelude::*,
};

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{known_browsers, people, settings, sign_in_attempts},
    },
    people::{
        access::Person,
        account::{Attempts, account_key},
    },
};
use values::Id;

/// Takes the count of tries for the rest of this transaction: of two at once, the later one sees what the first one counted.
/// Whatever writes tries or known browsers begins with it, so that no two wait for each other.
fn hold_attempts(connection: &mut AnyConnection) -> Result<(), DbError> {
    diesel::update(settings::table.find("sign_in"))
        .set(settings::value.eq(settings::value))
        .execute(connection)?;
    Ok(())
}

/// As many counts are kept at once.
const MOST_COUNTED: i64 = 5_000;

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
    // Of an hour ago: no wait is as long, and nothing older is remembered.
    let long_ago = (now - Duration::hours(1)).naive_utc();
    diesel::delete(sign_in_attempts::table.filter(sign_in_attempts::last_at.lt(long_ago)))
        .execute(connection)?;
    make_room(connection)?;
    let known = match browser {
        Some(browser) if knows(connection, browser, account)? => browser,
        _ => "",
    };
    let row = sign_in_attempts::table.find((account, known));
    let before: Option<(i32, DateTime<Utc>)> =
        row.select((sign_in_attempts::failures, sign_in_attempts::last_at)).first(connection).optional()?;
    let before = before.map(|(failures, last_at)| Attempts { failures, last_at });
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

/// Anybody can make addresses up, and each is a row: of too many, those go that make nobody wait, the oldest first.
fn make_room(connection: &mut AnyConnection) -> Result<(), DbError> {
    let count: i64 = sign_in_attempts::table.select(count_star()).first(connection)?;
    if count < MOST_COUNTED {
        return Ok(());
    }
    let harmless: Vec<String> = sign_in_attempts::table
        .filter(sign_in_attempts::failures.lt(Attempts::FREE))
        .order_by((sign_in_attempts::last_at, sign_in_attempts::account, sign_in_attempts::browser))
        .limit(MOST_COUNTED / 10)
        .select(sign_in_attempts::account)
        .load(connection)?;
    let row = sign_in_attempts::table.filter(sign_in_attempts::account.eq_any(harmless));
    diesel::delete(row.filter(sign_in_attempts::failures.lt(Attempts::FREE))).execute(connection)?;
    Ok(())
}

/// The password was not looked at after all.
pub fn forget_one_try(connection: &mut AnyConnection, account: &str, browser: &str) -> Result<(), DbError> {
    hold_attempts(connection)?;
    diesel::update(sign_in_attempts::table.find((account, browser)))
        .set(sign_in_attempts::failures.eq(sign_in_attempts::failures - 1))
        .execute(connection)?;
    Ok(())
}

/// It succeeded: the count begins anew.
pub fn forget_tries(connection: &mut AnyConnection, account: &str, browser: &str) -> Result<(), DbError> {
    hold_attempts(connection)?;
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
    let row = known_browsers::table.find((browser, person));
    let used = known_browsers::last_used_at.eq(now.naive_utc());
    if diesel::update(row).set(used).execute(connection)? == 0 {
        let key = (known_browsers::token_hash.eq(browser), known_browsers::person_id.eq(person));
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
    hold_attempts(connection)?;
    let others = known_browsers::table
        .filter(known_browsers::person_id.eq(person))
        .filter(known_browsers::token_hash.ne(but.unwrap_or_default()));
    diesel::delete(others).execute(connection)?;
    Ok(())
}

//! Rows and queries of identities, and of those who are at a provider just now.

use chrono::{DateTime, Duration, Utc};
use diesel::{
    dsl::{count_star, exists, not},
    prelude::*,
};

use super::{Purpose, Visitor};
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError, key_column},
        error::Resume,
        schema::{identities, memberships, passkeys, people, second_factors, sign_in_requests},
    },
    people::{access::Person, recipient::Organisation},
};
use values::{Id, text::sort_key};

key_column!(Purpose);

/// From going to the provider to coming back.
const LONGEST: Duration = Duration::minutes(10);

/// So many are under way at once; of more, those who left first are not waited for. Strangers make them, so they are counted.
pub const MOST_UNDER_WAY: i64 = 2_000;

/// Somebody on the way to a provider, and what is needed when they are back.
#[derive(Debug, Clone)]
pub struct Request {
    pub state_hash: String,
    /// Whose browser it is: the answer in another one is worth nothing.
    pub browser_hash: String,
    pub provider: String,
    pub purpose: Purpose,
    pub nonce: String,
    pub verifier: String,
    pub resume: Resume,
    pub started_at: DateTime<Utc>,
}

pub fn add_request(connection: &mut AnyConnection, request: &Request) -> Result<(), DbError> {
    let oldest = (request.started_at - LONGEST).naive_utc();
    diesel::delete(sign_in_requests::table.filter(sign_in_requests::created_at.lt(oldest)))
        .execute(connection)?;
    let count: i64 = sign_in_requests::table.select(count_star()).first(connection)?;
    let excess: Vec<String> = sign_in_requests::table
        .order_by((sign_in_requests::created_at, sign_in_requests::state_hash))
        .limit((count - MOST_UNDER_WAY + 1).max(0))
        .select(sign_in_requests::state_hash)
        .load(connection)?;
    diesel::delete(sign_in_requests::table.filter(sign_in_requests::state_hash.eq_any(excess)))
        .execute(connection)?;
    diesel::insert_into(sign_in_requests::table)
        .values((
            sign_in_requests::state_hash.eq(&request.state_hash),
            sign_in_requests::browser_hash.eq(&request.browser_hash),
            sign_in_requests::provider.eq(&request.provider),
            sign_in_requests::purpose.eq(request.purpose),
            sign_in_requests::nonce.eq(&request.nonce),
            sign_in_requests::verifier.eq(&request.verifier),
            sign_in_requests::action.eq(&request.resume.action),
            sign_in_requests::fields.eq(request.resume.to_row()),
            sign_in_requests::created_at.eq(request.started_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the request out, once: whoever comes second, in another browser, or after ten minutes finds nothing.
pub fn take_request(
    connection: &mut AnyConnection,
    (state_hash, browser_hash, provider): (&str, &str, &str),
    now: DateTime<Utc>,
) -> Result<Option<Request>, DbError> {
    type Row = (Purpose, String, String, String, String, DateTime<Utc>);
    let own = sign_in_requests::table
        .filter(sign_in_requests::state_hash.eq(state_hash))
        .filter(sign_in_requests::browser_hash.eq(browser_hash))
        .filter(sign_in_requests::provider.eq(provider))
        .filter(sign_in_requests::created_at.ge((now - LONGEST).naive_utc()));
    let row: Option<Row> = own
        .select((
            sign_in_requests::purpose,
            sign_in_requests::nonce,
            sign_in_requests::verifier,
            sign_in_requests::action,
            sign_in_requests::fields,
            sign_in_requests::created_at,
        ))
        .first(connection)
        .optional()?;
    // Of two who come at once, one deletes it.
    if diesel::delete(own).execute(connection)? != 1 {
        return Ok(None);
    }
    Ok(row.map(|(purpose, nonce, verifier, action, fields, started_at)| Request {
        state_hash: state_hash.to_owned(),
        browser_hash: browser_hash.to_owned(),
        provider: provider.to_owned(),
        purpose,
        nonce,
        verifier,
        resume: Resume::from_row(action, &fields),
        started_at,
    }))
}

/// Whom the provider knows by this subject, if they have been here.
pub fn person(
    connection: &mut AnyConnection,
    issuer: &str,
    subject: &str,
) -> Result<Option<Person>, DbError> {
    Ok(identities::table
        .inner_join(people::table)
        .filter(identities::issuer.eq(issuer))
        .filter(identities::subject.eq(subject))
        .select(Person::as_select())
        .first(connection)
        .optional()?)
}

pub fn add(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(identities::table)
        .values((
            identities::id.eq(Id::<Visitor>::new()),
            identities::person_id.eq(person),
            identities::organisation_id.eq(organisation),
            identities::issuer.eq(&visitor.issuer),
            identities::subject.eq(&visitor.subject),
            identities::created_at.eq(now.naive_utc()),
            identities::seen_at.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// The account has a way in of its own: what somebody else who came by its address would take over.
pub fn has_way_in(connection: &mut AnyConnection, person: Id<Person>) -> Result<bool, DbError> {
    let identity = identities::table.filter(identities::person_id.eq(person));
    let factor = second_factors::table.find(person);
    let passkey = passkeys::table.filter(passkeys::person_id.eq(person));
    let password = people::table.find(person).filter(people::password_hash.ne(""));
    Ok(diesel::select(exists(identity).or(exists(factor)).or(exists(passkey)).or(exists(password)))
        .get_result(connection)?)
}

/// The provider vouched for them again, for this organisation.
pub fn note_seen(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    visitor: &Visitor,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let own = identities::table
        .filter(identities::issuer.eq(&visitor.issuer))
        .filter(identities::subject.eq(&visitor.subject));
    diesel::update(own)
        .set((identities::organisation_id.eq(organisation), identities::seen_at.eq(now.naive_utc())))
        .execute(connection)?;
    Ok(())
}

pub fn has_role(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<bool, DbError> {
    let held = memberships::table
        .filter(memberships::person_id.eq(person))
        .filter(memberships::organisation_id.eq(organisation));
    Ok(diesel::select(exists(held)).get_result(connection)?)
}

/// Those whom a provider vouched for as the organisation's, and who have no role there yet: for whoever gives roles.
pub fn waiting(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
) -> Result<Vec<Person>, DbError> {
    let held = memberships::table
        .filter(memberships::person_id.eq(people::id))
        .filter(memberships::organisation_id.eq(organisation));
    let mut people: Vec<Person> = identities::table
        .inner_join(people::table)
        .filter(identities::organisation_id.eq(organisation))
        .filter(not(exists(held)))
        .order_by(people::id)
        .select(Person::as_select())
        .distinct()
        .load(connection)?;
    people.sort_by_cached_key(|person| sort_key(&person.name));
    Ok(people)
}

//! Rows and queries of people and memberships; and who acts in a session.

pub mod sessions;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{dsl::exists, prelude::*};

use super::{
    Actor, Factors, Holder, Mandate, Member, Person, Role,
    session::{Method, Session},
};
use crate::{
    ground::infra::{
        config::SessionLimits,
        db::{AnyConnection, DbError, key_column, read_by_row},
        schema::{self, memberships, organisations, passkeys, people, report_addressees, second_factors},
    },
    people::recipient::Organisation,
};
use values::{Email, Id, text::sort_key};

key_column!(Role);

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
pub struct PersonRow {
    id: Id<Person>,
    email: String,
    name: String,
}

read_by_row!(Person, PersonRow);

impl From<PersonRow> for Person {
    fn from(PersonRow { id, email, name }: PersonRow) -> Self {
        Self { id, email, name }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
pub struct MandateRow {
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    decision: String,
    confirmed: bool,
}

read_by_row!(Mandate, MandateRow);

impl From<MandateRow> for Mandate {
    fn from(row: MandateRow) -> Self {
        Self {
            from: row.valid_from,
            to: row.valid_to,
            decision: row.decision,
            is_unconfirmed: !row.confirmed,
        }
    }
}

/// Whoever the session belongs to, unless it is over, with the session. One query: every page asks it.
pub fn actor(
    connection: &mut AnyConnection,
    key: &str,
    now: DateTime<Utc>,
    limits: SessionLimits,
) -> Result<Option<(Actor, Session)>, DbError> {
    type Joined = (Person, Organisation, Session, Id<Organisation>, bool, bool, bool, (Role, Mandate));
    let app = second_factors::table
        .filter(second_factors::person_id.eq(people::id))
        .filter(second_factors::confirmed_at.is_not_null());
    let passkey = passkeys::table.filter(passkeys::person_id.eq(people::id));
    let rows: Vec<Joined> = schema::sessions::table
        .inner_join(people::table.inner_join(memberships::table.inner_join(organisations::table)))
        .filter(sessions::is_known_by(key, now))
        .order_by((organisations::code, memberships::role))
        .select((
            Person::as_select(),
            Organisation::as_select(),
            Session::as_select(),
            schema::sessions::organisation_id,
            exists(report_addressees::table.filter(report_addressees::organisation_id.eq(organisations::id))),
            exists(app),
            exists(passkey),
            (memberships::role, Mandate::as_select()),
        ))
        .load(connection)?;
    let mut found: Option<(Person, Session)> = None;
    let mut here: Option<Organisation> = None;
    let (mut mandates, mut places) = (Vec::new(), Vec::new());
    let (mut receives_reports, mut factors) = (false, Factors::default());
    for (person, organisation, session, acting_for, is_addressee, app, passkey, membership) in rows {
        factors = Factors { app, passkey };
        let is_here = organisation.id == acting_for;
        // Whoever comes from an identity provider acts for the organisation that it vouched for and for no other.
        if !is_here && session.method == Method::Provider {
            continue;
        }
        let place = (organisation.id, organisation.name.clone());
        if !places.contains(&place) {
            places.push(place);
        }
        if is_here {
            mandates.push(membership);
            here = Some(organisation);
            receives_reports = is_addressee;
        }
        found = Some((person, session));
    }
    places.sort_by_cached_key(|(_, name)| sort_key(name));
    let running = found.zip(here).filter(|((_, session), _)| !session.is_over(now, limits));
    let Some(((person, session), organisation)) = running else { return Ok(None) };
    let roles = mandates.iter().map(|(role, _)| *role).collect();
    let actor =
        Actor { person, organisation, roles, mandates, organisations: places, receives_reports, factors };
    Ok(Some((actor, session)))
}

/// A person with the password hash, for signing in and for confirming who it is.
pub fn find_by_email(
    connection: &mut AnyConnection,
    email: &str,
) -> Result<Option<(Person, String)>, DbError> {
    Ok(people::table
        .filter(people::email.eq(Email::fold(email)))
        .select((Person::as_select(), people::password_hash))
        .first(connection)
        .optional()?)
}

pub fn add_person(
    connection: &mut AnyConnection,
    email: &str,
    name: &str,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<Person, DbError> {
    let person = Person { id: Id::new(), email: Email::fold(email), name: name.to_owned() };
    diesel::insert_into(people::table)
        .values((
            people::id.eq(person.id),
            people::email.eq(&person.email),
            people::name.eq(&person.name),
            people::password_hash.eq(password_hash),
            people::created_at.eq(now.naive_utc()),
        ))
        .execute(connection)?;
    Ok(person)
}

/// Gives a role; one already held stays held.
pub fn give_role(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<(), DbError> {
    let held = diesel::dsl::exists(memberships::table.find((person, organisation, role)));
    if diesel::select(held).get_result::<bool>(connection)? {
        return Ok(());
    }
    diesel::insert_into(memberships::table)
        .values((
            memberships::person_id.eq(person),
            memberships::organisation_id.eq(organisation),
            memberships::role.eq(role),
        ))
        .execute(connection)?;
    Ok(())
}

/// The first organisation, by code, in which the person has a role.
pub fn first_organisation(
    connection: &mut AnyConnection,
    person: Id<Person>,
) -> Result<Option<Id<Organisation>>, DbError> {
    Ok(memberships::table
        .inner_join(organisations::table)
        .filter(memberships::person_id.eq(person))
        .order_by(organisations::code)
        .select(organisations::id)
        .first(connection)
        .optional()?)
}

/// Whether somebody with a role in the organisation has this name or this address.
pub fn is_colleague(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    (name, email): (&str, &str),
) -> Result<bool, DbError> {
    let held = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation))
        .filter(people::name.eq(name).or(people::email.eq(email.to_lowercase())));
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(connection)?)
}

/// Every organisation in which the person has a role, by code.
pub fn homes(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Id<Organisation>>, DbError> {
    let ids: Vec<(String, Id<Organisation>)> = memberships::table
        .inner_join(organisations::table)
        .filter(memberships::person_id.eq(person))
        .order_by(organisations::code)
        .select((organisations::code, organisations::id))
        .distinct()
        .load(connection)?;
    Ok(ids.into_iter().map(|(_, id)| id).collect())
}

/// In how many organisations the person has a role.
pub fn organisations_of(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    Ok(memberships::table
        .filter(memberships::person_id.eq(person))
        .select(diesel::dsl::count(memberships::organisation_id).aggregate_distinct())
        .first(connection)?)
}

/// The names of people, for showing who handles what.
pub fn colleagues(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<Vec<Person>, DbError> {
    let mut people: Vec<Person> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation))
        .filter(memberships::role.eq(role))
        .order_by(people::id)
        .select(Person::as_select())
        .load(connection)?;
    people.sort_by_cached_key(|person| sort_key(&person.name));
    Ok(people)
}

/// Who holds these roles in an organisation, in Swedish alphabetical order.
pub fn holders(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    roles: &[Role],
) -> Result<Vec<Holder>, DbError> {
    let rows: Vec<(Person, Role, Mandate)> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation))
        .filter(memberships::role.eq_any(roles))
        .order_by((people::id, memberships::role))
        .select((Person::as_select(), memberships::role, Mandate::as_select()))
        .load(connection)?;
    let holder = |(person, role, mandate)| Holder { person, role, mandate };
    let mut holders: Vec<Holder> = rows.into_iter().map(holder).collect();
    holders.sort_by_cached_key(|holder| (sort_key(&holder.person.name), holder.role));
    Ok(holders)
}

/// The mandate for a role, if the person has the role there. Inside a transaction: after the organisation is locked.
pub fn mandate(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<Option<Mandate>, DbError> {
    Ok(memberships::table
        .find((person, organisation, role))
        .select(Mandate::as_select())
        .first(connection)
        .optional()?)
}

/// For a role that the person has. After the organisation is locked.
pub fn set_mandate(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
    mandate: &Mandate,
) -> Result<(), DbError> {
    diesel::update(memberships::table.find((person, organisation, role)))
        .set((
            memberships::valid_from.eq(mandate.from),
            memberships::valid_to.eq(mandate.to),
            memberships::decision.eq(&mandate.decision),
            memberships::confirmed.eq(!mandate.is_unconfirmed),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes a role. After the organisation is locked.
pub fn remove_role(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<(), DbError> {
    let row = memberships::table.find((person, organisation, role));
    diesel::delete(row).execute(connection)?;
    Ok(())
}

/// Everybody in an organisation in every role, with when each signed in last, in Swedish alphabetical order.
pub fn members(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
) -> Result<Vec<Member>, DbError> {
    let rows: Vec<(Person, Role, Mandate, Option<DateTime<Utc>>)> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation))
        .order_by((people::id, memberships::role))
        .select((Person::as_select(), memberships::role, Mandate::as_select(), people::last_sign_in_at))
        .load(connection)?;
    let member = |(person, role, mandate, signed_in_at)| Member {
        holder: Holder { person, role, mandate },
        signed_in_at,
    };
    let mut members: Vec<Member> = rows.into_iter().map(member).collect();
    members.sort_by_cached_key(|Member { holder, .. }| {
        (sort_key(&holder.person.name), holder.person.id.to_string(), holder.role)
    });
    Ok(members)
}

/// For showing when it was; the session is another thing, and goes by the real clock.
pub fn note_sign_in(
    connection: &mut AnyConnection,
    person: Id<Person>,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::update(people::table.find(person))
        .set(people::last_sign_in_at.eq(now.naive_utc()))
        .execute(connection)?;
    Ok(())
}

/// Takes the account for the rest of this transaction and gives its new version: the number of the history line that the
/// caller owes.
pub fn lock_person(connection: &mut AnyConnection, id: Id<Person>) -> Result<i64, DbError> {
    diesel::update(people::table.find(id))
        .set(people::version.eq(people::version + 1))
        .execute(connection)?;
    Ok(people::table.find(id).select(people::version).first(connection)?)
}

/// Takes the account for the rest of this transaction, for what is no line in its history. Before anything else of it: its
/// factors, its sessions, its halves of sign-ins.
pub fn hold_person(connection: &mut AnyConnection, id: Id<Person>) -> Result<(), DbError> {
    diesel::update(people::table.find(id)).set(people::version.eq(people::version)).execute(connection)?;
    Ok(())
}

/// Every account's stream that has a line, and its version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(people::table
        .filter(people::version.gt(0))
        .order_by(people::id)
        .select((people::id, people::version))
        .load(connection)?)
}

/// A person by id.
pub fn find_person(connection: &mut AnyConnection, id: Id<Person>) -> Result<Option<Person>, DbError> {
    Ok(people::table.find(id).select(Person::as_select()).first(connection).optional()?)
}

pub fn set_password(
    connection: &mut AnyConnection,
    person: Id<Person>,
    password_hash: &str,
) -> Result<(), DbError> {
    diesel::update(people::table.find(person))
        .set(people::password_hash.eq(password_hash))
        .execute(connection)?;
    Ok(())
}

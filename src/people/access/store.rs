//! Rows and queries of people and memberships; and who acts in a session.

pub mod sessions;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use diesel::{dsl::exists, prelude::*};

use self::sessions::SessionRow;
use super::{
    Actor, Factors, Holder, Mandate, Member, Person, Role,
    session::{Method, Session},
};
use crate::{
    ground::infra::{
        config::SessionLimits,
        db::{AnyConnection, DbError},
        schema::{self, memberships, organisations, passkeys, people, report_addressees, second_factors},
    },
    people::recipient::{Organisation, store::OrganisationRow},
};
use values::{Email, Id, text::sort_key};

#[derive(Queryable, Selectable)]
#[diesel(table_name = people)]
struct PersonRow {
    id: String,
    email: String,
    name: String,
}

impl TryFrom<PersonRow> for Person {
    type Error = DbError;

    fn try_from(row: PersonRow) -> Result<Self, DbError> {
        Ok(Self { id: row.id.parse().map_err(DbError::corrupt)?, email: row.email, name: row.name })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships)]
struct MembershipRow {
    role: String,
    valid_from: Option<NaiveDate>,
    valid_to: Option<NaiveDate>,
    decision: String,
    confirmed: bool,
}

impl TryFrom<MembershipRow> for (Role, Mandate) {
    type Error = DbError;

    fn try_from(row: MembershipRow) -> Result<Self, DbError> {
        let role = Role::parse(&row.role).ok_or_else(|| DbError::corrupt(format!("role {}", row.role)))?;
        let mandate = Mandate {
            from: row.valid_from,
            to: row.valid_to,
            decision: row.decision,
            is_unconfirmed: !row.confirmed,
        };
        Ok((role, mandate))
    }
}

/// Whoever the session belongs to, unless it is over, with the session. One query: every page asks it.
pub fn actor(
    connection: &mut AnyConnection,
    key: &str,
    now: DateTime<Utc>,
    limits: SessionLimits,
) -> Result<Option<(Actor, Session)>, DbError> {
    type Found = (PersonRow, OrganisationRow, SessionRow, String, bool, bool, bool, MembershipRow);
    let app = second_factors::table
        .filter(second_factors::person_id.eq(people::id))
        .filter(second_factors::confirmed_at.is_not_null());
    let passkey = passkeys::table.filter(passkeys::person_id.eq(people::id));
    let rows: Vec<Found> = schema::sessions::table
        .inner_join(people::table.inner_join(memberships::table.inner_join(organisations::table)))
        .filter(sessions::is_known_by(key, now))
        .order_by((organisations::code, memberships::role))
        .select((
            PersonRow::as_select(),
            OrganisationRow::as_select(),
            SessionRow::as_select(),
            schema::sessions::organisation_id,
            exists(report_addressees::table.filter(report_addressees::organisation_id.eq(organisations::id))),
            exists(app),
            exists(passkey),
            MembershipRow::as_select(),
        ))
        .load(connection)?;
    let mut found: Option<(Person, Session)> = None;
    let mut here: Option<Organisation> = None;
    let (mut mandates, mut places) = (Vec::new(), Vec::new());
    let (mut receives_reports, mut factors) = (false, Factors::default());
    for (person, organisation, session, acting_for, is_addressee, app, passkey, membership) in rows {
        factors = Factors { app, passkey };
        let session: Session = session.try_into()?;
        let is_here = organisation.has_id(&acting_for);
        // Whoever comes from an identity provider acts for the organisation that it vouched for and for no other.
        if !is_here && session.method == Method::Provider {
            continue;
        }
        let place: (Id<Organisation>, String) = organisation.place()?;
        if !places.contains(&place) {
            places.push(place);
        }
        if is_here {
            mandates.push(membership.try_into()?);
            here = Some(organisation.try_into()?);
            receives_reports = is_addressee;
        }
        found = Some((person.try_into()?, session));
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
    let found: Option<(PersonRow, String)> = people::table
        .filter(people::email.eq(Email::fold(email)))
        .select((PersonRow::as_select(), people::password_hash))
        .first(connection)
        .optional()?;
    found.map(|(person, hash)| Ok((person.try_into()?, hash))).transpose()
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
            people::id.eq(person.id.to_string()),
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
    let key = (person.to_string(), organisation.to_string(), role.key());
    let held = diesel::dsl::exists(memberships::table.find(key.clone()));
    if diesel::select(held).get_result::<bool>(connection)? {
        return Ok(());
    }
    diesel::insert_into(memberships::table)
        .values((
            memberships::person_id.eq(key.0),
            memberships::organisation_id.eq(key.1),
            memberships::role.eq(key.2),
        ))
        .execute(connection)?;
    Ok(())
}

/// The first organisation, by code, in which the person has a role.
pub fn first_organisation(
    connection: &mut AnyConnection,
    person: Id<Person>,
) -> Result<Option<Id<Organisation>>, DbError> {
    let id: Option<String> = memberships::table
        .inner_join(organisations::table)
        .filter(memberships::person_id.eq(person.to_string()))
        .order_by(organisations::code)
        .select(organisations::id)
        .first(connection)
        .optional()?;
    id.map(|id| id.parse().map_err(DbError::corrupt)).transpose()
}

/// Whether somebody with a role in the organisation has this name or this address.
pub fn is_colleague(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    (name, email): (&str, &str),
) -> Result<bool, DbError> {
    let held = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation.to_string()))
        .filter(people::name.eq(name).or(people::email.eq(email.to_lowercase())));
    Ok(diesel::select(diesel::dsl::exists(held)).get_result(connection)?)
}

/// Every organisation in which the person has a role, by code.
pub fn homes(connection: &mut AnyConnection, person: Id<Person>) -> Result<Vec<Id<Organisation>>, DbError> {
    let ids: Vec<(String, String)> = memberships::table
        .inner_join(organisations::table)
        .filter(memberships::person_id.eq(person.to_string()))
        .order_by(organisations::code)
        .select((organisations::code, organisations::id))
        .distinct()
        .load(connection)?;
    ids.into_iter().map(|(_, id)| id.parse().map_err(DbError::corrupt)).collect()
}

/// In how many organisations the person has a role.
pub fn organisations_of(connection: &mut AnyConnection, person: Id<Person>) -> Result<i64, DbError> {
    Ok(memberships::table
        .filter(memberships::person_id.eq(person.to_string()))
        .select(diesel::dsl::count(memberships::organisation_id).aggregate_distinct())
        .first(connection)?)
}

/// The names of people, for showing who handles what.
pub fn colleagues(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<Vec<Person>, DbError> {
    let rows: Vec<PersonRow> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation.to_string()))
        .filter(memberships::role.eq(role.key()))
        .order_by(people::id)
        .select(PersonRow::as_select())
        .load(connection)?;
    let mut people: Vec<Person> = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    people.sort_by_cached_key(|person| sort_key(&person.name));
    Ok(people)
}

/// Who holds these roles in an organisation, in Swedish alphabetical order.
pub fn holders(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    roles: &[Role],
) -> Result<Vec<Holder>, DbError> {
    let rows: Vec<(PersonRow, MembershipRow)> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation.to_string()))
        .filter(memberships::role.eq_any(roles.iter().map(|role| role.key())))
        .order_by((people::id, memberships::role))
        .select((PersonRow::as_select(), MembershipRow::as_select()))
        .load(connection)?;
    let mut holders = Vec::new();
    for (person, membership) in rows {
        let (role, mandate) = membership.try_into()?;
        holders.push(Holder { person: person.try_into()?, role, mandate });
    }
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
    let row: Option<MembershipRow> = memberships::table
        .find((person.to_string(), organisation.to_string(), role.key()))
        .select(MembershipRow::as_select())
        .first(connection)
        .optional()?;
    let held: Option<(Role, Mandate)> = row.map(TryInto::try_into).transpose()?;
    Ok(held.map(|(_, mandate)| mandate))
}

/// For a role that the person has. After the organisation is locked.
pub fn set_mandate(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
    mandate: &Mandate,
) -> Result<(), DbError> {
    diesel::update(memberships::table.find((person.to_string(), organisation.to_string(), role.key())))
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
pub fn take_role(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
    role: Role,
) -> Result<(), DbError> {
    let row = memberships::table.find((person.to_string(), organisation.to_string(), role.key()));
    diesel::delete(row).execute(connection)?;
    Ok(())
}

/// Everybody in an organisation in every role, with when each signed in last, in Swedish alphabetical order.
pub fn members(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
) -> Result<Vec<Member>, DbError> {
    let rows: Vec<(PersonRow, MembershipRow, Option<NaiveDateTime>)> = memberships::table
        .inner_join(people::table)
        .filter(memberships::organisation_id.eq(organisation.to_string()))
        .order_by((people::id, memberships::role))
        .select((PersonRow::as_select(), MembershipRow::as_select(), people::last_sign_in_at))
        .load(connection)?;
    let mut members = Vec::new();
    for (person, membership, signed_in_at) in rows {
        let (role, mandate) = membership.try_into()?;
        let holder = Holder { person: person.try_into()?, role, mandate };
        members.push(Member { holder, signed_in_at: signed_in_at.map(|at| at.and_utc()) });
    }
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
    diesel::update(people::table.find(person.to_string()))
        .set(people::last_sign_in_at.eq(now.naive_utc()))
        .execute(connection)?;
    Ok(())
}

/// Takes the account for the rest of this transaction and gives its new version: the number of the history line that the
/// caller owes.
pub fn lock_person(connection: &mut AnyConnection, id: Id<Person>) -> Result<i64, DbError> {
    let id = id.to_string();
    diesel::update(people::table.find(&id))
        .set(people::version.eq(people::version + 1))
        .execute(connection)?;
    Ok(people::table.find(&id).select(people::version).first(connection)?)
}

/// Takes the account for the rest of this transaction, for what is no line in its history. Before anything else of it: its
/// factors, its sessions, its halves of sign-ins.
pub fn hold_person(connection: &mut AnyConnection, id: Id<Person>) -> Result<(), DbError> {
    diesel::update(people::table.find(id.to_string()))
        .set(people::version.eq(people::version))
        .execute(connection)?;
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
    let found: Option<PersonRow> =
        people::table.find(id.to_string()).select(PersonRow::as_select()).first(connection).optional()?;
    found.map(TryInto::try_into).transpose()
}

pub fn set_password(
    connection: &mut AnyConnection,
    person: Id<Person>,
    password_hash: &str,
) -> Result<(), DbError> {
    diesel::update(people::table.find(person.to_string()))
        .set(people::password_hash.eq(password_hash))
        .execute(connection)?;
    Ok(())
}

//! Rows and queries of invitations.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::{dsl::exists, prelude::*};

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{invitations, organisations, people},
    },
    people::{
        access::{Doer, Person, Role},
        account::{Invitation, Purpose},
        recipient::{Organisation, store::OrganisationRow},
    },
};
use values::Id;

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
    invited_by: Option<String>,
}

type Found = (InvitationRow, OrganisationRow, Option<String>);

type WithToken = (InvitationRow, OrganisationRow, Option<String>, String);

fn with_token((row, organisation, maker, hash): WithToken) -> Result<(Invitation, String), DbError> {
    Ok((invitation((row, organisation, maker))?, hash))
}

fn invitation((row, organisation, maker): Found) -> Result<Invitation, DbError> {
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
        invited_by: maker.map(|name| Doer::stored(row.invited_by, name)).transpose()?,
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
            invitations::invited_by.eq(invitation.invited_by.as_ref().and_then(Doer::person)),
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

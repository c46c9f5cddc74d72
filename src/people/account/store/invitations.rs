//! Rows and queries of invitations.

use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError, read_by_row},
        schema::{invitations, organisations, people},
    },
    people::{
        access::{Doer, Person, Role},
        account::{Invitation, Purpose},
        recipient::Organisation,
    },
};
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = invitations)]
pub struct InvitationRow {
    id: Id<Invitation>,
    #[diesel(embed)]
    organisation: Organisation,
    email: String,
    role: Option<Role>,
    confirmed: bool,
    person_id: Option<Id<Person>>,
    invited_by: Option<Id<Person>>,
    #[diesel(select_expression = people::name.nullable())]
    inviter: Option<String>,
    invited_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    ended_at: Option<DateTime<Utc>>,
}

// With its organisation and whoever invited: both tables are joined.
read_by_row!(Invitation, InvitationRow);

impl TryFrom<InvitationRow> for Invitation {
    type Error = String;

    fn try_from(row: InvitationRow) -> Result<Self, String> {
        let purpose = match (row.role, row.person_id) {
            (Some(role), None) => Purpose::Role { role, is_unconfirmed: !row.confirmed },
            (None, Some(person)) => Purpose::Password { person },
            _ => return Err(format!("invitation {}", row.id)),
        };
        Ok(Self {
            id: row.id,
            organisation: row.organisation,
            email: row.email,
            purpose,
            invited_by: row.inviter.map(|name| Doer::stored(row.invited_by, name)),
            invited_at: row.invited_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        })
    }
}

/// By what the link's token is known. Its state is the caller's to look at.
pub fn by_token(connection: &mut AnyConnection, token_hash: &str) -> Result<Option<Invitation>, DbError> {
    Ok(invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::token_hash.eq(token_hash))
        .select(Invitation::as_select())
        .first(connection)
        .optional()?)
}

/// One to this organisation, with what is kept of its token.
pub fn find(
    connection: &mut AnyConnection,
    organisation: Id<Organisation>,
    id: Id<Invitation>,
) -> Result<Option<(Invitation, String)>, DbError> {
    Ok(invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::organisation_id.eq(organisation))
        .filter(invitations::id.eq(id))
        .select((Invitation::as_select(), invitations::token_hash))
        .first(connection)
        .optional()?)
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
    Ok(invitations::table
        .inner_join(organisations::table)
        .left_join(people::table)
        .filter(invitations::organisation_id.eq(organisation))
        .filter(invitations::ended_at.is_null())
        .filter(invitations::expires_at.gt(now.naive_utc()))
        .order_by((invitations::invited_at, invitations::id))
        .select((Invitation::as_select(), invitations::token_hash))
        .load(connection)?)
}

/// After the organisation is locked, or the account where it is for one. Made by nobody it is the operator's.
pub fn insert(
    connection: &mut AnyConnection,
    invitation: &Invitation,
    token_hash: &str,
) -> Result<(), DbError> {
    let (role, is_unconfirmed, person) = match invitation.purpose {
        Purpose::Role { role, is_unconfirmed } => (Some(role), is_unconfirmed, None),
        Purpose::Password { person } => (None, false, Some(person)),
    };
    diesel::insert_into(invitations::table)
        .values((
            invitations::id.eq(invitation.id),
            invitations::token_hash.eq(token_hash),
            invitations::organisation_id.eq(invitation.organisation.id),
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
    let open = invitations::table.find(id).filter(invitations::ended_at.is_null());
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
        .filter(invitations::organisation_id.eq(organisation))
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
        .filter(invitations::organisation_id.eq(organisation))
        .filter(invitations::role.eq(Role::Administrator))
        .filter(invitations::invited_by.eq(by))
        .filter(exists(has_come));
    Ok(diesel::select(exists(invited)).get_result(connection)?)
}

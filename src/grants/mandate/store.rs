//! Mandates across recipients.

use diesel::{dsl::exists, prelude::*};

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, memberships, organisations, people},
    },
    people::{access::Role, recipient::Organisation},
};
use values::{Id, text::sort_key};

/// Somebody whom an authority has yet to confirm.
#[derive(Debug)]
pub struct Unconfirmed {
    pub recipient_code: String,
    pub recipient: String,
    pub person: String,
    pub role: Role,
}

/// Those at the recipients that an authority pays something, in the order of the recipients' codes.
pub fn unconfirmed(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<Unconfirmed>, DbError> {
    let paid = grants::table
        .inner_join(agreements::table)
        .filter(agreements::authority_id.eq(authority))
        .filter(grants::holder_id.eq(organisations::id).or(grants::recipient_id.eq(organisations::id)));
    let mut rows: Vec<(String, String, String, Role)> = memberships::table
        .inner_join(organisations::table)
        .inner_join(people::table)
        .filter(memberships::confirmed.eq(false))
        .filter(exists(paid))
        .order_by((organisations::code, people::id, memberships::role))
        .select((organisations::code, organisations::name, people::name, memberships::role))
        .load(connection)?;
    rows.sort_by_cached_key(|(code, organisation, person, _)| {
        (sort_key(organisation), code.clone(), sort_key(person))
    });
    let unconfirmed =
        |(recipient_code, recipient, person, role)| Unconfirmed { recipient_code, recipient, person, role };
    Ok(rows.into_iter().map(unconfirmed).collect())
}

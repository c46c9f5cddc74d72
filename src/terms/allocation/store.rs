//! Rows and queries of the published tables.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Share;
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{allocations, organisations},
    },
    people::recipient::Organisation,
    terms::agreement::Agreement,
};
use values::{Id, Money};

/// The version of the table that stands; 0 when there is none.
pub fn version(connection: &mut AnyConnection, agreement: Id<Agreement>) -> Result<i32, DbError> {
    let newest: Option<i32> = allocations::table
        .filter(allocations::agreement_id.eq(agreement))
        .select(diesel::dsl::max(allocations::version))
        .first(connection)?;
    Ok(newest.unwrap_or_default())
}

/// The table as it stands, in its published order.
pub fn of(connection: &mut AnyConnection, agreement: Id<Agreement>) -> Result<Vec<Share>, DbError> {
    let version = version(connection, agreement)?;
    let rows: Vec<(String, String, String, String, Money)> = allocations::table
        .inner_join(organisations::table)
        .filter(allocations::agreement_id.eq(agreement))
        .filter(allocations::version.eq(version))
        .order_by(allocations::position)
        .select((
            allocations::post,
            organisations::code,
            allocations::published_name,
            allocations::published_share,
            allocations::amount,
        ))
        .load(connection)?;
    let share = |(post, recipient, published_name, published_share, amount)| Share {
        post,
        recipient,
        published_name,
        published_share,
        amount,
    };
    Ok(rows.into_iter().map(share).collect())
}

/// Keeps a table as the next version. `recipients` has the id of every recipient by its code.
pub fn add(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    shares: &[Share],
    recipients: &HashMap<String, Id<Organisation>>,
) -> Result<(), DbError> {
    let version = version(connection, agreement)? + 1;
    for (position, share) in (1i32..).zip(shares) {
        let recipient = recipients.get(&share.recipient).ok_or_else(|| missing(&share.recipient))?;
        diesel::insert_into(allocations::table)
            .values((
                allocations::agreement_id.eq(agreement),
                allocations::version.eq(version),
                allocations::position.eq(position),
                allocations::post.eq(&share.post),
                allocations::recipient_id.eq(recipient),
                allocations::published_name.eq(&share.published_name),
                allocations::published_share.eq(&share.published_share),
                allocations::amount.eq(share.amount),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// Whoever has a share is in the registry.
pub fn missing(code: &str) -> DbError {
    DbError::corrupt(format!("organisation {code} is not in the registry"))
}

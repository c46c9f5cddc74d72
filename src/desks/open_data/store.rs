//! Whether an authority's open data is on.

use diesel::prelude::*;

use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::organisations,
    },
    people::recipient::Organisation,
};
use values::Id;

pub fn publishes(connection: &mut AnyConnection, authority: Id<Organisation>) -> Result<bool, DbError> {
    Ok(organisations::table.find(authority).select(organisations::publishes).first(connection)?)
}

/// After the authority is locked.
pub fn set_publishes(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    publishes: bool,
) -> Result<(), DbError> {
    diesel::update(organisations::table.find(authority))
        .set(organisations::publishes.eq(publishes))
        .execute(connection)?;
    Ok(())
}

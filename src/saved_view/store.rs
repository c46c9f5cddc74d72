//! Rows and queries of saved views.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Address, MOST, SavedView};
use crate::{
    access::Person,
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::saved_views,
    },
    numbers::Line,
    recipient::Organisation,
    text::{same, sort_key},
};

/// What a person keeps in an organisation, by name.
pub fn of(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<Vec<SavedView>, DbError> {
    let rows: Vec<(String, String, String)> = saved_views::table
        .filter(saved_views::person_id.eq(person.to_string()))
        .filter(saved_views::organisation_id.eq(organisation.to_string()))
        .order_by(saved_views::id)
        .limit(MOST as i64)
        .select((saved_views::id, saved_views::name, saved_views::address))
        .load(connection)?;
    let mut views: Vec<SavedView> = rows
        .into_iter()
        .map(|(id, name, address)| {
            Ok(SavedView {
                id: id.parse().map_err(DbError::corrupt)?,
                name: Line::parse(&name).map_err(DbError::corrupt)?,
                address: Address::parse(&address).map_err(DbError::corrupt)?,
            })
        })
        .collect::<Result<_, DbError>>()?;
    views.sort_by_cached_key(|view| sort_key(view.name.as_str()));
    Ok(views)
}

/// Keeps a view; one of the same name is replaced. False when there is no room for more.
pub fn save(
    connection: &mut AnyConnection,
    (person, organisation): (Id<Person>, Id<Organisation>),
    view: &SavedView,
    at: DateTime<Utc>,
) -> Result<bool, DbError> {
    let own = || {
        saved_views::person_id
            .eq(person.to_string())
            .and(saved_views::organisation_id.eq(organisation.to_string()))
    };
    let known = of(connection, person, organisation)?;
    let namesakes = known.iter().filter(|known| same(known.name.as_str(), view.name.as_str()));
    let namesakes: Vec<String> = namesakes.map(|known| known.id.to_string()).collect();
    diesel::delete(saved_views::table.filter(own()).filter(saved_views::id.eq_any(namesakes)))
        .execute(connection)?;
    let count: i64 = saved_views::table.filter(own()).count().get_result(connection)?;
    if count >= MOST as i64 {
        return Ok(false);
    }
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(view.id.to_string()),
            saved_views::person_id.eq(person.to_string()),
            saved_views::organisation_id.eq(organisation.to_string()),
            saved_views::name.eq(view.name.as_str()),
            saved_views::address.eq(view.address.as_str()),
            saved_views::saved_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(true)
}

/// Removes a view of the person's own.
pub fn remove(connection: &mut AnyConnection, person: Id<Person>, id: Id<SavedView>) -> Result<(), DbError> {
    diesel::delete(
        saved_views::table
            .filter(saved_views::id.eq(id.to_string()))
            .filter(saved_views::person_id.eq(person.to_string())),
    )
    .execute(connection)?;
    Ok(())
}

//! Rows and queries of saved views.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::{Address, MOST, SavedView};
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{people, saved_views},
    },
    people::{access::Person, recipient::Organisation},
};
use values::{
    Id, Line,
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

/// What came of keeping a view.
pub enum Kept {
    Yes,
    /// There is no room for more.
    Full,
    /// There is another of that name, which whoever asked has not seen.
    Taken {
        address: Address,
        at: DateTime<Utc>,
    },
}

/// Keeps a view. One of the same name is replaced when it is the one that was seen (`replaces`, its address), or the same.
pub fn save(
    connection: &mut AnyConnection,
    (person, organisation): (Id<Person>, Id<Organisation>),
    view: &SavedView,
    replaces: &str,
    at: DateTime<Utc>,
) -> Result<Kept, DbError> {
    let own = || {
        saved_views::person_id
            .eq(person.to_string())
            .and(saved_views::organisation_id.eq(organisation.to_string()))
    };
    // Held for the rest of this transaction, so that of two at once the second sees the first.
    diesel::update(people::table.find(person.to_string()))
        .set(people::name.eq(people::name))
        .execute(connection)?;
    let known = of(connection, person, organisation)?;
    let namesakes = || known.iter().filter(|known| same(known.name.as_str(), view.name.as_str()));
    let is_unseen = |known: &&SavedView| known.address != view.address && known.address.as_str() != replaces;
    if let Some(unseen) = namesakes().find(is_unseen) {
        let saved_at = saved_views::table.find(unseen.id.to_string()).select(saved_views::saved_at);
        let at: NaiveDateTime = saved_at.first(connection)?;
        return Ok(Kept::Taken { address: unseen.address.clone(), at: at.and_utc() });
    }
    let replaced: Vec<String> = namesakes().map(|known| known.id.to_string()).collect();
    diesel::delete(saved_views::table.filter(own()).filter(saved_views::id.eq_any(replaced)))
        .execute(connection)?;
    let count: i64 = saved_views::table.filter(own()).count().get_result(connection)?;
    if count >= MOST as i64 {
        return Ok(Kept::Full);
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
    Ok(Kept::Yes)
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

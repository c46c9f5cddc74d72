//! Rows and queries of saved views.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{Address, MOST, NotAView, SavedView};
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError, read_by_row},
        schema::{people, saved_views},
    },
    people::{access::Person, recipient::Organisation},
};
use values::{
    Id, Line,
    text::{same, sort_key},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = saved_views)]
pub struct ViewRow {
    id: Id<SavedView>,
    name: Line<100>,
    address: String,
}

read_by_row!(SavedView, ViewRow);

impl TryFrom<ViewRow> for SavedView {
    type Error = NotAView;

    fn try_from(row: ViewRow) -> Result<Self, NotAView> {
        Ok(Self { id: row.id, name: row.name, address: Address::parse(&row.address)? })
    }
}

/// What a person keeps in an organisation, by name.
pub fn of(
    connection: &mut AnyConnection,
    person: Id<Person>,
    organisation: Id<Organisation>,
) -> Result<Vec<SavedView>, DbError> {
    let mut views: Vec<SavedView> = saved_views::table
        .filter(saved_views::person_id.eq(person))
        .filter(saved_views::organisation_id.eq(organisation))
        .order_by(saved_views::id)
        .limit(MOST as i64)
        .select(SavedView::as_select())
        .load(connection)?;
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
    let own = || saved_views::person_id.eq(person).and(saved_views::organisation_id.eq(organisation));
    // Held for the rest of this transaction, so that of two at once the second sees the first.
    diesel::update(people::table.find(person)).set(people::name.eq(people::name)).execute(connection)?;
    let known = of(connection, person, organisation)?;
    let namesakes = || known.iter().filter(|known| same(known.name.as_str(), view.name.as_str()));
    let is_unseen = |known: &&SavedView| known.address != view.address && known.address.as_str() != replaces;
    if let Some(unseen) = namesakes().find(is_unseen) {
        let saved_at = saved_views::table.find(unseen.id).select(saved_views::saved_at);
        return Ok(Kept::Taken { address: unseen.address.clone(), at: saved_at.first(connection)? });
    }
    let replaced: Vec<Id<SavedView>> = namesakes().map(|known| known.id).collect();
    diesel::delete(saved_views::table.filter(own()).filter(saved_views::id.eq_any(replaced)))
        .execute(connection)?;
    let count: i64 = saved_views::table.filter(own()).count().get_result(connection)?;
    if count >= MOST as i64 {
        return Ok(Kept::Full);
    }
    diesel::insert_into(saved_views::table)
        .values((
            saved_views::id.eq(view.id),
            saved_views::person_id.eq(person),
            saved_views::organisation_id.eq(organisation),
            saved_views::name.eq(&view.name),
            saved_views::address.eq(view.address.as_str()),
            saved_views::saved_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(Kept::Yes)
}

/// Removes a view of the person's own.
pub fn remove(connection: &mut AnyConnection, person: Id<Person>, id: Id<SavedView>) -> Result<(), DbError> {
    diesel::delete(
        saved_views::table.filter(saved_views::id.eq(id)).filter(saved_views::person_id.eq(person)),
    )
    .execute(connection)?;
    Ok(())
}

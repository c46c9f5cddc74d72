//! The register of units, which is the organisation's own and holds for all its grants.

use super::Failure;
use crate::{
    grants::onward::{
        application::Refusal,
        counted,
        rules::Rule,
        store,
        unit::{Content, Unit},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            form::FieldErrors,
        },
    },
    people::{
        access::Act,
        recipient::{self, Organisation},
    },
};
use values::Id;

fn append(
    connection: &mut AnyConnection,
    act: &Act,
    version: i64,
    entry: history::Entry,
) -> Result<(), DbError> {
    history::store::append(connection, &act.actor.organisation.id.to_string(), version, entry)
}

fn is_another(known: &Unit, id: Option<Id<Unit>>, content: &Content) -> bool {
    Some(known.id) != id
        && known.content.provider_number == content.provider_number
        && known.content.name_key() == content.name_key()
}

fn twice() -> Failure {
    let mut errors = FieldErrors::default();
    errors.broken("name", Rule::UnitOnce, "Utföraren har redan en enhet med det namnet i registret.");
    Failure::Invalid(errors)
}

pub fn add(connection: &mut AnyConnection, act: &Act, content: Content) -> Result<(), Failure> {
    let own: Id<Organisation> = act.actor.organisation.id;
    let version = recipient::store::lock(connection, own)?;
    let known = store::units(connection, own)?;
    if known.iter().any(|known| is_another(known, None, &content)) {
        return Err(twice());
    }
    let details = format!("{}, {}", content.name, content.provider);
    store::insert_unit(
        connection,
        own,
        &Unit { id: Id::new(), content, is_closed: false, revision: 1, saved: Some(act.saved()) },
    )?;
    Ok(append(connection, act, version, history::Entry { details, ..act.entry(Event::OnwardUnitAdded, "") })?)
}

/// Another content than before; `closed` when there is no such unit any more. What it has applied with stays.
pub fn change(
    connection: &mut AnyConnection,
    act: &Act,
    (id, revision): (Id<Unit>, i64),
    content: Content,
    is_closed: bool,
) -> Result<(), Failure> {
    let own: Id<Organisation> = act.actor.organisation.id;
    let version = recipient::store::lock(connection, own)?;
    let known = store::units(connection, own)?;
    let before = known.iter().find(|known| known.id == id).ok_or(Failure::NotFound)?;
    if known.iter().any(|known| is_another(known, Some(id), &content)) {
        return Err(twice());
    }
    if before.content == content && before.is_closed == is_closed {
        return Err(Failure::Done);
    }
    if before.revision != revision {
        return Err(Refusal::Changed.into());
    }
    let after = Unit { id, content, is_closed, revision: revision + 1, saved: Some(act.saved()) };
    store::update_unit(connection, &after)?;
    let mut changes = after.content.changes(&before.content);
    match (before.is_closed, is_closed) {
        (false, true) => changes.push("nedlagd".to_owned()),
        (true, false) => changes.push("öppen igen".to_owned()),
        (false, false) | (true, true) => {}
    }
    let details = format!("{}, {}: {}", before.content.name, before.content.provider, changes.join(", "));
    Ok(append(
        connection,
        act,
        version,
        history::Entry { details, ..act.entry(Event::OnwardUnitChanged, "") },
    )?)
}

/// What came of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Imported {
    pub added: usize,
    pub changed: usize,
    pub same: usize,
}

/// Adds the units of a list that are new, and changes those that are known by provider and name. The same list twice changes
/// nothing the second time.
pub fn import(connection: &mut AnyConnection, act: &Act, list: Vec<Content>) -> Result<Imported, Failure> {
    let own: Id<Organisation> = act.actor.organisation.id;
    let version = recipient::store::lock(connection, own)?;
    let known = store::units(connection, own)?;
    let mut come_to = Imported::default();
    for content in list {
        match known.iter().find(|known| is_another(known, None, &content)) {
            None => {
                store::insert_unit(
                    connection,
                    own,
                    &Unit { id: Id::new(), content, is_closed: false, revision: 1, saved: Some(act.saved()) },
                )?;
                come_to.added += 1;
            }
            Some(known) if known.content == content => come_to.same += 1,
            Some(known) => {
                store::update_unit(
                    connection,
                    &Unit {
                        content,
                        revision: known.revision + 1,
                        saved: Some(act.saved()),
                        ..known.clone()
                    },
                )?;
                come_to.changed += 1;
            }
        }
    }
    if come_to.added + come_to.changed == 0 {
        return Err(Failure::Done);
    }
    let details = format!("{} tillagda, {} ändrade", counted(come_to.added), come_to.changed);
    append(
        connection,
        act,
        version,
        history::Entry { details, ..act.entry(Event::OnwardUnitsImported, "") },
    )?;
    Ok(come_to)
}

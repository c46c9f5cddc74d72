//! A grant passes to a successor: what is handed on of it goes with it, and so do the units, into the successor's own register.

use std::collections::HashMap;

use super::append;
use crate::{
    filing::Act,
    grant::Grant,
    history::{self, Event},
    ids::Id,
    infra::db::{AnyConnection, DbError},
    numbers::Line,
    onward::{
        Case, counted, store,
        unit::{Content, Unit},
    },
    recipient::Organisation,
};

/// The grant has just passed to a successor, in this transaction. `act` has the successor's eyes.
pub fn pass_on(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    to: &Organisation,
    reason: &str,
) -> Result<(), DbError> {
    let Some(Case { plan, .. }) = store::case(connection, act.scope, grant)? else { return Ok(()) };
    let version = store::lock(connection, plan.id)?;
    let Some(case) = store::case(connection, act.scope, grant)? else { return Ok(()) };
    let mut register = Register::of(connection, to)?;
    for application in &case.applications {
        let unit = register.take_over(connection, &application.unit)?;
        store::move_application(connection, application.id, unit)?;
    }
    let entry = history::Entry {
        details: format!("{}, {}", to.formal_name, counted(case.applications.len())),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardTakenOver, "")
    };
    append(connection, &case, version, entry)
}

/// In a merger the whole register of units goes with it. Both organisations are locked.
pub fn pass_units(
    connection: &mut AnyConnection,
    from: Id<Organisation>,
    to: &Organisation,
) -> Result<(), DbError> {
    let mut register = Register::of(connection, to)?;
    for unit in store::units(connection, from)? {
        register.take_over(connection, &unit)?;
    }
    Ok(())
}

/// The successor's register of units, by what tells them apart.
struct Register<'a> {
    of: &'a Organisation,
    units: HashMap<(String, String), Id<Unit>>,
}

fn key(content: &Content) -> (String, String) {
    (content.provider_number.digits(), content.name_key())
}

impl<'a> Register<'a> {
    fn of(connection: &mut AnyConnection, of: &'a Organisation) -> Result<Self, DbError> {
        let units = store::units(connection, of.id)?;
        Ok(Self { of, units: units.into_iter().map(|unit| (key(&unit.content), unit.id)).collect() })
    }

    /// The unit that the successor knows already, or a copy. The predecessor's stays in its own register.
    fn take_over(&mut self, connection: &mut AnyConnection, unit: &Unit) -> Result<Id<Unit>, DbError> {
        if let Some(known) = self.units.get(&key(&unit.content)) {
            return Ok(*known);
        }
        let own = [&self.of.name, &self.of.formal_name].map(|name| name.to_lowercase());
        let is_own = |name: &Line<60>| own.contains(&name.as_str().to_lowercase());
        let elsewhere = unit.content.elsewhere.clone().filter(|name| !is_own(name));
        let content = Content { elsewhere, ..unit.content.clone() };
        let copy = Unit { id: Id::new(), content, is_closed: unit.is_closed, revision: 1 };
        store::insert_unit(connection, self.of.id, &copy)?;
        self.units.insert(key(&copy.content), copy.id);
        Ok(copy.id)
    }
}

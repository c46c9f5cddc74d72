//! A grant passes to a successor: what is handed on of it goes with it, and so do the units, into the successor's own register.

use std::collections::{HashMap, HashSet};

use super::append;
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Distribution, counted, store,
            unit::{Content, Unit},
        },
    },
    ground::{
        history::{self, Event},
        infra::db::{AnyConnection, DbError},
    },
    people::{access::Act, recipient::Organisation},
};
use values::{Id, Line, text::same};

/// The grant has just passed to a successor, in this transaction. `act` has the successor's eyes.
pub fn transfer(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    to: &Organisation,
    reason: &str,
) -> Result<(), DbError> {
    let Some(Distribution { plan, .. }) = store::case(connection, act.scope, grant)? else { return Ok(()) };
    let version = store::lock(connection, plan.id)?;
    let Some(case) = store::case(connection, act.scope, grant)? else { return Ok(()) };
    let mut register = Register::of(connection, to)?;
    let mut of_plan = HashSet::new();
    for application in &case.applications {
        let unit = register.take_over(connection, &application.unit)?;
        // A unit is in a plan once. A second one of its name, from before, stays with its own register.
        if of_plan.insert(unit.to_string()) {
            store::move_application(connection, application.id, unit)?;
        }
    }
    let entry = history::Entry {
        details: format!("{}, {}", to.formal_name, counted(case.applications.len())),
        reason: reason.to_owned(),
        ..act.entry(Event::OnwardTakenOver, "")
    };
    append(connection, &case, version, entry)
}

/// In a merger the whole registers of units go with it, and what lay in a predecessor's municipality lies in the successor's.
/// All organisations are locked.
pub fn transfer_units(
    connection: &mut AnyConnection,
    predecessors: &[&Organisation],
    to: &Organisation,
) -> Result<(), DbError> {
    let mut register = Register::of(connection, to)?;
    for from in predecessors {
        for unit in store::units(connection, from.id)? {
            register.take_over(connection, &unit)?;
        }
    }
    let names: Vec<&Organisation> = predecessors.iter().copied().chain([to]).collect();
    for unit in store::units(connection, to.id)? {
        if unit.content.elsewhere.as_ref().is_some_and(|name| names.iter().any(|one| is_called(one, name))) {
            let content = Content { elsewhere: None, ..unit.content.clone() };
            let here = Unit { content, revision: unit.revision + 1, ..unit };
            store::update_unit(connection, &here)?;
        }
    }
    Ok(())
}

fn is_called(one: &Organisation, name: &Line<60>) -> bool {
    [&one.name, &one.formal_name].into_iter().any(|own| same(own, name.as_str()))
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
        let elsewhere = unit.content.elsewhere.clone().filter(|name| !is_called(self.of, name));
        let content = Content { elsewhere, ..unit.content.clone() };
        let copy = Unit {
            id: Id::new(),
            content,
            is_closed: unit.is_closed,
            revision: 1,
            saved: unit.saved.clone(),
        };
        store::insert_unit(connection, self.of.id, &copy)?;
        self.units.insert(key(&copy.content), copy.id);
        Ok(copy.id)
    }
}

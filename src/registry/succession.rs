//! That somebody takes over from somebody: a merger, or a split. One transaction for all the grants that pass, so that no
//! grant is ever between two holders.
//!
//! An authority decides on the grants that it pays itself; another authority registers its own. The ledger is not touched:
//! what was paid, reported and repaid is the grant's, and with the grant the debt passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Kind, Listed, Refusal, Succession,
    form::{Grounds, SuccessionForm},
    rules::Rule,
    store,
    verbs::{Failure, Opened, lock, open, party},
};
use crate::{
    calendar::{self, long_date},
    filing::Act,
    grant::{self, Grant, Scope},
    history::{self, Event},
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        form::FieldErrors,
    },
    onward,
    recipient::{self, Organisation},
    report, requisition,
};

/// A grant, whom it passes from, and to.
type Passing = (Id<Grant>, Id<Organisation>, Id<Organisation>);

/// The organisation, and others with it, go into a successor with all that they hold.
pub fn merge(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Succession>,
    code: &str,
    form: &SuccessionForm,
) -> Result<(), Failure> {
    let Opened { register, listed } = begin(connection, id, code)?;
    let today = calendar::day(act.now);
    let (predecessors, successor, grounds) =
        form.parse_merger(&listed, &register, today).map_err(Failure::Invalid)?;
    let version = lock(connection, &listed.organisation, form.version)?;
    let mut passing = Vec::new();
    for predecessor in predecessors {
        let own = &predecessor.organisation;
        let held = held(connection, act, own)?;
        if held.is_empty() {
            let is_listed = own.id == listed.organisation.id;
            return Err(nothing_held(if is_listed { "successor" } else { "others" }, own));
        }
        passing.extend(held.into_iter().map(|grant| (grant, own.id, successor.organisation.id)));
    }
    let succession = succession(act, id, Kind::Merger, grounds);
    let from: BTreeSet<String> = passing.iter().map(|(_, from, _)| from.to_string()).collect();
    pass(connection, act, &succession, passing, &register, (listed.organisation.id, version))?;
    for from in from {
        let from = from.parse().map_err(DbError::corrupt)?;
        onward::verbs::pass_units(connection, from, &successor.organisation)?;
    }
    Ok(())
}

/// Each of the organisation's grants passes to whom the form says, or stays.
pub fn split(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Succession>,
    code: &str,
    form: &SuccessionForm,
) -> Result<(), Failure> {
    let Opened { register, listed } = begin(connection, id, code)?;
    let own = &listed.organisation;
    let today = calendar::day(act.now);
    let version = recipient::store::lock(connection, own.id)?;
    let mut held = store::grants_of(connection, act.actor.organisation.id, own.id)?;
    held.retain(|held| held.holder.0 == own.code);
    if version != form.version + 1 {
        return Err(Refusal::Changed.into());
    }
    if held.is_empty() {
        return Err(nothing_held("", own));
    }
    let (to, grounds) = form.parse_split(own, &held, &register, today).map_err(Failure::Invalid)?;
    let passing = to.into_iter().map(|(grant, to)| (grant, own.id, to.organisation.id)).collect();
    let succession = succession(act, id, Kind::Split, grounds);
    pass(connection, act, &succession, passing, &register, (own.id, version))
}

/// Posted twice with the id of one page, it is registered once.
fn begin(connection: &mut AnyConnection, id: Id<Succession>, code: &str) -> Result<Opened, Failure> {
    let opened = open(connection, code)?;
    if store::exists(connection, id)? { Err(Failure::Done) } else { Ok(opened) }
}

fn held(connection: &mut AnyConnection, act: &Act, own: &Organisation) -> Result<Vec<Id<Grant>>, DbError> {
    let grants = store::grants_of(connection, act.actor.organisation.id, own.id)?;
    Ok(grants.into_iter().filter(|held| held.holder.0 == own.code).map(|held| held.grant).collect())
}

fn nothing_held(field: &'static str, own: &Organisation) -> Failure {
    let mut errors = FieldErrors::default();
    errors.broken(field, Rule::Holds, format!("{} har inga bidrag som kan gå över.", own.name));
    Failure::Invalid(errors)
}

fn succession(act: &Act, id: Id<Succession>, kind: Kind, grounds: Grounds) -> Succession {
    Succession {
        id,
        kind,
        day: grounds.day,
        decision: grounds.decision,
        reason: grounds.reason,
        registered_by: act.by(),
        registered_at: act.now,
    }
}

/// All parties are taken, then every grant, each in the order of their ids. `first` is locked already.
fn pass(
    connection: &mut AnyConnection,
    act: &Act,
    succession: &Succession,
    mut passing: Vec<Passing>,
    register: &[Listed],
    first: (Id<Organisation>, i64),
) -> Result<(), Failure> {
    passing.sort_by_key(|(grant, _, _)| grant.to_string());
    let of_grants = passing.iter().flat_map(|(_, from, to)| [*from, *to]);
    let others: BTreeSet<String> =
        of_grants.filter(|party| *party != first.0).map(|id| id.to_string()).collect();
    let mut locked = vec![first];
    for other in others {
        let other = other.parse().map_err(DbError::corrupt)?;
        locked.push((other, recipient::store::lock(connection, other)?));
    }
    for passing in &passing {
        pass_one(connection, act, succession, *passing, register)?;
    }
    store::insert(connection, act.actor.organisation.id, succession, &passing)?;
    for (of, version) in locked {
        let own = party(register, of)?;
        let entry = history::Entry {
            details: told(succession, &passing, register)?,
            reason: succession.reason.clone(),
            ..act.entry(Event::SuccessionRegistered, &own.name)
        };
        history::store::append(connection, &of.to_string(), version, entry)?;
    }
    Ok(())
}

fn pass_one(
    connection: &mut AnyConnection,
    act: &Act,
    succession: &Succession,
    (id, from, to): Passing,
    register: &[Listed],
) -> Result<(), Failure> {
    let (from, to) = (party(register, from)?, party(register, to)?);
    // Before anything is read: a signature that is on its way either came in, or waits and finds nothing.
    let version = grant::store::lock(connection, id)?;
    let grant = grant::store::find(connection, Scope::Recipient(from.id), id)?.ok_or(Refusal::Changed)?;
    store::set_holder(connection, id, to.id)?;
    let entry = history::Entry {
        details: format!(
            "{} → {}, {} {}, beslut {}",
            from.formal_name,
            to.formal_name,
            succession.kind.label().to_lowercase(),
            long_date(succession.day),
            succession.decision
        ),
        reason: succession.reason.clone(),
        ..act.entry(Event::GrantTakenOver, number_of(&grant))
    };
    history::store::append(connection, &id.to_string(), version, entry)?;
    // What is under way is the successor's by now.
    let successor = Act { scope: Scope::Recipient(to.id), ..act.clone() };
    let reason = format!("Bidraget har gått över till {}.", to.formal_name);
    requisition::verbs::pass_on(connection, &successor, id, &reason).map_err(|failure| match failure {
        requisition::verbs::Failure::Db(error) => Failure::Db(error),
        _ => Refusal::Changed.into(),
    })?;
    report::verbs::pass_on(connection, &successor, id, &reason).map_err(|failure| match failure {
        report::verbs::Failure::Db(error) => Failure::Db(error),
        _ => Refusal::Changed.into(),
    })?;
    Ok(onward::verbs::pass_on(connection, &successor, id, to, &reason)?)
}

fn number_of(grant: &Grant) -> String {
    format!("{}-{}", grant.agreement.terms.code, grant.recipient.code)
}

/// `Delning 1 januari 2022: Ale → Nyby (2 bidrag), Gamleby (1 bidrag), beslut Fi2021/1`
fn told(succession: &Succession, passing: &[Passing], register: &[Listed]) -> Result<String, DbError> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for (_, from, to) in passing {
        *counts.entry((&party(register, *from)?.name, &party(register, *to)?.name)).or_default() += 1;
    }
    let told: Vec<String> =
        counts.iter().map(|((from, to), count)| format!("{from} → {to}, {count} bidrag")).collect();
    Ok(format!(
        "{} {}: {}; beslut {}",
        succession.kind.label(),
        long_date(succession.day),
        told.join("; "),
        succession.decision
    ))
}

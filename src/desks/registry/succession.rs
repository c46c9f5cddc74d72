//! That somebody takes over from somebody: a merger, or a split. One transaction for all the grants that pass, so that no
//! grant is ever between two holders.
//!
//! An authority decides on the grants that it pays itself; another authority registers its own. The ledger is not touched:
//! what was paid, reported and repaid is the grant's, and with the grant the debt passes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Held, Kind, Listed, Refusal, Succession,
    form::{Grounds, SuccessionForm},
    outlook::{Going, Handover, Outlook, UnderWay},
    rules::Rule,
    store,
    verbs::{Failure, Opened, lock, open, party, read},
};
use crate::{
    grants::{
        case,
        grant::{self, Grant},
        onward,
        report::{self, Report},
        requisition::{self, Requisition},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            form::FieldErrors,
        },
    },
    people::{
        access::{Act, Scope},
        recipient::{self, Organisation},
    },
};
use values::{
    Id,
    calendar::{self, long_date},
};

/// A grant, whom it passes from, and to.
type Passing = (Id<Grant>, Id<Organisation>, Id<Organisation>);

/// What the form comes to, for whoever is about to register it. Nothing is held and nothing changed.
pub fn foresee(
    connection: &mut AnyConnection,
    act: &Act,
    kind: Kind,
    code: &str,
    form: &SuccessionForm,
) -> Result<Outlook, Failure> {
    let opened = read(connection, code)?;
    if recipient::store::version(connection, opened.listed.organisation.id)? != form.version {
        return Err(Refusal::Changed.into());
    }
    outlook(connection, act, kind, &opened, form)
}

/// Registers what [`foresee`] showed, and nothing else.
pub fn register(
    connection: &mut AnyConnection,
    act: &Act,
    kind: Kind,
    code: &str,
    form: &SuccessionForm,
) -> Result<(), Failure> {
    let opened = open(connection, code)?;
    let own = &opened.listed.organisation;
    let version = lock(connection, own, form.version)?;
    let outlook = outlook(connection, act, kind, &opened, form)?;
    if outlook.fingerprint() != form.seen {
        return Err(Refusal::NotAsShown.into());
    }
    let passing = outlook.handovers.iter().flat_map(|Handover { from, to, grants }| {
        grants.iter().map(|going| (going.held.grant, from.id, to.id))
    });
    let passing = passing.collect();
    let succession = succession(act, Id::new(), kind, outlook.grounds);
    transfer(connection, act, &succession, passing, &opened.register, (own.id, version))?;
    // A merger has one successor.
    match outlook.handovers.first() {
        Some(Handover { to, .. }) if kind == Kind::Merger => {
            let predecessors: Vec<&Organisation> = outlook.handovers.iter().map(|one| &one.from).collect();
            Ok(onward::verbs::transfer_units(connection, &predecessors, to)?)
        }
        Some(_) | None => Ok(()),
    }
}

/// Three queries, however many and whoever they are.
fn outlook(
    connection: &mut AnyConnection,
    act: &Act,
    kind: Kind,
    opened: &Opened,
    form: &SuccessionForm,
) -> Result<Outlook, Failure> {
    let today = calendar::day(act.now);
    let Opened { register, listed } = opened;
    let authority = act.actor.organisation.id;
    match kind {
        Kind::Merger => {
            let (predecessors, to, grounds) =
                form.parse_merger(listed, register, today).map_err(Failure::Invalid)?;
            let from: Vec<&Organisation> = predecessors.iter().map(|one| &one.organisation).collect();
            let mut going = Vec::new();
            for (own, held) in held_by(connection, authority, &from)? {
                if held.is_empty() {
                    let is_listed = own.id == listed.organisation.id;
                    return Err(nothing_held(if is_listed { "successor" } else { "others" }, own));
                }
                going.extend(held.into_iter().map(|held| (held, own, &to.organisation)));
            }
            Ok(Outlook { grounds, handovers: handovers(connection, going)?, staying: Vec::new() })
        }
        Kind::Split => {
            let own = &listed.organisation;
            let held: Vec<Held> =
                held_by(connection, authority, &[own])?.into_iter().flat_map(|(_, held)| held).collect();
            if held.is_empty() {
                return Err(nothing_held("", own));
            }
            let (to, grounds) = form.parse_split(own, &held, register, today).map_err(Failure::Invalid)?;
            let to: BTreeMap<String, &Organisation> =
                to.into_iter().map(|(grant, to)| (grant.to_string(), &to.organisation)).collect();
            let (mut going, mut staying) = (Vec::new(), Vec::new());
            for held in held {
                match to.get(&held.grant.to_string()) {
                    Some(to) => going.push((held, own, *to)),
                    None => staying.push(held),
                }
            }
            Ok(Outlook { grounds, handovers: handovers(connection, going)?, staying })
        }
    }
}

/// What each of them holds of what the authority pays: one query.
fn held_by<'a>(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    holders: &[&'a Organisation],
) -> Result<Vec<(&'a Organisation, Vec<Held>)>, DbError> {
    let ids: Vec<Id<Organisation>> = holders.iter().map(|holder| holder.id).collect();
    let held = store::grants_of(connection, authority, &ids)?;
    let of =
        |holder: &Organisation| held.iter().filter(|held| held.holder.0 == holder.code).cloned().collect();
    Ok(holders.iter().map(|holder| (*holder, of(holder))).collect())
}

/// By whom it goes from and to, with what is under way: two queries.
fn handovers(
    connection: &mut AnyConnection,
    going: Vec<(Held, &Organisation, &Organisation)>,
) -> Result<Vec<Handover>, DbError> {
    let ids: Vec<Id<Grant>> = going.iter().map(|(held, _, _)| held.grant).collect();
    let requisitions = case::store::of_grants::<Requisition>(connection, &ids)?;
    let reports = case::store::of_grants::<Report>(connection, &ids)?;
    let mut handovers: Vec<Handover> = Vec::new();
    for (held, from, to) in going {
        let of_requisitions = requisitions.iter().filter(|one| one.grant_id == held.grant);
        let of_report = reports.iter().filter(|one| one.grant_id == held.grant);
        let under_way = of_requisitions
            .filter_map(|one| UnderWay::of_requisition(&held, one))
            .chain(of_report.filter_map(|one| UnderWay::of_report(&held, one)))
            .collect();
        let going = Going { held, under_way };
        match handovers.iter_mut().find(|handover| (handover.from.id, handover.to.id) == (from.id, to.id)) {
            Some(handover) => handover.grants.push(going),
            None => handovers.push(Handover { from: from.clone(), to: to.clone(), grants: vec![going] }),
        }
    }
    Ok(handovers)
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
        registered_by: act.doer(),
        registered_at: act.now,
    }
}

/// All parties are taken, then every grant, each in the order of their ids. `first` is locked already.
fn transfer(
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
        transfer_one(connection, act, succession, *passing, register)?;
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

fn transfer_one(
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
    requisition::verbs::transfer(connection, &successor, id, &reason)
        .map_err(|failure| failure.instead(Refusal::Changed))?;
    report::verbs::transfer(connection, &successor, id, &reason)
        .map_err(|failure| failure.instead(Refusal::Changed))?;
    Ok(onward::verbs::transfer(connection, &successor, id, to, &reason)?)
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

//! What can be done with extensions: they are given.

use super::{Extension, Refusal, check, store};
use crate::{
    grants::grant::{self, Grant},
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, failure},
    },
    people::access::Act,
};
use values::{Id, calendar};

pub type Failure = failure::Failure<Refusal>;

/// Gives one recipient a later day.
pub fn extend(
    connection: &mut AnyConnection,
    act: &Act,
    grant_id: Id<Grant>,
    extension: &Extension,
    seen: Option<usize>,
    passed_is_meant: bool,
) -> Result<(), Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    let given = store::of_grant(connection, grant_id)?;
    if let Some(newest) = given.iter().max_by_key(|given| given.decided_at)
        && seen.is_some_and(|seen| seen < given.len())
    {
        return Err(Refusal::GivenMeanwhile(Box::new(newest.clone())).into());
    }
    check(extension.kind, extension.until, &grant.deadlines, &grant.agreement.terms.deadlines)?;
    if extension.until < calendar::day(act.now) && !passed_is_meant {
        return Err(Refusal::Passed(extension.until).into());
    }
    store::insert(connection, grant_id, extension)?;
    let entry = history::Entry {
        details: extension.told(),
        reason: extension.reason.clone(),
        ..act.entry(Event::ExtensionGranted, extension.kind.label())
    };
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(())
}

//! What a unit does by its link, without an account: it applies, and reports back. Whoever has the link has been let in by the
//! page; here the application is found by its id alone.

use chrono::{DateTime, Utc};

use super::{Failure, append, awards::one, model};
use crate::{
    grants::onward::{
        Distribution,
        application::{Application, Content, Refusal, Report},
        store,
    },
    ground::{
        history::{self, Event, Who},
        infra::{conflict::Saved, db::AnyConnection},
    },
    people::access::Scope,
};
use values::Id;

/// Taken by whoever has the link, with the eyes of the municipality that gave it.
fn taken(connection: &mut AnyConnection, id: Id<Application>) -> Result<(Distribution, i64), Failure> {
    let found = store::find_application(connection, id)?.ok_or(Failure::NotFound)?;
    // The plan first: the grant may be on its way to a successor.
    let version = store::lock(connection, found.plan)?;
    let grant = store::grant_of(connection, found.plan)?.ok_or(Failure::NotFound)?;
    let case = store::case(connection, Scope::Recipient(grant.holder.id), grant.id)?;
    Ok((case.ok_or(Failure::NotFound)?, version))
}

/// Nobody is signed in: it is the contact's word, for the provider.
fn entry(
    application: &Application,
    who: &str,
    at: DateTime<Utc>,
    event: Event,
    details: String,
) -> history::Entry {
    let unit = application.of();
    let who = Who {
        person_id: String::new(),
        person: who.to_owned(),
        organisation: format!("{}, {}", unit.name, unit.provider),
    };
    history::Entry { at, who, event, subject: String::new(), details, reason: String::new() }
}

pub fn apply(
    connection: &mut AnyConnection,
    id: Id<Application>,
    content: Content,
    at: DateTime<Utc>,
) -> Result<(), Failure> {
    let (case, version) = taken(connection, id)?;
    let contact = content.contact.to_string();
    let after = one(&case, id)?.clone().apply(model(&case)?, &case.grant.holder.name, content, at)?;
    store::update_application(connection, &after, &Saved { by: contact.clone(), at })??;
    let details = after.received().map(|received| received.amount.to_string()).unwrap_or_default();
    Ok(append(connection, &case, version, entry(&after, &contact, at, Event::OnwardApplied, details))?)
}

pub fn report(
    connection: &mut AnyConnection,
    id: Id<Application>,
    revision: i64,
    report: Report,
) -> Result<(), Failure> {
    let (case, version) = taken(connection, id)?;
    let found = one(&case, id)?;
    let (by, at, used) = (report.by.to_string(), report.at, report.used);
    let after = found.clone().report(report)?;
    if found.revision != revision || used > case.balance(found).has() {
        return Err(Refusal::Changed.into());
    }
    store::update_application(connection, &after, &Saved { by: by.clone(), at })??;
    let details = format!("använt {used}");
    Ok(append(connection, &case, version, entry(&after, &by, at, Event::OnwardReported, details))?)
}

//! What can be done with a further report. Signing it and sending it back are one transaction and one history line each;
//! adding and removing files before that is a draft, and not yet anybody's word.

use super::{Dossier, MOST_FILES, OwedReport, Refusal, Status, store};
use crate::{
    grants::{
        case::{self, Case as _, store::Attachment},
        grant::{self, Grant},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
            upload::ReceivedFile,
        },
    },
    people::access::{Act, Role},
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;
pub type Target = case::verbs::Target<OwedReport>;

/// Which of a grant's further reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwedKey {
    pub grant: Id<Grant>,
    pub key: String,
}

/// The report that a file is added to or removed from, with its grant held for this transaction.
fn hold(connection: &mut AnyConnection, act: &Act, which: &OwedKey) -> Result<Dossier, Failure> {
    // Another's grant is not even held.
    if store::owed_by(connection, act.scope, which.grant, &which.key)?.is_none() {
        return Err(Failure::NotFound);
    }
    grant::store::hold(connection, which.grant)?;
    let case = store::owed_by(connection, act.scope, which.grant, &which.key)?.ok_or(Failure::NotFound)?;
    match &case.report {
        Some(report) if !report.is_editable() => Err(report.not_now().into()),
        Some(_) | None => Ok(case),
    }
}

/// Adds a file to what will be handed in; the first begins the report.
pub fn add_file(
    connection: &mut AnyConnection,
    act: &Act,
    which: &OwedKey,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let case = hold(connection, act, which)?;
    let report = if let Some(report) = case.report { report } else { begin(connection, act, which)? };
    let files = case::store::attachments_of(connection, report.id)?;
    if files.len() >= MOST_FILES {
        return Err(Refusal::TooManyFiles.into());
    }
    case::store::has_room(connection, which.grant, file)?.map_err(Refusal::from)?;
    case::store::insert_attachment(connection, report.id, file, &act.doer(), act.now)?;
    // What a signatory sees elsewhere is no longer what would be signed.
    case::store::update(connection, &report)??;
    Ok(())
}

fn begin(connection: &mut AnyConnection, act: &Act, which: &OwedKey) -> Result<OwedReport, DbError> {
    let report = OwedReport {
        id: Id::new(),
        grant_id: which.grant,
        key: which.key.clone(),
        status: Status::Draft { answers: None },
        revision: 1,
    };
    case::store::insert(connection, &report, Some(act.actor.person.id), act.now)?;
    Ok(report)
}

/// Away with a file that is not handed in. One that is away already is no fault.
pub fn remove_file(
    connection: &mut AnyConnection,
    act: &Act,
    which: &OwedKey,
    file: Id<Attachment>,
) -> Result<(), Failure> {
    let Some(report) = hold(connection, act, which)?.report else { return Ok(()) };
    if report.handed_in().contains(&file) {
        return Err(Refusal::HandedIn.into());
    }
    if case::store::remove_attachment(connection, report.id, file)? {
        case::store::update(connection, &report)??;
    }
    Ok(())
}

/// The signatory signs in the portal and hands in. Who it is was confirmed just before.
pub fn sign(
    connection: &mut AnyConnection,
    act: &Act,
    which: &OwedKey,
    revision: i64,
) -> Result<(), Failure> {
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    if store::owed_by(connection, act.scope, which.grant, &which.key)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, which.grant)?;
    let case = store::owed_by(connection, act.scope, which.grant, &which.key)?.ok_or(Failure::NotFound)?;
    let report = case.report.clone().ok_or(Refusal::NothingToHandIn)?;
    let before = report.handed_in().len();
    let files = case::store::attachments_of(connection, report.id)?;
    let files = files.into_iter().map(|file| file.id).collect::<Vec<_>>();
    let added = files.len().saturating_sub(before);
    let after = report.submit(act.doer(), act.now, case.grant.holder.formal_name.clone(), files)?;
    let is_completion = case.report.as_ref().is_some_and(|report| report.returned().is_some());
    let late = if !is_completion && case.asked.due.passed(act.now) { ", efter sista dagen" } else { "" };
    let count = if added == 1 { "1 fil".to_owned() } else { format!("{added} filer") };
    let details = format!("{} till {}, {count}{late}", case.asked.name, case.addressee);
    let entry = history::Entry { details, ..act.entry(Event::FurtherReportSigned, case.number()) };
    write(connection, &case, revision, &after, version, entry)
}

/// The addressee says what is missing.
pub fn request_completion(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
) -> Result<(), Failure> {
    let addressee = act.actor.organisation.id;
    let seen = store::addressed_to(connection, addressee, target.id)?.ok_or(Failure::NotFound)?;
    let version = grant::store::lock(connection, seen.grant.id)?;
    let case = store::addressed_to(connection, addressee, target.id)?.ok_or(Failure::NotFound)?;
    let report = case.report.clone().ok_or(Failure::NotFound)?;
    let after = report.request_completion(act.doer(), act.now, message.to_owned())?;
    let entry = history::Entry {
        details: case.asked.name.clone(),
        reason: message.to_owned(),
        ..act.entry(Event::FurtherReportReturned, case.number())
    };
    write(connection, &case, target.revision, &after, version, entry)
}

/// Writes over the page's revision, and adds the history line.
fn write(
    connection: &mut AnyConnection,
    case: &Dossier,
    revision: i64,
    after: &OwedReport,
    version: i64,
    entry: history::Entry,
) -> Result<(), Failure> {
    // After the transition, whose refusal says more.
    if after.revision != revision {
        return Err(Refusal::Changed.into());
    }
    case::store::update(connection, after)??;
    history::store::append(connection, &case.grant.id.to_string(), version, entry)?;
    Ok(())
}

//! What can be done with a request for accounts. Each verb is one transaction and one history line, but for adding and
//! removing files before they are handed in: that is a draft, and not yet anybody's word.

use chrono::NaiveDate;

use super::{AccountRequest, MOST_FILES, Refusal, Status, form::Asked, may_ask, number_of, store};
use crate::{
    grants::{
        case::{
            self, Case as _,
            store::Attachment,
            verbs::{line, lock, same_revision},
        },
        grant::{self, Grant},
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, failure, upload::ReceivedFile},
    },
    people::access::Act,
};
use values::{
    Id,
    calendar::{self, Deadline, long_date},
};

pub type Failure = failure::Failure<Refusal>;
pub type Target = case::verbs::Target<AccountRequest>;

/// Whoever has the right asks.
pub fn ask(
    connection: &mut AnyConnection,
    act: &Act,
    grant_id: Id<Grant>,
    id: Id<AccountRequest>,
    asked: &Asked,
) -> Result<(), Failure> {
    let seen = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if !may_ask(&act.actor, &seen) {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    let request = AccountRequest {
        id,
        grant_id,
        number: case::store::next_number::<AccountRequest>(connection, grant_id)?,
        asks_for: asked.asks_for.clone(),
        due: not_passed(asked.due, act)?,
        asked_by: act.doer(),
        asked_at: act.now,
        status: Status::Open { more: None },
        revision: 1,
        asker: Some(act.actor.organisation.id).filter(|asker| *asker != grant.agreement.authority.id),
    };
    let before: Vec<AccountRequest> = case::store::of_grant(connection, grant_id)?;
    let known = before.iter().find(|known| known.asks_the_same_as(&request));
    if let Some(known) = known.filter(|_| !asked.is_another) {
        return Err(Refusal::Alike(known.alike(&grant)).into());
    }
    case::store::insert(connection, &request, None, act.now)?;
    let entry = history::Entry {
        details: format!("senast {}", long_date(asked.due)),
        reason: asked.asks_for.clone(),
        ..act.entry(Event::AccountsRequested, number_of(&grant, &request))
    };
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(())
}

fn not_passed(due: NaiveDate, act: &Act) -> Result<Deadline, Refusal> {
    let today = calendar::day(act.now);
    if due < today { Err(Refusal::DayHasPassed(today)) } else { Ok(Deadline(due)) }
}

/// The request that a file is added to or removed from, taken for this transaction.
fn take_open(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<AccountRequest>,
) -> Result<AccountRequest, Failure> {
    if case::store::find(connection, act.scope, id)?.is_none() {
        return Err(Failure::NotFound);
    }
    case::store::touch(connection, id)?;
    let request = case::store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    if request.is_editable() { Ok(request) } else { Err(request.status.not_now().into()) }
}

/// Adds a file to what will be handed in.
pub fn add_file(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<AccountRequest>,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let request = take_open(connection, act, id)?;
    let files = case::store::attachments_of(connection, id)?;
    if files.len() >= MOST_FILES {
        return Err(Refusal::TooManyFiles.into());
    }
    case::store::has_room(connection, request.grant_id, file)?.map_err(Refusal::from)?;
    case::store::insert_attachment(connection, id, file, &act.doer(), act.now)?;
    Ok(())
}

/// Away with a file that is not handed in. One that is away already is no fault.
pub fn remove_file(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<AccountRequest>,
    file: Id<Attachment>,
) -> Result<(), Failure> {
    let request = take_open(connection, act, id)?;
    if request.handed_in().contains(&file) {
        return Err(Refusal::HandedIn.into());
    }
    case::store::remove_attachment(connection, id, file)?;
    Ok(())
}

/// The recipient hands in the files and the message.
pub fn answer(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
) -> Result<(), Failure> {
    write(connection, act, target, Event::AccountsAnswered, |connection, request| {
        let before = request.handed_in().len();
        let files = case::store::attachments_of(connection, request.id)?;
        let files = files.into_iter().map(|file| file.id).collect::<Vec<_>>();
        let added = files.len().saturating_sub(before);
        let after = request.answer(act.doer(), act.now, message.to_owned(), files)?;
        let late = if after.is_late(act.now) { ", efter sista dagen" } else { "" };
        let details = match added {
            1 => format!("1 fil{late}"),
            count => format!("{count} filer{late}"),
        };
        Ok(Written { after, details, reason: message.to_owned() })
    })
}

/// Nobody else's request is closed or added to.
fn is_own(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, target.id)?.ok_or(Failure::NotFound)?;
    if case.is_for(&act.actor) { Ok(()) } else { Err(Failure::NotFound) }
}

/// Whoever asked has what it needs.
pub fn close(connection: &mut AnyConnection, act: &Act, target: Target, remark: &str) -> Result<(), Failure> {
    is_own(connection, act, target)?;
    write(connection, act, target, Event::AccountsClosed, |_, request| {
        let after = request.close(act.doer(), act.now, remark.to_owned())?;
        Ok(Written { after, details: String::new(), reason: remark.to_owned() })
    })
}

/// Whoever asked wants more, by another day.
pub fn ask_for_more(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    due: NaiveDate,
) -> Result<(), Failure> {
    is_own(connection, act, target)?;
    write(connection, act, target, Event::AccountsRequested, |_, request| {
        let after = request.ask_for_more(act.doer(), act.now, message.to_owned(), due)?;
        not_passed(due, act)?;
        let details = format!("komplettering, senast {}", long_date(due));
        Ok(Written { after, details, reason: message.to_owned() })
    })
}

/// What a transition came to, and what the history says of it.
struct Written {
    after: AccountRequest,
    details: String,
    reason: String,
}

/// Locks the grant, reads, decides, writes over the page's revision, and adds the history line.
fn write(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    transition: impl FnOnce(&mut AnyConnection, AccountRequest) -> Result<Written, Failure>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let written = transition(connection, locked.case.clone())?;
    same_revision(&locked.case, target)?;
    let entry = history::Entry {
        details: written.details,
        reason: written.reason,
        ..line(act, event, &locked.grant, &written.after)
    };
    case::verbs::write(connection, act, &locked, &written.after, entry)
}

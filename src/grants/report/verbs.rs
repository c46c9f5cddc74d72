//! What can be done with a report: each verb one transaction, one history line.

mod attachments;
mod deciding;
mod preparing;
mod signing;

pub use attachments::{attach, detach};
pub use deciding::{approve, assign, correct, give_up_correction, send_back};
pub use preparing::{is_unchanged, issue, pass_on, take_back};
pub use signing::{arrive, certify, scan, sign};

use thiserror::Error;

use super::{
    Refusal, Report, Status,
    form::{FormFacts, PostFacts, ReportForm},
    number_of, store,
};
use crate::{
    grants::{
        filing::{self, Act},
        grant::{self, Account, Grant},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            error::AppError,
            form::FieldErrors,
        },
    },
    people::recipient::Kind,
};
use values::Id;

/// Which report, and as it was when the page was made.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: Id<Report>,
    pub revision: i64,
}

#[derive(Debug, Error)]
pub enum Failure {
    #[error("not found")]
    NotFound,
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Fields to be mended, or warnings that nobody has confirmed.
    #[error("the form is not complete")]
    Invalid(FieldErrors),
    #[error("the warnings are not confirmed")]
    Unconfirmed,
    #[error(transparent)]
    Db(#[from] DbError),
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NotFound => Self::NotFound,
            Failure::Refused(refusal) => Self::Conflict(refusal.to_string()),
            Failure::Invalid(_) => Self::Conflict(
                "Uppgifterna i redovisningen är inte längre fullständiga. Öppna formuläret och rätta dem."
                    .to_owned(),
            ),
            Failure::Unconfirmed => {
                Self::Conflict("Bekräfta att du har kontrollerat varningarna.".to_owned())
            }
            Failure::Db(error) => error.into(),
        }
    }
}

/// What the form is held against: everything that has been paid out.
pub fn form_facts(grant: &Grant) -> FormFacts {
    let of = |post: &str, account| grant.ledger.of(post, account);
    let terms = &grant.agreement.terms;
    FormFacts {
        instrument: grant.agreement.terms.instrument,
        organisation_number: grant.holder.organisation_number,
        period: grant.agreement.terms.period,
        granted: grant.ledger.total(Account::Allocated),
        posts: grant
            .posts()
            .filter(|post| !of(&post.key, Account::PaidOut).is_zero())
            .map(|post| PostFacts {
                key: post.key.clone(),
                name: post.name.clone(),
                received: of(&post.key, Account::PaidOut),
                parts: terms.parts_of(&post.key).cloned().collect(),
            })
            .collect(),
        asks_survey: terms.survey.is_some() && grant.recipient.kind == Kind::Municipality,
        asks_for_items: terms.forms.asks_for_items(),
        questions: terms.questions_to(grant.ledger.shares()).cloned().collect(),
    }
}

/// Begins the grant's report with everything that is known filled in, or gives the one that there is: posted twice, it is
/// begun once.
pub fn start(connection: &mut AnyConnection, act: &Act, grant_id: Id<Grant>) -> Result<Id<Report>, Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if store::of_grant(connection, grant_id)?.is_some() {
        // Rolls the lock back: nothing has changed.
        return Err(Refusal::Changed.into());
    }
    let facts = form_facts(&grant);
    if facts.posts.is_empty() {
        return Err(Refusal::NotPaidYet.into());
    }
    let last =
        crate::grants::requisition::store::last_received(connection, act.scope, grant.holder.id, None)?;
    let head = last.as_ref().map(|(_, content)| &content.head);
    let mut draft = ReportForm::prefilled(&facts, &grant.agreement.diarienummer, head);
    if filing::store::contact_who_left(connection, grant.holder.id, &draft.head)?.is_some() {
        draft.head = draft.head.without_contact();
    }
    let report = Report {
        id: Id::new(),
        grant_id,
        status: Status::Draft { answers: None, certificate: None },
        correction: None,
        draft,
        version: 0,
        revision: 1,
        officer: None,
    };
    store::insert(connection, &report, act.actor.person.id, act.now)?;
    let entry = act.entry(Event::ReportStarted, number_of(&grant));
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(report.id)
}

/// The report as it stands, with the grant locked for this transaction.
struct Locked {
    grant: Grant,
    grant_version: i64,
    report: Report,
}

fn lock(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Locked, Failure> {
    let seen = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant_version = grant::store::lock(connection, seen.grant_id)?;
    let report = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant = grant::store::find(connection, act.scope, report.grant_id)?.ok_or(Failure::NotFound)?;
    Ok(Locked { grant, grant_version, report })
}

/// Writes a report's new state, moves its costs in the ledger, and adds the history line.
fn write(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    after: &Report,
    entry: history::Entry,
) -> Result<(), Failure> {
    post_movements(connection, act, locked, after)?;
    store::update(connection, after)??;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

/// The ledger follows from the states: what the report that came in last says, and what the approved one says.
fn post_movements(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    after: &Report,
) -> Result<(), DbError> {
    let before = &locked.report;
    let subject = after.id.to_string();
    for post in &locked.grant.agreement.terms.posts {
        let key = post.key.as_str();
        let reported = grant::movement(key, Account::Reported, before.reported(key), after.reported(key));
        let costs = grant::movement(key, Account::Costs, before.costs(key), after.costs(key));
        for entry in reported.iter().chain(&costs) {
            grant::store::post_entry(connection, locked.grant.id, entry, Some(&subject), act.now)?;
        }
    }
    Ok(())
}

/// The revision a page was made from must be the one that is changed. After the transition, whose refusal says more.
fn same_revision(report: &Report, target: Target) -> Result<(), Refusal> {
    if report.revision == target.revision { Ok(()) } else { Err(Refusal::Changed) }
}

/// A verb that needs nothing but the report itself.
fn simply(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    reason: &str,
    transition: impl FnOnce(Report) -> Result<Report, Refusal>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = transition(locked.report.clone())?;
    same_revision(&locked.report, target)?;
    let entry = history::Entry { reason: reason.to_owned(), ..act.entry(event, number_of(&locked.grant)) };
    write(connection, act, &locked, &after, entry)
}

//! What can be done with a requisition: each verb one transaction, one history line.

mod deciding;
mod preparing;
mod submitting;

pub use deciding::{approve, assign, refuse, send_back};
pub use preparing::{discard, issue, pass_on, take_back, take_back_above};
pub use submitting::{arrive, register_paper, scan, sign, withdraw};

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::{
    Content, Facts, Refusal, Requisition, Status, case_number,
    form::{FormFacts, PostFacts, RequisitionForm},
    store,
};
use crate::{
    agreement::Post,
    filing::{self, Act},
    grant::{self, Account, Grant},
    history::{self, Event},
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        error::AppError,
        form::FieldErrors,
    },
    money::Money,
};

/// Which requisition, and as it was when the page was made.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    pub id: Id<Requisition>,
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
                "Uppgifterna i rekvisitionen är inte längre fullständiga. Öppna formuläret och rätta dem."
                    .to_owned(),
            ),
            Failure::Unconfirmed => {
                Self::Conflict("Bekräfta att du har kontrollerat det som portalen frågar om.".to_owned())
            }
            Failure::Db(error) => error.into(),
        }
    }
}

/// The line that the history gets about this requisition.
fn line(act: &Act, event: Event, grant: &Grant, requisition: &Requisition) -> history::Entry {
    act.entry(event, number_of(grant, requisition))
}

pub fn number_of(grant: &Grant, requisition: &Requisition) -> String {
    case_number(&grant.agreement.terms.code, &grant.recipient.code, requisition.number)
}

/// What the form is held against; `this` requisition may claim something already. When the right has lapsed a completion
/// can ask for no more than that; one that never came in is refused as it is.
pub fn form_facts(
    grant: &Grant,
    form: &str,
    this: Option<&Requisition>,
    last: Option<&Content>,
    now: DateTime<Utc>,
) -> FormFacts {
    let before = |post: &str| this.map_or(Money::ZERO, |requisition| requisition.claim_on(post));
    let is_claimed = this.is_some_and(|requisition| !requisition.claim().is_zero());
    let is_late_completion = grant.right_has_lapsed(form, now) && is_claimed;
    let available = |post: &str| match is_late_completion {
        true => before(post),
        false => grant.ledger.available_to(post, before(post)),
    };
    let of_form = grant.posts_of_form(form).map(|post| PostFacts {
        key: post.key.clone(),
        name: post.name.clone(),
        available: available(&post.key),
    });
    FormFacts {
        organisation_number: grant.holder.organisation_number,
        period: grant.agreement.terms.period,
        posts: of_form.collect(),
        last_account: last.map(|content| content.account),
        right_can_lapse: grant.deadlines_of(form).right_can_lapse(),
        instrument: grant.agreement.terms.instrument,
    }
}

/// The post that must be requisitioned before those on this form and is not.
pub fn missing_before<'a>(grant: &'a Grant, form: &str) -> Option<&'a Post> {
    let terms = &grant.agreement.terms;
    let of_form = terms.posts.iter().find(|post| post.form() == form)?;
    let first = terms.post(&of_form.opens_after)?;
    grant.ledger.of(&first.key, Account::Requisitioned).is_zero().then_some(first)
}

fn facts(grant: &Grant, form: &str, at: DateTime<Utc>) -> Facts {
    Facts {
        deadline: grant.requisition_deadline(form),
        right_has_lapsed: grant.right_has_lapsed(form, at),
        opens_after_missing: missing_before(grant, form).map(|first| first.name.clone()),
    }
}

/// Begins a requisition with everything that is known filled in. The id comes from the page: posted twice, it is begun
/// once.
pub fn start(
    connection: &mut AnyConnection,
    act: &Act,
    grant_id: Id<Grant>,
    form: &str,
    id: Id<Requisition>,
) -> Result<Id<Requisition>, Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if store::exists(connection, id)? {
        // Rolls the lock back: nothing has changed.
        return match store::find(connection, act.scope, id)? {
            Some(_) => Err(Failure::Refused(Refusal::Changed)),
            None => Err(Failure::NotFound),
        };
    }
    if grant.posts_of_form(form).next().is_none() {
        return Err(Failure::NotFound);
    }
    let facts = facts(&grant, form, act.now);
    if facts.right_has_lapsed {
        return Err(Refusal::TooLate(facts.deadline).into());
    }
    if let Some(first) = facts.opens_after_missing {
        return Err(Refusal::NotOpenYet(first).into());
    }
    if grant.left_on(form).is_zero() {
        return Err(Refusal::NothingLeft.into());
    }
    let last = store::last_received(connection, act.scope, grant.holder.id, None)?;
    let last = last.as_ref().map(|(_, content)| content);
    let form_facts = form_facts(&grant, form, None, last, act.now);
    let mut draft = RequisitionForm::prefilled(&form_facts, &grant.agreement.diarienummer, last);
    if filing::store::contact_who_left(connection, grant.holder.id, &draft.head)?.is_some() {
        draft.head = draft.head.without_contact();
    }
    let requisition = Requisition {
        id,
        grant_id,
        number: store::next_number(connection, grant_id)?,
        form: form.to_owned(),
        status: Status::Draft,
        draft,
        version: 0,
        revision: 1,
        officer: None,
    };
    store::insert(connection, &requisition, act.actor.person.id, act.now)?;
    let entry = line(act, Event::RequisitionStarted, &grant, &requisition);
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(id)
}

/// The requisition as it stands, with the grant locked for this transaction.
struct Locked {
    grant: Grant,
    grant_version: i64,
    requisition: Requisition,
}

fn lock(connection: &mut AnyConnection, act: &Act, id: Id<Requisition>) -> Result<Locked, Failure> {
    let seen = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant_version = grant::store::lock(connection, seen.grant_id)?;
    let requisition = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    let grant = grant::store::find(connection, act.scope, requisition.grant_id)?.ok_or(Failure::NotFound)?;
    Ok(Locked { grant, grant_version, requisition })
}

/// Writes a requisition's new state, moves its claim in the ledger, and adds the history line.
fn write(
    connection: &mut AnyConnection,
    act: &Act,
    locked: &Locked,
    after: &Requisition,
    entry: history::Entry,
) -> Result<(), Failure> {
    let before = &locked.requisition;
    post_movements(connection, act, &locked.grant, before, after)?;
    store::update(connection, after)??;
    history::store::append(connection, &before.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

/// The ledger follows from the states: what the requisition claims and what of it is approved.
fn post_movements(
    connection: &mut AnyConnection,
    act: &Act,
    grant: &Grant,
    before: &Requisition,
    after: &Requisition,
) -> Result<(), Failure> {
    let subject = after.id.to_string();
    for post in grant.posts_of_form(&after.form) {
        let key = post.key.as_str();
        let claim =
            grant.ledger.claim(key, before.claim_on(key), after.claim_on(key)).map_err(Refusal::from)?;
        let approval =
            grant::movement(key, Account::Approved, before.approved_on(key), after.approved_on(key));
        for entry in claim.iter().chain(&approval) {
            grant::store::post_entry(connection, grant.id, entry, Some(&subject), act.now)?;
        }
    }
    Ok(())
}

/// The revision a page was made from must be the one that is changed. After the transition, whose refusal says more.
fn same_revision(requisition: &Requisition, target: Target) -> Result<(), Refusal> {
    if requisition.revision == target.revision { Ok(()) } else { Err(Refusal::Changed) }
}

/// A verb that needs nothing but the requisition itself.
fn simply(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    reason: &str,
    transition: impl FnOnce(Requisition) -> Result<Requisition, Refusal>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = transition(locked.requisition.clone())?;
    same_revision(&locked.requisition, target)?;
    let entry = history::Entry { reason: reason.to_owned(), ..line(act, event, &locked.grant, &after) };
    write(connection, act, &locked, &after, entry)
}

//! What can be done with a requisition: each verb one transaction, one history line.

mod deciding;
mod preparing;
mod submitting;

pub use deciding::{approve, refuse, request_completion};
pub use preparing::{discard, issue, recall, recall_above, transfer};
pub use submitting::{arrive, register_paper, scan, sign, withdraw};

use chrono::{DateTime, Utc};

use super::{
    Facts, Refusal, Requisition, Status, case_number,
    form::{Beside, FormFacts, Late, PostFacts, RequisitionForm},
    store,
};
use crate::{
    grants::{
        case::{self, verbs::line},
        grant::{self, Account, Grant},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::access::{Act, Scope},
    terms::agreement::Post,
};
use values::{Id, Money, calendar};

pub type Failure = failure::Failure<Refusal>;
pub type Target = case::verbs::Target<Requisition>;
type Locked = case::verbs::Locked<Requisition>;

/// So many drafts on one form of a grant.
const MOST_DRAFTS: usize = 3;

pub fn number_of(grant: &Grant, requisition: &Requisition) -> String {
    case_number(&grant.agreement.terms.code, &grant.recipient.code, requisition.number)
}

/// What the form is held against; `this` requisition may claim something already. When the right has lapsed a completion
/// can ask for no more than that; one that never came in is refused as it is.
pub fn form_facts(
    grant: &Grant,
    form: &str,
    this: Option<&Requisition>,
    beside: &Beside,
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
        last_accounts: beside.contents().map(|content| content.account).collect(),
        right_can_lapse: grant.deadlines_of(form).right_can_lapse(),
        instrument: grant.agreement.terms.instrument,
        waiting: beside.waiting.clone(),
        is_reported: beside.is_reported,
        late: late(grant, form, this, now),
        returned: beside.own.clone().filter(|_| this.is_some_and(|this| this.returned().is_some())),
    }
}

/// That the last day has passed, where a late requisition is received all the same. One that came in before is completed.
fn late(grant: &Grant, form: &str, this: Option<&Requisition>, now: DateTime<Utc>) -> Option<Late> {
    let came_in = this.is_some_and(|requisition| requisition.received().is_some());
    let last = grant.requisition_deadline(form);
    let period_to = grant.agreement.terms.period.to;
    (!came_in && last.passed(now) && !grant.right_has_lapsed(form, now))
        .then(|| Late { last, period_to: (calendar::day(now) > period_to).then_some(period_to) })
}

/// What the recipient has beside this form, for these eyes.
pub fn beside(
    connection: &mut AnyConnection,
    scope: Scope,
    grant: &Grant,
    form: &str,
    this: Option<&Requisition>,
) -> Result<Beside, DbError> {
    let last = store::last_received(connection, scope, grant.holder.id, this)?;
    let own = match this {
        Some(this) => store::received_edition(connection, this)?.map(|edition| edition.content),
        None => None,
    };
    let waiting = store::awaiting(connection, &[grant.id])?.into_iter();
    let others =
        waiting.filter(|(other, _)| other.form == form && this.is_none_or(|this| this.id != other.id));
    Ok(Beside {
        last: last.map(|(_, content)| content),
        own,
        waiting: others
            .map(|(other, content)| (number_of(grant, &other), content.amount - other.claim()))
            .collect(),
        is_reported: store::is_reported(connection, grant.id)?,
    })
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

/// Begins a requisition with everything that is known filled in.
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
    nothing_waits_for_all(connection, &grant, form)?;
    drafts_have_room(connection, &grant, form)?;
    let beside = beside(connection, act.scope, &grant, form, None)?;
    let form_facts = form_facts(&grant, form, None, &beside, act.now);
    let last = beside.last.as_ref();
    let mut draft = RequisitionForm::prefilled(&form_facts, &grant.agreement.diarienummer, last);
    if case::store::contact_who_left(connection, grant.holder.id, &draft.head)?.is_some() {
        draft.head = draft.head.without_contact();
    }
    let requisition = Requisition {
        id,
        grant_id,
        number: case::store::next_number::<Requisition>(connection, grant_id)?,
        form: form.to_owned(),
        status: Status::Draft,
        draft,
        version: 0,
        revision: 1,
        officer: None,
    };
    case::store::insert(connection, &requisition, Some(act.actor.person.id), act.now)?;
    let entry = line(act, Event::RequisitionStarted, &grant, &requisition);
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(id)
}

/// Where what waits for a signature asks for all that is left, it is signed or taken back: there is nothing to begin.
fn nothing_waits_for_all(connection: &mut AnyConnection, grant: &Grant, form: &str) -> Result<(), Failure> {
    let mut waiting = store::awaiting(connection, &[grant.id])?;
    waiting.retain(|(requisition, _)| requisition.form == form);
    let asked: Money =
        waiting.iter().map(|(requisition, content)| content.amount - requisition.claim()).sum();
    match waiting.first() {
        Some((first, _)) if asked >= grant.left_on(form) => {
            Err(Refusal::AllWaits { id: first.id, number: number_of(grant, first) }.into())
        }
        Some(_) | None => Ok(()),
    }
}

/// A few drafts on one form are enough. The grant is locked, so they are counted right.
fn drafts_have_room(connection: &mut AnyConnection, grant: &Grant, form: &str) -> Result<(), Failure> {
    let all = case::store::of_grant::<Requisition>(connection, grant.id)?;
    let is_draft = |it: &&Requisition| it.form == form && matches!(it.status, Status::Draft);
    let drafts: Vec<String> = all.iter().filter(is_draft).map(|draft| number_of(grant, draft)).collect();
    if drafts.len() >= MOST_DRAFTS {
        return Err(Refusal::TooManyDrafts(drafts.join(", ")).into());
    }
    Ok(())
}

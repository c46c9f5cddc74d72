//! What can be done with a requisition: each verb one transaction, one history line.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use super::{
    Content, Facts, Issue, Refusal, Requisition, Status, case_number,
    form::{FormFacts, PostFacts, RequisitionForm, warnings},
    store,
};
use crate::{
    access::{Person, Role},
    agreement::Post,
    calendar,
    filing::{self, Act, FieldRemark, Signature, arrival, head::field_label},
    grant::{self, Account, Grant},
    history::{self, Event},
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        error::AppError,
        form::FieldErrors,
        upload::ReceivedFile,
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
    let is_late_completion = grant.right_has_lapsed(now) && is_claimed;
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
        right_can_lapse: grant.deadlines.right_can_lapse(),
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
        deadline: grant.requisition_deadline(),
        right_has_lapsed: grant.right_has_lapsed(at),
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
    let requisition = Requisition {
        id,
        grant_id,
        number: store::next_number(connection, grant_id)?,
        form: form.to_owned(),
        status: Status::Draft,
        draft: RequisitionForm::prefilled(&form_facts, &grant.agreement.diarienummer, last),
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

/// Fixes the draft for signature.
pub fn issue(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    confirmed: bool,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let requisition = &locked.requisition;
    let last = store::last_received(connection, act.scope, locked.grant.holder.id, Some(requisition))?;
    let last = last.as_ref().map(|(_, content)| content);
    let form_facts = form_facts(&locked.grant, &requisition.form, Some(requisition), last, act.now);
    let after = requisition.clone().issue()?;
    same_revision(requisition, target)?;
    if requisition.has_lapsed(locked.grant.right_has_lapsed(act.now)) {
        return Err(Refusal::TooLate(locked.grant.requisition_deadline()).into());
    }
    let content = requisition.draft.parse(&form_facts).map_err(Failure::Invalid)?;
    let warnings = confirmed_warnings(&content, &form_facts, confirmed)?;
    let issue = Issue::new(
        &number_of(&locked.grant, &after),
        &locked.grant.holder,
        after.version,
        content,
        warnings,
        act.by(),
        act.now,
    );
    let entry = history::Entry {
        details: format!("version {}, {}", issue.version, issue.content.amount),
        ..line(act, Event::RequisitionIssued, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)?;
    store::insert_issue(connection, after.id, &issue)?;
    Ok(())
}

fn confirmed_warnings(
    content: &Content,
    facts: &FormFacts,
    confirmed: bool,
) -> Result<Vec<FieldRemark>, Failure> {
    let warnings = warnings(content, facts).list;
    if !warnings.is_empty() && !confirmed {
        return Err(Failure::Unconfirmed);
    }
    Ok(warnings
        .into_iter()
        .map(|warning| FieldRemark { field: warning.field.into_owned(), text: warning.message })
        .collect())
}

pub fn take_back(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    simply(connection, act, target, Event::RequisitionTakenBack, "", Requisition::take_back)
}

/// The grant has just passed to a successor, in this transaction. What waits for a signature is taken back, so that nobody signs a form with the
/// predecessor's name on it, and whoever has a form open cannot save it any more. What came in stays as it was. `act` has
/// the successor's eyes.
pub fn pass_on(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
    reason: &str,
) -> Result<(), Failure> {
    for requisition in store::of_grant(connection, grant)? {
        let target = Target { id: requisition.id, revision: requisition.revision };
        match requisition.status {
            Status::AwaitingSignature { .. } => {
                let event = Event::RequisitionTakenBack;
                simply(connection, act, target, event, reason, Requisition::take_back)?;
            }
            Status::Draft | Status::Returned(_) => store::update(connection, &requisition)??,
            Status::Submitted { .. }
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => {}
        }
    }
    Ok(())
}

pub fn discard(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let by = act.by();
    simply(connection, act, target, Event::RequisitionDiscarded, "", |requisition| {
        requisition.discard(by, act.now)
    })
}

/// The signatory signs in the portal. Who it is was confirmed just before.
pub fn sign(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    let signature = Signature::Portal { by: act.by() };
    submit(connection, act, target, Event::RequisitionSigned, act.now, |_, _| Ok(signature))
}

/// The signed paper, scanned.
pub fn scan(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let by = act.by();
    submit(connection, act, target, Event::RequisitionScanned, act.now, |connection, requisition| {
        let attachment = filing::store::insert_attachment(connection, requisition.id, file, &by, act.now)?;
        Ok(Signature::Scan { attachment, uploaded_by: by })
    })
}

/// The authority has the signed original.
pub fn arrive(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    day: NaiveDate,
) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, target.id)?.ok_or(Failure::NotFound)?;
    let issued = case.issue.as_ref().map_or(act.now, |issue| issue.issued_at);
    let at = arrival(day, calendar::day(issued), act.now).map_err(Refusal::from)?.max(issued);
    let signature = Signature::Original { arrived: day, registered_by: act.by() };
    submit(connection, act, target, Event::RequisitionArrived, at, |_, _| Ok(signature))
}

fn submit(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    event: Event,
    at: DateTime<Utc>,
    signature: impl FnOnce(&mut AnyConnection, &Requisition) -> Result<Signature, DbError>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let requisition = &locked.requisition;
    let issue = store::issue(connection, requisition)?.ok_or_else(|| requisition.status.not_now())?;
    let signature = signature(connection, requisition)?;
    let facts = facts(&locked.grant, &requisition.form, at);
    let after = requisition.clone().submit(&issue, &facts, signature, at)?;
    same_revision(requisition, target)?;
    let entry = history::Entry {
        details: format!("version {}, {}", issue.version, issue.content.amount),
        ..line(act, event, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)
}

/// A form that came on paper only: the officer registers what it says and the day it arrived.
pub fn register_paper(
    connection: &mut AnyConnection,
    act: &Act,
    grant_id: Id<Grant>,
    key: &str,
    id: Id<Requisition>,
    form: &RequisitionForm,
    day: NaiveDate,
) -> Result<(), Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let grant_version = grant::store::lock(connection, grant_id)?;
    // After the lock: the other half of a double click waits for it, and is seen here.
    if store::exists(connection, id)? {
        return Err(Refusal::Changed.into());
    }
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if grant.posts_of_form(key).next().is_none() {
        return Err(Failure::NotFound);
    }
    let at = arrival(day, grant.agreement.terms.period.from, act.now).map_err(Refusal::from)?;
    let last = store::last_received(connection, act.scope, grant.holder.id, None)?;
    let last = last.as_ref().map(|(_, content)| content);
    let form_facts = form_facts(&grant, key, None, last, at);
    let content = form.parse(&form_facts).map_err(Failure::Invalid)?;
    // Nobody is asked: they are kept for the review.
    let warnings = confirmed_warnings(&content, &form_facts, true)?;
    let by = act.by();
    let draft = Requisition {
        id,
        grant_id,
        number: store::next_number(connection, grant_id)?,
        form: key.to_owned(),
        status: Status::Draft,
        draft: form.clone(),
        version: 0,
        revision: 1,
        officer: Some(act.actor.person.id.to_string()),
    };
    let number = number_of(&grant, &draft);
    let issued = draft.clone().issue()?;
    let issue = Issue::new(&number, &grant.holder, issued.version, content, warnings, by.clone(), act.now);
    let signature = Signature::Original { arrived: day, registered_by: by };
    let after = issued.submit(&issue, &facts(&grant, key, at), signature, at)?;
    store::insert(connection, &draft, act.actor.person.id, act.now)?;
    let entry = history::Entry {
        details: format!("registrerad från papper, {}", issue.content.amount),
        ..line(act, Event::RequisitionArrived, &grant, &after)
    };
    let locked = Locked { grant, grant_version, requisition: draft };
    write(connection, act, &locked, &after, entry)?;
    store::insert_issue(connection, id, &issue)?;
    Ok(())
}

/// The recipient takes it back for good. Not while another post's requisition rests on it.
pub fn withdraw(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let by = act.by();
    let after = locked.requisition.clone().withdraw(by, act.now, reason.to_owned())?;
    same_revision(&locked.requisition, target)?;
    if let Some(dependent) = dependent_on(&locked.grant, &locked.requisition) {
        return Err(Refusal::OthersDependOnIt(dependent.name.clone()).into());
    }
    let entry = history::Entry {
        reason: reason.to_owned(),
        ..line(act, Event::RequisitionWithdrawn, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)
}

/// The post that is requisitioned and could not be if this requisition's claim were gone.
fn dependent_on<'a>(grant: &'a Grant, requisition: &Requisition) -> Option<&'a Post> {
    let rests_on_it = |first: &str| {
        let claim = requisition.claim_on(first);
        !claim.is_zero() && grant.ledger.of(first, Account::Requisitioned) == claim
    };
    grant.posts().find(|post| {
        rests_on_it(&post.opens_after) && !grant.ledger.of(&post.key, Account::Requisitioned).is_zero()
    })
}

/// Asks for completion. The history keeps the remarks: the requisition forgets them when it is submitted again.
pub fn send_back(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    message: &str,
    remarks: Vec<FieldRemark>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let by = act.by();
    let after = locked.requisition.clone().send_back(by, act.now, message.to_owned(), remarks.clone())?;
    same_revision(&locked.requisition, target)?;
    let paper = &locked.grant.agreement.terms.forms.requisition;
    let at_fields =
        remarks.iter().map(|remark| format!("{}: {}", field_label(paper, &remark.field), remark.text));
    let entry = history::Entry {
        details: at_fields.collect::<Vec<_>>().join("; "),
        reason: message.to_owned(),
        ..line(act, Event::RequisitionReturned, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)
}

/// Not while the post that must be requisitioned first is not.
pub fn approve(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    let locked = lock(connection, act, target.id)?;
    let after = locked.requisition.clone().approve(act.by(), act.now)?;
    same_revision(&locked.requisition, target)?;
    // The first may have been refused since this came in: "efter att ha rekvirerat sin del" (2022 §7.1).
    if let Some(first) = missing_before(&locked.grant, &after.form) {
        return Err(Refusal::NotOpenYet(first.name.clone()).into());
    }
    let entry = line(act, Event::RequisitionApproved, &locked.grant, &after);
    write(connection, act, &locked, &after, entry)
}

pub fn refuse(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    reason: &str,
) -> Result<(), Failure> {
    let by = act.by();
    simply(connection, act, target, Event::RequisitionRefused, reason, |requisition| {
        requisition.refuse(by, act.now, reason.to_owned())
    })
}

/// Gives the case to an officer, or to nobody, if it is still with whom the page said. The requisition's revision stays:
/// who handles it is no business of whoever is filling it in.
pub fn assign(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Requisition>,
    was: Option<&str>,
    officer: Option<&Person>,
) -> Result<(), Failure> {
    let locked = lock(connection, act, id)?;
    let after = locked.requisition.clone().assign(officer.map(|person| person.id.to_string()))?;
    if locked.requisition.officer.as_deref() != was {
        return Err(Refusal::Changed.into());
    }
    let entry = history::Entry {
        details: officer.map_or_else(|| "ingen".to_owned(), |person| person.name.clone()),
        ..line(act, Event::RequisitionAssigned, &locked.grant, &after)
    };
    store::set_officer(connection, &after)?;
    history::store::append(connection, &after.grant_id.to_string(), locked.grant_version, entry)?;
    Ok(())
}

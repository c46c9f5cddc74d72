//! Signed and in, in the portal or on paper; and taken back for good.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Failure, Locked, Target, beside, facts, form_facts, number_of, preparing::confirmed_warnings};
use crate::{
    grants::{
        case::{
            self, Signature,
            alike::Alike,
            arrival,
            verbs::{line, lock, same_revision, write},
        },
        grant::{self, Account, Grant},
        requisition::{Content, Edition, Refusal, Requisition, Status, form::RequisitionForm, store},
    },
    ground::{
        history::{self, Event},
        infra::{
            db::{AnyConnection, DbError},
            upload::ReceivedFile,
        },
    },
    paths,
    people::access::{Act, Role},
    terms::agreement::Post,
};
use values::{Id, calendar};

/// The signatory signs in the portal. Who it is was confirmed just before.
pub fn sign(connection: &mut AnyConnection, act: &Act, target: Target) -> Result<(), Failure> {
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    let signature = Signature::Portal { by: act.doer() };
    submit(connection, act, target, Event::RequisitionSigned, act.now, |_, _| Ok(signature))
}

/// The signed paper, scanned.
pub fn scan(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let by = act.doer();
    submit(connection, act, target, Event::RequisitionScanned, act.now, |connection, requisition| {
        let attachment = case::store::insert_attachment(connection, requisition.id, file, &by, act.now)?;
        Ok(Signature::Scan { attachment, uploaded_by: by })
    })
}

/// The authority has the signed original.
pub fn arrive(
    connection: &mut AnyConnection,
    act: &Act,
    target: Target,
    day: NaiveDate,
    scan: &ReceivedFile,
) -> Result<(), Failure> {
    let case = store::case(connection, act.scope, target.id)?.ok_or(Failure::NotFound)?;
    let issued = case.edition.as_ref().map_or(act.now, |edition| edition.issued_at);
    let at = arrival(day, calendar::day(issued), act.now).map_err(Refusal::from)?.max(issued);
    submit(connection, act, target, Event::RequisitionArrived, at, |connection, requisition| {
        case::store::original(connection, requisition.id, act, day, scan)
    })
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
    let requisition = &locked.case;
    let edition =
        store::standing_edition(connection, requisition)?.ok_or_else(|| requisition.status.not_now())?;
    let signature = signature(connection, requisition)?;
    let facts = facts(&locked.grant, &requisition.form, at);
    let after = requisition.clone().submit(&edition, &facts, signature, at)?;
    same_revision(requisition, target)?;
    let entry = history::Entry {
        details: format!("version {}, {}", edition.version, edition.content.amount),
        ..line(act, event, &locked.grant, &after)
    };
    write(connection, act, &locked, &after, entry)
}

/// One of the same form that came on the same day, of the same amount and with the same reference: perhaps the same paper.
fn alike(
    connection: &mut AnyConnection,
    grant: &Grant,
    form: &str,
    day: NaiveDate,
    content: &Content,
) -> Result<Option<Alike>, DbError> {
    for known in case::store::of_grant::<Requisition>(connection, grant.id)? {
        let came_on = known.received().filter(|_| !known.status.is_void()).map(|it| calendar::day(it.at));
        if known.form != form || came_on != Some(day) {
            continue;
        }
        let edition = store::received_edition(connection, &known)?.map(|edition| edition.content);
        let is_same = edition.is_some_and(|other| {
            (other.amount, &other.payment_reference) == (content.amount, &content.payment_reference)
        });
        if is_same {
            let (number, amount) = (number_of(grant, &known), content.amount);
            let told = format!("{number}, {amount}, som kom in {}", calendar::long_date(day));
            return Ok(Some(Alike { told, href: paths::review::Requisition(&known.id).to_string() }));
        }
    }
    Ok(None)
}

/// A form that came on paper only: the officer registers what it says and the day it arrived.
pub fn register_paper(
    connection: &mut AnyConnection,
    act: &Act,
    grant_id: Id<Grant>,
    key: &str,
    id: Id<Requisition>,
    form: &RequisitionForm,
    (day, scan, is_another): (NaiveDate, &ReceivedFile, bool),
) -> Result<(), Failure> {
    if grant::store::find(connection, act.scope, grant_id)?.is_none() {
        return Err(Failure::NotFound);
    }
    let grant_version = grant::store::lock(connection, grant_id)?;
    let grant = grant::store::find(connection, act.scope, grant_id)?.ok_or(Failure::NotFound)?;
    if grant.posts_of_form(key).next().is_none() {
        return Err(Failure::NotFound);
    }
    let at = arrival(day, grant.agreement.terms.period.from, act.now).map_err(Refusal::from)?;
    let beside = beside(connection, act.scope, &grant, key, None)?;
    let form_facts = form_facts(&grant, key, None, &beside, at);
    let content = form.parse(&form_facts).map_err(Failure::Invalid)?;
    if let Some(known) = alike(connection, &grant, key, day, &content)?.filter(|_| !is_another) {
        return Err(Refusal::Alike(known).into());
    }
    // Nobody is asked: they are kept for the review.
    let warnings = confirmed_warnings(&content, &form_facts, true)?;
    let by = act.doer();
    let draft = Requisition {
        id,
        grant_id,
        number: case::store::next_number::<Requisition>(connection, grant_id)?,
        form: key.to_owned(),
        status: Status::Draft,
        draft: form.clone(),
        version: 0,
        revision: 1,
        // Somebody else decides on it.
        officer: None,
    };
    let number = number_of(&grant, &draft);
    let issued = draft.clone().issue()?;
    let edition = Edition::new(&number, &grant.holder, issued.version, content, warnings, by, act.now);
    let signature = case::store::original(connection, id, act, day, scan)?;
    let after = issued.submit(&edition, &facts(&grant, key, at), signature, at)?;
    case::store::insert(connection, &draft, Some(act.actor.person.id), act.now)?;
    let entry = history::Entry {
        details: format!("registrerad från papper, {}", edition.content.amount),
        ..line(act, Event::RequisitionArrived, &grant, &after)
    };
    let locked = Locked { grant, grant_version, case: draft };
    write(connection, act, &locked, &after, entry)?;
    case::store::insert_edition(connection, id, &edition)?;
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
    let by = act.doer();
    let after = locked.case.clone().withdraw(by, act.now, reason.to_owned())?;
    same_revision(&locked.case, target)?;
    if let Some(dependent) = dependent_on(&locked.grant, &locked.case) {
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

//! What can be done with a proposal: each verb one transaction, and each but the saving of a draft one history line.

use std::collections::BTreeMap;

use super::{
    Deed, Proposal, ProposalForm, Refusal, Replaced, Status,
    check::{self, ProposalFacts},
    file,
    form::Fault,
    posts,
    replacement::{self, Waiting},
    rows::{self, Row, fingerprint_of_post},
    spec::Part,
    store,
};
use crate::{
    grants::{
        grant::{self, Grant},
        requisition,
    },
    ground::{
        history::{Entry, Event},
        infra::{
            db::{AnyConnection, DbError},
            failure,
            form::FieldErrors,
        },
    },
    people::{access::Act, recipient},
    terms::{
        agreement::{self, Agreement, Forms, Terms},
        allocation::{self, Share},
    },
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;

pub(super) fn line(act: &Act, event: Event, details: String) -> Entry {
    Entry { details, ..act.entry(event, "") }
}

/// Begins a proposal, from nothing or as a copy.
pub fn start(
    connection: &mut AnyConnection,
    act: &Act,
    copied: Option<(&Agreement, i32)>,
) -> Result<Id<Proposal>, Failure> {
    if store::open_count(connection, act.actor.organisation.id)? >= super::MOST_OPEN {
        return Err(Refusal::TooMany.into());
    }
    let authority = &act.actor.organisation.code;
    let mut form = match copied {
        Some((agreement, year)) => ProposalForm::copy(&agreement.terms, year),
        None => ProposalForm::empty(authority),
    };
    form.pay_by(authority);
    let details = match copied {
        Some((agreement, _)) => format!("kopia av {}", agreement.terms.title()),
        None => String::new(),
    };
    let proposal = Proposal {
        id: Id::new(),
        authority: act.actor.organisation.id,
        copied_from: copied.map(|(agreement, _)| agreement.id),
        replaces: None,
        status: Status::Draft { returned: None },
        form,
        rows: Vec::new(),
        editors: Vec::new(),
        version: 1,
        revision: 1,
        saved: BTreeMap::new(),
    };
    store::insert(connection, &proposal, line(act, Event::ProposalStarted, details))?;
    Ok(proposal.id)
}

/// Begins to replace the table of an agreement that the actor's authority pays: its terms as they are, and its table.
pub fn start_replacement(
    connection: &mut AnyConnection,
    act: &Act,
    slug: &str,
) -> Result<Id<Proposal>, Failure> {
    if store::open_count(connection, act.actor.organisation.id)? >= super::MOST_OPEN {
        return Err(Refusal::TooMany.into());
    }
    let found = agreement::store::find_paid_by(connection, act.actor.organisation.id, slug)?;
    let agreement = found.ok_or(Failure::NotFound)?;
    let version = allocation::store::version(connection, agreement.id)?;
    let shares = allocation::store::of(connection, agreement.id)?;
    let proposal = Proposal {
        id: Id::new(),
        authority: act.actor.organisation.id,
        copied_from: Some(agreement.id),
        replaces: Some(Replaced { agreement: agreement.id, version }),
        status: Status::Draft { returned: None },
        form: ProposalForm::of(&agreement.terms),
        rows: shares.iter().map(Row::of).collect(),
        editors: Vec::new(),
        version: 1,
        revision: 1,
        saved: BTreeMap::new(),
    };
    let details = format!("ny fördelning i {}", agreement.terms.title());
    store::insert(connection, &proposal, line(act, Event::ProposalStarted, details))?;
    Ok(proposal.id)
}

pub(super) fn hold(connection: &mut AnyConnection, act: &Act, id: Id<Proposal>) -> Result<Proposal, Failure> {
    store::hold(connection, act.actor.organisation.id, id)?.ok_or(Failure::NotFound)
}

/// Keeps a part as it was typed, right or wrong, over the part as the page had it. The same text saved twice is saved.
pub fn save_part(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    part: &Part,
    fingerprint: &str,
    posted: &[(String, String)],
) -> Result<(), Failure> {
    let proposal = hold(connection, act, id)?;
    proposal.editable()?;
    let form = proposal.form.with_part(part, posted);
    // The table follows its posts to their new keys.
    let rows = match part.holds("post-0-key") {
        true => posts::rows_of_renamed(&proposal.rows, &posts::renamed(&proposal.form, posted)),
        false => proposal.rows.clone(),
    };
    let after = proposal.with(form, rows, &Deed::of(act));
    save_form(connection, &proposal, (part, fingerprint), &after)
}

/// Takes away what is about posts that the proposal does not have: terms and rows of the table.
pub fn drop_orphans(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
) -> Result<(), Failure> {
    let proposal = hold(connection, act, id)?;
    proposal.editable()?;
    if !posts::orphans(&proposal.form, &proposal.rows).any() {
        return Ok(());
    }
    same(&proposal, revision)?;
    let form = posts::without_orphans(&proposal.form);
    let rows = posts::rows_without_orphans(&proposal.form, &proposal.rows);
    keep(connection, &proposal.with(form, rows, &Deed::of(act)))
}

/// Over the revision that was read, or somebody else was first.
fn keep(connection: &mut AnyConnection, after: &Proposal) -> Result<(), Failure> {
    if store::set_typed(connection, after)? { Ok(()) } else { Err(Refusal::Changed.into()) }
}

/// Puts another variant of the forms in the place of those that are there.
pub fn set_forms(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    part: &Part,
    fingerprint: &str,
    forms: &Forms,
) -> Result<(), Failure> {
    let proposal = hold(connection, act, id)?;
    proposal.editable()?;
    let form = proposal.form.with_forms(forms);
    let after = proposal.with(form, proposal.rows.clone(), &Deed::of(act));
    save_form(connection, &proposal, (part, fingerprint), &after)
}

fn save_form(
    connection: &mut AnyConnection,
    proposal: &Proposal,
    (part, fingerprint): (&Part, &str),
    after: &Proposal,
) -> Result<(), Failure> {
    if after.form == proposal.form {
        return Ok(());
    }
    if proposal.form.fingerprint(part) != fingerprint {
        return Err(Refusal::Changed.into());
    }
    keep(connection, after)
}

/// Puts other rows in the place of a post's own.
pub fn set_rows(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    post: &str,
    fingerprint: &str,
    make: impl FnOnce(&Proposal) -> Result<Vec<Row>, FieldErrors>,
) -> Result<(), Failure> {
    let proposal = hold(connection, act, id)?;
    proposal.editable()?;
    let of_post = make(&proposal).map_err(Failure::Invalid)?;
    let after = rows::with_post(&proposal.rows, post, of_post);
    if fingerprint_of_post(&after, post) == fingerprint_of_post(&proposal.rows, post) {
        return Ok(());
    }
    if fingerprint_of_post(&proposal.rows, post) != fingerprint {
        return Err(Refusal::Changed.into());
    }
    keep(connection, &proposal.with(proposal.form.clone(), after, &Deed::of(act)))
}

/// What a proposal is held against.
pub fn known(connection: &mut AnyConnection, proposal: &Proposal) -> Result<ProposalFacts, DbError> {
    Ok(ProposalFacts {
        registry: recipient::store::all(connection)?,
        taken: agreement::store::names(connection)?,
        earlier: store::earlier(connection, proposal.copied_from)?,
        published: proposal
            .replaces
            .map(|replaced| store::published(connection, replaced.agreement))
            .transpose()?,
    })
}

fn without_faults(connection: &mut AnyConnection, proposal: &Proposal) -> Result<(), Failure> {
    let known = known(connection, proposal)?;
    match check::faults(proposal, &known).len() {
        0 => Ok(()),
        count => Err(Refusal::Faults(count).into()),
    }
}

/// Puts it forward for a second person, without a fault and as the page had it.
pub fn propose(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
) -> Result<(), Failure> {
    let before = hold(connection, act, id)?;
    let after = before.clone().propose(Deed::of(act))?;
    same(&before, revision)?;
    without_faults(connection, &before)?;
    let entry = line(act, Event::ProposalProposed, after.form.title());
    Ok(store::set_status(connection, &after, entry)?)
}

pub fn recall(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
) -> Result<(), Failure> {
    let before = hold(connection, act, id)?;
    let after = before.clone().recall()?;
    same(&before, revision)?;
    let entry = line(act, Event::ProposalTakenBack, String::new());
    Ok(store::set_status(connection, &after, entry)?)
}

pub fn reopen(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let before = hold(connection, act, id)?;
    let after = before.clone().reopen(Deed::of(act), reason.to_owned())?;
    same(&before, revision)?;
    let entry = line(act, Event::ProposalReturned, String::new());
    Ok(store::set_status(connection, &after, Entry { reason: reason.to_owned(), ..entry })?)
}

/// Puts it aside for good, with why; a table that was being read into it goes with it.
pub fn discard(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
    reason: &str,
) -> Result<(), Failure> {
    let before = hold(connection, act, id)?;
    let after = before.clone().discard(Deed::of(act), reason.to_owned())?;
    same(&before, revision)?;
    store::import::remove(connection, id)?;
    let entry = line(act, Event::ProposalDiscarded, after.form.title());
    Ok(store::set_status(connection, &after, Entry { reason: reason.to_owned(), ..entry })?)
}

/// Makes the agreement of it: terms, table, grants and both histories, all or nothing.
pub fn publish(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    revision: i64,
) -> Result<String, Failure> {
    let before = hold(connection, act, id)?;
    let slug = before.form.get("slug").trim().to_owned();
    let after = before.clone().publish(Deed::of(act), slug.clone())?;
    same(&before, revision)?;
    if let Some(replaced) = before.replaces {
        // Of two who publish at once the second sees what the first did.
        agreement::store::hold(connection, replaced.agreement)?;
    }
    without_faults(connection, &before)?;
    let faulty = |faults: Vec<Fault>| Failure::from(Refusal::Faults(faults.len()));
    let terms = before.form.read().map_err(faulty)?;
    let shares = file::shares(&before.rows).map_err(faulty)?;
    if terms.paying_authority != act.actor.organisation.code {
        return Err(DbError::corrupt(format!("proposal {id} is paid by {}", terms.paying_authority)).into());
    }
    match before.replaces {
        None => {
            grant::store::publish(connection, &terms, &shares, &act.actor.who(), act.now)?;
        }
        Some(replaced) => replace(connection, act, replaced.agreement, &terms, &shares)?,
    }
    let entry = line(act, Event::ProposalPublished, terms.title());
    store::set_status(connection, &after, entry)?;
    Ok(slug)
}

/// Puts the table in the place of the published one. Every grant that it touches is taken before it is looked at again.
fn replace(
    connection: &mut AnyConnection,
    act: &Act,
    agreement: Id<Agreement>,
    terms: &Terms,
    shares: &[Share],
) -> Result<(), Failure> {
    let mut grants: Vec<Id<Grant>> = replacement::touched(&store::standings(connection, agreement)?, shares)
        .iter()
        .filter_map(|touch| touch.grant)
        .collect();
    // Always in one order, so that two who each want some of the same grants do not wait for one another.
    grants.sort_by_key(ToString::to_string);
    grants.dedup();
    for grant in grants {
        grant::store::hold(connection, grant)?;
    }
    let touched = replacement::touched(&store::standings(connection, agreement)?, shares);
    let refused = touched.iter().filter(|touch| touch.obstacle().is_some()).count();
    if refused > 0 {
        return Err(Refusal::Faults(refused).into());
    }
    let mut waiting: Vec<&Waiting> = touched.iter().flat_map(|touch| &touch.taken_back).collect();
    waiting.sort_by_key(|waiting| waiting.id.to_string());
    waiting.dedup_by_key(|waiting| waiting.id);
    for waiting in waiting {
        let target = requisition::verbs::Target { id: waiting.id, revision: waiting.revision };
        let reason = "Fördelningen har ersatts, och rekvisitionen begär mer än det nya beloppet.";
        requisition::verbs::recall_above(connection, act, target, reason).map_err(DbError::corrupt)?;
    }
    let changes: Vec<grant::store::Reallocation> = touched
        .into_iter()
        .map(|touch| grant::store::Reallocation {
            grant: touch.grant,
            recipient: touch.code,
            post: touch.post,
            before: touch.before,
            now: touch.now,
        })
        .collect();
    grant::store::reallocate(connection, agreement, terms, shares, &changes, &act.actor.who(), act.now)?;
    Ok(())
}

/// The revision a page was made from must be the one that is decided on.
pub(super) fn same(proposal: &Proposal, revision: i64) -> Result<(), Refusal> {
    if proposal.revision == revision { Ok(()) } else { Err(Refusal::Changed) }
}

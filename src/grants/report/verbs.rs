//! What can be done with a report: each verb one transaction, one history line.

mod attachments;
mod deciding;
mod preparing;
mod signing;

pub use attachments::{attach, detach};
pub use deciding::{approve, correct, give_up_correction, request_completion};
pub use preparing::{is_unchanged, issue, recall, transfer};
pub use signing::{arrive, certify, scan, sign};

use super::{
    Refusal, Report, Status,
    form::{FormFacts, PostFacts, ReportForm},
    number_of, store,
};
use crate::{
    grants::{
        case,
        grant::{self, Account, Grant},
    },
    ground::{
        history::{self, Event},
        infra::{db::AnyConnection, failure},
    },
    people::{access::Act, recipient::Kind},
};
use values::Id;

pub type Failure = failure::Failure<Refusal>;
pub type Target = case::verbs::Target<Report>;
type Locked = case::verbs::Locked<Report>;

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

/// Begins the grant's report with everything that is known filled in. There is one.
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
    if case::store::contact_who_left(connection, grant.holder.id, &draft.head)?.is_some() {
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
    case::store::insert(connection, &report, Some(act.actor.person.id), act.now)?;
    let entry = act.entry(Event::ReportStarted, number_of(&grant));
    history::store::append(connection, &grant_id.to_string(), version, entry)?;
    Ok(report.id)
}

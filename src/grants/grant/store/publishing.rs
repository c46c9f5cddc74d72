//! Opening the grants of an agreement that is published, and moving what a new table moves.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{lock, post_entry};
use crate::{
    grants::grant::{Account, Entry, Grant},
    ground::{
        history::{self, Event, Who},
        infra::{
            db::{AnyConnection, DbError},
            schema::{grants, organisations},
        },
    },
    people::recipient::{self, Organisation},
    terms::{
        agreement::{Agreement, Terms},
        allocation::{self, Share},
    },
};
use values::{Id, Money};

/// Publishes an agreement: its terms, and a grant with its allocation for every recipient. Who does is the program where
/// it is read from files.
pub fn publish(
    connection: &mut AnyConnection,
    terms: &Terms,
    shares: &[Share],
    who: &Who,
    now: DateTime<Utc>,
) -> Result<Id<Agreement>, DbError> {
    let authority = recipient::store::find_by_code(connection, &terms.paying_authority)?
        .ok_or_else(|| allocation::store::missing(&terms.paying_authority))?;
    let line = |event, details| history::Entry {
        at: now,
        who: who.clone(),
        event,
        subject: terms.slug.clone(),
        details,
        reason: String::new(),
    };
    let published = line(Event::AgreementPublished, terms.name.clone());
    let agreement = crate::terms::agreement::store::add(connection, terms, authority.id, published)?;
    let ids: HashMap<String, Id<Organisation>> = organisations::table
        .select((organisations::code, organisations::id))
        .load(connection)?
        .into_iter()
        .collect();
    allocation::store::add(connection, agreement, shares, &ids)?;
    let mut by_recipient: HashMap<&str, Vec<&Share>> = HashMap::new();
    for share in shares {
        by_recipient.entry(&share.recipient).or_default().push(share);
    }
    let mut in_order: Vec<_> = by_recipient.into_iter().collect();
    in_order.sort_by_key(|(code, _)| *code);
    let last: Option<i32> = grants::table.select(diesel::dsl::max(grants::reference)).first(connection)?;
    for (reference, (code, shares)) in (last.unwrap_or(0) + 1..).zip(in_order) {
        let recipient = ids.get(code).ok_or_else(|| allocation::store::missing(code))?;
        open(connection, agreement, *recipient, reference, terms, &shares, now, line)?;
    }
    Ok(agreement)
}

/// A grant with its allocation, for a recipient that had none in the agreement.
#[expect(clippy::too_many_arguments, reason = "what a grant is made of")]
fn open(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    recipient: Id<Organisation>,
    reference: i32,
    terms: &Terms,
    shares: &[&Share],
    now: DateTime<Utc>,
    line: impl FnOnce(Event, String) -> history::Entry,
) -> Result<(), DbError> {
    let grant: Id<Grant> = Id::new();
    diesel::insert_into(grants::table)
        .values((
            grants::id.eq(grant),
            grants::agreement_id.eq(agreement),
            grants::recipient_id.eq(recipient),
            grants::holder_id.eq(recipient),
            grants::version.eq(1),
            grants::reference.eq(reference),
        ))
        .execute(connection)?;
    let mut details = Vec::new();
    for share in shares {
        let entry = Entry { post: share.post.clone(), account: Account::Allocated, amount: share.amount };
        post_entry(connection, grant, &entry, None, now)?;
        let post = terms.post(&share.post).map_or("", |post| &post.name);
        details.push(format!("{post}, {}: {}", share.published_name, share.amount));
    }
    history::store::append(connection, &grant.to_string(), 1, line(Event::Allocated, details.join("; ")))
}

/// A share that is to be another.
pub struct Reallocation {
    /// Nothing for a recipient without a grant in the agreement.
    pub grant: Option<Id<Grant>>,
    /// The recipient's code.
    pub recipient: String,
    pub post: String,
    pub before: Money,
    pub now: Money,
}

/// Puts another table in the place of an agreement's: what differs is moved in the ledgers, whoever is new gets a grant, and
/// the table is kept as its next version. The grants are held, and what is requisitioned is left.
pub fn reallocate(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    terms: &Terms,
    shares: &[Share],
    changes: &[Reallocation],
    who: &Who,
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let line = |event, details| history::Entry {
        at: now,
        who: who.clone(),
        event,
        subject: terms.slug.clone(),
        details,
        reason: String::new(),
    };
    let ids: HashMap<String, Id<Organisation>> = organisations::table
        .select((organisations::code, organisations::id))
        .load(connection)?
        .into_iter()
        .collect();
    allocation::store::add(connection, agreement, shares, &ids)?;
    let mut of_grants: BTreeMap<String, (Id<Grant>, Vec<&Reallocation>)> = BTreeMap::new();
    let mut new: BTreeSet<&str> = BTreeSet::new();
    for change in changes {
        match change.grant {
            Some(grant) => {
                of_grants.entry(grant.to_string()).or_insert((grant, Vec::new())).1.push(change);
            }
            None => {
                new.insert(&change.recipient);
            }
        }
    }
    for (grant, changes) in of_grants.into_values() {
        let version = lock(connection, grant)?;
        let mut details = Vec::new();
        for change in changes {
            if let Some(entry) =
                crate::grants::grant::movement(&change.post, Account::Allocated, change.before, change.now)
            {
                post_entry(connection, grant, &entry, None, now)?;
            }
            let post = terms.post(&change.post).map_or("", |post| &post.name);
            details.push(format!("{post}: {} → {}", change.before, change.now));
        }
        let entry = line(Event::AllocationReplaced, details.join("; "));
        history::store::append(connection, &grant.to_string(), version, entry)?;
    }
    let last: Option<i32> = grants::table.select(diesel::dsl::max(grants::reference)).first(connection)?;
    for (reference, code) in (last.unwrap_or(0) + 1..).zip(new) {
        let recipient = ids.get(code).ok_or_else(|| allocation::store::missing(code))?;
        let own: Vec<&Share> = shares.iter().filter(|share| share.recipient == code).collect();
        open(connection, agreement, *recipient, reference, terms, &own, now, line)?;
    }
    let details = format!("{} belopp ändrades", changes.len());
    crate::terms::agreement::store::set_table_terms(
        connection,
        agreement,
        terms,
        line(Event::AllocationReplaced, details),
    )
}

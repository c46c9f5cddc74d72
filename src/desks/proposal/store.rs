//! Rows and queries of proposals.

pub mod import;

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use super::{
    Deed, Proposal, ProposalForm, Replaced, Status,
    check::Earlier,
    replacement::{PublishedGrant, Waiting},
    rows,
};
use crate::{
    grants::{
        grant::{self, Grant, store::GrantFilter},
        requisition,
    },
    ground::{
        history::{self, Entry},
        infra::{
            db::{AnyConnection, DbError, Json, json, read_by_row},
            schema::proposals,
        },
    },
    people::recipient::Organisation,
    terms::{
        agreement::{self, Agreement},
        allocation,
    },
};
use values::{Id, calendar::long_time};

#[derive(Queryable, Selectable)]
#[diesel(table_name = proposals)]
pub struct ProposalRow {
    id: Id<Proposal>,
    authority_id: Id<Organisation>,
    copied_from: Option<Id<Agreement>>,
    replaces: Option<Id<Agreement>>,
    replaces_version: i32,
    state: Json<Status>,
    form: Json<ProposalForm>,
    allocation: Json<Vec<rows::Row>>,
    editors: Json<Vec<String>>,
    version: i64,
    revision: i64,
    saved: Json<BTreeMap<String, Deed>>,
}

read_by_row!(Proposal, ProposalRow);

impl From<ProposalRow> for Proposal {
    fn from(row: ProposalRow) -> Self {
        let replaced = |agreement| Replaced { agreement, version: row.replaces_version };
        Self {
            id: row.id,
            authority: row.authority_id,
            copied_from: row.copied_from,
            replaces: row.replaces.map(replaced),
            status: row.state.0,
            form: row.form.0,
            rows: row.allocation.0,
            editors: row.editors.0,
            version: row.version,
            revision: row.revision,
            saved: row.saved.0,
        }
    }
}

/// What a list of proposals shows of one.
pub struct Summary {
    pub id: Id<Proposal>,
    pub name: String,
    pub status: Status,
    /// It replaces the table of an agreement that is published.
    is_replacement: bool,
    begun: Option<(String, DateTime<Utc>)>,
}

impl Summary {
    /// Who began it, and when.
    pub fn begun(&self) -> String {
        let words = self.begun.as_ref().map(|(who, at)| format!("{who}, {}", long_time(*at)));
        words.unwrap_or_default()
    }

    /// What it is, beside its name.
    pub fn kind(&self) -> &'static str {
        if self.is_replacement { "Ny fördelning" } else { "Ny överenskommelse" }
    }
}

/// The authority's proposals, the newest first.
pub fn all(connection: &mut AnyConnection, authority: Id<Organisation>) -> Result<Vec<Summary>, DbError> {
    type Row = (Id<Proposal>, String, Json<Status>, Option<Id<Agreement>>);
    let rows: Vec<Row> = proposals::table
        .filter(proposals::authority_id.eq(authority))
        .order_by(proposals::id.desc())
        .select((proposals::id, proposals::name, proposals::state, proposals::replaces))
        .load(connection)?;
    let streams: Vec<String> = rows.iter().map(|(id, ..)| id.to_string()).collect();
    let streams: Vec<&str> = streams.iter().map(String::as_str).collect();
    let mut begun = history::store::beginnings(connection, &streams)?;
    let summary = |(id, name, Json(status), replaces): Row| Summary {
        begun: begun.remove(&id.to_string()),
        id,
        name,
        status,
        is_replacement: replaces.is_some(),
    };
    Ok(rows.into_iter().map(summary).collect())
}

/// The proposal, if this authority prepares it.
pub fn find(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Proposal>,
) -> Result<Option<Proposal>, DbError> {
    Ok(proposals::table
        .find(id)
        .filter(proposals::authority_id.eq(authority))
        .select(Proposal::as_select())
        .first(connection)
        .optional()?)
}

/// Takes the proposal for the rest of this transaction, if this authority prepares it.
pub fn hold(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Proposal>,
) -> Result<Option<Proposal>, DbError> {
    let own = proposals::table.filter(proposals::id.eq(id)).filter(proposals::authority_id.eq(authority));
    diesel::update(own).set(proposals::revision.eq(proposals::revision)).execute(connection)?;
    find(connection, authority, id)
}

pub fn insert(connection: &mut AnyConnection, proposal: &Proposal, entry: Entry) -> Result<(), DbError> {
    diesel::insert_into(proposals::table)
        .values((
            proposals::id.eq(proposal.id),
            proposals::authority_id.eq(proposal.authority),
            proposals::copied_from.eq(proposal.copied_from),
            proposals::replaces.eq(proposal.replaces.map(|replaced| replaced.agreement)),
            proposals::replaces_version.eq(proposal.replaces.map_or(0, |replaced| replaced.version)),
            proposals::name.eq(proposal.form.title()),
            proposals::status.eq(proposal.status.key()),
            proposals::state.eq(json(&proposal.status)?),
            proposals::form.eq(json(&proposal.form)?),
            proposals::allocation.eq(json(&proposal.rows)?),
            proposals::version.eq(1),
            proposals::revision.eq(1),
        ))
        .execute(connection)?;
    history::store::append(connection, &proposal.id.to_string(), 1, entry)
}

/// Keeps what was typed in terms or table, over the revision that it was read at; false when somebody else was first, or the
/// proposal is no draft any more.
pub fn set_typed(connection: &mut AnyConnection, after: &Proposal) -> Result<bool, DbError> {
    let (id, revision) = (after.id, after.revision);
    let changed =
        diesel::update(proposals::table.find(id).filter(proposals::revision.eq(revision)).filter(draft()))
            .set((
                proposals::name.eq(after.form.title()),
                proposals::form.eq(json(&after.form)?),
                proposals::allocation.eq(json(&after.rows)?),
                proposals::editors.eq(json(&after.editors)?),
                proposals::saved.eq(json(&after.saved)?),
                proposals::revision.eq(revision + 1),
            ))
            .execute(connection)?;
    Ok(changed == 1)
}

/// How many an authority has that are neither published nor discarded.
pub fn open_count(connection: &mut AnyConnection, authority: Id<Organisation>) -> Result<i64, DbError> {
    Ok(proposals::table
        .filter(proposals::authority_id.eq(authority))
        .filter(proposals::status.ne_all(["published", "discarded"]))
        .select(diesel::dsl::count_star())
        .first(connection)?)
}

fn draft() -> diesel::dsl::Eq<proposals::status, &'static str> {
    proposals::status.eq("draft")
}

/// The new state, with its line in the history. After [`hold`].
pub fn set_status(connection: &mut AnyConnection, after: &Proposal, entry: Entry) -> Result<(), DbError> {
    let (id, version) = (after.id, after.version + 1);
    diesel::update(proposals::table.find(id))
        .set((
            proposals::status.eq(after.status.key()),
            proposals::state.eq(json(&after.status)?),
            proposals::version.eq(version),
            proposals::revision.eq(after.revision + 1),
        ))
        .execute(connection)?;
    history::store::append(connection, &id.to_string(), version, entry)
}

/// The agreement that a proposal was copied from, with its table as it stands.
pub fn earlier(
    connection: &mut AnyConnection,
    copied_from: Option<Id<Agreement>>,
) -> Result<Option<Earlier>, DbError> {
    let Some(id) = copied_from else { return Ok(None) };
    let Some(agreement) = agreement::store::find(connection, id)? else { return Ok(None) };
    let shares = allocation::store::of(connection, id)?;
    Ok(Some(Earlier { terms: agreement.terms, shares }))
}

/// Who stands in the published table, and the table's version.
pub fn published(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<(Vec<PublishedGrant>, i32), DbError> {
    Ok((standings(connection, agreement)?, allocation::store::version(connection, agreement)?))
}

/// The recipients of the published table that a proposal is to replace, as they stand: three queries. Drafts are the
/// recipients' own, and are not looked at.
pub fn standings(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<Vec<PublishedGrant>, DbError> {
    let agreements = [agreement];
    let mut ledgers = grant::store::ledgers(connection, GrantFilter::of(&agreements))?;
    let recipients = grant::store::recipients_of(connection, agreement)?;
    let grants: Vec<Id<Grant>> = recipients.iter().map(|(grant, _)| *grant).collect();
    let mut waiting: HashMap<Id<Grant>, Vec<Waiting>> = HashMap::new();
    for (requisition, content) in requisition::store::awaiting(connection, &grants)? {
        waiting.entry(requisition.grant_id).or_default().push(Waiting::of(&requisition, &content));
    }
    let standing = |(grant, recipient): (Id<Grant>, Organisation)| PublishedGrant {
        ledger: ledgers.remove(&grant).unwrap_or_default(),
        waiting: waiting.remove(&grant).unwrap_or_default(),
        grant,
        code: recipient.code,
        name: recipient.name,
    };
    Ok(recipients.into_iter().map(standing).collect())
}

/// Every proposal's stream and version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(proposals::table
        .order_by(proposals::id)
        .select((proposals::id, proposals::version))
        .load(connection)?)
}

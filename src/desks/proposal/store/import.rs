//! Rows and queries of tables on their way into a proposal. The proposal is held by whoever calls.

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    desks::proposal::{
        self, Proposal,
        import::{ColumnsForm, Facts, Import},
    },
    ground::{
        history::{self, Entry},
        infra::{
            db::{AnyConnection, DbError, Json, json, read_by_row},
            schema::{proposal_imports, proposals},
        },
    },
    people::{
        access::{Doer, Person},
        recipient,
    },
    terms::allocation::import::matching::{Registry, Resolutions},
};
use files::reading::Table;
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = proposal_imports)]
pub struct ImportRow {
    stamp: Id<Import>,
    file_name: String,
    sheets: Json<Table>,
    mapping: Json<ColumnsForm>,
    resolutions: Json<Resolutions>,
    uploaded_by: String,
    uploaded_by_id: Option<Id<Person>>,
    uploaded_at: DateTime<Utc>,
}

read_by_row!(Import, ImportRow);

impl From<ImportRow> for Import {
    fn from(row: ImportRow) -> Self {
        Self {
            stamp: row.stamp,
            file_name: row.file_name,
            table: row.sheets.0,
            columns: row.mapping.0,
            resolutions: row.resolutions.0,
            uploaded_by: Doer::stored(row.uploaded_by_id, row.uploaded_by),
            uploaded_at: row.uploaded_at,
        }
    }
}

/// The proposal's own, after the proposal was found within its authority.
pub fn of(connection: &mut AnyConnection, proposal: Id<Proposal>) -> Result<Option<Import>, DbError> {
    Ok(proposal_imports::table.find(proposal).select(Import::as_select()).first(connection).optional()?)
}

/// What a table of this proposal is held against.
pub fn facts(connection: &mut AnyConnection, proposal: &Proposal) -> Result<Facts, DbError> {
    let registry = Registry::new(recipient::store::with_aliases(connection)?);
    let earlier = proposal::store::earlier(connection, proposal.copied_from)?;
    Ok(Facts { registry, previous: earlier.map(|earlier| earlier.shares).unwrap_or_default() })
}

/// In the place of the one before.
pub fn replace(
    connection: &mut AnyConnection,
    proposal: Id<Proposal>,
    import: &Import,
) -> Result<(), DbError> {
    remove(connection, proposal)?;
    diesel::insert_into(proposal_imports::table)
        .values((
            proposal_imports::proposal_id.eq(proposal),
            proposal_imports::stamp.eq(import.stamp),
            proposal_imports::file_name.eq(&import.file_name),
            proposal_imports::sheets.eq(json(&import.table)?),
            proposal_imports::mapping.eq(json(&import.columns)?),
            proposal_imports::resolutions.eq(json(&import.resolutions)?),
            proposal_imports::uploaded_by.eq(import.uploaded_by.name()),
            proposal_imports::uploaded_by_id.eq(import.uploaded_by.person()),
            proposal_imports::uploaded_at.eq(import.uploaded_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Whether the table is still as a page had it.
pub fn stands(
    connection: &mut AnyConnection,
    proposal: Id<Proposal>,
    stamp: Id<Import>,
) -> Result<bool, DbError> {
    let own = proposal_imports::table.find(proposal).filter(proposal_imports::stamp.eq(stamp));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(connection)?)
}

/// What was said of columns and rows, over what a page had; false when somebody else was first.
pub fn change(
    connection: &mut AnyConnection,
    proposal: Id<Proposal>,
    stamp: Id<Import>,
    after: &Import,
) -> Result<bool, DbError> {
    let own = proposal_imports::table.find(proposal).filter(proposal_imports::stamp.eq(stamp));
    let changed = diesel::update(own)
        .set((
            proposal_imports::stamp.eq(Id::<Import>::new()),
            proposal_imports::mapping.eq(json(&after.columns)?),
            proposal_imports::resolutions.eq(json(&after.resolutions)?),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Once it is used, replaced or thrown away.
pub fn remove(connection: &mut AnyConnection, proposal: Id<Proposal>) -> Result<(), DbError> {
    diesel::delete(proposal_imports::table.find(proposal)).execute(connection)?;
    Ok(())
}

/// Throws the table away, with a line in the proposal's history. After the proposal was held.
pub fn discard(connection: &mut AnyConnection, of: &Proposal, entry: Entry) -> Result<(), DbError> {
    remove(connection, of.id)?;
    let (id, version) = (of.id, of.version + 1);
    diesel::update(proposals::table.find(id)).set(proposals::version.eq(version)).execute(connection)?;
    history::store::append(connection, &id.to_string(), version, entry)
}

/// Puts the table into the proposal, with its line in the history. After the proposal was held and found a draft.
pub fn put(connection: &mut AnyConnection, after: &Proposal, entry: Entry) -> Result<(), DbError> {
    let (id, version) = (after.id, after.version + 1);
    diesel::update(proposals::table.find(id))
        .set((
            proposals::form.eq(json(&after.form)?),
            proposals::allocation.eq(json(&after.rows)?),
            proposals::editors.eq(json(&after.editors)?),
            proposals::saved.eq(json(&after.saved)?),
            proposals::version.eq(version),
            proposals::revision.eq(after.revision + 1),
        ))
        .execute(connection)?;
    history::store::append(connection, &id.to_string(), version, entry)
}

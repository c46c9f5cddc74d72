//! Rows and queries of tables on their way into a proposal. The proposal is held by whoever calls.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::{
    desks::proposal::{
        self, Proposal,
        import::{Facts, Import},
    },
    ground::{
        history::{self, Entry},
        infra::{
            db::{AnyConnection, DbError},
            schema::{proposal_imports, proposals},
        },
    },
    people::{access::Doer, recipient},
    terms::allocation::import::matching::Registry,
};
use values::Id;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = proposal_imports)]
struct ImportRow {
    proposal_id: String,
    stamp: String,
    file_name: String,
    sheets: String,
    mapping: String,
    resolutions: String,
    uploaded_by: String,
    uploaded_by_id: Option<String>,
    uploaded_at: NaiveDateTime,
}

impl TryFrom<ImportRow> for Import {
    type Error = DbError;

    fn try_from(row: ImportRow) -> Result<Self, DbError> {
        Ok(Self {
            stamp: row.stamp.parse().map_err(DbError::corrupt)?,
            file_name: row.file_name,
            table: serde_json::from_str(&row.sheets).map_err(DbError::corrupt)?,
            columns: serde_json::from_str(&row.mapping).map_err(DbError::corrupt)?,
            resolutions: serde_json::from_str(&row.resolutions).map_err(DbError::corrupt)?,
            uploaded_by: Doer::stored(row.uploaded_by_id, row.uploaded_by)?,
            uploaded_at: row.uploaded_at.and_utc(),
        })
    }
}

/// The proposal's own, after the proposal was found within its authority.
pub fn of(connection: &mut AnyConnection, proposal: Id<Proposal>) -> Result<Option<Import>, DbError> {
    let row: Option<ImportRow> = proposal_imports::table
        .find(proposal.to_string())
        .select(ImportRow::as_select())
        .first(connection)
        .optional()?;
    row.map(TryInto::try_into).transpose()
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
    let row = ImportRow {
        proposal_id: proposal.to_string(),
        stamp: import.stamp.to_string(),
        file_name: import.file_name.clone(),
        sheets: json(&import.table)?,
        mapping: json(&import.columns)?,
        resolutions: json(&import.resolutions)?,
        uploaded_by: import.uploaded_by.name().to_owned(),
        uploaded_by_id: import.uploaded_by.person(),
        uploaded_at: import.uploaded_at.naive_utc(),
    };
    diesel::insert_into(proposal_imports::table).values(row).execute(connection)?;
    Ok(())
}

/// Whether the table is still as a page had it.
pub fn stands(
    connection: &mut AnyConnection,
    proposal: Id<Proposal>,
    stamp: Id<Import>,
) -> Result<bool, DbError> {
    let own = proposal_imports::table
        .find(proposal.to_string())
        .filter(proposal_imports::stamp.eq(stamp.to_string()));
    Ok(diesel::select(diesel::dsl::exists(own)).get_result(connection)?)
}

/// What was said of columns and rows, over what a page had; false when somebody else was first.
pub fn change(
    connection: &mut AnyConnection,
    proposal: Id<Proposal>,
    stamp: Id<Import>,
    after: &Import,
) -> Result<bool, DbError> {
    let own = proposal_imports::table
        .find(proposal.to_string())
        .filter(proposal_imports::stamp.eq(stamp.to_string()));
    let changed = diesel::update(own)
        .set((
            proposal_imports::stamp.eq(Id::<Import>::new().to_string()),
            proposal_imports::mapping.eq(json(&after.columns)?),
            proposal_imports::resolutions.eq(json(&after.resolutions)?),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Once it is used, replaced or thrown away.
pub fn remove(connection: &mut AnyConnection, proposal: Id<Proposal>) -> Result<(), DbError> {
    diesel::delete(proposal_imports::table.find(proposal.to_string())).execute(connection)?;
    Ok(())
}

/// Throws the table away, with a line in the proposal's history. After the proposal was held.
pub fn discard(connection: &mut AnyConnection, of: &Proposal, entry: Entry) -> Result<(), DbError> {
    remove(connection, of.id)?;
    let (id, version) = (of.id.to_string(), of.version + 1);
    diesel::update(proposals::table.find(&id)).set(proposals::version.eq(version)).execute(connection)?;
    history::store::append(connection, &id, version, entry)
}

/// Puts the table into the proposal, with its line in the history. After the proposal was held and found a draft.
pub fn put(connection: &mut AnyConnection, after: &Proposal, entry: Entry) -> Result<(), DbError> {
    let (id, version) = (after.id.to_string(), after.version + 1);
    diesel::update(proposals::table.find(&id))
        .set((
            proposals::form.eq(json(&after.form)?),
            proposals::allocation.eq(json(&after.rows)?),
            proposals::editors.eq(json(&after.editors)?),
            proposals::saved.eq(json(&after.saved)?),
            proposals::version.eq(version),
            proposals::revision.eq(after.revision + 1),
        ))
        .execute(connection)?;
    history::store::append(connection, &id, version, entry)
}

fn json(value: &impl serde::Serialize) -> Result<String, DbError> {
    serde_json::to_string(value).map_err(DbError::corrupt)
}

//! Rows and queries of organisations.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Kind, Names, Organisation};
use crate::ground::infra::{
    db::{AnyConnection, DbError, key_column, read_by_row},
    schema::{former_names, organisation_aliases, organisations},
};
use values::{Id, OrganisationNumber, text::sort_key};

key_column!(Kind);

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct OrganisationRow {
    id: Id<Organisation>,
    code: String,
    kind: Kind,
    name: String,
    formal_name: String,
    county: String,
    organisation_number: Option<OrganisationNumber>,
}

read_by_row!(Organisation, OrganisationRow);

type Columns = (
    organisations::id,
    organisations::code,
    organisations::kind,
    organisations::name,
    organisations::formal_name,
    organisations::county,
    organisations::organisation_number,
);

/// What an [`OrganisationRow`] is made of, for a query that has organisations twice.
pub const COLUMNS: Columns = (
    organisations::id,
    organisations::code,
    organisations::kind,
    organisations::name,
    organisations::formal_name,
    organisations::county,
    organisations::organisation_number,
);

impl From<OrganisationRow> for Organisation {
    fn from(row: OrganisationRow) -> Self {
        let OrganisationRow { id, code, kind, name, formal_name, county, organisation_number } = row;
        Self { id, code, kind, name, formal_name, county, organisation_number }
    }
}

pub fn find(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<Organisation, DbError> {
    Ok(organisations::table.find(id).select(Organisation::as_select()).first(connection)?)
}

/// Takes the organisation for the rest of this transaction and gives its new version: the number of the history line that
/// the caller owes.
pub fn lock(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<i64, DbError> {
    diesel::update(organisations::table.find(id))
        .set(organisations::version.eq(organisations::version + 1))
        .execute(connection)?;
    Ok(organisations::table.find(id).select(organisations::version).first(connection)?)
}

/// The number of the last line of its history: what a page was made from.
pub fn version(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<i64, DbError> {
    Ok(organisations::table.find(id).select(organisations::version).first(connection)?)
}

/// Takes the organisation for the rest of this transaction, to change nothing that its history tells.
pub fn hold(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<(), DbError> {
    let row = organisations::table.find(id);
    diesel::update(row).set(organisations::code.eq(organisations::code)).execute(connection)?;
    Ok(())
}

/// Every stream of an organisation that has one, and its version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(organisations::table
        .filter(organisations::version.gt(0))
        .order_by(organisations::id)
        .select((organisations::id, organisations::version))
        .load(connection)?)
}

pub fn find_by_code(connection: &mut AnyConnection, code: &str) -> Result<Option<Organisation>, DbError> {
    Ok(organisations::table
        .filter(organisations::code.eq(code))
        .select(Organisation::as_select())
        .first(connection)
        .optional()?)
}

/// Whose organisationsnummer this is; nobody's where two have it.
pub fn find_by_number(
    connection: &mut AnyConnection,
    number: OrganisationNumber,
) -> Result<Option<Organisation>, DbError> {
    let mut found: Vec<Organisation> = organisations::table
        .filter(organisations::organisation_number.eq(number))
        .order_by(organisations::code)
        .limit(2)
        .select(Organisation::as_select())
        .load(connection)?;
    Ok(found.pop().filter(|_| found.is_empty()))
}

/// All organisations, in Swedish alphabetical order.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Organisation>, DbError> {
    let mut all: Vec<Organisation> = organisations::table
        .order_by(organisations::code)
        .select(Organisation::as_select())
        .load(connection)?;
    all.sort_by_cached_key(|organisation| sort_key(&organisation.name));
    Ok(all)
}

/// All organisations, each with the other names it is known by.
pub fn with_aliases(connection: &mut AnyConnection) -> Result<Vec<(Organisation, Vec<String>)>, DbError> {
    let rows: Vec<(Id<Organisation>, String)> = organisation_aliases::table
        .order_by((organisation_aliases::organisation_id, organisation_aliases::alias))
        .select((organisation_aliases::organisation_id, organisation_aliases::alias))
        .load(connection)?;
    let mut of: HashMap<Id<Organisation>, Vec<String>> = HashMap::new();
    for (organisation, alias) in rows {
        of.entry(organisation).or_default().push(alias);
    }
    let all = all(connection)?.into_iter();
    Ok(all
        .map(|known| {
            let mut aliases = of.remove(&known.id).unwrap_or_default();
            aliases.sort_by_cached_key(|alias| sort_key(alias));
            (known, aliases)
        })
        .collect())
}

/// What every organisation is called, and was.
pub fn names(connection: &mut AnyConnection) -> Result<Names, DbError> {
    let former: Vec<(String, String, String)> = former_names::table
        .inner_join(organisations::table.on(former_names::organisation_id.eq(organisations::id)))
        .order_by(former_names::id)
        .select((organisations::code, former_names::name, former_names::formal_name))
        .load(connection)?;
    let mut names = Names::default();
    for (organisation, aliases) in with_aliases(connection)? {
        let known_by = organisation.known_by().into_iter().chain(aliases).collect();
        names.0.insert(organisation.code, known_by);
    }
    for (code, name, formal_name) in former {
        names.0.entry(code).or_default().extend([name, formal_name]);
    }
    Ok(names)
}

/// Adds an organisation that is not there yet; one with the same code stays as it is.
pub fn add(
    connection: &mut AnyConnection,
    organisation: &Organisation,
    aliases: &[String],
) -> Result<(), DbError> {
    if find_by_code(connection, &organisation.code)?.is_some() {
        return Ok(());
    }
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(organisation.id),
            organisations::code.eq(&organisation.code),
            organisations::kind.eq(organisation.kind),
            organisations::name.eq(&organisation.name),
            organisations::formal_name.eq(&organisation.formal_name),
            organisations::county.eq(&organisation.county),
            organisations::organisation_number.eq(organisation.organisation_number),
        ))
        .execute(connection)?;
    for alias in aliases {
        diesel::insert_into(organisation_aliases::table)
            .values((
                organisation_aliases::organisation_id.eq(organisation.id),
                organisation_aliases::alias.eq(alias),
            ))
            .execute(connection)?;
    }
    Ok(())
}

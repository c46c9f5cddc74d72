//! Rows and queries of organisations.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Kind, Names, Organisation};
use crate::ground::infra::{
    db::{AnyConnection, DbError},
    schema::{former_names, organisation_aliases, organisations},
};
use values::{Id, OrganisationNumber, text::sort_key};

#[derive(Queryable, Selectable)]
#[diesel(table_name = organisations)]
pub struct OrganisationRow {
    id: String,
    code: String,
    kind: String,
    name: String,
    formal_name: String,
    county: String,
    organisation_number: Option<String>,
}

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

impl OrganisationRow {
    pub fn has_id(&self, id: &str) -> bool {
        self.id == id
    }

    /// Its id and its name.
    pub fn place(&self) -> Result<(Id<Organisation>, String), DbError> {
        Ok((self.id.parse().map_err(DbError::corrupt)?, self.name.clone()))
    }
}

impl TryFrom<OrganisationRow> for Organisation {
    type Error = DbError;

    fn try_from(row: OrganisationRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            kind: Kind::parse(&row.kind).ok_or_else(|| DbError::corrupt(format!("kind {}", row.kind)))?,
            code: row.code,
            name: row.name,
            formal_name: row.formal_name,
            county: row.county,
            organisation_number: row
                .organisation_number
                .map(|number| OrganisationNumber::parse(&number).map_err(DbError::corrupt))
                .transpose()?,
        })
    }
}

pub fn find(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<Organisation, DbError> {
    organisations::table
        .find(id.to_string())
        .select(OrganisationRow::as_select())
        .first(connection)?
        .try_into()
}

/// Takes the organisation for the rest of this transaction and gives its new version: the number of the history line that
/// the caller owes.
pub fn lock(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<i64, DbError> {
    let id = id.to_string();
    diesel::update(organisations::table.find(&id))
        .set(organisations::version.eq(organisations::version + 1))
        .execute(connection)?;
    Ok(organisations::table.find(&id).select(organisations::version).first(connection)?)
}

/// The number of the last line of its history: what a page was made from.
pub fn version(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<i64, DbError> {
    Ok(organisations::table.find(id.to_string()).select(organisations::version).first(connection)?)
}

/// Takes the organisation for the rest of this transaction, to change nothing that its history tells.
pub fn hold(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<(), DbError> {
    let row = organisations::table.find(id.to_string());
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
    organisations::table
        .filter(organisations::code.eq(code))
        .select(OrganisationRow::as_select())
        .first(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// Whose organisationsnummer this is; nobody's where two have it.
pub fn find_by_number(
    connection: &mut AnyConnection,
    number: OrganisationNumber,
) -> Result<Option<Organisation>, DbError> {
    let rows: Vec<OrganisationRow> = organisations::table
        .filter(organisations::organisation_number.eq(number.to_string()))
        .order_by(organisations::code)
        .limit(2)
        .select(OrganisationRow::as_select())
        .load(connection)?;
    match <[OrganisationRow; 1]>::try_from(rows) {
        Ok([row]) => row.try_into().map(Some),
        Err(_) => Ok(None),
    }
}

/// All organisations, in Swedish alphabetical order.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Organisation>, DbError> {
    let rows: Vec<OrganisationRow> = organisations::table
        .order_by(organisations::code)
        .select(OrganisationRow::as_select())
        .load(connection)?;
    let mut all: Vec<Organisation> = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    all.sort_by_cached_key(|organisation| sort_key(&organisation.name));
    Ok(all)
}

/// All organisations, each with the other names it is known by.
pub fn with_aliases(connection: &mut AnyConnection) -> Result<Vec<(Organisation, Vec<String>)>, DbError> {
    let rows: Vec<(String, String)> = organisation_aliases::table
        .order_by((organisation_aliases::organisation_id, organisation_aliases::alias))
        .select((organisation_aliases::organisation_id, organisation_aliases::alias))
        .load(connection)?;
    let mut of: HashMap<String, Vec<String>> = HashMap::new();
    for (organisation, alias) in rows {
        of.entry(organisation).or_default().push(alias);
    }
    let all = all(connection)?.into_iter();
    Ok(all
        .map(|known| {
            let mut aliases = of.remove(&known.id.to_string()).unwrap_or_default();
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
    let id = organisation.id.to_string();
    diesel::insert_into(organisations::table)
        .values((
            organisations::id.eq(&id),
            organisations::code.eq(&organisation.code),
            organisations::kind.eq(organisation.kind.key()),
            organisations::name.eq(&organisation.name),
            organisations::formal_name.eq(&organisation.formal_name),
            organisations::county.eq(&organisation.county),
            organisations::organisation_number
                .eq(organisation.organisation_number.as_ref().map(ToString::to_string)),
        ))
        .execute(connection)?;
    for alias in aliases {
        diesel::insert_into(organisation_aliases::table)
            .values((organisation_aliases::organisation_id.eq(&id), organisation_aliases::alias.eq(alias)))
            .execute(connection)?;
    }
    Ok(())
}

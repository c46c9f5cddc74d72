//! The register of units: each organisation's own.

use diesel::prelude::*;

use crate::{
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::onward_units,
    },
    numbers::{Line, OrganisationNumber},
    onward::unit::{Content, Unit},
    recipient::Organisation,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_units)]
pub(super) struct UnitRow {
    id: String,
    provider_number: String,
    provider: String,
    name: String,
    is_private: bool,
    kind: String,
    size: i32,
    elsewhere: String,
    is_closed: bool,
    revision: i64,
}

impl TryFrom<UnitRow> for Unit {
    type Error = DbError;

    fn try_from(row: UnitRow) -> Result<Self, DbError> {
        let elsewhere = match row.elsewhere.as_str() {
            "" => None,
            name => Some(Line::parse(name).map_err(DbError::corrupt)?),
        };
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            content: Content {
                provider_number: OrganisationNumber::parse(&row.provider_number).map_err(DbError::corrupt)?,
                provider: Line::parse(&row.provider).map_err(DbError::corrupt)?,
                name: Line::parse(&row.name).map_err(DbError::corrupt)?,
                is_private: row.is_private,
                kind: Line::parse(&row.kind).map_err(DbError::corrupt)?,
                size: u32::try_from(row.size).map_err(DbError::corrupt)?,
                elsewhere,
            },
            is_closed: row.is_closed,
            revision: row.revision,
        })
    }
}

/// By provider and name.
pub fn units(connection: &mut AnyConnection, of: Id<Organisation>) -> Result<Vec<Unit>, DbError> {
    let rows: Vec<UnitRow> = onward_units::table
        .filter(onward_units::organisation_id.eq(of.to_string()))
        .order_by((onward_units::provider, onward_units::name_key, onward_units::id))
        .select(UnitRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

pub fn unit(
    connection: &mut AnyConnection,
    of: Id<Organisation>,
    id: Id<Unit>,
) -> Result<Option<Unit>, DbError> {
    onward_units::table
        .filter(onward_units::organisation_id.eq(of.to_string()))
        .filter(onward_units::id.eq(id.to_string()))
        .select(UnitRow::as_select())
        .first::<UnitRow>(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// Whether any register has a unit with this id.
pub fn unit_exists(connection: &mut AnyConnection, id: Id<Unit>) -> Result<bool, DbError> {
    let unit = onward_units::table.find(id.to_string());
    Ok(diesel::select(diesel::dsl::exists(unit)).get_result(connection)?)
}

pub fn insert_unit(connection: &mut AnyConnection, of: Id<Organisation>, unit: &Unit) -> Result<(), DbError> {
    diesel::insert_into(onward_units::table)
        .values((
            onward_units::id.eq(unit.id.to_string()),
            onward_units::organisation_id.eq(of.to_string()),
            columns(unit)?,
        ))
        .execute(connection)?;
    Ok(())
}

/// After the organisation is locked.
pub fn update_unit(connection: &mut AnyConnection, unit: &Unit) -> Result<(), DbError> {
    diesel::update(onward_units::table.find(unit.id.to_string())).set(columns(unit)?).execute(connection)?;
    Ok(())
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = onward_units)]
struct Columns {
    provider_number: String,
    provider: String,
    name: String,
    name_key: String,
    is_private: bool,
    kind: String,
    size: i32,
    elsewhere: String,
    is_closed: bool,
    revision: i64,
}

fn columns(unit: &Unit) -> Result<Columns, DbError> {
    let content = &unit.content;
    Ok(Columns {
        provider_number: content.provider_number.digits(),
        provider: content.provider.to_string(),
        name: content.name.to_string(),
        name_key: content.name_key(),
        is_private: content.is_private,
        kind: content.kind.to_string(),
        size: i32::try_from(content.size).map_err(DbError::corrupt)?,
        elsewhere: content.elsewhere.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_closed: unit.is_closed,
        revision: unit.revision,
    })
}

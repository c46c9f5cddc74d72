//! The register of units: each organisation's own.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use crate::{
    grants::onward::unit::{Content, Unit},
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError},
        schema::onward_units,
    },
    people::recipient::Organisation,
};
use values::{Id, Line, ProviderNumber, text::fold};

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
    saved_by: String,
    saved_at: Option<NaiveDateTime>,
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
                provider_number: ProviderNumber::parse(&row.provider_number).map_err(DbError::corrupt)?,
                provider: Line::parse(&row.provider).map_err(DbError::corrupt)?,
                name: Line::parse(&row.name).map_err(DbError::corrupt)?,
                is_private: row.is_private,
                kind: Line::parse(&row.kind).map_err(DbError::corrupt)?,
                size: u32::try_from(row.size).map_err(DbError::corrupt)?,
                elsewhere,
            },
            is_closed: row.is_closed,
            revision: row.revision,
            saved: Saved::of((row.saved_by, row.saved_at)),
        })
    }
}

/// By provider and name.
pub fn units(connection: &mut AnyConnection, of: Id<Organisation>) -> Result<Vec<Unit>, DbError> {
    let rows: Vec<UnitRow> = onward_units::table
        .filter(onward_units::organisation_id.eq(of.to_string()))
        .order_by(onward_units::id)
        .select(UnitRow::as_select())
        .load(connection)?;
    let mut units: Vec<Unit> = rows.into_iter().map(TryInto::try_into).collect::<Result<_, _>>()?;
    units.sort_by_cached_key(|unit| unit.content.order());
    Ok(units)
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

/// Writes anew by what units are told apart, for rows from before it was what [`Content::name_key`] says today. Of units that
/// are now told to be the same the first keeps the name; the others have their id with it until somebody renames them.
pub fn fold_names(connection: &mut AnyConnection) -> Result<(), DbError> {
    let rows: Vec<(String, String, String, String, String)> = onward_units::table
        .order_by(onward_units::id)
        .select((
            onward_units::id,
            onward_units::organisation_id,
            onward_units::provider_number,
            onward_units::name,
            onward_units::name_key,
        ))
        .load(connection)?;
    let mut taken = HashSet::new();
    let mut stale = Vec::new();
    for (id, organisation, number, name, was) in rows {
        let name = fold(&name);
        let key =
            if taken.insert((organisation, number, name.clone())) { name } else { format!("{name} {id}") };
        if key != was {
            stale.push((id, key));
        }
    }
    // No new key stands in the way of another: all are out of the way before the first is set.
    for (id, _) in &stale {
        let unit = onward_units::table.find(id);
        diesel::update(unit).set(onward_units::name_key.eq(id)).execute(connection)?;
    }
    for (id, key) in &stale {
        let unit = onward_units::table.find(id);
        diesel::update(unit).set(onward_units::name_key.eq(key)).execute(connection)?;
    }
    Ok(())
}

/// Whether any register has a unit with this id.
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
    saved_by: String,
    saved_at: Option<NaiveDateTime>,
}

fn columns(unit: &Unit) -> Result<Columns, DbError> {
    let content = &unit.content;
    let (saved_by, saved_at) = unit.saved.as_ref().map(Saved::columns).unzip();
    let saved_by = saved_by.unwrap_or_default().to_owned();
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
        saved_by,
        saved_at,
    })
}

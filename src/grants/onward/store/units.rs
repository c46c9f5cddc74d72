//! The register of units: each organisation's own.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::prelude::*;

use crate::{
    grants::onward::unit::{Content, Unit},
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError, read_by_row},
        schema::onward_units,
    },
    people::recipient::Organisation,
};
use values::{Id, Line, LineError, ProviderNumber, text::fold};

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_units)]
pub struct UnitRow {
    id: Id<Unit>,
    provider_number: ProviderNumber,
    provider: Line<100>,
    name: Line<100>,
    is_private: bool,
    kind: Line<60>,
    size: i32,
    elsewhere: String,
    is_closed: bool,
    revision: i64,
    saved_by: String,
    saved_at: Option<DateTime<Utc>>,
}

read_by_row!(Unit, UnitRow);

impl TryFrom<UnitRow> for Unit {
    type Error = LineError;

    fn try_from(row: UnitRow) -> Result<Self, LineError> {
        let elsewhere = match row.elsewhere.as_str() {
            "" => None,
            name => Some(Line::parse(name)?),
        };
        Ok(Self {
            id: row.id,
            content: Content {
                provider_number: row.provider_number,
                provider: row.provider,
                name: row.name,
                is_private: row.is_private,
                kind: row.kind,
                size: row.size.unsigned_abs(),
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
    let mut units: Vec<Unit> = onward_units::table
        .filter(onward_units::organisation_id.eq(of))
        .order_by(onward_units::id)
        .select(Unit::as_select())
        .load(connection)?;
    units.sort_by_cached_key(|unit| unit.content.order());
    Ok(units)
}

pub fn unit(
    connection: &mut AnyConnection,
    of: Id<Organisation>,
    id: Id<Unit>,
) -> Result<Option<Unit>, DbError> {
    Ok(onward_units::table
        .filter(onward_units::organisation_id.eq(of))
        .filter(onward_units::id.eq(id))
        .select(Unit::as_select())
        .first(connection)
        .optional()?)
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
        .values((onward_units::id.eq(unit.id), onward_units::organisation_id.eq(of), columns(unit)?))
        .execute(connection)?;
    Ok(())
}

/// After the organisation is locked.
pub fn update_unit(connection: &mut AnyConnection, unit: &Unit) -> Result<(), DbError> {
    diesel::update(onward_units::table.find(unit.id)).set(columns(unit)?).execute(connection)?;
    Ok(())
}

#[derive(Insertable, AsChangeset)]
#[diesel(table_name = onward_units)]
struct Columns<'a> {
    provider_number: String,
    provider: &'a Line<100>,
    name: &'a Line<100>,
    name_key: String,
    is_private: bool,
    kind: &'a Line<60>,
    size: i32,
    elsewhere: String,
    is_closed: bool,
    revision: i64,
    saved_by: String,
    saved_at: Option<NaiveDateTime>,
}

fn columns(unit: &Unit) -> Result<Columns<'_>, DbError> {
    let content = &unit.content;
    let (saved_by, saved_at) = unit.saved.as_ref().map(Saved::columns).unzip();
    let saved_by = saved_by.unwrap_or_default().to_owned();
    Ok(Columns {
        provider_number: content.provider_number.digits(),
        provider: &content.provider,
        name: &content.name,
        name_key: content.name_key(),
        is_private: content.is_private,
        kind: &content.kind,
        size: i32::try_from(content.size).map_err(DbError::corrupt)?,
        elsewhere: content.elsewhere.as_ref().map(ToString::to_string).unwrap_or_default(),
        is_closed: unit.is_closed,
        revision: unit.revision,
        saved_by,
        saved_at,
    })
}

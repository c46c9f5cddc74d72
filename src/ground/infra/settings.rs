//! Single facts about this installation, by key.

use diesel::prelude::*;

use super::{
    db::{AnyConnection, DbError},
    schema::settings,
};

pub fn get(connection: &mut AnyConnection, key: &str) -> Result<Option<String>, DbError> {
    Ok(settings::table.find(key).select(settings::value).first(connection).optional()?)
}

pub fn set(connection: &mut AnyConnection, key: &str, value: &str) -> Result<(), DbError> {
    let changed =
        diesel::update(settings::table.find(key)).set(settings::value.eq(value)).execute(connection)?;
    if changed == 0 {
        diesel::insert_into(settings::table)
            .values((settings::key.eq(key), settings::value.eq(value)))
            .execute(connection)?;
    }
    Ok(())
}

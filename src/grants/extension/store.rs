//! Rows and queries of extensions.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{Extension, Kind};
use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{extensions, grants},
    },
    people::access::Doer,
};
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = extensions)]
struct ExtensionRow {
    id: String,
    kind: String,
    until: NaiveDate,
    decision: String,
    reason: String,
    decided_by: String,
    decided_by_id: Option<String>,
    decided_at: NaiveDateTime,
}

impl TryFrom<ExtensionRow> for Extension {
    type Error = DbError;

    fn try_from(row: ExtensionRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            kind: Kind::parse(&row.kind).ok_or_else(|| DbError::corrupt(format!("kind {}", row.kind)))?,
            until: row.until,
            decision: row.decision,
            reason: row.reason,
            decided_by: Doer::stored(row.decided_by_id, row.decided_by)?,
            decided_at: row.decided_at.and_utc(),
        })
    }
}

/// A grant's extensions, the newest first.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<Extension>, DbError> {
    let rows: Vec<ExtensionRow> = extensions::table
        .filter(extensions::grant_id.eq(grant.to_string()))
        .order_by((extensions::decided_at.desc(), extensions::id.desc()))
        .select(ExtensionRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Keeps the decision, and puts the day on the grant. After the grant is locked.
pub fn insert(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    extension: &Extension,
) -> Result<(), DbError> {
    diesel::insert_into(extensions::table)
        .values((
            extensions::id.eq(extension.id.to_string()),
            extensions::grant_id.eq(grant.to_string()),
            extensions::kind.eq(extension.kind.key()),
            extensions::until.eq(extension.until),
            extensions::decision.eq(&extension.decision),
            extensions::reason.eq(&extension.reason),
            extensions::decided_by.eq(extension.decided_by.name()),
            extensions::decided_by_id.eq(extension.decided_by.person()),
            extensions::decided_at.eq(extension.decided_at.naive_utc()),
        ))
        .execute(connection)?;
    let row = diesel::update(grants::table.find(grant.to_string()));
    match extension.kind {
        Kind::Requisition => {
            row.set(grants::requisition_until.eq(extension.until)).execute(connection)?;
        }
        Kind::Report => {
            row.set(grants::report_until.eq(extension.until)).execute(connection)?;
        }
        Kind::Repayment => {
            row.set(grants::repayment_until.eq(extension.until)).execute(connection)?;
        }
    }
    Ok(())
}

//! Rows and queries of extensions.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::{Extension, Kind};
use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError, key_column, read_by_row},
        schema::{extensions, grants},
    },
    people::access::{Doer, Person},
};
use values::Id;

key_column!(Kind);

#[derive(Queryable, Selectable)]
#[diesel(table_name = extensions)]
pub struct ExtensionRow {
    id: Id<Extension>,
    kind: Kind,
    until: NaiveDate,
    decision: String,
    reason: String,
    decided_by: String,
    decided_by_id: Option<Id<Person>>,
    decided_at: DateTime<Utc>,
}

read_by_row!(Extension, ExtensionRow);

impl From<ExtensionRow> for Extension {
    fn from(row: ExtensionRow) -> Self {
        let ExtensionRow { id, kind, until, decision, reason, decided_by, decided_by_id, decided_at } = row;
        let decided_by = Doer::stored(decided_by_id, decided_by);
        Self { id, kind, until, decision, reason, decided_by, decided_at }
    }
}

/// A grant's extensions, the newest first.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<Extension>, DbError> {
    Ok(extensions::table
        .filter(extensions::grant_id.eq(grant))
        .order_by((extensions::decided_at.desc(), extensions::id.desc()))
        .select(Extension::as_select())
        .load(connection)?)
}

/// Keeps the decision, and puts the day on the grant. After the grant is locked.
pub fn insert(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    extension: &Extension,
) -> Result<(), DbError> {
    diesel::insert_into(extensions::table)
        .values((
            extensions::id.eq(extension.id),
            extensions::grant_id.eq(grant),
            extensions::kind.eq(extension.kind),
            extensions::until.eq(extension.until),
            extensions::decision.eq(&extension.decision),
            extensions::reason.eq(&extension.reason),
            extensions::decided_by.eq(extension.decided_by.name()),
            extensions::decided_by_id.eq(extension.decided_by.person()),
            extensions::decided_at.eq(extension.decided_at.naive_utc()),
        ))
        .execute(connection)?;
    let row = diesel::update(grants::table.find(grant));
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

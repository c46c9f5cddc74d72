//! Rows and queries of requisitions and what was fixed for signature of them.

mod editions;
mod queue;

pub use editions::{
    altered_editions, approved_of, awaiting, case, editions_of, is_reported, last_received, received_edition,
    standing_edition,
};
pub use queue::{officer_name, to_pay};

use diesel::prelude::*;

use super::Requisition;
use crate::{
    grants::{
        case::{
            Kind,
            store::{Columns, Row, Stored, from_json},
        },
        grant::{Grant, store::GrantFilter},
    },
    ground::infra::{
        db::{AnyConnection, DbError, json},
        schema::cases,
    },
};
use values::Id;

impl Stored for Requisition {
    fn read(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.retyped(),
            grant_id: row.grant_id,
            number: row.number,
            form: row.part,
            status: from_json(&row.state)?,
            draft: from_json(&row.draft)?,
            version: row.version,
            revision: row.revision,
            officer: row.officer_id,
        })
    }

    fn columns(&self) -> Result<Columns, DbError> {
        Ok(Columns {
            draft: json(&self.draft)?,
            version: self.version,
            received_at: self.received().map(|received| received.at.naive_utc()),
            officer_id: self.officer,
            ..Columns::of(self.status.key(), json(&self.status)?, self.is_shown())
        })
    }

    fn place(&self) -> (&str, i32) {
        (&self.form, self.number)
    }
}

/// Grant, post and status of a requisition, and whether it ever came in.
pub type StatusRow = (Id<Grant>, String, String, bool);

/// Those of every requisition of these grants: one query.
pub fn statuses(connection: &mut AnyConnection, which: GrantFilter<'_>) -> Result<Vec<StatusRow>, DbError> {
    Ok(cases::table
        .filter(cases::kind.eq(Kind::Requisition))
        .filter(cases::grant_id.eq_any(which.ids()))
        .order_by((cases::grant_id, cases::number))
        .select((cases::grant_id, cases::part, cases::status, cases::received_at.is_not_null()))
        .load(connection)?)
}

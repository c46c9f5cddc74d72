//! Rows and queries of requests for accounts.

use diesel::prelude::*;

use super::{AccountRequest, Dossier};
use crate::{
    grants::{
        case::{
            self, Kind,
            store::{Columns, Row, Stored, from_json},
        },
        grant,
    },
    ground::infra::{
        db::{AnyConnection, DbError, json},
        schema::{cases, grants},
    },
    people::{
        access::{Doer, Scope},
        recipient::{self, Organisation},
    },
};
use values::{Id, calendar::Deadline};

impl Stored for AccountRequest {
    fn read(row: Row) -> Result<Self, DbError> {
        let without = || DbError::corrupt(format!("request {} has no last day", row.id));
        Ok(Self {
            id: row.id.retyped(),
            grant_id: row.grant_id,
            number: row.number,
            due: Deadline(row.due.ok_or_else(without)?),
            asks_for: row.asks_for,
            asked_by: Doer::stored(row.asked_by_id, row.asked_by),
            asked_at: row.created_at,
            status: from_json(&row.state)?,
            revision: row.revision,
            asker: row.asker_id,
        })
    }

    fn columns(&self) -> Result<Columns, DbError> {
        Ok(Columns {
            asks_for: self.asks_for.clone(),
            due: Some(self.due.0),
            asked_by: self.asked_by.name().to_owned(),
            asked_by_id: self.asked_by.person(),
            asker_id: self.asker,
            ..Columns::of(self.status.key(), json(&self.status)?, true)
        })
    }

    fn place(&self) -> (&str, i32) {
        ("", self.number)
    }
}

/// The request with its grant, if it is there for these eyes.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<AccountRequest>,
) -> Result<Option<Dossier>, DbError> {
    let Some(request) = case::store::find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, request.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("request {id} has no grant")))?;
    let asker = match request.asker {
        Some(asker) => recipient::store::find(connection, asker)?,
        None => grant.agreement.authority.clone(),
    };
    Ok(Some(Dossier { request, grant, asker }))
}

/// What an organisation has to answer, over all grants that it holds, the most urgent first: one query.
pub fn open_held_by(
    connection: &mut AnyConnection,
    holder: Id<Organisation>,
) -> Result<Vec<AccountRequest>, DbError> {
    let rows: Vec<Row> = cases::table
        .inner_join(grants::table)
        .filter(cases::kind.eq(Kind::AccountRequest))
        .filter(grants::holder_id.eq(holder))
        .filter(cases::status.eq("open"))
        .order_by((cases::due, cases::id))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(AccountRequest::read).collect()
}

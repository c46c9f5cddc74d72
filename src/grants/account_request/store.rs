//! Rows and queries of requests for accounts.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{AccountRequest, Case, Refusal};
use crate::{
    grants::grant::{self, Grant, Scope},
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{account_requests, agreements, grants},
    },
    people::recipient::{self, Organisation},
    terms::insight,
};
use values::{Id, calendar::Deadline};

#[derive(Queryable, Selectable)]
#[diesel(table_name = account_requests)]
struct RequestRow {
    id: String,
    grant_id: String,
    number: i32,
    state: String,
    asks_for: String,
    due: NaiveDate,
    asked_by: String,
    asked_at: NaiveDateTime,
    revision: i64,
    asker_id: Option<String>,
}

impl TryFrom<RequestRow> for AccountRequest {
    type Error = DbError;

    fn try_from(row: RequestRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            grant_id: row.grant_id.parse().map_err(DbError::corrupt)?,
            number: row.number,
            asks_for: row.asks_for,
            due: Deadline(row.due),
            asked_by: row.asked_by,
            asked_at: row.asked_at.and_utc(),
            status: serde_json::from_str(&row.state).map_err(DbError::corrupt)?,
            revision: row.revision,
            asker: row.asker_id.map(|id| id.parse()).transpose().map_err(DbError::corrupt)?,
        })
    }
}

/// The request, if it is there for these eyes.
pub fn find(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<AccountRequest>,
) -> Result<Option<AccountRequest>, DbError> {
    let mut query = account_requests::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(account_requests::id.eq(id.to_string()))
        .select(RequestRow::as_select())
        .into_boxed();
    query = match scope {
        Scope::Recipient(organisation) => query.filter(grants::holder_id.eq(organisation.to_string())),
        Scope::Authority(organisation) => query.filter(agreements::authority_id.eq(organisation.to_string())),
        Scope::Reader(organisation) => query.filter(insight::store::read_by(organisation)),
    };
    query.first::<RequestRow>(connection).optional()?.map(TryInto::try_into).transpose()
}

/// The request with its grant, if it is there for these eyes.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<AccountRequest>,
) -> Result<Option<Case>, DbError> {
    let Some(request) = find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, request.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("request {id} has no grant")))?;
    let asker = match request.asker {
        Some(asker) => recipient::store::find(connection, asker)?,
        None => grant.agreement.authority.clone(),
    };
    Ok(Some(Case { request, grant, asker }))
}

/// A grant's requests, the newest first.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<AccountRequest>, DbError> {
    let rows: Vec<RequestRow> = account_requests::table
        .filter(account_requests::grant_id.eq(grant.to_string()))
        .order_by(account_requests::number.desc())
        .select(RequestRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// What an organisation has to answer, over all grants that it holds, the most urgent first: one query.
pub fn open_held_by(
    connection: &mut AnyConnection,
    holder: Id<Organisation>,
) -> Result<Vec<AccountRequest>, DbError> {
    let rows: Vec<RequestRow> = account_requests::table
        .inner_join(grants::table)
        .filter(grants::holder_id.eq(holder.to_string()))
        .filter(account_requests::status.eq("open"))
        .order_by((account_requests::due, account_requests::id))
        .select(RequestRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The grant that has a request with this id.
pub fn grant_of(
    connection: &mut AnyConnection,
    id: Id<AccountRequest>,
) -> Result<Option<Id<Grant>>, DbError> {
    let found: Option<String> = account_requests::table
        .find(id.to_string())
        .select(account_requests::grant_id)
        .first(connection)
        .optional()?;
    found.map(|grant| grant.parse().map_err(DbError::corrupt)).transpose()
}

/// The number of the grant's next request. After the grant is locked.
pub fn next_number(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<i32, DbError> {
    let last: Option<i32> = account_requests::table
        .filter(account_requests::grant_id.eq(grant.to_string()))
        .select(diesel::dsl::max(account_requests::number))
        .first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert(connection: &mut AnyConnection, request: &AccountRequest) -> Result<(), DbError> {
    diesel::insert_into(account_requests::table)
        .values((
            account_requests::id.eq(request.id.to_string()),
            account_requests::grant_id.eq(request.grant_id.to_string()),
            account_requests::number.eq(request.number),
            account_requests::status.eq(request.status.key()),
            account_requests::state.eq(serde_json::to_string(&request.status).map_err(DbError::corrupt)?),
            account_requests::asks_for.eq(&request.asks_for),
            account_requests::due.eq(request.due.0),
            account_requests::asked_by.eq(&request.asked_by),
            account_requests::asked_at.eq(request.asked_at.naive_utc()),
            account_requests::revision.eq(request.revision),
            account_requests::asker_id.eq(request.asker.map(|asker| asker.to_string())),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes its new state over the revision that was read.
pub fn update(
    connection: &mut AnyConnection,
    request: &AccountRequest,
) -> Result<Result<(), Refusal>, DbError> {
    let row = account_requests::table
        .find(request.id.to_string())
        .filter(account_requests::revision.eq(request.revision));
    let changed = diesel::update(row)
        .set((
            account_requests::status.eq(request.status.key()),
            account_requests::state.eq(serde_json::to_string(&request.status).map_err(DbError::corrupt)?),
            account_requests::due.eq(request.due.0),
            account_requests::revision.eq(request.revision + 1),
        ))
        .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

/// Takes the request for the rest of this transaction, and raises its revision: its files change, and with them what
/// somebody else would hand in.
pub fn touch(connection: &mut AnyConnection, id: Id<AccountRequest>) -> Result<(), DbError> {
    diesel::update(account_requests::table.find(id.to_string()))
        .set(account_requests::revision.eq(account_requests::revision + 1))
        .execute(connection)?;
    Ok(())
}

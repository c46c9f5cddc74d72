//! Rows and queries of repayments.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use super::{Refusal, Repayment, State};
use crate::{
    grants::{case::Kind, grant::Grant},
    ground::infra::{
        db::{AnyConnection, DbError, Json, json, read_by_row},
        schema::{agreements, cases, grants, repayments},
    },
    people::{
        access::{Doer, Person},
        recipient::Organisation,
    },
    terms::agreement::Agreement,
};
use values::{Id, Money, Ocr};

#[derive(Queryable, Selectable)]
#[diesel(table_name = repayments)]
pub struct RepaymentRow {
    id: Id<Repayment>,
    authority_id: Id<Organisation>,
    amount: Money,
    received_on: NaiveDate,
    reference: String,
    payer: String,
    revision: i64,
    registered_by: String,
    registered_by_id: Option<Id<Person>>,
    registered_at: DateTime<Utc>,
    state: Json<State>,
}

read_by_row!(Repayment, RepaymentRow);

impl From<RepaymentRow> for Repayment {
    fn from(row: RepaymentRow) -> Self {
        Self {
            id: row.id,
            authority: row.authority_id,
            amount: row.amount,
            received_on: row.received_on,
            reference: row.reference,
            payer: row.payer,
            revision: row.revision,
            registered_by: Doer::stored(row.registered_by_id, row.registered_by),
            registered_at: row.registered_at,
            state: row.state.0,
        }
    }
}

/// The repayment, if it is this authority's.
pub fn find(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Repayment>,
) -> Result<Option<Repayment>, DbError> {
    Ok(repayments::table
        .filter(repayments::id.eq(id))
        .filter(repayments::authority_id.eq(authority))
        .select(Repayment::as_select())
        .first(connection)
        .optional()?)
}

/// All that an authority has registered, what came in last first.
pub fn of_authority(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<Repayment>, DbError> {
    Ok(repayments::table
        .filter(repayments::authority_id.eq(authority))
        .order_by((repayments::received_on.desc(), repayments::registered_at.desc(), repayments::id.desc()))
        .select(Repayment::as_select())
        .load(connection)?)
}

/// What counts of a grant, in the order it came.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<Repayment>, DbError> {
    Ok(repayments::table
        .filter(repayments::grant_id.eq(grant))
        .order_by((repayments::received_on, repayments::registered_at, repayments::id))
        .select(Repayment::as_select())
        .load(connection)?)
}

/// One that is registered already and may be the same money.
pub fn alike(connection: &mut AnyConnection, new: &Repayment) -> Result<Option<Repayment>, DbError> {
    let same_day: Vec<Repayment> = repayments::table
        .filter(repayments::authority_id.eq(new.authority))
        .filter(repayments::received_on.eq(new.received_on))
        .filter(repayments::amount.eq(new.amount))
        .order_by((repayments::registered_at, repayments::id))
        .select(Repayment::as_select())
        .load(connection)?;
    Ok(same_day.into_iter().find(|known| known.is_like(new)))
}

pub fn insert(connection: &mut AnyConnection, repayment: &Repayment) -> Result<(), DbError> {
    diesel::insert_into(repayments::table)
        .values((
            repayments::id.eq(repayment.id),
            repayments::authority_id.eq(repayment.authority),
            repayments::grant_id.eq(repayment.grant()),
            repayments::amount.eq(repayment.amount),
            repayments::received_on.eq(repayment.received_on),
            repayments::reference.eq(&repayment.reference),
            repayments::payer.eq(&repayment.payer),
            repayments::revision.eq(repayment.revision),
            repayments::registered_by.eq(repayment.registered_by.name()),
            repayments::registered_by_id.eq(repayment.registered_by.person()),
            repayments::registered_at.eq(repayment.registered_at.naive_utc()),
            repayments::state.eq(json(&repayment.state)?),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes the repayment over the revision it was read at.
pub fn update(connection: &mut AnyConnection, repayment: &Repayment) -> Result<Result<(), Refusal>, DbError> {
    let revision = repayment.revision;
    let row = repayments::table.find(repayment.id).filter(repayments::revision.eq(revision));
    let changed = diesel::update(row)
        .set((
            repayments::grant_id.eq(repayment.grant()),
            repayments::state.eq(json(&repayment.state)?),
            repayments::revision.eq(revision + 1),
        ))
        .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

/// The grant that a reference was given out for, among those that this authority pays.
pub fn grant_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    ocr: Ocr,
) -> Result<Option<Id<Grant>>, DbError> {
    // No grant has a reference above what the column holds.
    let Ok(reference) = i32::try_from(ocr.number()) else { return Ok(None) };
    Ok(grants::table
        .inner_join(agreements::table)
        .filter(grants::reference.eq(reference))
        .filter(agreements::authority_id.eq(authority))
        .select(grants::id)
        .first(connection)
        .optional()?)
}

/// True when the grant's report is approved, and what is owed is known. It stays so while a correction is written.
pub fn is_settled(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<bool, DbError> {
    let approved = cases::table
        .filter(cases::kind.eq(Kind::Report))
        .filter(cases::grant_id.eq(grant))
        .filter(cases::approved_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(approved)).get_result(connection)?)
}

/// The ids of those grants of these agreements whose report is approved: one query.
pub fn settled(
    connection: &mut AnyConnection,
    agreements: &[Id<Agreement>],
) -> Result<HashSet<Id<Grant>>, DbError> {
    let ids: Vec<Id<Grant>> = cases::table
        .inner_join(grants::table)
        .filter(cases::kind.eq(Kind::Report))
        .filter(grants::agreement_id.eq_any(agreements))
        .filter(cases::approved_at.is_not_null())
        .order_by(cases::grant_id)
        .select(cases::grant_id)
        .load(connection)?;
    Ok(ids.into_iter().collect())
}

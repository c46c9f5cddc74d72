//! Rows and queries of repayments.

use std::collections::HashSet;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{Refusal, Repayment};
use crate::{
    grants::{case::Kind, grant::Grant},
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, cases, grants, repayments},
    },
    people::{access::Doer, recipient::Organisation},
    terms::agreement::Agreement,
};
use values::{Id, Money, Ocr};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = repayments)]
struct RepaymentRow {
    id: String,
    authority_id: String,
    grant_id: Option<String>,
    amount: i64,
    received_on: NaiveDate,
    reference: String,
    payer: String,
    revision: i64,
    registered_by: String,
    registered_by_id: Option<String>,
    registered_at: NaiveDateTime,
    state: String,
}

impl TryFrom<RepaymentRow> for Repayment {
    type Error = DbError;

    fn try_from(row: RepaymentRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            authority: row.authority_id.parse().map_err(DbError::corrupt)?,
            amount: Money::ore(row.amount),
            received_on: row.received_on,
            reference: row.reference,
            payer: row.payer,
            revision: row.revision,
            registered_by: Doer::stored(row.registered_by_id, row.registered_by)?,
            registered_at: row.registered_at.and_utc(),
            state: serde_json::from_str(&row.state).map_err(DbError::corrupt)?,
        })
    }
}

impl RepaymentRow {
    fn of(repayment: &Repayment) -> Result<Self, DbError> {
        Ok(Self {
            id: repayment.id.to_string(),
            authority_id: repayment.authority.to_string(),
            grant_id: repayment.grant().map(|grant| grant.to_string()),
            amount: repayment.amount.to_ore(),
            received_on: repayment.received_on,
            reference: repayment.reference.clone(),
            payer: repayment.payer.clone(),
            revision: repayment.revision,
            registered_by: repayment.registered_by.name().to_owned(),
            registered_by_id: repayment.registered_by.person(),
            registered_at: repayment.registered_at.naive_utc(),
            state: serde_json::to_string(&repayment.state).map_err(DbError::corrupt)?,
        })
    }
}

fn assemble(rows: Vec<RepaymentRow>) -> Result<Vec<Repayment>, DbError> {
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The repayment, if it is this authority's.
pub fn find(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Repayment>,
) -> Result<Option<Repayment>, DbError> {
    repayments::table
        .filter(repayments::id.eq(id.to_string()))
        .filter(repayments::authority_id.eq(authority.to_string()))
        .select(RepaymentRow::as_select())
        .first(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// All that an authority has registered, what came in last first.
pub fn of_authority(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<Repayment>, DbError> {
    assemble(
        repayments::table
            .filter(repayments::authority_id.eq(authority.to_string()))
            .order_by((
                repayments::received_on.desc(),
                repayments::registered_at.desc(),
                repayments::id.desc(),
            ))
            .select(RepaymentRow::as_select())
            .load(connection)?,
    )
}

/// What counts of a grant, in the order it came.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<Repayment>, DbError> {
    assemble(
        repayments::table
            .filter(repayments::grant_id.eq(grant.to_string()))
            .order_by((repayments::received_on, repayments::registered_at, repayments::id))
            .select(RepaymentRow::as_select())
            .load(connection)?,
    )
}

/// One that is registered already and may be the same money.
pub fn alike(connection: &mut AnyConnection, new: &Repayment) -> Result<Option<Repayment>, DbError> {
    let same_day: Vec<RepaymentRow> = repayments::table
        .filter(repayments::authority_id.eq(new.authority.to_string()))
        .filter(repayments::received_on.eq(new.received_on))
        .filter(repayments::amount.eq(new.amount.to_ore()))
        .order_by((repayments::registered_at, repayments::id))
        .select(RepaymentRow::as_select())
        .load(connection)?;
    Ok(assemble(same_day)?.into_iter().find(|known| known.is_like(new)))
}

pub fn insert(connection: &mut AnyConnection, repayment: &Repayment) -> Result<(), DbError> {
    diesel::insert_into(repayments::table).values(RepaymentRow::of(repayment)?).execute(connection)?;
    Ok(())
}

/// Writes the repayment over the revision it was read at.
pub fn update(connection: &mut AnyConnection, repayment: &Repayment) -> Result<Result<(), Refusal>, DbError> {
    let row = RepaymentRow::of(repayment)?;
    let changed =
        diesel::update(repayments::table.find(row.id).filter(repayments::revision.eq(row.revision)))
            .set((
                repayments::grant_id.eq(row.grant_id),
                repayments::state.eq(row.state),
                repayments::revision.eq(row.revision + 1),
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
    let id: Option<String> = grants::table
        .inner_join(agreements::table)
        .filter(grants::reference.eq(reference))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .select(grants::id)
        .first(connection)
        .optional()?;
    id.map(|id| id.parse().map_err(DbError::corrupt)).transpose()
}

/// True when the grant's report is approved, and what is owed is known. It stays so while a correction is written.
pub fn is_settled(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<bool, DbError> {
    let approved = cases::table
        .filter(cases::kind.eq(Kind::Report.key()))
        .filter(cases::grant_id.eq(grant.to_string()))
        .filter(cases::approved_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(approved)).get_result(connection)?)
}

/// The ids of those grants of these agreements whose report is approved: one query.
pub fn settled(
    connection: &mut AnyConnection,
    agreements: &[Id<Agreement>],
) -> Result<HashSet<String>, DbError> {
    let ids: Vec<String> = cases::table
        .inner_join(grants::table)
        .filter(cases::kind.eq(Kind::Report.key()))
        .filter(grants::agreement_id.eq_any(agreements.iter().map(ToString::to_string)))
        .filter(cases::approved_at.is_not_null())
        .order_by(cases::grant_id)
        .select(cases::grant_id)
        .load(connection)?;
    Ok(ids.into_iter().collect())
}

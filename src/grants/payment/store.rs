//! Rows and queries of payments.

use std::{collections::HashMap, ops::RangeInclusive};

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use diesel::{
    dsl::{max, min, sql},
    prelude::*,
    sql_types::BigInt,
};

use super::{Payment, Reference, Reversal};
use crate::{
    grants::{
        case::FieldRemark,
        grant::{self, Grant},
        requisition::{Content, Requisition},
    },
    ground::infra::{
        db::{AnyConnection, DbError, Json, read_by_row},
        schema::{agreements, cases, editions, grants, organisations, payments},
    },
    people::{
        access::{Doer, Person},
        recipient::Organisation,
    },
};
use values::{Id, Money};

#[derive(Queryable, Selectable)]
#[diesel(table_name = payments)]
pub struct PaymentRow {
    id: Id<Payment>,
    requisition_id: Id<Requisition>,
    amount: Money,
    paid_on: NaiveDate,
    reference: Reference,
    registered_by: String,
    registered_by_id: Option<Id<Person>>,
    registered_at: DateTime<Utc>,
    reversed_by: Option<String>,
    reversed_at: Option<DateTime<Utc>>,
    reversal_reason: Option<String>,
    reversed_by_id: Option<Id<Person>>,
}

read_by_row!(Payment, PaymentRow);

impl TryFrom<PaymentRow> for Payment {
    type Error = String;

    fn try_from(row: PaymentRow) -> Result<Self, String> {
        let reversal = match (row.reversed_by, row.reversed_at, row.reversal_reason) {
            (Some(by), Some(at), Some(reason)) => {
                Some(Reversal { by: Doer::stored(row.reversed_by_id, by), at, reason })
            }
            (None, None, None) => None,
            _ => return Err(format!("half a reversal of payment {}", row.id)),
        };
        Ok(Self {
            id: row.id,
            requisition: row.requisition_id,
            amount: row.amount,
            paid_on: row.paid_on,
            reference: row.reference,
            registered_by: Doer::stored(row.registered_by_id, row.registered_by),
            registered_at: row.registered_at,
            reversal,
        })
    }
}

/// A requisition's payments, the oldest first. Inside a verb: after the grant is locked.
pub fn of_requisition(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<Vec<Payment>, DbError> {
    Ok(payments::table
        .filter(payments::requisition_id.eq(id))
        .order_by((payments::registered_at, payments::id))
        .select(Payment::as_select())
        .load(connection)?)
}

/// A payment with the requisition it is of, as its grant names it.
#[derive(Debug, Clone)]
pub struct OfGrant {
    pub payment: Payment,
    /// Counts the grant's requisitions from 1.
    pub requisition_number: i32,
    pub post: String,
}

/// A grant's payments, reversed ones too, the oldest first.
pub fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<OfGrant>, DbError> {
    let rows: Vec<(Payment, i32, String)> = payments::table
        .inner_join(cases::table)
        .filter(cases::grant_id.eq(grant))
        .order_by((payments::registered_at, payments::id))
        .select((Payment::as_select(), cases::number, cases::part))
        .load(connection)?;
    let of_grant = |(payment, requisition_number, post)| OfGrant { payment, requisition_number, post };
    Ok(rows.into_iter().map(of_grant).collect())
}

pub fn insert(connection: &mut AnyConnection, payment: &Payment) -> Result<(), DbError> {
    diesel::insert_into(payments::table)
        .values((
            payments::id.eq(payment.id),
            payments::requisition_id.eq(payment.requisition),
            payments::amount.eq(payment.amount),
            payments::paid_on.eq(payment.paid_on),
            payments::reference.eq(&payment.reference),
            payments::registered_by.eq(payment.registered_by.name()),
            payments::registered_by_id.eq(payment.registered_by.person()),
            payments::registered_at.eq(payment.registered_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Keeps the reversal of a payment. After the grant is locked.
pub fn reverse(connection: &mut AnyConnection, payment: &Payment) -> Result<(), DbError> {
    let reversal = payment.reversal.as_ref();
    diesel::update(payments::table.find(payment.id))
        .set((
            payments::reversed_by.eq(reversal.map(|reversal| reversal.by.name())),
            payments::reversed_by_id.eq(reversal.and_then(|reversal| reversal.by.person())),
            payments::reversed_at.eq(reversal.map(|reversal| reversal.at.naive_utc())),
            payments::reversal_reason.eq(reversal.map(|reversal| &reversal.reason)),
        ))
        .execute(connection)?;
    Ok(())
}

/// What is paid of these requisitions: one query. None of it: not there.
pub fn paid(
    connection: &mut AnyConnection,
    requisitions: &[Id<Requisition>],
) -> Result<HashMap<Id<Requisition>, Money>, DbError> {
    let sums: Vec<(Id<Requisition>, Money)> = payments::table
        .filter(payments::requisition_id.eq_any(requisitions))
        .filter(payments::reversed_at.is_null())
        .group_by(payments::requisition_id)
        // A plain SUM over BIGINT is NUMERIC on PostgreSQL.
        .select((payments::requisition_id, sql::<BigInt>("CAST(SUM(payments.amount) AS BIGINT)")))
        .load(connection)?;
    Ok(sums.into_iter().collect())
}

/// An approved requisition's words, and what the recipient was asked about in them.
#[derive(Debug, Clone)]
pub struct Words {
    pub content: Content,
    pub warnings: Vec<FieldRemark>,
}

/// What these approved requisitions say, as they were approved: one query. An approved requisition's newest edition is the
/// one that came in.
pub fn contents(
    connection: &mut AnyConnection,
    approved: &[Id<Requisition>],
) -> Result<HashMap<Id<Requisition>, Words>, DbError> {
    let newest = editions::case_id.eq(cases::id).and(editions::version.eq(cases::version));
    type Row = (Id<Requisition>, Json<Content>, Json<Vec<FieldRemark>>);
    let rows: Vec<Row> = cases::table
        .inner_join(editions::table.on(newest))
        .filter(cases::id.eq_any(approved))
        .select((cases::id, editions::content, editions::warnings))
        .load(connection)?;
    let words = |(id, Json(content), Json(warnings)): Row| (id, Words { content, warnings });
    Ok(rows.into_iter().map(words).collect())
}

diesel::alias!(organisations as holders: Holders);

/// What the list of payments shows.
#[derive(Debug, Clone)]
pub struct RegisteredRow {
    pub payment: Payment,
    pub number: i32,
    pub post: String,
    pub recipient_code: String,
    pub recipient: String,
    pub agreement_code: String,
    pub agreement_slug: String,
    pub year: i32,
}

/// The years in which an authority has paid anything, from the first to the last.
pub fn years(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Option<RangeInclusive<i32>>, DbError> {
    let (first, last): (Option<NaiveDate>, Option<NaiveDate>) = payments::table
        .inner_join(cases::table.inner_join(grants::table.inner_join(agreements::table)))
        .filter(agreements::authority_id.eq(authority))
        .select((min(payments::paid_on), max(payments::paid_on)))
        .first(connection)?;
    Ok(first.zip(last).map(|(first, last)| first.year()..=last.year()))
}

/// What an authority paid in a year, the newest first.
pub fn registered(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    year: i32,
) -> Result<Vec<RegisteredRow>, DbError> {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    type Row = (Payment, i32, String, String, String, String, String, String, i32);
    let rows: Vec<Row> = payments::table
        .inner_join(
            cases::table
                .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table)),
        )
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(agreements::authority_id.eq(authority))
        .filter(payments::paid_on.between(day(1, 1), day(12, 31)))
        .order_by((payments::registered_at.desc(), payments::id.desc()))
        .select((
            Payment::as_select(),
            cases::number,
            cases::part,
            organisations::code,
            organisations::name,
            holders.field(organisations::name),
            agreements::code,
            agreements::slug,
            agreements::year,
        ))
        .load(connection)?;
    let registered = |(
        payment,
        number,
        post,
        recipient_code,
        recipient,
        holder,
        agreement_code,
        agreement_slug,
        year,
    ): Row| RegisteredRow {
        payment,
        number,
        post,
        recipient_code,
        recipient: grant::held_by(&holder, &recipient),
        agreement_code,
        agreement_slug,
        year,
    };
    Ok(rows.into_iter().map(registered).collect())
}

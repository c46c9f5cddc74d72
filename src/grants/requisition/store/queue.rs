//! What the authority has before it: the queue, and the cases of an officer.

use diesel::{prelude::*, sql_types::Bool};

use super::{PRIVATE, RequisitionRow};
use crate::{
    grants::{
        grant::{self, store::LaterRow},
        requisition::Requisition,
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants, organisations, people, requisitions},
    },
    people::{access::Person, recipient::Organisation},
    terms::agreement::Later,
};
use values::Id;

/// The cases of an authority that an officer handles and that are not decided, in the order of their grants: each with the
/// codes of its agreement and its recipient.
pub fn open_cases_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    officer: Id<Person>,
) -> Result<Vec<(Requisition, String, String)>, DbError> {
    let rows: Vec<(RequisitionRow, String, String)> = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(requisitions::officer_id.eq(officer.to_string()))
        .filter(requisitions::status.eq_any(["awaiting_signature", "submitted", "returned"]))
        .order_by((requisitions::grant_id, requisitions::id))
        .select((RequisitionRow::as_select(), agreements::code, organisations::code))
        .load(connection)?;
    rows.into_iter().map(|(row, agreement, recipient)| Ok((row.try_into()?, agreement, recipient))).collect()
}

/// The name of the officer who handles a case.
pub fn officer_name(connection: &mut AnyConnection, id: &str) -> Result<Option<String>, DbError> {
    Ok(people::table.find(id).select(people::name).first(connection).optional()?)
}

diesel::alias!(organisations as holders: Holders);

/// What the queue lists.
pub struct QueueRow {
    pub requisition: Requisition,
    pub recipient_code: String,
    /// As [`grant::held_by`] names it.
    pub recipient: String,
    pub agreement_code: String,
    pub agreement_slug: String,
    pub year: i32,
    pub officer: Option<String>,
    pub later: Later,
}

/// Every issued requisition of the agreements that an authority pays, the longest waiting first.
pub fn queue(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
) -> Result<Vec<QueueRow>, DbError> {
    rows(connection, authority, statuses, None)
}

/// What is to be paid: the approved requisitions of the grants that have not got all that was approved. And the approved ones of
/// the grants that these requisitions are of, paid or not.
pub fn to_pay(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    and: &[Id<Requisition>],
) -> Result<Vec<QueueRow>, DbError> {
    let mut grants = grant::store::unpaid(connection, authority)?;
    let of_these: Vec<String> = requisitions::table
        .filter(requisitions::id.eq_any(and.iter().map(ToString::to_string)))
        .select(requisitions::grant_id)
        .load(connection)?;
    grants.extend(of_these);
    rows(connection, authority, &["approved"], Some(grants))
}

/// Of these grants, or of all.
fn rows(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
    of: Option<Vec<String>>,
) -> Result<Vec<QueueRow>, DbError> {
    type Row = (RequisitionRow, String, String, String, String, String, i32, Option<String>, LaterRow);
    let rows: Vec<Row> = requisitions::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .left_join(people::table.on(requisitions::officer_id.eq(people::id.nullable())))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(requisitions::status.ne_all(PRIVATE))
        .filter(requisitions::status.eq_any(statuses.to_vec()))
        .filter(of.is_none().into_sql::<Bool>().or(requisitions::grant_id.eq_any(of.unwrap_or_default())))
        .order_by((requisitions::received_at, requisitions::id))
        .select((
            RequisitionRow::as_select(),
            organisations::code,
            organisations::name,
            holders.field(organisations::name),
            agreements::code,
            agreements::slug,
            agreements::year,
            people::name.nullable(),
            LaterRow::as_select(),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|row| {
            let (
                requisition,
                recipient_code,
                recipient,
                holder,
                agreement_code,
                agreement_slug,
                year,
                officer,
                later,
            ) = row;
            Ok(QueueRow {
                requisition: requisition.try_into()?,
                recipient_code,
                recipient: grant::held_by(&holder, &recipient),
                agreement_code,
                agreement_slug,
                year,
                officer,
                later: later.into(),
            })
        })
        .collect()
}

//! What the authority has before it of requisitions.

use diesel::prelude::*;

use crate::{
    grants::{
        case::store::{QueueRow, queue},
        grant::{self, Grant},
        requisition::Requisition,
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{cases, people},
    },
    people::{access::Person, recipient::Organisation},
};
use values::Id;

/// The name of the officer who handles a case.
pub fn officer_name(connection: &mut AnyConnection, id: Id<Person>) -> Result<Option<String>, DbError> {
    Ok(people::table.find(id).select(people::name).first(connection).optional()?)
}

/// What is to be paid: the approved requisitions of the grants that have not got all that was approved. And the approved ones of
/// the grants that these requisitions are of, paid or not.
pub fn to_pay(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    and: &[Id<Requisition>],
) -> Result<Vec<QueueRow<Requisition>>, DbError> {
    let mut grants = grant::store::unpaid(connection, authority)?;
    let of_these: Vec<Id<Grant>> =
        cases::table.filter(cases::id.eq_any(and)).select(cases::grant_id).load(connection)?;
    grants.extend(of_these);
    queue(connection, authority, &["approved"], Some(grants))
}

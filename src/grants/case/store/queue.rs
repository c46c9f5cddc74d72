//! What an authority has before it: its queues, and the cases of an officer.

use diesel::{prelude::*, sql_types::Bool};

use super::{Row, Stored};
use crate::{
    grants::{
        case::{Handled, Kind},
        grant::{self, Grant},
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, cases, grants, organisations, people},
    },
    people::{access::Person, recipient::Organisation},
    terms::agreement::Later,
};
use values::Id;

/// The cases of an authority that an officer handles and that wait for a decision, in the order of their grants: each with the
/// codes of its agreement and its recipient.
pub fn open_cases_of<C: Stored + Handled>(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    officer: Id<Person>,
) -> Result<Vec<(C, String, String)>, DbError> {
    let rows: Vec<(Row, String, String)> = cases::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(cases::kind.eq(C::KIND))
        .filter(agreements::authority_id.eq(authority))
        .filter(cases::officer_id.eq(officer))
        .filter(cases::is_shown)
        .filter(cases::status.eq_any(C::OPEN))
        .order_by((cases::grant_id, cases::id))
        .select((Row::as_select(), agreements::code, organisations::code))
        .load(connection)?;
    rows.into_iter().map(|(row, agreement, recipient)| Ok((C::read(row)?, agreement, recipient))).collect()
}

diesel::alias!(organisations as holders: Holders);

/// What a queue lists.
pub struct QueueRow<C> {
    pub case: C,
    pub recipient_code: String,
    /// As [`grant::held_by`] names it.
    pub recipient: String,
    pub agreement_code: String,
    pub agreement_slug: String,
    pub year: i32,
    pub officer: Option<String>,
    pub later: Later,
}

type Joined = (Row, String, String, String, String, String, i32, Option<String>, Later);

/// The cases in these states of the agreements that an authority pays, the longest waiting first. Of these grants, or of all.
pub fn queue<C: Stored>(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    statuses: &[&str],
    of: Option<Vec<Id<Grant>>>,
) -> Result<Vec<QueueRow<C>>, DbError> {
    rows(connection, C::KIND, authority, statuses, of)?.into_iter().map(queue_row).collect()
}

fn rows(
    connection: &mut AnyConnection,
    kind: Kind,
    authority: Id<Organisation>,
    statuses: &[&str],
    of: Option<Vec<Id<Grant>>>,
) -> Result<Vec<Joined>, DbError> {
    Ok(cases::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .left_join(people::table.on(cases::officer_id.eq(people::id.nullable())))
        .filter(cases::kind.eq(kind))
        .filter(agreements::authority_id.eq(authority))
        .filter(cases::is_shown)
        .filter(cases::status.eq_any(statuses.to_vec()))
        .filter(of.is_none().into_sql::<Bool>().or(cases::grant_id.eq_any(of.unwrap_or_default())))
        .order_by((cases::received_at, cases::id))
        .select((
            Row::as_select(),
            organisations::code,
            organisations::name,
            holders.field(organisations::name),
            agreements::code,
            agreements::slug,
            agreements::year,
            people::name.nullable(),
            Later::as_select(),
        ))
        .load(connection)?)
}

fn queue_row<C: Stored>(
    (row, recipient_code, recipient, holder, agreement_code, agreement_slug, year, officer, later): Joined,
) -> Result<QueueRow<C>, DbError> {
    Ok(QueueRow {
        case: C::read(row)?,
        recipient_code,
        recipient: grant::held_by(&holder, &recipient),
        agreement_code,
        agreement_slug,
        year,
        officer,
        later,
    })
}

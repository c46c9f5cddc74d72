//! Rows and queries of grants and their ledgers.

mod overview;
mod publishing;

pub use overview::{Holder, Movement, Outline, movements, outlines};
pub use publishing::{Reallocation, publish, reallocate};

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    dsl::{self, sql},
    prelude::*,
    sql_types::{BigInt, Bool},
};

use super::{Account, Entry, Grant, Ledger};
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError, key_column, read_by_row},
        schema::{agreements, grants, ledger_entries, organisations},
    },
    people::{
        access::Scope,
        recipient::{self, Organisation},
    },
    terms::{
        agreement::{Agreement, Later},
        insight,
    },
};
use values::{Id, Money};

diesel::alias!(organisations as recipients: Recipients, organisations as holders: Holders);

/// Takes the grant for the rest of this transaction and gives its new version: the number of the history line that the
/// caller owes. Every verb begins with it, so that two writers never both spend the same money.
pub fn lock(connection: &mut AnyConnection, id: Id<Grant>) -> Result<i64, DbError> {
    diesel::update(grants::table.find(id))
        .set(grants::version.eq(grants::version + 1))
        .execute(connection)?;
    Ok(grants::table.find(id).select(grants::version).first(connection)?)
}

/// Takes the grant for the rest of this transaction, to change nothing that its history tells.
pub fn hold(connection: &mut AnyConnection, id: Id<Grant>) -> Result<(), DbError> {
    diesel::update(grants::table.find(id)).set(grants::version.eq(grants::version)).execute(connection)?;
    Ok(())
}

key_column!(Account);

#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct LaterRow {
    requisition_until: Option<NaiveDate>,
    report_until: Option<NaiveDate>,
    repayment_until: Option<NaiveDate>,
}

read_by_row!(Later, LaterRow);

impl From<LaterRow> for Later {
    fn from(row: LaterRow) -> Self {
        Self { requisition: row.requisition_until, report: row.report_until, repayment: row.repayment_until }
    }
}

/// A grant's own columns, with its agreement.
#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
struct GrantRow {
    id: Id<Grant>,
    #[diesel(embed)]
    later: Later,
    reference: i32,
    #[diesel(embed)]
    agreement: Agreement,
}

impl GrantRow {
    fn into_grant(self, recipient: Organisation, holder: Organisation, ledger: Ledger) -> Grant {
        Grant {
            id: self.id,
            deadlines: self.agreement.terms.deadlines_of(ledger.shares(), self.later),
            later: self.later,
            reference: self.reference.unsigned_abs(),
            agreement: self.agreement,
            recipient,
            holder,
            ledger,
        }
    }
}

/// The grant, if it is there for these eyes.
pub fn find(connection: &mut AnyConnection, scope: Scope, id: Id<Grant>) -> Result<Option<Grant>, DbError> {
    let mut query = grants::table
        .inner_join(agreements::table.inner_join(organisations::table))
        .inner_join(recipients.on(grants::recipient_id.eq(recipients.field(organisations::id))))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(grants::id.eq(id))
        .select((
            GrantRow::as_select(),
            recipients.fields(recipient::store::COLUMNS),
            holders.fields(recipient::store::COLUMNS),
        ))
        .into_boxed();
    query = match scope {
        Scope::Recipient(organisation) => query.filter(grants::holder_id.eq(organisation)),
        Scope::Authority(organisation) => query.filter(agreements::authority_id.eq(organisation)),
        Scope::Reader(organisation) => query.filter(insight::store::read_by(organisation)),
    };
    let found: Option<(GrantRow, Organisation, Organisation)> = query.first(connection).optional()?;
    let Some((row, recipient, holder)) = found else { return Ok(None) };
    let ledger = ledger(connection, id)?;
    Ok(Some(row.into_grant(recipient, holder, ledger)))
}

/// The grant by agreement and recipient code, for the authority that pays it.
pub fn find_for_recipient(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    agreement: Id<Agreement>,
    recipient_code: &str,
) -> Result<Option<Grant>, DbError> {
    let id = grants::table
        .inner_join(organisations::table)
        .filter(grants::agreement_id.eq(agreement))
        .filter(organisations::code.eq(recipient_code))
        .select(grants::id)
        .first(connection)
        .optional()?;
    match id {
        Some(id) => find(connection, Scope::Authority(authority), id),
        None => Ok(None),
    }
}

/// A recipient by its code, if it holds a grant in an agreement that this authority pays, or was allocated one.
pub fn recipient_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    code: &str,
) -> Result<Option<Organisation>, DbError> {
    let is_party = grants::recipient_id.eq(organisations::id).or(grants::holder_id.eq(organisations::id));
    Ok(grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table.on(is_party))
        .filter(agreements::authority_id.eq(authority))
        .filter(organisations::code.eq(code))
        .order_by(grants::id)
        .select(Organisation::as_select())
        .first(connection)
        .optional()?)
}

/// Every grant that an organisation holds, the newest year first: two queries however many there are.
pub fn held_by(connection: &mut AnyConnection, holder: &Organisation) -> Result<Vec<Grant>, DbError> {
    let rows: Vec<(GrantRow, Organisation)> = grants::table
        .inner_join(agreements::table.inner_join(organisations::table))
        .inner_join(recipients.on(grants::recipient_id.eq(recipients.field(organisations::id))))
        .filter(grants::holder_id.eq(holder.id))
        .order_by((agreements::year.desc(), agreements::slug, recipients.field(organisations::code)))
        .select((GrantRow::as_select(), recipients.fields(recipient::store::COLUMNS)))
        .load(connection)?;
    let sums: Vec<Sum> = ledger_entries::table
        .inner_join(grants::table)
        .filter(grants::holder_id.eq(holder.id))
        .group_by((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    let mut ledgers = ledgers_of(sums);
    let grant = |(row, recipient): (GrantRow, Organisation)| {
        let ledger = ledgers.remove(&row.id).unwrap_or_default();
        row.into_grant(recipient, holder.clone(), ledger)
    };
    Ok(rows.into_iter().map(grant).collect())
}

/// Some of the grants: of these agreements, and of this organisation when one is named: those that it was allocated, and those
/// that it has taken over.
#[derive(Debug, Clone, Copy)]
pub struct GrantFilter<'a> {
    pub agreements: &'a [Id<Agreement>],
    pub party: Option<Id<Organisation>>,
}

impl<'a> GrantFilter<'a> {
    pub fn of(agreements: &'a [Id<Agreement>]) -> Self {
        Self { agreements, party: None }
    }

    /// Their ids, to find in other tables what belongs to them.
    pub fn ids(self) -> dsl::Select<dsl::Filter<grants::table, Among>, grants::id> {
        grants::table.filter(self.condition()).select(grants::id)
    }

    fn condition(self) -> Among {
        let is_any = self.party.is_none();
        // An id that is nobody's, where nobody is named.
        let party = self.party.unwrap_or_default();
        let is_party = grants::recipient_id.eq(party).or(grants::holder_id.eq(party));
        grants::agreement_id.eq_any(self.agreements.to_vec()).and(is_party.or(is_any.into_sql::<Bool>()))
    }
}

/// That a grant is one of [`GrantFilter`]. Its type is spelled out since a boxed condition cannot stand within a query for
/// either database.
type Among = dsl::And<
    dsl::EqAny<grants::agreement_id, Vec<Id<Agreement>>>,
    dsl::Or<
        dsl::Or<
            dsl::Eq<grants::recipient_id, Id<Organisation>>,
            dsl::Eq<grants::holder_id, Id<Organisation>>,
        >,
        dsl::AsExprOf<bool, Bool>,
    >,
>;

/// The ledgers of these grants, by their ids: one query.
pub fn ledgers(
    connection: &mut AnyConnection,
    which: GrantFilter<'_>,
) -> Result<HashMap<Id<Grant>, Ledger>, DbError> {
    let sums: Vec<Sum> = ledger_entries::table
        .filter(ledger_entries::grant_id.eq_any(which.ids()))
        .group_by((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    Ok(ledgers_of(sums))
}

/// The ids of the grants that an authority pays and that have not got what was approved.
pub fn unpaid(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<Id<Grant>>, DbError> {
    let (approved, paid_out) = (Account::Approved.key(), Account::PaidOut.key());
    let left = format!(
        "SUM(CASE ledger_entries.account WHEN '{approved}' THEN ledger_entries.amount \
                        ELSE -ledger_entries.amount END) <> 0"
    );
    Ok(ledger_entries::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(agreements::authority_id.eq(authority))
        .filter(ledger_entries::account.eq_any([approved, paid_out]))
        .group_by(ledger_entries::grant_id)
        .having(sql::<Bool>(&left))
        .select(ledger_entries::grant_id)
        .load(connection)?)
}

/// The recipients of an agreement with their grants' ids.
pub fn recipients_of(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<Vec<(Id<Grant>, Organisation)>, DbError> {
    Ok(grants::table
        .inner_join(organisations::table)
        .filter(grants::agreement_id.eq(agreement))
        .order_by(organisations::code)
        .select((grants::id, Organisation::as_select()))
        .load(connection)?)
}

/// A sum of öre. A plain SUM over BIGINT is NUMERIC on PostgreSQL.
fn total() -> diesel::expression::SqlLiteral<BigInt> {
    sql::<BigInt>("CAST(SUM(ledger_entries.amount) AS BIGINT)")
}

/// The balances as they are now. Inside a transaction: after [`lock`].
pub fn ledger(connection: &mut AnyConnection, id: Id<Grant>) -> Result<Ledger, DbError> {
    let rows: Vec<(String, Account, Money)> = ledger_entries::table
        .filter(ledger_entries::grant_id.eq(id))
        .group_by((ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    let mut ledger = Ledger::default();
    for (post, account, amount) in rows {
        ledger.add(&Entry { post, account, amount });
    }
    Ok(ledger)
}

/// What stands on an account of a post of a grant.
type Sum = (Id<Grant>, String, Account, Money);

fn ledgers_of(sums: Vec<Sum>) -> HashMap<Id<Grant>, Ledger> {
    let mut ledgers: HashMap<Id<Grant>, Ledger> = HashMap::new();
    for (grant, post, account, amount) in sums {
        ledgers.entry(grant).or_default().add(&Entry { post, account, amount });
    }
    ledgers
}

/// Adds an entry, after [`lock`]. `subject` is what it comes from, such as a requisition's id.
pub fn post_entry(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    entry: &Entry,
    subject: Option<&str>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(ledger_entries::table)
        .values((
            ledger_entries::id.eq(Id::<Entry>::new()),
            ledger_entries::grant_id.eq(grant),
            ledger_entries::post.eq(&entry.post),
            ledger_entries::account.eq(entry.account),
            ledger_entries::amount.eq(entry.amount),
            ledger_entries::at.eq(at.naive_utc()),
            ledger_entries::subject.eq(subject),
        ))
        .execute(connection)?;
    Ok(())
}

/// Every grant's stream and version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(grants::table.order_by(grants::id).select((grants::id, grants::version)).load(connection)?)
}

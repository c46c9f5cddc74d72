//! The movements of what is handed on, and the payment lists.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;

use crate::{
    grants::onward::{
        Plan,
        application::{Application, Status},
        fund::{Account, Entry},
        list::{Bic, List},
        payments::{FailedPayment, Payment},
    },
    ground::infra::{
        db::{AnyConnection, DbError, Json, json, key_column, read_by_row},
        schema::{onward_applications, onward_entries, onward_failed_payments, onward_lists, onward_units},
    },
    people::{
        access::{Doer, Person},
        recipient::Organisation,
    },
};
use values::{Bankgiro, Id, Money, OrganisationNumber, ProviderNumber};

key_column!(Account);

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_entries)]
pub struct EntryRow {
    id: Id<Entry>,
    application_id: Option<Id<Application>>,
    account: Account,
    amount: Money,
    day: NaiveDate,
    reference: String,
    by_whom: String,
    by_whom_id: Option<Id<Person>>,
    at: DateTime<Utc>,
    list_id: Option<Id<List>>,
}

read_by_row!(Entry, EntryRow);

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Self {
        Self {
            id: row.id,
            account: row.account,
            application: row.application_id,
            amount: row.amount,
            day: row.day,
            reference: row.reference,
            by: Doer::stored(row.by_whom_id, row.by_whom),
            at: row.at,
            list: row.list_id,
        }
    }
}

/// A plan's movements, in the order they were made.
pub fn entries(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Vec<Entry>, DbError> {
    Ok(onward_entries::table
        .filter(onward_entries::plan_id.eq(plan))
        .order_by((onward_entries::at, onward_entries::id))
        .select(Entry::as_select())
        .load(connection)?)
}

/// Whether any plan has an entry with this id.
pub fn insert_entry(connection: &mut AnyConnection, plan: Id<Plan>, entry: &Entry) -> Result<(), DbError> {
    diesel::insert_into(onward_entries::table)
        .values((
            onward_entries::id.eq(entry.id),
            onward_entries::plan_id.eq(plan),
            onward_entries::application_id.eq(entry.application),
            onward_entries::account.eq(entry.account),
            onward_entries::amount.eq(entry.amount),
            onward_entries::day.eq(entry.day),
            onward_entries::reference.eq(&entry.reference),
            onward_entries::by_whom.eq(entry.by.name()),
            onward_entries::by_whom_id.eq(entry.by.person()),
            onward_entries::at.eq(entry.at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// What each private provider has been given by this organisation since a day, over all its grants, less what came back of that:
/// state aid, where there is a market (lag 2013:388). By the provider as it was when it applied, and by its number.
pub fn aid_since(
    connection: &mut AnyConnection,
    of: Id<Organisation>,
    since: NaiveDate,
) -> Result<Vec<(ProviderNumber, Money)>, DbError> {
    type Row = (Id<Application>, Json<Status>, Account, Money, NaiveDate);
    let rows: Vec<Row> = onward_entries::table
        .inner_join(onward_applications::table.inner_join(onward_units::table))
        .filter(onward_units::organisation_id.eq(of))
        .order_by((onward_applications::id, onward_entries::id))
        .select((
            onward_applications::id,
            onward_applications::state,
            onward_entries::account,
            onward_entries::amount,
            onward_entries::day,
        ))
        .load(connection)?;
    let mut aid: BTreeMap<ProviderNumber, Money> = BTreeMap::new();
    for of_one in rows.chunk_by(|one, other| one.0 == other.0) {
        let Json(status) = &of_one[0].1;
        let unit = status.received().map(|received| &received.unit);
        let Some(unit) = unit.filter(|unit| unit.is_private) else { continue };
        let (mut recent, mut before, mut returned) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for (_, _, account, amount, day) in of_one {
            match account {
                Account::Award if *day >= since => recent += *amount,
                Account::Award => before += *amount,
                Account::MoneyBack => returned += *amount,
                Account::Reserve => {}
            }
        }
        // What came back is first of what was given first.
        let of_recent = (returned - before).max(Money::ZERO);
        *aid.entry(unit.provider_number).or_default() += (recent - of_recent).max(Money::ZERO);
    }
    Ok(aid.into_iter().collect())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_lists)]
pub struct ListRow {
    id: Id<List>,
    plan_id: Id<Plan>,
    number: i32,
    pay_on: NaiveDate,
    account: Bankgiro,
    bic: String,
    payer: String,
    payer_number: Option<OrganisationNumber>,
    made_by: String,
    made_by_id: Option<Id<Person>>,
    made_at: DateTime<Utc>,
}

read_by_row!(List, ListRow);

impl TryFrom<ListRow> for List {
    type Error = &'static str;

    fn try_from(row: ListRow) -> Result<Self, Self::Error> {
        Ok(Self {
            id: row.id,
            plan: row.plan_id,
            number: row.number,
            pay_on: row.pay_on,
            account: row.account,
            bic: Bic::parse(&row.bic)?,
            payer: row.payer,
            payer_number: row.payer_number,
            made_by: Doer::stored(row.made_by_id, row.made_by),
            made_at: row.made_at,
        })
    }
}

/// A plan's payment lists, the newest first.
pub fn lists(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Vec<List>, DbError> {
    Ok(onward_lists::table
        .filter(onward_lists::plan_id.eq(plan))
        .order_by(onward_lists::number.desc())
        .select(List::as_select())
        .load(connection)?)
}

/// One of them, of whatever plan.
pub fn list_of(connection: &mut AnyConnection, id: Id<List>) -> Result<Option<List>, DbError> {
    Ok(onward_lists::table.find(id).select(List::as_select()).first(connection).optional()?)
}

/// The number of the plan's next list. After the plan is locked.
pub fn next_number(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<i32, DbError> {
    let last: Option<i32> = onward_lists::table
        .filter(onward_lists::plan_id.eq(plan))
        .select(diesel::dsl::max(onward_lists::number))
        .first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert_list(connection: &mut AnyConnection, list: &List) -> Result<(), DbError> {
    diesel::insert_into(onward_lists::table)
        .values((
            onward_lists::id.eq(list.id),
            onward_lists::plan_id.eq(list.plan),
            onward_lists::number.eq(list.number),
            onward_lists::pay_on.eq(list.pay_on),
            onward_lists::account.eq(list.account),
            onward_lists::bic.eq(list.bic.as_str()),
            onward_lists::payer.eq(&list.payer),
            onward_lists::payer_number.eq(list.payer_number.map(OrganisationNumber::digits)),
            onward_lists::made_by.eq(list.made_by.name()),
            onward_lists::made_by_id.eq(list.made_by.person()),
            onward_lists::made_at.eq(list.made_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Puts all awards on the list that stand on none. After the plan is locked.
pub fn put_on_list(connection: &mut AnyConnection, list: &List) -> Result<usize, DbError> {
    let waiting = onward_entries::table
        .filter(onward_entries::plan_id.eq(list.plan))
        .filter(onward_entries::account.eq(Account::Award))
        .filter(onward_entries::list_id.is_null());
    Ok(diesel::update(waiting).set(onward_entries::list_id.eq(list.id)).execute(connection)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_failed_payments)]
pub struct FailedRow {
    list_id: Id<List>,
    application_id: Id<Application>,
    payment: Json<Payment>,
    entries: Json<Vec<Id<Entry>>>,
    reason: String,
    by_whom: String,
    by_whom_id: Option<Id<Person>>,
    at: DateTime<Utc>,
}

read_by_row!(FailedPayment, FailedRow);

impl From<FailedRow> for FailedPayment {
    fn from(row: FailedRow) -> Self {
        Self {
            list: row.list_id,
            application: row.application_id,
            payment: row.payment.0,
            entries: row.entries.0,
            reason: row.reason,
            by: Doer::stored(row.by_whom_id, row.by_whom),
            at: row.at,
        }
    }
}

/// What the bank did not pay of a plan's lists, in the order that it was told.
pub fn failed_payments(
    connection: &mut AnyConnection,
    plan: Id<Plan>,
) -> Result<Vec<FailedPayment>, DbError> {
    Ok(onward_failed_payments::table
        .inner_join(onward_lists::table)
        .filter(onward_lists::plan_id.eq(plan))
        .order_by((onward_failed_payments::at, onward_failed_payments::application_id))
        .select(FailedPayment::as_select())
        .load(connection)?)
}

/// Keeps the payment as it stood, and lets what was to be paid wait for another list.
pub fn insert_failed(connection: &mut AnyConnection, failed: &FailedPayment) -> Result<(), DbError> {
    diesel::insert_into(onward_failed_payments::table)
        .values((
            onward_failed_payments::list_id.eq(failed.list),
            onward_failed_payments::application_id.eq(failed.application),
            onward_failed_payments::payment.eq(json(&failed.payment)?),
            onward_failed_payments::entries.eq(json(&failed.entries)?),
            onward_failed_payments::reason.eq(&failed.reason),
            onward_failed_payments::by_whom.eq(failed.by.name()),
            onward_failed_payments::by_whom_id.eq(failed.by.person()),
            onward_failed_payments::at.eq(failed.at.naive_utc()),
        ))
        .execute(connection)?;
    put(connection, &failed.entries, None)
}

/// The payment was made after all: it stands on its list again.
pub fn strike_failed(connection: &mut AnyConnection, failed: &FailedPayment) -> Result<(), DbError> {
    let row = onward_failed_payments::table.find((failed.list, failed.application));
    diesel::delete(row).execute(connection)?;
    put(connection, &failed.entries, Some(failed.list))
}

/// Lets entries stand on a list, or on none.
fn put(connection: &mut AnyConnection, entries: &[Id<Entry>], list: Option<Id<List>>) -> Result<(), DbError> {
    diesel::update(onward_entries::table.filter(onward_entries::id.eq_any(entries)))
        .set(onward_entries::list_id.eq(list))
        .execute(connection)?;
    Ok(())
}

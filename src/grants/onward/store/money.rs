//! The movements of what is handed on, and the payment lists.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::json;
use crate::{
    grants::onward::{
        Plan,
        application::Status,
        fund::{Account, Entry},
        list::{Bic, List},
        payments::FailedPayment,
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{onward_applications, onward_entries, onward_failed_payments, onward_lists, onward_units},
    },
    people::{access::Doer, recipient::Organisation},
};
use values::{Bankgiro, Id, Money, OrganisationNumber, ProviderNumber};

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_entries)]
struct EntryRow {
    id: String,
    application_id: Option<String>,
    account: String,
    amount: i64,
    day: NaiveDate,
    reference: String,
    by_whom: String,
    by_whom_id: Option<String>,
    at: NaiveDateTime,
    list_id: Option<String>,
}

fn account(key: &str) -> Result<Account, DbError> {
    Account::parse(key).ok_or_else(|| DbError::corrupt(format!("account {key}")))
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;

    fn try_from(row: EntryRow) -> Result<Self, DbError> {
        let application = row.application_id.map(|id| id.parse()).transpose();
        let list = row.list_id.map(|id| id.parse()).transpose();
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            account: account(&row.account)?,
            application: application.map_err(DbError::corrupt)?,
            amount: Money::ore(row.amount),
            day: row.day,
            reference: row.reference,
            by: Doer::stored(row.by_whom_id, row.by_whom)?,
            at: row.at.and_utc(),
            list: list.map_err(DbError::corrupt)?,
        })
    }
}

/// A plan's movements, in the order they were made.
pub fn entries(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<EntryRow> = onward_entries::table
        .filter(onward_entries::plan_id.eq(plan.to_string()))
        .order_by((onward_entries::at, onward_entries::id))
        .select(EntryRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Whether any plan has an entry with this id.
pub fn insert_entry(connection: &mut AnyConnection, plan: Id<Plan>, entry: &Entry) -> Result<(), DbError> {
    diesel::insert_into(onward_entries::table)
        .values((
            onward_entries::id.eq(entry.id.to_string()),
            onward_entries::plan_id.eq(plan.to_string()),
            onward_entries::application_id.eq(entry.application.map(|id| id.to_string())),
            onward_entries::account.eq(entry.account.key()),
            onward_entries::amount.eq(entry.amount.to_ore()),
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
    let rows: Vec<(String, String, String, i64, NaiveDate)> = onward_entries::table
        .inner_join(onward_applications::table.inner_join(onward_units::table))
        .filter(onward_units::organisation_id.eq(of.to_string()))
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
        let status: Status = serde_json::from_str(&of_one[0].1).map_err(DbError::corrupt)?;
        let unit = status.received().map(|received| &received.unit);
        let Some(unit) = unit.filter(|unit| unit.is_private) else { continue };
        let (mut recent, mut before, mut returned) = (Money::ZERO, Money::ZERO, Money::ZERO);
        for (_, _, key, amount, day) in of_one {
            let amount = Money::ore(*amount);
            match account(key)? {
                Account::Award if *day >= since => recent += amount,
                Account::Award => before += amount,
                Account::Return => returned += amount,
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
struct ListRow {
    id: String,
    plan_id: String,
    number: i32,
    pay_on: NaiveDate,
    account: String,
    bic: String,
    payer: String,
    payer_number: Option<String>,
    made_by: String,
    made_by_id: Option<String>,
    made_at: NaiveDateTime,
}

impl TryFrom<ListRow> for List {
    type Error = DbError;

    fn try_from(row: ListRow) -> Result<Self, DbError> {
        let payer_number = row.payer_number.map(|number| OrganisationNumber::parse(&number)).transpose();
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            plan: row.plan_id.parse().map_err(DbError::corrupt)?,
            number: row.number,
            pay_on: row.pay_on,
            account: Bankgiro::parse(&row.account).map_err(DbError::corrupt)?,
            bic: Bic::parse(&row.bic).map_err(DbError::corrupt)?,
            payer: row.payer,
            payer_number: payer_number.map_err(DbError::corrupt)?,
            made_by: Doer::stored(row.made_by_id, row.made_by)?,
            made_at: row.made_at.and_utc(),
        })
    }
}

/// A plan's payment lists, the newest first.
pub fn lists(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Vec<List>, DbError> {
    let rows: Vec<ListRow> = onward_lists::table
        .filter(onward_lists::plan_id.eq(plan.to_string()))
        .order_by(onward_lists::number.desc())
        .select(ListRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One of them, of whatever plan.
pub fn list_of(connection: &mut AnyConnection, id: Id<List>) -> Result<Option<List>, DbError> {
    onward_lists::table
        .find(id.to_string())
        .select(ListRow::as_select())
        .first::<ListRow>(connection)
        .optional()?
        .map(TryInto::try_into)
        .transpose()
}

/// The number of the plan's next list. After the plan is locked.
pub fn next_number(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<i32, DbError> {
    let last: Option<i32> = onward_lists::table
        .filter(onward_lists::plan_id.eq(plan.to_string()))
        .select(diesel::dsl::max(onward_lists::number))
        .first(connection)?;
    Ok(last.unwrap_or(0) + 1)
}

pub fn insert_list(connection: &mut AnyConnection, list: &List) -> Result<(), DbError> {
    diesel::insert_into(onward_lists::table)
        .values((
            onward_lists::id.eq(list.id.to_string()),
            onward_lists::plan_id.eq(list.plan.to_string()),
            onward_lists::number.eq(list.number),
            onward_lists::pay_on.eq(list.pay_on),
            onward_lists::account.eq(list.account.to_string()),
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
        .filter(onward_entries::plan_id.eq(list.plan.to_string()))
        .filter(onward_entries::account.eq(Account::Award.key()))
        .filter(onward_entries::list_id.is_null());
    Ok(diesel::update(waiting).set(onward_entries::list_id.eq(list.id.to_string())).execute(connection)?)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_failed_payments)]
struct FailedRow {
    list_id: String,
    application_id: String,
    payment: String,
    entries: String,
    reason: String,
    by_whom: String,
    by_whom_id: Option<String>,
    at: NaiveDateTime,
}

impl TryFrom<FailedRow> for FailedPayment {
    type Error = DbError;

    fn try_from(row: FailedRow) -> Result<Self, DbError> {
        Ok(Self {
            list: row.list_id.parse().map_err(DbError::corrupt)?,
            application: row.application_id.parse().map_err(DbError::corrupt)?,
            payment: serde_json::from_str(&row.payment).map_err(DbError::corrupt)?,
            entries: serde_json::from_str(&row.entries).map_err(DbError::corrupt)?,
            reason: row.reason,
            by: Doer::stored(row.by_whom_id, row.by_whom)?,
            at: row.at.and_utc(),
        })
    }
}

/// What the bank did not pay of a plan's lists, in the order that it was told.
pub fn failed_payments(
    connection: &mut AnyConnection,
    plan: Id<Plan>,
) -> Result<Vec<FailedPayment>, DbError> {
    let rows: Vec<FailedRow> = onward_failed_payments::table
        .inner_join(onward_lists::table)
        .filter(onward_lists::plan_id.eq(plan.to_string()))
        .order_by((onward_failed_payments::at, onward_failed_payments::application_id))
        .select(FailedRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// Keeps the payment as it stood, and lets what was to be paid wait for another list.
pub fn insert_failed(connection: &mut AnyConnection, failed: &FailedPayment) -> Result<(), DbError> {
    let (list, application) = (failed.list.to_string(), failed.application.to_string());
    diesel::insert_into(onward_failed_payments::table)
        .values((
            onward_failed_payments::list_id.eq(&list),
            onward_failed_payments::application_id.eq(&application),
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
    let row = onward_failed_payments::table.find((failed.list.to_string(), failed.application.to_string()));
    diesel::delete(row).execute(connection)?;
    put(connection, &failed.entries, Some(failed.list))
}

/// Lets entries stand on a list, or on none.
fn put(connection: &mut AnyConnection, entries: &[Id<Entry>], list: Option<Id<List>>) -> Result<(), DbError> {
    let ids: Vec<String> = entries.iter().map(ToString::to_string).collect();
    diesel::update(onward_entries::table.filter(onward_entries::id.eq_any(&ids)))
        .set(onward_entries::list_id.eq(list.map(|id| id.to_string())))
        .execute(connection)?;
    Ok(())
}

//! The movements of what is handed on, and the payment lists.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use crate::{
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::{onward_applications, onward_entries, onward_lists, onward_units},
    },
    money::Money,
    numbers::{Bankgiro, OrganisationNumber},
    onward::{
        Plan,
        fund::{Account, Entry},
        list::{Bic, List},
    },
    recipient::Organisation,
};

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
            by: row.by_whom,
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
            onward_entries::by_whom.eq(&entry.by),
            onward_entries::at.eq(entry.at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// What each private provider has been given by this organisation since a day, over all its grants, less what came back:
/// state aid, where there is a market (lag 2013:388). By the provider's number.
pub fn aid_since(
    connection: &mut AnyConnection,
    of: Id<Organisation>,
    since: NaiveDate,
) -> Result<Vec<(OrganisationNumber, Money)>, DbError> {
    let rows: Vec<(String, String, i64)> = onward_entries::table
        .inner_join(onward_applications::table.inner_join(onward_units::table))
        .filter(onward_units::organisation_id.eq(of.to_string()))
        .filter(onward_units::is_private.eq(true))
        .filter(onward_entries::day.ge(since))
        .order_by((onward_units::provider_number, onward_entries::id))
        .select((onward_units::provider_number, onward_entries::account, onward_entries::amount))
        .load(connection)?;
    let mut sums: Vec<(OrganisationNumber, Money)> = Vec::new();
    for (number, key, amount) in rows {
        let number = OrganisationNumber::parse(&number).map_err(DbError::corrupt)?;
        let amount = match account(&key)? {
            Account::Award => Money::ore(amount),
            Account::Return => -Money::ore(amount),
            Account::Reserve => continue,
        };
        match sums.last_mut() {
            Some((last, sum)) if *last == number => *sum += amount,
            _ => sums.push((number, amount)),
        }
    }
    Ok(sums)
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
    made_by: String,
    made_at: NaiveDateTime,
}

impl TryFrom<ListRow> for List {
    type Error = DbError;

    fn try_from(row: ListRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            plan: row.plan_id.parse().map_err(DbError::corrupt)?,
            number: row.number,
            pay_on: row.pay_on,
            account: Bankgiro::parse(&row.account).map_err(DbError::corrupt)?,
            bic: Bic::parse(&row.bic).map_err(DbError::corrupt)?,
            made_by: row.made_by,
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
            onward_lists::made_by.eq(&list.made_by),
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

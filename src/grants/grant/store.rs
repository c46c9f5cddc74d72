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
        db::{AnyConnection, DbError},
        schema::{agreements, grants, ledger_entries, organisations},
    },
    people::{
        access::Scope,
        recipient::{self, Organisation, store::OrganisationRow},
    },
    terms::{
        agreement::{
            Agreement, Later,
            store::{AgreementRow, assemble},
        },
        insight,
    },
};
use values::{Id, Money};

diesel::alias!(organisations as recipients: Recipients, organisations as holders: Holders);

/// Takes the grant for the rest of this transaction and gives its new version: the number of the history line that the
/// caller owes. Every verb begins with it, so that two writers never both spend the same money.
pub fn lock(connection: &mut AnyConnection, id: Id<Grant>) -> Result<i64, DbError> {
    let id = id.to_string();
    diesel::update(grants::table.find(&id))
        .set(grants::version.eq(grants::version + 1))
        .execute(connection)?;
    Ok(grants::table.find(&id).select(grants::version).first(connection)?)
}

/// Takes the grant for the rest of this transaction, to change nothing that its history tells.
pub fn hold(connection: &mut AnyConnection, id: Id<Grant>) -> Result<(), DbError> {
    diesel::update(grants::table.find(id.to_string()))
        .set(grants::version.eq(grants::version))
        .execute(connection)?;
    Ok(())
}

/// A grant's own columns.
#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
struct OwnRow {
    id: String,
    #[diesel(embed)]
    later: LaterRow,
    reference: i32,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = grants)]
pub struct LaterRow {
    requisition_until: Option<NaiveDate>,
    report_until: Option<NaiveDate>,
    repayment_until: Option<NaiveDate>,
}

impl From<LaterRow> for Later {
    fn from(row: LaterRow) -> Self {
        Self { requisition: row.requisition_until, report: row.report_until, repayment: row.repayment_until }
    }
}

impl OwnRow {
    fn into_grant(
        self,
        agreement: Agreement,
        (recipient, holder): (Organisation, Organisation),
        ledger: Ledger,
    ) -> Result<Grant, DbError> {
        let later = self.later.into();
        Ok(Grant {
            id: self.id.parse().map_err(DbError::corrupt)?,
            deadlines: agreement.terms.deadlines_of(ledger.shares(), later),
            later,
            reference: self.reference.unsigned_abs(),
            agreement,
            recipient,
            holder,
            ledger,
        })
    }
}

type GrantRow = (OwnRow, AgreementRow, OrganisationRow, OrganisationRow, OrganisationRow);

fn assemble_grant(row: GrantRow, ledgers: &mut HashMap<String, Ledger>) -> Result<Grant, DbError> {
    let (own, agreement, authority, recipient, holder) = row;
    let ledger = ledgers.remove(&own.id).unwrap_or_default();
    let parties = (recipient.try_into()?, holder.try_into()?);
    own.into_grant(assemble(agreement, authority.try_into()?)?, parties, ledger)
}

/// The grant, if it is there for these eyes.
pub fn find(connection: &mut AnyConnection, scope: Scope, id: Id<Grant>) -> Result<Option<Grant>, DbError> {
    let mut query = grants::table
        .inner_join(agreements::table.inner_join(organisations::table))
        .inner_join(recipients.on(grants::recipient_id.eq(recipients.field(organisations::id))))
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(grants::id.eq(id.to_string()))
        .select((
            OwnRow::as_select(),
            AgreementRow::as_select(),
            OrganisationRow::as_select(),
            recipients.fields(recipient::store::COLUMNS),
            holders.fields(recipient::store::COLUMNS),
        ))
        .into_boxed();
    query = match scope {
        Scope::Recipient(organisation) => query.filter(grants::holder_id.eq(organisation.to_string())),
        Scope::Authority(organisation) => query.filter(agreements::authority_id.eq(organisation.to_string())),
        Scope::Reader(organisation) => query.filter(insight::store::read_by(organisation)),
    };
    let Some(row) = query.first::<GrantRow>(connection).optional()? else {
        return Ok(None);
    };
    let sums = sums(connection, &row.0.id)?;
    let mut ledgers = HashMap::from([(row.0.id.clone(), sums)]);
    assemble_grant(row, &mut ledgers).map(Some)
}

/// The grant by agreement and recipient code, for the authority that pays it.
pub fn find_for_recipient(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    agreement: Id<Agreement>,
    recipient_code: &str,
) -> Result<Option<Grant>, DbError> {
    let id: Option<String> = grants::table
        .inner_join(organisations::table)
        .filter(grants::agreement_id.eq(agreement.to_string()))
        .filter(organisations::code.eq(recipient_code))
        .select(grants::id)
        .first(connection)
        .optional()?;
    match id {
        Some(id) => find(connection, Scope::Authority(authority), id.parse().map_err(DbError::corrupt)?),
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
    let found: Option<OrganisationRow> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table.on(is_party))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(organisations::code.eq(code))
        .order_by(grants::id)
        .select(OrganisationRow::as_select())
        .first(connection)
        .optional()?;
    found.map(TryInto::try_into).transpose()
}

/// Every grant that an organisation holds, the newest year first: two queries however many there are.
pub fn held_by(connection: &mut AnyConnection, holder: &Organisation) -> Result<Vec<Grant>, DbError> {
    let id = holder.id.to_string();
    let rows: Vec<(OwnRow, AgreementRow, OrganisationRow, OrganisationRow)> = grants::table
        .inner_join(agreements::table.inner_join(organisations::table))
        .inner_join(recipients.on(grants::recipient_id.eq(recipients.field(organisations::id))))
        .filter(grants::holder_id.eq(&id))
        .order_by((agreements::year.desc(), agreements::slug, recipients.field(organisations::code)))
        .select((
            OwnRow::as_select(),
            AgreementRow::as_select(),
            OrganisationRow::as_select(),
            recipients.fields(recipient::store::COLUMNS),
        ))
        .load(connection)?;
    let sums: Vec<(String, String, String, i64)> = ledger_entries::table
        .inner_join(grants::table)
        .filter(grants::holder_id.eq(&id))
        .group_by((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    let mut ledgers = ledgers_of(sums)?;
    rows.into_iter()
        .map(|(own, agreement, authority, recipient)| {
            let ledger = ledgers.remove(&own.id).unwrap_or_default();
            let parties = (recipient.try_into()?, holder.clone());
            own.into_grant(assemble(agreement, authority.try_into()?)?, parties, ledger)
        })
        .collect()
}

/// Some of the grants: of these agreements, and of this organisation when one is named: those that it was allocated, and those
/// that it has taken over.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    pub agreements: &'a [Id<Agreement>],
    pub party: Option<Id<Organisation>>,
}

impl<'a> Which<'a> {
    pub fn of(agreements: &'a [Id<Agreement>]) -> Self {
        Self { agreements, party: None }
    }

    /// Their ids, to find in other tables what belongs to them.
    pub fn ids(self) -> dsl::Select<dsl::Filter<grants::table, Among>, grants::id> {
        grants::table.filter(self.condition()).select(grants::id)
    }

    fn condition(self) -> Among {
        let agreements: Vec<String> = self.agreements.iter().map(ToString::to_string).collect();
        let is_any = self.party.is_none();
        let party = self.party.map(|party| party.to_string()).unwrap_or_default();
        let is_party = grants::recipient_id.eq(party.clone()).or(grants::holder_id.eq(party));
        grants::agreement_id.eq_any(agreements).and(is_party.or(is_any.into_sql::<Bool>()))
    }
}

/// That a grant is one of [`Which`]. Its type is spelled out since a boxed condition cannot stand within a query for
/// either database.
type Among = dsl::And<
    dsl::EqAny<grants::agreement_id, Vec<String>>,
    dsl::Or<
        dsl::Or<dsl::Eq<grants::recipient_id, String>, dsl::Eq<grants::holder_id, String>>,
        dsl::AsExprOf<bool, Bool>,
    >,
>;

/// The ledgers of these grants, by their ids: one query.
pub fn ledgers(connection: &mut AnyConnection, which: Which<'_>) -> Result<HashMap<String, Ledger>, DbError> {
    let sums: Vec<(String, String, String, i64)> = ledger_entries::table
        .filter(ledger_entries::grant_id.eq_any(which.ids()))
        .group_by((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::grant_id, ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    ledgers_of(sums)
}

/// The ids of the grants that an authority pays and that have not got what was approved.
pub fn unpaid(connection: &mut AnyConnection, authority: Id<Organisation>) -> Result<Vec<String>, DbError> {
    let (approved, paid_out) = (Account::Approved.key(), Account::PaidOut.key());
    let left = format!(
        "SUM(CASE ledger_entries.account WHEN '{approved}' THEN ledger_entries.amount \
                        ELSE -ledger_entries.amount END) <> 0"
    );
    Ok(ledger_entries::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(agreements::authority_id.eq(authority.to_string()))
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
) -> Result<Vec<(String, Organisation)>, DbError> {
    let rows: Vec<(String, OrganisationRow)> = grants::table
        .inner_join(organisations::table)
        .filter(grants::agreement_id.eq(agreement.to_string()))
        .order_by(organisations::code)
        .select((grants::id, OrganisationRow::as_select()))
        .load(connection)?;
    rows.into_iter().map(|(id, recipient)| Ok((id, recipient.try_into()?))).collect()
}

/// A sum of öre. A plain SUM over BIGINT is NUMERIC on PostgreSQL.
fn total() -> diesel::expression::SqlLiteral<BigInt> {
    sql::<BigInt>("CAST(SUM(ledger_entries.amount) AS BIGINT)")
}

/// The balances as they are now. Inside a transaction: after [`lock`].
pub fn ledger(connection: &mut AnyConnection, id: Id<Grant>) -> Result<Ledger, DbError> {
    sums(connection, &id.to_string())
}

fn sums(connection: &mut AnyConnection, grant_id: &str) -> Result<Ledger, DbError> {
    let rows: Vec<(String, String, i64)> = ledger_entries::table
        .filter(ledger_entries::grant_id.eq(grant_id))
        .group_by((ledger_entries::post, ledger_entries::account))
        .select((ledger_entries::post, ledger_entries::account, total()))
        .load(connection)?;
    let mut ledger = Ledger::default();
    for (post, account, ore) in rows {
        ledger.add(&entry(post, &account, ore)?);
    }
    Ok(ledger)
}

fn ledgers_of(rows: Vec<(String, String, String, i64)>) -> Result<HashMap<String, Ledger>, DbError> {
    let mut ledgers: HashMap<String, Ledger> = HashMap::new();
    for (grant_id, post, account, ore) in rows {
        ledgers.entry(grant_id).or_default().add(&entry(post, &account, ore)?);
    }
    Ok(ledgers)
}

fn entry(post: String, account: &str, ore: i64) -> Result<Entry, DbError> {
    Ok(Entry { post, account: parse_account(account)?, amount: Money::ore(ore) })
}

fn parse_account(key: &str) -> Result<Account, DbError> {
    Account::parse(key).ok_or_else(|| DbError::corrupt(format!("account {key}")))
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
            ledger_entries::id.eq(Id::<Entry>::new().to_string()),
            ledger_entries::grant_id.eq(grant.to_string()),
            ledger_entries::post.eq(&entry.post),
            ledger_entries::account.eq(entry.account.key()),
            ledger_entries::amount.eq(entry.amount.to_ore()),
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

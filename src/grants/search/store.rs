//! Rows and queries of the search. Their number is the same however much there is to find.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::{
    dsl::{self, not},
    prelude::*,
    sql_types::Bool,
};

use super::{GrantNames, grant_number};
use crate::{
    grants::case::Kind,
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, cases, editions, grants, onward_units, organisations, payments, repayments},
    },
    people::{
        access::Scope,
        recipient::{self, Organisation},
    },
    terms::insight,
};
use values::{Id, Ocr, text::Sought};

diesel::alias!(organisations as holders: Holders);

/// What lines are known by, for a search in a list: by numbers those in sight. Asks nothing when nothing is looked for.
pub fn known(
    connection: &mut AnyConnection,
    sought: &Sought,
    sight: Option<Scope>,
) -> Result<GrantNames, DbError> {
    if sought.is_empty() {
        return Ok(GrantNames::default());
    }
    let names = recipient::store::names(connection)?;
    let passed: Vec<(String, String, String)> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(not(grants::holder_id.eq(grants::recipient_id)))
        .order_by(grants::id)
        .select((agreements::code, organisations::code, holders.field(organisations::code)))
        .load(connection)?;
    let passed = passed
        .into_iter()
        .map(|(agreement, code, holder)| (grant_number(&agreement, &code), holder))
        .collect();
    let mut numbers: HashMap<String, Vec<String>> = HashMap::new();
    if let Some(sight) = sight {
        for (agreement, code, number) in numbered(connection, sought, sight)? {
            numbers.entry(grant_number(&agreement, &code)).or_default().push(number);
        }
    }
    Ok(GrantNames { names, holders: passed, numbers })
}

/// The codes of the recipients that are looked for, by a name or by a number of a grant in sight. Nobody's when nothing is
/// looked for.
pub fn meant(
    connection: &mut AnyConnection,
    sought: &Sought,
    sight: Option<Scope>,
) -> Result<Vec<String>, DbError> {
    if sought.is_empty() {
        return Ok(Vec::new());
    }
    let mut codes = recipient::store::names(connection)?.found(sought);
    if let Some(sight) = sight.filter(|_| sought.has_numbers()) {
        codes.extend(numbered(connection, sought, sight)?.into_iter().map(|(_, code, _)| code));
        let is_meant = |grant: &GrantRow| sought.is_number(&grant.number());
        codes.extend(
            grants(connection, sight)?.into_iter().filter(is_meant).map(|grant| grant.recipient_code),
        );
    }
    codes.sort();
    codes.dedup();
    Ok(codes)
}

/// The grants in sight that have a number that is looked for: the agreement's and the recipient's code, and the number.
fn numbered(
    connection: &mut AnyConnection,
    sought: &Sought,
    sight: Scope,
) -> Result<Vec<(String, String, String)>, DbError> {
    let referred = referred_to(connection, sought, sight)?.into_iter();
    let mut found: Vec<_> = referred
        .map(|(agreement, code, reference)| (agreement, code, Ocr::of(reference).to_string()))
        .collect();
    for account in sought.accounts() {
        let paid = paid_to(connection, &account, sight)?.into_iter();
        found.extend(paid.map(|(agreement, code)| (agreement, code, account.clone())));
    }
    Ok(found)
}

/// The grants whose reference is meant.
fn referred_to(
    connection: &mut AnyConnection,
    sought: &Sought,
    sight: Scope,
) -> Result<Vec<(String, String, u32)>, DbError> {
    let references: Vec<i32> =
        sought.references().into_iter().filter_map(|reference| i32::try_from(reference).ok()).collect();
    if references.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(String, String, i32)> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table)
        .filter(in_sight(sight))
        .filter(grants::reference.eq_any(references))
        .order_by(grants::id)
        .select((agreements::code, organisations::code, grants::reference))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(agreement, code, reference)| (agreement, code, reference.unsigned_abs()))
        .collect())
}

/// The grants that somebody asked to have paid to this account, as an edition's content has it.
fn paid_to(
    connection: &mut AnyConnection,
    account: &str,
    sight: Scope,
) -> Result<Vec<(String, String)>, DbError> {
    Ok(editions::table
        .inner_join(
            cases::table
                .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table)),
        )
        .filter(in_sight(sight))
        .filter(editions::content.like(written(account)))
        .order_by((agreements::code, organisations::code))
        .select((agreements::code, organisations::code))
        .distinct()
        .load(connection)?)
}

/// How an account stands in an edition's JSON. It is digits and dashes: nothing that means something in a pattern.
fn written(account: &str) -> String {
    format!("%\"number\":\"{account}\"%")
}

type InSight = dsl::Or<
    dsl::Or<
        dsl::Eq<grants::holder_id, Id<Organisation>>,
        dsl::Eq<agreements::authority_id, Id<Organisation>>,
    >,
    insight::store::ReadBy,
>;

/// What holds of the grants in sight, for the WHERE of a query that has grants and agreements in it. An id that is nobody's
/// stands for whoever does not look.
fn in_sight(scope: Scope) -> InSight {
    let (holder, payer, reader) = match scope {
        Scope::Recipient(holder) => (holder, Id::new(), Id::new()),
        Scope::Authority(payer) => (Id::new(), payer, Id::new()),
        Scope::Reader(reader) => (Id::new(), Id::new(), reader),
    };
    grants::holder_id.eq(holder).or(agreements::authority_id.eq(payer)).or(insight::store::read_by(reader))
}

/// A grant in sight.
#[derive(Debug, Clone)]
pub struct GrantRow {
    pub id: String,
    pub agreement_id: String,
    pub agreement_code: String,
    pub recipient_code: String,
    pub recipient: String,
    pub holder_code: String,
    pub holder: String,
    pub reference: u32,
}

impl GrantRow {
    pub fn number(&self) -> String {
        grant_number(&self.agreement_code, &self.recipient_code)
    }
}

/// The grants in sight, the newest agreement first.
pub fn grants(connection: &mut AnyConnection, scope: Scope) -> Result<Vec<GrantRow>, DbError> {
    type Row = (String, String, String, String, String, String, String, i32);
    let rows: Vec<Row> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(in_sight(scope))
        .order_by((agreements::year.desc(), agreements::code, organisations::code))
        .select((
            grants::id,
            grants::agreement_id,
            agreements::code,
            organisations::code,
            organisations::name,
            holders.field(organisations::code),
            holders.field(organisations::name),
            grants::reference,
        ))
        .load(connection)?;
    Ok(rows.into_iter().map(grant_row).collect())
}

fn grant_row(
    (id, agreement_id, agreement_code, recipient_code, recipient, holder_code, holder, reference): (
        String,
        String,
        String,
        String,
        String,
        String,
        String,
        i32,
    ),
) -> GrantRow {
    GrantRow {
        id,
        agreement_id,
        agreement_code,
        recipient_code,
        recipient,
        holder_code,
        holder,
        reference: reference.unsigned_abs(),
    }
}

/// A case of a grant: its id, its grant's, and its number within the grant.
pub type CaseRow = (String, String, i32);

/// The cases of a kind in sight: a recipient's own, or those that others see, the newest first.
pub fn cases(connection: &mut AnyConnection, scope: Scope, kind: Kind) -> Result<Vec<CaseRow>, DbError> {
    let is_own = matches!(scope, Scope::Recipient(_));
    Ok(cases::table
        .inner_join(grants::table.inner_join(agreements::table))
        .filter(in_sight(scope))
        .filter(cases::kind.eq(kind))
        .filter(cases::status.ne("discarded"))
        .filter(cases::is_shown.or(is_own.into_sql::<Bool>()))
        .order_by((cases::created_at.desc(), cases::id))
        .select((cases::id, cases::grant_id, cases::number))
        .load(connection)?)
}

/// The requisitions that name one of these accounts, whoever's they are.
pub fn naming(connection: &mut AnyConnection, accounts: &[String]) -> Result<Vec<String>, DbError> {
    let mut found = Vec::new();
    for account in accounts {
        let ids: Vec<String> = editions::table
            .filter(editions::content.like(written(account)))
            .order_by(editions::case_id)
            .select(editions::case_id)
            .distinct()
            .load(connection)?;
        found.extend(ids);
    }
    Ok(found)
}

/// What the payments in sight have as reference: the requisition and the reference, the newest first.
pub fn payment_references(
    connection: &mut AnyConnection,
    scope: Scope,
) -> Result<Vec<(String, String)>, DbError> {
    Ok(payments::table
        .inner_join(cases::table.inner_join(grants::table.inner_join(agreements::table)))
        .filter(in_sight(scope))
        .order_by((payments::registered_at.desc(), payments::id))
        .select((payments::requisition_id, payments::reference))
        .load(connection)?)
}

/// An amount that came in: its id, öre, day, reference and payer.
pub type RepaymentRow = (String, i64, NaiveDate, String, String);

/// What came in to an authority, the newest first.
pub fn repayments(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
) -> Result<Vec<RepaymentRow>, DbError> {
    Ok(repayments::table
        .filter(repayments::authority_id.eq(authority))
        .order_by((repayments::received_on.desc(), repayments::id))
        .select((
            repayments::id,
            repayments::amount,
            repayments::received_on,
            repayments::reference,
            repayments::payer,
        ))
        .load(connection)?)
}

/// A unit: its id, name, provider and the provider's number.
pub type UnitRow = (String, String, String, String);

/// The units in an organisation's register.
pub fn units(connection: &mut AnyConnection, of: Id<Organisation>) -> Result<Vec<UnitRow>, DbError> {
    Ok(onward_units::table
        .filter(onward_units::organisation_id.eq(of))
        .order_by(onward_units::id)
        .select((onward_units::id, onward_units::name, onward_units::provider, onward_units::provider_number))
        .load(connection)?)
}

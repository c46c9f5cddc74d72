//! Rows and queries of agreements.

use std::collections::HashMap;

use chrono::NaiveDate;
use diesel::prelude::*;

use super::{Agreement, DecidedDays, Diarienummers, Terms};
use crate::{
    ground::{
        history::{self, Entry},
        infra::{
            db::{AnyConnection, DbError, Json, json, read_by_row},
            schema::{agreements, organisations, report_addressees},
        },
    },
    people::recipient::{self, Organisation},
};
use values::{GiroAccount, GiroError, GiroKind, Id};

#[derive(Queryable, Selectable)]
#[diesel(table_name = agreements)]
pub struct AgreementRow {
    id: Id<Agreement>,
    definition: Json<Terms>,
    agreement_diarienummer: String,
    decision_diarienummer: String,
    version: i64,
    repayment_account_kind: String,
    repayment_account: String,
    series: String,
    requisition_until: Option<NaiveDate>,
    report_until: Option<NaiveDate>,
    #[diesel(embed)]
    authority: Organisation,
}

// With its authority: the table of organisations is joined.
read_by_row!(Agreement, AgreementRow);

impl TryFrom<AgreementRow> for Agreement {
    type Error = GiroError;

    fn try_from(row: AgreementRow) -> Result<Self, GiroError> {
        let Json(terms) = row.definition;
        let days = DecidedDays { requisition: row.requisition_until, report: row.report_until };
        let deadlines = terms.deadlines.decided(days);
        Ok(Self {
            id: row.id,
            authority: row.authority,
            diarienummer: Diarienummers {
                agreement: row.agreement_diarienummer,
                payment_decision: row.decision_diarienummer,
            },
            decided: days,
            repayment_account: match GiroKind::parse(&row.repayment_account_kind) {
                Ok(kind) => Some(GiroAccount::parse(kind, &row.repayment_account)?),
                Err(_) => None,
            },
            version: row.version,
            terms: Terms { series: row.series, deadlines, ..terms },
        })
    }
}

pub fn find(connection: &mut AnyConnection, id: Id<Agreement>) -> Result<Option<Agreement>, DbError> {
    Ok(agreements::table
        .inner_join(organisations::table)
        .filter(agreements::id.eq(id))
        .select(Agreement::as_select())
        .first(connection)
        .optional()?)
}

pub fn find_by_slug(connection: &mut AnyConnection, slug: &str) -> Result<Option<Agreement>, DbError> {
    Ok(agreements::table
        .inner_join(organisations::table)
        .filter(agreements::slug.eq(slug))
        .select(Agreement::as_select())
        .first(connection)
        .optional()?)
}

/// The agreement, if this authority pays it.
pub fn find_paid_by(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    slug: &str,
) -> Result<Option<Agreement>, DbError> {
    Ok(agreements::table
        .inner_join(organisations::table)
        .filter(agreements::slug.eq(slug))
        .filter(agreements::authority_id.eq(authority))
        .select(Agreement::as_select())
        .first(connection)
        .optional()?)
}

/// Takes the agreement for the rest of this transaction.
pub fn hold(connection: &mut AnyConnection, id: Id<Agreement>) -> Result<(), DbError> {
    let row = agreements::table.find(id);
    diesel::update(row).set(agreements::version.eq(agreements::version)).execute(connection)?;
    Ok(())
}

/// Takes the agreement for the rest of this transaction, if this authority pays it.
pub fn hold_paid_by(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    slug: &str,
) -> Result<Option<Agreement>, DbError> {
    let row =
        agreements::table.filter(agreements::slug.eq(slug)).filter(agreements::authority_id.eq(authority));
    diesel::update(row).set(agreements::version.eq(agreements::version)).execute(connection)?;
    find_paid_by(connection, authority, slug)
}

/// These agreements, the newest year first.
pub fn find_each(connection: &mut AnyConnection, ids: &[Id<Agreement>]) -> Result<Vec<Agreement>, DbError> {
    Ok(agreements::table
        .inner_join(organisations::table)
        .filter(agreements::id.eq_any(ids))
        .order_by((agreements::year.desc(), agreements::slug))
        .select(Agreement::as_select())
        .load(connection)?)
}

/// Every agreement, the newest year first.
pub fn all(connection: &mut AnyConnection) -> Result<Vec<Agreement>, DbError> {
    Ok(agreements::table
        .inner_join(organisations::table)
        .order_by((agreements::year.desc(), agreements::slug))
        .select(Agreement::as_select())
        .load(connection)?)
}

pub fn add(
    connection: &mut AnyConnection,
    terms: &Terms,
    authority: Id<Organisation>,
    entry: Entry,
) -> Result<Id<Agreement>, DbError> {
    let id = Id::new();
    diesel::insert_into(agreements::table)
        .values((
            agreements::id.eq(id),
            agreements::slug.eq(&terms.slug),
            agreements::code.eq(&terms.code),
            agreements::year.eq(terms.year),
            agreements::series.eq(&terms.series),
            agreements::authority_id.eq(authority),
            agreements::definition.eq(json(terms)?),
            agreements::agreement_diarienummer.eq(&terms.diarienummer.agreement),
            agreements::decision_diarienummer.eq(&terms.diarienummer.payment_decision),
            agreements::version.eq(1),
        ))
        .execute(connection)?;
    address_reports(connection, id, terms)?;
    history::store::append(connection, &id.to_string(), 1, entry)?;
    Ok(id)
}

/// Whom each of an agreement's further reports goes to.
fn address_reports(connection: &mut AnyConnection, id: Id<Agreement>, terms: &Terms) -> Result<(), DbError> {
    for report in &terms.further_reports {
        let addressee = recipient::store::find_by_code(connection, &report.addressee)?
            .ok_or_else(|| DbError::corrupt(format!("addressee {}", report.addressee)))?;
        diesel::insert_into(report_addressees::table)
            .values((
                report_addressees::agreement_id.eq(id),
                report_addressees::key.eq(&report.key),
                report_addressees::organisation_id.eq(addressee.id),
            ))
            .execute(connection)?;
    }
    Ok(())
}

/// The formal names of those that an agreement's further reports are for, by the reports' keys.
pub fn addressees(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<HashMap<String, String>, DbError> {
    let rows: Vec<(String, String)> = report_addressees::table
        .inner_join(organisations::table)
        .filter(report_addressees::agreement_id.eq(agreement))
        .order_by(report_addressees::key)
        .select((report_addressees::key, organisations::formal_name))
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// Sets both diarienummer; false when somebody else changed the agreement since it was read.
pub fn set_diarienummer(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    diarienummer: &Diarienummers,
    entry: Entry,
) -> Result<bool, DbError> {
    let id = agreement.id;
    let changed =
        diesel::update(agreements::table.find(id).filter(agreements::version.eq(agreement.version)))
            .set((
                agreements::agreement_diarienummer.eq(&diarienummer.agreement),
                agreements::decision_diarienummer.eq(&diarienummer.payment_decision),
                agreements::version.eq(agreement.version + 1),
            ))
            .execute(connection)?;
    if changed == 1 {
        history::store::append(connection, &id.to_string(), agreement.version + 1, entry)?;
    }
    Ok(changed == 1)
}

/// Sets the account for repayments, or takes it away; false when somebody else changed the agreement since it was read.
pub fn set_repayment_account(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    account: Option<GiroAccount>,
    entry: Entry,
) -> Result<bool, DbError> {
    let id = agreement.id;
    let kind = account.map(|account| account.kind().to_string()).unwrap_or_default();
    let number = account.map(|account| account.to_string()).unwrap_or_default();
    let changed =
        diesel::update(agreements::table.find(id).filter(agreements::version.eq(agreement.version)))
            .set((
                agreements::repayment_account_kind.eq(kind),
                agreements::repayment_account.eq(number),
                agreements::version.eq(agreement.version + 1),
            ))
            .execute(connection)?;
    if changed == 1 {
        history::store::append(connection, &id.to_string(), agreement.version + 1, entry)?;
    }
    Ok(changed == 1)
}

/// Sets the last days that the authority decides; false when somebody else changed the agreement since it was read.
pub fn set_deadlines(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    days: DecidedDays,
    entry: Entry,
) -> Result<bool, DbError> {
    let id = agreement.id;
    let changed =
        diesel::update(agreements::table.find(id).filter(agreements::version.eq(agreement.version)))
            .set((
                agreements::requisition_until.eq(days.requisition),
                agreements::report_until.eq(days.report),
                agreements::version.eq(agreement.version + 1),
            ))
            .execute(connection)?;
    if changed == 1 {
        history::store::append(connection, &id.to_string(), agreement.version + 1, entry)?;
    }
    Ok(changed == 1)
}

/// Takes the agreement for the rest of this transaction and adds a line to its history; false when somebody else changed it
/// since it was read.
pub fn note(connection: &mut AnyConnection, agreement: &Agreement, entry: Entry) -> Result<bool, DbError> {
    let id = agreement.id;
    let changed =
        diesel::update(agreements::table.find(id).filter(agreements::version.eq(agreement.version)))
            .set(agreements::version.eq(agreement.version + 1))
            .execute(connection)?;
    if changed == 1 {
        history::store::append(connection, &id.to_string(), agreement.version + 1, entry)?;
    }
    Ok(changed == 1)
}

/// Slug and code of every agreement: what a new one may not be called.
pub fn names(connection: &mut AnyConnection) -> Result<Vec<(String, String)>, DbError> {
    Ok(agreements::table
        .order_by(agreements::slug)
        .select((agreements::slug, agreements::code))
        .load(connection)?)
}

/// What a table has to agree with, when another is put in its place: the posts' sums and the remarks. All else stays as it was
/// published.
pub fn set_table_terms(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    proposed: &Terms,
    entry: Entry,
) -> Result<(), DbError> {
    diesel::update(agreements::table.find(agreement))
        .set(agreements::version.eq(agreements::version + 1))
        .execute(connection)?;
    let (Json(mut terms), version): (Json<Terms>, i64) = agreements::table
        .find(agreement)
        .select((agreements::definition, agreements::version))
        .first(connection)?;
    terms.total = proposed.total;
    terms.remarks.clone_from(&proposed.remarks);
    for post in &mut terms.posts {
        if let Some(proposed) = proposed.post(&post.key) {
            (post.total, post.rows_total) = (proposed.total, proposed.rows_total);
            (post.recipients, post.rows_at_floor) = (proposed.recipients, proposed.rows_at_floor);
        }
    }
    diesel::update(agreements::table.find(agreement))
        .set(agreements::definition.eq(json(&terms)?))
        .execute(connection)?;
    history::store::append(connection, &agreement.to_string(), version, entry)
}

/// Puts the source's words as this version of the program has them in the place of those that an agreement was published
/// with. What decides anything stays: amounts, days, posts and forms. An agreement whose table has been replaced is left as
/// it is: its remarks are the authority's.
pub fn renew_words(
    connection: &mut AnyConnection,
    agreement: &Agreement,
    shipped: &Terms,
    entry: Entry,
) -> Result<(), DbError> {
    let id = agreement.id;
    let Json(stored): Json<Terms> =
        agreements::table.find(id).select(agreements::definition).first(connection)?;
    let Some(renewed) = stored.with_words_of(shipped) else { return Ok(()) };
    let renewed = json(&renewed)?;
    if renewed == json(&stored)? {
        return Ok(());
    }
    if note(connection, agreement, entry)? {
        diesel::update(agreements::table.find(id))
            .set(agreements::definition.eq(renewed))
            .execute(connection)?;
        let addressed = report_addressees::table.filter(report_addressees::agreement_id.eq(id));
        diesel::delete(addressed).execute(connection)?;
        address_reports(connection, agreement.id, shipped)?;
    }
    Ok(())
}

/// Every agreement's stream and version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(agreements::table
        .order_by(agreements::id)
        .select((agreements::id, agreements::version))
        .load(connection)?)
}

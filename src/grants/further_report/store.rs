//! Rows and queries of further reports.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*};

use super::{Case, OwedReport, Refusal, owed};
use crate::{
    grants::grant::{self, Grant, Scope, store::Which},
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, further_reports, grants, report_addressees},
    },
    people::{access::Person, recipient::Organisation},
    terms::agreement::{self, Agreement},
};
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = further_reports)]
struct ReportRow {
    id: String,
    grant_id: String,
    key: String,
    state: String,
    revision: i64,
}

impl TryFrom<ReportRow> for OwedReport {
    type Error = DbError;

    fn try_from(row: ReportRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            grant_id: row.grant_id.parse().map_err(DbError::corrupt)?,
            key: row.key,
            status: serde_json::from_str(&row.state).map_err(DbError::corrupt)?,
            revision: row.revision,
        })
    }
}

/// The report that a grant owes under this key, if the grant is there for these eyes: begun or not.
pub fn owed_by(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Grant>,
    key: &str,
) -> Result<Option<Case>, DbError> {
    let Some(grant) = grant::store::find(connection, scope, id)? else { return Ok(None) };
    let found = owed(&grant.agreement.terms, &grant.ledger).find(|(_, report)| report.key == key);
    let Some((place, asked)) = found.map(|(place, report)| (place, report.clone())) else {
        return Ok(None);
    };
    let addressee =
        agreement::store::addressees(connection, grant.agreement.id)?.remove(key).unwrap_or_default();
    let report = of_grant(connection, id)?.into_iter().find(|report| report.key == key);
    Ok(Some(Case { grant, asked, place, addressee, report }))
}

/// A report that came in to this addressee. What never did is the recipient's own.
pub fn addressed_to(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
    id: Id<OwedReport>,
) -> Result<Option<Case>, DbError> {
    let found: Option<(String, String, String)> = further_reports::table
        .inner_join(grants::table.inner_join(agreements::table))
        .inner_join(report_addressees::table.on(is_of_agreement()))
        .filter(further_reports::id.eq(id.to_string()))
        .filter(report_addressees::organisation_id.eq(addressee.to_string()))
        .filter(further_reports::received_at.is_not_null())
        .select((further_reports::grant_id, further_reports::key, agreements::authority_id))
        .first(connection)
        .optional()?;
    let Some((grant, key, authority)) = found else { return Ok(None) };
    let scope = Scope::Authority(authority.parse().map_err(DbError::corrupt)?);
    owed_by(connection, scope, grant.parse().map_err(DbError::corrupt)?, &key)
}

type IsOfAgreement = dsl::And<
    dsl::Eq<report_addressees::agreement_id, grants::agreement_id>,
    dsl::Eq<report_addressees::key, further_reports::key>,
>;

fn is_of_agreement() -> IsOfAgreement {
    report_addressees::agreement_id
        .eq(grants::agreement_id)
        .and(report_addressees::key.eq(further_reports::key))
}

/// Which reports, of which agreements, are for this organisation.
pub fn keys_for(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
) -> Result<Vec<(Id<Agreement>, String)>, DbError> {
    let rows: Vec<(String, String)> = report_addressees::table
        .filter(report_addressees::organisation_id.eq(addressee.to_string()))
        .order_by((report_addressees::agreement_id, report_addressees::key))
        .select((report_addressees::agreement_id, report_addressees::key))
        .load(connection)?;
    rows.into_iter().map(|(agreement, key)| Ok((agreement.parse().map_err(DbError::corrupt)?, key))).collect()
}

/// Everything that has come in to this addressee.
pub fn received_by(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
) -> Result<Vec<OwedReport>, DbError> {
    let rows: Vec<ReportRow> = further_reports::table
        .inner_join(grants::table)
        .inner_join(report_addressees::table.on(is_of_agreement()))
        .filter(report_addressees::organisation_id.eq(addressee.to_string()))
        .filter(further_reports::received_at.is_not_null())
        .order_by((further_reports::received_at, further_reports::id))
        .select(ReportRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The keys of what has come in of these grants, by the grants' ids: one query.
pub fn filed(
    connection: &mut AnyConnection,
    which: Which<'_>,
) -> Result<HashMap<String, Vec<String>>, DbError> {
    let rows: Vec<(String, String)> = further_reports::table
        .filter(further_reports::grant_id.eq_any(which.ids()))
        .filter(further_reports::received_at.is_not_null())
        .order_by((further_reports::grant_id, further_reports::key))
        .select((further_reports::grant_id, further_reports::key))
        .load(connection)?;
    let mut filed: HashMap<String, Vec<String>> = HashMap::new();
    for (grant, key) in rows {
        filed.entry(grant).or_default().push(key);
    }
    Ok(filed)
}

/// What a grant that the caller has found owes, in the agreement's order: two queries.
pub fn all_owed_by(connection: &mut AnyConnection, grant: &Grant) -> Result<Vec<Case>, DbError> {
    let mut names = agreement::store::addressees(connection, grant.agreement.id)?;
    let mut begun: HashMap<String, OwedReport> =
        of_grant(connection, grant.id)?.into_iter().map(|report| (report.key.clone(), report)).collect();
    let case = |(place, asked): (usize, &crate::terms::agreement::FurtherReport)| Case {
        grant: grant.clone(),
        asked: asked.clone(),
        place,
        addressee: names.remove(&asked.key).unwrap_or_default(),
        report: begun.remove(&asked.key),
    };
    Ok(owed(&grant.agreement.terms, &grant.ledger).map(case).collect())
}

fn of_grant(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Vec<OwedReport>, DbError> {
    let rows: Vec<ReportRow> = further_reports::table
        .filter(further_reports::grant_id.eq(grant.to_string()))
        .order_by(further_reports::key)
        .select(ReportRow::as_select())
        .load(connection)?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// After the grant is held.
pub fn insert(
    connection: &mut AnyConnection,
    report: &OwedReport,
    by: Id<Person>,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::insert_into(further_reports::table)
        .values((
            further_reports::id.eq(report.id.to_string()),
            further_reports::grant_id.eq(report.grant_id.to_string()),
            further_reports::key.eq(&report.key),
            further_reports::status.eq(report.status.key()),
            further_reports::state.eq(serde_json::to_string(&report.status).map_err(DbError::corrupt)?),
            further_reports::revision.eq(report.revision),
            further_reports::created_by.eq(by.to_string()),
            further_reports::created_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// Writes its new state over the revision that was read.
pub fn update(connection: &mut AnyConnection, report: &OwedReport) -> Result<Result<(), Refusal>, DbError> {
    let row = further_reports::table
        .find(report.id.to_string())
        .filter(further_reports::revision.eq(report.revision));
    let changed = diesel::update(row)
        .set((
            further_reports::status.eq(report.status.key()),
            further_reports::state.eq(serde_json::to_string(&report.status).map_err(DbError::corrupt)?),
            further_reports::received_at.eq(report.filed().map(|filed| filed.first_at.naive_utc())),
            further_reports::revision.eq(report.revision + 1),
        ))
        .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

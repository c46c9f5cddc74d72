//! Rows and queries of further reports.

use std::collections::HashMap;

use diesel::{dsl, prelude::*};

use super::{Dossier, OwedReport, owed};
use crate::{
    grants::{
        case::{
            self, Kind,
            store::{Columns, Row, Stored, from_json},
        },
        grant::{self, Grant, store::GrantFilter},
    },
    ground::infra::{
        db::{AnyConnection, DbError, json},
        schema::{agreements, cases, grants, report_addressees},
    },
    people::{access::Scope, recipient::Organisation},
    terms::agreement::{self, Agreement},
};
use values::Id;

impl Stored for OwedReport {
    fn read(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.retyped(),
            grant_id: row.grant_id,
            key: row.part,
            status: from_json(&row.state)?,
            revision: row.revision,
        })
    }

    fn columns(&self) -> Result<Columns, DbError> {
        let filed = self.filed();
        Ok(Columns {
            received_at: filed.map(|filed| filed.first_at.naive_utc()),
            ..Columns::of(self.status.key(), json(&self.status)?, filed.is_some())
        })
    }

    /// A grant has one of each.
    fn place(&self) -> (&str, i32) {
        (&self.key, 1)
    }
}

/// The report that a grant owes under this key, if the grant is there for these eyes: begun or not.
pub fn owed_by(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Grant>,
    key: &str,
) -> Result<Option<Dossier>, DbError> {
    let Some(grant) = grant::store::find(connection, scope, id)? else { return Ok(None) };
    let found = owed(&grant.agreement.terms, &grant.ledger).find(|(_, report)| report.key == key);
    let Some((place, asked)) = found.map(|(place, report)| (place, report.clone())) else {
        return Ok(None);
    };
    let addressee =
        agreement::store::addressees(connection, grant.agreement.id)?.remove(key).unwrap_or_default();
    let report =
        case::store::of_grant(connection, id)?.into_iter().find(|report: &OwedReport| report.key == key);
    Ok(Some(Dossier { grant, asked, place, addressee, report }))
}

/// A report that came in to this addressee. What never did is the recipient's own.
pub fn addressed_to(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
    id: Id<OwedReport>,
) -> Result<Option<Dossier>, DbError> {
    let found: Option<(Id<Grant>, String, Id<Organisation>)> = cases::table
        .inner_join(grants::table.inner_join(agreements::table))
        .inner_join(report_addressees::table.on(is_of_agreement()))
        .filter(cases::kind.eq(Kind::FurtherReport))
        .filter(cases::id.eq(id))
        .filter(report_addressees::organisation_id.eq(addressee))
        .filter(cases::received_at.is_not_null())
        .select((cases::grant_id, cases::part, agreements::authority_id))
        .first(connection)
        .optional()?;
    let Some((grant, key, authority)) = found else { return Ok(None) };
    owed_by(connection, Scope::Authority(authority), grant, &key)
}

type IsOfAgreement = dsl::And<
    dsl::Eq<report_addressees::agreement_id, grants::agreement_id>,
    dsl::Eq<report_addressees::key, cases::part>,
>;

fn is_of_agreement() -> IsOfAgreement {
    report_addressees::agreement_id.eq(grants::agreement_id).and(report_addressees::key.eq(cases::part))
}

/// Which reports, of which agreements, are for this organisation.
pub fn keys_for(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
) -> Result<Vec<(Id<Agreement>, String)>, DbError> {
    Ok(report_addressees::table
        .filter(report_addressees::organisation_id.eq(addressee))
        .order_by((report_addressees::agreement_id, report_addressees::key))
        .select((report_addressees::agreement_id, report_addressees::key))
        .load(connection)?)
}

/// Everything that has come in to this addressee.
pub fn received_by(
    connection: &mut AnyConnection,
    addressee: Id<Organisation>,
) -> Result<Vec<OwedReport>, DbError> {
    let rows: Vec<Row> = cases::table
        .inner_join(grants::table)
        .inner_join(report_addressees::table.on(is_of_agreement()))
        .filter(cases::kind.eq(Kind::FurtherReport))
        .filter(report_addressees::organisation_id.eq(addressee))
        .filter(cases::received_at.is_not_null())
        .order_by((cases::received_at, cases::id))
        .select(Row::as_select())
        .load(connection)?;
    rows.into_iter().map(OwedReport::read).collect()
}

/// The keys of what has come in of these grants, by the grants' ids: one query.
pub fn filed(
    connection: &mut AnyConnection,
    which: GrantFilter<'_>,
) -> Result<HashMap<Id<Grant>, Vec<String>>, DbError> {
    let rows: Vec<(Id<Grant>, String)> = cases::table
        .filter(cases::kind.eq(Kind::FurtherReport))
        .filter(cases::grant_id.eq_any(which.ids()))
        .filter(cases::received_at.is_not_null())
        .order_by((cases::grant_id, cases::part))
        .select((cases::grant_id, cases::part))
        .load(connection)?;
    let mut filed: HashMap<Id<Grant>, Vec<String>> = HashMap::new();
    for (grant, key) in rows {
        filed.entry(grant).or_default().push(key);
    }
    Ok(filed)
}

/// What a grant that the caller has found owes, in the agreement's order: two queries.
pub fn all_owed_by(connection: &mut AnyConnection, grant: &Grant) -> Result<Vec<Dossier>, DbError> {
    let mut names = agreement::store::addressees(connection, grant.agreement.id)?;
    let begun: Vec<OwedReport> = case::store::of_grant(connection, grant.id)?;
    let mut begun: HashMap<String, OwedReport> =
        begun.into_iter().map(|report| (report.key.clone(), report)).collect();
    let case = |(place, asked): (usize, &crate::terms::agreement::FurtherReport)| Dossier {
        grant: grant.clone(),
        asked: asked.clone(),
        place,
        addressee: names.remove(&asked.key).unwrap_or_default(),
        report: begun.remove(&asked.key),
    };
    Ok(owed(&grant.agreement.terms, &grant.ledger).map(case).collect())
}

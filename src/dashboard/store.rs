//! Queries of the overview. Their number is the same however many agreements, recipients and events there are.

use std::collections::HashMap;

use diesel::{dsl::sql, prelude::*, sql_types::BigInt};

use super::{Filing, Outcome, Stage, Standing, cache::Stamp};
use crate::{
    agreement::{self, Agreement},
    grant,
    ids::Id,
    infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, grants},
    },
    insight::{self, Sight},
    report::{self, store::Progress},
    requisition,
};

/// The stamps of every agreement in sight, the newest year first, or of the one with this slug: one query.
pub fn stamps(
    connection: &mut AnyConnection,
    sight: Sight,
    slug: Option<&str>,
) -> Result<Vec<Stamp>, DbError> {
    let mut query = agreements::table
        .inner_join(grants::table)
        .group_by((agreements::id, agreements::version, agreements::year, agreements::slug))
        .select((agreements::id, agreements::version, sql::<BigInt>("CAST(SUM(grants.version) AS BIGINT)")))
        .order_by((agreements::year.desc(), agreements::slug))
        .into_boxed();
    query = match sight {
        Sight::PaidBy(authority) => query.filter(agreements::authority_id.eq(authority.to_string())),
        Sight::ReadBy(reader) => query.filter(insight::store::read_by(reader)),
    };
    if let Some(slug) = slug {
        query = query.filter(agreements::slug.eq(slug.to_owned()));
    }
    query
        .load::<(String, i64, i64)>(connection)?
        .into_iter()
        .map(|(id, version, generation)| {
            Ok(Stamp { agreement: id.parse().map_err(DbError::corrupt)?, version, generation })
        })
        .collect()
}

/// The outcomes of these agreements, the newest year first: five queries.
pub fn outcomes(connection: &mut AnyConnection, ids: &[Id<Agreement>]) -> Result<Vec<Outcome>, DbError> {
    let agreements = agreement::store::find_each(connection, ids)?;
    let mut ledgers = grant::store::ledgers(connection, ids)?;
    let mut filings: HashMap<String, Vec<Filing>> = HashMap::new();
    for (grant, post, status, received) in requisition::store::statuses(connection, ids)? {
        if let Some(stage) = Stage::parse(&status).map_err(DbError::corrupt)? {
            filings.entry(grant).or_default().push(Filing { post, stage, received });
        }
    }
    let mut reports: HashMap<String, Progress> = report::store::progress(connection, ids)?
        .into_iter()
        .map(|progress| (progress.grant.clone(), progress))
        .collect();
    let mut standings: HashMap<Id<Agreement>, Vec<Standing>> = HashMap::new();
    for holder in grant::store::holders(connection, ids)? {
        let grant = holder.grant.to_string();
        standings.entry(holder.agreement).or_default().push(Standing {
            recipient: holder.recipient,
            later: holder.later,
            ledger: ledgers.remove(&grant).unwrap_or_default(),
            filings: filings.remove(&grant).unwrap_or_default(),
            report: reports.remove(&grant),
            grant: holder.grant,
        });
    }
    Ok(agreements
        .into_iter()
        .map(|agreement| Outcome {
            standings: standings.remove(&agreement.id).unwrap_or_default(),
            agreement,
        })
        .collect())
}

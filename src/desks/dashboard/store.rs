//! Queries of the overview. Their number is the same however many agreements, recipients and events there are.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::{
    dsl::{exists, not, sql},
    prelude::*,
    sql_types::BigInt,
};

use super::{AgreementPositions, Filing, Position, Stage, cache::Stamp};
use crate::{
    grants::{
        further_report,
        grant::{self, Grant, store::GrantFilter},
        report::{self, store::Progress},
        requisition,
    },
    ground::{
        history::Event,
        infra::{
            db::{AnyConnection, DbError},
            schema::{agreements, grants, history},
        },
    },
    people::recipient::Organisation,
    terms::{
        agreement::{self, Agreement},
        insight::{self, Sight},
    },
};
use values::Id;

/// Some of the agreements in sight.
#[derive(Debug, Clone)]
pub enum Chosen {
    All,
    Slug(String),
    Years(Vec<i32>),
    /// The rounds of the same grant as this agreement, itself among them.
    RoundsOf(String),
    /// Those that an organisation was allocated a share of, or has taken over one of.
    HeldBy(Id<Organisation>),
}

impl Chosen {
    /// Whose shares alone are asked for.
    pub fn party(&self) -> Option<Id<Organisation>> {
        match self {
            Self::HeldBy(party) => Some(*party),
            Self::All | Self::Slug(_) | Self::Years(_) | Self::RoundsOf(_) => None,
        }
    }
}

/// The years of the agreements in sight, the latest first.
pub fn years(connection: &mut AnyConnection, sight: Sight) -> Result<Vec<i32>, DbError> {
    let mut query =
        agreements::table.select(agreements::year).distinct().order_by(agreements::year.desc()).into_boxed();
    query = match sight {
        Sight::PaidBy(authority) => query.filter(agreements::authority_id.eq(authority)),
        Sight::ReadBy(reader) => query.filter(insight::store::read_by(reader)),
        Sight::Public => query.filter(insight::store::published()),
    };
    Ok(query.load(connection)?)
}

/// The stamps of the chosen agreements in sight, the newest year first: one query.
pub fn stamps(connection: &mut AnyConnection, sight: Sight, chosen: Chosen) -> Result<Vec<Stamp>, DbError> {
    let mut query = agreements::table
        .inner_join(grants::table)
        .group_by((agreements::id, agreements::version, agreements::year, agreements::slug))
        .select((agreements::id, agreements::version, sql::<BigInt>("CAST(SUM(grants.version) AS BIGINT)")))
        .order_by((agreements::year.desc(), agreements::slug))
        .into_boxed();
    query = match sight {
        Sight::PaidBy(authority) => query.filter(agreements::authority_id.eq(authority)),
        Sight::ReadBy(reader) => query.filter(insight::store::read_by(reader)),
        Sight::Public => query.filter(insight::store::published()),
    };
    query = match chosen {
        Chosen::All => query,
        Chosen::Slug(slug) => query.filter(agreements::slug.eq(slug)),
        Chosen::Years(years) => query.filter(agreements::year.eq_any(years)),
        Chosen::RoundsOf(slug) => {
            let series = rounds
                .filter(rounds.field(agreements::slug).eq(slug.clone()))
                .filter(rounds.field(agreements::series).ne(""))
                .select(rounds.field(agreements::series));
            query.filter(agreements::slug.eq(slug).or(agreements::series.eq_any(series)))
        }
        Chosen::HeldBy(party) => query.filter(grants::recipient_id.eq(party).or(grants::holder_id.eq(party))),
    };
    let stamp = |(agreement, version, generation)| Stamp { agreement, version, generation };
    Ok(query.load(connection)?.into_iter().map(stamp).collect())
}

diesel::alias!(agreements as rounds: Rounds);

/// The outcomes of these agreements, the newest year first, or one party's share of them: seven queries.
pub fn outcomes(
    connection: &mut AnyConnection,
    which: GrantFilter<'_>,
) -> Result<Vec<AgreementPositions>, DbError> {
    let agreements = agreement::store::find_each(connection, which.agreements)?;
    let mut ledgers = grant::store::ledgers(connection, which)?;
    let mut last_events = last_events(connection, which)?;
    let mut filings: HashMap<Id<Grant>, Vec<Filing>> = HashMap::new();
    for (grant, form, status, received) in requisition::store::statuses(connection, which)? {
        if let Some(stage) = Stage::parse(&status).map_err(DbError::corrupt)? {
            filings.entry(grant).or_default().push(Filing { form, stage, received });
        }
    }
    let mut reports: HashMap<Id<Grant>, Progress> = report::store::progress(connection, which)?
        .into_iter()
        .map(|progress| (progress.grant, progress))
        .collect();
    let mut filed = further_report::store::filed(connection, which)?;
    let mut positions: HashMap<Id<Agreement>, Vec<Position>> = HashMap::new();
    for outline in grant::store::outlines(connection, which)? {
        let grant = outline.grant;
        positions.entry(outline.agreement).or_default().push(Position {
            recipient: outline.recipient,
            holder: outline.holder,
            later: outline.later,
            ledger: ledgers.remove(&grant).unwrap_or_default(),
            filings: filings.remove(&grant).unwrap_or_default(),
            report: reports.remove(&grant),
            further_reports: filed.remove(&grant).unwrap_or_default(),
            last_event: last_events.remove(&grant),
            grant,
        });
    }
    Ok(agreements
        .into_iter()
        .map(|agreement| AgreementPositions {
            positions: positions.remove(&agreement.id).unwrap_or_default(),
            agreement,
        })
        .collect())
}

diesel::alias!(history as later: Later);

type LastEvents = HashMap<Id<Grant>, (Event, DateTime<Utc>)>;

/// What happened last to each of these grants, leaving out what the recipient prepares.
fn last_events(connection: &mut AnyConnection, which: GrantFilter<'_>) -> Result<LastEvents, DbError> {
    let prepared = || Event::PREPARATIONS.map(Event::key);
    let rows: Vec<(Id<Grant>, String, DateTime<Utc>)> = history::table
        .filter(history::stream.eq_any(which.ids()))
        .filter(history::event.ne_all(prepared()))
        .filter(not(exists(
            later
                .filter(later.field(history::stream).eq(history::stream))
                .filter(later.field(history::seq).gt(history::seq))
                .filter(later.field(history::event).ne_all(prepared())),
        )))
        .order_by(history::stream)
        .select((history::stream, history::event, history::at))
        .load(connection)?;
    Ok(rows.into_iter().map(|(grant, event, at)| (grant, (Event::parse(&event), at))).collect())
}

//! Rows and queries of the register.

use chrono::{NaiveDate, NaiveDateTime};
use diesel::prelude::*;

use super::{FormerName, Held, Kind, Listed, Passed, Succession};
use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{
            agreements, former_names, grants, organisation_aliases, organisations, settings,
            succession_grants, successions,
        },
    },
    people::{
        access::Doer,
        recipient::{self, Organisation},
    },
};
use values::{Id, OrganisationNumber, text::sort_key};

diesel::alias!(organisations as holders: Holders, organisations as successors: Successors);

/// Takes the register for the rest of this transaction: two at once would each find a name free. One row for all, since a
/// name is held against everybody's.
pub fn hold(connection: &mut AnyConnection) -> Result<(), DbError> {
    diesel::update(settings::table.find("register"))
        .set(settings::value.eq(settings::value))
        .execute(connection)?;
    Ok(())
}

/// Everybody, in Swedish alphabetical order, with what else they answer to: two queries.
pub fn register(connection: &mut AnyConnection) -> Result<Vec<Listed>, DbError> {
    let known = recipient::store::with_aliases(connection)?.into_iter();
    Ok(known.map(|(organisation, aliases)| Listed { organisation, aliases }).collect())
}

pub fn aliases(connection: &mut AnyConnection, id: Id<Organisation>) -> Result<Vec<String>, DbError> {
    let mut aliases: Vec<String> = organisation_aliases::table
        .filter(organisation_aliases::organisation_id.eq(id.to_string()))
        .order_by(organisation_aliases::alias)
        .select(organisation_aliases::alias)
        .load(connection)?;
    aliases.sort_by_cached_key(|alias| sort_key(alias));
    Ok(aliases)
}

pub fn insert_alias(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    alias: &str,
) -> Result<(), DbError> {
    diesel::insert_into(organisation_aliases::table)
        .values((
            organisation_aliases::organisation_id.eq(id.to_string()),
            organisation_aliases::alias.eq(alias),
        ))
        .execute(connection)?;
    Ok(())
}

pub fn delete_alias(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    alias: &str,
) -> Result<(), DbError> {
    let row = organisation_aliases::table.find((id.to_string(), alias.to_owned()));
    diesel::delete(row).execute(connection)?;
    Ok(())
}

/// What it was called before, the latest first.
pub fn former_names(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
) -> Result<Vec<FormerName>, DbError> {
    let rows: Vec<(String, String, NaiveDate)> = former_names::table
        .filter(former_names::organisation_id.eq(id.to_string()))
        .order_by((former_names::until.desc(), former_names::id.desc()))
        .select((former_names::name, former_names::formal_name, former_names::until))
        .load(connection)?;
    Ok(rows.into_iter().map(|(name, formal_name, until)| FormerName { name, formal_name, until }).collect())
}

/// Gives it its new names, and keeps the old ones with their last day. After the organisation is locked.
pub fn rename(
    connection: &mut AnyConnection,
    was: &Organisation,
    name: &str,
    formal_name: &str,
    until: NaiveDate,
) -> Result<(), DbError> {
    let id = was.id.to_string();
    diesel::insert_into(former_names::table)
        .values((
            former_names::id.eq(Id::<FormerName>::new().to_string()),
            former_names::organisation_id.eq(&id),
            former_names::name.eq(&was.name),
            former_names::formal_name.eq(&was.formal_name),
            former_names::until.eq(until),
        ))
        .execute(connection)?;
    diesel::update(organisations::table.find(&id))
        .set((organisations::name.eq(name), organisations::formal_name.eq(formal_name)))
        .execute(connection)?;
    Ok(())
}

/// After the organisation is locked.
pub fn set_number(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
    number: OrganisationNumber,
) -> Result<(), DbError> {
    diesel::update(organisations::table.find(id.to_string()))
        .set(organisations::organisation_number.eq(number.to_string()))
        .execute(connection)?;
    Ok(())
}

/// The grants that were allocated to it or that it holds, whoever pays them: their pages show its names.
pub fn grants_naming(
    connection: &mut AnyConnection,
    id: Id<Organisation>,
) -> Result<Vec<Id<Grant>>, DbError> {
    let id = id.to_string();
    let ids: Vec<String> = grants::table
        .filter(grants::recipient_id.eq(&id).or(grants::holder_id.eq(&id)))
        .order_by(grants::id)
        .select(grants::id)
        .load(connection)?;
    ids.iter().map(|id| id.parse().map_err(DbError::corrupt)).collect()
}

/// The grants of the agreements that an authority pays which were allocated to one of the organisations or which it holds,
/// the newest year first: one query.
pub fn grants_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    ids: &[Id<Organisation>],
) -> Result<Vec<Held>, DbError> {
    type Row = (String, String, String, i32, (String, String), (String, String));
    let ids: Vec<String> = ids.iter().map(Id::to_string).collect();
    let rows: Vec<Row> = grants::table
        .inner_join(agreements::table)
        .inner_join(organisations::table)
        .inner_join(holders.on(grants::holder_id.eq(holders.field(organisations::id))))
        .filter(agreements::authority_id.eq(authority.to_string()))
        .filter(grants::recipient_id.eq_any(&ids).or(grants::holder_id.eq_any(&ids)))
        .order_by((agreements::year.desc(), agreements::slug, organisations::code))
        .select((
            grants::id,
            agreements::code,
            agreements::definition,
            agreements::year,
            (organisations::code, organisations::name),
            (holders.field(organisations::code), holders.field(organisations::name)),
        ))
        .load(connection)?;
    rows.into_iter()
        .map(|(grant, code, definition, year, recipient, holder)| {
            let definition: Named = serde_json::from_str(&definition).map_err(DbError::corrupt)?;
            Ok(Held {
                grant: grant.parse().map_err(DbError::corrupt)?,
                number: format!("{code}-{}", recipient.0),
                agreement: format!("{} {year}", definition.name),
                agreement_code: code,
                recipient,
                holder,
            })
        })
        .collect()
}

/// All that is asked of an agreement's terms here.
#[derive(serde::Deserialize)]
struct Named {
    name: String,
}

/// After the grant is locked.
pub fn set_holder(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
    holder: Id<Organisation>,
) -> Result<(), DbError> {
    diesel::update(grants::table.find(grant.to_string()))
        .set(grants::holder_id.eq(holder.to_string()))
        .execute(connection)?;
    Ok(())
}

pub fn insert(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    succession: &Succession,
    passing: &[(Id<Grant>, Id<Organisation>, Id<Organisation>)],
) -> Result<(), DbError> {
    let id = succession.id.to_string();
    diesel::insert_into(successions::table)
        .values((
            successions::id.eq(&id),
            successions::authority_id.eq(authority.to_string()),
            successions::kind.eq(succession.kind.key()),
            successions::day.eq(succession.day),
            successions::decision.eq(&succession.decision),
            successions::reason.eq(&succession.reason),
            successions::registered_by.eq(succession.registered_by.name()),
            successions::registered_by_id.eq(succession.registered_by.person()),
            successions::registered_at.eq(succession.registered_at.naive_utc()),
        ))
        .execute(connection)?;
    for (grant, from, to) in passing {
        diesel::insert_into(succession_grants::table)
            .values((
                succession_grants::succession_id.eq(&id),
                succession_grants::grant_id.eq(grant.to_string()),
                succession_grants::from_id.eq(from.to_string()),
                succession_grants::to_id.eq(to.to_string()),
            ))
            .execute(connection)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = successions)]
struct SuccessionRow {
    id: String,
    kind: String,
    day: NaiveDate,
    decision: String,
    reason: String,
    registered_by: String,
    registered_by_id: Option<String>,
    registered_at: NaiveDateTime,
}

impl TryFrom<SuccessionRow> for Succession {
    type Error = DbError;

    fn try_from(row: SuccessionRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id.parse().map_err(DbError::corrupt)?,
            kind: Kind::parse(&row.kind).ok_or_else(|| DbError::corrupt(format!("kind {}", row.kind)))?,
            day: row.day,
            decision: row.decision,
            reason: row.reason,
            registered_by: Doer::stored(row.registered_by_id, row.registered_by)?,
            registered_at: row.registered_at.and_utc(),
        })
    }
}

/// What an authority has registered of an organisation as one of the parties, the latest first, with the grants that passed
/// to or from it: one query.
pub fn successions_of(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    id: Id<Organisation>,
) -> Result<Vec<(Succession, Vec<Passed>)>, DbError> {
    type Row = (SuccessionRow, String, String, String, String, String);
    let id = id.to_string();
    let rows: Vec<Row> = succession_grants::table
        .inner_join(successions::table)
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .inner_join(holders.on(succession_grants::from_id.eq(holders.field(organisations::id))))
        .inner_join(successors.on(succession_grants::to_id.eq(successors.field(organisations::id))))
        .filter(successions::authority_id.eq(authority.to_string()))
        .filter(succession_grants::from_id.eq(&id).or(succession_grants::to_id.eq(&id)))
        .order_by((
            successions::registered_at.desc(),
            successions::id.desc(),
            agreements::code,
            organisations::code,
        ))
        .select((
            SuccessionRow::as_select(),
            grants::id,
            agreements::code,
            organisations::code,
            holders.field(organisations::name),
            successors.field(organisations::name),
        ))
        .load(connection)?;
    let mut successions: Vec<(Succession, Vec<Passed>)> = Vec::new();
    for (row, grant, agreement, recipient, from, to) in rows {
        let succession = Succession::try_from(row)?;
        let passed = Passed {
            grant: grant.parse().map_err(DbError::corrupt)?,
            number: format!("{agreement}-{recipient}"),
            from,
            to,
        };
        match successions.last_mut() {
            Some((last, of_last)) if last.id == succession.id => of_last.push(passed),
            _ => successions.push((succession, vec![passed])),
        }
    }
    Ok(successions)
}

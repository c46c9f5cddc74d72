//! What was fixed for signature of requisitions.

use diesel::prelude::*;

use crate::{
    grants::{
        case::{
            self, Kind,
            store::{EditionRow, Row, Stored, edition, editions},
        },
        grant::{self, Grant},
        requisition::{Content, Dossier, Edition, Requisition, case_number},
    },
    ground::infra::{
        db::{AnyConnection, DbError, Json},
        schema::{agreements, cases, editions as editions_table, grants, organisations},
    },
    people::{access::Scope, recipient::Organisation},
    terms::insight,
};
use values::Id;

/// The requisition with its grant and standing edition, if it is there for these eyes.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Requisition>,
) -> Result<Option<Dossier>, DbError> {
    let Some(requisition) = case::store::find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, requisition.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("requisition {id} has no grant")))?;
    let edition = standing_edition(connection, &requisition)?;
    Ok(Some(Dossier { requisition, grant, edition }))
}

/// Every edition of a requisition, the newest first.
pub fn editions_of(connection: &mut AnyConnection, id: Id<Requisition>) -> Result<Vec<Edition>, DbError> {
    Ok(editions(connection, id)?.into_iter().map(Edition::from).collect())
}

/// The standing edition: see [`Requisition::standing_version`].
pub fn standing_edition(
    connection: &mut AnyConnection,
    requisition: &Requisition,
) -> Result<Option<Edition>, DbError> {
    edition(connection, requisition.id, requisition.standing_version())
}

/// The edition that came in, whatever has been issued since.
pub fn received_edition(
    connection: &mut AnyConnection,
    requisition: &Requisition,
) -> Result<Option<Edition>, DbError> {
    edition(connection, requisition.id, requisition.received().map(|received| received.version))
}

/// What was last received of the grants that an organisation holds now and that still stands, for these eyes, with its case number: for prefilling and
/// for comparing. Before `this` one, when that came in.
pub fn last_received(
    connection: &mut AnyConnection,
    scope: Scope,
    holder: Id<Organisation>,
    this: Option<&Requisition>,
) -> Result<Option<(String, Content)>, DbError> {
    let mut query = cases::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(cases::kind.eq(Kind::Requisition))
        .filter(grants::holder_id.eq(holder))
        .filter(cases::received_at.is_not_null())
        .filter(cases::status.eq_any(["awaiting_signature", "submitted", "returned", "approved"]))
        .order_by((cases::received_at.desc(), cases::id.desc()))
        .select((Row::as_select(), agreements::code, organisations::code))
        .into_boxed();
    query = match scope {
        Scope::Recipient(_) => query,
        Scope::Authority(authority) => query.filter(agreements::authority_id.eq(authority)),
        Scope::Reader(reader) => query.filter(insight::store::read_by(reader)),
    };
    if let Some(this) = this {
        query = query.filter(cases::id.ne(this.id));
        if let Some(received) = this.received() {
            query = query.filter(cases::received_at.lt(received.at.naive_utc()));
        }
    }
    let found: Option<(Row, String, String)> = query.first(connection).optional()?;
    let Some((row, agreement, recipient)) = found else { return Ok(None) };
    let requisition = Requisition::read(row)?;
    let number = case_number(&agreement, &recipient, requisition.number);
    Ok(received_edition(connection, &requisition)?.map(|edition| (number, edition.content)))
}

/// What waits for a signature of these grants, with what it says, by grant and number: one query.
pub fn awaiting(
    connection: &mut AnyConnection,
    grants: &[Id<Grant>],
) -> Result<Vec<(Requisition, Content)>, DbError> {
    let newest = editions_table::case_id.eq(cases::id).and(editions_table::version.eq(cases::version));
    let rows: Vec<(Row, Json<Content>)> = cases::table
        .inner_join(editions_table::table.on(newest))
        .filter(cases::kind.eq(Kind::Requisition))
        .filter(cases::grant_id.eq_any(grants))
        .filter(cases::status.eq("awaiting_signature"))
        .order_by((cases::grant_id, cases::number))
        .select((Row::as_select(), editions_table::content))
        .load(connection)?;
    rows.into_iter().map(|(row, Json(content))| Ok((Requisition::read(row)?, content))).collect()
}

/// True when a report of the grant has come in.
pub fn is_reported(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<bool, DbError> {
    let came_in = cases::table
        .filter(cases::kind.eq(Kind::Report))
        .filter(cases::grant_id.eq(grant))
        .filter(cases::received_at.is_not_null());
    Ok(diesel::select(diesel::dsl::exists(came_in)).get_result(connection)?)
}

/// A grant's approved requisitions with what they said, by number: one query.
pub fn approved_of(
    connection: &mut AnyConnection,
    grant: Id<Grant>,
) -> Result<Vec<(Requisition, Content)>, DbError> {
    let rows: Vec<(Row, EditionRow<Content>)> = cases::table
        .inner_join(editions_table::table)
        .filter(cases::kind.eq(Kind::Requisition))
        .filter(cases::grant_id.eq(grant))
        .filter(cases::status.eq("approved"))
        .order_by((cases::number, editions_table::version))
        .select((Row::as_select(), EditionRow::as_select()))
        .load(connection)?;
    let mut approved = Vec::new();
    for (row, edition) in rows {
        let requisition = Requisition::read(row)?;
        if requisition.standing_version() == Some(edition.version) {
            approved.push((requisition, Edition::from(edition).content));
        }
    }
    Ok(approved)
}

/// The editions whose content is not what was fixed for signature, for `bidragsporten check`.
pub fn altered_editions(connection: &mut AnyConnection, codes: &[&str]) -> Result<Vec<String>, DbError> {
    case::store::altered::<Requisition>(connection, codes, case_number)
}

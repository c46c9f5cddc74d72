//! What was fixed for signature: the table `editions`, which has those of every kind.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    grants::case::{Case, Edition, FieldRemark, StoredEdition},
    ground::infra::{
        db::{AnyConnection, DbError, Json, json},
        schema::{agreements, cases, editions, grants, organisations},
    },
    people::access::{Doer, Person},
};
use values::Id;

/// An edition whose content is a `T`.
#[derive(Queryable, Selectable)]
#[diesel(table_name = editions)]
pub struct EditionRow<T> {
    pub version: i32,
    content: Json<T>,
    warnings: Json<Vec<FieldRemark>>,
    fingerprint: String,
    issued_by: String,
    issued_by_id: Option<Id<Person>>,
    issued_at: DateTime<Utc>,
    recipient: String,
    certificate: Option<String>,
}

impl<T> EditionRow<T> {
    /// Of a report's: that it came in.
    pub fn has_certificate(&self) -> bool {
        self.certificate.is_some()
    }
}

impl<T> From<EditionRow<T>> for Edition<T> {
    fn from(row: EditionRow<T>) -> Self {
        Self {
            version: row.version,
            content: row.content.0,
            warnings: row.warnings.0,
            fingerprint: row.fingerprint,
            issued_by: Doer::stored(row.issued_by_id, row.issued_by),
            issued_at: row.issued_at,
            recipient: row.recipient,
        }
    }
}

/// Every edition of a case, the newest first.
pub fn editions<C: Case, T: DeserializeOwned + 'static>(
    connection: &mut AnyConnection,
    case: Id<C>,
) -> Result<Vec<EditionRow<T>>, DbError> {
    Ok(editions::table
        .filter(editions::case_id.eq(case))
        .order_by(editions::version.desc())
        .select(EditionRow::as_select())
        .load(connection)?)
}

/// The edition with this version, if there is one.
pub fn edition<C: Case, T: DeserializeOwned + 'static>(
    connection: &mut AnyConnection,
    case: Id<C>,
    version: Option<i32>,
) -> Result<Option<Edition<T>>, DbError> {
    let Some(version) = version else { return Ok(None) };
    let row: Option<EditionRow<T>> =
        editions::table.find((case, version)).select(EditionRow::as_select()).first(connection).optional()?;
    Ok(row.map(Edition::from))
}

pub fn insert_edition<C: Case, T: Serialize>(
    connection: &mut AnyConnection,
    case: Id<C>,
    edition: &Edition<T>,
) -> Result<(), DbError> {
    diesel::insert_into(editions::table)
        .values((
            editions::case_id.eq(case),
            editions::version.eq(edition.version),
            editions::content.eq(json(&edition.content)?),
            editions::warnings.eq(json(&edition.warnings)?),
            editions::fingerprint.eq(&edition.fingerprint),
            editions::issued_by.eq(edition.issued_by.name()),
            editions::issued_by_id.eq(edition.issued_by.person()),
            editions::issued_at.eq(edition.issued_at.naive_utc()),
            editions::recipient.eq(&edition.recipient),
        ))
        .execute(connection)?;
    Ok(())
}

/// That an edition came in stays with it, and the certificate that it came in with.
pub fn keep_certificate<C: Case>(
    connection: &mut AnyConnection,
    case: Id<C>,
    version: i32,
    certificate: Option<&impl Serialize>,
) -> Result<(), DbError> {
    diesel::update(editions::table.find((case, version)))
        .set(editions::certificate.eq(json(&certificate)?))
        .execute(connection)?;
    Ok(())
}

/// The editions of a kind whose content is not what was fixed for signature, for `bidragsporten check`. `number` makes a case
/// number of the agreement's code, the recipient's and the case's number; `codes` are all recipients'.
pub fn altered<C: Case>(
    connection: &mut AnyConnection,
    codes: &[&str],
    number: impl Fn(&str, &str, i32) -> String,
) -> Result<Vec<String>, DbError> {
    let of_grant = grants::table.inner_join(agreements::table).inner_join(organisations::table);
    let rows: Vec<(i32, String, String, String, String, i32)> = editions::table
        .inner_join(cases::table.inner_join(of_grant))
        .filter(cases::kind.eq(C::KIND))
        .order_by((editions::case_id, editions::version))
        .select((
            editions::version,
            editions::content,
            editions::fingerprint,
            agreements::code,
            organisations::code,
            cases::number,
        ))
        .load(connection)?;
    let faults =
        rows.into_iter().filter_map(|(version, content, fingerprint, agreement, recipient, of_grant)| {
            let case_number = number(&agreement, &recipient, of_grant);
            StoredEdition { case_number, version, content, fingerprint }.fault(codes)
        });
    Ok(faults.collect())
}

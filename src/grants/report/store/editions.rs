//! What was fixed for signature of reports, and their certificates.

use diesel::prelude::*;

use crate::{
    grants::{
        case::{
            self, Kind,
            store::{Row, Stored, edition, editions},
        },
        grant::{self, Grant},
        report::{Content, Dossier, Edition, Report, case_number},
    },
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, cases, grants, organisations},
    },
    people::access::Scope,
    terms::insight,
};
use values::Id;

/// The report with its grant and standing edition, if it is there for these eyes.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    id: Id<Report>,
) -> Result<Option<Dossier>, DbError> {
    let Some(report) = case::store::find(connection, scope, id)? else { return Ok(None) };
    let grant = grant::store::find(connection, scope, report.grant_id)?
        .ok_or_else(|| DbError::corrupt(format!("report {id} has no grant")))?;
    let edition = standing_edition(connection, &report)?;
    Ok(Some(Dossier { report, grant, edition }))
}

/// Every edition of a report, the newest first, and whether it came in.
pub fn editions_of(connection: &mut AnyConnection, id: Id<Report>) -> Result<Vec<(Edition, bool)>, DbError> {
    let rows = editions::<_, Content>(connection, id)?.into_iter();
    Ok(rows
        .map(|row| {
            let came_in = row.has_certificate();
            (row.into(), came_in)
        })
        .collect())
}

/// The standing edition: see [`Report::standing_version`].
pub fn standing_edition(connection: &mut AnyConnection, report: &Report) -> Result<Option<Edition>, DbError> {
    edition(connection, report.id, report.standing_version())
}

/// The edition that came in, whatever has been issued since.
pub fn received_edition(connection: &mut AnyConnection, report: &Report) -> Result<Option<Edition>, DbError> {
    edition(connection, report.id, report.received().map(|received| received.version))
}

/// The report of an earlier year that came in, of a grant that the same organisation holds, for these eyes, with its case number: for comparing.
pub fn last_received(
    connection: &mut AnyConnection,
    scope: Scope,
    this: &Grant,
) -> Result<Option<(String, Content)>, DbError> {
    let mut query = cases::table
        .inner_join(grants::table.inner_join(agreements::table).inner_join(organisations::table))
        .filter(grants::holder_id.eq(this.holder.id))
        .filter(cases::kind.eq(Kind::Report))
        .filter(agreements::year.lt(this.agreement.terms.year))
        .filter(cases::received_at.is_not_null())
        .order_by((agreements::year.desc(), cases::received_at.desc(), cases::id.desc()))
        .select((Row::as_select(), agreements::code, organisations::code))
        .into_boxed();
    query = match scope {
        Scope::Recipient(_) => query,
        Scope::Authority(authority) => query.filter(agreements::authority_id.eq(authority)),
        Scope::Reader(reader) => query.filter(insight::store::read_by(reader)),
    };
    let found: Option<(Row, String, String)> = query.first(connection).optional()?;
    let Some((row, agreement, recipient)) = found else { return Ok(None) };
    let report = Report::read(row)?;
    let number = case_number(&agreement, &recipient);
    Ok(received_edition(connection, &report)?.map(|edition| (number, edition.content)))
}

/// The editions whose content is not what was fixed for signature, for `bidragsporten check`.
pub fn altered_editions(connection: &mut AnyConnection, codes: &[&str]) -> Result<Vec<String>, DbError> {
    case::store::altered::<Report>(connection, codes, |agreement, recipient, _| {
        case_number(agreement, recipient)
    })
}

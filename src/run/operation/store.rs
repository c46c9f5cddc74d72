//! Of which grant a case is, whatever kind of case it is.

use diesel::prelude::*;

use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{account_requests, further_reports, reports, requisitions},
    },
};
use values::Id;

/// A case of no grant is none.
pub fn grant_of(connection: &mut AnyConnection, case: &str) -> Result<Option<Id<Grant>>, DbError> {
    let requisition = requisitions::table.find(case).select(requisitions::grant_id);
    let mut grant: Option<String> = requisition.first(connection).optional()?;
    if grant.is_none() {
        grant = reports::table.find(case).select(reports::grant_id).first(connection).optional()?;
    }
    if grant.is_none() {
        let request = account_requests::table.find(case).select(account_requests::grant_id);
        grant = request.first(connection).optional()?;
    }
    if grant.is_none() {
        let further = further_reports::table.find(case).select(further_reports::grant_id);
        grant = further.first(connection).optional()?;
    }
    grant.map(|id| id.parse().map_err(DbError::corrupt)).transpose()
}

//! Who reads along: the ministry and Socialstyrelsen both rounds, SKR the newer. SKR's *ekonom* has insight beside it: one
//! person who both receives a grant and reads everybody's.

use chrono::{DateTime, Utc};

use super::{actor, filings::first_day, person};
use crate::{
    ground::infra::db::{AnyConnection, DbError},
    people::{
        access::{self, Act, Role},
        recipient,
    },
    terms::{agreement, insight::verbs},
};

const SKR: &str = "SKR";

pub fn make(connection: &mut AnyConnection) -> Result<(), DbError> {
    let authorities = ["socialdepartementet", "socialstyrelsen"];
    give(connection, "aldreomsorg-2021", &authorities, first_day(2021, 9, 2))?;
    let now = first_day(2022, 2, 2);
    give(connection, "aldreomsorg-2022", &[authorities[0], authorities[1], SKR], now)?;
    if let Some(skr) = recipient::store::find_by_code(connection, SKR)? {
        let preparer = person(connection, &skr, Role::Preparer, 1, now)?;
        access::store::give_role(connection, preparer.id, skr.id, Role::Reader)?;
    }
    Ok(())
}

fn give(
    connection: &mut AnyConnection,
    slug: &str,
    readers: &[&str],
    now: DateTime<Utc>,
) -> Result<(), DbError> {
    let Some(agreement) = agreement::store::find_by_slug(connection, slug)? else { return Ok(()) };
    let officer = actor(connection, &agreement.authority, Role::CaseOfficer, now)?;
    for code in readers {
        if let Some(reader) = recipient::store::find_by_code(connection, code)? {
            verbs::give(connection, &Act::of_authority(&officer, now), slug, &reader)
                .map_err(|failure| DbError::corrupt(format!("{code}: {failure:?}")))?;
        }
    }
    Ok(())
}

//! Rows and queries of insight.

use chrono::{DateTime, Utc};
use diesel::{dsl, prelude::*};

use super::{Insight, Sight};
use crate::{
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{agreements, insights, organisations},
    },
    people::{
        access::{Doer, Person},
        recipient::Organisation,
    },
    terms::agreement::{self, Agreement},
};
use values::{Id, text::sort_key};

type Given = dsl::Select<
    dsl::Filter<insights::table, dsl::Eq<insights::organisation_id, Id<Organisation>>>,
    insights::agreement_id,
>;
pub type ReadBy =
    dsl::Or<dsl::Eq<agreements::authority_id, Id<Organisation>>, dsl::EqAny<agreements::id, Given>>;

/// What holds of the agreements that an organisation reads, for the WHERE of any query that has agreements in it:
/// ownership is in the query.
pub fn read_by(organisation: Id<Organisation>) -> ReadBy {
    let given =
        insights::table.filter(insights::organisation_id.eq(organisation)).select(insights::agreement_id);
    agreements::authority_id.eq(organisation).or(agreements::id.eq_any(given))
}

type Publishing = dsl::Select<
    dsl::Filter<organisations::table, dsl::Eq<organisations::publishes, bool>>,
    organisations::id,
>;
pub type Published = dsl::EqAny<agreements::authority_id, Publishing>;

/// The same for what everybody may see: an authority that switches its open data off is out of every answer at once.
pub fn published() -> Published {
    let publishing = organisations::table.filter(organisations::publishes.eq(true)).select(organisations::id);
    agreements::authority_id.eq_any(publishing)
}

/// The agreement, if it is there for these eyes.
pub fn agreement(
    connection: &mut AnyConnection,
    sight: Sight,
    slug: &str,
) -> Result<Option<Agreement>, DbError> {
    let mut query = agreements::table.filter(agreements::slug.eq(slug)).select(agreements::id).into_boxed();
    query = match sight {
        Sight::PaidBy(authority) => query.filter(agreements::authority_id.eq(authority)),
        Sight::ReadBy(reader) => query.filter(read_by(reader)),
        Sight::Public => query.filter(published()),
    };
    match query.first(connection).optional()? {
        Some(id) => agreement::store::find(connection, id),
        None => Ok(None),
    }
}

/// The reader, and by whom (id and name) and when the insight was given.
type ReaderRow = (Organisation, Option<Id<Person>>, String, DateTime<Utc>);

/// Who may read the agreement, in Swedish alphabetical order.
pub fn of_agreement(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<ReaderRow> = insights::table
        .inner_join(organisations::table)
        .filter(insights::agreement_id.eq(agreement))
        .order_by(organisations::code)
        .select((Organisation::as_select(), insights::given_by_id, insights::given_by, insights::given_at))
        .load(connection)?;
    let insight =
        |(reader, person, name, given_at)| Insight { reader, given_by: Doer::stored(person, name), given_at };
    let mut all: Vec<Insight> = rows.into_iter().map(insight).collect();
    all.sort_by_cached_key(|insight| sort_key(&insight.reader.name));
    Ok(all)
}

/// After the agreement is held.
pub fn insert(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    insight: &Insight,
) -> Result<(), DbError> {
    diesel::insert_into(insights::table)
        .values((
            insights::agreement_id.eq(agreement),
            insights::organisation_id.eq(insight.reader.id),
            insights::given_by.eq(insight.given_by.name()),
            insights::given_by_id.eq(insight.given_by.person()),
            insights::given_at.eq(insight.given_at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

/// After the agreement is held.
pub fn delete(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    reader: Id<Organisation>,
) -> Result<(), DbError> {
    diesel::delete(insights::table.find((agreement, reader))).execute(connection)?;
    Ok(())
}

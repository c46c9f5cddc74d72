//! The authority's list of who has answered the survey.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

use crate::{
    grants::grant::Grant,
    ground::infra::{
        db::{AnyConnection, DbError},
        schema::{organisations, survey_answers, survey_lists},
    },
    people::{
        access::{Doer, Person},
        recipient::Organisation,
    },
    terms::agreement::Agreement,
};
use values::Id;

/// A list of who has answered the survey, and when it was read in.
#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = survey_lists)]
pub struct SurveyList {
    pub imported_by: String,
    imported_by_id: Option<Id<Person>>,
    pub imported_at: DateTime<Utc>,
}

impl SurveyList {
    pub fn by(&self) -> Doer {
        Doer::stored(self.imported_by_id, self.imported_by.clone())
    }
}

pub fn survey_list(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
) -> Result<Option<SurveyList>, DbError> {
    Ok(survey_lists::table.find(agreement).select(SurveyList::as_select()).first(connection).optional()?)
}

/// Whether the authority's list has the recipient; `None` when there is no list.
pub fn is_listed(connection: &mut AnyConnection, grant: &Grant) -> Result<Option<bool>, DbError> {
    if survey_list(connection, grant.agreement.id)?.is_none() {
        return Ok(None);
    }
    let row = survey_answers::table.find((grant.agreement.id, grant.recipient.id));
    Ok(Some(diesel::select(diesel::dsl::exists(row)).get_result(connection)?))
}

/// The codes of those on the list.
pub fn listed(connection: &mut AnyConnection, agreement: Id<Agreement>) -> Result<HashSet<String>, DbError> {
    let codes: Vec<String> = survey_answers::table
        .inner_join(organisations::table)
        .filter(survey_answers::agreement_id.eq(agreement))
        .order_by(organisations::code)
        .select(organisations::code)
        .load(connection)?;
    Ok(codes.into_iter().collect())
}

/// Puts a new list in the place of the old one.
pub fn replace_survey_list(
    connection: &mut AnyConnection,
    agreement: Id<Agreement>,
    answered: &[Id<Organisation>],
    by: &Doer,
    at: DateTime<Utc>,
) -> Result<(), DbError> {
    diesel::delete(survey_answers::table.filter(survey_answers::agreement_id.eq(agreement)))
        .execute(connection)?;
    diesel::delete(survey_lists::table.find(agreement)).execute(connection)?;
    for recipient in answered {
        diesel::insert_into(survey_answers::table)
            .values((survey_answers::agreement_id.eq(agreement), survey_answers::recipient_id.eq(recipient)))
            .execute(connection)?;
    }
    diesel::insert_into(survey_lists::table)
        .values((
            survey_lists::agreement_id.eq(agreement),
            survey_lists::imported_by.eq(by.name()),
            survey_lists::imported_by_id.eq(by.person()),
            survey_lists::imported_at.eq(at.naive_utc()),
        ))
        .execute(connection)?;
    Ok(())
}

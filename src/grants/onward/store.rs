//! Rows and queries of onward distribution.

mod money;
mod units;

use chrono::{DateTime, Utc};
use diesel::prelude::*;

pub use money::{
    aid_since, entries, failed_payments, insert_entry, insert_failed, insert_list, list_of, lists,
    next_number, put_on_list, strike_failed,
};
pub use units::{fold_names, insert_unit, unit, units, update_unit};

use super::{
    Distribution, Plan,
    application::{Application, Refusal, Status},
    form::ModelForm,
    model::Model,
    unit::Unit,
};
use crate::{
    grants::grant::{self, Grant},
    ground::infra::{
        conflict::Saved,
        db::{AnyConnection, DbError, Json, json, read_by_row},
        schema::{onward_applications, onward_plans, onward_units},
    },
    people::{
        access::{Doer, Person, Scope},
        recipient::Organisation,
    },
};
use values::Id;

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_plans)]
pub struct PlanRow {
    id: Id<Plan>,
    grant_id: Id<Grant>,
    draft: Json<ModelForm>,
    model: Option<Json<Model>>,
    approved_by: String,
    approved_by_id: Option<Id<Person>>,
    approved_at: Option<DateTime<Utc>>,
    revision: i64,
    saved_by: String,
    saved_at: Option<DateTime<Utc>>,
}

read_by_row!(Plan, PlanRow);

impl From<PlanRow> for Plan {
    fn from(row: PlanRow) -> Self {
        let approved_by = Doer::stored(row.approved_by_id, row.approved_by);
        Self {
            id: row.id,
            grant_id: row.grant_id,
            draft: row.draft.0,
            model: row.model.map(|Json(model)| model),
            approved: row.approved_at.map(|at| (approved_by, at)),
            revision: row.revision,
            saved: Saved::of((row.saved_by, row.saved_at)),
        }
    }
}

/// The plan of a grant that has been found in scope.
pub fn plan_of(connection: &mut AnyConnection, grant: Id<Grant>) -> Result<Option<Plan>, DbError> {
    Ok(onward_plans::table
        .filter(onward_plans::grant_id.eq(grant))
        .select(Plan::as_select())
        .first(connection)
        .optional()?)
}

/// After the grant is held, so that there is one.
pub fn insert_plan(connection: &mut AnyConnection, plan: &Plan) -> Result<(), DbError> {
    diesel::insert_into(onward_plans::table)
        .values((
            onward_plans::id.eq(plan.id),
            onward_plans::grant_id.eq(plan.grant_id),
            onward_plans::draft.eq(json(&plan.draft)?),
            onward_plans::approved_by.eq(""),
            onward_plans::revision.eq(plan.revision),
            onward_plans::version.eq(0),
        ))
        .execute(connection)?;
    Ok(())
}

/// Takes the plan for the rest of this transaction and gives its new version: the number of the history line that the caller
/// owes. Every verb on it begins with this, so that two writers never both give out the same money.
pub fn lock(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<i64, DbError> {
    diesel::update(onward_plans::table.find(plan))
        .set(onward_plans::version.eq(onward_plans::version + 1))
        .execute(connection)?;
    Ok(onward_plans::table.find(plan).select(onward_plans::version).first(connection)?)
}

/// Every plan's stream and version, for `bidragsporten check`.
pub fn versions(connection: &mut AnyConnection) -> Result<Vec<(String, i64)>, DbError> {
    Ok(onward_plans::table
        .order_by(onward_plans::id)
        .select((onward_plans::id, onward_plans::version))
        .load(connection)?)
}

/// Writes the draft and the decision over the revision that was read; false when somebody wrote in between.
pub fn update_plan(connection: &mut AnyConnection, plan: &Plan, saved: &Saved) -> Result<bool, DbError> {
    let row = onward_plans::table.find(plan.id).filter(onward_plans::revision.eq(plan.revision));
    let (saved_by, saved_at) = saved.columns();
    let approved = plan.approved.as_ref();
    let changed = diesel::update(row)
        .set((
            onward_plans::draft.eq(json(&plan.draft)?),
            onward_plans::model.eq(plan.model.as_ref().map(json).transpose()?),
            onward_plans::approved_by.eq(approved.map_or("", |(by, _)| by.name())),
            onward_plans::approved_by_id.eq(approved.and_then(|(by, _)| by.person())),
            onward_plans::approved_at.eq(approved.map(|(_, at)| at.naive_utc())),
            onward_plans::revision.eq(plan.revision + 1),
            (onward_plans::saved_by.eq(saved_by), onward_plans::saved_at.eq(saved_at)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Everything of a grant's onward distribution, if the grant is there for these eyes and somebody has begun: a fixed number of
/// queries however many units there are.
pub fn case(
    connection: &mut AnyConnection,
    scope: Scope,
    grant: Id<Grant>,
) -> Result<Option<Distribution>, DbError> {
    let Some(grant) = grant::store::find(connection, scope, grant)? else { return Ok(None) };
    let Some(plan) = plan_of(connection, grant.id)? else { return Ok(None) };
    Ok(Some(Distribution {
        applications: applications(connection, plan.id)?,
        entries: entries(connection, plan.id)?,
        lists: lists(connection, plan.id)?,
        failed: failed_payments(connection, plan.id)?,
        grant,
        plan,
    }))
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = onward_applications)]
pub struct ApplicationRow {
    id: Id<Application>,
    plan_id: Id<Plan>,
    #[diesel(embed)]
    unit: Unit,
    state: Json<Status>,
    link: i32,
    revision: i64,
    saved_by: String,
    saved_at: Option<DateTime<Utc>>,
}

// With its unit: the table of units is joined.
read_by_row!(Application, ApplicationRow);

impl From<ApplicationRow> for Application {
    fn from(row: ApplicationRow) -> Self {
        Self {
            id: row.id,
            plan: row.plan_id,
            unit: row.unit,
            status: row.state.0,
            link: row.link,
            revision: row.revision,
            saved: Saved::of((row.saved_by, row.saved_at)),
        }
    }
}

/// A plan's units, by provider and name.
pub fn applications(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Vec<Application>, DbError> {
    let mut applications: Vec<Application> = onward_applications::table
        .inner_join(onward_units::table)
        .filter(onward_applications::plan_id.eq(plan))
        .order_by(onward_applications::id)
        .select(Application::as_select())
        .load(connection)?;
    applications.sort_by_cached_key(|application| application.unit.content.order());
    Ok(applications)
}

/// One of them.
pub fn application(
    connection: &mut AnyConnection,
    plan: Id<Plan>,
    id: Id<Application>,
) -> Result<Option<Application>, DbError> {
    Ok(find_application(connection, id)?.filter(|application| application.plan == plan))
}

/// By its id alone: for whoever has shown its link.
pub fn find_application(
    connection: &mut AnyConnection,
    id: Id<Application>,
) -> Result<Option<Application>, DbError> {
    Ok(onward_applications::table
        .inner_join(onward_units::table)
        .filter(onward_applications::id.eq(id))
        .select(Application::as_select())
        .first(connection)
        .optional()?)
}

/// The number of an application's present link, and nothing else: enough to judge a link by.
pub fn link_number(connection: &mut AnyConnection, id: Id<Application>) -> Result<Option<i32>, DbError> {
    let link = onward_applications::table.find(id).select(onward_applications::link);
    Ok(link.first(connection).optional()?)
}

/// The grant that an application is for, and who holds it.
pub fn grant_of(connection: &mut AnyConnection, plan: Id<Plan>) -> Result<Option<Grant>, DbError> {
    use crate::ground::infra::schema::grants;

    let found: Option<(Id<Grant>, Id<Organisation>)> = onward_plans::table
        .inner_join(grants::table)
        .filter(onward_plans::id.eq(plan))
        .select((grants::id, grants::holder_id))
        .first(connection)
        .optional()?;
    let Some((grant, holder)) = found else { return Ok(None) };
    grant::store::find(connection, Scope::Recipient(holder), grant)
}

pub fn insert_application(connection: &mut AnyConnection, application: &Application) -> Result<(), DbError> {
    let (by, at) = application.saved.as_ref().map(Saved::columns).unzip();
    let by = by.unwrap_or_default();
    diesel::insert_into(onward_applications::table)
        .values((
            onward_applications::id.eq(application.id),
            onward_applications::plan_id.eq(application.plan),
            onward_applications::unit_id.eq(application.unit.id),
            onward_applications::status.eq(application.status.key()),
            onward_applications::state.eq(json(&application.status)?),
            onward_applications::link.eq(application.link),
            onward_applications::revision.eq(application.revision),
            onward_applications::saved_by.eq(by),
            onward_applications::saved_at.eq(at),
        ))
        .execute(connection)?;
    Ok(())
}

/// Lets it be for a unit of another register, when the grant passes to a successor.
pub fn move_application(
    connection: &mut AnyConnection,
    application: Id<Application>,
    unit: Id<Unit>,
) -> Result<(), DbError> {
    diesel::update(onward_applications::table.find(application))
        .set(onward_applications::unit_id.eq(unit))
        .execute(connection)?;
    Ok(())
}

/// Writes its new state over the revision that was read.
pub fn update_application(
    connection: &mut AnyConnection,
    application: &Application,
    saved: &Saved,
) -> Result<Result<(), Refusal>, DbError> {
    let (by, at) = saved.columns();
    let row = onward_applications::table
        .find(application.id)
        .filter(onward_applications::revision.eq(application.revision));
    let changed = diesel::update(row)
        .set((
            onward_applications::status.eq(application.status.key()),
            onward_applications::state.eq(json(&application.status)?),
            onward_applications::link.eq(application.link),
            onward_applications::revision.eq(application.revision + 1),
            (onward_applications::saved_by.eq(by), onward_applications::saved_at.eq(at)),
        ))
        .execute(connection)?;
    Ok(if changed == 1 { Ok(()) } else { Err(Refusal::Changed) })
}

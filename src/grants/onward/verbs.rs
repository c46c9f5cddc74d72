//! What can be done. Each verb is one transaction and one history line: in the plan's own history, or in the organisation's for
//! its register of units. Typing a draft of the model is no verb.

mod awards;
mod lists;
mod model;
mod money;
mod succession;
mod summary;
mod units;
mod visitor;

pub use awards::{
    award, invite, pay_to, recall_unpaid, redistribute, refuse, renew_link, reopen_application, share_out,
};
pub use lists::{make_list, payment_was_made, payments_failed};
pub use model::{approve, begin, move_days, reopen_model, save_draft, set_reserve};
pub use money::{register_money_back, request_completion, strike_money_back};
pub use succession::{transfer, transfer_units};
pub use summary::{Costs, fill_report};
pub use units::{Imported, add, change, import};
pub use visitor::{apply, report};

use chrono::NaiveDate;

use super::{
    Distribution,
    application::{Application, Refusal},
    case_number,
    fund::{Account, Entry},
    model::Model,
    store,
};
use crate::{
    grants::grant::Grant,
    ground::{
        history,
        infra::{
            db::{AnyConnection, DbError},
            failure,
        },
    },
    people::access::{Act, Role, Scope},
};
use values::{Id, Money};

pub type Failure = failure::Failure<Refusal>;

pub const APPROVED: &str = "Modellen är fastställd. Öppna den för ändring först.";
pub const NOT_APPROVED: &str = "Fastställ fördelningsmodellen först.";

/// The plan of a grant in scope, taken for this transaction and read again, with the number of the line that is owed.
fn lock(
    connection: &mut AnyConnection,
    scope: Scope,
    grant: Id<Grant>,
) -> Result<(Distribution, i64), Failure> {
    let seen = store::case(connection, scope, grant)?.ok_or(Failure::NotFound)?;
    let version = store::lock(connection, seen.plan.id)?;
    let case = store::case(connection, scope, grant)?.ok_or(Failure::NotFound)?;
    Ok((case, version))
}

/// The same for what only a signatory does, by a mandate that holds and that an authority has confirmed.
fn lock_as_signatory(
    connection: &mut AnyConnection,
    act: &Act,
    grant: Id<Grant>,
) -> Result<(Distribution, i64), Failure> {
    let taken = lock(connection, act.scope, grant)?;
    act.mandated(Role::Signatory).map_err(Refusal::from)?;
    Ok(taken)
}

fn model(case: &Distribution) -> Result<&Model, Failure> {
    case.plan.model.as_ref().ok_or_else(|| Refusal::Hindered(NOT_APPROVED).into())
}

fn append(
    connection: &mut AnyConnection,
    case: &Distribution,
    version: i64,
    entry: history::Entry,
) -> Result<(), DbError> {
    let entry = history::Entry { subject: case_number(&case.grant), ..entry };
    history::store::append(connection, &case.plan.id.to_string(), version, entry)
}

/// A movement that comes of this act, on the day and by the decision or the reference that it rests on.
fn movement(
    act: &Act,
    account: Account,
    application: Option<Id<Application>>,
    amount: Money,
    (day, reference): (NaiveDate, &str),
) -> Entry {
    Entry {
        id: Id::new(),
        account,
        application,
        amount,
        day,
        reference: reference.to_owned(),
        by: act.doer(),
        at: act.now,
        list: None,
    }
}

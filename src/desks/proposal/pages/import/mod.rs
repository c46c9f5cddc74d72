//! Reading the table from a file, in three pages: the file, its columns, and the proof with the button that uses it.
//! Reading and proving take their time, and are done off the threads that answer.

pub mod columns;
pub mod proof;
pub mod start;
mod view;

use actix_web::web;

use super::Head;
use crate::{
    desks::proposal::{
        Proposal,
        form::Fault,
        import::{self, Facts, Import},
        spec::Part,
        store,
        verbs::Failure,
    },
    ground::infra::{Portal, error::AppError},
    paths,
    people::access::Actor,
    terms::allocation::import::mapping::Decided,
};
use values::Id;

/// A proposal that can be changed, with its table and what that is held against.
struct Loaded {
    proposal: Proposal,
    posts: Result<Vec<Decided>, Vec<Fault>>,
    import: Option<Import>,
    facts: Facts,
}

/// Reads all of it and goes on with it, on a thread of its own.
async fn load<T: Send + 'static>(
    actor: &Actor,
    portal: &Portal,
    id: Id<Proposal>,
    go_on: impl FnOnce(Loaded) -> T + Send + 'static,
) -> Result<T, AppError> {
    let (authority, db) = (actor.organisation.id, portal.db.clone());
    let work = move || {
        let loaded = db.read_now(|connection| {
            let proposal = store::find(connection, authority, id)?.ok_or(AppError::NotFound)?;
            proposal.editable().map_err(Failure::from)?;
            Ok::<_, AppError>(Loaded {
                posts: import::decided(&proposal.form),
                import: store::import::of(connection, id)?,
                facts: store::import::facts(connection, &proposal)?,
                proposal,
            })
        })?;
        Ok(go_on(loaded))
    };
    web::block(work).await.map_err(|error| AppError::internal(error.to_string()))?
}

/// What must be filled in before a table can be held against it: address and words.
fn to_fill_in(id: Id<Proposal>, faults: &[Fault]) -> Vec<(String, String)> {
    let link = |fault: &Fault| {
        let part = Part::of(&fault.field);
        (format!("{}#{}", paths::proposal::Part(&id, part.slug), fault.field), fault.message.clone())
    };
    faults.iter().map(link).collect()
}

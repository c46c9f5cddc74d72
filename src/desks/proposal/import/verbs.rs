//! What can be done with a table on its way into a proposal. Until it is used it is a draft, and no line is written.

use super::Import;
use crate::{
    desks::proposal::{
        Deed, Proposal, ProposalForm, Refusal,
        rows::Row,
        store::import as store,
        verbs::{Failure, hold, line, same},
    },
    ground::{
        history::{self, Event},
        infra::db::AnyConnection,
    },
    people::access::Act,
};
use values::Id;

/// Keeps a table that was read from a file, in the place of the one before.
pub fn upload(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    import: &Import,
) -> Result<(), Failure> {
    hold(connection, act, id)?.editable()?;
    Ok(store::replace(connection, id, import)?)
}

/// Keeps what was said of columns and rows.
pub fn change(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    stamp: Id<Import>,
    after: &Import,
) -> Result<(), Failure> {
    hold(connection, act, id)?.editable()?;
    if store::change(connection, id, stamp, after)? { Ok(()) } else { Err(Refusal::Changed.into()) }
}

/// Throws the table away before it was used, with why. Nothing is done if it is gone.
pub fn discard(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    stamp: Id<Import>,
    reason: &str,
) -> Result<(), Failure> {
    let proposal = hold(connection, act, id)?;
    proposal.editable()?;
    match store::of(connection, id)? {
        None => Ok(()),
        Some(import) if import.stamp == stamp => {
            let entry = line(act, Event::ProposalTableDiscarded, import.file_name);
            Ok(store::discard(connection, &proposal, history::Entry { reason: reason.to_owned(), ..entry })?)
        }
        Some(_) => Err(Refusal::Changed.into()),
    }
}

/// What a proved table makes of a proposal.
#[derive(Clone)]
pub struct Used {
    /// Of the table and of the proposal, as they were proved.
    pub stamp: Id<Import>,
    pub revision: i64,
    pub form: ProposalForm,
    pub rows: Vec<Row>,
    /// For the history: which file, how many rows, what they come to.
    pub details: String,
}

/// Puts the whole table into the proposal as it was when the table was proved, or nothing of it.
pub fn use_table(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Proposal>,
    used: &Used,
) -> Result<(), Failure> {
    let before = hold(connection, act, id)?;
    before.editable()?;
    same(&before, used.revision)?;
    if !store::stands(connection, id, used.stamp)? {
        return Err(Refusal::Changed.into());
    }
    let entry = line(act, Event::ProposalTableRead, used.details.clone());
    let after = before.with(used.form.clone(), used.rows.clone(), &Deed::of(act));
    store::put(connection, &after, entry)?;
    Ok(store::remove(connection, id)?)
}

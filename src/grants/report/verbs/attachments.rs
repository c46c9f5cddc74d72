//! The files that go with a report.

use super::Failure;
use crate::{
    grants::{
        filing::{self, Act},
        grant,
        report::{Case, Refusal, Report, store},
    },
    ground::infra::{db::AnyConnection, upload::ReceivedFile},
};
use values::Id;

/// The most files of one report.
const MOST_FILES: usize = 100;

/// A file is attached to what is being filled in.
pub fn attach(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    file: &ReceivedFile,
) -> Result<(), Failure> {
    let case = editable(connection, act, id)?;
    let files = filing::store::attachments_of(connection, id)?;
    if files.len() >= MOST_FILES {
        return Err(Refusal::TooManyFiles.into());
    }
    // The same file sent twice is attached once.
    let hash = crate::ground::infra::hash::sha256_hex(&file.bytes);
    if files.iter().any(|known| known.sha256 == hash && known.file_name == file.name) {
        return Ok(());
    }
    filing::store::has_room(connection, case.grant.id, file)?.map_err(Refusal::from)?;
    filing::store::insert_attachment(connection, case.report.id, file, &act.by(), act.now)?;
    Ok(())
}

/// A file is taken away again. What came in before stays.
pub fn detach(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    file: Id<filing::store::Attachment>,
) -> Result<(), Failure> {
    let case = editable(connection, act, id)?;
    let kept = filing::store::attachments_of(connection, id)?;
    let file_row = kept.iter().find(|kept| kept.id == file.to_string()).ok_or(Failure::NotFound)?;
    if case.report.received().is_some() && case.report.has_handed_in(file_row) {
        return Err(Refusal::NotInThisState("redan inlämnad med den filen").into());
    }
    filing::store::remove_attachment(connection, id, file)?;
    Ok(())
}

/// The case, with its grant taken so that it stays editable: a file goes with what is being filled in.
fn editable(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Case, Failure> {
    let seen = store::find(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    grant::store::hold(connection, seen.grant_id)?;
    let case = store::case(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    if case.report.is_editable() { Ok(case) } else { Err(case.report.status.not_now().into()) }
}

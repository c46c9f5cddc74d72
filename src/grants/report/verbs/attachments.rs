//! The files that go with a report.

use super::Failure;
use crate::{
    grants::{
        case::{self, Case as _},
        grant,
        report::{Dossier, Refusal, Report, store},
    },
    ground::infra::{db::AnyConnection, upload::ReceivedFile},
    people::access::Act,
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
    let open = editable(connection, act, id)?;
    let files = case::store::attachments_of(connection, id)?;
    if files.len() >= MOST_FILES {
        return Err(Refusal::TooManyFiles.into());
    }
    // The same file sent twice is attached once.
    let hash = crate::ground::infra::hash::sha256_hex(&file.bytes);
    if files.iter().any(|known| known.sha256 == hash && known.file_name == file.name) {
        return Ok(());
    }
    case::store::has_room(connection, open.grant.id, file)?.map_err(Refusal::from)?;
    case::store::insert_attachment(connection, open.report.id, file, &act.doer(), act.now)?;
    Ok(())
}

/// A file is taken away again. What came in before stays.
pub fn detach(
    connection: &mut AnyConnection,
    act: &Act,
    id: Id<Report>,
    file: Id<case::store::Attachment>,
) -> Result<(), Failure> {
    let open = editable(connection, act, id)?;
    let kept = case::store::attachments_of(connection, id)?;
    let file_row = kept.iter().find(|kept| kept.id == file).ok_or(Failure::NotFound)?;
    if open.report.received().is_some() && open.report.has_handed_in(file_row) {
        return Err(Refusal::NotInThisState("redan inlämnad med den filen").into());
    }
    case::store::remove_attachment(connection, id, file)?;
    Ok(())
}

/// The case, with its grant taken so that it stays editable: a file goes with what is being filled in.
fn editable(connection: &mut AnyConnection, act: &Act, id: Id<Report>) -> Result<Dossier, Failure> {
    let grant = case::store::grant_in_sight(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    grant::store::hold(connection, grant)?;
    let case = store::case(connection, act.scope, id)?.ok_or(Failure::NotFound)?;
    if case.report.is_editable() { Ok(case) } else { Err(case.report.status.not_now().into()) }
}

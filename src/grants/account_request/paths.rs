//! The addresses of the room.

use super::AccountRequest;
use crate::{grants::case, ground::infra::address::addresses};
use values::Id;

addresses! {
    Case(id: Id<AccountRequest>) = "/rakenskaper/{id}";
    AddFile(id: Id<AccountRequest>) = "/rakenskaper/{id}/filer";
    Attachment(id: Id<AccountRequest>, attachment: Id<case::store::Attachment>) = "/rakenskaper/{id}/bilagor/{attachment}";
    RemoveFile(id: Id<AccountRequest>, attachment: Id<case::store::Attachment>) = "/rakenskaper/{id}/bilagor/{attachment}/borttagning";
    Answer(id: Id<AccountRequest>) = "/rakenskaper/{id}/svar";
    Review(id: Id<AccountRequest>) = "/granskning/rakenskaper/{id}";
    ReviewAttachment(id: Id<AccountRequest>, attachment: Id<case::store::Attachment>) = "/granskning/rakenskaper/{id}/bilagor/{attachment}";
    Close(id: Id<AccountRequest>) = "/granskning/rakenskaper/{id}/avslut";
    AskForMore(id: Id<AccountRequest>) = "/granskning/rakenskaper/{id}/komplettering";
}

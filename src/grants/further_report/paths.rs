//! The addresses of the room.

use super::OwedReport;
use crate::{
    grants::{case, grant::Grant},
    ground::infra::address::addresses,
};
use values::Id;

addresses! {
    Case(id: Id<Grant>, key: str) = "/bidrag/{id}/rapporter/{key}";
    AddFile(id: Id<Grant>, key: str) = "/bidrag/{id}/rapporter/{key}/filer";
    Attachment(id: Id<Grant>, key: str, attachment: Id<case::store::Attachment>) = "/bidrag/{id}/rapporter/{key}/bilagor/{attachment}";
    RemoveFile(id: Id<Grant>, key: str, attachment: Id<case::store::Attachment>) = "/bidrag/{id}/rapporter/{key}/bilagor/{attachment}/borttagning";
    Sign(id: Id<Grant>, key: str) = "/bidrag/{id}/rapporter/{key}/underskrift";
    List = "/rapporter";
    ListCsv = "/rapporter.csv";
    ListWorkbook = "/rapporter.xlsx";
    Review(id: Id<OwedReport>) = "/rapporter/{id}";
    ReviewAttachment(id: Id<OwedReport>, attachment: Id<case::store::Attachment>) = "/rapporter/{id}/bilagor/{attachment}";
    SendBack(id: Id<OwedReport>) = "/rapporter/{id}/komplettering";
}

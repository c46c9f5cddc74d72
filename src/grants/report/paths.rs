//! The addresses of the room.

use super::Report;
use crate::{
    grants::{case, grant::Grant},
    ground::infra::address::addresses,
};
use values::Id;

addresses! {
    Begin(id: Id<Grant>) = "/bidrag/{id}/redovisning";
    Case(id: Id<Report>) = "/redovisningar/{id}";
    Edit(id: Id<Report>) = "/redovisningar/{id}/uppgifter";
    Check(id: Id<Report>) = "/redovisningar/{id}/kontroll";
    Attach(id: Id<Report>) = "/redovisningar/{id}/bilagor";
    Detach(id: Id<Report>, attachment: Id<case::store::Attachment>) = "/redovisningar/{id}/bilagor/{attachment}/borttagning";
    Attachment(id: Id<Report>, attachment: Id<case::store::Attachment>) = "/redovisningar/{id}/bilagor/{attachment}";
    TakeBack(id: Id<Report>) = "/redovisningar/{id}/atertagande";
    Certify(id: Id<Report>) = "/redovisningar/{id}/intyg";
    Sign(id: Id<Report>) = "/redovisningar/{id}/underskrift";
    Scan(id: Id<Report>) = "/redovisningar/{id}/inskannad";
    Correct(id: Id<Report>) = "/redovisningar/{id}/rattelse";
    GiveUpCorrection(id: Id<Report>) = "/redovisningar/{id}/rattelse/avbrott";
    Receipt(id: Id<Report>) = "/redovisningar/{id}/kvitto";
    ReceiptPdf(id: Id<Report>) = "/redovisningar/{id}/kvitto.pdf";
    FormPdf(id: Id<Report>) = "/redovisningar/{id}/blankett.pdf";
}

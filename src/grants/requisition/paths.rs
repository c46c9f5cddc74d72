//! The addresses of the room.

use super::Requisition;
use crate::{
    grants::{case, grant::Grant},
    ground::infra::address::addresses,
};
use values::Id;

addresses! {
    Begin(id: Id<Grant>) = "/bidrag/{id}/rekvisitioner";
    Case(id: Id<Requisition>) = "/rekvisitioner/{id}";
    Edit(id: Id<Requisition>) = "/rekvisitioner/{id}/uppgifter";
    Check(id: Id<Requisition>) = "/rekvisitioner/{id}/kontroll";
    TakeBack(id: Id<Requisition>) = "/rekvisitioner/{id}/atertagande";
    Discard(id: Id<Requisition>) = "/rekvisitioner/{id}/borttagning";
    Withdraw(id: Id<Requisition>) = "/rekvisitioner/{id}/aterkallelse";
    Sign(id: Id<Requisition>) = "/rekvisitioner/{id}/underskrift";
    Scan(id: Id<Requisition>) = "/rekvisitioner/{id}/inskannad";
    Receipt(id: Id<Requisition>) = "/rekvisitioner/{id}/kvitto";
    ReceiptPdf(id: Id<Requisition>) = "/rekvisitioner/{id}/kvitto.pdf";
    FormPdf(id: Id<Requisition>) = "/rekvisitioner/{id}/blankett.pdf";
    ReviewFormPdf(id: Id<Requisition>) = "/granskning/{id}/blankett.pdf";
    Attachment(id: Id<Requisition>, attachment: Id<case::store::Attachment>) = "/rekvisitioner/{id}/bilagor/{attachment}";
}

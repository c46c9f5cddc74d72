//! The addresses of the room.

use crate::{
    grants::{case::store::Attachment, grant, report, requisition},
    ground::infra::address::addresses,
};
use values::Id;

addresses! {
    Requisitions = "/granskning";
    TakeRequisitions = "/granskning/tilldela";
    Paper = "/granskning/ny";
    Grant(id: Id<grant::Grant>) = "/granskning/bidrag/{id}";
    Extend(id: Id<grant::Grant>) = "/granskning/bidrag/{id}/anstand";
    AskForAccounts(id: Id<grant::Grant>) = "/granskning/bidrag/{id}/rakenskaper";
    Reports = "/granskning/redovisningar";
    TakeReports = "/granskning/redovisningar/tilldela";
    NextReport(id: Id<report::Report>) = "/granskning/redovisningar/{id}/nasta";
    Report(id: Id<report::Report>) = "/granskning/redovisningar/{id}";
    ReportForm(id: Id<report::Report>) = "/granskning/redovisningar/{id}/blankett.pdf";
    ReportAttachment(id: Id<report::Report>, attachment: Id<Attachment>) = "/granskning/redovisningar/{id}/bilagor/{attachment}";
    AssignReport(id: Id<report::Report>) = "/granskning/redovisningar/{id}/handlaggare";
    ApproveReport(id: Id<report::Report>) = "/granskning/redovisningar/{id}/godkannande";
    SendBackReport(id: Id<report::Report>) = "/granskning/redovisningar/{id}/komplettering";
    ReportOriginal(id: Id<report::Report>) = "/granskning/redovisningar/{id}/original";
    CorrectReport(id: Id<report::Report>) = "/granskning/redovisningar/{id}/rattelse";
    Survey(slug: str) = "/granskning/enkat/{slug}";
    NextRequisition(id: Id<requisition::Requisition>) = "/granskning/{id}/nasta";
    Requisition(id: Id<requisition::Requisition>) = "/granskning/{id}";
    RequisitionAttachment(id: Id<requisition::Requisition>, attachment: Id<Attachment>) = "/granskning/{id}/bilagor/{attachment}";
    AssignRequisition(id: Id<requisition::Requisition>) = "/granskning/{id}/handlaggare";
    ApproveRequisition(id: Id<requisition::Requisition>) = "/granskning/{id}/godkannande";
    RefuseRequisition(id: Id<requisition::Requisition>) = "/granskning/{id}/avslag";
    SendBackRequisition(id: Id<requisition::Requisition>) = "/granskning/{id}/komplettering";
    RequisitionOriginal(id: Id<requisition::Requisition>) = "/granskning/{id}/original";
}

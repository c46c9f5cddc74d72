//! The report's documents: the form and the receipt as PDF/A, the receipt as a page, the uploaded files.

use actix_web::web;
use askama::Template;

use super::{find, scope};
use crate::{
    grants::{
        case::{
            self,
            pages::{FieldView, pdf},
            store::Attachment,
        },
        grant::Grant,
        report::{Dossier, Edition, Received, Report, sheet, store},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    people::access::proof::{By, Member},
};
use document::sheet::Receipt;
use values::Id;

#[derive(Template)]
#[template(path = "report/receipt.html")]
struct ReceiptPage {
    chrome: Chrome,
    id: Id<Report>,
    grant: Id<Grant>,
    /// Somebody certified it: a step more.
    is_certified: bool,
    receipt: Receipt,
    fields: Vec<FieldView>,
}

/// What came in, for a receipt: not what may have been issued since.
async fn came_in(
    by: &By<Member>,
    portal: &Portal,
    id: Id<Report>,
) -> Result<(Dossier, Edition, Received), AppError> {
    let case = find(portal, scope(by), id).await?;
    let report = case.report.clone();
    let edition = portal.db.read(move |connection| store::received_edition(connection, &report)).await?;
    let (edition, received) = edition.zip(case.report.received().cloned()).ok_or(AppError::NotFound)?;
    Ok((case, edition, received))
}

pub async fn receipt(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let (case, edition, received) = came_in(&by, &portal, id.into_inner()).await?;
    let receipt = sheet::receipt(&case, &edition, &received, portal.practice);
    page::show(&ReceiptPage {
        chrome: by.chrome,
        id: case.report.id,
        grant: case.grant.id,
        is_certified: received.certificate.is_some(),
        fields: receipt.submitted.iter().map(FieldView::of).collect(),
        receipt,
    })
}

pub async fn receipt_pdf(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let (case, edition, received) = came_in(&by, &portal, id.into_inner()).await?;
    let receipt = sheet::receipt(&case, &edition, &received, portal.practice);
    let at = received.completed_at;
    pdf(format!("Kvitto {}.pdf", case.number()), move || receipt.to_pdf(at)).await
}

pub async fn form_pdf(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    let edition = case.edition.as_ref().ok_or(AppError::NotFound)?;
    let document = sheet::form(&case, edition, portal.practice);
    let at = edition.issued_at;
    pdf(format!("Ekonomisk redovisning {}.pdf", case.number()), move || document.to_pdf(at)).await
}

pub async fn attachment(
    by: By<Member>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<Report>, Id<Attachment>)>,
) -> Page {
    let (report, id) = ids.into_inner();
    let case = find(&portal, scope(&by), report).await?;
    let (file, bytes) = portal
        .db
        .read(move |connection| case::store::attachment(connection, case.report.id, id))
        .await?
        .ok_or(AppError::NotFound)?;
    page::download(&file.media_type, &file.file_name, bytes)
}

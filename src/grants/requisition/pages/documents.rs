//! The requisition's documents: the form and the receipt as PDF/A, the receipt as a page, the uploaded files.

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
        requisition::{Dossier, Edition, Received, Requisition, sheet, store},
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Chrome, Page},
    },
    people::access::{
        Scope,
        proof::{By, Member, Overseer},
    },
};
use document::sheet::Receipt;
use values::Id;

#[derive(Template)]
#[template(path = "requisition/receipt.html")]
struct ReceiptPage {
    chrome: Chrome,
    id: Id<Requisition>,
    receipt: Receipt,
    fields: Vec<FieldView>,
}

/// What came in, for a receipt: not what may have been issued since.
async fn came_in(
    by: &By<Member>,
    portal: &Portal,
    id: Id<Requisition>,
) -> Result<(Dossier, Edition, Received), AppError> {
    let case = find(portal, scope(by), id).await?;
    let requisition = case.requisition.clone();
    let edition = portal.db.read(move |connection| store::received_edition(connection, &requisition)).await?;
    let (edition, received) = edition.zip(case.requisition.received().cloned()).ok_or(AppError::NotFound)?;
    Ok((case, edition, received))
}

pub async fn receipt(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    let (case, edition, received) = came_in(&by, &portal, id.into_inner()).await?;
    let receipt = sheet::receipt(&case, &edition, &received, portal.practice);
    page::show(&ReceiptPage {
        chrome: by.chrome,
        id: case.requisition.id,
        fields: receipt.submitted.iter().map(FieldView::of).collect(),
        receipt,
    })
}

pub async fn receipt_pdf(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    let (case, edition, received) = came_in(&by, &portal, id.into_inner()).await?;
    let receipt = sheet::receipt(&case, &edition, &received, portal.practice);
    let at = received.completed_at;
    pdf(format!("Kvitto {}.pdf", case.number()), move || receipt.to_pdf(at)).await
}

pub async fn form_pdf(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    form_of(&portal, scope(&by), id.into_inner()).await
}

pub async fn form_pdf_across(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    form_of(&portal, Scope::across(&by), id.into_inner()).await
}

async fn form_of(portal: &Portal, scope: Scope, id: Id<Requisition>) -> Page {
    let case = find(portal, scope, id).await?;
    let edition = case.edition.as_ref().ok_or(AppError::NotFound)?;
    let document = sheet::form(&case, edition, portal.practice);
    let at = edition.issued_at;
    pdf(format!("Rekvisition {}.pdf", case.number()), move || document.to_pdf(at)).await
}

pub async fn attachment(
    by: By<Member>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<Requisition>, Id<Attachment>)>,
) -> Page {
    let (requisition, id) = ids.into_inner();
    let case = find(&portal, scope(&by), requisition).await?;
    let (file, bytes) = portal
        .db
        .read(move |connection| case::store::attachment(connection, case.requisition.id, id))
        .await?
        .ok_or(AppError::NotFound)?;
    page::download(&file.media_type, &file.file_name, bytes)
}

//! Decisions on a case. Whatever cannot be carried out gives the case as it is now, with everything typed still there.

use actix_web::{http::StatusCode, web};

use super::{act, case::case_page, typed::TypedDecision};
use crate::{
    desks::review::form::{ApproveForm, ArrivalForm, AssignForm, RefuseForm, ReturnForm, of_requisition},
    grants::{
        case,
        requisition::{
            Refusal, Requisition,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Page},
        upload::Upload,
    },
    paths,
    people::access::{
        self, Role,
        proof::{By, CaseOfficer, Confirmed, Posted},
    },
};
use values::Id;

pub async fn approve(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<ApproveForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let act = act(&by, &portal);
    let to = paths::review::Requisition(&target.id).to_string();
    let outcome = portal.db.once(move |c| verbs::approve(c, &act, target).map(|()| to)).await;
    answer(by, &portal, target.id, outcome, TypedDecision::default()).await
}

pub async fn refuse(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<RefuseForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision { reason: form.reason.clone(), ..TypedDecision::default() };
    let reason = match form.parse() {
        Ok(reason) => reason,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Requisition(&target.id).to_string());
    let outcome = portal.db.once(move |c| verbs::refuse(c, &act, target, &reason).map(|()| to)).await;
    answer(by, &portal, target.id, outcome, typed).await
}

pub async fn request_completion(
    Posted { by, body: Form(pairs) }: Posted<By<CaseOfficer>, Form<Vec<(String, String)>>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let form = ReturnForm::read(pairs)?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision {
        message: form.message.clone(),
        remarks: form.remarks.clone(),
        ..TypedDecision::default()
    };
    let (message, remarks) = match form.parse(&of_requisition()) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Requisition(&target.id).to_string());
    let send = move |c: &mut _| verbs::request_completion(c, &act, target, &message, remarks).map(|()| to);
    let outcome = portal.db.once(send).await;
    answer(by, &portal, target.id, outcome, typed).await
}

pub async fn register_original(
    Posted { by, body: upload }: Posted<By<CaseOfficer>, Upload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let form: ArrivalForm = upload.form()?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision { arrived: form.arrived.clone(), ..TypedDecision::default() };
    let (day, scan) = match form.parse(&upload) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Requisition(&target.id).to_string());
    let arrive = move |c: &mut _| verbs::arrive(c, &act, target, day, &scan).map(|()| to);
    let outcome = portal.db.once(arrive).await;
    if let Err(Failure::Refused(refusal @ (Refusal::ImpossibleArrival(_) | Refusal::TooLate(_)))) = outcome {
        let mut errors = FieldErrors::default();
        errors.add("arrived", refusal);
        return mend(by, &portal, target.id, typed, errors).await;
    }
    answer(by, &portal, target.id, outcome, typed).await
}

pub async fn assign(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<AssignForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let (id, authority) = (id.into_inner(), by.organisation.id);
    let colleagues = portal
        .db
        .read(move |connection| access::store::colleagues(connection, authority, Role::CaseOfficer))
        .await?;
    let officer = match form.parse(colleagues) {
        Ok(officer) => officer,
        Err(message) => {
            let mut errors = FieldErrors::default();
            errors.add("officer", message);
            return mend(by, &portal, id, TypedDecision::default(), errors).await;
        }
    };
    let act = act(&by, &portal);
    let assign = move |c: &mut _| {
        case::verbs::assign(c, &act, id, form.was(), officer.as_ref())
            .map(|()| paths::review::Requisition(&id).to_string())
    };
    let outcome = portal.db.once(assign).await;
    answer(by, &portal, id, outcome, TypedDecision::default()).await
}

/// 422: the case again, with what is to be mended.
async fn mend(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Requisition>,
    typed: TypedDecision,
    errors: FieldErrors,
) -> Page {
    let mut page = case_page(&by.actor, by.chrome, portal, id).await?;
    page.typed = typed;
    page.errors = errors;
    page::show_errors(&page)
}

/// To the case when it is done. 409 and the case as it is now when somebody else was first.
async fn answer(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Requisition>,
    outcome: Result<String, Failure>,
    typed: TypedDecision,
) -> Page {
    let refusal = match outcome {
        Ok(to) => return page::see_other(to),
        Err(Failure::Refused(refusal)) => refusal,
        Err(failure) => return Err(failure.into()),
    };
    let mut page = case_page(&by.actor, by.chrome, portal, id).await?;
    page.refusal = Some(refusal);
    page.typed = typed;
    page::show_as(StatusCode::CONFLICT, &page)
}

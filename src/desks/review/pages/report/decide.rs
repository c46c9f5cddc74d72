//! Decisions on a report. Whatever cannot be carried out gives the case as it is now, with everything typed still there.

use actix_web::{http::StatusCode, web};

use super::case::case_page;
use crate::{
    desks::review::{
        form::{ApproveForm, ArrivalForm, AssignForm, CorrectForm, ReturnForm, of_report},
        pages::{act, scope, typed::TypedDecision},
    },
    grants::{
        case,
        report::{
            Refusal, Report, store,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
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
    id: web::Path<Id<Report>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let act = act(&by, &portal);
    let to = paths::review::Report(&target.id).to_string();
    let outcome = portal.db.once(move |c| verbs::approve(c, &act, target).map(|()| to)).await;
    answer(by, &portal, target.id, outcome, TypedDecision::default()).await
}

pub async fn request_completion(
    Posted { by, body: Form(pairs) }: Posted<By<CaseOfficer>, Form<Vec<(String, String)>>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let form = ReturnForm::read(pairs)?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision {
        message: form.message.clone(),
        remarks: form.remarks.clone(),
        ..TypedDecision::default()
    };
    let scope = scope(&by);
    let case = portal.db.read(move |connection| store::case(connection, scope, target.id)).await?;
    let edition = case.and_then(|case| case.edition).ok_or(AppError::NotFound)?;
    let (message, remarks) = match form.parse(&of_report(&edition.content)) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Report(&target.id).to_string());
    let send = move |c: &mut _| verbs::request_completion(c, &act, target, &message, remarks).map(|()| to);
    let outcome = portal.db.once(send).await;
    answer(by, &portal, target.id, outcome, typed).await
}

pub async fn register_original(
    Posted { by, body: upload }: Posted<By<CaseOfficer>, Upload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let form: ArrivalForm = upload.form()?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision { arrived: form.arrived.clone(), ..TypedDecision::default() };
    let (day, scan) = match form.parse(&upload) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Report(&target.id).to_string());
    let arrive = move |c: &mut _| verbs::arrive(c, &act, target, day, &scan).map(|()| to);
    let outcome = portal.db.once(arrive).await;
    if let Err(Failure::Refused(refusal @ Refusal::ImpossibleArrival(_))) = outcome {
        let mut errors = FieldErrors::default();
        errors.add("arrived", refusal);
        return mend(by, &portal, target.id, typed, errors).await;
    }
    answer(by, &portal, target.id, outcome, typed).await
}

/// Opens an approved report for the recipient to correct.
pub async fn correct(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<CorrectForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedDecision { reason: form.reason.clone(), ..TypedDecision::default() };
    let reason = match form.parse() {
        Ok(reason) => reason,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, to) = (act(&by, &portal), paths::review::Report(&target.id).to_string());
    let outcome = portal.db.once(move |c| verbs::correct(c, &act, target, &reason).map(|()| to)).await;
    answer(by, &portal, target.id, outcome, typed).await
}

pub async fn assign(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<AssignForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
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
            .map(|()| paths::review::Report(&id).to_string())
    };
    let outcome = portal.db.once(assign).await;
    answer(by, &portal, id, outcome, TypedDecision::default()).await
}

/// 422: the case again, with what is to be mended.
async fn mend(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Report>,
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
    id: Id<Report>,
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

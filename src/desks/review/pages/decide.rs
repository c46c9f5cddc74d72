//! Decisions on a case. Whatever cannot be carried out gives the case as it is now, with everything typed still there.

use actix_web::{http::StatusCode, web};

use super::{act, address, case::case_page, typed::Typed};
use crate::{
    desks::review::form::{ApproveForm, ArrivalForm, AssignForm, RefuseForm, ReturnForm, of_requisition},
    grants::{
        case,
        requisition::{
            Refusal, Requisition, Status,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Page},
        upload::Upload,
    },
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
    let outcome = portal.db.write(move |connection| verbs::approve(connection, &act, target)).await;
    let me = by.person.id;
    let is_done = |status: &Status| matches!(status, Status::Approved { by, .. } if by.is(me));
    answer(by, &portal, target.id, outcome, Typed::default(), is_done).await
}

pub async fn refuse(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<CaseOfficer>, Form<RefuseForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = Typed { reason: form.reason.clone(), ..Typed::default() };
    let reason = match form.parse() {
        Ok(reason) => reason,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, given) = (act(&by, &portal), reason.clone());
    let outcome = portal.db.write(move |connection| verbs::refuse(connection, &act, target, &given)).await;
    let me = by.person.id;
    let is_done = |status: &Status| matches!(status, Status::Refused { by, reason: given, .. } if by.is(me) && *given == reason);
    answer(by, &portal, target.id, outcome, typed, is_done).await
}

pub async fn send_back(
    Posted { by, body: Form(pairs) }: Posted<By<CaseOfficer>, Form<Vec<(String, String)>>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let form = ReturnForm::read(pairs)?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = Typed { message: form.message.clone(), remarks: form.remarks.clone(), ..Typed::default() };
    let (message, remarks) = match form.parse(&of_requisition()) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let (act, given) = (act(&by, &portal), (message.clone(), remarks.clone()));
    let outcome = portal
        .db
        .write(move |connection| verbs::send_back(connection, &act, target, &given.0, given.1))
        .await;
    let me = by.person.id;
    let is_done = |status: &Status| {
        matches!(status, Status::Returned(returned)
            if returned.by.is(me) && returned.message == message && returned.remarks == remarks)
    };
    answer(by, &portal, target.id, outcome, typed, is_done).await
}

pub async fn register_original(
    Posted { by, body: upload }: Posted<By<CaseOfficer>, Upload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let form: ArrivalForm = upload.form()?;
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = Typed { arrived: form.arrived.clone(), ..Typed::default() };
    let (day, scan) = match form.parse(&upload) {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let act = act(&by, &portal);
    let outcome =
        portal.db.write(move |connection| verbs::arrive(connection, &act, target, day, &scan)).await;
    if let Err(Failure::Refused(refusal @ (Refusal::ImpossibleArrival(_) | Refusal::TooLate(_)))) = outcome {
        let mut errors = FieldErrors::default();
        errors.add("arrived", refusal);
        return mend(by, &portal, target.id, typed, errors).await;
    }
    let me = by.person.id;
    let is_done = |status: &Status| {
        matches!(status, Status::Submitted { received }
            if received.signature.is_original(day, me))
    };
    answer(by, &portal, target.id, outcome, typed, is_done).await
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
            return mend(by, &portal, id, Typed::default(), errors).await;
        }
    };
    let act = act(&by, &portal);
    let outcome = portal
        .db
        .write(move |connection| case::verbs::assign(connection, &act, id, form.was(), officer.as_ref()))
        .await;
    answer(by, &portal, id, outcome, Typed::default(), |_| false).await
}

/// 422: the case again, with what is to be mended.
async fn mend(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Requisition>,
    typed: Typed,
    errors: FieldErrors,
) -> Page {
    let mut page = case_page(&by.actor, by.chrome, portal, id).await?;
    page.typed = typed;
    page.errors = errors;
    page::show_errors(&page)
}

/// To the case when it is done, also when the same was done a moment ago: a double click, a form sent again. 409 and
/// the case as it is now when somebody else was first.
async fn answer(
    by: By<CaseOfficer>,
    portal: &Portal,
    id: Id<Requisition>,
    outcome: Result<(), Failure>,
    typed: Typed,
    is_done: impl Fn(&Status) -> bool,
) -> Page {
    let refusal = match outcome {
        Ok(()) => return page::see_other(address(id)),
        Err(Failure::Refused(refusal)) => refusal,
        Err(failure) => return Err(failure.into()),
    };
    let mut page = case_page(&by.actor, by.chrome, portal, id).await?;
    if is_done(page.status_now()) {
        return page::see_other(address(id));
    }
    page.refusal = Some(refusal);
    page.typed = typed;
    page::show_as(StatusCode::CONFLICT, &page)
}

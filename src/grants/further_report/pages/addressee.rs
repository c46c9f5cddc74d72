//! The addressee's page of one report that came in: reading it, and sending it back.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{
    Shown, file_of,
    form::ReturnForm,
    read, store,
    verbs::{self, Failure, Target},
};
use crate::{
    grants::{case::store::Attachment, further_report::OwedReport},
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Act, Actor, Role,
        proof::{Addressee, By, CaseOfficer, Posted},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "further_report/review.html")]
struct ReviewPage {
    chrome: Chrome,
    id: Id<OwedReport>,
    shown: Shown,
    is_officer: bool,
    form: ReturnForm,
    errors: FieldErrors,
}

impl ReviewPage {
    fn may_request_completion(&self) -> bool {
        self.is_officer && !self.shown.case.is_editable()
    }

    /// What was typed when it can no longer be sent: shown, so that it can be copied.
    fn left_over(&self) -> &str {
        if self.may_request_completion() { "" } else { &self.form.message }
    }
}

pub async fn show(by: By<Addressee>, portal: web::Data<Portal>, id: web::Path<Id<OwedReport>>) -> Page {
    page::show(&review_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

async fn review_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<OwedReport>,
) -> Result<ReviewPage, AppError> {
    let addressee = actor.organisation.id;
    let mut found = portal
        .db
        .read(move |connection| {
            let case = store::addressed_to(connection, addressee, id)?;
            read(connection, case)
        })
        .await?;
    // What is added for a completion is the recipient's own until it is handed in.
    let handed_in = found.case.report.as_ref().map_or(&[][..], OwedReport::handed_in);
    found.files.retain(|file| handed_in.contains(&file.id));
    Ok(ReviewPage {
        chrome,
        id,
        shown: Shown::of(
            found,
            |file| paths::further_report::ReviewAttachment(&id, file).to_string(),
            portal.clock.now(),
        ),
        is_officer: actor.has(Role::CaseOfficer),
        form: ReturnForm::default(),
        errors: FieldErrors::default(),
    })
}

pub async fn attachment(
    by: By<Addressee>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<OwedReport>, Id<Attachment>)>,
) -> Page {
    let (id, file) = ids.into_inner();
    let addressee = by.organisation.id;
    let (file, bytes) = portal
        .db
        .read(move |connection| {
            let case = store::addressed_to(connection, addressee, id)?.ok_or(AppError::NotFound)?;
            let handed_in = case.report.as_ref().map_or(&[][..], OwedReport::handed_in);
            let is_seen = handed_in.contains(&file);
            file_of(connection, &case, file)?.filter(|_| is_seen).ok_or(AppError::NotFound)
        })
        .await?;
    page::download(&file.media_type, &file.file_name, bytes)
}

pub async fn request_completion(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<ReturnForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<OwedReport>>,
) -> Page {
    let id = id.into_inner();
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(message) => {
            let act = Act::of_authority(&by, portal.clock.now());
            let target = Target { id, revision: form.revision };
            let send = move |c: &mut _| {
                verbs::request_completion(c, &act, target, &message)
                    .map(|()| paths::further_report::Review(&id).to_string())
            };
            let refusal = match portal.db.once(send).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(refusal)) => refusal,
                Err(failure) => return Err(failure.into()),
            };
            let mut errors = FieldErrors::default();
            errors.add("", refusal);
            (StatusCode::CONFLICT, errors)
        }
    };
    let page = review_page(&by.actor, by.chrome, &portal, id).await?;
    page::show_as(status, &ReviewPage { form, errors, ..page })
}

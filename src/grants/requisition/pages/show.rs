//! The requisition's own page: what it says, where it stands, what can be done.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{RevisionForm, act, find, scope};
use crate::{
    grants::{
        case::{
            self,
            pages::{AttachmentView, SectionView, TimelineView, recipients_lines, timeline},
        },
        requisition::{
            Dossier, Refusal, Requisition, Status, sheet, store, tone,
            verbs::{self, Failure, Target},
        },
    },
    ground::{
        history,
        infra::{
            Portal,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
            upload::Upload,
        },
    },
    paths,
    people::access::{
        Role,
        proof::{By, Member, Posted, Preparer},
    },
};
use values::{Id, Prose, calendar::LastDay};

#[derive(Template)]
#[template(path = "requisition/show.html")]
struct ShowPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    attachments: Vec<AttachmentView>,
    timeline: Vec<TimelineView>,
    deadline: LastDay,
    /// How far it is to it.
    days_left: String,
    lapsed: bool,
    right_has_lapsed: bool,
    received: String,
    /// When the completed version came in, if there is one.
    completed: String,
    signing: String,
    may_prepare: bool,
    may_sign: bool,
    /// The contact person, who is no colleague any more.
    contact_left: Option<String>,
    errors: FieldErrors,
    reason: String,
}

impl ShowPage {
    fn tone(&self) -> &'static str {
        tone(&self.case.requisition.status, self.lapsed)
    }

    fn status(&self) -> &'static str {
        if self.lapsed { "Förfallen" } else { self.case.requisition.status.label() }
    }

    fn can_withdraw(&self) -> bool {
        let requisition = &self.case.requisition;
        let undecided = match requisition.status {
            Status::Submitted { .. }
            | Status::Returned(_)
            | Status::AwaitingSignature { answers: Some(_) } => true,
            Status::Draft
            | Status::AwaitingSignature { answers: None }
            | Status::Approved { .. }
            | Status::Refused { .. }
            | Status::Withdrawn { .. }
            | Status::Discarded { .. } => false,
        };
        undecided && self.may_prepare
    }
}

#[derive(Deserialize)]
pub struct Shown {
    /// `vantar`: why no other was begun.
    #[serde(default)]
    visa: String,
}

pub async fn show(
    by: By<Member>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
    shown: web::Query<Shown>,
) -> Page {
    let mut page = show_page(&by, &portal, id.into_inner()).await?;
    let waits = matches!(page.case.requisition.status, Status::AwaitingSignature { .. });
    let notice = (waits && shown.visa == "vantar").then_some(
        "Ingen ny rekvisition påbörjades: den här väntar på underskrift och begär allt som är kvar. Skriv under den, eller ta tillbaka den om något ska ändras.",
    );
    page.chrome = page.chrome.noting(notice);
    page::show(&page)
}

async fn show_page<R>(by: &By<R>, portal: &Portal, id: Id<Requisition>) -> Result<ShowPage, AppError> {
    let scope = scope(by);
    let (case, files, lines, contact_left) = portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let files = case::store::attachments_of(connection, id)?;
            let lines = history::store::of(connection, &case.grant.id.to_string())?;
            let holder = case.grant.holder.id;
            let left = case::store::contact_who_left(connection, holder, &case.requisition.draft.head)?;
            Ok::<_, AppError>((case, files, lines, left))
        })
        .await?;
    let now = portal.clock.now();
    let deadline = case.grant.requisition_deadline(&case.requisition.form);
    let received = case.requisition.received();
    Ok(ShowPage {
        chrome: by.chrome.clone(),
        sections: case
            .edition
            .as_ref()
            .map_or_else(Vec::new, |edition| SectionView::of(&sheet::filled_sections(&case, edition))),
        attachments: AttachmentView::of(files, |file| paths::requisition::Attachment(&id, file).to_string()),
        timeline: timeline(&recipients_lines(lines), &case.number()),
        deadline,
        days_left: deadline.from_now(now),
        lapsed: case.requisition.has_lapsed(case.grant.right_has_lapsed(&case.requisition.form, now)),
        right_has_lapsed: case.grant.right_has_lapsed(&case.requisition.form, now),
        received: received.map(|received| received.came_in().first()).unwrap_or_default(),
        completed: received.map(|received| received.came_in().completed()).unwrap_or_default(),
        signing: signing(&case),
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
        may_sign: by.has(Role::Signatory),
        contact_left,
        errors: FieldErrors::default(),
        reason: String::new(),
        case,
    })
}

/// How the version that is shown was signed.
fn signing(case: &Dossier) -> String {
    let version = case.edition.as_ref().map(|edition| edition.version);
    match case.requisition.received() {
        Some(received) if version == Some(received.version) => sheet::signing_sentence(received),
        _ => "Inte underskriven än".to_owned(),
    }
}

pub async fn recall(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let (act, target) = (act(&by, &portal), form.of(id));
    let to = paths::requisition::Edit(&id).to_string();
    let recall = move |c: &mut _| verbs::recall(c, &act, target).map(|()| to);
    page::see_other(portal.db.once(recall).await?)
}

pub async fn discard(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let (act, target) = (act(&by, &portal), form.of(id));
    let to = paths::my_grants::Grant(&find(&portal, act.scope, id).await?.grant.id).to_string();
    let discard = move |c: &mut _| verbs::discard(c, &act, target).map(|()| to);
    page::see_other(portal.db.once(discard).await?)
}

#[derive(Deserialize)]
pub struct WithdrawForm {
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub async fn withdraw(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<WithdrawForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let reason = match Prose::<2000>::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(error) => {
            let mut page = show_page(&by, &portal, id).await?;
            page.errors.add("reason", error);
            page.reason = form.reason;
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let target = Target { id, revision: form.revision };
    let withdraw = move |c: &mut _| {
        verbs::withdraw(c, &act, target, &reason).map(|()| paths::requisition::Case(&id).to_string())
    };
    match portal.db.once(withdraw).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => {
            let mut page = show_page(&by, &portal, id).await?;
            page.errors.add("reason", refusal);
            page.reason = form.reason;
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(failure) => Err(failure.into()),
    }
}

pub async fn scan(
    Posted { by, body: upload }: Posted<By<Preparer>, Upload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let revision =
        upload.field("revision").parse().map_err(|_| AppError::bad_request("Sidan saknar en uppgift."))?;
    let file = match upload.file {
        Ok(Some(file)) => file,
        missing => {
            let mut page = show_page(&by, &portal, id).await?;
            // The paper is of the version that the page showed.
            if page.case.requisition.revision != revision {
                return Err(Failure::from(Refusal::Changed).into());
            }
            match missing {
                Err(error) => page.errors.add("file", error),
                _ => page.errors.add("file", "Välj den inskannade, undertecknade rekvisitionen."),
            }
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let target = Target { id, revision };
    let receipt = paths::requisition::Receipt(&id).to_string();
    let scan = move |c: &mut _| verbs::scan(c, &act, target, &file).map(|()| receipt);
    match portal.db.once(scan).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => {
            let mut page = show_page(&by, &portal, id).await?;
            page.errors.add("", refusal);
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(failure) => Err(failure.into()),
    }
}

//! The report's own page: what it says, where it stands, what can be done.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{RevisionForm, act, scope};
use crate::{
    grants::{
        case::{
            self,
            pages::{AttachmentView, SectionView, TimelineView, recipients_lines, timeline},
        },
        report::{
            Dossier, Edition, Refusal, Report, Status, sheet, store,
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
use document::sheet::Choice;
use values::{Id, Money, Prose};

#[derive(Template)]
#[template(path = "report/show.html")]
struct ShowPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    attachments: Vec<AttachmentView>,
    /// Versions that came in before the one that stands, with their edition.
    versions: Vec<Edition>,
    timeline: Vec<TimelineView>,
    days_left: String,
    may_prepare: bool,
    may_certify: bool,
    may_sign: bool,
    /// The contact person, who is no colleague any more.
    contact_left: Option<String>,
    errors: FieldErrors,
    reason: String,
}

impl ShowPage {
    fn certified(&self) -> Option<CertificateView> {
        CertificateView::of(&self.case, self.case.edition.as_ref()?)
    }

    /// How the version that is shown was signed.
    fn signing(&self) -> String {
        let version = self.case.edition.as_ref().map(|edition| edition.version);
        match self.case.report.received() {
            Some(received) if version == Some(received.version) => sheet::signing_sentence(received),
            _ => "Inte underskriven än".to_owned(),
        }
    }

    fn received(&self) -> String {
        let received = self.case.report.received();
        received.map(|received| received.came_in().first()).unwrap_or_default()
    }

    /// When the completed or corrected version came in, if there is one.
    fn completed(&self) -> String {
        let received = self.case.report.received();
        received.map(|received| received.came_in().completed()).unwrap_or_default()
    }

    fn is_late(&self) -> bool {
        let deadline = self.case.grant.deadlines.report;
        self.case.report.received().is_some_and(|received| deadline.passed(received.at))
    }

    fn costs(&self) -> Money {
        self.case.edition.as_ref().map(|edition| edition.content.costs()).unwrap_or_default()
    }

    fn unspent(&self) -> Money {
        self.case.edition.as_ref().map(|edition| edition.content.unspent()).unwrap_or_default()
    }

    fn to_repay(&self) -> Money {
        self.case.edition.as_ref().map(|edition| edition.content.to_repay()).unwrap_or_default()
    }
}

/// The section of the certificate as it is given: the words of both alternatives, whoever certified, and what deviates.
pub struct CertificateView {
    pub section: SectionView,
    pub choices: Vec<Choice>,
    pub is_correct: bool,
    pub sentence: String,
}

impl CertificateView {
    pub fn of(case: &Dossier, edition: &Edition) -> Option<Self> {
        let certificate = case.report.certificate()?;
        let section = sheet::certified_section(case, edition)?;
        Some(Self {
            choices: section.choices.clone(),
            section: SectionView::of(&[section]).pop()?,
            is_correct: certificate.statement.verdict.is_correct(),
            sentence: sheet::certificate_sentence(certificate),
        })
    }
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    page::show(&show_page(&by, &portal, id.into_inner()).await?)
}

async fn show_page<R>(by: &By<R>, portal: &Portal, id: Id<Report>) -> Result<ShowPage, AppError> {
    let scope = scope(by);
    let (case, files, editions, lines, contact_left) = portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let files = case::store::attachments_of(connection, id)?;
            let editions = store::editions_of(connection, id)?;
            let lines = history::store::of(connection, &case.grant.id.to_string())?;
            let holder = case.grant.holder.id;
            let left = case::store::contact_who_left(connection, holder, &case.report.draft.head)?;
            Ok::<_, AppError>((case, files, editions, lines, left))
        })
        .await?;
    let standing = case.report.standing_version();
    Ok(ShowPage {
        chrome: by.chrome.clone(),
        sections: case
            .edition
            .as_ref()
            .map_or_else(Vec::new, |edition| SectionView::of(&sheet::filled_sections(&case, edition))),
        attachments: AttachmentView::of(files, |file| paths::report::Attachment(&id, file).to_string()),
        versions: editions
            .into_iter()
            .filter(|(edition, came_in)| *came_in && Some(edition.version) != standing)
            .map(|(edition, _)| edition)
            .collect(),
        timeline: timeline(&recipients_lines(lines), &case.number()),
        days_left: case.grant.deadlines.report.from_now(portal.clock.now()),
        may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
        may_certify: by.has(Role::FinanceHead),
        may_sign: by.has(Role::Signatory),
        contact_left,
        errors: FieldErrors::default(),
        reason: String::new(),
        case,
    })
}

pub async fn recall(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let (act, target) = (act(&by, &portal), form.of(id));
    let to = paths::report::Edit(&id).to_string();
    let recall = move |c: &mut _| verbs::recall(c, &act, target).map(|()| to);
    page::see_other(portal.db.once(recall).await?)
}

pub async fn scan(
    Posted { by, body: upload }: Posted<By<Preparer>, Upload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let revision =
        upload.field("revision").parse().map_err(|_| AppError::bad_request("Sidan saknar en uppgift."))?;
    let file = match upload.file {
        Ok(Some(file)) => file,
        missing => {
            let mut page = show_page(&by, &portal, id).await?;
            // The paper is of the version that the page showed.
            if page.case.report.revision != revision {
                return Err(Failure::from(Refusal::Changed).into());
            }
            match missing {
                Err(error) => page.errors.add("file", error),
                _ => page.errors.add("file", "Välj den inskannade, undertecknade redovisningen."),
            }
            return page::show_errors(&page);
        }
    };
    let act = act(&by, &portal);
    let target = Target { id, revision };
    let receipt = paths::report::Receipt(&id).to_string();
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

#[derive(Deserialize)]
pub struct CorrectForm {
    revision: i64,
    #[serde(default)]
    reason: String,
}

pub async fn correct(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<CorrectForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let reason = match Prose::<1000>::parse(&form.reason) {
        Ok(reason) => reason.to_string(),
        Err(error) => {
            let mut page = show_page(&by, &portal, id).await?;
            page.errors.add("reason", error);
            page.reason = form.reason;
            return page::show_errors(&page);
        }
    };
    let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
    let to = paths::report::Edit(&id).to_string();
    let correct = move |c: &mut _| verbs::correct(c, &act, target, &reason).map(|()| to);
    page::see_other(portal.db.once(correct).await?)
}

pub async fn give_up_correction(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let (act, target) = (act(&by, &portal), form.of(id));
    let give_up = move |c: &mut _| {
        verbs::give_up_correction(c, &act, target).map(|()| paths::report::Case(&id).to_string())
    };
    page::see_other(portal.db.once(give_up).await?)
}

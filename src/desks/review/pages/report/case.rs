//! A report as it came in: beside last year's and the requisition, with the certificate, and what can be done with it.

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::queue::may_be_assigned;
use crate::{
    desks::review::{
        comparison::{self, Section, Version},
        form::{RemarkField, of_report},
        pages::{Handling, RemarkView, scope, stated, typed::TypedDecision},
        queue,
    },
    grants::{
        case::{
            self, FieldRemark,
            head::HeadForm,
            pages::{AttachmentView, FieldView, TimelineView, pdf, timeline},
            store::Attachment,
        },
        grant::{self, Account},
        report::{
            Certificate, Content, Correction, Dossier, Edition, PostAccount, Refusal, Report, Status, form,
            sheet, store,
        },
        requisition::{self, Requisition},
    },
    ground::{
        history,
        infra::{
            Portal,
            error::AppError,
            form::FieldErrors,
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        self, Actor, Doer, Person, Role,
        proof::{By, Overseer},
    },
    terms::agreement::Section as PaperSection,
};
use values::{Id, Money, calendar};

#[derive(Template)]
#[template(path = "review/report.html")]
pub struct CasePage {
    pub chrome: Chrome,
    pub case: Dossier,
    /// The edition that is shown: what came in, or what is to be certified or signed.
    edition: Edition,
    sections: Vec<Section>,
    /// The case number of the report that it is compared with; empty when there is none.
    last: String,
    accounts: Vec<AccountView>,
    requisitions: Vec<RequisitionView>,
    /// What the portal has noticed beside what the recipient was asked.
    observations: Vec<FieldRemark>,
    attachments: Vec<AttachmentView>,
    versions: Vec<Version>,
    timeline: Vec<TimelineView>,
    handling: Handling,
    now: DateTime<Utc>,
    me: Doer,
    pub typed: TypedDecision,
    pub errors: FieldErrors,
    /// Why a decision was not carried out, when nothing typed is at fault.
    pub refusal: Option<Refusal>,
}

/// One post's outcome.
struct AccountView {
    post: String,
    account: PostAccount,
}

/// An approved requisition of the same grant.
struct RequisitionView {
    id: Id<Requisition>,
    number: String,
    post: String,
    amount: Money,
    account: String,
    approved: String,
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    page::show(&case_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

pub async fn attachment(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<Report>, Id<Attachment>)>,
) -> Page {
    let (report, id) = ids.into_inner();
    let scope = scope(&by);
    let (file, bytes) = portal
        .db
        .read(move |connection| {
            let found = case::store::find(connection, scope, report)?.ok_or(AppError::NotFound)?;
            case::store::attachment(connection, report, id)?
                .filter(|(file, _)| found.has_handed_in(file))
                .ok_or(AppError::NotFound)
        })
        .await?;
    page::download(&file.media_type, &file.file_name, bytes)
}

pub async fn form_pdf(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let (scope, id) = (scope(&by), id.into_inner());
    let case = portal.db.read(move |connection| store::case(connection, scope, id)).await?;
    let case = case.ok_or(AppError::NotFound)?;
    let edition = case.edition.as_ref().ok_or(AppError::NotFound)?;
    let document = sheet::form(&case, edition, portal.practice);
    let at = edition.issued_at;
    pdf(format!("Ekonomisk redovisning {}.pdf", case.number()), move || document.to_pdf(at)).await
}

/// Everything the page reads, at one time.
struct CaseFile {
    case: Dossier,
    /// And whether each came in.
    editions: Vec<(Edition, bool)>,
    last: Option<(String, Content)>,
    /// What the authority's list says of the survey.
    listed: Option<bool>,
    requisitions: Vec<(Requisition, requisition::Content)>,
    attachments: Vec<Attachment>,
    lines: Vec<history::Line>,
    officer: Option<String>,
    colleagues: Vec<Person>,
}

async fn read(actor: &Actor, portal: &Portal, id: Id<Report>) -> Result<CaseFile, AppError> {
    let (scope, authority) = (scope(actor), actor.organisation.id);
    portal
        .db
        .read(move |connection| {
            let report = case::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let grant = grant::store::find(connection, scope, report.grant_id)?;
            let grant = grant.ok_or(AppError::NotFound)?;
            let editions = store::editions_of(connection, id)?;
            let standing = report.standing_version();
            let edition =
                editions.iter().map(|(edition, _)| edition).find(|edition| standing == Some(edition.version));
            let case = Dossier { edition: edition.cloned(), report, grant };
            Ok(CaseFile {
                last: store::last_received(connection, scope, &case.grant)?,
                listed: store::is_listed(connection, &case.grant)?,
                requisitions: requisition::store::approved_of(connection, case.grant.id)?,
                attachments: case::store::attachments_of(connection, id)?
                    .into_iter()
                    .filter(|file| case.report.has_handed_in(file))
                    .collect(),
                lines: history::store::of(connection, &case.grant.id.to_string())?,
                officer: match case.report.officer {
                    Some(officer) => requisition::store::officer_name(connection, officer)?,
                    None => None,
                },
                colleagues: access::store::colleagues(connection, authority, Role::CaseOfficer)?,
                editions,
                case,
            })
        })
        .await
}

pub async fn case_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Report>,
) -> Result<CasePage, AppError> {
    let file = read(actor, portal, id).await?;
    let case = file.case;
    let edition = case.edition.clone().ok_or(AppError::NotFound)?;
    let (last, before) = file.last.unzip();
    let observations = observations(&case, &edition, file.listed, file.attachments.len());
    let notes: Vec<FieldRemark> = edition.warnings.iter().chain(&observations).cloned().collect();
    let payer = case.grant.agreement.authority.id;
    let handling = Handling::new(
        actor,
        payer,
        paths::review::AssignReport(&id).to_string(),
        file.officer,
        case.report.officer,
        file.colleagues,
    )
    .may(matches!(case.report.status, Status::Submitted { .. }), may_be_assigned(&case.report));
    Ok(CasePage {
        chrome,
        sections: comparison::report::sections(&case, &edition, before.as_ref(), &notes),
        last: last.unwrap_or_default(),
        accounts: accounts(&case, &edition),
        requisitions: file.requisitions.into_iter().map(|of| requisition_view(&case, of)).collect(),
        observations,
        attachments: AttachmentView::of(file.attachments, |file| {
            paths::review::ReportAttachment(&id, file).to_string()
        }),
        versions: comparison::report::versions(&case, &file.editions, &file.lines),
        timeline: timeline(&file.lines, &case.number()),
        handling,
        now: portal.clock.now(),
        me: Doer::of(&actor.person),
        typed: TypedDecision::default(),
        errors: FieldErrors::default(),
        refusal: None,
        edition,
        case,
    })
}

fn observations(
    case: &Dossier,
    edition: &Edition,
    listed: Option<bool>,
    attachments: usize,
) -> Vec<FieldRemark> {
    let found = form::observations(&edition.content, case.report.certificate(), listed, attachments);
    let remark = |error: crate::ground::infra::form::FieldError| FieldRemark {
        field: error.field.into_owned(),
        text: error.message,
    };
    found.list.into_iter().map(remark).collect()
}

fn accounts(case: &Dossier, edition: &Edition) -> Vec<AccountView> {
    let view = |account: &PostAccount| AccountView {
        post: sheet::post_name(&case.grant, &account.post).to_owned(),
        account: account.clone(),
    };
    edition.content.posts.iter().map(view).collect()
}

fn requisition_view(
    case: &Dossier,
    (requisition, content): (Requisition, requisition::Content),
) -> RequisitionView {
    let approved = match &requisition.status {
        requisition::Status::Approved { at, .. } => calendar::long_date(calendar::day(*at)),
        _ => String::new(),
    };
    RequisitionView {
        id: requisition.id,
        number: requisition::verbs::number_of(&case.grant, &requisition),
        post: case.grant.agreement.terms.form_name(&requisition.form),
        amount: content.amount,
        account: requisition::sheet::account(&content),
        approved,
    }
}

impl CasePage {
    fn report(&self) -> &Report {
        &self.case.report
    }

    fn tone(&self) -> &'static str {
        self.report().tone()
    }

    fn status(&self) -> &'static str {
        self.report().label()
    }

    fn certificate(&self) -> Option<&Certificate> {
        self.report().certificate()
    }

    /// The paper's numbered box that holds a field.
    fn section_with(&self, field: &str) -> Option<&PaperSection> {
        let paper = &self.case.grant.agreement.terms.forms.report;
        paper.sections.iter().find(|section| section.fields.iter().any(|of| of.key == field))
    }

    fn label_of(&self, field: &str) -> &str {
        self.case.grant.agreement.terms.forms.report.label(field)
    }

    /// The chosen alternative, word for word, with whoever certified in the place of N.N.
    fn alternative(&self) -> String {
        let sections = sheet::sections(&self.case, &self.edition);
        let chosen = sections.into_iter().flat_map(|section| section.choices).find(|choice| choice.chosen);
        chosen.map(|choice| choice.text).unwrap_or_default()
    }

    /// To the agreement's follow-up questions.
    fn answers(&self) -> Vec<FieldView> {
        sheet::answers(&self.case.grant, &self.edition.content).iter().map(FieldView::of).collect()
    }

    /// What deviates, and the measures, under either alternative.
    fn deviations(&self) -> Option<(String, String)> {
        self.certificate()?.statement.verdict.told()
    }

    /// Alt 2, which is not to be overlooked.
    fn is_not_correct(&self) -> bool {
        self.certificate().is_some_and(|certificate| !certificate.statement.verdict.is_correct())
    }

    /// Why whoever certified also signed.
    fn alone(&self) -> Option<String> {
        self.report().received()?.alone.as_ref().map(ToString::to_string)
    }

    fn certified(&self, certificate: &Certificate) -> String {
        format!("{}, {}", certificate.by, calendar::long_time(certificate.at))
    }

    /// The officer's remarks about the certificate.
    fn remarks_at_certificate(&self) -> Vec<&str> {
        let remarks = self.report().returned().map_or(&[][..], |returned| &returned.remarks);
        let at_it = remarks.iter().filter(|remark| remark.field == "alternative");
        at_it.map(|remark| remark.text.as_str()).collect()
    }

    /// What was paid out has changed since the content was fixed: it cannot be approved as it is.
    fn is_outdated(&self) -> bool {
        self.handling.may_decide && !self.edition.content.matches(&self.case.grant.ledger)
    }

    fn may_register_original(&self) -> bool {
        self.handling.is_officer && matches!(self.report().status, Status::AwaitingSignature { .. })
    }

    fn may_correct(&self) -> bool {
        self.handling.is_officer && matches!(self.report().status, Status::Approved(_))
    }

    fn refused(&self) -> String {
        self.refusal.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// What was typed for a decision that can no longer be taken: shown, so that it can be copied.
    fn left_over(&self) -> Vec<&str> {
        let for_return = if self.handling.may_decide { Vec::new() } else { self.typed.of_return() };
        let for_correction = (!self.may_correct()).then_some(self.typed.reason.as_str());
        for_return.into_iter().chain(for_correction.filter(|reason| !reason.is_empty())).collect()
    }

    fn is_typed(&self) -> bool {
        !self.typed.is_empty()
    }

    fn remark_fields(&self) -> Vec<RemarkView> {
        let remarkable = of_report(&self.edition.content);
        let view = |of: RemarkField| RemarkView {
            label: self.remark_label(&of.field),
            stated: self.stated(&of.field),
            name: of.name,
            typed: of.typed,
        };
        self.typed.remarks.fields(&remarkable).map(view).collect()
    }

    fn remark_label(&self, field: &str) -> String {
        match field {
            "alternative" => "Intyget enligt Alt 1 eller Alt 2".to_owned(),
            _ => sheet::field_label(&self.case.grant, field),
        }
    }

    /// What the field says, above the remark about it.
    fn stated(&self, field: &str) -> String {
        let content = &self.edition.content;
        let head = HeadForm::from_content(&content.head);
        if let Some((_, value)) = head.fields().into_iter().find(|(name, _)| *name == field) {
            return stated(value);
        }
        let of_post = |prefix: &str| {
            let post = field.strip_prefix(prefix)?;
            content.posts.iter().find(|account| account.post == post)
        };
        let value = if let Some(account) = of_post("costs_") {
            account.costs.to_string()
        } else if let Some(account) = of_post("items_") {
            let items = account.items.iter().map(|item| format!("{} {}", item.text, item.amount));
            items.collect::<Vec<_>>().join("; ")
        } else if let Some(told) = told_beside(content, field) {
            told
        } else {
            match (field, content.survey, self.certificate()) {
                ("period_from", ..) => content.period.from.to_string(),
                ("period_to", ..) => content.period.to.to_string(),
                ("survey", Some(true), _) => "Ja".to_owned(),
                ("survey", Some(false), _) => "Nej".to_owned(),
                ("alternative", _, Some(certificate)) => certificate.statement.verdict.label().to_owned(),
                _ => String::new(),
            }
        };
        stated(&value)
    }

    fn return_is_open(&self) -> bool {
        self.typed.is_return(&self.errors)
    }

    fn correction_is_open(&self) -> bool {
        !self.typed.reason.is_empty() || !self.errors.of("reason").is_empty()
    }

    /// The visitor registered it from paper, and somebody else approves it.
    fn is_own_registration(&self) -> bool {
        let signature = self.report().received().map(|received| &received.signature);
        signature.is_some_and(|signature| signature.is_registered_by(&self.me))
    }

    fn backdated(&self) -> Option<String> {
        self.report().received().and_then(|received| received.signature.backdated())
    }

    fn received(&self) -> String {
        let Some(received) = self.report().received() else { return "Har inte kommit in".to_owned() };
        let deadline = self.case.grant.deadlines.report;
        let at = received.came_in().first();
        match deadline.passed(received.at) {
            true => format!("{at}, efter sista dagen {deadline}"),
            false => format!("{at}, i tid"),
        }
    }

    /// When the completed or corrected version came in, if there is one.
    fn completed(&self) -> String {
        let received = self.report().received();
        received.map(|received| received.came_in().completed()).unwrap_or_default()
    }

    fn signing(&self) -> String {
        match self.report().received().filter(|received| received.version == self.edition.version) {
            Some(received) => sheet::signing_sentence(received),
            None => format!("Version {} är inte undertecknad än.", self.edition.version),
        }
    }

    /// Where it stands, in a sentence or two.
    fn standing(&self) -> String {
        let time = |at: &DateTime<Utc>| calendar::long_time(*at);
        let report = self.report();
        let asked = |what: &str| match (report.returned(), &report.correction) {
            (Some(returned), _) => {
                format!("{} begärde komplettering {}. {what}", returned.by, time(&returned.at))
            }
            (None, Some(correction)) => format!("{} {what}", corrected(correction)),
            (None, None) => what.to_owned(),
        };
        match &report.status {
            Status::Draft { answers: Some(_), .. } => {
                asked("Inget kan beslutas förrän redovisningen har lämnats in på nytt.")
            }
            Status::Draft { answers: None, .. } => {
                asked("Det som är godkänt gäller tills den rättade redovisningen är godkänd.")
            }
            Status::AwaitingCertificate { .. } => {
                asked(&format!("Version {} är inte intygad än.", self.edition.version))
            }
            Status::AwaitingSignature { .. } => {
                asked(&format!("Version {} är inte underskriven än.", self.edition.version))
            }
            Status::Submitted { received } => {
                let waiting = queue::waiting(received.completed_at, self.now);
                match &report.correction {
                    Some(correction) => format!("{} {waiting}", corrected(correction)),
                    None => waiting,
                }
            }
            Status::Approved(approval) => {
                format!("{} godkände redovisningen {}.", approval.by, time(&approval.at))
            }
        }
    }

    fn paid_out(&self) -> Money {
        self.case.grant.ledger.total(Account::PaidOut)
    }

    fn approved_costs(&self) -> Option<Money> {
        self.report().approval().map(|_| self.case.grant.ledger.total(Account::Costs))
    }

    fn today(&self) -> String {
        calendar::day(self.now).to_string()
    }
}

fn corrected(correction: &Correction) -> String {
    format!(
        "{} påbörjade en rättelse av den godkända redovisningen {}. Skäl: {}",
        correction.by,
        calendar::long_time(correction.at),
        sentence(&correction.reason)
    )
}

/// With a full stop, so that another sentence can follow.
fn sentence(text: &str) -> String {
    if text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// What the content says of a part, its motive, or a follow-up question, by the name of the field.
fn told_beside(content: &Content, field: &str) -> Option<String> {
    let parts =
        content.posts.iter().flat_map(|account| account.parts.iter().map(move |part| (account, part)));
    let mut told = parts.flat_map(|(account, part)| {
        let motive = part.motive.as_ref().map(ToString::to_string).unwrap_or_default();
        [
            (form::part_field(&account.post, &part.part), part.amount.to_string()),
            (form::motive_field(&account.post, &part.part), motive),
        ]
    });
    let answers =
        content.answers.iter().map(|answer| (form::answer_field(&answer.question), answer.text.to_string()));
    told.by_ref().chain(answers).find(|(name, _)| name == field).map(|(_, text)| text)
}

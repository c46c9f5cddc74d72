//! A case: the form as submitted beside the last filing, where it stands, what can be done with it.

use actix_web::web;
use askama::Template;
use chrono::{DateTime, Utc};

use super::{Handling, RemarkView, label, scope, typed::TypedDecision};
use crate::{
    desks::review::{
        comparison::{self, Section, Version},
        form::{self, RemarkField},
        queue::{self, days_left},
    },
    grants::{
        case::{
            self, Signature,
            head::field_label,
            pages::{AttachmentView, TimelineView, timeline},
            store::Attachment,
        },
        grant::Account,
        requisition::{
            Content, Dossier, Edition, Refusal, Requisition, Status, form::RequisitionForm, sheet, store,
            tone,
        },
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
};
use values::{Id, Money, calendar};

#[derive(Template)]
#[template(path = "review/case.html")]
pub struct CasePage {
    pub chrome: Chrome,
    case: Dossier,
    /// The edition that is shown: what came in, or what is to be signed.
    edition: Edition,
    sections: Vec<Section>,
    /// The case number of the filing that it is compared with; empty when there is none.
    last: String,
    attachments: Vec<AttachmentView>,
    versions: Vec<Version>,
    timeline: Vec<TimelineView>,
    balances: Vec<Balance>,
    handling: Handling,
    now: DateTime<Utc>,
    me: Doer,
    pub typed: TypedDecision,
    pub errors: FieldErrors,
    /// Why a decision was not carried out, when nothing typed is at fault.
    pub refusal: Option<Refusal>,
}

/// The grant's ledger, post by post.
struct Balance {
    post: String,
    is_this: bool,
    allocated: Money,
    requisitioned: Money,
    approved: Money,
    left: Money,
}

pub async fn show(by: By<Overseer>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    page::show(&case_page(&by.actor, by.chrome, &portal, id.into_inner()).await?)
}

pub async fn attachment(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<Requisition>, Id<Attachment>)>,
) -> Page {
    let (requisition, id) = ids.into_inner();
    let scope = scope(&by);
    let (file, bytes) = portal
        .db
        .read(move |connection| {
            case::store::find(connection, scope, requisition)?.ok_or(AppError::NotFound)?;
            case::store::attachment(connection, requisition, id)?.ok_or(AppError::NotFound)
        })
        .await?;
    page::download(&file.media_type, &file.file_name, bytes)
}

/// Everything the page reads, at one time.
struct CaseFile {
    case: Dossier,
    editions: Vec<Edition>,
    last: Option<(String, Content)>,
    attachments: Vec<Attachment>,
    lines: Vec<history::Line>,
    officer: Option<String>,
    colleagues: Vec<Person>,
}

async fn read(actor: &Actor, portal: &Portal, id: Id<Requisition>) -> Result<CaseFile, AppError> {
    let (scope, authority) = (scope(actor), actor.organisation.id);
    portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            Ok(CaseFile {
                editions: store::editions_of(connection, id)?,
                last: store::last_received(connection, scope, case.grant.holder.id, Some(&case.requisition))?,
                attachments: case::store::attachments_of(connection, id)?,
                lines: history::store::of(connection, &case.grant.id.to_string())?,
                officer: match case.requisition.officer {
                    Some(officer) => store::officer_name(connection, officer)?,
                    None => None,
                },
                colleagues: access::store::colleagues(connection, authority, Role::CaseOfficer)?,
                case,
            })
        })
        .await
}

pub async fn case_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Requisition>,
) -> Result<CasePage, AppError> {
    let CaseFile { case, editions, last, attachments, lines, officer, colleagues } =
        read(actor, portal, id).await?;
    let edition = case.edition.clone().ok_or(AppError::NotFound)?;
    let (last, before) = last.unzip();
    let (payer, officer_id) = (case.grant.agreement.authority.id, case.requisition.officer);
    let handling = Handling::new(
        actor,
        payer,
        paths::review::AssignRequisition(&id).to_string(),
        officer,
        officer_id,
        colleagues,
    )
    .may(may_decide(&case.requisition.status), may_be_assigned(&case.requisition.status));
    Ok(CasePage {
        chrome,
        sections: comparison::requisition::sections(&case, &edition, before.as_ref()),
        last: last.unwrap_or_default(),
        attachments: AttachmentView::of(attachments, |file| {
            paths::review::RequisitionAttachment(&id, file).to_string()
        }),
        versions: comparison::requisition::versions(&case, &editions),
        timeline: timeline(&lines, &case.number()),
        balances: balances(&case),
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

fn may_decide(status: &Status) -> bool {
    matches!(status, Status::Submitted { .. })
}

/// Not before it is issued, and not when it is decided.
pub fn may_be_assigned(status: &Status) -> bool {
    matches!(status, Status::Submitted { .. } | Status::Returned(_) | Status::AwaitingSignature { .. })
}

fn balances(case: &Dossier) -> Vec<Balance> {
    let ledger = &case.grant.ledger;
    case.grant
        .posts()
        .map(|post| Balance {
            post: post.name.clone(),
            is_this: post.form() == case.requisition.form,
            allocated: ledger.of(&post.key, Account::Allocated),
            requisitioned: ledger.of(&post.key, Account::Requisitioned),
            approved: ledger.of(&post.key, Account::Approved),
            left: ledger.left_to_requisition(&post.key),
        })
        .collect()
}

impl CasePage {
    fn requisition(&self) -> &Requisition {
        &self.case.requisition
    }

    fn deadline(&self) -> calendar::LastDay {
        self.case.grant.requisition_deadline(&self.requisition().form)
    }

    fn days_left(&self) -> String {
        days_left(self.deadline(), self.now)
    }

    /// A refused amount can still be asked for again.
    fn is_open(&self) -> bool {
        !self.case.grant.right_has_lapsed(&self.requisition().form, self.now)
    }

    fn lapsed(&self) -> bool {
        self.requisition().has_lapsed(self.case.grant.right_has_lapsed(&self.requisition().form, self.now))
    }

    fn tone(&self) -> &'static str {
        tone(&self.requisition().status, self.lapsed())
    }

    fn status(&self) -> &'static str {
        label(&self.requisition().status, self.lapsed())
    }

    fn account(&self) -> String {
        sheet::account(&self.edition.content)
    }

    fn may_register_original(&self) -> bool {
        self.handling.is_officer && matches!(self.requisition().status, Status::AwaitingSignature { .. })
    }

    fn refused(&self) -> String {
        self.refusal.as_ref().map(ToString::to_string).unwrap_or_default()
    }

    /// What was typed for a decision that can no longer be taken: shown, so that it can be copied.
    fn left_over(&self) -> Vec<&str> {
        if self.handling.may_decide { Vec::new() } else { self.typed.texts() }
    }

    fn is_typed(&self) -> bool {
        !self.typed.is_empty()
    }

    fn remark_fields(&self) -> Vec<RemarkView> {
        let paper = &self.case.grant.agreement.terms.forms.requisition;
        let remarkable = form::of_requisition();
        let view = |of: RemarkField| RemarkView {
            label: field_label(paper, &of.field),
            stated: self.stated(&of.field),
            name: of.name,
            typed: of.typed,
        };
        self.typed.remarks.fields(&remarkable).map(view).collect()
    }

    /// What the field says, above the remark about it.
    fn stated(&self, field: &str) -> String {
        let form = RequisitionForm::from_content(&self.edition.content);
        let fields = form.fields();
        let value = fields.into_iter().find(|(name, _)| *name == field).map(|(_, value)| value);
        super::stated(value.unwrap_or_default())
    }

    fn return_is_open(&self) -> bool {
        self.typed.is_return(&self.errors)
    }

    fn refusal_is_open(&self) -> bool {
        !self.typed.reason.is_empty() || !self.errors.of("reason").is_empty()
    }

    /// The visitor registered it from paper, and somebody else approves it.
    fn is_own_registration(&self) -> bool {
        let signature = self.requisition().received().map(|received| &received.signature);
        signature.is_some_and(|signature| signature.is_registered_by(&self.me))
    }

    fn backdated(&self) -> Option<String> {
        self.requisition().received().and_then(|received| received.signature.backdated())
    }

    fn was_registered_from_paper(&self) -> bool {
        let signature = self.requisition().received().map(|received| &received.signature);
        matches!(signature, Some(Signature::Original { registered_by, .. }) if registered_by.is_same_as(&self.edition.issued_by))
    }

    fn received(&self) -> String {
        let Some(received) = self.requisition().received() else { return "Har inte kommit in".to_owned() };
        let at = received.came_in().first();
        let in_time = if self.deadline().passed(received.at) { "efter sista dagen" } else { "i tid" };
        format!("{at}, {in_time}")
    }

    /// When the completed version came in, if there is one.
    fn completed(&self) -> String {
        let received = self.requisition().received();
        received.map(|received| received.came_in().completed()).unwrap_or_default()
    }

    fn signing(&self) -> String {
        match (&self.requisition().status, self.requisition().received()) {
            (Status::AwaitingSignature { .. }, _) | (_, None) => {
                format!("Version {} är inte undertecknad än.", self.edition.version)
            }
            (_, Some(received)) => sheet::signing_sentence(received),
        }
    }

    /// Where it stands, in a sentence or two.
    fn standing(&self) -> String {
        let time = |at: &DateTime<Utc>| calendar::long_time(*at);
        match &self.requisition().status {
            _ if self.lapsed() => format!(
                "Sista dag var {} och rekvisitionen hade inte kommit in. Rätten till bidraget har förfallit. Kom ett undertecknat original in i tid kan det fortfarande registreras.",
                self.deadline()
            ),
            Status::AwaitingSignature { answers: None } => {
                "Bidragsmottagaren har inte skrivit under än. Rekvisitionen har inte kommit in.".to_owned()
            }
            Status::AwaitingSignature { answers: Some(returned) } => format!(
                "{} begärde komplettering {}. Bidragsmottagaren har svarat med version {}, som inte är underskriven än.",
                returned.by,
                time(&returned.at),
                self.edition.version
            ),
            Status::Submitted { received } => queue::waiting(received.completed_at, self.now),
            Status::Returned(returned) => format!(
                "{} begärde komplettering {}. Inget kan beslutas förrän rekvisitionen har lämnats in på nytt.",
                returned.by,
                time(&returned.at)
            ),
            Status::Approved { by, at, .. } => format!("{by} godkände rekvisitionen {}.", time(at)),
            Status::Refused { by, at, reason, .. } => {
                format!("{by} avslog rekvisitionen {}. Skäl: {reason}", time(at))
            }
            Status::Withdrawn { by, at, reason, .. } => {
                format!("{by} återkallade rekvisitionen {}. Skäl: {reason}", time(at))
            }
            // The recipient's own: no authority gets to see it.
            Status::Draft | Status::Discarded { .. } => String::new(),
        }
    }

    fn today(&self) -> String {
        calendar::day(self.now).to_string()
    }
}

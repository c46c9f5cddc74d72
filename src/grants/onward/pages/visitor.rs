//! A unit's own page, by its link and without an account: the application, what became of it, and the report back.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use super::{Distribution, code, refused};
use crate::{
    grants::onward::{
        application::{Application, GivenBack, Refusal, Status, admitted},
        form::{ApplicationForm, ReportForm, giros},
        fund::Balance,
        model::Model,
        store,
        verbs::{self, Failure},
    },
    ground::infra::{
        Portal, client,
        conflict::{Conflict, Saved},
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Scope,
        proof::{Posted, Visit},
    },
};
use values::Id;

#[derive(Template)]
#[template(path = "onward/visitor.html")]
struct VisitorPage {
    chrome: Chrome,
    case: Distribution,
    model: Model,
    application: Application,
    balance: Balance,
    code: String,
    form: ApplicationForm,
    report: ReportForm,
    errors: FieldErrors,
    /// Somebody else was first.
    conflict: Option<Conflict>,
    giros: [(String, String); 2],
    now: DateTime<Utc>,
}

/// The same for a link that never was, and for one that is not the unit's any more.
#[derive(Template)]
#[template(path = "onward/no_link.html")]
struct NoLinkPage {
    chrome: Chrome,
}

type Path = web::Path<(String, String)>;

impl VisitorPage {
    /// Why the unit cannot apply, whatever it types.
    fn refusal(&self) -> Option<Refusal> {
        if !matches!(self.application.status, Status::Invited { .. }) {
            return None;
        }
        if self.application.unit.is_closed {
            return Some(Refusal::Closed);
        }
        if self.model.apply_by.passed(self.now) && self.given_back().is_none() {
            return Some(Refusal::TooLate(self.model.apply_by));
        }
        let unit = &self.application.unit.content;
        let name = &self.case.grant.holder.name;
        admitted(&self.model, name, unit, unit.size)
            .err()
            .filter(|refusal| matches!(refusal, Refusal::Elsewhere { .. }))
    }

    /// What the municipality wants put right.
    fn given_back(&self) -> Option<&GivenBack> {
        match &self.application.status {
            Status::Invited { given_back } => given_back.as_deref(),
            Status::Received { .. }
            | Status::Refused { .. }
            | Status::Granted { .. }
            | Status::Reported { .. } => None,
        }
    }

    fn is_waiting(&self) -> bool {
        matches!(self.application.status, Status::Received { .. })
    }

    fn is_open(&self) -> bool {
        matches!(self.application.status, Status::Invited { .. }) && self.refusal().is_none()
    }

    /// The tiers of its kind: what it gets by its size.
    fn tiers(&self) -> Vec<(String, String)> {
        let kind = self.model.kind(self.application.unit.content.kind.as_str());
        kind.map(|kind| {
            kind.tiers.iter().map(|tier| (tier.name(&kind.counted), tier.amount.to_string())).collect()
        })
        .unwrap_or_default()
    }

    fn size_label(&self) -> String {
        let kind = self.model.kind(self.application.unit.content.kind.as_str());
        format!("Antal {}", kind.map_or("kunder", |kind| &kind.counted))
    }

    fn used_hint(&self) -> String {
        format!("Högst {}. Det som inte har använts betalas tillbaka till kommunen.", self.balance.has())
    }

    fn base(&self) -> String {
        paths::onward::Visit(&self.application.id, &self.code).to_string()
    }

    fn owes(&self) -> values::Money {
        self.case.owes(&self.application)
    }
}

/// The page of whoever has the link; nothing for everybody else. The link is judged by one row: the plan, which may be long, is
/// read for whoever has a right one.
async fn find(
    chrome: Chrome,
    portal: &Portal,
    (id, given): &(String, String),
) -> Result<Option<VisitorPage>, AppError> {
    let Ok(id) = id.parse::<Id<Application>>() else { return Ok(None) };
    let link = portal.db.read(move |connection| store::link_number(connection, id)).await;
    let Some(link) = link.map_err(AppError::from)? else { return Ok(None) };
    let code = code(portal, id, link)?;
    if !bool::from(code.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(None);
    }
    let found = portal
        .db
        .read(move |connection| {
            let application = store::find_application(connection, id)?.ok_or(AppError::NotFound)?;
            let grant = store::grant_of(connection, application.plan)?.ok_or(AppError::NotFound)?;
            let case = store::case(connection, Scope::Recipient(grant.holder.id), grant.id)?;
            Ok::<_, AppError>((application, case.ok_or(AppError::NotFound)?))
        })
        .await?;
    Ok(Some(VisitorPage::of(chrome, portal, found, code)?))
}

impl VisitorPage {
    fn of(
        chrome: Chrome,
        portal: &Portal,
        (application, case): (Application, Distribution),
        code: String,
    ) -> Result<Self, AppError> {
        let Some(model) = case.plan.model.clone() else {
            return Err(AppError::Conflict(
                "Kommunen ändrar villkoren just nu. Länken gäller fortfarande: försök igen senare."
                    .to_owned(),
            ));
        };
        let report = match &application.status {
            Status::Granted { to_complete: Some(completion), .. } => {
                ReportForm::of(&completion.report, &model)
            }
            _ => ReportForm::default(),
        };
        let form = match &application.status {
            Status::Invited { given_back: Some(given_back) } => {
                ApplicationForm::of(&given_back.application.content, &model)
            }
            _ => ApplicationForm {
                size: application.unit.content.size.to_string(),
                ..ApplicationForm::default()
            },
        };
        Ok(Self {
            chrome,
            balance: case.balance(&application),
            code,
            form,
            report,
            errors: FieldErrors::default(),
            conflict: None,
            giros: giros(),
            now: portal.clock.now(),
            model,
            application,
            case,
        })
    }

    /// Somebody else with the link applied first. There is no form any more: what was typed is shown beside it.
    fn applied_already(self, typed: &ApplicationForm) -> Self {
        let received = self.application.received();
        let there = received.map(|received| ApplicationForm::of(&received.content, &self.model));
        let fields = there.map(|there| typed.beside(&there, &self.model)).unwrap_or_default();
        let saved =
            received.map(|received| Saved { by: received.content.contact.to_string(), at: received.at });
        let conflict = Conflict::new(saved, fields).hindered(Refusal::Applied.to_string());
        Self { conflict: Some(conflict), ..self }
    }

    /// The same of a report.
    fn reported_already(self, typed: &ReportForm) -> Self {
        let report = self.application.reported();
        let there = report.map(|report| ReportForm::of(report, &self.model));
        let fields = there.map(|there| typed.beside(&there, &self.model)).unwrap_or_default();
        let saved = report.map(|report| Saved { by: report.by.to_string(), at: report.at });
        let told = "Enheten har redan återrapporterat. Kontakta kommunen om något ska ändras.";
        Self { conflict: Some(Conflict::new(saved, fields).hindered(told)), ..self }
    }

    /// The municipality did something with the application meanwhile. Who it was there is not for the unit.
    fn overtaken(self) -> Self {
        let by = self.case.grant.holder.formal_name.clone();
        let at = self.application.saved.as_ref().map(|saved| saved.at);
        let conflict = Some(Conflict::new(at.map(|at| Saved { by, at }), []));
        Self { conflict, ..self }
    }
}

/// The same page whatever was wrong with the link. Whoever tries many waits.
fn gone(chrome: Chrome, portal: &Portal, request: &HttpRequest) -> Page {
    portal.limits.wrong_link(client::address(request, &portal.proxies))?;
    page::show_as(StatusCode::NOT_FOUND, &NoLinkPage { chrome })
}

pub async fn show(visit: Visit, portal: web::Data<Portal>, path: Path, request: HttpRequest) -> Page {
    match find(visit.chrome.clone(), &portal, &path).await? {
        Some(page) => page::show(&page),
        None => gone(visit.chrome, &portal, &request),
    }
}

pub async fn apply(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<ApplicationForm>>,
    portal: web::Data<Portal>,
    path: Path,
    request: HttpRequest,
) -> Page {
    let Some(page) = find(visit.chrome.clone(), &portal, &path).await? else {
        return gone(visit.chrome, &portal, &request);
    };
    if page.application.received().is_some() {
        return received(page, &form);
    }
    let unit = &page.application.unit.content;
    let (status, errors) = match form.parse(&page.model, &page.case.grant.holder.name, unit) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(content) => {
            let (id, at, to) = (page.application.id, portal.clock.now(), page.base());
            let apply = move |connection: &mut _| verbs::apply(connection, id, content, at).map(|()| to);
            match portal.db.once(apply).await {
                Ok(to) => return page::see_other(to),
                Err(Failure::Refused(Refusal::Applied)) => {
                    let now = find(visit.chrome, &portal, &path).await?.ok_or(AppError::NotFound)?;
                    return received(now, &form);
                }
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    page::show_as(status, &VisitorPage { form, errors, ..page })
}

/// It has applied.
fn received(page: VisitorPage, typed: &ApplicationForm) -> Page {
    page::show_as(StatusCode::CONFLICT, &page.applied_already(typed))
}

pub async fn report(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<ReportForm>>,
    portal: web::Data<Portal>,
    path: Path,
    request: HttpRequest,
) -> Page {
    let Some(page) = find(visit.chrome.clone(), &portal, &path).await? else {
        return gone(visit.chrome, &portal, &request);
    };
    if page.application.reported().is_some() {
        return reported(page, &form);
    }
    let (status, errors) = match form.parse(&page.model, page.balance.has(), portal.clock.now()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(told) => {
            let (id, revision, to) = (page.application.id, form.revision, page.base());
            let report = move |c: &mut _| verbs::report(c, id, revision, told).map(|()| to);
            match portal.db.once(report).await {
                Ok(to) => return page::see_other(to),
                Err(failure) => {
                    let now = find(visit.chrome, &portal, &path).await?.ok_or(AppError::NotFound)?;
                    if now.application.reported().is_some() {
                        return reported(now, &form);
                    }
                    if matches!(failure, Failure::Refused(Refusal::Changed)) {
                        let now = now.overtaken();
                        return page::show_as(StatusCode::CONFLICT, &VisitorPage { report: form, ..now });
                    }
                    (StatusCode::CONFLICT, refused(failure, "")?)
                }
            }
        }
    };
    page::show_as(status, &VisitorPage { report: form, errors, ..page })
}

/// It has reported.
fn reported(page: VisitorPage, typed: &ReportForm) -> Page {
    page::show_as(StatusCode::CONFLICT, &page.reported_already(typed))
}

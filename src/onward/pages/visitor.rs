//! A unit's own page, by its link and without an account: the application, what became of it, and the report back.

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq;

use super::{Case, code, refused};
use crate::{
    access::proof::{Posted, Visit},
    grant::Scope,
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    onward::{
        application::{Application, GivenBack, Refusal, Status, admitted},
        form::{ApplicationForm, ReportForm, giros},
        fund::Balance,
        model::Model,
        store,
        verbs::{self, Failure},
    },
};

#[derive(Template)]
#[template(path = "onward/visitor.html")]
struct VisitorPage {
    chrome: Chrome,
    case: Case,
    model: Model,
    application: Application,
    balance: Balance,
    code: String,
    form: ApplicationForm,
    report: ReportForm,
    errors: FieldErrors,
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
        format!("/utforare/{}/{}", self.application.id, self.code)
    }

    fn owes(&self) -> crate::money::Money {
        self.case.owes(&self.application)
    }
}

/// The page of whoever has the link; nothing for everybody else.
async fn find(
    chrome: Chrome,
    portal: &Portal,
    (id, given): (String, String),
) -> Result<Option<VisitorPage>, AppError> {
    let Ok(id) = id.parse::<Id<Application>>() else { return Ok(None) };
    let found = portal
        .db
        .read(move |connection| {
            let Some(application) = store::find_application(connection, id)? else {
                return Ok::<_, AppError>(None);
            };
            let grant = store::grant_of(connection, application.plan)?.ok_or(AppError::NotFound)?;
            let case = store::case(connection, Scope::Recipient(grant.holder.id), grant.id)?;
            Ok(case.map(|case| (application, case)))
        })
        .await?;
    let Some((application, case)) = found else { return Ok(None) };
    let code = code(portal, &application)?;
    if !bool::from(code.as_bytes().ct_eq(given.as_bytes())) {
        return Ok(None);
    }
    let Some(model) = case.plan.model.clone() else {
        return Err(AppError::Conflict(
            "Kommunen ändrar villkoren just nu. Länken gäller fortfarande: försök igen senare.".to_owned(),
        ));
    };
    let report = match &application.status {
        Status::Granted { to_complete: Some(completion), .. } => ReportForm::of(&completion.report, &model),
        _ => ReportForm::default(),
    };
    let form = match &application.status {
        Status::Invited { given_back: Some(given_back) } => {
            ApplicationForm::of(&given_back.application.content, &model)
        }
        _ => {
            ApplicationForm { size: application.unit.content.size.to_string(), ..ApplicationForm::default() }
        }
    };
    Ok(Some(VisitorPage {
        chrome,
        balance: case.balance(&application),
        code,
        form,
        report,
        errors: FieldErrors::default(),
        giros: giros(),
        now: portal.clock.now(),
        model,
        application,
        case,
    }))
}

fn gone(chrome: Chrome) -> Page {
    page::show_as(StatusCode::NOT_FOUND, &NoLinkPage { chrome })
}

pub async fn show(visit: Visit, portal: web::Data<Portal>, path: Path) -> Page {
    match find(visit.chrome.clone(), &portal, path.into_inner()).await? {
        Some(page) => page::show(&page),
        None => gone(visit.chrome),
    }
}

pub async fn apply(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<ApplicationForm>>,
    portal: web::Data<Portal>,
    path: Path,
) -> Page {
    let path = path.into_inner();
    let Some(page) = find(visit.chrome.clone(), &portal, path.clone()).await? else {
        return gone(visit.chrome);
    };
    // The other half of a double click: it is in, and its page says so.
    if page.application.received().is_some() {
        return page::see_other(page.base());
    }
    let unit = &page.application.unit.content;
    let (status, errors) = match form.parse(&page.model, &page.case.grant.holder.name, unit) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(content) => {
            let (id, at) = (page.application.id, portal.clock.now());
            match portal.db.write(move |connection| verbs::apply(connection, id, content, at)).await {
                Ok(()) | Err(Failure::Refused(Refusal::Applied)) => return page::see_other(page.base()),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    page::show_as(status, &VisitorPage { form, errors, ..page })
}

pub async fn report(
    Posted { by: visit, body: Form(form) }: Posted<Visit, Form<ReportForm>>,
    portal: web::Data<Portal>,
    path: Path,
) -> Page {
    let path = path.into_inner();
    let Some(page) = find(visit.chrome.clone(), &portal, path.clone()).await? else {
        return gone(visit.chrome);
    };
    if page.application.reported().is_some() {
        return page::see_other(page.base());
    }
    let (status, errors) = match form.parse(&page.model, page.balance.has(), portal.clock.now()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(told) => {
            let (id, revision) = (page.application.id, form.revision);
            match portal.db.write(move |connection| verbs::report(connection, id, revision, told)).await {
                Ok(()) => return page::see_other(page.base()),
                Err(failure) => {
                    // The other half of a double click: it is in, and its page says so.
                    let now = find(visit.chrome, &portal, path).await?;
                    if now.is_some_and(|now| now.application.reported().is_some()) {
                        return page::see_other(page.base());
                    }
                    (StatusCode::CONFLICT, refused(failure, "")?)
                }
            }
        }
    };
    page::show_as(status, &VisitorPage { report: form, errors, ..page })
}

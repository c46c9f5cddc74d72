//! One unit: what it applied with, what it got, what it said, and what the municipality does with it.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

use super::{Case, act, address, case, link, refused};
use crate::{
    access::{
        Role,
        proof::{By, Confirmed, Member, Posted, Preparer, Signatory},
    },
    grant::Grant,
    ids::Id,
    infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    money::Money,
    onward::{
        application::{Application, Status},
        form::{CompletionForm, RefusalForm, ReturnForm},
        fund::{Account, Balance, Entry},
        verbs::{self, Failure},
    },
};

#[derive(Template)]
#[template(path = "onward/application.html")]
struct ApplicationPage {
    chrome: Chrome,
    grant: Grant,
    application: Application,
    entries: Vec<Entry>,
    balance: Balance,
    /// Only for whoever may send it on.
    link: String,
    refusal: RefusalForm,
    completion: CompletionForm,
    giving_back: ReturnForm,
    errors: FieldErrors,
    may_prepare: bool,
    may_decide: bool,
    today: String,
}

impl ApplicationPage {
    fn of(
        by: &By<impl Sized>,
        portal: &Portal,
        request: &HttpRequest,
        case: Case,
        id: Id<Application>,
    ) -> Result<Self, AppError> {
        let application =
            case.applications.iter().find(|one| one.id == id).cloned().ok_or(AppError::NotFound)?;
        let may_prepare = by.has(Role::Preparer) || by.has(Role::Signatory);
        let entries: Vec<Entry> = case.entries_of(&application).cloned().collect();
        Ok(Self {
            chrome: by.chrome.clone(),
            balance: Balance::of(&entries),
            link: if may_prepare { link(portal, request, &application)? } else { String::new() },
            may_prepare,
            may_decide: by.has(Role::Signatory),
            today: portal.clock.today().to_string(),
            refusal: RefusalForm::default(),
            completion: CompletionForm::default(),
            giving_back: ReturnForm::default(),
            errors: FieldErrors::default(),
            entries,
            application,
            grant: case.grant,
        })
    }

    fn is_waiting(&self) -> bool {
        matches!(self.application.status, Status::Received { .. })
    }

    /// What is left of what it got, by what it has reported.
    fn owes(&self) -> Money {
        self.application.reported().map_or(Money::ZERO, |report| self.balance.owes(report.used))
    }

    fn what(entry: &Entry) -> &'static str {
        match entry.account {
            Account::Award => "Beviljat",
            Account::Return => "Betalat tillbaka",
            Account::Reserve => "Reserv",
        }
    }
}

type Path = web::Path<(Id<Grant>, Id<Application>)>;

fn own_address(grant: Id<Grant>, id: Id<Application>) -> String {
    format!("{}/ansokningar/{id}", address(grant))
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, ids: Path, request: HttpRequest) -> Page {
    let (grant, id) = ids.into_inner();
    let case = case(&portal, &by, grant).await?;
    page::show(&ApplicationPage::of(&by, &portal, &request, case, id)?)
}

pub async fn refuse(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let (act, (grant, id)) = (act(&by, &portal), ids.into_inner());
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(reason) => {
            let revision = form.revision;
            let refuse =
                move |connection: &mut _| verbs::refuse(connection, &act, grant, id, revision, &reason);
            match portal.db.write(refuse).await {
                Ok(()) => return page::see_other(own_address(grant, id)),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    let page = ApplicationPage::of(&by, &portal, &request, case(&portal, &by, grant).await?, id)?;
    page::show_as(status, &ApplicationPage { refusal: form, errors, ..page })
}

pub async fn send_back(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<CompletionForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let (act, (grant, id)) = (act(&by, &portal), ids.into_inner());
    let (status, errors) = match form.parse() {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(message) => {
            let revision = form.revision;
            let send =
                move |connection: &mut _| verbs::send_back(connection, &act, grant, id, revision, &message);
            match portal.db.write(send).await {
                Ok(()) => return page::see_other(own_address(grant, id)),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    let page = ApplicationPage::of(&by, &portal, &request, case(&portal, &by, grant).await?, id)?;
    page::show_as(status, &ApplicationPage { completion: form, errors, ..page })
}

pub async fn register_return(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<ReturnForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let (act, (grant, id)) = (act(&by, &portal), ids.into_inner());
    let page = ApplicationPage::of(&by, &portal, &request, case(&portal, &by, grant).await?, id)?;
    let (status, errors) = match form.parse(page.balance.has()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(returned) => {
            let revision = form.revision;
            let register = move |connection: &mut _| {
                verbs::register_return(connection, &act, grant, id, revision, returned)
            };
            match portal.db.write(register).await {
                Ok(()) => return page::see_other(own_address(grant, id)),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    page::show_as(status, &ApplicationPage { giving_back: form, errors, ..page })
}

#[derive(Debug, serde::Deserialize)]
pub struct RevisionForm {
    revision: i64,
}

pub async fn renew_link(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    ids: Path,
) -> Page {
    let (act, (grant, id)) = (act(&by, &portal), ids.into_inner());
    let renew = move |connection: &mut _| verbs::renew_link(connection, &act, grant, id, form.revision);
    match portal.db.write(renew).await {
        Ok(()) | Err(Failure::Done) => page::see_other(own_address(grant, id)),
        Err(failure) => Err(failure.into()),
    }
}

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
    /// What can be registered as paid back.
    can_come_back: Money,
    /// Whether it can be given back to be put right.
    can_be_given_back: bool,
    /// Only for whoever may send it on.
    link: String,
    refusal: RefusalForm,
    completion: CompletionForm,
    /// Why the unit gets its application back.
    putting_right: RefusalForm,
    giving_back: ReturnForm,
    /// Why what came back was registered wrongly.
    striking: RefusalForm,
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
            can_come_back: case.can_come_back(&application),
            can_be_given_back: !case.is_paid(&application)
                && matches!(
                    application.status,
                    Status::Received { .. }
                        | Status::Refused { .. }
                        | Status::Granted { to_complete: None, .. }
                ),
            link: if may_prepare { link(portal, request, &application)? } else { String::new() },
            may_prepare,
            may_decide: by.has(Role::Signatory),
            today: portal.clock.today().to_string(),
            refusal: RefusalForm::default(),
            completion: CompletionForm::default(),
            putting_right: RefusalForm::default(),
            striking: RefusalForm::default(),
            giving_back: ReturnForm::fresh(application.revision),
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
            Account::Award if entry.amount.is_negative() => "Beslutet återtaget",
            Account::Award => "Beviljat",
            Account::Return if entry.amount.is_negative() => "Registrering borttagen",
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
    // The other half of a double click.
    if page.entries.iter().any(|entry| entry.id == form.id) {
        return page::see_other(own_address(grant, id));
    }
    let (status, errors) = match form.parse(page.can_come_back, portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok(returned) => {
            let seen = (form.id, form.revision);
            let register =
                move |connection: &mut _| verbs::register_return(connection, &act, grant, id, seen, returned);
            match portal.db.write(register).await {
                Ok(()) | Err(Failure::Done) => return page::see_other(own_address(grant, id)),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    page::show_as(status, &ApplicationPage { giving_back: form, errors, ..page })
}

/// What the municipality does with a unit for a reason that it gives.
#[derive(Debug, Clone, Copy)]
enum Because {
    GivenBack,
    Struck,
}

impl Because {
    /// Where on the page its reason is typed: another form there has a *reason* too.
    fn field(self) -> &'static str {
        match self {
            Self::GivenBack => "ratta-skal",
            Self::Struck => "struket-skal",
        }
    }
}

pub async fn give_back(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    because(Because::GivenBack, &by, form, &portal, ids.into_inner(), &request).await
}

pub async fn strike_returns(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    because(Because::Struck, &by, form, &portal, ids.into_inner(), &request).await
}

async fn because(
    what: Because,
    by: &By<Signatory>,
    form: RefusalForm,
    portal: &Portal,
    (grant, id): (Id<Grant>, Id<Application>),
    request: &HttpRequest,
) -> Page {
    let (act, revision) = (act(by, portal), form.revision);
    let (status, errors) = match form.parse() {
        Err(mut errors) => {
            errors.list.iter_mut().for_each(|error| error.field = what.field().into());
            (StatusCode::UNPROCESSABLE_ENTITY, errors)
        }
        Ok(reason) => {
            let done = portal.db.write(move |connection| match what {
                Because::GivenBack => verbs::give_back(connection, &act, grant, id, revision, &reason),
                Because::Struck => verbs::strike_returns(connection, &act, grant, id, revision, &reason),
            });
            match done.await {
                Ok(()) | Err(Failure::Done) => return page::see_other(own_address(grant, id)),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    let page = ApplicationPage::of(by, portal, request, case(portal, by, grant).await?, id)?;
    let page = match what {
        Because::GivenBack => ApplicationPage { putting_right: form, ..page },
        Because::Struck => ApplicationPage { striking: form, ..page },
    };
    page::show_as(status, &ApplicationPage { errors, ..page })
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

//! One unit: what it applied with, what it got, what it said, and what the municipality does with it.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, case, link, refused};
use crate::{
    grants::{
        case::alike::Alike,
        grant::Grant,
        onward::{
            Refusal,
            application::{Application, Status},
            form::{AccountForm, CompletionForm, MoneyBack, MoneyBackForm, RefusalForm, giros},
            fund::{Account, Balance, Entry},
            payments::FailedPayment,
            rules::Rule,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        conflict::Conflict,
        db::AnyConnection,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Act, Role,
        proof::{By, Confirmed, Member, Posted, Preparer, Signatory},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "onward/application.html")]
struct ApplicationPage {
    chrome: Chrome,
    grant: Grant,
    application: Application,
    entries: Vec<Entry>,
    balance: Balance,
    /// What the bank did not pay it.
    failed: Vec<FailedPayment>,
    owes: Money,
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
    giving_back: MoneyBackForm,
    /// A return that looks the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    /// Why what came back was registered wrongly.
    striking: RefusalForm,
    /// Why what is not paid is taken back.
    taking_back: RefusalForm,
    /// What waits for a payment list.
    unpaid: Money,
    /// Where what is not paid goes, when it is another account.
    other_account: AccountForm,
    giros: [(String, String); 2],
    errors: FieldErrors,
    /// Something else was done with it in between.
    conflict: Option<Conflict>,
    may_prepare: bool,
    may_decide: bool,
    today: String,
}

impl ApplicationPage {
    fn of(
        by: &By<impl Sized>,
        portal: &Portal,
        request: &HttpRequest,
        case: Distribution,
        id: Id<Application>,
    ) -> Result<Self, AppError> {
        let application =
            case.applications.iter().find(|one| one.id == id).cloned().ok_or(AppError::NotFound)?;
        let may_prepare = by.has(Role::Preparer) || by.has(Role::Signatory);
        let entries: Vec<Entry> = case.entries_of(&application).cloned().collect();
        Ok(Self {
            chrome: by.chrome.clone(),
            balance: Balance::of(&entries),
            owes: case.owes(&application),
            can_come_back: case.can_come_back(&application),
            can_be_given_back: !case.is_paid(&application)
                && matches!(
                    application.status,
                    Status::Received { .. }
                        | Status::Refused { .. }
                        | Status::Granted { to_complete: None, .. }
                ),
            link: if may_prepare { link(portal, request, &application)? } else { String::new() },
            failed: case.failed.iter().filter(|one| one.application == id).cloned().collect(),
            may_prepare,
            may_decide: by.has(Role::Signatory),
            today: portal.clock.today().to_string(),
            refusal: RefusalForm::default(),
            completion: CompletionForm::default(),
            putting_right: RefusalForm::default(),
            striking: RefusalForm::default(),
            taking_back: RefusalForm::default(),
            unpaid: case.unpaid(&application),
            other_account: AccountForm::default(),
            giros: giros(),
            giving_back: MoneyBackForm::fresh(application.revision),
            alike: None,
            errors: FieldErrors::default(),
            conflict: None,
            entries,
            application,
            grant: case.grant,
        })
    }

    /// The only field of it that is typed over another is the account.
    fn overtaken(&self) -> Conflict {
        let typed = Some(self.other_account.account.clone()).filter(|typed| !typed.is_empty());
        let account = typed.map(|mine| {
            let theirs = self.application.received().map(|received| received.account_now().to_string());
            ("Konto".to_owned(), mine, theirs.unwrap_or_default())
        });
        Conflict::new(self.application.saved.clone(), account)
    }

    fn is_waiting(&self) -> bool {
        matches!(self.application.status, Status::Received { .. })
    }

    /// Whether somebody is changing the account.
    fn has_typed_account(&self) -> bool {
        !self.other_account.account.is_empty()
            || ["giro", "account", "account_reason"].iter().any(|field| !self.errors.of(field).is_empty())
    }

    /// What waits for a list, where the application cannot simply be given back.
    fn can_be_recalled(&self) -> bool {
        self.application.has_money() && !self.can_be_given_back && self.unpaid > Money::ZERO
    }

    fn what(entry: &Entry) -> &'static str {
        match entry.account {
            Account::Award if entry.amount.is_negative() => "Beslutet återtaget",
            Account::Award => "Beviljat",
            Account::MoneyBack if entry.amount.is_negative() => "Registrering borttagen",
            Account::MoneyBack => "Betalat tillbaka",
            Account::Reserve => "Reserv",
        }
    }
}

type Path = web::Path<(Id<Grant>, Id<Application>)>;

pub async fn show(by: By<Member>, portal: web::Data<Portal>, ids: Path, request: HttpRequest) -> Page {
    page::show(&UnitAction::new(&by, &portal, &request, &ids).page().await?)
}

/// What the municipality does with one unit, and the page that it is done from.
struct UnitAction<'a, R> {
    by: &'a By<R>,
    portal: &'a Portal,
    request: &'a HttpRequest,
    grant: Id<Grant>,
    id: Id<Application>,
}

impl<'a, R> UnitAction<'a, R> {
    fn new(by: &'a By<R>, portal: &'a Portal, request: &'a HttpRequest, ids: &Path) -> Self {
        let (grant, id) = **ids;
        Self { by, portal, request, grant, id }
    }

    fn address(&self) -> String {
        paths::onward::Application(&self.grant, &self.id).to_string()
    }

    async fn page(&self) -> Result<ApplicationPage, AppError> {
        let case = case(self.portal, self.by, self.grant).await?;
        ApplicationPage::of(self.by, self.portal, self.request, case, self.id)
    }

    /// Does it with what was typed, or shows the page with its errors; `keep` puts what was typed there.
    async fn carry_out<T: Clone + Send + 'static>(
        &self,
        typed: Result<T, FieldErrors>,
        verb: impl FnOnce(&mut AnyConnection, &Act, T) -> Result<(), Failure> + Clone + Send + 'static,
        keep: impl FnOnce(&mut ApplicationPage),
    ) -> Page {
        let (status, errors) = match typed {
            Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
            Ok(typed) => {
                let (act, to) = (act(self.by, self.portal), self.address());
                let once = move |connection: &mut _| verb(connection, &act, typed).map(|()| to);
                match self.portal.db.once(once).await {
                    Ok(to) => return page::see_other(to),
                    Err(Failure::Done) => return page::see_other(self.address()),
                    Err(Failure::Refused(Refusal::Changed)) => (StatusCode::CONFLICT, FieldErrors::default()),
                    Err(Failure::Refused(Refusal::Alike(known))) => {
                        let errors = known.asked(Rule::ReturnedOnce);
                        let mut page = ApplicationPage { errors, alike: Some(known), ..self.page().await? };
                        keep(&mut page);
                        return page::show_errors(&page);
                    }
                    Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
                }
            }
        };
        let mut page = ApplicationPage { errors, ..self.page().await? };
        keep(&mut page);
        if status == StatusCode::CONFLICT && page.errors.is_empty() {
            page.conflict = Some(page.overtaken());
        }
        page::show_as(status, &page)
    }
}

pub async fn refuse(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, reason: String| {
        verbs::refuse(connection, act, grant, id, revision, &reason)
    };
    here.carry_out(form.parse("reason"), verb, |page| page.refusal = form.clone()).await
}

pub async fn request_completion(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<CompletionForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, message: String| {
        verbs::request_completion(connection, act, grant, id, revision, &message)
    };
    here.carry_out(form.parse(), verb, |page| page.completion = form.clone()).await
}

pub async fn register_money_back(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<MoneyBackForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let page = here.page().await?;
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, returned: MoneyBack| {
        verbs::register_money_back(connection, act, grant, id, revision, &returned)
    };
    let typed = form.parse(page.can_come_back, portal.clock.today());
    here.carry_out(typed, verb, |page| page.giving_back = form.clone()).await
}

pub async fn reopen_application(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, message: String| {
        verbs::reopen_application(connection, act, grant, id, revision, &message)
    };
    here.carry_out(form.parse("putting_right"), verb, |page| page.putting_right = form.clone()).await
}

pub async fn strike_money_back(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, reason: String| {
        verbs::strike_money_back(connection, act, grant, id, revision, &reason)
    };
    here.carry_out(form.parse("striking"), verb, |page| page.striking = form.clone()).await
}

pub async fn recall_unpaid(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<RefusalForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, reason: String| {
        verbs::recall_unpaid(connection, act, grant, id, revision, &reason)
    };
    here.carry_out(form.parse("taking_back"), verb, |page| page.taking_back = form.clone()).await
}

pub async fn pay_to(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<AccountForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id, revision) = (here.grant, here.id, form.revision);
    let verb = move |connection: &mut _, act: &_, account| {
        verbs::pay_to(connection, act, grant, id, revision, account)
    };
    here.carry_out(form.parse(), verb, |page| page.other_account = form.clone()).await
}

#[derive(Debug, serde::Deserialize)]
pub struct RevisionForm {
    revision: i64,
}

pub async fn renew_link(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<RevisionForm>>,
    portal: web::Data<Portal>,
    ids: Path,
    request: HttpRequest,
) -> Page {
    let here = UnitAction::new(&by, &portal, &request, &ids);
    let (grant, id) = (here.grant, here.id);
    let verb =
        move |connection: &mut _, act: &_, revision| verbs::renew_link(connection, act, grant, id, revision);
    here.carry_out(Ok(form.revision), verb, |_| ()).await
}

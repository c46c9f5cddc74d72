//! The agreements' pages: the list, one agreement's terms, and setting its diarienummer and its account for
//! repayments.

mod deadlines;

use std::collections::HashMap;

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    ground::{
        history::{self, Line},
        infra::{
            Portal,
            conflict::Conflict,
            db::{AnyConnection, DbError},
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::{
        access::{
            Actor, Role,
            proof::{By, CaseOfficer, Confirmed, PaymentOfficer, Posted, SignedIn},
            routing::Routes,
        },
        recipient::Organisation,
    },
};
use crate::{
    people::access::Act,
    terms::agreement::{
        Agreement, OfKind, PaperForm, Post, Refusal,
        form::{self, AccountForm, DiarienummerForm},
        store,
        verbs::{self, Failure},
    },
};
use values::{GiroAccount, Money, calendar};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::agreement::List::PATTERN, list)
        .get(paths::agreement::Agreement::PATTERN, show)
        .post(paths::agreement::Diarienummer::PATTERN, update_diarienummer)
        .post(paths::agreement::RepaymentAccount::PATTERN, update_repayment_account)
        .get(paths::agreement::Deadlines::PATTERN, deadlines::edit)
        .post(paths::agreement::Deadlines::PATTERN, deadlines::update);
}

#[derive(Template)]
#[template(path = "agreement/agreements.html")]
struct AgreementsPage {
    chrome: Chrome,
    agreements: Vec<Agreement>,
}

async fn list(by: By<SignedIn>, portal: web::Data<Portal>) -> Page {
    let agreements = portal.db.read(store::all).await.map_err(AppError::from)?;
    page::show(&AgreementsPage { chrome: by.chrome, agreements })
}

#[derive(Template)]
#[template(path = "agreement/terms.html")]
struct TermsPage {
    chrome: Chrome,
    agreement: Agreement,
    /// Whom the further reports go to, by their keys.
    addressees: HashMap<String, String>,
    /// Whoever reads.
    ours: Organisation,
    today: NaiveDate,
    /// Only for the people of the paying authority.
    history: Option<Vec<Line>>,
    /// For its case officers.
    form: Option<DiarienummerForm>,
    /// For its payment officers.
    account_form: Option<AccountForm>,
    errors: FieldErrors,
    /// Somebody else changed the agreement while one of the forms was filled in.
    conflict: Option<Conflict>,
}

#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Shown {
    sparat: String,
}

async fn show(
    by: By<SignedIn>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
    shown: web::Query<Shown>,
) -> Page {
    let slug = slug.into_inner();
    let ours = by.organisation.id;
    let found = portal
        .db
        .read(move |connection| {
            let Some(agreement) = store::find_by_slug(connection, &slug)? else { return Ok(None) };
            let history = match agreement.authority.id == ours {
                true => Some(history_of(connection, &agreement)?),
                false => None,
            };
            let addressees = store::addressees(connection, agreement.id)?;
            Ok::<_, DbError>(Some((agreement, addressees, history)))
        })
        .await?;
    let (agreement, addressees, history) = found.ok_or(AppError::NotFound)?;
    let notice = match shown.sparat.as_str() {
        _ if history.is_none() => None,
        "konto" => Some("Kontot för återbetalning är sparat."),
        "dagar" => Some("Sista dagarna är sparade."),
        "" => None,
        _ => Some("Diarienumren är sparade."),
    };
    let page = TermsPage::of(&by.actor, agreement, addressees, history, portal.clock.today());
    page::show(&TermsPage { chrome: by.chrome.noting(notice), ..page })
}

fn history_of(connection: &mut AnyConnection, agreement: &Agreement) -> Result<Vec<Line>, DbError> {
    let mut lines = history::store::of(connection, &agreement.id.to_string())?;
    lines.reverse();
    Ok(lines)
}

async fn update_diarienummer(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<DiarienummerForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    let slug = slug.into_inner();
    let numbers = match form.parse() {
        Ok(numbers) => numbers,
        Err(errors) => {
            let page = read_again(&portal, &by.actor, slug).await?;
            return page::show_errors(&TermsPage { chrome: by.chrome, form: Some(form), errors, ..page });
        }
    };
    let act = Act::of_authority(&by, portal.clock.now());
    let (version, place) = (form.version.clone(), slug.clone());
    let to = format!("{}?sparat=ja", paths::agreement::Agreement(&slug));
    let set = move |connection: &mut _| {
        verbs::set_diarienummer(connection, &act, &place, &version, &numbers).map(|()| to)
    };
    match portal.db.once(set).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => {
            // Whoever has seen what stands there now may save again.
            let page = read_again(&portal, &by.actor, slug).await?;
            let now = &page.agreement;
            let form = DiarienummerForm { version: now.version.to_string(), ..form };
            let fields = [
                ("agreement_diarienummer", &form.agreement_diarienummer, &now.diarienummer.agreement),
                ("decision_diarienummer", &form.decision_diarienummer, &now.diarienummer.payment_decision),
            ];
            let fields =
                fields.map(|(key, mine, theirs)| (page.label(key).to_owned(), mine.clone(), theirs.clone()));
            let conflict = Some(page.overtaken(fields));
            let page = TermsPage { chrome: by.chrome, form: Some(form), conflict, ..page };
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn update_repayment_account(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<PaymentOfficer>, Form<AccountForm>>,
    portal: web::Data<Portal>,
    slug: web::Path<String>,
) -> Page {
    let slug = slug.into_inner();
    let account = match form.parse() {
        Ok(account) => account,
        Err(errors) => {
            let page = read_again(&portal, &by.actor, slug).await?;
            let account_form = Some(form);
            return page::show_errors(&TermsPage { chrome: by.chrome, account_form, errors, ..page });
        }
    };
    let act = Act::of_authority(&by, portal.clock.now());
    let (version, place) = (form.version.clone(), slug.clone());
    let to = format!("{}?sparat=konto", paths::agreement::Agreement(&slug));
    let set = move |connection: &mut _| {
        verbs::set_repayment_account(connection, &act, &place, &version, account).map(|()| to)
    };
    match portal.db.once(set).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(Refusal::Changed)) => {
            let page = read_again(&portal, &by.actor, slug).await?;
            let there = AccountForm::of(&page.agreement);
            let form = AccountForm { version: there.version.clone(), ..form };
            let fields = [
                ("Kontotyp", &form.account_kind, there.account_kind),
                ("Nummer", &form.account_number, there.account_number),
            ];
            let fields = fields.map(|(label, mine, theirs)| (label.to_owned(), mine.clone(), theirs));
            let (conflict, account_form) = (Some(page.overtaken(fields)), Some(form));
            let page = TermsPage { chrome: by.chrome, account_form, conflict, ..page };
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(failure) => Err(failure.into()),
    }
}

/// The page as it is now, if it is the authority's own agreement.
async fn read_again(portal: &Portal, actor: &Actor, slug: String) -> Result<TermsPage, AppError> {
    let authority = actor.organisation.id;
    let found = portal
        .db
        .read(move |connection| {
            let Some(agreement) = store::find_paid_by(connection, authority, &slug)? else { return Ok(None) };
            let addressees = store::addressees(connection, agreement.id)?;
            let history = history_of(connection, &agreement)?;
            Ok::<_, DbError>(Some((agreement, addressees, history)))
        })
        .await?;
    let (agreement, addressees, history) = found.ok_or(AppError::NotFound)?;
    Ok(TermsPage::of(actor, agreement, addressees, Some(history), portal.clock.today()))
}

impl TermsPage {
    /// With the forms that the actor may use, as the agreement is.
    fn of(
        actor: &Actor,
        agreement: Agreement,
        addressees: HashMap<String, String>,
        history: Option<Vec<Line>>,
        today: NaiveDate,
    ) -> Self {
        let may = |role| history.is_some() && actor.has(role);
        Self {
            chrome: Chrome::default(),
            form: may(Role::CaseOfficer).then(|| DiarienummerForm::of(&agreement)),
            account_form: may(Role::PaymentOfficer).then(|| AccountForm::of(&agreement)),
            agreement,
            addressees,
            ours: actor.organisation.clone(),
            today,
            history,
            errors: FieldErrors::default(),
            conflict: None,
        }
    }

    /// What binds or entitles whoever reads, without a share of the money.
    fn own_provisions(&self) -> Vec<OfKind<'_>> {
        self.agreement.terms.provisions_naming(&self.ours.code)
    }

    fn has_forms(&self) -> bool {
        self.form.is_some() || self.account_form.is_some()
    }

    /// Every change of the agreement has its line: the last is that of whoever was first.
    fn overtaken(&self, fields: impl IntoIterator<Item = (String, String, String)>) -> Conflict {
        let last = self.history.as_ref().and_then(|lines| lines.first());
        Conflict::new(last.map(|line| line.entry.saved()), fields)
    }

    /// Where unused money is paid back to.
    fn repayment_account(&self) -> String {
        let account = self.agreement.repayment_account;
        account.map_or_else(|| "Inte angivet än".to_owned(), GiroAccount::with_kind)
    }

    fn label(&self, key: &str) -> &str {
        self.agreement.terms.forms.requisition.label(key)
    }

    fn papers(&self) -> [&PaperForm; 2] {
        [&self.agreement.terms.forms.requisition, &self.agreement.terms.forms.report]
    }

    fn is_past(&self, day: &NaiveDate) -> bool {
        *day < self.today
    }
}

fn known(number: &str) -> &str {
    if number.is_empty() { "Inte angivet än" } else { number }
}

/// When something happened, for the timeline.
fn told(line: &Line) -> String {
    calendar::long_time(line.entry.at)
}

impl Agreement {
    fn total_shown(&self) -> Money {
        Money::kronor(self.terms.total)
    }

    fn certified_by(&self) -> &str {
        self.terms.certificate.as_ref().map_or("Ingen", |certificate| &certificate.title)
    }

    fn period_shown(&self) -> String {
        let period = self.terms.period;
        format!("{}–{}", calendar::long_date(period.from), calendar::long_date(period.to))
    }

    /// The name of the post that must be requisitioned before this one; empty when none.
    fn opens_after(&self, post: &Post) -> &str {
        self.terms.post(&post.opens_after).map_or("", |first| &first.name)
    }
}

impl Post {
    fn total_shown(&self) -> Money {
        Money::kronor(self.total)
    }

    /// `250 000 kr (118 mottagare)`, or that there is none.
    fn floor_shown(&self) -> String {
        match (self.floor, self.rows_at_floor) {
            (Some(floor), Some(rows)) => format!("{} ({rows} mottagare)", Money::kronor(floor)),
            (Some(floor), None) => Money::kronor(floor).to_string(),
            (None, _) => "Inget".to_owned(),
        }
    }
}

//! One requisition's payments: registering one of any amount, and putting a mistaken one right.

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use super::act;
use crate::{
    grants::{
        case::{
            alike::Alike,
            pages::{TimelineView, timeline},
        },
        payment::{
            Payable, Payment, Refusal,
            form::{OneForm, ReversalForm},
            not_accounted_for,
            rules::Rule,
            store,
            verbs::{self, Failure},
        },
        requisition::{self, Dossier, Requisition, Status},
    },
    ground::{
        history,
        infra::{
            Portal,
            error::AppError,
            form::{FieldErrors, Form},
            page::{self, Chrome, Page},
        },
    },
    paths,
    people::access::{
        Actor, Role, Scope,
        proof::{By, Confirmed, Overseer, PaymentOfficer, Posted},
    },
};
use values::{Id, Money, calendar};

#[derive(Template)]
#[template(path = "payment/show.html")]
struct ShowPage {
    chrome: Chrome,
    case: Dossier,
    /// Why nothing can be paid, when it is not approved.
    standing: Result<Payable, Refusal>,
    timeline: Vec<TimelineView>,
    /// The payments that can be put right, to choose from.
    reversible: Vec<(String, String)>,
    /// The visitor has a desk at the paying authority, and does not only look.
    is_ours: bool,
    is_payment_officer: bool,
    /// A report of the grant has come in.
    is_reported: bool,
    today: String,
    typed: TypedForms,
    refusal: Option<Refusal>,
    /// A payment that looks the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    errors: FieldErrors,
}

/// What stands in the two forms.
#[derive(Debug, Clone, Default)]
struct TypedForms {
    amount: String,
    paid_on: String,
    reference: String,
    is_another: String,
    reversed: String,
    reason: String,
}

/// What was done, as the address says after it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    #[serde(rename = "klart")]
    done: String,
}

impl Done {
    fn words(&self) -> Option<&'static str> {
        match self.done.as_str() {
            "registrering" => Some("Utbetalningen är registrerad."),
            "rattelse" => Some("Registreringen är rättad. Beloppet är åter kvar att betala."),
            _ => None,
        }
    }
}

pub async fn show(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
    done: web::Query<Done>,
) -> Page {
    page::show(&show_page(&by.actor, by.chrome.noting(done.words()), &portal, id.into_inner()).await?)
}

pub async fn register(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<PaymentOfficer>, Form<OneForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let outcome = match form.parse(portal.clock.today()) {
        Ok(registration) => {
            let act = act(&by, &portal);
            let to = done(id, "registrering");
            let register = move |c: &mut _| verbs::register(c, &act, id, &registration).map(|()| to);
            portal.db.once(register).await.map_err(|failure| at_field(failure, &["amount", "paid_on"]))
        }
        Err(errors) => Err(NotDone::Mend(errors)),
    };
    let typed = |typed: TypedForms| TypedForms {
        amount: form.amount,
        paid_on: form.paid_on,
        reference: form.reference,
        is_another: form.is_another,
        ..typed
    };
    answer(by, &portal, id, outcome, typed).await
}

pub async fn reverse(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<PaymentOfficer>, Form<ReversalForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let outcome = match form.parse() {
        Ok((payment, reason)) => {
            let act = act(&by, &portal);
            let to = done(id, "rattelse");
            let reverse = move |c: &mut _| verbs::reverse(c, &act, id, payment, &reason).map(|()| to);
            portal.db.once(reverse).await.map_err(|failure| at_field(failure, &[]))
        }
        Err(errors) => Err(NotDone::Mend(errors)),
    };
    let typed = |typed: TypedForms| TypedForms { reversed: form.reversed, reason: form.reason, ..typed };
    answer(by, &portal, id, outcome, typed).await
}

/// Why it was not done: something to mend at its field, or something else.
enum NotDone {
    Mend(FieldErrors),
    Answer(Alike),
    Failed(Failure),
}

/// A refusal that is about what stands in one of the form's fields belongs there.
fn at_field(failure: Failure, fields: &[&'static str]) -> NotDone {
    let Failure::Refused(refusal) = failure else { return NotDone::Failed(failure) };
    let field = match &refusal {
        Refusal::Alike(known) => return NotDone::Answer(known.clone()),
        Refusal::AboveLeft { .. } => "amount",
        Refusal::InFuture | Refusal::BeforeApproval { .. } => "paid_on",
        Refusal::NotApproved(_)
        | Refusal::Changed { .. }
        | Refusal::AlreadyReversed
        | Refusal::AccountedFor { .. } => "",
    };
    if !fields.contains(&field) {
        return NotDone::Failed(refusal.into());
    }
    let mut errors = FieldErrors::default();
    errors.add(field, refusal);
    NotDone::Mend(errors)
}

/// The page, where the address says what was done.
fn done(id: Id<Requisition>, what: &str) -> String {
    format!("{}?klart={what}", paths::payment::Case(&id))
}

/// To the page when it is done. 422 with what is to be mended; 409 and the page as it is now, with what was typed, when
/// somebody else was first.
async fn answer(
    by: By<PaymentOfficer>,
    portal: &Portal,
    id: Id<Requisition>,
    outcome: Result<String, NotDone>,
    typed: impl FnOnce(TypedForms) -> TypedForms,
) -> Page {
    let not_done = match outcome {
        Ok(done) => return page::see_other(done),
        Err(not_done) => not_done,
    };
    let mut page = show_page(&by.actor, by.chrome, portal, id).await?;
    page.typed = typed(page.typed);
    match not_done {
        NotDone::Mend(errors) => {
            page.errors = errors;
            page::show_errors(&page)
        }
        NotDone::Answer(known) => {
            (page.errors, page.alike) = (known.asked(Rule::Alike), Some(known));
            page::show_errors(&page)
        }
        NotDone::Failed(Failure::Refused(refusal)) => {
            page.refusal = Some(refusal);
            page::show_as(StatusCode::CONFLICT, &page)
        }
        NotDone::Failed(failure) => Err(failure.into()),
    }
}

async fn show_page(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Requisition>,
) -> Result<ShowPage, AppError> {
    let scope = Scope::across(actor);
    let (case, payments, lines, is_reported) = portal
        .db
        .read(move |connection| {
            let case = requisition::store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let payments = store::of_requisition(connection, id)?;
            let lines = history::store::of(connection, &case.grant.id.to_string())?;
            let is_reported = requisition::store::is_reported(connection, case.grant.id)?;
            Ok::<_, AppError>((case, payments, lines, is_reported))
        })
        .await?;
    let standing = Payable::of(&case.requisition, payments);
    let today = portal.clock.today().to_string();
    let wanted = case.edition.as_ref().and_then(|edition| edition.content.payment_reference.as_ref());
    let typed = TypedForms {
        amount: standing.as_ref().map(|standing| standing.left().digits().to_string()).unwrap_or_default(),
        paid_on: today.clone(),
        reference: wanted.map(ToString::to_string).unwrap_or_default(),
        ..TypedForms::default()
    };
    let payer = case.grant.agreement.authority.id;
    Ok(ShowPage {
        chrome,
        timeline: timeline(&lines, &case.number()),
        case,
        is_reported,
        reversible: standing.as_ref().map_or_else(|_| Vec::new(), reversible),
        standing,
        is_ours: actor.is_official_of(payer),
        is_payment_officer: actor.has_at(Role::PaymentOfficer, payer),
        today,
        typed,
        refusal: None,
        alike: None,
        errors: FieldErrors::default(),
    })
}

/// The payments that count; the only one is chosen.
fn reversible(standing: &Payable) -> Vec<(String, String)> {
    let name = |payment: &Payment| {
        let paid_on = calendar::long_date(payment.paid_on);
        format!("{} den {paid_on}, referens {}", payment.amount, payment.reference)
    };
    let counting = standing.payments.iter().filter(|payment| payment.reversal.is_none());
    let mut choices: Vec<_> = counting.map(|payment| (payment.id.to_string(), name(payment))).collect();
    if choices.len() > 1 {
        choices.insert(0, (String::new(), "Välj utbetalning".to_owned()));
    }
    choices
}

impl ShowPage {
    fn left(&self) -> Money {
        self.standing.as_ref().map_or(Money::ZERO, Payable::left)
    }

    fn may_register(&self) -> bool {
        self.is_payment_officer && !self.left().is_zero()
    }

    /// Why none of them can be.
    fn fixed(&self) -> Option<Refusal> {
        not_accounted_for(&self.case.grant.ledger, self.is_reported).err()
    }

    fn approval(&self) -> String {
        match (&self.standing, &self.case.requisition.status) {
            (Ok(standing), Status::Approved { by, .. }) => {
                format!("{} av {by}", calendar::long_date(standing.earliest()))
            }
            _ => String::new(),
        }
    }

    /// What deserves a second look before it is paid.
    fn to_look_at(&self) -> Vec<String> {
        let signature = self.case.requisition.received().map(|received| &received.signature);
        self.case.edition.as_ref().map(|edition| edition.to_look_at(signature)).unwrap_or_default()
    }

    fn day(&self, day: &NaiveDate) -> String {
        calendar::long_date(*day)
    }

    fn time(&self, moment: &DateTime<Utc>) -> String {
        calendar::long_time(*moment)
    }

    fn may_reverse(&self) -> bool {
        self.is_payment_officer && self.fixed().is_none() && !self.reversible.is_empty()
    }

    /// What was typed in a form that is no longer on the page.
    fn left_over(&self) -> Vec<String> {
        if self.refusal.is_none() {
            return Vec::new();
        }
        let mut texts = Vec::new();
        if !self.may_register() && !self.typed.reference.is_empty() && self.typed.reversed.is_empty() {
            let TypedForms { amount, paid_on, reference, .. } = &self.typed;
            texts.push(format!("{amount} kr, {paid_on}, referens {reference}"));
        }
        if !self.may_reverse() && !self.typed.reason.is_empty() {
            texts.push(self.typed.reason.clone());
        }
        texts
    }
}

//! One grant's repayment as the authority sees it, and returning what came in above the debt.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{RepaymentView, act, days_left};
use crate::{
    grants::{
        case::alike::Alike,
        grant::{self, Grant},
        repayment::{
            Refusal, Settlement,
            form::ExcessForm,
            number_of,
            rules::Rule,
            sheet::PostLine,
            store,
            verbs::{self, Failure},
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Actor, Role, Scope,
        proof::{By, Confirmed, Overseer, PaymentOfficer, Posted},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "repayment/grant.html")]
struct GrantPage {
    chrome: Chrome,
    number: String,
    settlement: Settlement,
    posts: Vec<PostLine>,
    repayments: Vec<RepaymentView>,
    days_left: String,
    is_late: bool,
    /// The visitor has a desk at the paying authority, and does not only look.
    is_ours: bool,
    may_act: bool,
    form: ExcessForm,
    /// One that looks the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    today: String,
    errors: FieldErrors,
    grant: Grant,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    klart: String,
}

pub async fn show(
    by: By<Overseer>,
    portal: web::Data<Portal>,
    grant: web::Path<Id<Grant>>,
    shown: web::Query<Shown>,
) -> Page {
    let page = read(&by.actor, by.chrome, &portal, grant.into_inner()).await?;
    let notice = (shown.klart == "ja").then_some("Återbetalningen till mottagaren är registrerad.");
    page::show(&GrantPage { chrome: page.chrome.clone().noting(notice), ..page })
}

async fn read(actor: &Actor, chrome: Chrome, portal: &Portal, id: Id<Grant>) -> Result<GrantPage, AppError> {
    let scope = Scope::across(actor);
    let (grant, repayments, is_settled) = portal
        .db
        .read(move |connection| {
            let grant = grant::store::find(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let repayments = store::of_grant(connection, id)?;
            Ok::<_, AppError>((grant, repayments, store::is_settled(connection, id)?))
        })
        .await?;
    let settlement = Settlement::of(&grant.ledger, is_settled);
    let (deadline, now) = (grant.deadlines.repayment, portal.clock.now());
    Ok(GrantPage {
        chrome,
        number: number_of(&grant),
        posts: PostLine::of(&grant),
        repayments: repayments.iter().map(RepaymentView::of).collect(),
        days_left: days_left(deadline, now),
        is_late: deadline.passed(now) && settlement.left > Money::ZERO,
        is_ours: actor.is_official_of(grant.agreement.authority.id),
        may_act: actor.has_at(Role::PaymentOfficer, grant.agreement.authority.id),
        form: ExcessForm::of(settlement.excess),
        alike: None,
        today: portal.clock.today().to_string(),
        errors: FieldErrors::default(),
        settlement,
        grant,
    })
}

pub async fn return_excess(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<PaymentOfficer>, Form<ExcessForm>>,
    portal: web::Data<Portal>,
    grant: web::Path<Id<Grant>>,
) -> Page {
    let grant = grant.into_inner();
    let outgoing = match form.parse() {
        Ok(outgoing) => outgoing,
        Err(errors) => {
            return again(by, &portal, grant, form, errors, None).await;
        }
    };
    let act = act(&by, &portal);
    let to = format!("{}?klart=ja", paths::repayment::Grant(&grant));
    let outcome = portal
        .db
        .once(move |connection| verbs::return_excess(connection, &act, grant, &outgoing).map(|()| to))
        .await;
    match outcome {
        Ok(to) => page::see_other(to),
        Err(Failure::Invalid(errors)) => again(by, &portal, grant, form, errors, None).await,
        Err(Failure::Refused(Refusal::Alike(known))) => {
            again(by, &portal, grant, form, known.asked(Rule::Alike), Some(known)).await
        }
        Err(Failure::Refused(refusal @ Refusal::AboveExcess { .. })) => {
            let mut errors = FieldErrors::default();
            errors.add("amount", refusal);
            again(by, &portal, grant, form, errors, None).await
        }
        Err(failure) => Err(failure.into()),
    }
}

async fn again(
    by: By<PaymentOfficer>,
    portal: &Portal,
    grant: Id<Grant>,
    form: ExcessForm,
    errors: FieldErrors,
    alike: Option<Alike>,
) -> Page {
    let page = read(&by.actor, by.chrome, portal, grant).await?;
    page::show_errors(&GrantPage { form, errors, alike, ..page })
}

//! One amount: which grant it counts for, and what a payment officer can do about it.

use actix_web::{http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{RepaymentView, act};
use crate::{
    grants::{
        grant::{self, Grant},
        repayment::{
            Refusal, Repayment, Settlement, State, Target,
            form::{ENDS, End, MatchForm, ReasonForm},
            number_of,
            rules::Rule,
            store,
            verbs::{self, Failure},
        },
        search::{self, store::GrantRow},
    },
    ground::infra::{
        Portal,
        db::{AnyConnection, DbError},
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            Actor, Role, Scope,
            proof::{Authority, By, PaymentOfficer, Posted},
        },
        recipient::{self, Organisation},
    },
    terms::agreement::{self, Agreement},
};
use values::{Id, Money, Ocr, calendar::long_time, text::Sought};

#[derive(Template)]
#[template(path = "repayment/show.html")]
struct ShowPage {
    chrome: Chrome,
    repayment: Repayment,
    view: RepaymentView,
    grant: Option<(Grant, Settlement)>,
    agreements: Vec<(String, String)>,
    may_act: bool,
    /// What an unmatched one may be for, by its reference and its payer.
    suggestions: Vec<Suggestion>,
    typed: TypedForms,
    refusal: Option<Refusal>,
    errors: FieldErrors,
}

/// A grant that an amount may be for.
#[derive(Clone)]
struct Suggestion {
    /// The agreement's slug.
    agreement: String,
    /// The recipient's code.
    recipient: String,
    label: String,
}

impl Suggestion {
    /// The page with the form filled in.
    fn href(&self, repayment: &Repayment) -> String {
        let fields = [("overenskommelse", &self.agreement), ("mottagare", &self.recipient)];
        let query = serde_html_form::to_string(fields).unwrap_or_default();
        format!("{}?{query}#matcha", paths::repayment::Repayment(&repayment.id))
    }
}

/// More than this is no suggestion.
const MOST_SUGGESTIONS: usize = 6;

/// What stood in the page's forms.
#[derive(Default)]
struct TypedForms {
    agreement: String,
    recipient: String,
    outcome: String,
    reason: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    ny: String,
    klart: String,
    /// A suggestion that was chosen: it fills in the form.
    #[serde(rename = "overenskommelse")]
    agreement: String,
    #[serde(rename = "mottagare")]
    recipient: String,
}

pub async fn show(
    by: By<Authority>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Repayment>>,
    shown: web::Query<Shown>,
) -> Page {
    let mut page = read(&by.actor, by.chrome, &portal, id.into_inner()).await?;
    let notice = match (shown.ny.as_str(), shown.klart.as_str()) {
        ("ja", _) => Some(page.registered()),
        (_, "ja") => Some("Ändringen är sparad.".to_owned()),
        _ => None,
    };
    page.chrome = page.chrome.noting(notice);
    let Shown { agreement, recipient, .. } = shown.into_inner();
    (page.typed.agreement, page.typed.recipient) = match &page.suggestions[..] {
        [only] if agreement.is_empty() => (only.agreement.clone(), only.recipient.clone()),
        _ => (agreement, recipient),
    };
    page::show(&page)
}

/// The grants that an amount's reference may be of, or that are the payer's.
fn suggest(
    connection: &mut AnyConnection,
    repayment: &Repayment,
    agreements: &[Agreement],
) -> Result<Vec<Suggestion>, DbError> {
    if !matches!(repayment.state, State::Unmatched { .. }) {
        return Ok(Vec::new());
    }
    let names = recipient::store::names(connection)?;
    let grants = search::store::grants(connection, Scope::Authority(repayment.authority))?;
    let possible = Ocr::possible_in(&repayment.reference);
    let known_by = |grant: &GrantRow| -> Vec<String> {
        let names = names.of(&grant.holder_code).iter().chain(names.of(&grant.recipient_code));
        names.cloned().chain([grant.number()]).collect()
    };
    let meant = |text: &str| {
        let (sought, mut meant) = (Sought::new(text), grants.clone());
        sought.narrow(&mut meant, known_by);
        let is_few = !sought.is_empty() && !meant.is_empty() && meant.len() <= MOST_SUGGESTIONS;
        is_few.then_some(meant)
    };
    let by_ocr: Vec<GrantRow> =
        grants.iter().filter(|grant| possible.contains(&Ocr::of(grant.reference))).cloned().collect();
    let grants = match by_ocr.is_empty() {
        false => by_ocr,
        true => meant(&repayment.reference).or_else(|| meant(&repayment.payer)).unwrap_or_default(),
    };
    let suggestion = |grant: &GrantRow| {
        let of = agreements.iter().find(|agreement| agreement.id.to_string() == grant.agreement_id)?;
        let (terms, holder) = (&of.terms, grant::held_by(&grant.holder, &grant.recipient));
        Some(Suggestion {
            agreement: terms.slug.clone(),
            recipient: grant.recipient_code.clone(),
            label: format!("{holder}, {} ({})", terms.title(), grant.number()),
        })
    };
    Ok(grants.iter().filter_map(suggestion).collect())
}

async fn read(
    actor: &Actor,
    chrome: Chrome,
    portal: &Portal,
    id: Id<Repayment>,
) -> Result<ShowPage, AppError> {
    let authority = actor.organisation.id;
    let (repayment, grant, agreements, suggestions) = portal
        .db
        .read(move |connection| {
            let repayment = store::find(connection, authority, id)?.ok_or(AppError::NotFound)?;
            let grant = match repayment.grant() {
                Some(grant) => Some(with_settlement(connection, authority, grant)?),
                None => None,
            };
            let mut agreements = agreement::store::all(connection)?;
            agreements.retain(|agreement| agreement.authority.id == authority);
            let suggestions = suggest(connection, &repayment, &agreements)?;
            Ok::<_, AppError>((repayment, grant, agreements, suggestions))
        })
        .await?;
    let agreements = agreements.into_iter().map(|agreement| {
        let title = agreement.terms.title();
        (agreement.terms.slug, title)
    });
    let choose = (String::new(), "Välj överenskommelse".to_owned());
    Ok(ShowPage {
        chrome,
        view: RepaymentView::of(&repayment),
        repayment,
        grant,
        agreements: std::iter::once(choose).chain(agreements).collect(),
        may_act: actor.has(Role::PaymentOfficer),
        suggestions,
        typed: TypedForms::default(),
        refusal: None,
        errors: FieldErrors::default(),
    })
}

fn with_settlement(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    grant: Id<Grant>,
) -> Result<(Grant, Settlement), AppError> {
    let grant = grant::store::find(connection, Scope::Authority(authority), grant)?
        .ok_or_else(|| AppError::internal(format!("a repayment of grant {grant}, which is not there")))?;
    let settlement = Settlement::of(&grant.ledger, store::is_settled(connection, grant.id)?);
    Ok((grant, settlement))
}

impl ShowPage {
    /// What is said when it has just been registered.
    fn registered(&self) -> String {
        match &self.grant {
            Some((grant, _)) => {
                format!("Inbetalningen är registrerad och kopplad till {}.", grant.formal_name())
            }
            None => "Inbetalningen är registrerad, men den ligger bland de omatchade.".to_owned(),
        }
    }

    fn registered_by(&self) -> String {
        format!("{}, {}", self.repayment.registered_by, long_time(self.repayment.registered_at))
    }

    /// Who said the last word, and when.
    fn ended(&self) -> String {
        match &self.repayment.state {
            State::SentBack(ending) | State::Struck(ending) => {
                format!("{}, {}", ending.by, long_time(ending.at))
            }
            State::Matched { .. } | State::Unmatched { .. } | State::ExcessReturned { .. } => String::new(),
        }
    }

    fn amount(&self) -> Money {
        if self.view.is_outgoing { -self.view.amount } else { self.view.amount }
    }

    fn number(&self, grant: &Grant) -> String {
        number_of(grant)
    }

    fn ends(&self) -> &'static [(&'static str, &'static str)] {
        &ENDS
    }

    fn is_unmatched(&self) -> bool {
        matches!(self.repayment.state, State::Unmatched { .. })
    }

    fn is_matched(&self) -> bool {
        matches!(self.repayment.state, State::Matched { .. })
    }

    fn is_excess_returned(&self) -> bool {
        matches!(self.repayment.state, State::ExcessReturned { .. })
    }
}

pub async fn match_to(
    Posted { by, body: Form(form) }: Posted<By<PaymentOfficer>, Form<MatchForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Repayment>>,
) -> Page {
    let target = Target { id: id.into_inner(), revision: form.revision };
    let typed = TypedForms {
        agreement: form.agreement.clone(),
        recipient: form.recipient.clone(),
        ..TypedForms::default()
    };
    let authority = by.organisation.id;
    let chosen = portal
        .db
        .read(move |connection| {
            // Whose it is comes before what was typed.
            if store::find(connection, authority, target.id)?.is_none() {
                return Err(AppError::NotFound);
            }
            Ok(choose(connection, authority, &form)?)
        })
        .await?;
    let grant = match chosen {
        Ok(grant) => grant,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let act = act(&by, &portal);
    let matching = move |connection: &mut _| verbs::match_to(connection, &act, target, grant);
    carry_out(by, &portal, target.id, typed, matching).await
}

/// The grant that the form names.
fn choose(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    form: &MatchForm,
) -> Result<Result<Id<Grant>, FieldErrors>, DbError> {
    let mut errors = FieldErrors::default();
    let Some(agreement) = agreement::store::find_paid_by(connection, authority, &form.agreement)? else {
        errors.broken("agreement", Rule::Recipient, "Välj vilken överenskommelse pengarna gäller.");
        return Ok(Err(errors));
    };
    let recipients = grant::store::recipients_of(connection, agreement.id)?;
    let found = Sought::new(&form.recipient).pick(&recipients, |(_, recipient)| recipient.known_by());
    match found {
        Some((grant, _)) => Ok(Ok(*grant)),
        None => {
            let message = "Ingen mottagare i överenskommelsen heter så. Skriv kommunkoden eller hela namnet, till exempel 1440 eller Ale.";
            errors.broken("recipient", Rule::Recipient, message);
            Ok(Err(errors))
        }
    }
}

pub async fn unmatch(
    Posted { by, body: Form(form) }: Posted<By<PaymentOfficer>, Form<ReasonForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Repayment>>,
) -> Page {
    let target = form.target(id.into_inner());
    let typed = TypedForms { reason: form.reason.clone(), ..TypedForms::default() };
    let reason = match form.reason() {
        Ok(reason) => reason,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let act = act(&by, &portal);
    let taking = move |connection: &mut _| verbs::unmatch(connection, &act, target, &reason);
    carry_out(by, &portal, target.id, typed, taking).await
}

/// Sent back to the payer, or struck.
pub async fn end(
    Posted { by, body: Form(form) }: Posted<By<PaymentOfficer>, Form<ReasonForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Repayment>>,
) -> Page {
    let target = form.target(id.into_inner());
    let typed =
        TypedForms { outcome: form.outcome.clone(), reason: form.reason.clone(), ..TypedForms::default() };
    let (end, reason) = match form.end() {
        Ok(parsed) => parsed,
        Err(errors) => return mend(by, &portal, target.id, typed, errors).await,
    };
    let act = act(&by, &portal);
    let ending = move |connection: &mut _| match end {
        End::SentBack => verbs::refund(connection, &act, target, &reason),
        End::Struck => verbs::strike(connection, &act, target, &reason),
    };
    carry_out(by, &portal, target.id, typed, ending).await
}

/// 422: the page again, with what is to be mended.
async fn mend(
    by: By<PaymentOfficer>,
    portal: &Portal,
    id: Id<Repayment>,
    typed: TypedForms,
    errors: FieldErrors,
) -> Page {
    let page = read(&by.actor, by.chrome, portal, id).await?;
    page::show_errors(&ShowPage { typed, errors, ..page })
}

/// To the amount when it is done. 409 and the amount as it is now when somebody else was first.
async fn carry_out(
    by: By<PaymentOfficer>,
    portal: &Portal,
    id: Id<Repayment>,
    typed: TypedForms,
    verb: impl FnOnce(&mut AnyConnection) -> Result<(), Failure> + Clone + Send + 'static,
) -> Page {
    let to = format!("{}?klart=ja", paths::repayment::Repayment(&id));
    let refusal = match portal.db.once(move |connection| verb(connection).map(|()| to)).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Invalid(errors)) => return mend(by, portal, id, typed, errors).await,
        Err(Failure::Refused(refusal)) => refusal,
        Err(failure) => return Err(failure.into()),
    };
    let page = read(&by.actor, by.chrome, portal, id).await?;
    page::show_as(StatusCode::CONFLICT, &ShowPage { typed, refusal: Some(refusal), ..page })
}

//! Registering a form that came on paper: first which grant it is about, then what it says.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{act, scope};
use crate::{
    desks::review::form::{Choice, PaperForm},
    grants::{
        case::{
            self, Remarks,
            alike::{self, Alike},
            parse_arrival,
            rules::Rule,
        },
        grant::{self, Grant},
        requisition::{
            Content, Refusal, Requisition, Status,
            form::{Beside, FormFacts, RequisitionForm, notes},
            store,
            verbs::{self, Failure, form_facts, number_of},
        },
    },
    ground::infra::{
        Portal,
        db::{AnyConnection, DbError},
        error::AppError,
        form::FieldErrors,
        page::{self, Chrome, Page},
        upload::Upload,
    },
    paths,
    people::{
        access::{
            Actor, Scope,
            proof::{By, CaseOfficer, Posted},
        },
        recipient::Organisation,
    },
    terms::agreement::{self, Agreement, PaperForm as Paper},
};
use values::{Id, calendar, text::sort_key};

#[derive(Template)]
#[template(path = "review/choose.html")]
struct ChoosePage {
    chrome: Chrome,
    step: Step,
}

#[derive(Template)]
#[template(path = "review/new.html")]
struct NewPage {
    chrome: Chrome,
    sheet: Sheet,
    form: RequisitionForm,
    arrived: String,
    today: String,
    /// One that looks the same, when the form is to be sent again with an answer.
    alike: Option<Alike>,
    is_another: String,
    /// The page comes again: a browser has forgotten which file was chosen.
    is_again: bool,
    errors: FieldErrors,
}

/// What the form is held against and shown with.
struct Sheet {
    grant: Grant,
    post: String,
    last: Option<Content>,
    /// Requisitions that wait for a signature: the paper may be the original of one of them.
    awaiting: Vec<(Id<Requisition>, String)>,
}

pub async fn new(by: By<CaseOfficer>, portal: web::Data<Portal>, choice: web::Query<Choice>) -> Page {
    let choice = choice.into_inner();
    let authority = by.organisation.id;
    let sheet = match portal.db.read(move |connection| choose(connection, authority, choice)).await? {
        Ok(sheet) => sheet,
        Err(step) => return page::show(&ChoosePage { chrome: by.chrome, step }),
    };
    let form =
        RequisitionForm::prefilled(&sheet.facts(), &sheet.grant.agreement.diarienummer, sheet.last.as_ref());
    page::show(&NewPage {
        chrome: by.chrome,
        form,
        sheet,
        arrived: String::new(),
        today: portal.clock.today().to_string(),
        alike: None,
        is_another: String::new(),
        is_again: false,
        errors: FieldErrors::default(),
    })
}

pub async fn create(
    Posted { by, body: upload }: Posted<By<CaseOfficer>, Upload>,
    portal: web::Data<Portal>,
) -> Page {
    let typed: PaperForm = upload.form()?;
    let sheet = find(&by, &portal, typed.grant, typed.post.clone()).await?;
    let form = typed.form.clone().into_form(&sheet.facts().posts);
    let mut errors = form.parse(&sheet.facts()).err().unwrap_or_default();
    let day = errors.take("arrived", parse_arrival(&typed.arrived));
    let scan = errors.read("file", Rule::Scan, upload.scan());
    let Some((day, scan)) = day.zip(scan).filter(|_| errors.is_empty()) else {
        return again(StatusCode::UNPROCESSABLE_ENTITY, by, &portal, sheet, typed, errors, None);
    };
    let (act, grant, post) = (act(&by, &portal), typed.grant, typed.post.clone());
    let is_another = alike::is_another(&typed.is_another);
    let register = move |c: &mut _| {
        let (id, paper) = (Id::new(), (day, &scan, is_another));
        verbs::register_paper(c, &act, grant, &post, id, &form, paper)
            .map(|()| paths::review::Requisition(&id).to_string())
    };
    let mut known = None;
    let status = match portal.db.once(register).await {
        Ok(to) => return page::see_other(to),
        Err(Failure::Refused(Refusal::Alike(found))) => {
            errors = found.asked(Rule::Alike);
            known = Some(found);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(Failure::Refused(refusal @ (Refusal::ImpossibleArrival(_) | Refusal::TooLate(_)))) => {
            errors.add("arrived", refusal);
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(Failure::Invalid(found)) => {
            errors = found;
            StatusCode::UNPROCESSABLE_ENTITY
        }
        Err(Failure::Refused(refusal)) => {
            errors.add("", refusal);
            StatusCode::CONFLICT
        }
        Err(failure) => return Err(failure.into()),
    };
    let sheet = find(&by, &portal, typed.grant, typed.post.clone()).await?;
    again(status, by, &portal, sheet, typed, errors, known)
}

fn again(
    status: StatusCode,
    by: By<CaseOfficer>,
    portal: &Portal,
    sheet: Sheet,
    typed: PaperForm,
    errors: FieldErrors,
    alike: Option<Alike>,
) -> Page {
    page::show_as(
        status,
        &NewPage {
            chrome: by.chrome,
            alike,
            is_another: typed.is_another,
            is_again: true,
            form: typed.form.into_form(&sheet.facts().posts),
            sheet,
            arrived: typed.arrived,
            today: portal.clock.today().to_string(),
            errors,
        },
    )
}

async fn find(actor: &Actor, portal: &Portal, grant: Id<Grant>, post: String) -> Result<Sheet, AppError> {
    let scope = scope(actor);
    portal
        .db
        .read(move |connection| {
            let grant = grant::store::find(connection, scope, grant)?.ok_or(AppError::NotFound)?;
            let of_grant = grant.posts_of_form(&post).next().is_some();
            if of_grant { Ok(sheet(connection, scope, grant, post)?) } else { Err(AppError::NotFound) }
        })
        .await
}

fn sheet(connection: &mut AnyConnection, scope: Scope, grant: Grant, post: String) -> Result<Sheet, DbError> {
    let last = store::last_received(connection, scope, grant.holder.id, None)?.map(|(_, content)| content);
    let awaiting = case::store::of_grant::<Requisition>(connection, grant.id)?
        .into_iter()
        .filter(|requisition| matches!(requisition.status, Status::AwaitingSignature { .. }))
        .map(|requisition| (requisition.id, number_of(&grant, &requisition)))
        .collect();
    Ok(Sheet { grant, post, last, awaiting })
}

/// What can be chosen, as far as the address has come.
struct Step {
    choice: Choice,
    agreements: Vec<(String, String)>,
    /// Empty until the agreement is chosen.
    recipients: Vec<(String, String)>,
    /// Empty until the recipient is chosen, and when it has one post only.
    posts: Vec<(String, String)>,
    errors: FieldErrors,
}

/// The sheet when everything is chosen, otherwise what is left to choose.
fn choose(
    connection: &mut AnyConnection,
    authority: Id<Organisation>,
    choice: Choice,
) -> Result<Result<Sheet, Step>, AppError> {
    let mut agreements = agreement::store::all(connection)?;
    agreements.retain(|agreement| agreement.authority.id == authority);
    let mut step = Step {
        agreements: options(
            "Välj överenskommelse",
            agreements.iter().map(|agreement| (agreement.terms.slug.clone(), name(agreement))),
        ),
        choice,
        recipients: Vec::new(),
        posts: Vec::new(),
        errors: FieldErrors::default(),
    };
    if step.choice.agreement.is_empty() {
        return Ok(Err(step));
    }
    let chosen = agreements.iter().find(|agreement| agreement.terms.slug == step.choice.agreement);
    let agreement = chosen.ok_or(AppError::NotFound)?;
    step.recipients = recipients(connection, agreement)?;
    let code = &step.choice.recipient;
    let Some(grant) = grant::store::find_for_recipient(connection, authority, agreement.id, code)? else {
        step.choice.recipient.clear();
        return Ok(Err(step));
    };
    let terms = &grant.agreement.terms;
    let posts: Vec<(String, String)> =
        grant.forms().into_iter().map(|form| (form.to_owned(), terms.form_name(form))).collect();
    let chosen = posts.iter().find(|(key, _)| posts.len() == 1 || *key == step.choice.post).cloned();
    step.posts = if posts.len() > 1 { options("Välj post", posts.into_iter()) } else { Vec::new() };
    let Some((post, post_name)) = chosen else { return Ok(Err(step)) };
    if let Some(first) = verbs::missing_before(&grant, &post) {
        step.errors.add("post", Refusal::NotOpenYet(first.name.clone()));
        return Ok(Err(step));
    }
    if grant.left_on(&post).is_zero() {
        let field = if step.posts.is_empty() { "mottagare" } else { "post" };
        let recipient = &grant.holder.formal_name;
        step.errors.add(field, format!("{recipient} har redan rekvirerat hela sin del av {post_name}."));
        return Ok(Err(step));
    }
    Ok(Ok(sheet(connection, Scope::Authority(authority), grant, post)?))
}

/// A list with a first line that chooses nothing.
fn options(nothing: &str, list: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), nothing.to_owned())).chain(list).collect()
}

fn name(agreement: &Agreement) -> String {
    agreement.terms.title()
}

/// Whoever has a grant, in Swedish alphabetical order.
fn recipients(
    connection: &mut AnyConnection,
    agreement: &Agreement,
) -> Result<Vec<(String, String)>, DbError> {
    let mut recipients = grant::store::recipients_of(connection, agreement.id)?;
    recipients.sort_by_cached_key(|(_, recipient)| sort_key(&recipient.name));
    let labelled = recipients.into_iter().map(|(_, recipient)| {
        let label = format!("{} ({})", recipient.name, recipient.code);
        (recipient.code, label)
    });
    Ok(options("Välj bidragsmottagare", labelled))
}

impl Sheet {
    fn facts(&self) -> FormFacts {
        // As for a form that arrived in time: whether it did is seen when its day is known.
        let in_time = calendar::start_of(self.grant.agreement.terms.period.from);
        form_facts(&self.grant, &self.post, None, &Beside::default(), in_time)
    }

    fn paper(&self) -> &Paper {
        &self.grant.agreement.terms.forms.requisition
    }

    fn post_name(&self) -> String {
        self.grant.agreement.terms.form_name(&self.post)
    }

    fn agreement_name(&self) -> String {
        format!("{}: {}", self.grant.agreement.terms.name, self.post_name())
    }
}

impl NewPage {
    fn notes(&self) -> Remarks {
        notes(&self.form, self.sheet.last.as_ref())
    }

    /// Nobody is asked to confirm what the paper says: the warnings are kept for the review.
    fn no_warnings(&self) -> FieldErrors {
        FieldErrors::default()
    }

    fn no_remarks(&self) -> Remarks {
        Remarks::default()
    }

    /// In a sentence.
    fn last_day(&self) -> String {
        self.sheet.grant.requisition_deadline(&self.sheet.post).in_a_sentence()
    }
}

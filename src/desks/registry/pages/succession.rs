//! A merger, or a split, is registered by a decision maker: filled in, read once more as what it comes to, and registered.
//! What was typed goes along in the page that is read, so that nothing is kept of what is never registered.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Mending, act, done, outcome, show_as};
use crate::{
    desks::registry::{
        Held, Kind, Refusal, form::SuccessionForm, outlook::Outlook, store, succession, verbs::Failure,
    },
    ground::{
        history,
        infra::{
            Portal,
            conflict::{Conflict, Saved},
            error::AppError,
            form::{FieldErrors, Form},
            page::{Chrome, Page},
        },
    },
    paths,
    people::{
        access::proof::{By, Confirmed, DecisionMaker, Posted},
        recipient::{self, Organisation},
    },
};
use values::calendar::long_date;

fn action(code: &str, kind: Kind) -> String {
    match kind {
        Kind::Merger => paths::registry::Merger(code).to_string(),
        Kind::Split => paths::registry::Split(code).to_string(),
    }
}

/// Where it is looked through before that.
fn check_action(code: &str, kind: Kind) -> String {
    match kind {
        Kind::Merger => paths::registry::MergerCheck(code).to_string(),
        Kind::Split => paths::registry::SplitCheck(code).to_string(),
    }
}

#[derive(Template)]
#[template(path = "registry/succession.html")]
struct SuccessionPage {
    chrome: Chrome,
    kind: Kind,
    organisation: Organisation,
    /// What it holds and can pass.
    held: Vec<Held>,
    form: SuccessionForm,
    mending: Mending,
    /// Who changed the organisation last.
    saved: Option<Saved>,
    /// Somebody else did, while the form was filled in.
    conflict: Option<Conflict>,
    today: String,
}

impl SuccessionPage {
    fn errors(&self) -> &FieldErrors {
        &self.mending.errors
    }

    fn is_merger(&self) -> bool {
        self.kind == Kind::Merger
    }

    fn action(&self) -> String {
        action(&self.organisation.code, self.kind)
    }

    fn check_action(&self) -> String {
        check_action(&self.organisation.code, self.kind)
    }

    /// The control where the successor of one of the grants is typed.
    fn field(&self, held: &Held) -> String {
        format!("till-{}", held.grant)
    }

    fn error(&self, held: &Held) -> &str {
        self.mending.errors.of(&self.field(held))
    }

    fn label(&self, held: &Held) -> String {
        format!("{}, {}: vem tar över?", held.number, held.agreement)
    }
}

pub async fn new_merger(by: By<DecisionMaker>, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    fresh(by, &portal, code.into_inner(), Kind::Merger).await
}

pub async fn new_split(by: By<DecisionMaker>, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    fresh(by, &portal, code.into_inner(), Kind::Split).await
}

async fn fresh(by: By<DecisionMaker>, portal: &Portal, code: String, kind: Kind) -> Page {
    let page = read(by, portal, code, kind).await?;
    show_as(StatusCode::OK, &page)
}

async fn read(
    by: By<DecisionMaker>,
    portal: &Portal,
    code: String,
    kind: Kind,
) -> Result<SuccessionPage, AppError> {
    let authority = by.organisation.id;
    let (organisation, mut held, version, last) = portal
        .db
        .read(move |connection| {
            let found = recipient::store::find_by_code(connection, &code)?;
            let found = found.filter(|found| found.kind.receives_grants()).ok_or(AppError::NotFound)?;
            let held = store::grants_of(connection, authority, &[found.id])?;
            let version = recipient::store::version(connection, found.id)?;
            let last = history::store::last(connection, &found.id.to_string())?;
            Ok::<_, AppError>((found, held, version, last))
        })
        .await?;
    held.retain(|held| held.holder.0 == organisation.code);
    Ok(SuccessionPage {
        chrome: by.chrome,
        kind,
        organisation,
        held,
        form: SuccessionForm::fresh(version),
        mending: Mending::default(),
        saved: last.map(|line| line.entry.saved()),
        conflict: None,
        today: portal.clock.today().to_string(),
    })
}

#[derive(Template)]
#[template(path = "registry/succession-check.html")]
struct CheckPage {
    chrome: Chrome,
    kind: Kind,
    organisation: Organisation,
    outlook: Outlook,
    form: SuccessionForm,
    /// What was read is not what is any more.
    refusal: Option<Refusal>,
}

impl CheckPage {
    fn action(&self) -> String {
        action(&self.organisation.code, self.kind)
    }

    fn check_action(&self) -> String {
        check_action(&self.organisation.code, self.kind)
    }

    fn is_merger(&self) -> bool {
        self.kind == Kind::Merger
    }

    fn day(&self) -> String {
        long_date(self.outlook.grounds.day)
    }

    /// So that a name that was mistaken for another is found out: `1489, 212000-1553`
    fn told_by(&self, of: &Organisation) -> String {
        let number = of.organisation_number.map(|number| format!(", {number}")).unwrap_or_default();
        format!("{}{number}", of.code)
    }

    fn button(&self) -> &'static str {
        match self.kind {
            Kind::Merger => "Registrera sammanläggningen",
            Kind::Split => "Registrera delningen",
        }
    }
}

type PostedSuccession = Posted<By<DecisionMaker>, Form<SuccessionForm>>;

pub async fn check_merger(
    posted: PostedSuccession,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    check(posted, &portal, code.into_inner(), Kind::Merger).await
}

pub async fn check_split(
    posted: PostedSuccession,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    check(posted, &portal, code.into_inner(), Kind::Split).await
}

/// The last page before it is registered, or the form again: with what is to be mended, or to change what was typed.
async fn check(
    Posted { by, body: Form(form) }: PostedSuccession,
    portal: &Portal,
    code: String,
    kind: Kind,
) -> Page {
    if form.handling == "andra" {
        let page = read(by, portal, code, kind).await?;
        return show_as(StatusCode::OK, &SuccessionPage { form, ..page });
    }
    foresee((StatusCode::OK, None), by, portal, code, kind, form).await
}

async fn foresee(
    (status, refusal): (StatusCode, Option<Refusal>),
    by: By<DecisionMaker>,
    portal: &Portal,
    code: String,
    kind: Kind,
    form: SuccessionForm,
) -> Page {
    let (act, typed, of) = (act(&by, portal), form.clone(), code.clone());
    let seen = portal
        .db
        .read(move |connection| {
            let found = recipient::store::find_by_code(connection, &of)?;
            let outlook = succession::foresee(connection, &act, kind, &of, &typed)?;
            Ok::<_, Failure>((found.ok_or(Failure::NotFound)?, outlook))
        })
        .await;
    match seen {
        Ok((organisation, outlook)) => {
            let form = SuccessionForm { seen: outlook.fingerprint(), ..form };
            let page = CheckPage { chrome: by.chrome, kind, organisation, outlook, form, refusal };
            show_as(status, &page)
        }
        Err(failure) => again(Err(failure), by, portal, code, kind, form).await,
    }
}

type Body = Posted<Confirmed<DecisionMaker>, Form<SuccessionForm>>;

pub async fn merge(posted: Body, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    register(posted, &portal, code.into_inner(), Kind::Merger).await
}

pub async fn split(posted: Body, portal: web::Data<Portal>, code: web::Path<String>) -> Page {
    register(posted, &portal, code.into_inner(), Kind::Split).await
}

async fn register(
    Posted { by: Confirmed(by), body: Form(form) }: Body,
    portal: &Portal,
    code: String,
    kind: Kind,
) -> Page {
    let (act, typed, of) = (act(&by, portal), form.clone(), code.clone());
    let to = done(&code, "efterfoljare");
    let register =
        move |connection: &mut _| succession::register(connection, &act, kind, &of, &typed).map(|()| to);
    match portal.db.once(register).await {
        Err(Failure::Refused(refusal @ Refusal::NotAsShown)) => {
            foresee((StatusCode::CONFLICT, Some(refusal)), by, portal, code, kind, form).await
        }
        registered => again(registered, by, portal, code, kind, form).await,
    }
}

/// To the organisation when it is done, otherwise the form with what was typed.
async fn again(
    registered: Result<String, Failure>,
    by: By<DecisionMaker>,
    portal: &Portal,
    code: String,
    kind: Kind,
    form: SuccessionForm,
) -> Page {
    match outcome(registered, &code, "efterfoljare") {
        Ok(answer) => answer,
        Err((status, mending)) => {
            let page = read(by, portal, code, kind).await?;
            // Whoever has seen how it is now may register again.
            let version = if mending.refusal.is_some() { page.form.version } else { form.version };
            let form = SuccessionForm { version, ..form };
            let conflict = mending.refusal.as_ref().map(|_| Conflict::new(page.saved.clone(), []));
            show_as(status, &SuccessionPage { form, mending, conflict, ..page })
        }
    }
}

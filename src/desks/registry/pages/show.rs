//! One organisation: what it is called and was called, what it holds, who took over from it; and the forms to change that.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Done, Mending, act, done, outcome, show_as};
use crate::{
    desks::registry::{
        FormerName, Held, Passed, Succession,
        form::{AliasForm, NumberForm, RenameForm},
        store, verbs,
    },
    grants::case::pages::TimelineView,
    ground::{
        history::{self, Event},
        infra::{
            Portal,
            conflict::{Conflict, Saved},
            error::AppError,
            form::{FieldErrors, Form},
            page::{Chrome, Page},
        },
    },
    people::{
        access::{
            self, Holder, Role,
            proof::{By, CaseOfficer, Posted, Registrar},
        },
        recipient::{self, Organisation},
    },
};
use values::calendar::{long_date, long_time};

#[derive(Template)]
#[template(path = "registry/show.html")]
struct ShowPage {
    chrome: Chrome,
    organisation: Organisation,
    aliases: Vec<String>,
    former: Vec<FormerName>,
    /// Those it holds, and those that others hold by now.
    grants: Vec<Held>,
    successions: Vec<(Succession, Vec<Passed>)>,
    timeline: Vec<TimelineView>,
    /// For the officers of an authority that pays it something.
    administrators: Option<Vec<Holder>>,
    is_officer: bool,
    may_pass_on: bool,
    typed: TypedForms,
    mending: Mending,
    /// Who changed the organisation last.
    saved: Option<Saved>,
    /// Somebody else did, while one of the forms was filled in.
    conflict: Option<Conflict>,
    today: String,
}

/// What stands in the page's forms.
struct TypedForms {
    alias: AliasForm,
    rename: RenameForm,
    number: NumberForm,
}

impl ShowPage {
    fn errors(&self) -> &FieldErrors {
        &self.mending.errors
    }

    fn number(&self) -> String {
        self.organisation.organisation_number.map_or("Saknas".to_owned(), |number| number.to_string())
    }

    fn holds(&self, held: &Held) -> bool {
        held.holder.0 == self.organisation.code
    }

    fn until(&self, former: &FormerName) -> String {
        long_date(former.until)
    }

    fn day(&self, succession: &Succession) -> String {
        long_date(succession.day)
    }

    fn registered(&self, succession: &Succession) -> String {
        format!("{}, {}", succession.registered_by, long_time(succession.registered_at))
    }
}

pub async fn show(
    by: By<Registrar>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
    done: web::Query<Done>,
) -> Page {
    let mut page = read(&by, &portal, code.into_inner()).await?;
    page.chrome = page.chrome.noting(done.words());
    show_as(StatusCode::OK, &page)
}

/// Eight queries however much there is.
async fn read<R>(by: &By<R>, portal: &Portal, code: String) -> Result<ShowPage, AppError> {
    let authority = by.organisation.id;
    let (organisation, aliases, former, grants, successions, lines, version, administrators) = portal
        .db
        .read(move |connection| {
            let found = recipient::store::find_by_code(connection, &code)?;
            let found = found.filter(|found| found.kind.receives_grants()).ok_or(AppError::NotFound)?;
            let aliases = store::aliases(connection, found.id)?;
            let former = store::former_names(connection, found.id)?;
            let grants = store::grants_of(connection, authority, &[found.id])?;
            let successions = store::successions_of(connection, authority, found.id)?;
            let lines = history::store::of(connection, &found.id.to_string())?;
            let version = recipient::store::version(connection, found.id)?;
            let administrators = access::store::holders(connection, found.id, &[Role::Administrator])?;
            Ok::<_, AppError>((found, aliases, former, grants, successions, lines, version, administrators))
        })
        .await?;
    let holds_any = grants.iter().any(|held| held.holder.0 == organisation.code);
    // Who has which mandate there is told on a page of its own.
    let of_register = lines.iter().rev().filter(|line| Event::OF_REGISTER.contains(&line.entry.event));
    Ok(ShowPage {
        chrome: by.chrome.clone(),
        saved: lines.last().map(|line| line.entry.saved()),
        conflict: None,
        timeline: of_register.map(|line| TimelineView::of(&line.entry)).collect(),
        administrators: (super::is_officer(by) && !grants.is_empty()).then_some(administrators),
        is_officer: super::is_officer(by),
        may_pass_on: super::is_decision_maker(by) && holds_any,
        typed: TypedForms {
            alias: AliasForm::default(),
            rename: RenameForm::of(&organisation, version),
            number: NumberForm::of(&organisation, version),
        },
        mending: Mending::default(),
        today: portal.clock.today().to_string(),
        organisation,
        aliases,
        former,
        grants,
        successions,
    })
}

/// The page as it is now, with what was typed in one of its forms.
async fn again(
    (status, mending): (StatusCode, Mending),
    by: By<CaseOfficer>,
    portal: &Portal,
    code: String,
    type_in: impl FnOnce(&mut TypedForms) -> Vec<(String, String, String)>,
) -> Page {
    let mut page = read(&by, portal, code).await?;
    let fields = type_in(&mut page.typed);
    page.conflict = mending.refusal.as_ref().map(|_| Conflict::new(page.saved.clone(), fields));
    page.mending = mending;
    show_as(status, &page)
}

pub async fn add_alias(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<AliasForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    let (act, code, typed) = (act(&by, &portal), code.into_inner(), form.clone());
    let (held, to) = (code.clone(), done(&code, "alias"));
    let add_alias = move |connection: &mut _| verbs::add_alias(connection, &act, &held, &typed).map(|()| to);
    match outcome(portal.db.once(add_alias).await, &code, "alias") {
        Ok(answer) => answer,
        Err(mending) => {
            again(mending, by, &portal, code, |typed| {
                typed.alias = form;
                Vec::new()
            })
            .await
        }
    }
}

pub async fn remove_alias(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<AliasForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    let (act, code) = (act(&by, &portal), code.into_inner());
    let (held, to) = (code.clone(), done(&code, "borttaget"));
    let away =
        move |connection: &mut _| verbs::remove_alias(connection, &act, &held, &form.alias).map(|()| to);
    match outcome(portal.db.once(away).await, &code, "borttaget") {
        Ok(answer) => answer,
        Err(mending) => again(mending, by, &portal, code, |_| Vec::new()).await,
    }
}

pub async fn rename(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<RenameForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    let (act, code, typed) = (act(&by, &portal), code.into_inner(), form.clone());
    let (held, to) = (code.clone(), done(&code, "namn"));
    let rename = move |connection: &mut _| verbs::rename(connection, &act, &held, &typed).map(|()| to);
    match outcome(portal.db.once(rename).await, &code, "namn") {
        Ok(answer) => answer,
        Err(mending) => again(mending, by, &portal, code, |typed| typed.rename.keep(form)).await,
    }
}

pub async fn set_number(
    Posted { by, body: Form(form) }: Posted<By<CaseOfficer>, Form<NumberForm>>,
    portal: web::Data<Portal>,
    code: web::Path<String>,
) -> Page {
    let (act, code, typed) = (act(&by, &portal), code.into_inner(), form.clone());
    let (held, to) = (code.clone(), done(&code, "nummer"));
    let set_number =
        move |connection: &mut _| verbs::set_number(connection, &act, &held, &typed).map(|()| to);
    match outcome(portal.db.once(set_number).await, &code, "nummer") {
        Ok(answer) => answer,
        Err(mending) => again(mending, by, &portal, code, |typed| typed.number.keep(form)).await,
    }
}

//! The agreements' pages: the list, one agreement's terms, and setting its diarienummer.

use actix_web::{http::StatusCode, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{
    Agreement, PaperForm, Post,
    form::{self, DiarienummerForm},
    store,
    verbs::{self, Failure},
};
use crate::{
    access::{
        Actor, Role,
        proof::{By, CaseOfficer, Posted, SignedIn},
        routing::Routes,
    },
    calendar,
    history::{self, Line},
    infra::{
        Portal,
        db::{AnyConnection, DbError},
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    money::Money,
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/overenskommelser", list)
        .get("/overenskommelser/{slug}", show)
        .post("/overenskommelser/{slug}/diarienummer", update_diarienummer);
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
    today: NaiveDate,
    /// Only for the people of the paying authority.
    history: Option<Vec<Line>>,
    /// For its case officers.
    form: Option<DiarienummerForm>,
    errors: FieldErrors,
    /// Somebody else set other numbers while these were typed.
    is_conflict: bool,
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
            Ok::<_, DbError>(Some((agreement, history)))
        })
        .await?;
    let (agreement, history) = found.ok_or(AppError::NotFound)?;
    let may_set = history.is_some() && by.has(Role::CaseOfficer);
    let form = may_set.then(|| DiarienummerForm::of(&agreement));
    let is_saved = may_set && !shown.sparat.is_empty();
    let chrome = by.chrome.noting(is_saved.then_some("Diarienumren är sparade."));
    page::show(&TermsPage {
        chrome,
        agreement,
        today: portal.clock.today(),
        history,
        form,
        errors: FieldErrors::default(),
        is_conflict: false,
    })
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
            let again = typed_again(&portal, &by.actor, slug, form).await?;
            return page::show_errors(&TermsPage { chrome: by.chrome, errors, ..again });
        }
    };
    let now = portal.clock.now();
    let (actor, version, place) = (by.actor.clone(), form.version.clone(), slug.clone());
    let done = portal
        .db
        .write(move |connection| verbs::set_diarienummer(connection, &actor, now, &place, &version, &numbers))
        .await;
    match done {
        Ok(()) => page::see_other(format!("/overenskommelser/{slug}?sparat=ja")),
        Err(Failure::NotFound) => Err(AppError::NotFound),
        Err(Failure::Changed(now)) => {
            // Whoever has seen what stands there now may save again.
            let form = DiarienummerForm { version: now.version.to_string(), ..form };
            let again = typed_again(&portal, &by.actor, slug, form).await?;
            let page = TermsPage { chrome: by.chrome, is_conflict: true, ..again };
            page::show_as(StatusCode::CONFLICT, &page)
        }
        Err(Failure::Db(error)) => Err(error.into()),
    }
}

/// The page with what was typed, if it is the authority's own agreement.
async fn typed_again(
    portal: &Portal,
    actor: &Actor,
    slug: String,
    form: DiarienummerForm,
) -> Result<TermsPage, AppError> {
    let authority = actor.organisation.id;
    let found = portal
        .db
        .read(move |connection| {
            let Some(agreement) = store::find_paid_by(connection, authority, &slug)? else { return Ok(None) };
            let history = history_of(connection, &agreement)?;
            Ok::<_, DbError>(Some((agreement, history)))
        })
        .await?;
    let (agreement, history) = found.ok_or(AppError::NotFound)?;
    Ok(TermsPage {
        chrome: Chrome::default(),
        agreement,
        today: portal.clock.today(),
        history: Some(history),
        form: Some(form),
        errors: FieldErrors::default(),
        is_conflict: false,
    })
}

impl TermsPage {
    fn label(&self, key: &str) -> &str {
        self.agreement.terms.forms.requisition.label(key)
    }

    /// After a conflict: what stands there now.
    fn present(&self, number: &str) -> String {
        if self.is_conflict { format!("Nu gäller: {}", known(number)) } else { String::new() }
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

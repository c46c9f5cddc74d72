//! Inviting the units, handing out their links, and deciding on many applications at once.

use std::collections::HashSet;

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;

use super::{
    Distribution, act, case, csv_file,
    letters::{KINDS, is_written_to},
    link, refused,
};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            Refusal,
            application::{Application, Received, Status},
            case_number,
            form::AwardForm,
            fund::Fund,
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
        Role,
        proof::{By, Confirmed, Member, NoFields, Posted, Preparer, Signatory},
    },
};
use table::{Cell, Column, Row, Table};
use values::{Id, Money};

pub async fn invite(
    Posted { by, body: Form(NoFields {}) }: Posted<By<Preparer>, Form<NoFields>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let here = paths::onward::Links(&id).to_string();
    let to = here.clone();
    match portal.db.once(move |connection| verbs::invite(connection, &act, id).map(|_| to)).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Done) => page::see_other(here),
        Err(failure) => Err(failure.into()),
    }
}

#[derive(Template)]
#[template(path = "onward/links.html")]
struct LinksPage {
    chrome: Chrome,
    case: Distribution,
    table: Table,
    /// Units of the register that the model has no tier for, with the reason.
    left_out: Vec<(String, String)>,
}

impl LinksPage {
    /// The letters that there is somebody to send to: how they are named in the address, what they are, to how many.
    fn letters(&self) -> Vec<(&'static str, &'static str, usize)> {
        let count = |kind| self.case.applications.iter().filter(|one| is_written_to(kind, one)).count();
        let all = KINDS.into_iter().map(|(kind, name)| (kind, name, count(kind)));
        all.filter(|(_, _, count)| *count > 0).collect()
    }
}

/// Each unit that may apply or report, and its link.
fn links_table(case: &Distribution, portal: &Portal, request: &HttpRequest) -> Result<Table, AppError> {
    let columns = vec![
        Column::text("enhet", "Enhet"),
        Column::text("utforare", "Utförare"),
        Column::text("lage", "Läge"),
        Column::text("lank", "Länk"),
    ];
    let rows = case
        .applications
        .iter()
        .map(|application| {
            let unit = application.of();
            Ok(Row {
                is_late: false,
                cells: vec![
                    Cell::Text(unit.name.to_string()),
                    Cell::Text(unit.provider.to_string()),
                    Cell::Tag { label: application.status.label(), tone: application.status.tone(), rank: 0 },
                    Cell::Text(link(portal, request, application)?),
                ],
            })
        })
        .collect::<Result<_, AppError>>()?;
    Ok(Table::new(columns, rows, None))
}

pub async fn links(
    by: By<Preparer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
    request: HttpRequest,
) -> Page {
    let (scope, id, own) = (super::scope(&by), id.into_inner(), by.organisation.id);
    let (case, units) = portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            Ok::<_, AppError>((case, store::units(connection, own)?))
        })
        .await?;
    let Some(model) = &case.plan.model else { return page::see_other(paths::onward::Model(&id)) };
    let invited: HashSet<String> = case.applications.iter().map(|one| one.unit.id.to_string()).collect();
    let name = &case.grant.holder.name;
    let left_out = units
        .iter()
        .filter(|unit| !unit.is_closed && !invited.contains(&unit.id.to_string()))
        .filter_map(|unit| {
            let refusal =
                crate::grants::onward::application::admitted(model, name, &unit.content, unit.content.size)
                    .err()?;
            Some((unit.content.name.to_string(), refusal.to_string()))
        })
        .collect();
    let table = links_table(&case, &portal, &request)?;
    page::show(&LinksPage { chrome: by.chrome, case, table, left_out })
}

pub async fn links_csv(
    by: By<Preparer>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
    request: HttpRequest,
) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    let table = links_table(&case, &portal, &request)?;
    csv_file(&table, &format!("{}-lankar.csv", case_number(&case.grant)))
}

#[derive(Template)]
#[template(path = "onward/decide.html")]
struct DecidePage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    form: AwardForm,
    errors: FieldErrors,
    may_decide: bool,
}

/// An application that waits.
struct Waiting<'a> {
    id: Id<Application>,
    /// What its box posts.
    value: String,
    received: &'a Received,
    is_chosen: bool,
    /// By the register, since it applied.
    is_closed: bool,
}

impl DecidePage {
    fn of(by: &By<impl Sized>, portal: &Portal, case: Distribution) -> Self {
        let waiting = case.applications.iter().filter(|one| matches!(one.status, Status::Received { .. }));
        let form = AwardForm {
            chosen: waiting.filter(|one| !one.unit.is_closed).map(AwardForm::value).collect(),
            decided_on: portal.clock.today().to_string(),
            decision_number: String::new(),
        };
        Self {
            chrome: by.chrome.clone(),
            fund: case.fund(),
            may_decide: by.has(Role::Signatory),
            errors: FieldErrors::default(),
            form,
            case,
        }
    }

    fn waiting(&self) -> Vec<Waiting<'_>> {
        self.case
            .applications
            .iter()
            .filter_map(|one| match &one.status {
                Status::Received { application } => Some(Waiting {
                    id: one.id,
                    received: application,
                    is_chosen: self.form.chosen.contains(&AwardForm::value(one)),
                    value: AwardForm::value(one),
                    is_closed: one.unit.is_closed,
                }),
                _ => None,
            })
            .collect()
    }

    fn asked(&self) -> Money {
        self.waiting().iter().map(|one| one.received.amount).sum()
    }
}

pub async fn decide(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    let case = case(&portal, &by, id.into_inner()).await?;
    page::show(&DecidePage::of(&by, &portal, case))
}

pub async fn award(
    Posted { by: Confirmed(by), body: Form(form) }: Posted<Confirmed<Signatory>, Form<AwardForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let (status, errors) = match form.parse(portal.clock.today()) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((chosen, decided)) => {
            let award = move |connection: &mut _| {
                verbs::award(connection, &act, id, &chosen, &decided)
                    .map(|()| paths::onward::Plan(&id).to_string())
            };
            match portal.db.once(award).await {
                Ok(to) => return page::see_other(to),
                Err(failure @ Failure::Refused(Refusal::NotInThisState(_))) => {
                    (StatusCode::CONFLICT, refused(failure, "")?)
                }
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "chosen")?),
            }
        }
    };
    let page = DecidePage::of(&by, &portal, case(&portal, &by, id).await?);
    page::show_as(status, &DecidePage { form, errors, ..page })
}

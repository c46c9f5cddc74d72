//! What the municipality sends: letters as one PDF, a letter to a page.

use actix_web::{HttpRequest, web};

use super::{Distribution, case, link};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            application::{Application, Status},
            case_number,
            fund::Account,
            letter::Mailing,
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        page::{self, Page},
    },
    people::access::proof::{By, Preparer},
};
use document::letter::Letter;
use values::{Id, Money};

/// The kinds of letters, as they stand in addresses and in a file's name, and what they are called.
pub const KINDS: [(&str, &str); 4] = [
    ("inbjudningar", "Inbjudningar"),
    ("beslut", "Beslut om medel"),
    ("avslag", "Avslag"),
    ("paminnelser", "Påminnelser om återrapport"),
];

/// Whether a unit is written to.
pub fn is_written_to(kind: &str, application: &Application) -> bool {
    match (kind, &application.status) {
        ("inbjudningar", Status::Invited { .. })
        | ("beslut", Status::Granted { .. } | Status::Reported { .. })
        | ("avslag", Status::Refused { .. })
        | ("paminnelser", Status::Granted { .. }) => true,
        (_, Status::Invited { .. } | Status::Received { .. } | Status::Refused { .. })
        | (_, Status::Granted { .. } | Status::Reported { .. }) => false,
    }
}

pub async fn show(
    by: By<Preparer>,
    portal: web::Data<Portal>,
    path: web::Path<(Id<Grant>, String)>,
    request: HttpRequest,
) -> Page {
    let (id, kind) = path.into_inner();
    let (_, name) = KINDS.iter().find(|(key, _)| *key == kind).ok_or(AppError::NotFound)?;
    let case = case(&portal, &by, id).await?;
    let model = case.plan.model.as_ref().ok_or(AppError::NotFound)?;
    let mailing = Mailing::of(&case.grant, model, portal.clock.today());
    let mut letters = Vec::new();
    for application in case.applications.iter().filter(|one| is_written_to(&kind, one)) {
        let link = link(&portal, &request, application)?;
        letters.extend(letter(&mailing, &case, &kind, application, &link));
    }
    if letters.is_empty() {
        return Err(AppError::NotFound);
    }
    let bundle = mailing.bundle(name, portal.practice, letters);
    let file = format!("{}-{kind}.pdf", case_number(&case.grant));
    let now = portal.clock.now();
    // Seconds for hundreds of letters: not on the threads that answer.
    let pdf = web::block(move || bundle.to_pdf(now))
        .await
        .map_err(|error| AppError::internal(error.to_string()))?;
    page::download("application/pdf", &file, pdf.map_err(|error| AppError::internal(error.to_string()))?)
}

/// A unit's letter; one for each award where it has had several.
fn letter(
    mailing: &Mailing<'_>,
    case: &Distribution,
    kind: &str,
    application: &Application,
    link: &str,
) -> Vec<Letter> {
    match kind {
        "inbjudningar" => vec![mailing.invitation(application, link)],
        "avslag" => mailing.refused(application).into_iter().collect(),
        "paminnelser" => mailing.reminder(application, case.balance(application), link).into_iter().collect(),
        _ => {
            // Of a decision that was taken back there is no letter.
            let all: Vec<_> =
                case.entries_of(application).filter(|entry| entry.account == Account::Award).collect();
            let taken_back =
                all.iter().rposition(|entry| entry.amount.is_negative()).map_or(0, |place| place + 1);
            let awards = all.into_iter().skip(taken_back);
            let mut before = Money::ZERO;
            awards
                .map(|award| {
                    let letter = mailing.granted(application, award, before, link);
                    before += award.amount;
                    letter
                })
                .collect()
        }
    }
}

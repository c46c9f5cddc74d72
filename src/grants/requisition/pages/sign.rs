//! Signing in the portal: the signatory sees the document and confirms who he or she is.

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use chrono::NaiveDate;
use serde::Deserialize;

use super::{act, find, scope};
use crate::{
    grants::{
        case::pages::SectionView,
        requisition::{
            Dossier, Refusal, Requisition, Status, sheet,
            verbs::{self, Target},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            NoMandate, Role,
            proof::{By, Posted, Signatory},
        },
        account::pages::confirm,
    },
};
use values::{Id, calendar};

#[derive(Template)]
#[template(path = "requisition/sign.html")]
struct SignPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    today: String,
    /// What is signed: the assurance, word for word.
    assurance: Vec<String>,
    title: String,
    /// Why the signatory may not sign today; asked before any password.
    no_mandate: Option<NoMandate>,
    errors: FieldErrors,
}

pub async fn new(by: By<Signatory>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    let no_mandate = act(&by, &portal).mandated(Role::Signatory).err();
    let today = portal.clock.today();
    sign_page(StatusCode::OK, by.chrome, case, today, no_mandate, FieldErrors::default())
}

fn sign_page(
    status: StatusCode,
    chrome: Chrome,
    case: Dossier,
    today: NaiveDate,
    no_mandate: Option<NoMandate>,
    errors: FieldErrors,
) -> Page {
    let Some((edition, true)) = case
        .edition
        .as_ref()
        .map(|edition| (edition, matches!(case.requisition.status, Status::AwaitingSignature { .. })))
    else {
        return page::see_other(paths::requisition::Case(&case.requisition.id));
    };
    let signature = case.grant.agreement.terms.forms.requisition.sections.last();
    let page = SignPage {
        chrome,
        sections: SectionView::of(&sheet::filled_sections(&case, edition)),
        today: calendar::long_date(today),
        assurance: signature.map(|section| section.text.clone()).unwrap_or_default(),
        title: signature.map(|section| section.title.clone()).unwrap_or_default(),
        case,
        no_mandate,
        errors,
    };
    page::show_as(status, &page)
}

#[derive(Deserialize)]
pub struct SignForm {
    revision: i64,
    #[serde(flatten)]
    confirmation: confirm::TypedProof,
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<Signatory>, Form<SignForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Requisition>>,
    request: HttpRequest,
) -> Page {
    let id = id.into_inner();
    // Somebody else's requisition is not there, whatever the password.
    let case = find(&portal, scope(&by), id).await?;
    let today = portal.clock.today();
    if let Err(no_mandate) = act(&by, &portal).mandated(Role::Signatory) {
        let none = FieldErrors::default();
        return sign_page(StatusCode::CONFLICT, by.chrome, case, today, Some(no_mandate), none);
    }
    let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
    let signed = match confirm::check(&by, &portal, &request, form.confirmation).await? {
        Ok(confirmed) => {
            let receipt = paths::requisition::Receipt(&id).to_string();
            let sign = move |c: &mut _| verbs::sign(c, &act, target).map(|()| receipt);
            confirmed.carry_out(&portal, sign).await
        }
        // The page comes again as it was: never with other content to sign.
        Err(_) if case.requisition.revision != form.revision => Ok(Err(Refusal::Changed.into())),
        Err(errors) => Err(errors),
    };
    let signed = match signed {
        Ok(signed) => signed,
        Err(errors) => {
            return sign_page(StatusCode::UNPROCESSABLE_ENTITY, by.chrome, case, today, None, errors);
        }
    };
    page::see_other(signed?)
}

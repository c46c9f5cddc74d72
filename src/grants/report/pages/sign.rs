//! Signing in the portal: the signatory sees the document with its certificate and confirms who he or she is.

use actix_web::{HttpRequest, web};
use askama::Template;
use serde::Deserialize;

use super::{act, find, scope, show::CertificateView};
use crate::ground::infra::page::Chrome;
use crate::{
    grants::{
        case::pages::SectionView,
        report::{
            Dossier, Refusal, Report, Status,
            rules::Rule,
            sheet,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Page},
    },
    paths,
    people::{
        access::{
            Role,
            proof::{By, Posted, Signatory},
        },
        account::pages::confirm,
    },
    terms::agreement::Section,
};
use values::{Id, Prose, calendar};

#[derive(Template)]
#[template(path = "report/sign.html")]
struct SignPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    today: String,
    /// Nothing where nobody is to certify.
    certificate: Option<CertificateView>,
    /// Why whoever looks may not sign.
    refusal: Option<Refusal>,
    /// Whoever looks certified it, and is asked why nobody else signs.
    is_alone: bool,
    /// Why, as typed.
    alone: String,
    errors: FieldErrors,
}

impl SignPage {
    /// Section 5 of the printed form: the assurance, word for word.
    fn section(&self) -> Option<&Section> {
        self.case.grant.agreement.terms.forms.report.sections.last()
    }
}

pub async fn new(by: By<Signatory>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    sign_page(by, &portal, case, String::new(), FieldErrors::default())
}

fn sign_page(by: By<Signatory>, portal: &Portal, case: Dossier, alone: String, errors: FieldErrors) -> Page {
    let (Some(edition), Status::AwaitingSignature { certificate, .. }) = (&case.edition, &case.report.status)
    else {
        return page::see_other(paths::report::Case(&case.report.id));
    };
    let me = by.person.id.to_string();
    let is_own = certificate.as_ref().is_some_and(|certificate| certificate.person_id == me);
    let no_mandate = act(&by, portal).mandated(Role::Signatory).err().map(Refusal::from);
    let page = SignPage {
        sections: SectionView::of(&sheet::filled_sections(&case, edition)),
        today: calendar::long_date(portal.clock.today()),
        certificate: CertificateView::of(&case, edition),
        refusal: no_mandate,
        is_alone: is_own && case.grant.agreement.terms.wants_two_people(),
        alone,
        chrome: by.chrome,
        case,
        errors,
    };
    if page.errors.is_empty() { page::show(&page) } else { page::show_errors(&page) }
}

#[derive(Deserialize)]
pub struct SignForm {
    revision: i64,
    #[serde(default)]
    alone: String,
    #[serde(flatten)]
    confirmation: confirm::TypedProof,
}

pub async fn create(
    Posted { by, body: Form(form) }: Posted<By<Signatory>, Form<SignForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
    request: HttpRequest,
) -> Page {
    let id = id.into_inner();
    // Somebody else's report is not there, whatever the password.
    let case = find(&portal, scope(&by), id).await?;
    let (act, target) = (act(&by, &portal), Target { id, revision: form.revision });
    let mut errors = FieldErrors::default();
    let alone = errors.read_optional("alone", Rule::Alone, &form.alone, Prose::<500>::parse);
    let Some(alone) = alone else { return sign_page(by, &portal, case, form.alone, errors) };
    let signed = match confirm::check(&by, &portal, &request, form.confirmation).await? {
        Ok(confirmed) => {
            let receipt = paths::report::Receipt(&id).to_string();
            let sign = move |c: &mut _| verbs::sign(c, &act, target, alone.as_ref()).map(|()| receipt);
            confirmed.carry_out(&portal, sign).await
        }
        // The page comes again as it was: never with other content to sign.
        Err(_) if case.report.revision != form.revision => Ok(Err(Refusal::Changed.into())),
        Err(errors) => Err(errors),
    };
    let signed = match signed {
        Ok(signed) => signed,
        Err(errors) => return sign_page(by, &portal, case, form.alone, errors),
    };
    if let Err(Failure::Refused(Refusal::SamePerson(_))) = &signed {
        errors.broken("alone", Rule::Alone, "Skriv varför ingen annan skriver under.");
        return sign_page(by, &portal, case, form.alone, errors);
    }
    page::see_other(signed?)
}

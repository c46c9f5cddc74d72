//! The finance head's certificate: section 3 is reviewed, and found correct (Alt 1) or not (Alt 2).

use actix_web::{HttpRequest, http::StatusCode, web};
use askama::Template;
use serde::Deserialize;

use super::{act, find, scope};
use crate::{
    grants::{
        case::{
            self,
            pages::{AttachmentView, SectionView},
        },
        report::{
            Dossier, Refusal, Report, Status,
            certificate::CertificateForm,
            sheet,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::{
        access::{
            NoMandate, Role,
            proof::{By, FinanceHead, Posted},
        },
        account::pages::confirm,
    },
    terms::agreement::{PaperForm, Section},
};
use values::Id;

#[derive(Template)]
#[template(path = "report/certify.html")]
struct CertifyPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    attachments: Vec<AttachmentView>,
    form: CertificateForm,
    /// The two alternatives, word for word.
    alternatives: Vec<(String, String)>,
    /// Why whoever looks may not certify now.
    no_mandate: Option<NoMandate>,
    errors: FieldErrors,
}

impl CertifyPage {
    fn paper(&self) -> &PaperForm {
        &self.case.grant.agreement.terms.forms.report
    }

    fn section(&self) -> Option<&Section> {
        section(&self.case)
    }
}

/// Section 4 of the printed form.
fn section(case: &Dossier) -> Option<&Section> {
    let is_it = |section: &&Section| section.fields.iter().any(|field| field.key == "certifier_name");
    case.grant.agreement.terms.forms.report.sections.iter().find(is_it)
}

/// What section 4 lets the finance head say, with whoever it is in the place of N.N.
fn alternatives(case: &Dossier, name: &str) -> Vec<(String, String)> {
    let texts = section(case).map(|section| section.text.as_slice()).unwrap_or_default();
    let named = texts.iter().map(|text| text.replacen("N.N.", name, 1));
    ["1", "2"].map(str::to_owned).into_iter().zip(named).collect()
}

pub async fn new(by: By<FinanceHead>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    let last = case.report.received().and_then(|received| received.certificate.as_ref());
    let last = last.map(|certificate| &certificate.statement);
    let role = case.grant.agreement.terms.certificate.as_ref().map_or("", |certificate| &certificate.title);
    let form = CertificateForm::prefilled(&by.person.name, role, &by.person.email, last);
    certify_page(by, &portal, case, form, FieldErrors::default(), StatusCode::OK).await
}

async fn certify_page(
    by: By<FinanceHead>,
    portal: &Portal,
    case: Dossier,
    form: CertificateForm,
    errors: FieldErrors,
    status: StatusCode,
) -> Page {
    let (Some(edition), Status::AwaitingCertificate { .. }) = (&case.edition, &case.report.status) else {
        return page::see_other(paths::report::Case(&case.report.id));
    };
    let id = case.report.id;
    let files = portal.db.read(move |connection| case::store::attachments_of(connection, id)).await?;
    let page = CertifyPage {
        sections: SectionView::of(&sheet::filled_sections(&case, edition)),
        attachments: AttachmentView::of(files, |file| paths::report::Attachment(&id, file).to_string()),
        alternatives: alternatives(&case, &by.person.name),
        no_mandate: act(&by, portal).mandated(Role::FinanceHead).err(),
        chrome: by.chrome,
        case,
        form,
        errors,
    };
    page::show_as(status, &page)
}

#[derive(Deserialize)]
pub struct PostedCertificate {
    revision: i64,
    #[serde(flatten)]
    confirmation: confirm::TypedProof,
    #[serde(flatten)]
    form: CertificateForm,
}

pub async fn create(
    Posted { by, body: Form(posted) }: Posted<By<FinanceHead>, Form<PostedCertificate>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
    request: HttpRequest,
) -> Page {
    let id = id.into_inner();
    let PostedCertificate { revision, confirmation, form } = posted;
    // Somebody else's report is not there, whatever the password.
    let case = find(&portal, scope(&by), id).await?;
    let confirmed = match form.parse() {
        Ok(_) => confirm::check(&by, &portal, &request, confirmation).await?,
        Err(errors) => Err(errors),
    };
    let (act, target, given) = (act(&by, &portal), Target { id, revision }, form.clone());
    let done = match confirmed {
        Ok(confirmed) => {
            let certify = move |c: &mut _| {
                verbs::certify(c, &act, target, &given).map(|()| paths::report::Case(&id).to_string())
            };
            confirmed.carry_out(&portal, certify).await
        }
        // The page comes again as it was: never with other figures to certify.
        Err(_) if case.report.revision != revision => Ok(Err(Refusal::Changed.into())),
        Err(errors) => Err(errors),
    };
    let done = match done {
        Ok(done) => done,
        Err(errors) => {
            return certify_page(by, &portal, case, form, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
        }
    };
    match done {
        Ok(to) => page::see_other(to),
        Err(Failure::Refused(refusal)) => {
            let case = find(&portal, scope(&by), id).await?;
            if !matches!(case.report.status, Status::AwaitingCertificate { .. }) {
                return Err(AppError::Conflict(refusal.to_string()));
            }
            let mut errors = FieldErrors::default();
            errors.add("", refusal);
            certify_page(by, &portal, case, form, errors, StatusCode::CONFLICT).await
        }
        Err(failure) => Err(failure.into()),
    }
}

//! The last look before the content is fixed for certificate and signature, and the files that go with it.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{act, edit::FormContext, find, scope};
use crate::{
    grants::{
        case::{
            self,
            pages::{AttachmentView, SectionView},
            store::Attachment,
        },
        report::{
            Dossier, Edition, Refusal, Report, Status,
            form::warnings,
            sheet,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        db::DbError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        upload::DataUpload,
    },
    paths,
    people::access::{
        Doer,
        proof::{By, NoFields, Posted, Preparer},
    },
};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "report/check.html")]
struct CheckPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    attachments: Vec<AttachmentView>,
    /// Uploaded before what came in last: they stay.
    handed_in: usize,
    unspent: Money,
    to_repay: Money,
    warnings: FieldErrors,
    errors: FieldErrors,
    /// Section 3 is as it was certified.
    is_certified: bool,
    had_certificate: bool,
}

pub async fn check(by: By<Preparer>, portal: web::Data<Portal>, id: web::Path<Id<Report>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    check_page(by.chrome, &portal, case, FieldErrors::default()).await
}

async fn check_page(chrome: Chrome, portal: &Portal, mut case: Dossier, errors: FieldErrors) -> Page {
    let Status::Draft { certificate, .. } = &case.report.status else {
        return page::see_other(paths::report::Case(&case.report.id));
    };
    let certified = certificate.as_ref().map(|certificate| certificate.section_3.clone());
    let FormContext { facts, last } = FormContext::of(portal, &case).await?;
    let Ok(content) = case.report.draft.parse(&facts) else {
        return page::see_other(format!("{}?visa=fel", paths::report::Edit(&case.report.id)));
    };
    let id = case.report.id;
    let (report, typed) = (case.report.clone(), content.clone());
    let (files, is_unchanged) = portal
        .db
        .read(move |connection| {
            let files = case::store::attachments_of(connection, id)?;
            Ok::<_, DbError>((files, verbs::is_unchanged(connection, &report, &typed)?))
        })
        .await?;
    let came_in = case.report.received().is_some();
    let handed_in = files.iter().filter(|file| came_in && case.report.has_handed_in(file)).count();
    let mut warnings = warnings(&content, &facts, last.as_ref());
    if is_unchanged {
        case::warn_unchanged(&mut warnings);
    }
    // As it would be issued; what is shown here is not stored.
    let preview = Edition::new(
        &case.number(),
        &case.grant.holder,
        case.report.version + 1,
        content,
        Vec::new(),
        Doer::named(""),
        portal.clock.now(),
    );
    let page = CheckPage {
        chrome,
        sections: SectionView::of(&sheet::filled_sections(&case, &preview)),
        attachments: AttachmentView::of(files, |file| paths::report::Attachment(&id, file).to_string()),
        handed_in,
        unspent: preview.content.unspent(),
        to_repay: preview.content.to_repay(),
        is_certified: certified.as_ref().is_some_and(|section| *section == preview.content.section_3()),
        had_certificate: certified.is_some(),
        warnings,
        errors,
        case: {
            case.edition = Some(preview);
            case
        },
    };
    if page.errors.is_empty() { page::show(&page) } else { page::show_errors(&page) }
}

#[derive(Deserialize)]
pub struct IssueForm {
    revision: i64,
    #[serde(default)]
    confirmed: String,
}

pub async fn issue(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<IssueForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let act = act(&by, &portal);
    let target = Target { id, revision: form.revision };
    let confirmed = form.confirmed == "ja";
    let issue = move |c: &mut _| {
        verbs::issue(c, &act, target, confirmed).map(|()| paths::report::Case(&id).to_string())
    };
    match portal.db.once(issue).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Unconfirmed) => {
            let case = find(&portal, scope(&by), id).await?;
            let mut errors = FieldErrors::default();
            errors.add("confirmed", "Bekräfta att du har kontrollerat varningarna, eller ändra uppgifterna.");
            check_page(by.chrome, &portal, case, errors).await
        }
        Err(Failure::Invalid(_)) => page::see_other(format!("{}?visa=fel", paths::report::Edit(&id))),
        Err(failure) => Err(failure.into()),
    }
}

pub async fn attach(
    Posted { by, body: DataUpload(upload) }: Posted<By<Preparer>, DataUpload>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Report>>,
) -> Page {
    let id = id.into_inner();
    let file = match upload.file {
        Ok(Some(file)) => file,
        missing => {
            let case = find(&portal, scope(&by), id).await?;
            let mut errors = FieldErrors::default();
            match missing {
                Err(error) => errors.add("file", error),
                _ => errors.add("file", "Välj en fil att bifoga."),
            }
            return check_page(by.chrome, &portal, case, errors).await;
        }
    };
    let act = act(&by, &portal);
    match portal.db.write(move |connection| verbs::attach(connection, &act, id, &file)).await {
        Ok(()) => page::see_other(format!("{}#bilagor", paths::report::Check(&id))),
        Err(Failure::Refused(refusal @ (Refusal::TooManyFiles | Refusal::NoRoom(_)))) => {
            let case = find(&portal, scope(&by), id).await?;
            let mut errors = FieldErrors::default();
            errors.add("file", refusal);
            check_page(by.chrome, &portal, case, errors).await
        }
        Err(failure) => Err(failure.into()),
    }
}

pub async fn detach(
    Posted { by, body: Form(NoFields {}) }: Posted<By<Preparer>, Form<NoFields>>,
    portal: web::Data<Portal>,
    ids: web::Path<(Id<Report>, Id<Attachment>)>,
) -> Page {
    let (id, file) = ids.into_inner();
    let act = act(&by, &portal);
    portal.db.write(move |connection| verbs::detach(connection, &act, id, file)).await?;
    page::see_other(format!("{}#bilagor", paths::report::Check(&id)))
}

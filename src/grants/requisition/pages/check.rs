//! The last look before the content is fixed for signature.

use actix_web::web;
use askama::Template;
use serde::Deserialize;

use super::{act, edit::FormContext, find, scope};
use crate::{
    grants::{
        case::Case as _,
        case::pages::SectionView,
        requisition::{
            Dossier, Edition, Requisition,
            form::warnings,
            sheet,
            verbs::{self, Failure, Target},
        },
    },
    ground::infra::{
        Portal,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
    },
    paths,
    people::access::{
        Doer,
        proof::{By, Posted, Preparer},
    },
};
use values::{Id, calendar};

#[derive(Template)]
#[template(path = "requisition/check.html")]
struct CheckPage {
    chrome: Chrome,
    case: Dossier,
    sections: Vec<SectionView>,
    warnings: FieldErrors,
    errors: FieldErrors,
    deadline: calendar::LastDay,
}

pub async fn check(by: By<Preparer>, portal: web::Data<Portal>, id: web::Path<Id<Requisition>>) -> Page {
    let case = find(&portal, scope(&by), id.into_inner()).await?;
    check_page(by.chrome, &portal, case, FieldErrors::default()).await
}

async fn check_page(chrome: Chrome, portal: &Portal, mut case: Dossier, errors: FieldErrors) -> Page {
    let has_lapsed =
        case.requisition.has_lapsed(case.grant.right_has_lapsed(&case.requisition.form, portal.clock.now()));
    if !case.requisition.is_editable() || has_lapsed {
        return page::see_other(paths::requisition::Case(&case.requisition.id));
    }
    let facts = FormContext::of(portal, &case).await?.facts;
    let Ok(content) = case.requisition.draft.parse(&facts) else {
        return page::see_other(format!("{}?visa=fel", paths::requisition::Edit(&case.requisition.id)));
    };
    let warnings = warnings(&content, &facts);
    // As it would be issued; what is shown here is not stored.
    let preview = Edition::new(
        &case.number(),
        &case.grant.holder,
        case.requisition.version + 1,
        content,
        Vec::new(),
        Doer::named(""),
        portal.clock.now(),
    );
    let sections = SectionView::of(&sheet::filled_sections(&case, &preview));
    case.edition = Some(preview);
    let deadline = case.grant.requisition_deadline(&case.requisition.form);
    let page = CheckPage { chrome, case, sections, warnings, errors, deadline };
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
    id: web::Path<Id<Requisition>>,
) -> Page {
    let id = id.into_inner();
    let act = act(&by, &portal);
    let target = Target { id, revision: form.revision };
    let confirmed = form.confirmed == "ja";
    let issue = move |c: &mut _| {
        verbs::issue(c, &act, target, confirmed).map(|()| paths::requisition::Case(&id).to_string())
    };
    match portal.db.once(issue).await {
        Ok(to) => page::see_other(to),
        Err(Failure::Unconfirmed) => {
            let case = find(&portal, scope(&by), id).await?;
            let mut errors = FieldErrors::default();
            errors.add("confirmed", "Bekräfta att du har kontrollerat varningarna, eller ändra uppgifterna.");
            check_page(by.chrome, &portal, case, errors).await
        }
        Err(Failure::Invalid(_)) => page::see_other(format!("{}?visa=fel", paths::requisition::Edit(&id))),
        Err(failure) => Err(failure.into()),
    }
}

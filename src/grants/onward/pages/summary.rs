//! What the units have said, added up and taken into section 3 of the financial report.

use actix_web::{http::StatusCode, web};
use askama::Template;

use super::{Distribution, act, plan::table, refused};
use crate::{
    grants::{
        grant::Grant,
        onward::{
            application::Application,
            case_number,
            form::SummaryForm,
            fund::Fund,
            store,
            verbs::{self, Costs},
        },
        report::{self, Report},
    },
    ground::infra::{
        Portal,
        error::AppError,
        form::{FieldErrors, Form},
        page::{self, Chrome, Page},
        scan::Scanned,
        upload::ReceivedFile,
    },
    paths,
    people::access::{
        Actor, Role,
        proof::{By, Member, Posted, Preparer},
    },
};
use table::csv::{self, Reader};
use values::{Id, Money};

#[derive(Template)]
#[template(path = "onward/summary.html")]
struct SummaryPage {
    chrome: Chrome,
    case: Distribution,
    fund: Fund,
    report: Option<Report>,
    posts: Vec<(String, String)>,
    form: SummaryForm,
    errors: FieldErrors,
    may_prepare: bool,
}

async fn read(
    portal: &Portal,
    actor: &Actor,
    id: Id<Grant>,
) -> Result<(Distribution, Option<Report>), AppError> {
    let scope = super::scope(actor);
    portal
        .db
        .read(move |connection| {
            let case = store::case(connection, scope, id)?.ok_or(AppError::NotFound)?;
            let report = report::store::of_grant(connection, id)?;
            Ok((case, report))
        })
        .await
}

impl SummaryPage {
    async fn of(by: &By<impl Sized>, portal: &Portal, id: Id<Grant>) -> Result<Self, AppError> {
        let (case, report) = read(portal, by, id).await?;
        let posts: Vec<(String, String)> =
            case.grant.posts().map(|post| (post.key.clone(), post.name.clone())).collect();
        Ok(Self {
            chrome: by.chrome.clone(),
            fund: case.fund(),
            form: SummaryForm {
                post: posts.first().map(|(key, _)| key.clone()).unwrap_or_default(),
                ..SummaryForm::default()
            },
            posts,
            errors: FieldErrors::default(),
            may_prepare: by.has(Role::Preparer) || by.has(Role::Signatory),
            report,
            case,
        })
    }

    fn reported(&self) -> usize {
        self.case.applications.iter().filter(|one| one.reported().is_some()).count()
    }

    /// Those that have money and have not said what they did with it.
    fn missing(&self) -> Vec<&Application> {
        self.case.applications.iter().filter(|one| one.can_have_more()).collect()
    }

    fn missing_sum(&self) -> Money {
        self.missing().iter().map(|one| self.case.balance(one).has()).sum()
    }

    /// What units are still to pay back.
    fn owed(&self) -> Money {
        self.case.applications.iter().map(|one| self.case.owes(one)).sum()
    }
}

pub async fn show(by: By<Member>, portal: web::Data<Portal>, id: web::Path<Id<Grant>>) -> Page {
    page::show(&SummaryPage::of(&by, &portal, id.into_inner()).await?)
}

pub async fn fill(
    Posted { by, body: Form(form) }: Posted<By<Preparer>, Form<SummaryForm>>,
    portal: web::Data<Portal>,
    id: web::Path<Id<Grant>>,
) -> Page {
    let (act, id) = (act(&by, &portal), id.into_inner());
    let page = SummaryPage::of(&by, &portal, id).await?;
    let (status, errors) = match form.parse(page.fund.reserve) {
        Err(errors) => (StatusCode::UNPROCESSABLE_ENTITY, errors),
        Ok((reserve, own)) => {
            let units = Money::parse_plain(&form.used).unwrap_or_default();
            let costs = Costs { units, reserve, own };
            let (list, post) = (list(&page.case)?, form.post.clone());
            let fill = move |connection: &mut _| {
                let report = verbs::fill_report(connection, &act, id, &post, costs, &list)?;
                Ok::<_, verbs::Failure>(format!("{}#avsnitt-3", paths::report::Edit(&report)))
            };
            match portal.db.once(fill).await {
                Ok(to) => return page::see_other(to),
                Err(failure) => (StatusCode::CONFLICT, refused(failure, "")?),
            }
        }
    };
    page::show_as(status, &SummaryPage { form, errors, ..page })
}

/// Every unit that had money, as the attachment of the report.
fn list(case: &Distribution) -> Result<ReceivedFile, AppError> {
    let table = table(case, None, Application::has_money);
    let bytes =
        csv::write(&table, Reader::Spreadsheet).map_err(|error| AppError::internal(error.to_string()))?;
    Ok(ReceivedFile {
        name: format!("{}-enheter.csv", case_number(&case.grant)),
        media_type: "text/csv",
        bytes,
        // It is the portal's own.
        scanned: Scanned::Not,
    })
}

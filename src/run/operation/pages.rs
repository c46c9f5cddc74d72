//! For a supervisor, for Prometheus and, on the address of the figures, for the operator.

use actix_web::{HttpRequest, HttpResponse, ResponseError, http::header, web};
use askama::Template;
use chrono::Utc;

use super::jobs;
use crate::{
    ground::{
        infra::{
            Portal, assets,
            db::AnyConnection,
            error::AppError,
            metrics,
            page::{Page, see_other, show},
        },
        job::{Job, store},
    },
    paths,
};
use values::{Id, calendar::long_time};

/// How many failed jobs the page shows.
const MOST_SHOWN: usize = 50;
/// Where the page of the jobs is.
const JOBS: &str = paths::operation::Jobs::PATTERN;

/// On the portal's own address, for a proxy.
pub fn health(config: &mut web::ServiceConfig) {
    config
        .route(paths::operation::Alive::PATTERN, web::get().to(alive))
        .route(paths::operation::Ready::PATTERN, web::get().to(ready));
}

/// On the address of the figures, for those inside. Nobody signs in there: whoever reaches the address is the operator.
pub fn figures(config: &mut web::ServiceConfig) {
    config
        .configure(health)
        .route(paths::operation::Figures::PATTERN, web::get().to(figures_now))
        .route(assets::PATTERN, web::get().to(assets::show))
        .route(JOBS, web::get().to(show_jobs))
        .route(paths::operation::AllAgain::PATTERN, web::post().to(all_again))
        .route(paths::operation::Again::PATTERN, web::post().to(again));
}

/// The program runs and answers.
async fn alive() -> HttpResponse {
    plain(HttpResponse::Ok(), "ok")
}

/// It can do its work: a change can be saved. The virus scanner is told of where there is one.
async fn ready(portal: web::Data<Portal>) -> HttpResponse {
    if !can_save(&portal).await {
        return plain(HttpResponse::ServiceUnavailable(), "database");
    }
    // Files wait without it; everything else works.
    match &portal.scanner {
        Some(scanner) if !portal.pulse.of(scanner).await => {
            plain(HttpResponse::Ok(), "ok, but not the virus scanner")
        }
        _ => plain(HttpResponse::Ok(), "ok"),
    }
}

async fn can_save(portal: &Portal) -> bool {
    let probed = portal.db.probe().await;
    if let Err(error) = &probed {
        tracing::error!(cause = %error, "not ready: nothing can be saved");
    }
    metrics::database(probed.is_ok(), portal.db.room());
    probed.is_ok()
}

async fn figures_now(portal: web::Data<Portal>) -> HttpResponse {
    can_save(&portal).await;
    jobs::measure(&portal).await;
    plain(HttpResponse::Ok(), metrics::text())
}

/// What waits and what failed. Nothing that people wrote: kinds, ids, times, and what the program says of a failure.
#[derive(Template)]
#[template(path = "operation/jobs.html")]
struct JobsPage {
    counts: Vec<CountRow>,
    failed: Vec<FailedRow>,
    failed_count: i64,
}

struct CountRow {
    label: String,
    waiting: i64,
    oldest: String,
    failed: i64,
}

struct FailedRow {
    id: Id<Job>,
    label: String,
    subject: String,
    tries: i32,
    at: String,
    reason: String,
}

impl JobsPage {
    fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
}

async fn show_jobs(portal: web::Data<Portal>) -> HttpResponse {
    answer(jobs_page(&portal).await)
}

async fn jobs_page(portal: &Portal) -> Page {
    let look = |connection: &mut AnyConnection| {
        Ok::<_, AppError>((jobs::counts(connection)?, store::failed(connection, MOST_SHOWN as i64)?))
    };
    let (counts, failed) = portal.db.read(look).await?;
    let failed_count = counts.iter().map(|count| count.failed).sum();
    let counts = counts.into_iter().map(|count| CountRow {
        label: jobs::label(&count.kind).to_owned(),
        waiting: count.waiting,
        oldest: count.oldest.map(long_time).unwrap_or_default(),
        failed: count.failed,
    });
    let failed = failed.into_iter().map(|job| FailedRow {
        id: job.id,
        label: jobs::label(&job.kind).to_owned(),
        subject: job.subject,
        tries: job.tries,
        at: job.at.map(long_time).unwrap_or_default(),
        reason: job.reason,
    });
    show(&JobsPage { counts: counts.collect(), failed: failed.collect(), failed_count })
}

async fn again(request: HttpRequest, portal: web::Data<Portal>, id: web::Path<String>) -> HttpResponse {
    let id = id.parse::<Id<Job>>().map_err(|_| AppError::NotFound);
    let tried = match id {
        Ok(id) => {
            change(&request, &portal, move |connection| {
                // Somebody else may have been first: the page shows how it is.
                jobs::again(connection, id, Utc::now()).map(|_| ()).map_err(AppError::from)
            })
            .await
        }
        Err(error) => Err(error),
    };
    answer(tried)
}

async fn all_again(request: HttpRequest, portal: web::Data<Portal>) -> HttpResponse {
    let all = |connection: &mut AnyConnection| {
        jobs::all_again(connection, Utc::now()).map(|_| ()).map_err(AppError::from)
    };
    answer(change(&request, &portal, all).await)
}

async fn change(
    request: &HttpRequest,
    portal: &Portal,
    work: impl FnOnce(&mut AnyConnection) -> Result<(), AppError> + Clone + Send + 'static,
) -> Page {
    if !is_from_here(request) {
        return Err(AppError::bad_request("the form did not come from this page"));
    }
    portal.db.write(work).await?;
    see_other(JOBS)
}

/// The browser says that the form came from a page of this very address. It is reached as it is: no proxy is in front of it.
fn is_from_here(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok());
    let from = text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://"));
    from.is_some() && from == text(header::HOST)
}

/// The pages of errors are the portal's, for its visitors. Here a word is enough.
fn answer(page: Page) -> HttpResponse {
    page.unwrap_or_else(|error| {
        if matches!(error, AppError::Internal(_) | AppError::Unavailable(_) | AppError::Unwritable(_)) {
            tracing::error!(cause = %error, "a page of the operator's was not made");
        }
        let status = error.status_code();
        plain(HttpResponse::build(status), status.to_string())
    })
}

fn plain(mut response: actix_web::HttpResponseBuilder, text: impl Into<String>) -> HttpResponse {
    response.content_type("text/plain; charset=utf-8").body(text.into())
}

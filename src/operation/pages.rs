//! For a supervisor and for Prometheus; nobody's browser.

use actix_web::{HttpResponse, web};

use crate::infra::{Portal, db::DbError, metrics, settings};

/// On the portal's own address, for a proxy.
pub fn health(config: &mut web::ServiceConfig) {
    config.route("/healthz", web::get().to(alive)).route("/readyz", web::get().to(ready));
}

/// On the address of the figures, for those inside.
pub fn figures(config: &mut web::ServiceConfig) {
    config.configure(health).route("/metrics", web::get().to(figures_now));
}

/// The program runs and answers.
async fn alive() -> HttpResponse {
    plain(HttpResponse::Ok(), "ok")
}

/// It can do its work: the database answers, and so does the virus scanner where there is one.
async fn ready(portal: web::Data<Portal>) -> HttpResponse {
    let database = portal.db.read(|connection| settings::get(connection, "mode")).await;
    if let Err(error) = database {
        let error: DbError = error;
        tracing::error!(cause = %error, "not ready: the database does not answer");
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

async fn figures_now() -> HttpResponse {
    plain(HttpResponse::Ok(), metrics::text())
}

fn plain(mut response: actix_web::HttpResponseBuilder, text: impl Into<String>) -> HttpResponse {
    response.content_type("text/plain; charset=utf-8").body(text.into())
}

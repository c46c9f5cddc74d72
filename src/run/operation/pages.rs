//! For a supervisor and for Prometheus; nobody's browser.

use actix_web::{HttpResponse, web};

use crate::ground::infra::{Portal, metrics};

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
    plain(HttpResponse::Ok(), metrics::text())
}

fn plain(mut response: actix_web::HttpResponseBuilder, text: impl Into<String>) -> HttpResponse {
    response.content_type("text/plain; charset=utf-8").body(text.into())
}

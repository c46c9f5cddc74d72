//! The running server: the routes with their middleware on a listening socket.

use std::{io, net::TcpListener, time::Duration};

use actix_web::{
    App, HttpServer,
    dev::Server,
    middleware::{Compress, from_fn},
    rt, web,
};
use tracing_actix_web::TracingLogger;

use crate::{
    desks::dashboard,
    ground::{
        infra::{Portal, browser, limits, metrics, trace},
        job::Kind,
    },
    people::identity,
    routes,
    run::{operation, practice},
};

/// A client that sends its headers slower than this is not waited for.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(10);

/// Longer than a proxy keeps an idle connection, so that it is never the portal that hangs up on a request.
const KEEP_ALIVE: Duration = Duration::from_secs(75);

pub fn start(portal: web::Data<Portal>, listener: TcpListener) -> io::Result<Server> {
    let https = portal.https;
    metrics::begin();
    for kind in operation::jobs::KINDS {
        rt::spawn(work(portal.clone(), kind));
    }
    let keeper = portal.clone();
    rt::spawn(async move {
        loop {
            rt::time::sleep(keeper.upkeep).await;
            operation::upkeep::once(&keeper).await;
            if keeper.practice
                && let Err(error) = practice::keep_date(&keeper).await
            {
                tracing::error!(cause = %error, "the practised date is not written down");
            }
        }
    });
    let rendered = dashboard::pages::cache();
    let providers = identity::pages::providers().map_err(io::Error::other)?;
    let server = HttpServer::new(move || {
        App::new()
            .app_data(portal.clone())
            .app_data(rendered.clone())
            .app_data(providers.clone())
            .configure(|config| {
                routes::configure(config);
            })
            // The last one here is the first to see a request.
            .wrap(from_fn(limits::guard))
            .wrap(from_fn(routes::error_pages))
            .wrap(from_fn(browser::token))
            .wrap(routes::headers(https))
            .wrap(Compress::default())
            .wrap(from_fn(metrics::count))
            .wrap(from_fn(trace::answer_id))
            .wrap(TracingLogger::<trace::Requests>::new())
    })
    .client_request_timeout(CLIENT_TIMEOUT)
    .keep_alive(KEEP_ALIVE)
    // A page in two pieces does not wait for the browser to acknowledge the first (Nagle): 40 ms each.
    .tcp_nodelay(true)
    .shutdown_timeout(10)
    .listen(listener)?;
    Ok(server.run())
}

/// Does the jobs of a kind, for as long as the program runs. A round is a task of its own: one that panics ends alone.
async fn work(portal: web::Data<Portal>, kind: &'static Kind) {
    loop {
        rt::time::sleep(portal.upkeep).await;
        let round = portal.clone();
        let done = rt::spawn(async move { operation::jobs::once(&round, kind).await }).await;
        if let Err(error) = done {
            tracing::error!(kind = kind.key, cause = %error, "a job broke off");
        }
    }
}

/// What is for those inside: the figures, the health of the program, and its jobs.
pub fn start_figures(portal: web::Data<Portal>, listener: TcpListener) -> io::Result<Server> {
    let server = HttpServer::new(move || {
        App::new().app_data(portal.clone()).configure(operation::pages::figures).wrap(routes::headers(false))
    })
    .workers(1)
    .listen(listener)?;
    Ok(server.run())
}

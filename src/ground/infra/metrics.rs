//! Figures of the running program, for Prometheus: how many requests, how fast, what was refused. By route and status; never
//! by person, organisation or address.

use std::{sync::OnceLock, time::Instant};

use actix_web::{
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

const DURATION: &str = "bidragsporten_request_seconds";
const REQUESTS: &str = "bidragsporten_requests_total";
const LIMITED: &str = "bidragsporten_limited_total";
const SIGN_INS: &str = "bidragsporten_sign_ins_total";
/// How many wait for their turn to have a password looked at.
const PASSWORDS: &str = "bidragsporten_passwords_waiting";
const SCANS: &str = "bidragsporten_scans_total";
const JOBS_WAITING: &str = "bidragsporten_jobs_waiting";
const JOBS_OLDEST: &str = "bidragsporten_jobs_oldest_waiting_seconds";
const JOBS_FAILED: &str = "bidragsporten_jobs_failed";
const CAN_SAVE: &str = "bidragsporten_database_writable";
const ROOM: &str = "bidragsporten_database_free_bytes";
/// Seconds.
const BUCKETS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0];

/// The program has one set of figures, however many servers it runs.
static FIGURES: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

/// Begins to count.
pub fn begin() {
    FIGURES.get_or_init(|| {
        let builder = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Full(DURATION.to_owned()), &BUCKETS)
            .inspect_err(|error| tracing::error!(cause = %error, "no figures are kept"))
            .ok()?;
        let handle = builder.install_recorder();
        describe_histogram!(DURATION, metrics::Unit::Seconds, "Time to answer a request, by route");
        describe_counter!(REQUESTS, "Requests answered, by method, route and status");
        describe_counter!(LIMITED, "Requests that came too often, by kind");
        describe_counter!(SIGN_INS, "Sign-ins tried, by way and result");
        describe_gauge!(PASSWORDS, "Passwords that wait for their turn");
        describe_counter!(SCANS, "Files scanned for viruses, by result");
        describe_gauge!(JOBS_WAITING, "Jobs that wait, by kind");
        describe_gauge!(
            JOBS_OLDEST,
            metrics::Unit::Seconds,
            "Since the oldest job that waits was queued, by kind"
        );
        describe_gauge!(JOBS_FAILED, "Jobs that were given up, by kind");
        describe_gauge!(CAN_SAVE, "1 when a change can be saved, otherwise 0");
        describe_gauge!(ROOM, metrics::Unit::Bytes, "Left on the disk of the SQLite file");
        handle.inspect_err(|error| tracing::error!(cause = %error, "no figures are kept")).ok()
    });
}

/// As Prometheus reads them.
pub fn text() -> String {
    FIGURES.get().and_then(Option::as_ref).map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}

pub fn limited(kind: &'static str) {
    counter!(LIMITED, "kind" => kind).increment(1);
}

pub fn signed_in(way: &'static str, result: &'static str) {
    counter!(SIGN_INS, "way" => way, "result" => result).increment(1);
}

/// One more waits, until this is dropped.
pub struct PasswordWaits(());

impl PasswordWaits {
    pub fn begin() -> Self {
        gauge!(PASSWORDS).increment(1);
        Self(())
    }
}

impl Drop for PasswordWaits {
    fn drop(&mut self) {
        gauge!(PASSWORDS).decrement(1);
    }
}

pub fn scanned(result: &'static str) {
    counter!(SCANS, "result" => result).increment(1);
}

/// How many jobs of a kind wait, for how many seconds the oldest has waited, and how many have failed.
pub fn jobs(kind: String, waiting: i64, oldest: i64, failed: i64) {
    gauge!(JOBS_WAITING, "kind" => kind.clone()).set(waiting as f64);
    gauge!(JOBS_OLDEST, "kind" => kind.clone()).set(oldest as f64);
    gauge!(JOBS_FAILED, "kind" => kind).set(failed as f64);
}

/// Whether a change could be saved just now, and how much room there is left where that is known.
pub fn database(can_save: bool, room: Option<u64>) {
    gauge!(CAN_SAVE).set(if can_save { 1.0 } else { 0.0 });
    if let Some(bytes) = room {
        gauge!(ROOM).set(bytes as f64);
    }
}

/// Counts every request by the pattern of its route: an address has ids in it, and there are as many as anybody likes.
pub async fn count<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let began = Instant::now();
    let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
    let method = method_of(&request);
    let answer = next.call(request).await;
    let status = match &answer {
        Ok(response) => response.status(),
        Err(error) => error.as_response_error().status_code(),
    };
    histogram!(DURATION, "route" => route.clone()).record(began.elapsed().as_secs_f64());
    counter!(REQUESTS, "method" => method, "route" => route, "status" => status.as_str().to_owned())
        .increment(1);
    answer
}

/// Anybody can make up a method.
fn method_of(request: &ServiceRequest) -> &'static str {
    match request.method().as_str() {
        "GET" => "GET",
        "HEAD" => "HEAD",
        "POST" => "POST",
        _ => "other",
    }
}

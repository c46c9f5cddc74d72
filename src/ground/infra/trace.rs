//! The log: a line for each request by its route, with an id that the page of a fault shows too. No names, no addresses, nothing that
//! was typed and no link that opens something: whoever reads the log learns what the program did, not what people did.

use actix_web::{
    HttpMessage, HttpRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::header::{HeaderName, HeaderValue},
    middleware::Next,
};
use tracing::{Span, field::Empty};
use tracing_actix_web::{RequestId, RootSpanBuilder};

const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// What is told of every request.
pub struct Requests;

impl RootSpanBuilder for Requests {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = id_of(request.request());
        let route = request.match_pattern().unwrap_or_default();
        tracing::info_span!("request", id, method = %request.method(), route, status = Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, actix_web::Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
        let _within = span.enter();
        tracing::info!("answered");
    }
}

/// The id that the log has for this request.
pub fn id_of(request: &HttpRequest) -> String {
    request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default()
}

/// Sends the id along, so that a proxy's log and ours can be read side by side.
pub async fn answer_id<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let id = HeaderValue::from_str(&id_of(request.request()));
    let mut response = next.call(request).await?;
    if let Ok(id) = id {
        response.headers_mut().insert(HEADER, id);
    }
    Ok(response)
}

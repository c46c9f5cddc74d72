//! Asking a provider over the network, within limits.

use std::{future::Future, pin::Pin, time::Duration};

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use thiserror::Error;

use crate::ground::infra::config::is_trustworthy;

/// A provider that answers more slowly is down, as far as somebody who waits for a page is concerned.
const CONNECT_LIMIT: Duration = Duration::from_secs(3);
const ANSWER_LIMIT: Duration = Duration::from_secs(8);
const LARGEST_ANSWER: usize = 1024 * 1024;

/// Asks, with limits on where, how long and how much.
pub struct Http(reqwest::Client);

impl Http {
    pub fn new() -> Result<Self, String> {
        // rustls with ring, which needs no OpenSSL, and with the machine's own authorities: an operator's
        // own is added there, or by SSL_CERT_FILE. Set already is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        reqwest::Client::builder()
            .connect_timeout(CONNECT_LIMIT)
            .timeout(ANSWER_LIMIT)
            // A redirect could lead into the portal's own network.
            .redirect(reqwest::redirect::Policy::none())
            // The workers have a runtime each: a connection is not to outlive the one that made it.
            .pool_max_idle_per_host(0)
            .build()
            .map(Self)
            .map_err(|error| error.to_string())
    }
}

#[derive(Debug, Error)]
pub enum HttpFault {
    #[error("{0} is not https")]
    NotHttps(String),
    #[error("{}", chain(.0))]
    Request(#[from] reqwest::Error),
    #[error("the answer is longer than {LARGEST_ANSWER} bytes")]
    TooLong,
    #[error(transparent)]
    Http(#[from] http::Error),
}

/// The fault with its causes: reqwest's own words end before it becomes interesting.
fn chain(error: &reqwest::Error) -> String {
    let mut told = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(next) = cause {
        told = format!("{told}: {next}");
        cause = next.source();
    }
    told
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpFault;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpFault>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            // The metadata names the other addresses: none of them may be less than the issuer's own.
            let address = request.uri().to_string();
            if !is_trustworthy(&address) {
                return Err(HttpFault::NotHttps(address));
            }
            let mut answer = self.0.execute(reqwest::Request::try_from(request)?).await?;
            let mut built = http::Response::builder().status(answer.status());
            for (name, value) in answer.headers() {
                built = built.header(name, value);
            }
            let mut body = Vec::new();
            while let Some(chunk) = answer.chunk().await? {
                body.extend_from_slice(&chunk);
                if body.len() > LARGEST_ANSWER {
                    return Err(HttpFault::TooLong);
                }
            }
            Ok(built.body(body)?)
        })
    }
}

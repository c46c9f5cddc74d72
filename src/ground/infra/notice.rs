//! Notices (*besked*): that something was done is told on the page that the browser is sent to. What is told stands in the
//! address; so that nobody can make a page say it by a link of their own, the address is signed for this browser alone, and
//! for a short while.

use actix_web::{
    HttpRequest,
    body::MessageBody,
    dev::ServiceResponse,
    http::{Method, StatusCode, header},
};
use subtle::ConstantTimeEq;

use super::{browser::BrowserToken, error::AppError};

const FIELD: &str = "besked=";
/// Seconds: for as long as a browser needs to follow, and a slow line.
const LIFE: i64 = 60;

/// Signs the address that a form's answer leads to, where it says something. Not where the browser gets another token: a
/// sign-in leads where a link said, and tells nothing.
pub fn sign<B: MessageBody>(response: &mut ServiceResponse<B>, token: &BrowserToken) {
    let is_done = *response.request().method() == Method::POST
        && response.status() == StatusCode::SEE_OTHER
        && !response.headers().contains_key(header::SET_COOKIE);
    let address = response.headers().get(header::LOCATION).and_then(|address| address.to_str().ok());
    let Some(address) = address.filter(|address| is_done && address.starts_with('/')) else { return };
    let (page, fragment) = address.split_once('#').map_or((address, None), |(page, rest)| (page, Some(rest)));
    if !page.contains('?') {
        return;
    }
    let signed = signed(page, token, chrono::Utc::now().timestamp());
    let signed = fragment.map_or_else(|| signed.clone(), |fragment| format!("{signed}#{fragment}"));
    if let Ok(address) = header::HeaderValue::from_str(&signed) {
        response.headers_mut().insert(header::LOCATION, address);
    }
}

/// The address of a page that tells what was done by an answer from elsewhere, which is no form of ours.
pub fn told_at(request: &HttpRequest, address: &str) -> Result<String, AppError> {
    Ok(signed(address, &BrowserToken::of(request)?, chrono::Utc::now().timestamp()))
}

/// Whether a page may tell that something was done: it answers a form, or its address was signed a moment ago.
pub fn may_be_told(request: &HttpRequest, token: &BrowserToken) -> bool {
    let address = request.uri().path_and_query().map_or("", |address| address.as_str());
    *request.method() == Method::POST || is_signed(address, token, chrono::Utc::now().timestamp())
}

fn signed(page: &str, token: &BrowserToken, now: i64) -> String {
    format!("{page}&{FIELD}{now}.{}", mark(page, token, now))
}

fn is_signed(address: &str, token: &BrowserToken, now: i64) -> bool {
    let found = || {
        let (page, sign) = address.rsplit_once(&format!("&{FIELD}"))?;
        let (at, sent) = sign.split_once('.')?;
        let at: i64 = at.parse().ok()?;
        let is_fresh = (at..=at + LIFE).contains(&now);
        Some(is_fresh && bool::from(mark(page, token, at).as_bytes().ct_eq(sent.as_bytes())))
    };
    found().unwrap_or(false)
}

fn mark(page: &str, token: &BrowserToken, at: i64) -> String {
    token.derived(&format!("notice:{at}:{page}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_signed_for_one_browser_and_a_short_while() {
        let (own, other) = (BrowserToken::random().unwrap(), BrowserToken::random().unwrap());
        let address = signed("/utbetalningar?registrerade=3&ore=100", &own, 1_000);
        assert!(is_signed(&address, &own, 1_000) && is_signed(&address, &own, 1_060));
        assert!(!is_signed(&address, &own, 1_061) && !is_signed(&address, &own, 999));
        assert!(!is_signed(&address, &other, 1_000));
        assert!(!is_signed(&address.replace("registrerade=3", "registrerade=999"), &own, 1_000));
        for forged in
            ["/utbetalningar?registrerade=3", "/x?a=b&besked=1000.", "/x?a=b&besked=", "/x&besked=9.9"]
        {
            assert!(!is_signed(forged, &own, 1_000), "{forged}");
        }
    }
}

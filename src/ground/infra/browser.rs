//! The browser's token: one random cookie. Signed in, its hash is the session's key in the database; signed in or not,
//! every form carries a value derived from it, so that a form posted from elsewhere is recognised (CSRF).

use actix_web::{
    HttpMessage, HttpRequest,
    body::MessageBody,
    cookie::{Cookie, SameSite, time::Duration},
    dev::{ServiceRequest, ServiceResponse},
    http::header,
    middleware::Next,
    web,
};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Portal,
    error::AppError,
    hash::{hex, random_token, sha256_hex, unhex},
    notice, way,
};

/// `__Host-` pins the cookie to this very host over https.
const COOKIE: &str = "bidragsporten";
const COOKIE_HTTPS: &str = "__Host-bidragsporten";

/// As many letters has the value that every form carries.
pub const CSRF: usize = 128;

#[derive(Debug, Clone)]
pub struct BrowserToken(String);

impl BrowserToken {
    pub fn random() -> Result<Self, AppError> {
        random_token().map(Self).map_err(|error| AppError::internal(format!("no random numbers: {error}")))
    }

    /// The token that the middleware found or made for this request.
    pub fn of(request: &HttpRequest) -> Result<Self, AppError> {
        request.extensions().get::<Self>().cloned().ok_or_else(|| {
            AppError::internal("the browser's token is missing: the middleware is not in place")
        })
    }

    /// What the database keeps: a stolen copy of it opens no session.
    pub fn session_key(&self) -> String {
        sha256_hex(format!("session:{}", self.0))
    }

    /// Under which the half of a sign-in is kept, between the password and the code.
    pub fn step_key(&self) -> String {
        sha256_hex(format!("step:{}", self.0))
    }

    /// A token of this browser's for one purpose, made again as long as the browser keeps the cookie: what is shown to it
    /// alone need not be stored.
    pub fn derived(&self, purpose: &str) -> String {
        sha256_hex(format!("{purpose}:{}", self.0))
    }

    /// What every form of a page carries: a mask of its own for each page, and the browser's value under it. Pages are
    /// compressed, and what is the same in each could be guessed letter by letter from their lengths (BREACH).
    pub fn csrf(&self) -> Result<String, AppError> {
        let mut mask = [0_u8; 32];
        getrandom::fill(&mut mask)
            .map_err(|error| AppError::internal(format!("no random numbers: {error}")))?;
        Ok(hex(&mask) + &hex(&masked(&self.csrf_value(), &mask)))
    }

    /// Whether a form carried this browser's value. What stands after it says whose form it was.
    pub fn csrf_is(&self, sent: &str) -> bool {
        let Some(sent) = sent.get(..CSRF).and_then(unhex) else { return false };
        let (mask, value) = sent.split_at(32);
        masked(value, mask).as_slice().ct_eq(&self.csrf_value()).into()
    }

    fn csrf_value(&self) -> [u8; 32] {
        Sha256::digest(format!("csrf:{}", self.0)).into()
    }

    pub fn cookie(&self, portal: &Portal) -> Cookie<'static> {
        Cookie::build(if portal.https { COOKIE_HTTPS } else { COOKIE }, self.0.clone())
            .path("/")
            .http_only(true)
            .secure(portal.https)
            .same_site(SameSite::Lax)
            .finish()
    }

    fn from_cookie(request: &ServiceRequest, portal: &Portal) -> Option<Self> {
        let cookie = request.cookie(if portal.https { COOKIE_HTTPS } else { COOKIE })?;
        is_well_formed(cookie.value()).then(|| Self(cookie.value().to_owned()))
    }
}

fn masked(value: &[u8], mask: &[u8]) -> Vec<u8> {
    value.iter().zip(mask).map(|(value, mask)| value ^ mask).collect()
}

/// A browser that has signed in before. It opens nothing: it only tells its own failed tries from those of strangers.
const KNOWN: &str = "bidragsporten-kand";
const KNOWN_HTTPS: &str = "__Host-bidragsporten-kand";

#[derive(Debug, Clone)]
pub struct KnownBrowser(String);

impl KnownBrowser {
    pub fn random() -> Result<Self, AppError> {
        Ok(Self(BrowserToken::random()?.0))
    }

    pub fn of(request: &HttpRequest, portal: &Portal) -> Option<Self> {
        let cookie = request.cookie(if portal.https { KNOWN_HTTPS } else { KNOWN })?;
        is_well_formed(cookie.value()).then(|| Self(cookie.value().to_owned()))
    }

    /// What the database keeps.
    pub fn key(&self) -> String {
        sha256_hex(format!("known:{}", self.0))
    }

    /// For a year.
    pub fn cookie(&self, portal: &Portal) -> Cookie<'static> {
        Cookie::build(if portal.https { KNOWN_HTTPS } else { KNOWN }, self.0.clone())
            .path("/")
            .http_only(true)
            .secure(portal.https)
            .same_site(SameSite::Lax)
            .max_age(Duration::days(365))
            .finish()
    }
}

fn is_well_formed(token: &str) -> bool {
    token.len() == 64 && token.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Gives every request its token; a browser that had none gets the cookie with the page.
pub async fn token<B: MessageBody>(
    portal: web::Data<Portal>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let known = BrowserToken::from_cookie(&request, &portal);
    let is_new = known.is_none();
    let token = match known {
        Some(token) => token,
        None => BrowserToken::random()?,
    };
    request.extensions_mut().insert(token.clone());
    let mut response = next.call(request).await?;
    way::lead(&mut response);
    notice::sign(&mut response, &token);
    let is_page = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    // What anybody may keep and show to others never carries a cookie.
    let is_shared = response
        .headers()
        .get(header::CACHE_CONTROL)
        .is_some_and(|control| control.as_bytes().starts_with(b"public"));
    let sets_its_own = response.headers().contains_key(header::SET_COOKIE);
    if is_new && is_page && !is_shared && !sets_its_own {
        response
            .response_mut()
            .add_cookie(&token.cookie(&portal))
            .map_err(|error| AppError::internal(error.to_string()))?;
    }
    Ok(response)
}

/// True when the browser says that the form came from this very site. A browser that says nothing is not trusted.
pub fn same_origin(request: &HttpRequest) -> bool {
    let text = |name| request.headers().get(name).and_then(|value: &header::HeaderValue| value.to_str().ok());
    let is_https = Portal::of(request).is_ok_and(|portal| portal.https);
    match (text(header::ORIGIN), text(header::HOST)) {
        (Some(origin), Some(host)) => is_origin_of(origin, host, is_https),
        _ => false,
    }
}

/// Where the portal is reached by https, a page that came by http is not its own.
fn is_origin_of(origin: &str, host: &str, is_https: bool) -> bool {
    let by_http = || origin.strip_prefix("http://").filter(|_| !is_https);
    origin.strip_prefix("https://").or_else(by_http).is_some_and(|from| from == host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_by_http_is_not_the_portals_own_where_it_is_reached_by_https() {
        assert!(is_origin_of("https://a.example", "a.example", true));
        assert!(!is_origin_of("http://a.example", "a.example", true));
        assert!(is_origin_of("http://a.example", "a.example", false));
        // Behind a proxy that nobody has told of, both are.
        assert!(is_origin_of("https://a.example", "a.example", false));
        for other in ["https://b.example", "a.example", "null", "", "https://a.example.org"] {
            assert!(!is_origin_of(other, "a.example", true) && !is_origin_of(other, "a.example", false));
        }
    }

    #[test]
    fn a_token_is_masked_anew_each_time_and_is_the_browsers_alone() {
        let (own, other) = (BrowserToken::random().unwrap(), BrowserToken::random().unwrap());
        let (one, two) = (own.csrf().unwrap(), own.csrf().unwrap());
        assert!(one.len() == 128 && one != two && one[64..] != two[64..]);
        assert!(own.csrf_is(&one) && own.csrf_is(&two) && !other.csrf_is(&one));
        let unmasked = hex(&own.csrf_value());
        for wrong in
            ["", &one[..64], &one[2..], &unmasked, &format!("00{one}"), &"å".repeat(64), &"0".repeat(128)]
        {
            assert!(!own.csrf_is(wrong), "{wrong}");
        }
        // Nothing masked is the value itself.
        assert!(own.csrf_is(&format!("{}{unmasked}", "0".repeat(64))));
    }
}

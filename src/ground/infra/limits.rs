//! How often somebody may ask: per address for whoever comes, per person for whoever is signed in.
//!
//! What costs more (signing in, uploads, searches, exports) has limits of its own. They are generous: a whole municipality may
//! sit behind one address. Each process counts for itself.

use std::{net::IpAddr, num::NonZeroU32, time::Duration};

use actix_web::{
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header},
    middleware::Next,
    web,
};
use governor::{
    DefaultKeyedRateLimiter, Quota, RateLimiter,
    clock::{Clock, DefaultClock},
};

use super::{Portal, address, assets, client, error::AppError, metrics};
use crate::paths;

/// What a request costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    SignIn,
    Upload,
    Search,
    Export,
    /// A page that a link alone opens: whoever has it has no account.
    Link,
    /// A link that opens nothing: counted when it has been found so.
    WrongLink,
    Other,
}

impl Kind {
    const ALL: [Self; 7] =
        [Self::SignIn, Self::Upload, Self::Search, Self::Export, Self::Link, Self::WrongLink, Self::Other];

    pub fn key(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Upload => "upload",
            Self::Search => "search",
            Self::Export => "export",
            Self::Link => "link",
            Self::WrongLink => "wrong_link",
            Self::Other => "other",
        }
    }

    /// By what everybody can see of a request, before anybody knows who sent it.
    fn of(method: &Method, path: &str, query: &str, content_type: &str) -> Self {
        if address::is_within(path, paths::onward::Visit::PATTERN) {
            return Self::Link;
        }
        let is_file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
        if *method == Method::POST {
            let confirms = [
                paths::access::SignIn::PATTERN,
                paths::account::Confirm::PATTERN,
                paths::account::Welcome::PATTERN,
                paths::account::Own::PATTERN,
            ];
            return match () {
                () if content_type.starts_with("multipart/") => Self::Upload,
                () if confirms.iter().any(|place| address::is_within(path, place)) => Self::SignIn,
                () => Self::Other,
            };
        }
        match () {
            () if is_file => Self::Export,
            () if query.split('&').any(|pair| pair.starts_with("sok=") && pair.len() > "sok=".len()) => {
                Self::Search
            }
            () => Self::Other,
        }
    }

    /// Times a minute from one address, and from one person.
    fn a_minute(self) -> (u32, u32) {
        match self {
            Self::SignIn => (60, 20),
            Self::Upload => (120, 30),
            Self::Search => (600, 120),
            Self::Export => (240, 60),
            Self::Link => (300, 60),
            Self::WrongLink => (30, 30),
            Self::Other => (3000, 600),
        }
    }
}

/// One limit for each kind, of addresses and of people; and how long what is sent may take.
pub struct Limits {
    rates: Option<[(DefaultKeyedRateLimiter<IpAddr>, DefaultKeyedRateLimiter<String>); 7]>,
    /// For a form: a client that sends it a byte at a time is not waited for.
    time: Duration,
    /// For a file, from a telephone in the country.
    time_with_a_file: Duration,
}

impl Limits {
    /// Those of the real portal.
    pub fn on() -> Self {
        let a_minute = |times| Quota::per_minute(NonZeroU32::new(times).unwrap_or(NonZeroU32::MIN));
        let rates = Kind::ALL.map(|kind| {
            let (address, person) = kind.a_minute();
            (RateLimiter::keyed(a_minute(address)), RateLimiter::keyed(a_minute(person)))
        });
        Self { rates: Some(rates), ..Self::off() }
    }

    /// With so much time for every form.
    pub fn within(self, time: Duration) -> Self {
        Self { time, ..self }
    }

    /// Waits for a form to come, but not for ever.
    pub async fn form<T>(&self, coming: impl Future<Output = T>) -> Result<T, AppError> {
        actix_web::rt::time::timeout(self.time, coming).await.map_err(|_| AppError::TooSlow)
    }

    /// The same for a file.
    pub async fn file<T>(&self, coming: impl Future<Output = T>) -> Result<T, AppError> {
        actix_web::rt::time::timeout(self.time_with_a_file, coming).await.map_err(|_| AppError::TooSlow)
    }

    /// For practice on one's own machine.
    pub fn off() -> Self {
        Self { rates: None, time: Duration::from_secs(60), time_with_a_file: Duration::from_secs(300) }
    }

    /// Counts a link that opened nothing against the address that it came from. Somebody who tries many is told to wait.
    pub fn wrong_link(&self, address: Option<IpAddr>) -> Result<(), AppError> {
        address.map_or(Ok(()), |address| self.address(Kind::WrongLink, address))
    }

    fn address(&self, kind: Kind, address: IpAddr) -> Result<(), AppError> {
        let Some(rates) = &self.rates else { return Ok(()) };
        answer(kind, rates[kind as usize].0.check_key(&network(address)))
    }

    /// For somebody who is signed in, at home or on the way.
    pub fn person(&self, kind: Kind, person: &str) -> Result<(), AppError> {
        let Some(rates) = &self.rates else { return Ok(()) };
        answer(kind, rates[kind as usize].1.check_key(&person.to_owned()))
    }

    /// Forgets those who have not come for a while, so that many strangers do not fill the memory.
    pub fn forget_the_quiet(&self) {
        for (addresses, people) in self.rates.iter().flatten() {
            addresses.retain_recent();
            people.retain_recent();
        }
    }
}

fn answer(
    kind: Kind,
    checked: Result<(), governor::NotUntil<<DefaultClock as Clock>::Instant>>,
) -> Result<(), AppError> {
    checked.map_err(|wait| {
        metrics::limited(kind.key());
        let wait = wait.wait_time_from(DefaultClock::default().now());
        AppError::TooMany { seconds: wait.as_secs() + 1 }
    })
}

/// Whoever has one address of IPv6 has the whole /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        address @ IpAddr::V4(_) => address,
    }
}

/// What the request is, for [`Limits`].
pub fn kind_of(request: &actix_web::HttpRequest) -> Kind {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    // As the routes see it: an encoded letter is that letter.
    Kind::of(
        request.method(),
        request.match_info().as_str(),
        request.query_string(),
        content_type.unwrap_or_default(),
    )
}

/// Stands before every page.
pub async fn guard<B: MessageBody + 'static>(
    portal: web::Data<Portal>,
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_static = address::is_within(request.match_info().as_str(), assets::PATTERN);
    let kind = kind_of(request.request());
    let checked = match client::address(request.request(), &portal.proxies) {
        Some(address) if !is_static => portal.limits.address(kind, address),
        _ => Ok(()),
    };
    if let Err(error) = checked {
        return Ok(request.error_response(error).map_into_right_body());
    }
    Ok(next.call(request).await?.map_into_left_body())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_costs_more_is_known_by_its_address() {
        let kind = |method, path, query| Kind::of(&method, path, query, "");
        assert_eq!(kind(Method::POST, "/logga-in", ""), Kind::SignIn);
        assert_eq!(kind(Method::GET, "/logga-in", ""), Kind::Other);
        assert_eq!(kind(Method::GET, "/oversikt/x", "sok=ale&sida=2"), Kind::Search);
        assert_eq!(kind(Method::GET, "/oversikt/x", "sok="), Kind::Other);
        assert_eq!(kind(Method::GET, "/utforare/1/kod", ""), Kind::Link);
        assert_eq!(kind(Method::POST, "/utforare/1/kod/ansokan", ""), Kind::Link);
        assert_eq!(kind(Method::GET, "/oversikt/x.xlsx", ""), Kind::Export);
        let form = Kind::of(&Method::POST, "/rekvisitioner/1/bilagor", "", "multipart/form-data; boundary=a");
        assert_eq!(form, Kind::Upload);
    }

    #[test]
    fn an_address_waits_when_it_has_used_what_it_has_and_others_do_not() {
        let limits = Limits::on();
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..60 {
            limits.address(Kind::SignIn, one).unwrap();
        }
        assert!(matches!(limits.address(Kind::SignIn, one), Err(AppError::TooMany { seconds: 1.. })));
        limits.address(Kind::SignIn, other).unwrap();
        limits.address(Kind::Upload, one).unwrap();
    }

    #[test]
    fn a_network_of_ipv6_is_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::ffff:1"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}

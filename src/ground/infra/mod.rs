//! What every room stands on: database, clock, errors, forms, pages. Knows nothing of grants.

pub mod address;
pub mod assets;
pub mod browser;
pub mod client;
pub mod clock;
pub mod config;
pub mod conflict;
pub mod db;
pub mod error;
pub mod failure;
pub mod form;
pub mod hash;
pub mod held;
pub mod limits;
pub mod metrics;
pub mod notice;
pub mod once;
pub mod page;
pub mod pieces;
pub mod scan;
pub mod schema;
pub mod seal;
pub mod settings;
pub mod shared;
#[cfg(test)]
pub mod stored;
pub mod trace;
pub mod turns;
pub mod upload;
pub mod way;

use std::{net::IpAddr, time::Duration};

use actix_web::{HttpRequest, http::header, web};

/// What a handler needs of the running program.
pub struct Portal {
    pub db: db::Db,
    pub clock: clock::Clock,
    /// Made-up filings, one-click sign-in and a date that the user sets. Never on together with real data.
    pub practice: bool,
    /// The portal is reached by https: cookies are for https only.
    pub https: bool,
    /// What the operator decided in a file.
    pub config: config::Config,
    /// Whose word on where a request comes from is believed.
    pub proxies: Vec<IpAddr>,
    pub limits: limits::Limits,
    /// Looks through every file that is uploaded.
    pub scanner: Option<scan::Scanner>,
    /// Whether that answers.
    pub pulse: scan::Pulse,
    /// Who has a file read and scanned now.
    pub turns: turns::Turns,
    /// How often the program does what it does by itself.
    pub upkeep: Duration,
    /// Whether the roles that need a second factor can do without.
    pub second_factor: SecondFactor,
    /// Seals the secrets that the database keeps.
    pub key: seal::Key,
}

impl Portal {
    pub fn of(request: &HttpRequest) -> Result<&web::Data<Self>, error::AppError> {
        let portal = request.app_data::<web::Data<Self>>();
        portal.ok_or_else(|| error::AppError::internal("the portal is missing from the app"))
    }

    /// The domain at which passkeys are used; empty where there is none ([`config::Config::passkey_address`]).
    pub fn passkey_domain(&self) -> String {
        let address = self.config.passkey_address(self.practice);
        address.and_then(|address| address.domain().map(str::to_owned)).unwrap_or_default()
    }

    /// Where people reach the portal, `https://bidrag.example`: as it is configured. Otherwise what the request was sent to
    /// (`Host`), if that can be a host at all; never what a proxy says of it beside that.
    pub fn address(&self, request: &HttpRequest) -> Result<String, error::AppError> {
        if !self.config.address.is_empty() {
            return Ok(self.config.address.clone());
        }
        let host =
            request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
        let is_host = |letter: char| letter.is_ascii_alphanumeric() || ".-:[]".contains(letter);
        if host.is_empty() || host.len() > 255 || !host.chars().all(is_host) {
            return Err(error::AppError::bad_request("Adressen i anropet (Host) går inte att läsa."));
        }
        Ok(format!("{}://{host}", if self.https { "https" } else { "http" }))
    }

    /// Without a proxy, limits or a scanner, and with a second factor for whoever wants one.
    pub fn new(db: db::Db, clock: clock::Clock, practice: bool, key: seal::Key) -> Self {
        Self {
            db,
            clock,
            practice,
            https: false,
            config: config::Config::default(),
            proxies: Vec::new(),
            limits: limits::Limits::off(),
            scanner: None,
            pulse: scan::Pulse::default(),
            turns: turns::Turns::default(),
            upkeep: Duration::from_secs(60),
            second_factor: SecondFactor::Optional,
            key,
        }
    }
}

/// Whether those who sign, decide, pay or administer must set up a second factor before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    Required,
    /// In practice mode, and where the operator says so.
    Optional,
}

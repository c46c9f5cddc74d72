//! What the operator decides in a file (`--config`): for how long a session lasts, and which identity providers people may
//! sign in by. Without a file everything has the value that `bidragsporten.example.toml` shows.

use std::{fmt, path::Path};

use chrono::Duration;
use serde::Deserialize;
use thiserror::Error;

use values::OrganisationNumber;

/// The claims of the Swedish OIDC profile (Sweden Connect's *OIDC Claims and Scopes Specification*, "Organizational
/// Identity"): the organisation's number, and `<user>@<organisation's number>`.
const ORGANISATION_NUMBER: &str = "https://id.oidc.se/claim/orgNumber";
const AFFILIATION: &str = "https://id.oidc.se/claim/orgAffiliation";

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where people reach the portal, `https://bidrag.example.se`: identity providers send them back there, and passkeys are
    /// for its domain.
    pub address: String,
    pub sessions: SessionLimits,
    #[serde(rename = "provider")]
    pub providers: Vec<Provider>,
}

/// OWASP ASVS 5.0 V7.3: a session ends when it has been idle, and after a time in any case.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SessionLimits {
    idle_minutes: u32,
    longest_hours: u32,
    confirmed_minutes: u32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle_minutes: 60, longest_hours: 12, confirmed_minutes: 15 }
    }
}

impl SessionLimits {
    pub fn idle(self) -> Duration {
        Duration::minutes(self.idle_minutes.into())
    }

    pub fn longest(self) -> Duration {
        Duration::hours(self.longest_hours.into())
    }

    /// For how long somebody who showed who it is need not do so again to decide.
    pub fn confirmed(self) -> Duration {
        Duration::minutes(self.confirmed_minutes.into())
    }
}

/// An identity provider (*inloggningstjänst*) that speaks OpenID Connect.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// Its part of the address, `/logga-in/KEY`.
    pub key: String,
    /// What the button says.
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    /// A file with the client's secret; without one the client is public and has PKCE alone.
    #[serde(default)]
    pub client_secret_file: Option<String>,
    #[serde(skip)]
    pub client_secret: Option<Secret>,
    /// Besides `openid`.
    #[serde(default = "scopes")]
    pub scopes: Vec<String>,
    #[serde(default = "organisation_number")]
    pub organisation_number_claim: String,
    #[serde(default = "affiliation")]
    pub affiliation_claim: String,
    /// Any of these levels of assurance will do. Needed, unless `any_assurance` says that whatever the provider asks is enough.
    #[serde(default)]
    pub acr_values: Vec<String>,
    #[serde(default)]
    pub any_assurance: bool,
    /// The numbers (*organisationsnummer*) of those it may vouch for; empty for a provider that may vouch for anybody.
    #[serde(default)]
    pub organisations: Vec<OrganisationNumber>,
    /// The provider answers for its people's e-mail addresses: somebody who is known here by one is the same person.
    #[serde(default)]
    pub trust_email: bool,
    /// The provider's logout tokens do not say that they are such (`typ`): they are believed by their event alone.
    #[serde(default)]
    pub untyped_logout: bool,
    /// Signing out here signs out there too, where the provider says how.
    #[serde(default = "yes")]
    pub single_logout: bool,
}

fn scopes() -> Vec<String> {
    ["profile", "email", "https://id.oidc.se/scope/naturalPersonOrgId"].map(str::to_owned).to_vec()
}

fn organisation_number() -> String {
    ORGANISATION_NUMBER.to_owned()
}

fn affiliation() -> String {
    AFFILIATION.to_owned()
}

fn yes() -> bool {
    true
}

/// Never written to a log.
#[derive(Clone)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[derive(Debug, Error)]
#[error("konfigurationen {file}: {reason}")]
pub struct ConfigFault {
    file: String,
    reason: String,
}

impl Config {
    /// Reads the file and the secrets that it names (from its own folder, when they are not absolute).
    pub fn read(file: &Path) -> Result<Self, ConfigFault> {
        let fault = |reason: String| ConfigFault { file: file.display().to_string(), reason };
        let text = std::fs::read_to_string(file).map_err(|error| fault(error.to_string()))?;
        let mut config = Self::parse(&text).map_err(fault)?;
        let folder = file.parent().unwrap_or(Path::new("."));
        for provider in &mut config.providers {
            let Some(name) = &provider.client_secret_file else { continue };
            let secret = std::fs::read_to_string(folder.join(name))
                .map_err(|error| fault(format!("{}: {name}: {error}", provider.key)))?;
            let secret = secret.trim();
            if secret.is_empty() {
                return Err(fault(format!("{}: {name} är tom", provider.key)));
            }
            provider.client_secret = Some(Secret(secret.to_owned()));
        }
        Ok(config)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let mut config: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        config.address.truncate(config.address.trim_end_matches('/').len());
        config.fault().map_or(Ok(config), Err)
    }

    /// The first thing that would not work.
    fn fault(&self) -> Option<String> {
        let limits = self.sessions;
        if limits.idle_minutes == 0 || limits.longest_hours == 0 || limits.confirmed_minutes == 0 {
            return Some("tiderna under [sessions] ska vara större än noll".to_owned());
        }
        if !self.providers.is_empty() && !is_trustworthy(&self.address) {
            return Some("address behövs för [[provider]], och ska börja med https://".to_owned());
        }
        self.providers.iter().enumerate().find_map(|(index, provider)| {
            let key = &provider.key;
            let is_plain = |key: &str| {
                let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
                !key.is_empty() && key.bytes().all(plain)
            };
            if !is_plain(key) {
                return Some(format!("nyckeln ”{key}” ska bestå av a–z, 0–9 och bindestreck"));
            }
            if key == "kod" {
                return Some("nyckeln kod är upptagen: /logga-in/kod är portalens egen sida".to_owned());
            }
            if self.providers[..index].iter().any(|other| other.key == *key) {
                return Some(format!("nyckeln {key} finns två gånger"));
            }
            if provider.name.trim().is_empty() || provider.client_id.is_empty() {
                return Some(format!("{key}: name och client_id behövs"));
            }
            if provider.acr_values.is_empty() != provider.any_assurance {
                let reason = "acr_values behövs: vilken tillitsnivå som krävs; eller any_assurance = true, som tar vilken som helst";
                return Some(format!("{key}: {reason}"));
            }
            if provider.trust_email && provider.organisations.is_empty() {
                let reason = "trust_email kräver organisations: annars kunde den ta över andras konton";
                return Some(format!("{key}: {reason}"));
            }
            (!is_trustworthy(&provider.issuer)).then(|| format!("{key}: issuer ska börja med https://"))
        })
    }

    /// Where passkeys are used: at an address that has a name (an RP ID is a domain, never a number: WebAuthn §5.1.2) and that
    /// nobody listens in on. In practice `localhost`, unless something else is said.
    pub fn passkey_address(&self, practice: bool) -> Option<reqwest::Url> {
        let address = if practice && self.address.is_empty() { "http://localhost" } else { &self.address };
        let url = reqwest::Url::parse(address).ok().filter(|_| is_trustworthy(address))?;
        url.domain().is_some().then_some(url)
    }

    pub fn provider(&self, key: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.key == key)
    }
}

/// https; or http on this very machine, where nobody listens in, for trying things out.
pub fn is_trustworthy(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else { return false };
    let is_own = matches!(url.host_str(), Some("127.0.0.1" | "localhost"));
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_own);
    // Nobody has a name in an address: what looks like the host before the @ is not.
    is_safe && url.username().is_empty() && url.password().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_is_what_there_is_without_a_file() {
        let example = Config::parse(include_str!("../../../bidragsporten.example.toml")).unwrap();
        let limits = SessionLimits::default();
        assert_eq!(example.sessions.idle(), limits.idle());
        assert_eq!(example.sessions.longest(), limits.longest());
        assert_eq!(example.sessions.confirmed(), limits.confirmed());
        assert_eq!(example.providers[0].organisation_number_claim, ORGANISATION_NUMBER);
        assert_eq!(example.providers[0].scopes, scopes());
    }

    #[test]
    fn a_fault_is_told() {
        let provider = |key: &str, issuer: &str| {
            format!(
                "[[provider]]\nkey = '{key}'\nname = 'A'\nissuer = '{issuer}'\nclient_id = 'b'\nacr_values = ['loa3']\n"
            )
        };
        let at = |rest: &str| format!("address = 'https://portal.example'\n{rest}");
        assert!(Config::parse(&at(&provider("ale", "https://id.ale.example"))).is_ok());
        assert!(Config::parse(&at(&provider("ale", "http://localhost:4000/a"))).is_ok());
        for (text, told) in [
            (provider("ale", "https://id.ale.example"), "address behövs"),
            (at(&format!("{}any_assurance = true\n", provider("ale", "https://a.example"))), "any_assurance"),
            (at(&provider("ale", "https://a.example").replace("['loa3']", "[]")), "acr_values behövs"),
            (at(&provider("ale", "http://id.ale.example")), "issuer ska börja med https"),
            (at(&provider("ale", "http://localhost.example")), "issuer ska börja med https"),
            (at(&provider("ale", "http://localhost:80@id.example")), "issuer ska börja med https"),
            (at(&provider("ale", "https://id.ale.example@id.example")), "issuer ska börja med https"),
            (at(&provider("ale", "id.ale.example")), "issuer ska börja med https"),
            (at(&provider("Ale kommun", "https://a.example")), "a–z"),
            (at(&format!("{0}{0}", provider("ale", "https://a.example"))), "två gånger"),
            (
                at(&format!("{}trust_email = true\n", provider("ale", "https://a.example"))),
                "trust_email kräver organisations",
            ),
            ("[sessions]\nidle_minutes = 0".to_owned(), "större än noll"),
            ("adress = 'a'".to_owned(), "unknown field"),
        ] {
            let fault = Config::parse(&text).unwrap_err();
            assert!(fault.contains(told), "{fault}");
        }
    }

    #[test]
    fn a_secret_is_read_from_its_file_and_never_shown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("portal.toml");
        let text = "address = 'https://a.example'\n[[provider]]\nkey = 'a'\nname = 'A'\nissuer = 'https://b.example'\n\
                    client_id = 'c'\nclient_secret_file = 'hemlig'\nany_assurance = true\n";
        std::fs::write(&file, text).unwrap();
        assert!(Config::read(&file).unwrap_err().to_string().contains("a: hemlig: "));
        std::fs::write(folder.path().join("hemlig"), "öppna sesam\n").unwrap();
        let config = Config::read(&file).unwrap();
        let secret = config.providers[0].client_secret.as_ref();
        assert_eq!(secret.map(|secret| secret.0.as_str()), Some("öppna sesam"));
        assert!(!format!("{config:?}").contains("sesam"));
    }
}

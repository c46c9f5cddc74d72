//! Passkeys: a key pair in somebody's telephone, computer or security key, which signs what the portal asks (W3C *Web
//! Authentication*, Level 3). What is signed tells the portal's own address, so that a copy of the portal elsewhere gets
//! nothing to use here.
//!
//! **User verification is always required**: the device has recognised its owner, by a PIN, a finger or a face. A passkey is
//! therefore two factors by itself. At sign-in it stands in the place of the code; to confirm who one is, it stands alone.
//!
//! The portal asks in one session (or one half of a sign-in), for one purpose ([`Ask`]), and takes the answer once, within
//! [`ASK_LIFE`].

pub mod verbs;

use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use webauthn_rs::prelude::{Webauthn, WebauthnBuilder};

use crate::{
    ground::infra::{config::Config, hash::sha256_hex},
    people::access::Person,
};
use values::Id;

/// From being asked to the answer: time to find the key and to use it (WCAG 2.2.1 has longer times in mind than one's own).
pub const ASK_LIFE: Duration = Duration::minutes(5);
/// More of them than anybody has devices.
pub const MOST: i64 = 10;
/// As long as a name in the list can be.
pub const LONGEST_NAME: usize = 60;

/// One of somebody's passkeys.
#[derive(Debug, Clone)]
pub struct Passkey {
    pub id: Id<Passkey>,
    /// As its owner calls it.
    pub name: String,
    pub added_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

/// What a passkey is asked for: an answer to the one is none to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Register,
    SignIn,
    Confirm,
}

impl Purpose {
    pub fn key(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::Confirm => "confirm",
        }
    }
}

/// Who is asked, where and for what.
#[derive(Debug, Clone)]
pub struct Ask {
    pub person: Person,
    pub purpose: Purpose,
    /// The session's id, or the key of the half of a sign-in.
    pub scope: String,
}

/// Whom passkeys answer: the portal at its own address. `None` where there is none with a name ([`Config::passkey_address`]).
pub fn relying_party(config: &Config, practice: bool) -> Option<Webauthn> {
    let address = config.passkey_address(practice)?;
    let builder = WebauthnBuilder::new(address.domain()?, &address).ok()?;
    // In practice the port is whatever the portal was started on.
    let builder = builder.rp_name("Bidragsporten").allow_any_port(config.address.is_empty());
    builder.build().ok()
}

/// By what the portal finds again what it asked, from the answer.
fn ask_hash(challenge: &str) -> String {
    sha256_hex(format!("passkey:{challenge}"))
}

/// The part of an answer that tells what was asked (*CollectedClientData*).
#[derive(Deserialize)]
struct ClientData {
    challenge: String,
}

/// Which question the answer says that it is to. Nothing is believed of it yet.
fn asked(client_data: &[u8]) -> Option<String> {
    serde_json::from_slice::<ClientData>(client_data).ok().map(|data| ask_hash(&data.challenge))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::infra::stored;

    fn at(address: &str) -> Config {
        Config { address: address.to_owned(), ..Config::default() }
    }

    #[test]
    fn passkeys_need_an_address_with_a_name() {
        let origins = |address, practice| {
            let portal = relying_party(&at(address), practice)?;
            Some(portal.get_allowed_origins()[0].to_string())
        };
        let real = "https://bidrag.example.se";
        assert_eq!(origins(real, false).as_deref(), Some("https://bidrag.example.se/"));
        assert_eq!(origins(real, true).as_deref(), Some("https://bidrag.example.se/"));
        assert_eq!(origins("", true).as_deref(), Some("http://localhost/"));
        for (address, practice) in [
            ("", false),
            ("http://127.0.0.1:8080", true),
            ("http://bidrag.example.se", false),
            ("bidrag", false),
        ] {
            assert_eq!(origins(address, practice), None, "{address}");
        }
    }

    #[test]
    fn what_was_asked_is_read_from_the_answer() {
        let data = br#"{"type":"webauthn.get","challenge":"abc","origin":"https://a.example"}"#;
        assert_eq!(asked(data), Some(ask_hash("abc")));
        assert_eq!(asked(b"{}"), None);
        assert_eq!(asked(b"\xff"), None);
    }

    /// A new version of the library must read the passkeys that people have.
    #[test]
    fn stored_passkeys_read_and_write_as_they_did() {
        let passkeys = stored::examples::<webauthn_rs::prelude::Passkey>("account/passkeys.json");
        assert_eq!(passkeys["of_a_telephone"].cred_id().len(), 32);
    }
}

//! *E-postadress*: Bilaga 2 punkt 1 and 4.

use std::fmt;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::{is_blank, is_invisible};

/// An e-mail address, kept as typed but for blanks around it.
///
/// At most 254 characters (RFC 5321 §4.5.3.1.3), one `@`, a domain with a dot.
/// Before the `@` only ASCII, so that any mail server can deliver it; å, ä and ö
/// are allowed in the domain (IDNA). No display name, comment, quotation or
/// address literal: they are legal mail and, in a form, always a mistake.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Why it is not an e-mail address, in words for the one who typed it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum EmailError {
    #[error("E-postadress saknas. Skriv den som namn@kommun.se.")]
    Empty,
    #[error("E-postadressen är för lång. Den kan ha högst 254 tecken.")]
    TooLong,
    #[error("E-postadressen innehåller mellanslag. Skriv en enda adress, som namn@kommun.se.")]
    Space,
    #[error("E-postadressen ska ha ett @. Skriv den som namn@kommun.se.")]
    MissingAt,
    #[error(
        "E-postadressen har å, ä, ö eller ett annat särskilt tecken före @. Använd bara a till z, siffror, punkt och bindestreck."
    )]
    LocalPartNotAscii,
    #[error("E-postadressens del efter @ är inte fullständig. Den ska ha en punkt, som i namn@kommun.se.")]
    Domain,
    #[error("E-postadressen går inte att läsa. Skriv bara adressen, som namn@kommun.se.")]
    Unreadable,
}

const MAX_LENGTH: usize = 254;

impl Email {
    /// # Errors
    /// When `typed` is not an address; the error says why.
    pub fn parse(typed: &str) -> Result<Self, EmailError> {
        let address: String = typed.trim_matches(is_blank).nfkc().filter(|&c| !is_invisible(c)).collect();
        if address.is_empty() {
            return Err(EmailError::Empty);
        }
        if address.len() > MAX_LENGTH {
            return Err(EmailError::TooLong);
        }
        if address.contains(char::is_whitespace) {
            return Err(EmailError::Space);
        }
        let (local, domain) = address.rsplit_once('@').ok_or(EmailError::MissingAt)?;
        if local.contains(['"', '(', '<']) {
            return Err(EmailError::Unreadable);
        }
        if !local.is_ascii() {
            return Err(EmailError::LocalPartNotAscii);
        }
        if !is_domain(domain) {
            return Err(EmailError::Domain);
        }
        let strict = Options::default().with_required_tld().without_domain_literal().without_display_text();
        EmailAddress::parse_with_options(&address, strict).map_err(|_| EmailError::Unreadable)?;
        Ok(Self(address))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What an account is found by: whoever typed `Anna@Ale.se` is `anna@ale.se`.
    #[must_use]
    pub fn folded(&self) -> String {
        Self::fold(&self.0)
    }

    /// The same of what was typed, whether or not it is an address.
    #[must_use]
    pub fn fold(typed: &str) -> String {
        let visible = typed.trim_matches(is_blank).nfkc().filter(|&c| !is_invisible(c));
        visible.collect::<String>().to_lowercase()
    }
}

/// Names with dots between, the last not a number. The library lets `_`, `!` and
/// `1.2.3.4` through.
fn is_domain(domain: &str) -> bool {
    let mut labels = domain.rsplit('.');
    let top_is_a_name =
        labels.next().is_some_and(|top| top.chars().count() >= 2 && top.chars().any(char::is_alphabetic));
    top_is_a_name
        && domain.contains('.')
        && domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(stored: String) -> Result<Self, Self::Error> {
        Self::parse(&stored)
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

#[cfg(test)]
mod tests {
    use super::EmailError as Fault;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn addresses_in_use() {
        for address in [
            "kommun@ale.se",
            "Anna.Svensson@Ale.se",
            "statsbidrag+2022@kammarkollegiet.se",
            "o'neill@upplands-vasby.se",
            "info@växjö.se",
            "a@b.xn--90ais",
        ] {
            assert_eq!(Email::parse(address).unwrap().as_str(), address);
        }
        let pasted = Email::parse(" \u{A0}Kommun@\u{200B}ale.se\r\n").unwrap();
        assert_eq!(pasted.to_string(), "Kommun@ale.se");
        assert_eq!(pasted.folded(), "kommun@ale.se");
        assert_eq!(
            Email::fold("Info@VA\u{308}XJO\u{308}.se "),
            Email::parse("info@växjö.se").unwrap().folded()
        );
    }

    #[test]
    fn what_is_refused_and_why() {
        let long = format!("a@{}.se", "b.".repeat(130));
        for (typed, fault) in [
            ("", Fault::Empty),
            (" \u{A0}", Fault::Empty),
            (long.as_str(), Fault::TooLong),
            ("anna svensson@ale.se", Fault::Space),
            ("anna@ale.se, bo@ale.se", Fault::Space),
            ("Anna <anna@ale.se>", Fault::Space),
            ("anna.ale.se", Fault::MissingAt),
            ("åsa@ale.se", Fault::LocalPartNotAscii),
            ("anna@ale", Fault::Domain),
            ("anna@localhost", Fault::Domain),
            ("anna@[127.0.0.1]", Fault::Domain),
            ("anna@127.0.0.1", Fault::Domain),
            ("anna@ale,se", Fault::Domain),
            ("anna@ale_.se", Fault::Domain),
            ("anna@ale.se\0", Fault::Domain),
            ("anna@", Fault::Domain),
            ("Anna<anna@ale.se>", Fault::Unreadable),
            ("\"anna\"@ale.se", Fault::Unreadable),
            ("anna(chef)@ale.se", Fault::Unreadable),
            ("@ale.se", Fault::Unreadable),
            ("anna@bo@ale.se", Fault::Unreadable),
            ("anna..b@ale.se", Fault::Unreadable),
            ("anna.@ale.se", Fault::Unreadable),
            ("anna@-ale.se", Fault::Unreadable),
            ("anna@ale..se", Fault::Unreadable),
        ] {
            assert_eq!(Email::parse(typed), Err(fault), "{typed:?}");
        }
    }

    #[test]
    fn stored_as_it_is_shown() {
        let email = Email::parse("kommun@ale.se").unwrap();
        assert_eq!(serde_json::to_string(&email).unwrap(), "\"kommun@ale.se\"");
        assert_eq!(serde_json::from_str::<Email>("\"kommun@ale.se\"").unwrap(), email);
        assert!(serde_json::from_str::<Email>("\"kommun\"").is_err());
    }

    proptest! {
        #[test]
        fn shown_and_read_again_is_the_same(typed in "[a-zA-Z.+_-]{1,9}@[a-zåäö.-]{1,9}\\.[a-z0-9]{1,3}") {
            if let Ok(email) = Email::parse(&typed) {
                prop_assert_eq!(Email::parse(&email.to_string()), Ok(email));
            }
        }

        #[test]
        fn nothing_typed_makes_it_panic(typed in any::<String>()) {
            let _ = Email::parse(&typed);
        }
    }
}

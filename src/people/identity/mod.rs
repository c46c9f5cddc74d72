//! Identities (*inloggning med organisationens identitet*): people who sign in at an identity provider that speaks OpenID
//! Connect (OIDC Core 1.0, authorization code with PKCE), and what the portal believes of what it is told.
//!
//! A provider says who somebody is and for which organisation it vouches; **never what somebody may do**. Roles are given
//! in the portal. Whoever comes for the first time becomes a person of that organisation without a role, and a page says who
//! gives one.
//!
//! **An address takes over no account.** Somebody who comes for the first time with the address of an account is its owner only
//! when the operator has said that the provider answers for the addresses of its organisations (`trust_email`), the provider
//! says that this one is verified, and the account has a role there and no way in of its own: no password, no second factor, no
//! other identity. The owner of any other account signs in to it first, and ties the identity to it.
//!
//! ```text
//! sign-in page ──► away to the provider ──► back with a code ──► claims, verified ──► judged ──► session
//!                  (state, nonce, PKCE in `sign_in_requests`)                            └──► refused, or waits for a role
//! ```

pub mod pages;
pub mod paths;
pub mod provider;
pub mod store;
pub mod verbs;

use chrono::{DateTime, Duration, Utc};
use thiserror::Error;

use crate::ground::infra::{config::Provider, failure};
use values::{Email, OrganisationNumber};

/// What a provider's signed answer says, as far as the portal asks.
#[derive(Debug, Clone, Default)]
pub struct Claims {
    pub issuer: String,
    pub subject: String,
    /// The provider's number of the session (`sid`).
    pub session: Option<String>,
    /// The level of assurance (`acr`).
    pub assurance: Option<String>,
    pub authenticated_at: Option<DateTime<Utc>>,
    pub name: Option<String>,
    pub email: Option<String>,
    pub email_verified: Option<bool>,
    pub organisation_number: Option<String>,
    /// `<user>@<organisation's number>`.
    pub affiliation: Option<String>,
}

/// Somebody whom a provider vouches for.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub issuer: String,
    pub subject: String,
    pub session: String,
    pub name: String,
    /// Only an address that the provider answers for.
    pub email: Option<String>,
    /// The provider says of this very address that it is verified.
    pub email_is_verified: bool,
    pub organisation: OrganisationNumber,
}

/// Why somebody whom the provider let through is not let in here.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error(
        "Din inloggning hade inte den tillitsnivå som krävs ({0}). Logga in på nytt med en starkare metod, till exempel tjänstelegitimation."
    )]
    TooWeak(String),
    #[error("Inloggningstjänsten lämnade ingen uppgift om vilken organisation du hör till.")]
    NoOrganisation,
    #[error("Inloggningstjänstens uppgifter om din organisation går inte ihop: {0} och {1}.")]
    Contradiction(String, String),
    #[error("Organisationen med organisationsnummer {0} finns inte i portalens register.")]
    UnknownOrganisation(OrganisationNumber),
    #[error("Inloggningstjänsten får inte svara för organisationen med organisationsnummer {0}.")]
    NotVouched(OrganisationNumber),
    #[error("Inloggningstjänsten lämnade ingen uppgift om vad du heter.")]
    NoName,
    #[error(
        "Inloggningstjänsten gav ingen e-postadress som den svarar för, och portalen behöver en för att lägga upp dig."
    )]
    NoEmail,
    #[error(
        "Det finns redan ett konto i portalen med din e-postadress. Logga in med lösenordet, och knyt inloggningen till kontot under Mina inloggningar."
    )]
    AddressTaken,
    #[error("Inloggningen hör redan till någon annan i portalen.")]
    IdentityTaken,
    #[error("Du har ingen roll i {0}, som inloggningstjänsten svarar för.")]
    NoRoleThere(String),
    #[error("Du loggade in hos inloggningstjänsten som någon annan än den du är här.")]
    SomebodyElse,
    #[error(
        "Inloggningstjänsten frågade dig inte på nytt vem du är, eller lämnade ingen uppgift om när den gjorde det."
    )]
    NotAnew,
}

impl failure::Refusal for Refusal {}

/// A provider's clock may be a little behind ours.
const CLOCKS_DIFFER: Duration = Duration::seconds(60);

impl Claims {
    /// Whether the level of assurance is one of those that are asked for.
    pub fn is_assured(&self, provider: &Provider) -> Result<(), Refusal> {
        let wanted = &provider.acr_values;
        let has = self.assurance.as_ref().is_some_and(|assurance| wanted.contains(assurance));
        if wanted.is_empty() || has { Ok(()) } else { Err(Refusal::TooWeak(wanted.join(" eller "))) }
    }

    /// The person was asked anew, after the portal asked for that (OIDC Core 3.1.2.1, `max_age` and `auth_time`).
    pub fn is_anew(&self, since: DateTime<Utc>) -> Result<(), Refusal> {
        let is_anew = self.authenticated_at.is_some_and(|at| at >= since - CLOCKS_DIFFER);
        if is_anew { Ok(()) } else { Err(Refusal::NotAnew) }
    }

    pub fn judge(self, provider: &Provider) -> Result<Visitor, Refusal> {
        self.is_assured(provider)?;
        let organisation = self.organisation()?;
        let may_vouch = &provider.organisations;
        if !may_vouch.is_empty() && !may_vouch.contains(&organisation) {
            return Err(Refusal::NotVouched(organisation));
        }
        Ok(Visitor {
            organisation,
            email: self.answered_email(provider),
            email_is_verified: self.email_verified == Some(true),
            name: self
                .name
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty())
                .ok_or(Refusal::NoName)?,
            session: self.session.unwrap_or_default(),
            issuer: self.issuer,
            subject: self.subject,
        })
    }

    /// The number by itself and the one in the affiliation; where both are said, they are the same.
    fn organisation(&self) -> Result<OrganisationNumber, Refusal> {
        let of_affiliation =
            self.affiliation.as_ref().map(|said| said.rsplit_once('@').map_or("", |(_, of)| of));
        let number = |said: &str| {
            OrganisationNumber::parse(said).map_err(|_| match said.trim() {
                "" => Refusal::NoOrganisation,
                said => Refusal::Contradiction(said.to_owned(), "ett organisationsnummer".to_owned()),
            })
        };
        match (self.organisation_number.as_deref(), of_affiliation) {
            (None, None) => Err(Refusal::NoOrganisation),
            (Some(said), None) | (None, Some(said)) => number(said),
            (Some(said), Some(affiliated)) => {
                let (one, other) = (number(said)?, number(affiliated)?);
                let is_same = one == other;
                is_same
                    .then_some(one)
                    .ok_or_else(|| Refusal::Contradiction(one.to_string(), other.to_string()))
            }
        }
    }

    /// A provider that is trusted with addresses need not say of each that it is verified; that it is not always counts.
    fn answered_email(&self, provider: &Provider) -> Option<String> {
        let is_answered_for = self.email_verified.unwrap_or(provider.trust_email);
        let email = self.email.as_ref().filter(|_| is_answered_for)?;
        Email::parse(email).ok().map(|email| email.folded())
    }
}

/// Why somebody went to the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    SignIn,
    Confirm,
    /// To tie the identity to the account of whoever is signed in.
    Link,
}

impl Purpose {
    pub fn key(self) -> &'static str {
        match self {
            Self::SignIn => "logga-in",
            Self::Confirm => "bekrafta",
            Self::Link => "knyt",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        [Self::SignIn, Self::Confirm, Self::Link].into_iter().find(|purpose| purpose.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn provider(more: &str) -> Provider {
        let text =
            format!("key = 'ale'\nname = 'Ale'\nissuer = 'https://id.example'\nclient_id = 'a'\n{more}");
        toml::from_str(&text).unwrap()
    }

    fn claims() -> Claims {
        Claims {
            issuer: "https://id.example".to_owned(),
            subject: "1".to_owned(),
            name: Some("Prov Person".to_owned()),
            organisation_number: Some("2120001439".to_owned()),
            affiliation: Some("prov@212000-1439".to_owned()),
            ..Claims::default()
        }
    }

    #[test]
    fn the_organisation_is_told_by_number_by_affiliation_or_by_both_alike() {
        let number = OrganisationNumber::parse("212000-1439").unwrap();
        let of = |number: Option<&str>, affiliation: Option<&str>| {
            let owned = |text: Option<&str>| text.map(str::to_owned);
            let claims =
                Claims { organisation_number: owned(number), affiliation: owned(affiliation), ..claims() };
            claims.judge(&provider("")).map(|visitor| visitor.organisation)
        };
        assert_eq!(of(Some("212000-1439"), None), Ok(number));
        assert_eq!(of(None, Some("a@b@2120001439")), Ok(number));
        assert_eq!(of(Some("162120001439"), Some("a@2120001439")), Ok(number));
        assert_eq!(of(None, None), Err(Refusal::NoOrganisation));
        assert_eq!(of(None, Some("2120001439")), Err(Refusal::NoOrganisation));
        assert!(matches!(of(Some("212000-1439"), Some("a@2120001355")), Err(Refusal::Contradiction(..))));
        // A personal number is no organisation.
        assert!(matches!(of(Some("191212121212"), None), Err(Refusal::Contradiction(..))));
    }

    #[test]
    fn a_provider_vouches_for_its_own_organisations_only() {
        let ale = OrganisationNumber::parse("212000-1439").unwrap();
        let own = provider("organisations = ['212000-1439']");
        assert_eq!(claims().judge(&own).unwrap().organisation, ale);
        let other = provider("organisations = ['212000-1355']");
        assert_eq!(claims().judge(&other).unwrap_err(), Refusal::NotVouched(ale));
    }

    #[test]
    fn the_level_of_assurance_is_one_of_those_asked_for() {
        let strict = provider("acr_values = ['loa3', 'loa4']");
        let of = |acr: Option<&str>| Claims { assurance: acr.map(str::to_owned), ..claims() };
        assert!(of(None).judge(&provider("")).is_ok());
        assert!(of(Some("loa4")).judge(&strict).is_ok());
        for weak in [None, Some("loa2"), Some("")] {
            assert_eq!(of(weak).judge(&strict).unwrap_err(), Refusal::TooWeak("loa3 eller loa4".to_owned()));
        }
    }

    #[test]
    fn an_address_counts_when_the_provider_answers_for_it() {
        let of = |verified, more| {
            let claims =
                Claims { email: Some("Prov@Ale.example".to_owned()), email_verified: verified, ..claims() };
            claims.judge(&provider(more)).unwrap().email
        };
        let address = Some("prov@ale.example".to_owned());
        assert_eq!(of(Some(true), ""), address);
        assert_eq!(of(None, ""), None);
        assert_eq!(of(None, "trust_email = true"), address);
        assert_eq!(of(Some(false), "trust_email = true"), None);
    }

    #[test]
    fn to_be_asked_anew_is_to_be_asked_after_the_portal_asked() {
        let asked = DateTime::UNIX_EPOCH + Duration::hours(1);
        let of = |at: Option<Duration>| {
            Claims { authenticated_at: at.map(|at| asked + at), ..claims() }.is_anew(asked)
        };
        assert_eq!(of(Some(Duration::seconds(20))), Ok(()));
        assert_eq!(of(Some(Duration::seconds(-50))), Ok(()));
        assert_eq!(of(Some(Duration::minutes(-2))), Err(Refusal::NotAnew));
        assert_eq!(of(None), Err(Refusal::NotAnew));
    }
}

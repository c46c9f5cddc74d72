//! The talk with identity providers: discovery, authorization code with PKCE, tokens, claims, logout. What is signed is
//! verified here (crate `openidconnect`); what it is worth is judged in `mod.rs`.

mod http;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD as URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use openidconnect::{
    AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthType, AuthenticationContextClass,
    AuthenticationFlow, AuthorizationCode, Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields,
    EndpointMaybeSet, EndpointNotSet, EndpointSet, IdToken, IdTokenClaims, IdTokenFields, IssuerUrl, Nonce,
    OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse, UserInfoClaims,
    core::{
        CoreAuthDisplay, CoreAuthPrompt, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
        CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey,
        CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm,
        CoreResponseMode, CoreResponseType, CoreRevocableToken, CoreRevocationErrorResponse,
        CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
    },
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use thiserror::Error;

use self::http::Http;
use super::{CLOCKS_DIFFER, Claims, Purpose};
use crate::{
    ground::infra::config::{Config, Provider, is_trustworthy},
    paths,
};

/// For how long metadata and keys are kept. A token signed with a key that is not among them fetches them anew.
const FRESH: Duration = Duration::from_secs(15 * 60);
/// But not more often than this: anybody can send a token that nobody signed.
const AT_MOST_EVERY: Duration = Duration::from_secs(30);

/// What OIDC's metadata has beyond its core.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Announced {
    #[serde(default)]
    end_session_endpoint: Option<String>,
    /// RFC 9207: the answer names who gives it.
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for Announced {}

/// Every claim that is not in OIDC's core, by its name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Others {
    #[serde(flatten)]
    all: HashMap<String, Value>,
}

impl AdditionalClaims for Others {}

type Metadata = ProviderMetadata<
    Announced,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type Token = IdToken<Others, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type Tokens = StandardTokenResponse<
    IdTokenFields<
        Others,
        EmptyExtraTokenFields,
        CoreGenderClaim,
        CoreJweContentEncryptionAlgorithm,
        CoreJwsSigningAlgorithm,
    >,
    CoreTokenType,
>;
type Party = Client<
    Others,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    Tokens,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why a talk with a provider did not lead to the end. The cause is for the log.
#[derive(Debug, Error)]
pub enum Fault {
    /// It does not answer, or not as a provider does.
    #[error("{0}")]
    Down(String),
    /// It answers something that cannot be believed.
    #[error("{0}")]
    Untrue(String),
}

/// Where the browser goes, and what is kept until it is back.
#[derive(Debug)]
pub struct Departure {
    pub url: String,
    pub state: String,
    pub nonce: String,
    pub verifier: String,
}

/// What the browser brings back.
#[derive(Debug)]
pub struct Callback {
    pub code: String,
    /// The issuer as the answer's address names it.
    pub issuer: Option<String>,
    pub nonce: String,
    pub verifier: String,
}

/// Whose sessions a provider says are over.
#[derive(Debug)]
pub struct LoggedOut {
    pub issuer: String,
    pub subject: String,
    pub session: Option<String>,
}

/// The providers that the configuration names, with what is known of each.
pub struct Providers {
    http: Http,
    known: Mutex<HashMap<String, (Instant, Arc<Metadata>)>>,
}

impl Providers {
    pub fn new() -> Result<Self, String> {
        Ok(Self { http: Http::new()?, known: Mutex::default() })
    }

    /// Metadata and keys, fetched when they are first needed: a provider that is down stops nobody else.
    async fn metadata(&self, provider: &Provider, fresh: Duration) -> Result<Arc<Metadata>, Fault> {
        let known = || self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = known().get(&provider.key).cloned();
        if let Some((at, metadata)) = kept.filter(|(at, _)| at.elapsed() < fresh) {
            tracing::trace!(provider = provider.key, age = ?at.elapsed(), "metadata kept");
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(provider.issuer.clone()).map_err(down)?;
        let fetched = Arc::new(Metadata::discover_async(issuer, &self.http).await.map_err(down)?);
        known().insert(provider.key.clone(), (Instant::now(), Arc::clone(&fetched)));
        Ok(fetched)
    }

    /// The way to the provider. Asked to confirm, it is to recognise the person anew, whatever session it has.
    pub async fn depart(
        &self,
        config: &Config,
        provider: &Provider,
        purpose: Purpose,
    ) -> Result<Departure, Fault> {
        let client = client(config, provider, &*self.metadata(provider, FRESH).await?)?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = client
            .authorize_url(flow, || CsrfToken::new_random_len(32), || Nonce::new_random_len(32))
            .add_scopes(provider.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        for level in &provider.acr_values {
            request = request.add_auth_context_value(AuthenticationContextClass::new(level.clone()));
        }
        if purpose == Purpose::Confirm {
            request = request.set_max_age(Duration::ZERO).add_prompt(CoreAuthPrompt::Login);
        }
        let (url, state, nonce) = request.url();
        Ok(Departure {
            url: url.into(),
            state: state.into_secret(),
            nonce: nonce.secret().clone(),
            verifier: verifier.into_secret(),
        })
    }

    /// Changes the code for tokens, verifies what is signed, and reads the claims.
    pub async fn arrive(
        &self,
        config: &Config,
        provider: &Provider,
        back: Callback,
    ) -> Result<Claims, Fault> {
        let metadata = self.metadata(provider, FRESH).await?;
        let named = back.issuer.as_deref();
        let must_name = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if named.map_or(must_name, |named| named != metadata.issuer().as_str()) {
            return Err(Fault::Untrue(format!("the answer is from {named:?}")));
        }
        let talking = client(config, provider, &metadata)?;
        let tokens = self.exchange(&talking, back.code, back.verifier).await?;
        let token = tokens.id_token().ok_or_else(|| untrue("no id token"))?;
        let signer = self.signer(provider, metadata, token).await?;
        let knowing = client(config, provider, &signer)?;
        let verifier = verifying(&knowing);
        let claims = token.claims(&verifier, &Nonce::new(back.nonce)).map_err(untrue)?;
        has_begun(&claims.additional_claims().all, Utc::now())?;
        if let Some(expected) = claims.access_token_hash() {
            let (alg, key) = (token.signing_alg(), token.signing_key(&verifier));
            let (alg, key) = (alg.map_err(untrue)?, key.map_err(untrue)?);
            let actual = AccessTokenHash::from_token(tokens.access_token(), alg, key).map_err(untrue)?;
            if actual != *expected {
                return Err(untrue("the access token is another's"));
            }
        }
        let more = self.ask_more(&talking, &tokens, claims).await?;
        Ok(read(provider, claims, more.as_ref()))
    }

    async fn exchange(&self, talking: &Party, code: String, verifier: String) -> Result<Tokens, Fault> {
        let asked = talking.exchange_code(AuthorizationCode::new(code)).map_err(untrue)?;
        let answered =
            asked.set_pkce_verifier(PkceCodeVerifier::new(verifier)).request_async(&self.http).await;
        answered.map_err(|error| match error {
            openidconnect::RequestTokenError::Request(error) => down(error),
            other => untrue(other),
        })
    }

    /// What the userinfo endpoint says of the same subject: claims of a scope are often there and not in the token (OIDC
    /// Core 5.4).
    async fn ask_more(
        &self,
        talking: &Party,
        tokens: &Tokens,
        claims: &IdTokenClaims<Others, CoreGenderClaim>,
    ) -> Result<Option<UserInfoClaims<Others, CoreGenderClaim>>, Fault> {
        if talking.user_info_url().is_none() {
            return Ok(None);
        }
        let of = Some(claims.subject().clone());
        let asked = talking.user_info(tokens.access_token().clone(), of).map_err(untrue)?;
        asked.request_async(&self.http).await.map(Some).map_err(untrue)
    }

    /// Metadata with the key that signed a token: a key that is not known may be new.
    async fn signer(
        &self,
        provider: &Provider,
        metadata: Arc<Metadata>,
        token: &Token,
    ) -> Result<Arc<Metadata>, Fault> {
        let verifier = openidconnect::IdTokenVerifier::new_public_client(
            ClientId::new(provider.client_id.clone()),
            metadata.issuer().clone(),
            metadata.jwks().clone(),
        );
        match token.signing_key(&verifier) {
            Ok(_) => Ok(metadata),
            Err(_) => self.metadata(provider, AT_MOST_EVERY).await,
        }
    }

    /// Where signing out goes on, if the provider says how (OIDC RP-Initiated Logout 1.0). It gets the client's id and not
    /// the token as a hint: the portal keeps no token.
    pub async fn end_session(&self, config: &Config, provider: &Provider) -> Option<String> {
        if !provider.single_logout {
            return None;
        }
        let metadata = self.metadata(provider, FRESH).await.ok()?;
        let endpoint = metadata.additional_metadata().end_session_endpoint.clone()?;
        let mut url = reqwest::Url::parse(&endpoint).ok()?;
        url.query_pairs_mut()
            .append_pair("client_id", &provider.client_id)
            .append_pair("post_logout_redirect_uri", &format!("{}{}", config.address, paths::access::SignIn));
        is_trustworthy(url.as_str()).then(|| url.into())
    }

    /// What a logout token says (OIDC Back-Channel Logout 1.0, 2.4 and 2.6).
    pub async fn logged_out(
        &self,
        config: &Config,
        provider: &Provider,
        token: &str,
    ) -> Result<LoggedOut, Fault> {
        const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
        if !says_logout(token, provider.untyped_logout) {
            return Err(untrue("no token of the type logout+jwt"));
        }
        let token: Token = token.parse().map_err(untrue)?;
        let metadata = self.metadata(provider, FRESH).await?;
        let signer = self.signer(provider, metadata, &token).await?;
        let client = client(config, provider, &signer)?;
        let verifier = verifying(&client).allow_all_jose_types();
        // A token that answers an authorization request has a nonce, and is none of these.
        let has_none = |nonce: Option<&Nonce>| nonce.map_or(Ok(()), |_| Err("a nonce".to_owned()));
        let claims = token.claims(&verifier, has_none).map_err(untrue)?;
        let others = &claims.additional_claims().all;
        has_begun(others, Utc::now())?;
        if others.get("events").and_then(|events| events.get(EVENT)).is_none() {
            return Err(untrue("no logout"));
        }
        Ok(LoggedOut {
            issuer: claims.issuer().to_string(),
            subject: claims.subject().to_string(),
            session: text(others, "sid"),
        })
    }
}

fn down(cause: impl std::fmt::Display) -> Fault {
    Fault::Down(cause.to_string())
}

fn untrue(cause: impl std::fmt::Display) -> Fault {
    Fault::Untrue(cause.to_string())
}

fn client(config: &Config, provider: &Provider, metadata: &Metadata) -> Result<Party, Fault> {
    let secret = provider.client_secret.as_ref().map(|secret| ClientSecret::new(secret.0.clone()));
    let address = format!("{}{}", config.address, paths::identity::Answer(&provider.key));
    let methods = metadata.token_endpoint_auth_methods_supported();
    // Basic is what a provider takes that says nothing (OIDC Discovery 3).
    let takes_only_post = methods.is_some_and(|methods| {
        methods.contains(&CoreClientAuthMethod::ClientSecretPost)
            && !methods.contains(&CoreClientAuthMethod::ClientSecretBasic)
    });
    let auth = if takes_only_post { AuthType::RequestBody } else { AuthType::BasicAuth };
    Ok(Client::from_provider_metadata(metadata.clone(), ClientId::new(provider.client_id.clone()), secret)
        .set_redirect_uri(RedirectUrl::new(address).map_err(untrue)?)
        .set_auth_type(auth))
}

/// Signed with the provider's own key: never with the client's secret, never not at all.
fn verifying(client: &Party) -> openidconnect::IdTokenVerifier<'_, CoreJsonWebKey> {
    use CoreJwsSigningAlgorithm as Algorithm;

    client.id_token_verifier().set_allowed_algs([
        Algorithm::RsaSsaPkcs1V15Sha256,
        Algorithm::RsaSsaPkcs1V15Sha384,
        Algorithm::RsaSsaPkcs1V15Sha512,
        Algorithm::RsaSsaPssSha256,
        Algorithm::RsaSsaPssSha384,
        Algorithm::RsaSsaPssSha512,
        Algorithm::EcdsaP256Sha256,
        Algorithm::EcdsaP384Sha384,
        Algorithm::EdDsa,
    ])
}

/// It holds already (`nbf`, RFC 7519 4.1.5), which the crate does not look at.
fn has_begun(claims: &HashMap<String, Value>, now: DateTime<Utc>) -> Result<(), Fault> {
    let Some(said) = claims.get("nbf") else { return Ok(()) };
    // Seconds, perhaps with a fraction.
    let seconds = said.as_number().and_then(|said| said.to_string().split('.').next()?.parse().ok());
    let begins = seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    let has_begun = begins.is_some_and(|begins| begins <= now + CLOCKS_DIFFER);
    if has_begun { Ok(()) } else { Err(Fault::Untrue(format!("a token that holds from {said}"))) }
}

/// The token says that it is for a logout (OIDC Back-Channel Logout 1.0, 2.4), so that none that was made for something else
/// ends a session; where the operator knows a provider that says nothing, it may say nothing.
fn says_logout(token: &str, may_be_untyped: bool) -> bool {
    #[derive(Deserialize)]
    struct Header {
        typ: Option<String>,
    }
    let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap_or_default()).ok();
    let header: Option<Header> = header.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let Some(Header { typ }) = header else { return false };
    let typ = typ.map(|typ| typ.to_ascii_lowercase());
    // RFC 7515 4.1.9: `application/` may be left out.
    match typ.as_deref().map(|typ| typ.strip_prefix("application/").unwrap_or(typ)) {
        Some("logout+jwt") => true,
        Some("jwt") | None => may_be_untyped,
        Some(_) => false,
    }
}

/// What the token says; what it does not say is asked of the userinfo endpoint's answer, which is of the same subject.
fn read(
    provider: &Provider,
    claims: &IdTokenClaims<Others, CoreGenderClaim>,
    more: Option<&UserInfoClaims<Others, CoreGenderClaim>>,
) -> Claims {
    let other = |name: &str| {
        let of_token = text(&claims.additional_claims().all, name);
        of_token.or_else(|| more.and_then(|more| text(&more.additional_claims().all, name)))
    };
    let name = claims.name().or_else(|| more.and_then(|more| more.name()));
    let of_token = claims.email().map(|email| (email, claims.email_verified()));
    let email = of_token.or_else(|| more.and_then(|more| Some((more.email()?, more.email_verified()))));
    Claims {
        issuer: claims.issuer().to_string(),
        subject: claims.subject().to_string(),
        session: text(&claims.additional_claims().all, "sid"),
        assurance: claims.auth_context_ref().map(|acr| acr.to_string()),
        authenticated_at: claims.auth_time(),
        name: name.and_then(|name| name.iter().next()).map(|(_, name)| name.to_string()),
        email: email.map(|(email, _)| email.to_string()),
        email_verified: email.and_then(|(_, verified)| verified),
        organisation_number: other(&provider.organisation_number_claim),
        affiliation: other(&provider.affiliation_claim),
    }
}

fn text(claims: &HashMap<String, Value>, name: &str) -> Option<String> {
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_from_the_future_is_not_believed() {
        let now = DateTime::UNIX_EPOCH + chrono::Duration::days(20_000);
        let of = |nbf: Value| has_begun(&HashMap::from([("nbf".to_owned(), nbf)]), now).is_ok();
        let at = now.timestamp();
        assert!(has_begun(&HashMap::new(), now).is_ok());
        assert!(of(at.into()) && of((at + 60).into()) && of(serde_json::json!(at as f64 + 0.5)));
        assert!(!of((at + 61).into()) && !of(i64::MAX.into()) && !of("0".into()) && !of(Value::Null));
    }

    #[test]
    fn only_a_logout_token_is_one() {
        let token = |header: &str| format!("{}.e30.x", URL_SAFE_NO_PAD.encode(header));
        for (header, typed, untyped) in [
            (r#"{"alg":"EdDSA","typ":"logout+jwt"}"#, true, true),
            (r#"{"typ":"application/LOGOUT+JWT"}"#, true, true),
            (r#"{"typ":"JWT"}"#, false, true),
            (r#"{"alg":"EdDSA"}"#, false, true),
            (r#"{"typ":"at+jwt"}"#, false, false),
            (r#"{"typ":7}"#, false, false),
            ("", false, false),
        ] {
            assert_eq!(says_logout(&token(header), false), typed, "{header}");
            assert_eq!(says_logout(&token(header), true), untyped, "{header}");
        }
        assert!(!says_logout("ö.a.b", true));
    }
}

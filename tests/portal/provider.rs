//! An identity provider that says what a test tells it to say: metadata, a key, and whatever it signs. (The certified one is in
//! `tests/browser/`; this one also says what no honest one would.)

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
};

use base64::{Engine, prelude::BASE64_STANDARD, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::Utc;
use openidconnect::{
    PrivateSigningKey,
    core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm},
};
use serde_json::{Value, json};

use crate::{
    browser::{Browser, Page},
    portal::Portal,
};

const CLIENT: &str = "portalen";

pub struct Provider {
    pub issuer: String,
    /// What its next ID token says.
    claims: Arc<Mutex<Value>>,
}

impl Provider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let claims = Arc::new(Mutex::new(Value::Null));
        let (said, own) = (Arc::clone(&claims), issuer.clone());
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = BufReader::new(stream.unwrap());
                let address = read_request(&mut stream);
                let body = answer(&own, &address, &said).to_string();
                let head = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
                    body.len()
                );
                let _ = stream.get_mut().write_all(format!("{head}{body}").as_bytes());
            }
        });
        Self { issuer, claims }
    }

    /// A portal that knows this provider as `prov`, with more in its section of the configuration.
    pub fn portal(&self, more: &str) -> Portal {
        Portal::configured(&format!(
            "address = 'http://127.0.0.1'\n[[provider]]\nkey = 'prov'\nname = 'Provtjänsten'\nissuer = '{}'\nclient_id = \
             '{CLIENT}'\n{more}\n",
            self.issuer
        ))
    }

    /// Somebody of Ale.
    pub fn somebody(&self, subject: &str, email: &str) -> Value {
        let now = Utc::now().timestamp();
        json!({
            "iss": self.issuer, "aud": CLIENT, "sub": subject, "exp": now + 300, "iat": now, "auth_time": now,
            "name": "Prov Person", "email": email, "email_verified": true, "sid": format!("s-{subject}"),
            "https://id.oidc.se/claim/orgNumber": "212000-1439",
        })
    }

    /// Presses the provider's button, is let through there with these claims, and is back.
    pub fn sign_in(&self, browser: &Browser, claims: Value) -> Page {
        let away = browser.get("/logga-in").form("/logga-in/prov").submit().expect_status(200);
        self.come_back(browser, &away, claims)
    }

    /// From the page that leads away to the page after coming back.
    pub fn come_back(&self, browser: &Browser, away: &Page, mut claims: Value) -> Page {
        let html = away.html().replace("&#38;", "&").replace("&amp;", "&");
        let of = |name: &str| {
            let (_, rest) =
                html.split_once(&format!("{name}=")).unwrap_or_else(|| panic!("no {name}: {html}"));
            rest.split(['&', '"']).next().unwrap().to_owned()
        };
        claims["nonce"] = of("nonce").into();
        *self.claims.lock().unwrap() = claims;
        browser.get(&format!("/logga-in/prov/svar?code=a&state={}", of("state")))
    }

    pub fn log_out(&self, portal: &Portal, typ: &str, claims: &Value) -> Page {
        let token = signed(&json!({ "alg": "EdDSA", "typ": typ }), claims);
        let body = format!("logout_token={token}");
        portal.anyone().post("/logga-in/prov/utloggning", "application/x-www-form-urlencoded", body)
    }

    /// What ends the sessions of a subject.
    pub fn logout_of(&self, subject: &str) -> Value {
        let now = Utc::now().timestamp();
        json!({
            "iss": self.issuer, "aud": CLIENT, "sub": subject, "exp": now + 300, "iat": now, "jti": "1",
            "events": { "http://schemas.openid.net/event/backchannel-logout": {} },
        })
    }
}

/// The address of a request whose body is read and thrown away.
fn read_request(stream: &mut impl BufRead) -> String {
    let (mut first, mut length) = (String::new(), 0);
    stream.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
            break;
        }
        if let Some((_, value)) = line.to_ascii_lowercase().split_once("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    stream.take(length).read_to_end(&mut Vec::new()).unwrap();
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn answer(issuer: &str, address: &str, claims: &Mutex<Value>) -> Value {
    match address {
        "/jwks" => json!({ "keys": [key().as_verification_key()] }),
        "/token" => {
            let token = signed(&json!({ "alg": "EdDSA" }), &claims.lock().unwrap());
            json!({ "access_token": "a", "token_type": "Bearer", "id_token": token })
        }
        _ => json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/auth"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/jwks"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["EdDSA"],
        }),
    }
}

/// A key of a test's: anybody may know it (RFC 8410).
fn key() -> CoreEdDsaPrivateSigningKey {
    let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
    der.extend([7; 32]);
    let pem =
        format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", BASE64_STANDARD.encode(der));
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, None).unwrap()
}

fn signed(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(header), part(claims));
    let signature = key().sign(&CoreJwsSigningAlgorithm::EdDsa, text.as_bytes()).unwrap();
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

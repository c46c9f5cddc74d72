//! Secrets that must be read back (a second factor's): sealed in the database with a key that is not in it, so that a stolen
//! copy of the database opens nothing.
//!
//! XChaCha20-Poly1305 with a random nonce. What it is for (whose secret) is sealed along: moved to another row, it does not
//! open.

use std::{fmt, fs, io::Write, path::Path};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};

use super::{
    db::{AnyConnection, DbError},
    hash::{hex, sha256_hex},
    settings,
};

const NONCE: usize = 24;
const SETTING: &str = "key";

#[derive(Clone)]
pub struct Key([u8; 32]);

/// The key itself is never shown.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key")
    }
}

impl Key {
    pub fn random() -> Result<Self, DbError> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(DbError::corrupt)?;
        Ok(Self(bytes))
    }

    /// The key in this file: 64 hexadecimal digits. A file that is not there is made, for the owner alone to read.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn open_or_make(path: &Path) -> Result<Self, String> {
        let fault = |what: &dyn fmt::Display| format!("nyckelfilen {}: {what}", path.display());
        if !path.exists() {
            let key = Self::random().map_err(|error| fault(&error))?;
            let mut options = fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            match options.open(path) {
                Ok(mut file) => writeln!(file, "{}", hex(&key.0)).map_err(|error| fault(&error))?,
                // Another instance made it just now.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(fault(&error)),
            }
        }
        let text = fs::read_to_string(path).map_err(|error| fault(&error))?;
        Self::parse(text.trim()).ok_or_else(|| fault(&"ska innehålla 64 hexadecimala siffror"))
    }

    fn parse(text: &str) -> Option<Self> {
        Some(Self(unhex(text)?.try_into().ok()?))
    }

    /// Whether the database has met a key: another one than that is of no use to it.
    pub fn is_chosen(connection: &mut AnyConnection) -> Result<bool, DbError> {
        Ok(settings::get(connection, SETTING)?.is_some())
    }

    /// Whether the database's secrets are sealed with this key: the first key that it meets is its own.
    pub fn belongs_to(&self, connection: &mut AnyConnection) -> Result<bool, DbError> {
        let mark = sha256_hex(format!("key:{}", hex(&self.0)));
        match settings::get(connection, SETTING)? {
            Some(known) => Ok(known == mark),
            None => {
                settings::set(connection, SETTING, &mark)?;
                Ok(true)
            }
        }
    }

    pub fn seal(&self, secret: &[u8], of: &str) -> Result<String, DbError> {
        let mut nonce = [0_u8; NONCE];
        getrandom::fill(&mut nonce).map_err(DbError::corrupt)?;
        let sealed = self
            .cipher()
            .encrypt(&nonce.into(), Payload { msg: secret, aad: of.as_bytes() })
            .map_err(DbError::corrupt)?;
        Ok(hex(&[&nonce[..], &sealed].concat()))
    }

    pub fn open(&self, sealed: &str, of: &str) -> Result<Vec<u8>, DbError> {
        let bytes = unhex(sealed).ok_or_else(|| DbError::corrupt("a sealed secret"))?;
        let (nonce, sealed) =
            bytes.split_first_chunk::<NONCE>().ok_or_else(|| DbError::corrupt("a sealed secret"))?;
        let payload = Payload { msg: sealed, aad: of.as_bytes() };
        self.cipher()
            .decrypt(&(*nonce).into(), payload)
            .map_err(|_| DbError::corrupt("a secret that was sealed with another key"))
    }

    /// What only this installation can say of something: 128 bits, in 32 hexadecimal digits (HMAC-SHA-256, cut in half). For a
    /// link that opens it and is stored nowhere.
    pub fn derive(&self, of: &str) -> Result<String, DbError> {
        use hmac::{Hmac, KeyInit as _, Mac};

        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(&self.0).map_err(DbError::corrupt)?;
        mac.update(of.as_bytes());
        Ok(hex(&mac.finalize().into_bytes()[..16]))
    }

    fn cipher(&self) -> XChaCha20Poly1305 {
        XChaCha20Poly1305::new(&self.0.into())
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> =
        text.chars().map(|digit| digit.to_digit(16).map(|digit| digit as u8)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    pairs.remainder().is_empty().then(|| pairs.map(|pair| pair[0] << 4 | pair[1]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_key_opens_and_only_for_what_it_was_sealed() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let sealed = key.seal(b"hemligt", "person 1").unwrap();
        assert!(!sealed.contains("hemligt"));
        assert_ne!(sealed, key.seal(b"hemligt", "person 1").unwrap());
        assert_eq!(key.open(&sealed, "person 1").unwrap(), b"hemligt");
        assert!(key.open(&sealed, "person 2").is_err());
        assert!(other.open(&sealed, "person 1").is_err());
        let last = if sealed.ends_with('0') { "1" } else { "0" };
        assert!(key.open(&format!("{}{last}", &sealed[..sealed.len() - 1]), "person 1").is_err());
        for broken in ["", "0", "xy", "00"] {
            assert!(key.open(broken, "person 1").is_err());
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portal.key");
        let made = Key::open_or_make(&path).unwrap();
        let sealed = made.seal(b"a", "b").unwrap();
        assert_eq!(Key::open_or_make(&path).unwrap().open(&sealed, "b").unwrap(), b"a");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "abc").unwrap();
        assert!(Key::open_or_make(&path).unwrap_err().contains("64"));
    }
}

//! Secrets that must be read back (a second factor's): sealed in the database with a key that is not in it, so that a stolen
//! copy of the database opens nothing.
//!
//! XChaCha20-Poly1305 with a random nonce. What it is for (whose secret) is sealed along: moved to another row, it does not
//! open.

use std::{
    fmt, fs,
    io::{self, Write},
    path::Path,
};

use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305,
    aead::{Aead, Payload},
};

use super::{
    db::{AnyConnection, DbError, file::sync_folder_of},
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

    /// The key in this file: 64 hexadecimal digits. None where there is no file, or an empty one (of a start that was cut short).
    ///
    /// # Errors
    /// In words for the operator.
    pub fn read(path: &Path) -> Result<Option<Self>, String> {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(fault(path, &error)),
        };
        match text.trim() {
            "" => Ok(None),
            digits => match Self::parse(digits) {
                Some(key) => Ok(Some(key)),
                None => Err(fault(path, &"ska innehålla 64 hexadecimala siffror")),
            },
        }
    }

    /// A new key in this file, for its owner alone to read: whole, and on disk before a database remembers it. If somebody else made
    /// one just now, theirs.
    ///
    /// # Errors
    /// In words for the operator.
    pub fn make(path: &Path) -> Result<Self, String> {
        let part = path.with_added_extension(format!("{}.part", std::process::id()));
        let made = Self::random()
            .map_err(io::Error::other)
            .and_then(|key| key.write(&part))
            .and_then(|()| put_first_in_place(&part, path));
        let _ = fs::remove_file(&part);
        made.map_err(|error| fault(path, &error))?;
        Self::read(path)?.ok_or_else(|| fault(path, &"är tom"))
    }

    fn write(&self, path: &Path) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(path)?;
        writeln!(file, "{}", hex(&self.0))?;
        file.sync_all()
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

/// Never over a key that is there; an empty file is none.
fn put_first_in_place(written: &Path, place: &Path) -> io::Result<()> {
    if fs::metadata(place).is_ok_and(|found| found.len() == 0) {
        fs::remove_file(place)?;
    }
    match fs::hard_link(written, place) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_folder_of(place),
    }
}

fn fault(path: &Path, what: &dyn fmt::Display) -> String {
    format!("nyckelfilen {}: {what}", path.display())
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
        assert!(Key::read(&path).unwrap().is_none());
        let made = Key::make(&path).unwrap();
        let sealed = made.seal(b"a", "b").unwrap();
        assert_eq!(Key::read(&path).unwrap().unwrap().open(&sealed, "b").unwrap(), b"a");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
        fs::write(&path, "abc").unwrap();
        assert!(Key::read(&path).unwrap_err().contains("64"));
    }

    #[test]
    fn an_empty_file_of_a_start_that_was_cut_short_is_no_key() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("portal.key");
        fs::write(&path, "").unwrap();
        assert!(Key::read(&path).unwrap().is_none());
        Key::make(&path).unwrap();
        assert!(Key::read(&path).unwrap().is_some());
    }
}

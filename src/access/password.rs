//! Passwords, kept as argon2id hashes (PHC strings) and never as themselves.

use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};

use crate::infra::db::DbError;

/// As many characters as NIST 800-63B asks of a password that stands alone.
pub const SHORTEST: usize = 15;
/// Hashing a book would be a way to keep the server busy.
const LONGEST: usize = 1000;

pub fn hash(password: &str) -> Result<String, DbError> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| DbError::corrupt(format!("password hash: {error}")))
}

/// True when this is the password. Without a stored hash the same work is done in vain, so that the time taken does
/// not tell whether the account exists.
pub fn verify(password: &str, stored: Option<&str>) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                          7v1dGZzCPnsiLSRYRe9eRePAe6x0yNrZbY6tq2hmtNY";
    if password.len() > LONGEST {
        return false;
    }
    let Ok(parsed) = PasswordHash::new(stored.unwrap_or(NOBODY)) else {
        return false;
    };
    let matches = Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok();
    matches && stored.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_password_itself_opens() {
        let stored = hash("korrekt häst batteri").unwrap();
        assert!(stored.starts_with("$argon2id$"));
        assert!(verify("korrekt häst batteri", Some(&stored)));
        assert!(!verify("korrekt häst batter", Some(&stored)));
        assert!(!verify("", Some(&stored)));
        assert!(!verify("korrekt häst batteri", None));
    }
}

//! Passwords, kept as argon2id hashes (PHC strings) and never as themselves.

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use subtle::ConstantTimeEq;

use crate::ground::infra::db::DbError;

/// As many characters as NIST 800-63B asks of a password that stands alone.
pub const SHORTEST: usize = 15;
/// Hashing a book would be a way to keep the server busy.
const LONGEST: usize = 1000;

/// What argon2 works in: 19 MiB, which the next password uses again. Taken anew for each, it would stay with the allocator.
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    fn blocks(&mut self, params: &Params) -> &mut [Block] {
        let count = params.block_count();
        if self.0.len() < count {
            self.0.resize(count, Block::default());
        }
        &mut self.0[..count]
    }
}

pub fn hash(password: &str) -> Result<String, DbError> {
    hash_in(password, &mut Memory::default())
}

pub fn hash_in(password: &str, memory: &mut Memory) -> Result<String, DbError> {
    let fault = |what: &dyn std::fmt::Display| DbError::corrupt(format!("password hash: {what}"));
    let mut salt = [0_u8; 16];
    getrandom::fill(&mut salt).map_err(|error| fault(&error))?;
    let (argon, mut output) = (Argon2::default(), [0_u8; Params::DEFAULT_OUTPUT_LEN]);
    let blocks = memory.blocks(argon.params());
    argon
        .hash_password_into_with_memory(password.as_bytes(), &salt, &mut output, blocks)
        .map_err(|error| fault(&error))?;
    let hash = PasswordHash {
        algorithm: Algorithm::default().ident(),
        version: Some(Version::default().into()),
        params: ParamsString::try_from(argon.params()).map_err(|error| fault(&error))?,
        salt: Some(Salt::new(&salt).map_err(|error| fault(&error))?),
        hash: Some(Output::new(&output).map_err(|error| fault(&error))?),
    };
    Ok(hash.to_string())
}

/// True when this is the password. Without a stored hash the same work is done in vain, so that the time taken does
/// not tell whether the account exists.
pub fn verify(password: &str, stored: Option<&str>, memory: &mut Memory) -> bool {
    const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$\
                          7v1dGZzCPnsiLSRYRe9eRePAe6x0yNrZbY6tq2hmtNY";
    if password.len() > LONGEST {
        return false;
    }
    let matches = matches(password, stored.unwrap_or(NOBODY), memory).unwrap_or(false);
    matches && stored.is_some()
}

/// `None` for what is no hash of ours.
fn matches(password: &str, stored: &str, memory: &mut Memory) -> Option<bool> {
    let stored = PasswordHash::new(stored).ok()?;
    let (salt, expected) = (stored.salt.as_ref()?, stored.hash.as_ref()?);
    let params = Params::try_from(&stored).ok()?;
    let algorithm = Algorithm::try_from(stored.algorithm.as_ref()).ok()?;
    let version = Version::try_from(stored.version?).ok()?;
    let mut output = vec![0; expected.len()];
    let blocks = memory.blocks(&params);
    Argon2::new(algorithm, version, params.clone())
        .hash_password_into_with_memory(password.as_bytes(), salt, &mut output, blocks)
        .ok()?;
    Some(output.as_slice().ct_eq(expected.as_bytes()).into())
}

#[cfg(test)]
mod tests {
    use argon2::password_hash::{PasswordHasher, PasswordVerifier};

    use super::*;

    #[test]
    fn only_the_password_itself_opens_and_the_memory_is_used_again() {
        let mut memory = Memory::default();
        let stored = hash_in("korrekt häst batteri", &mut memory).unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        let place = memory.0.as_ptr();
        assert!(verify("korrekt häst batteri", Some(&stored), &mut memory));
        assert!(!verify("korrekt häst batter", Some(&stored), &mut memory));
        assert!(!verify("", Some(&stored), &mut memory));
        assert!(!verify("korrekt häst batteri", None, &mut memory));
        assert_eq!(memory.0.as_ptr(), place);
        assert_ne!(hash("korrekt häst batteri").unwrap(), stored);
    }

    #[test]
    fn hashes_are_what_the_library_itself_makes_and_reads() {
        let (argon, mut memory) = (Argon2::default(), Memory::default());
        let theirs: PasswordHash = argon.hash_password(b"korrekt").unwrap();
        assert!(verify("korrekt", Some(&theirs.to_string()), &mut memory));
        let ours = hash_in("korrekt", &mut memory).unwrap();
        assert!(argon.verify_password(b"korrekt", &PasswordHash::new(&ours).unwrap()).is_ok());
        let least = Argon2::from(Params::new(8, 1, 1, None).unwrap());
        let small: PasswordHash = least.hash_password(b"korrekt").unwrap();
        assert!(verify("korrekt", Some(&small.to_string()), &mut memory));
        for broken in ["", "$argon2id$", "$scrypt$ln=1$c2FsdHNhbHQ$aGFzaGhhc2g"] {
            assert!(!verify("korrekt", Some(broken), &mut memory), "{broken}");
        }
    }
}

//! Recovery codes (*reservkoder*): ten, shown once, each used once. For whoever has lost the app.

use crate::ground::infra::{db::DbError, hash::sha256_hex};

pub const COUNT: usize = 10;
/// Seven groups of four: 137 bits, so that a plain hash of one is not guessed from a stolen database (OWASP ASVS 5.0 V6.5.2,
/// V11.5.1). Those that were given before this are shorter, and hold until new ones are made.
const GROUPS: usize = 7;
/// Without what is mistaken for something else: no I, L, O, U, 0, 1.
const ALPHABET: &[u8; 30] = b"ABCDEFGHJKMNPQRSTVWXYZ23456789";

/// Ten new ones, as they are shown.
pub fn random() -> Result<Vec<String>, DbError> {
    (0..COUNT).map(|_| one()).collect()
}

fn one() -> Result<String, DbError> {
    let mut letters = String::new();
    while letters.len() < GROUPS * 4 {
        let mut byte = [0_u8; 1];
        getrandom::fill(&mut byte).map_err(DbError::corrupt)?;
        // What would make some letters likelier than others is drawn again.
        if let Some(letter) = ALPHABET.get(usize::from(byte[0] & 31)) {
            letters.push(char::from(*letter));
        }
    }
    let groups: Vec<String> =
        letters.as_bytes().chunks(4).map(|group| String::from_utf8_lossy(group).into_owned()).collect();
    Ok(groups.join("-"))
}

/// What the database keeps of one, however it is typed.
pub fn hash(typed: &str) -> String {
    let letters: String = typed.chars().filter(char::is_ascii_alphanumeric).collect();
    sha256_hex(format!("recovery:{}", letters.to_ascii_uppercase()))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ten_that_differ_in_seven_groups_of_four() {
        let codes = random().unwrap();
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), COUNT);
        for code in codes {
            assert_eq!(code.len(), 34, "{code}");
            assert!(code.split('-').all(|group| group.len() == 4), "{code}");
            assert!(!code.contains(['I', 'L', 'O', 'U', '0', '1']), "{code}");
        }
    }

    #[test]
    fn a_code_is_the_same_with_and_without_its_dashes() {
        assert_eq!(hash("abcd efgh jkmn pqrs"), hash("ABCD-EFGH-JKMN-PQRS"));
        assert_ne!(hash("ABCD-EFGH-JKMN-PQRT"), hash("ABCD-EFGH-JKMN-PQRS"));
    }
}

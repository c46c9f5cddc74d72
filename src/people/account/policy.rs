//! What a password must be: NIST SP 800-63B rev. 4 §3.1.1.2 for one that stands alone. At least fifteen characters, no rules
//! of what it is made of, and none that somebody would try first.
//!
//! What somebody would try first is judged by `zxcvbn`: its lists of common passwords and names, repetitions, sequences and
//! neighbours on the keyboard, with the words that are at hand here (the portal's name, the person's and the organisation's)
//! added to the lists. Its lists are English; Swedish words that are common in passwords are added too.

use zxcvbn::{Score, zxcvbn};

pub use crate::people::access::password::SHORTEST;

/// Hashing a book would be a way to keep the server busy.
const LONGEST: usize = 200;
/// What Swedes choose, and what lies near to hand in this portal.
const AT_HAND: [&str; 24] = [
    "bidragsporten",
    "bidrag",
    "statsbidrag",
    "rekvisition",
    "redovisning",
    "kommun",
    "kommunen",
    "region",
    "regionen",
    "myndighet",
    "socialstyrelsen",
    "kammarkollegiet",
    "socialdepartementet",
    "lösenord",
    "losenord",
    "lösenordet",
    "hemligt",
    "sommar",
    "vinter",
    "höst",
    "sverige",
    "stockholm",
    "välkommen",
    "valkommen",
];

/// # Errors
/// In words for the one who typed it. `context` is the address, the name and the organisation.
pub fn check(password: &str, context: &[&str]) -> Result<(), String> {
    let length = password.chars().count();
    if length < SHORTEST {
        return Err(format!(
            "Lösenordet är för kort: {length} tecken. Välj ett med minst {SHORTEST}, till exempel några ord efter varandra."
        ));
    }
    if length > LONGEST {
        return Err(format!("Lösenordet är för långt. Det kan ha högst {LONGEST} tecken."));
    }
    let words: Vec<String> = context
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .chain(AT_HAND)
        .filter(|word| word.chars().count() > 2)
        .map(str::to_lowercase)
        .collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    // Safely or very unguessable; below that it is a pattern that programs try.
    if is_made_of(password, &words) || zxcvbn(password, &words).score() < Score::Three {
        return Err("Lösenordet är för lätt att gissa. Undvik namn, upprepningar, sifferföljder och vanliga lösenord. Några ord utan samband med varandra är bra."
            .to_owned());
    }
    Ok(())
}

/// Next to nothing is left of the password when the words, figures and signs are taken out.
fn is_made_of(password: &str, words: &[&str]) -> bool {
    const OWN: usize = 5;
    let mut words = words.to_vec();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let rest = words.iter().fold(password.to_lowercase(), |rest, word| rest.replace(word, ""));
    rest.chars().filter(|c| c.is_alphabetic()).count() < OWN
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_taken(password: &str) -> bool {
        check(password, &["anna.berg@ale.se", "Anna Berg", "Ale kommun"]).is_ok()
    }

    #[test]
    fn long_and_unlike_anything_is_enough() {
        for good in [
            "korrekt häst batteri",
            "ett långt lösenord för prov",
            "tjugo gröna elefanter",
            "qzvk wmpt xrbn h",
            "blåbär och kaffe i regn",
        ] {
            assert!(is_taken(good), "{good}");
        }
    }

    #[test]
    fn short_common_and_near_to_hand_are_refused() {
        for bad in [
            "",
            "fjorton tecken",
            "aaaaaaaaaaaaaaaaaaaa",
            "123456789012345",
            "berg.ale-anna 2026!",
            "abcabcabcabcabcabc",
            "passwordpassword",
            "qwertyuiopasdfghjkl",
            "bidragsporten2026",
            "bidragsporten bidragsporten",
            "anna.berg@ale.se",
            "Anna Berg Ale kommun",
            "lösenordlösenord",
            "sommarsommar2026",
        ] {
            assert!(!is_taken(bad), "{bad}");
        }
        assert!(check(&"abc def ghi ".repeat(50), &[]).unwrap_err().contains("för långt"));
        assert!(check("fjorton tecken", &[]).unwrap_err().contains("14 tecken"));
    }
}

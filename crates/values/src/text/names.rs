//! The names of recipients: what a municipality or a region is called with and without the words for what it is.

use super::fold;

/// The name folded, and then with less and less of what only says what sort of organisation it is: `göteborgs kommun`,
/// `göteborgs`, `göteborg`.
pub fn forms(name: &str) -> Vec<String> {
    const BEFORE: [&str; 3] = ["region ", "landstinget ", "rss "];
    const AFTER: [&str; 6] = [" landsting", " kommun", " stad", " läns", " län", "regionen"];
    let whole = fold(name);
    let mut bare = whole.as_str();
    for start in BEFORE {
        bare = bare.strip_prefix(start).unwrap_or(bare);
    }
    let without_start = bare.to_owned();
    for end in AFTER {
        bare = bare.strip_suffix(end).unwrap_or(bare).trim_end();
    }
    let genitive = bare.strip_suffix('s').unwrap_or(bare);
    let mut forms = vec![whole.clone()];
    for form in [without_start.as_str(), bare, genitive] {
        if !forms.iter().any(|known| known == form) {
            forms.push(form.to_owned());
        }
    }
    forms.retain(|form| !form.is_empty());
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_less_and_less() {
        assert_eq!(forms("Göteborgs  Kommun"), ["göteborgs kommun", "göteborgs", "göteborg"]);
        assert_eq!(forms("Region Kalmar län"), ["region kalmar län", "kalmar län", "kalmar"]);
        assert_eq!(forms("Stockholms läns landsting").last().unwrap(), "stockholm");
        assert_eq!(forms("Ale"), ["ale"]);
        assert_eq!(forms("–"), [""; 0]);
    }
}

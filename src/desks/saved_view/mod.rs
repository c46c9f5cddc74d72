//! Saved views (*sparade vyer*): an address of the overview under a name, a person's own in one organisation.

pub mod pages;
pub mod paths;
pub mod store;

use thiserror::Error;

use values::{Id, Line};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedView {
    pub id: Id<SavedView>,
    pub name: Line<100>,
    pub address: Address,
}

/// An address within the overview, to be opened again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("Det är inte en sida i översikten. Öppna vyn som du vill spara och försök igen.")]
pub struct NotAView;

/// Most that one person keeps in one organisation.
pub const MOST: usize = 50;

const PLACE: &str = crate::paths::dashboard::Overview::PATTERN;
const LONGEST: usize = 1_000;

impl Address {
    /// Only what the overview's own pages have: nothing that leads out of it.
    pub fn parse(typed: &str) -> Result<Self, NotAView> {
        let rest = typed.strip_prefix(PLACE).ok_or(NotAView)?;
        let begins_well = rest.is_empty() || rest.starts_with(['/', '?']);
        let is_plain =
            typed.chars().all(|letter| letter.is_ascii_graphic() && letter != '\\' && letter != '#');
        let leads_out = rest.split('?').next().is_some_and(|path| path.contains("//") || path.contains(".."));
        if begins_well && is_plain && !leads_out && typed.len() <= LONGEST {
            Ok(Self(typed.to_owned()))
        } else {
            Err(NotAView)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pages_of_the_overview_are_kept() {
        for good in ["/oversikt", "/oversikt?sok=%C3%A5", "/oversikt/aldreomsorg-2022?over=100&sortera=-kvar"]
        {
            assert_eq!(Address::parse(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            "/",
            "/oversikten",
            "//evil.example/oversikt",
            "https://evil.example/oversikt",
            "/oversikt/../logga-ut",
            "/oversikt//x",
            "/oversikt/a b",
            "/oversikt\\x",
            "/oversikt/å",
            "javascript:/oversikt",
        ] {
            assert_eq!(Address::parse(bad), Err(NotAView), "{bad}");
        }
        assert_eq!(Address::parse(&format!("/oversikt?{}", "a".repeat(LONGEST))), Err(NotAView));
    }
}

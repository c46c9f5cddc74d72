//! What the source lays down (*bestämmelser*), sentence by sentence and in its own words: who shall, may, should, may not, on
//! what condition, and what it only tells.

use serde::{Deserialize, Serialize};

use super::Terms;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provision {
    pub kind: ProvisionKind,
    /// The source's words, misprints included; what is left out of a sentence is marked `…`.
    pub text: String,
    /// Whom it binds, entitles or is about, in the source's word.
    pub who: String,
    /// Towards whom; empty where the source names nobody.
    #[serde(default)]
    pub towards: String,
    /// By when, as the source writes it; empty where it says nothing.
    #[serde(default)]
    pub by: String,
    /// Those with a share of these posts read it with their grant.
    #[serde(default)]
    pub posts: Vec<String>,
    /// The codes of organisations that it binds or entitles without a share of anything.
    #[serde(default)]
    pub organisations: Vec<String>,
    pub source: String,
    /// What of the portal rests on it.
    pub about: Option<About>,
}

/// What a provision is the ground of, where a page names its ground.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum About {
    /// The right to ask for copies of accounts (*räkenskaper*).
    Accounts,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProvisionKind {
    /// *Ska.*
    Duty,
    /// What the money, or the right to it, depends on.
    Condition,
    /// *Får inte.*
    Prohibition,
    /// *Får, kan, har rätt att.*
    Permission,
    /// *Bör.*
    Recommendation,
    Information,
}

impl ProvisionKind {
    /// In the order in which they are read: what binds first.
    pub const ALL: [Self; 6] = [
        Self::Duty,
        Self::Condition,
        Self::Prohibition,
        Self::Permission,
        Self::Recommendation,
        Self::Information,
    ];

    /// Its name in addresses within a page.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Duty => "skyldigheter",
            Self::Condition => "villkor",
            Self::Prohibition => "forbud",
            Self::Permission => "rattigheter",
            Self::Recommendation => "rekommendationer",
            Self::Information => "upplysningar",
        }
    }

    pub fn heading(self) -> &'static str {
        match self {
            Self::Duty => "Skyldigheter (ska)",
            Self::Condition => "Villkor",
            Self::Prohibition => "Förbud (får inte)",
            Self::Permission => "Rättigheter (får)",
            Self::Recommendation => "Rekommendationer (bör)",
            Self::Information => "Upplysningar",
        }
    }
}

/// The provisions of one kind, under their heading.
pub type OfKind<'a> = (ProvisionKind, Vec<&'a Provision>);

impl Terms {
    /// All of them, kind by kind; a kind without any is left out.
    pub fn provisions_by_kind(&self) -> Vec<OfKind<'_>> {
        by_kind(self.provisions.iter())
    }

    /// What whoever has a share of these posts is to mind.
    pub fn provisions_for<'a>(&'a self, posts: &[&str]) -> Vec<OfKind<'a>> {
        let is_theirs = |of: &&Provision| of.posts.iter().any(|post| posts.contains(&post.as_str()));
        by_kind(self.provisions.iter().filter(is_theirs))
    }

    /// The ground of something, for whoever has a share of these posts.
    pub fn ground_of<'a>(&'a self, about: About, posts: &[&str]) -> Option<&'a Provision> {
        let is_theirs = |of: &&Provision| of.posts.iter().any(|post| posts.contains(&post.as_str()));
        self.provisions.iter().filter(is_theirs).find(|of| of.about == Some(about))
    }

    /// What binds or entitles an organisation that has no share.
    pub fn provisions_naming(&self, code: &str) -> Vec<OfKind<'_>> {
        let is_theirs = |of: &&Provision| of.organisations.iter().any(|organisation| organisation == code);
        by_kind(self.provisions.iter().filter(is_theirs))
    }
}

fn by_kind<'a>(provisions: impl Iterator<Item = &'a Provision> + Clone) -> Vec<OfKind<'a>> {
    let of = |kind| (kind, provisions.clone().filter(|of| of.kind == kind).collect::<Vec<_>>());
    ProvisionKind::ALL.into_iter().map(of).filter(|(_, found)| !found.is_empty()).collect()
}

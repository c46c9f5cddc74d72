//! A unit (*enhet*) of a provider (*utförare*): one home-care office, one care home.

use serde::{Deserialize, Serialize};

use crate::ground::infra::conflict::Saved;
use values::{
    Id, Line, ProviderNumber,
    text::{SortKey, fold, sort_key},
};

/// In the register of the organisation that hands its grants on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: Id<Unit>,
    pub content: Content,
    /// No longer there: it is invited to nothing more.
    pub is_closed: bool,
    /// Changes with every change of it: what a page was made from.
    pub revision: i64,
    /// Who made that revision.
    pub saved: Option<Saved>,
}

/// What the register says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub provider_number: ProviderNumber,
    pub provider: Line<100>,
    pub name: Line<100>,
    /// *Regiform*: private, or the municipality's own.
    pub is_private: bool,
    /// As the model names it: *Hemtjänst*.
    pub kind: Line<60>,
    /// Customers or residents.
    pub size: u32,
    /// The municipality that it is in, when that is another.
    pub elsewhere: Option<Line<60>>,
}

impl Content {
    pub fn regime(&self) -> &'static str {
        regime(self.is_private)
    }

    /// What is not as it was, for the history: `storlek 48 → 52`.
    pub fn changes(&self, before: &Self) -> Vec<String> {
        let elsewhere = |of: &Self| of.elsewhere.as_ref().map_or("kommunen", Line::as_str).to_owned();
        let each = [
            ("utförare", before.provider.to_string(), self.provider.to_string()),
            ("namn", before.name.to_string(), self.name.to_string()),
            ("regiform", before.regime().to_lowercase(), self.regime().to_lowercase()),
            ("verksamhet", before.kind.to_string(), self.kind.to_string()),
            ("storlek", before.size.to_string(), self.size.to_string()),
            ("ligger i", elsewhere(before), elsewhere(self)),
        ];
        let changed = each.into_iter().filter(|(_, before, after)| before != after);
        // Two sole traders' numbers can look the same as they are shown.
        let number = (before.provider_number != self.provider_number)
            .then(|| ("nummer", before.provider_number.to_string(), self.provider_number.to_string()));
        number
            .into_iter()
            .chain(changed)
            .map(|(what, before, after)| format!("{what} {before} → {after}"))
            .collect()
    }

    /// The order in which units stand: by provider, each provider's by name.
    pub fn order(&self) -> (SortKey, SortKey) {
        (sort_key(self.provider.as_str()), sort_key(self.name.as_str()))
    }

    /// What tells a provider's units apart.
    pub fn name_key(&self) -> String {
        fold(self.name.as_str())
    }
}

pub fn regime(is_private: bool) -> &'static str {
    if is_private { "Privat" } else { "Kommunal" }
}

//! A model of distribution (*fördelningsmodell*): kinds of unit, tiers by size, an amount for each unit, a reserve.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use values::{Money, calendar::Deadline, text::same};

/// As it was decided; its days and its reserve as later decisions have them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Model {
    pub kinds: Vec<Kind>,
    pub reserve: Money,
    /// What the reserve is for; empty when nothing is reserved.
    pub reserved_for: String,
    pub uses: Vec<String>,
    pub apply_by: Deadline,
    pub use_by: NaiveDate,
    pub report_by: Deadline,
    pub decision: Decision,
}

/// A kind of unit, such as *hemtjänst*, with what its size counts (*kunder*).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kind {
    pub name: String,
    pub counted: String,
    /// Its units must lie in the municipality.
    #[serde(default = "yes")]
    pub inside: bool,
    /// By size, the smallest first. They meet without gap or overlap.
    pub tiers: Vec<Tier>,
}

/// What a model of an earlier version asks of every kind.
fn yes() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tier {
    pub from: u32,
    /// Nothing when it has no upper limit.
    pub to: Option<u32>,
    pub amount: Money,
    /// How many units the model reckons with.
    pub units: u32,
}

/// What an organ of the municipality decided, outside the portal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// The board, or whom it delegated to.
    pub board: String,
    pub on: NaiveDate,
    /// The municipality's own; it may have none.
    pub number: String,
}

/// Its last days: of application, of use, of report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Days {
    pub apply_by: Deadline,
    pub use_by: NaiveDate,
    pub report_by: Deadline,
}

/// Why a unit has no tier.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NoTier {
    #[error("Modellen fördelar inget till {0}.")]
    Kind(String),
    #[error("Modellen kräver minst {least} {counted}, och enheten har {size}.")]
    TooSmall { least: u32, counted: String, size: u32 },
    #[error("Modellen har ingen nivå för {size} {counted}.")]
    TooLarge { counted: String, size: u32 },
}

impl Tier {
    pub fn holds(&self, size: u32) -> bool {
        self.from <= size && self.to.is_none_or(|to| size <= to)
    }

    /// `10–50 kunder`, `mer än 50 kunder`.
    pub fn name(&self, counted: &str) -> String {
        match self.to {
            Some(to) => format!("{}\u{2013}{to} {counted}", self.from),
            None if self.from <= 1 => format!("oavsett antal {counted}"),
            None => format!("mer än {} {counted}", self.from - 1),
        }
    }

    pub fn sum(&self) -> Money {
        Money::ore(i64::from(self.units) * self.amount.to_ore())
    }
}

impl Kind {
    pub fn tier(&self, size: u32) -> Result<&Tier, NoTier> {
        let counted = self.counted.clone();
        match self.tiers.iter().find(|tier| tier.holds(size)) {
            Some(tier) => Ok(tier),
            None if self.tiers.first().is_some_and(|first| size < first.from) => {
                Err(NoTier::TooSmall { least: self.tiers[0].from, counted, size })
            }
            None => Err(NoTier::TooLarge { counted, size }),
        }
    }
}

impl Model {
    pub fn days(&self) -> Days {
        Days { apply_by: self.apply_by, use_by: self.use_by, report_by: self.report_by }
    }

    /// The kinds whose units must lie in the municipality.
    pub fn inside(&self) -> String {
        let kinds = self.kinds.iter().filter(|kind| kind.inside).map(|kind| kind.name.as_str());
        kinds.collect::<Vec<_>>().join(", ")
    }

    pub fn kind(&self, name: &str) -> Option<&Kind> {
        self.kinds.iter().find(|kind| same(&kind.name, name))
    }

    /// The tier of a unit of this kind and size.
    pub fn tier(&self, kind: &str, size: u32) -> Result<(&Kind, &Tier), NoTier> {
        let kind = self.kind(kind).ok_or_else(|| NoTier::Kind(kind.to_owned()))?;
        Ok((kind, kind.tier(size)?))
    }

    pub fn tiers(&self) -> impl Iterator<Item = (&Kind, &Tier)> {
        self.kinds.iter().flat_map(|kind| kind.tiers.iter().map(move |tier| (kind, tier)))
    }

    /// What it gives out when all units come that it reckons with.
    pub fn distributed(&self) -> Money {
        self.tiers().map(|(_, tier)| tier.sum()).sum()
    }

    pub fn total(&self) -> Money {
        self.distributed() + self.reserve
    }
}

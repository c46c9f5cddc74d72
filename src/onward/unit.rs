//! A unit (*enhet*) of a provider (*utförare*): one home-care office, one care home.

use serde::{Deserialize, Serialize};

use crate::{
    ids::Id,
    numbers::{Line, OrganisationNumber},
};

/// In the register of the organisation that hands its grants on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: Id<Unit>,
    pub content: Content,
    /// No longer there: it is invited to nothing more.
    pub is_closed: bool,
}

/// What the register says of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub provider_number: OrganisationNumber,
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

    /// What tells a provider's units apart.
    pub fn name_key(&self) -> String {
        self.name.as_str().to_lowercase()
    }
}

pub fn regime(is_private: bool) -> &'static str {
    if is_private { "Privat" } else { "Kommunal" }
}

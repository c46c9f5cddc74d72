//! What every room stands on: database, clock, errors, forms, pages. Knows nothing of grants.

pub mod assets;
pub mod browser;
pub mod clock;
pub mod db;
pub mod error;
pub mod form;
pub mod hash;
pub mod page;
pub mod schema;
pub mod seal;
pub mod settings;
pub mod shared;
pub mod upload;

/// What a handler needs of the running program.
pub struct Portal {
    pub db: db::Db,
    pub clock: clock::Clock,
    /// Made-up filings, one-click sign-in and a date that the user sets. Never on together with real data.
    pub practice: bool,
    /// The portal is reached by https: cookies are for https only.
    pub https: bool,
    /// Whether the roles that need a second factor can do without.
    pub second_factor: SecondFactor,
    /// Seals the secrets that the database keeps.
    pub key: seal::Key,
}

/// Whether those who sign, decide, pay or administer must set up a second factor before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    Required,
    /// In practice mode, and where the operator says so.
    Optional,
}

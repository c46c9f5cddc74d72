//! What has been read and rendered, kept. What is kept under a [`Stamp`] is true for as long as the database gives that
//! stamp, so nothing is ever thrown out for being old, and several instances of the portal need not speak to each other.

use std::sync::Arc;

use chrono::NaiveDate;
use quick_cache::{Weighter, sync::Cache};

use super::AgreementPositions;
use crate::{ground::infra::shared::Representation, terms::agreement::Agreement};
use values::Id;

/// Changes with every change of the agreement or of any of its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    pub agreement: Id<Agreement>,
    pub version: i64,
    /// The sum of its grants' versions.
    pub generation: i64,
}

/// All that the content of a page depends on. The day: states and days left follow from the clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    pub stamps: Vec<Stamp>,
    pub today: NaiveDate,
    /// The page, and the view of it.
    pub address: String,
    /// Who is looked for: a name can be given to somebody without any grant changing.
    pub meant: Vec<String>,
}

/// A page's content without what is the visitor's own.
#[derive(Debug)]
pub struct Content {
    pub title: String,
    pub html: String,
}

/// 32 MB of pages, about three hundred, whatever addresses people think of.
const PAGES_SIZE: u64 = 32 << 20;
const PAGES: usize = 300;
/// 16 MB of what everybody may read, by itself: strangers never throw out what the officers look at.
const PUBLIC_SIZE: u64 = 16 << 20;
const PUBLIC: usize = 100;
/// About twenty MB: some forty agreements with all municipalities.
const POSITIONS: u64 = 12_000;
const OUTCOMES: usize = 100;

/// 32 MB of typeset documents: some tens of them.
const FILES_SIZE: u64 = 32 << 20;
const FILES: usize = 40;

pub struct Rendered {
    pub pages: Cache<PageKey, Arc<Content>, Size>,
    pub files: Cache<PageKey, Arc<Vec<u8>>, Size>,
    pub public: Cache<PageKey, Arc<Representation>, Size>,
    pub outcomes: Cache<Stamp, Arc<AgreementPositions>, Size>,
}

impl Default for Rendered {
    fn default() -> Self {
        Self {
            pages: Cache::with_weighter(PAGES, PAGES_SIZE, Size),
            files: Cache::with_weighter(FILES, FILES_SIZE, Size),
            public: Cache::with_weighter(PUBLIC, PUBLIC_SIZE, Size),
            outcomes: Cache::with_weighter(OUTCOMES, POSITIONS, Size),
        }
    }
}

/// A page or a file weighs its bytes, an outcome its recipients.
#[derive(Debug, Clone, Copy)]
pub struct Size;

impl Weighter<PageKey, Arc<Content>> for Size {
    fn weight(&self, _: &PageKey, content: &Arc<Content>) -> u64 {
        content.html.len() as u64
    }
}

impl Weighter<PageKey, Arc<Vec<u8>>> for Size {
    fn weight(&self, _: &PageKey, file: &Arc<Vec<u8>>) -> u64 {
        file.len() as u64
    }
}

impl Weighter<PageKey, Arc<Representation>> for Size {
    fn weight(&self, _: &PageKey, representation: &Arc<Representation>) -> u64 {
        representation.bytes.len() as u64
    }
}

impl Weighter<Stamp, Arc<AgreementPositions>> for Size {
    fn weight(&self, _: &Stamp, outcome: &Arc<AgreementPositions>) -> u64 {
        outcome.positions.len() as u64
    }
}

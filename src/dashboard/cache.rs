//! Pages kept as they were rendered. What is kept under a [`Stamp`] is true for as long as the database gives that stamp,
//! so nothing is ever thrown out for being old, and several instances of the portal need not speak to each other.

use std::sync::Arc;

use chrono::NaiveDate;
use quick_cache::{Weighter, sync::Cache};

use super::{Summary, view::View};
use crate::{agreement::Agreement, ids::Id};

/// Changes with every change of the agreement or of any of its grants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stamp {
    pub agreement: Id<Agreement>,
    pub version: i64,
    /// The sum of its grants' versions.
    pub generation: i64,
}

/// All that the content of an agreement's page depends on. The day: states and days left follow from the clock.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageKey {
    pub stamp: Stamp,
    pub today: NaiveDate,
    pub view: View,
}

/// A page's content without what is the visitor's own.
#[derive(Debug)]
pub struct Content {
    pub title: String,
    pub html: String,
}

/// An agreement on the list of agreements.
#[derive(Debug)]
pub struct Card {
    pub agreement: Agreement,
    pub summary: Summary,
    pub lapses: bool,
    pub days_left: i64,
}

/// 32 MB of pages, about three hundred, whatever addresses people think of.
const PAGES_SIZE: u64 = 32 << 20;
const PAGES: usize = 300;
const CARDS: usize = 500;

pub struct Rendered {
    pub pages: Cache<PageKey, Arc<Content>, Size>,
    pub cards: Cache<(Stamp, NaiveDate), Arc<Card>>,
}

impl Default for Rendered {
    fn default() -> Self {
        Self { pages: Cache::with_weighter(PAGES, PAGES_SIZE, Size), cards: Cache::new(CARDS) }
    }
}

/// A page weighs its bytes.
#[derive(Debug, Clone, Copy)]
pub struct Size;

impl Weighter<PageKey, Arc<Content>> for Size {
    fn weight(&self, _: &PageKey, content: &Arc<Content>) -> u64 {
        content.html.len() as u64
    }
}

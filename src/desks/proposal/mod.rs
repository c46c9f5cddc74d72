//! Proposals (*förslag*): an agreement that is being prepared in the browser, until a second person publishes it.
//!
//! ```text
//!            ┌──take back, return──┐
//!            ▼                     │
//!          Draft ────propose──► Proposed ──publish──► Published
//!            │ discard
//!            ▼
//!        Discarded
//! ```
//!
//! A proposal that replaces the table of a published agreement goes the same way.
//!
//! Whoever proposes does not publish, and neither does anybody who has changed it. Nothing is published by halves: the terms, the table, every grant and both
//! histories are one transaction, and what is published is what the one reader of terms and tables finds right.

pub mod check;
pub mod file;
pub mod form;
pub mod import;
pub mod pages;
mod paper;
pub mod paths;
pub mod posts;
pub mod replacement;
pub mod rows;
pub mod sheet;
pub mod spec;
mod stand_in;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod variant;
pub mod verbs;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use form::ProposalForm;

use crate::{
    ground::infra::{conflict::Saved, failure},
    people::{access::Act, recipient::Organisation},
    terms::agreement::Agreement,
};
use rows::{Row, fingerprint_of_post};
use spec::PARTS;
use values::{Id, calendar::long_time};

/// The table that a proposal is to replace: of the published agreement that it is a copy of, as it stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaced {
    pub agreement: Id<Agreement>,
    pub version: i32,
}

#[derive(Debug, Clone)]
pub struct Proposal {
    pub id: Id<Proposal>,
    /// Pays the agreement once it is one.
    pub authority: Id<Organisation>,
    pub copied_from: Option<Id<Agreement>>,
    pub replaces: Option<Replaced>,
    pub status: Status,
    pub form: ProposalForm,
    pub rows: Vec<Row>,
    /// Who has changed the terms or the table, by id. None of them publishes it.
    pub editors: Vec<String>,
    /// Of its history.
    pub version: i64,
    /// Of everything that is typed.
    pub revision: i64,
    /// Who saved each part last ([`spec::Part::slug`]), and each post's table ([`of_post`]).
    pub saved: BTreeMap<String, Deed>,
}

/// Somebody who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    pub person_id: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

impl Deed {
    pub fn of(act: &Act) -> Self {
        Self { person_id: act.actor.person.id.to_string(), by: act.by(), at: act.now }
    }

    fn when(&self) -> String {
        long_time(self.at)
    }

    pub fn saved(&self) -> Saved {
        Saved { by: self.by.clone(), at: self.at }
    }
}

/// The key of a post's table among what is saved.
pub fn of_post(post: &str) -> String {
    format!("post:{post}")
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Status {
    Draft {
        /// Why it was last sent back, and by whom.
        returned: Option<(Deed, String)>,
    },
    Proposed {
        proposed: Deed,
    },
    Published {
        proposed: Deed,
        published: Deed,
        /// The agreement's name in addresses.
        slug: String,
    },
    /// *Nedlagt*: begun, and never to be published. It stays to be read.
    Discarded {
        discarded: Deed,
        reason: String,
    },
}

impl Status {
    pub fn key(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Proposed { .. } => "proposed",
            Self::Published { .. } => "published",
            Self::Discarded { .. } => "discarded",
        }
    }

    pub fn label(&self) -> &'static str {
        match self {
            Self::Draft { returned: None } => "Utkast",
            Self::Draft { returned: Some(_) } => "Tillbakalämnat",
            Self::Proposed { .. } => "Framlagt för beslut",
            Self::Published { .. } => "Publicerat",
            Self::Discarded { .. } => "Nedlagt",
        }
    }

    pub fn tone(&self) -> &'static str {
        match self {
            Self::Draft { returned: None } | Self::Discarded { .. } => "neutral",
            Self::Draft { returned: Some(_) } => "warning",
            Self::Proposed { .. } => "info",
            Self::Published { .. } => "success",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Förslaget är framlagt för beslut och kan inte ändras. Ta tillbaka det först.")]
    IsProposed,
    #[error("Förslaget är redan publicerat.")]
    IsPublished,
    #[error("Förslaget är nedlagt.")]
    IsDiscarded,
    #[error("Förslaget är inte framlagt för beslut.")]
    IsDraft,
    #[error("Du har själv lagt fram förslaget. En annan beslutsfattare måste publicera det.")]
    OwnProposal,
    #[error("Du har ändrat i förslaget. En beslutsfattare som inte har ändrat i det måste publicera det.")]
    OwnChange,
    #[error("Någon annan har ändrat förslaget sedan sidan öppnades.")]
    Changed,
    #[error(
        "Det finns {MOST_OPEN} förslag som inte är publicerade, och fler ryms inte. Fortsätt på något av dem, eller lägg ned dem som inte behövs."
    )]
    TooMany,
    #[error("Förslaget är inte färdigt: {0} fel är kvar att rätta. Se sidan Granska.")]
    Faults(usize),
}

impl failure::Refusal for Refusal {}

/// An authority prepares at most so many at once; each is kept whole, and none is removed. One that is discarded is not counted.
pub const MOST_OPEN: i64 = 200;

impl Proposal {
    pub fn is_published(&self) -> bool {
        matches!(self.status, Status::Published { .. })
    }

    pub fn is_draft(&self) -> bool {
        matches!(self.status, Status::Draft { .. })
    }

    /// What is typed can be changed.
    pub fn editable(&self) -> Result<(), Refusal> {
        match &self.status {
            Status::Draft { .. } => Ok(()),
            Status::Proposed { .. } => Err(Refusal::IsProposed),
            Status::Published { .. } => Err(Refusal::IsPublished),
            Status::Discarded { .. } => Err(Refusal::IsDiscarded),
        }
    }

    /// With what was typed, and who typed it, at the parts and posts that it changes. Whoever has changed it does not publish it.
    pub fn with(&self, form: ProposalForm, rows: Vec<Row>, by: &Deed) -> Self {
        let parts = PARTS.iter().filter(|part| form.fingerprint(part) != self.form.fingerprint(part));
        let posts: BTreeSet<&str> = rows.iter().chain(&self.rows).map(|row| row.post.as_str()).collect();
        let is_changed =
            |post: &&str| fingerprint_of_post(&rows, post) != fingerprint_of_post(&self.rows, post);
        let parts = parts.map(|part| part.slug.to_owned());
        let changed = parts.chain(posts.into_iter().filter(is_changed).map(of_post));
        let mut saved = self.saved.clone();
        saved.extend(changed.map(|key| (key, by.clone())));
        let mut editors = self.editors.clone();
        if !editors.contains(&by.person_id) {
            editors.push(by.person_id.clone());
        }
        Self { form, rows, saved, editors, ..self.clone() }
    }

    pub fn propose(self, proposed: Deed) -> Result<Self, Refusal> {
        self.editable()?;
        Ok(Self { status: Status::Proposed { proposed }, ..self })
    }

    /// By those who prepare it: begun by mistake, or not to be. What waits for a decision is taken back first.
    pub fn discard(self, discarded: Deed, reason: String) -> Result<Self, Refusal> {
        self.editable()?;
        Ok(Self { status: Status::Discarded { discarded, reason }, ..self })
    }

    /// By those who prepare it.
    pub fn recall(self) -> Result<Self, Refusal> {
        match &self.status {
            Status::Draft { .. } => Err(Refusal::IsDraft),
            Status::Proposed { .. } => Ok(Self { status: Status::Draft { returned: None }, ..self }),
            Status::Published { .. } => Err(Refusal::IsPublished),
            Status::Discarded { .. } => Err(Refusal::IsDiscarded),
        }
    }

    /// By whoever was to decide.
    pub fn reopen(self, by: Deed, reason: String) -> Result<Self, Refusal> {
        let back = self.recall()?;
        Ok(Self { status: Status::Draft { returned: Some((by, reason)) }, ..back })
    }

    /// Why this person may not publish it, though it waits for a decision.
    pub fn not_by(&self, person_id: &str) -> Option<Refusal> {
        match &self.status {
            Status::Proposed { proposed } if proposed.person_id == person_id => Some(Refusal::OwnProposal),
            Status::Proposed { .. } if self.editors.iter().any(|editor| editor == person_id) => {
                Some(Refusal::OwnChange)
            }
            Status::Draft { .. }
            | Status::Proposed { .. }
            | Status::Published { .. }
            | Status::Discarded { .. } => None,
        }
    }

    pub fn publish(self, published: Deed, slug: String) -> Result<Self, Refusal> {
        if let Some(refusal) = self.not_by(&published.person_id) {
            return Err(refusal);
        }
        match self.status {
            Status::Draft { .. } => Err(Refusal::IsDraft),
            Status::Published { .. } => Err(Refusal::IsPublished),
            Status::Discarded { .. } => Err(Refusal::IsDiscarded),
            Status::Proposed { proposed } => {
                Ok(Self { status: Status::Published { proposed, published, slug }, ..self })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> Proposal {
        Proposal {
            id: Id::new(),
            authority: Id::new(),
            copied_from: None,
            replaces: None,
            status: Status::Draft { returned: None },
            form: ProposalForm::default(),
            rows: Vec::new(),
            editors: Vec::new(),
            version: 1,
            revision: 1,
            saved: BTreeMap::new(),
        }
    }

    fn deed(who: &str) -> Deed {
        Deed { person_id: who.to_owned(), by: who.to_owned(), at: DateTime::UNIX_EPOCH }
    }

    #[test]
    fn whoever_changed_it_does_not_publish_though_another_put_it_forward() {
        let changed = Proposal { editors: vec!["anna".to_owned()], ..draft() };
        let proposed = changed.propose(deed("bo")).unwrap();
        assert_eq!(proposed.clone().publish(deed("anna"), slug()).unwrap_err(), Refusal::OwnChange);
        assert_eq!(proposed.clone().publish(deed("bo"), slug()).unwrap_err(), Refusal::OwnProposal);
        // Sent back and put forward anew, it is still what she wrote.
        let again = proposed.reopen(deed("eva"), "Ändra.".to_owned()).unwrap().propose(deed("bo")).unwrap();
        assert_eq!(again.clone().publish(deed("anna"), slug()).unwrap_err(), Refusal::OwnChange);
        assert!(again.publish(deed("eva"), slug()).is_ok());
    }

    fn slug() -> String {
        "aldreomsorg-2027".to_owned()
    }

    #[test]
    fn a_second_person_publishes() {
        let proposed = draft().propose(deed("anna")).unwrap();
        assert_eq!(proposed.clone().publish(deed("anna"), slug()).unwrap_err(), Refusal::OwnProposal);
        let published = proposed.publish(deed("bo"), slug()).unwrap();
        assert_eq!(published.status.key(), "published");
        assert_eq!(published.clone().publish(deed("bo"), slug()).unwrap_err(), Refusal::IsPublished);
        assert_eq!(published.clone().recall().unwrap_err(), Refusal::IsPublished);
        assert_eq!(published.propose(deed("anna")).unwrap_err(), Refusal::IsPublished);
    }

    #[test]
    fn what_is_discarded_is_neither_changed_nor_published_and_what_is_published_not_discarded() {
        let away = |proposal: Proposal| proposal.discard(deed("anna"), "fel år".to_owned());
        let discarded = away(draft()).unwrap();
        assert_eq!(discarded.editable().unwrap_err(), Refusal::IsDiscarded);
        assert_eq!(discarded.clone().propose(deed("bo")).unwrap_err(), Refusal::IsDiscarded);
        assert_eq!(discarded.clone().recall().unwrap_err(), Refusal::IsDiscarded);
        assert_eq!(discarded.clone().publish(deed("bo"), slug()).unwrap_err(), Refusal::IsDiscarded);
        assert_eq!(away(discarded).unwrap_err(), Refusal::IsDiscarded);
        let proposed = draft().propose(deed("anna")).unwrap();
        assert_eq!(away(proposed.clone()).unwrap_err(), Refusal::IsProposed);
        let published = proposed.publish(deed("bo"), slug()).unwrap();
        assert_eq!(away(published).unwrap_err(), Refusal::IsPublished);
    }

    #[test]
    fn what_is_proposed_does_not_change_until_it_is_back() {
        let proposed = draft().propose(deed("anna")).unwrap();
        assert_eq!(proposed.editable().unwrap_err(), Refusal::IsProposed);
        assert_eq!(proposed.clone().propose(deed("bo")).unwrap_err(), Refusal::IsProposed);
        let back = proposed.clone().reopen(deed("bo"), "Fel summa.".to_owned()).unwrap();
        assert_eq!(back.status, Status::Draft { returned: Some((deed("bo"), "Fel summa.".to_owned())) });
        assert!(back.editable().is_ok());
        assert_eq!(proposed.recall().unwrap().status, Status::Draft { returned: None });
    }

    #[test]
    fn a_draft_is_neither_published_nor_sent_back() {
        assert_eq!(draft().publish(deed("bo"), slug()).unwrap_err(), Refusal::IsDraft);
        assert_eq!(draft().recall().unwrap_err(), Refusal::IsDraft);
        assert_eq!(draft().reopen(deed("bo"), String::new()).unwrap_err(), Refusal::IsDraft);
    }
}

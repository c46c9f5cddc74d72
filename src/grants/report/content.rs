//! What the form says, every field valid by having been read.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    grants::{
        case::{self, head::Head},
        grant::{Account, Ledger},
    },
    ground::infra::hash::sha256_hex,
    terms::agreement::Period,
};
use values::{Line, Money, Prose};

/// What the form says, every field valid by having been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    #[serde(flatten)]
    pub head: Head,
    pub period: Period,
    /// *Summa bidrag enligt överenskommelsen*: every post, paid out or not.
    pub granted: Money,
    pub posts: Vec<PostAccount>,
    /// *Har svarat på Socialstyrelsens enkät*; nothing where the recipient is not asked.
    pub survey: Option<bool>,
    /// To the agreement's follow-up questions.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<Answer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub text: Prose<2000>,
}

/// One post, accounted for by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAccount {
    pub post: String,
    /// *Bidrag som erhållits*, from the ledger.
    pub received: Money,
    /// *Summa kostnader.*
    pub costs: Money,
    pub items: Vec<CostItem>,
    /// What the agreement wants specified of the costs.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<PartAccount>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostItem {
    pub text: Line<100>,
    pub amount: Money,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartAccount {
    pub part: String,
    pub amount: Money,
    pub motive: Option<Prose<2000>>,
}

impl PostAccount {
    /// *Medel som inte har förbrukats (Bidrag – totala kostnader)*: negative where it is a deficit.
    pub fn unspent(&self) -> Money {
        self.received - self.costs
    }

    /// A deficit gives nothing to repay.
    pub fn to_repay(&self) -> Money {
        self.unspent().max(Money::ZERO)
    }
}

impl Content {
    pub fn received(&self) -> Money {
        self.posts.iter().map(|post| post.received).sum()
    }

    pub fn costs(&self) -> Money {
        self.posts.iter().map(|post| post.costs).sum()
    }

    pub fn unspent(&self) -> Money {
        self.received() - self.costs()
    }

    pub fn to_repay(&self) -> Money {
        self.posts.iter().map(PostAccount::to_repay).sum()
    }

    /// What the certificate is of: section 3 (Bilaga 2 punkt 3).
    pub fn section_3(&self) -> String {
        sha256_hex(serde_json::json!([self.posts, self.survey]).to_string())
    }

    /// True when it accounts for exactly what the ledger says was paid out.
    pub fn matches(&self, ledger: &Ledger) -> bool {
        let accounted: Money = self.received();
        accounted == ledger.total(Account::PaidOut)
            && self.posts.iter().all(|post| post.received == ledger.of(&post.post, Account::PaidOut))
    }

    pub(super) fn costs_by_post(&self) -> BTreeMap<String, Money> {
        self.posts.iter().map(|post| (post.post.clone(), post.costs)).collect()
    }
}

/// What was fixed for certificate and signature.
pub type Edition = case::Edition<Content>;

//! What the form says, every field valid by having been read.

use serde::{Deserialize, Serialize};

use crate::{
    grants::case::{self, head::Head},
    terms::agreement::Period,
};
use values::{GiroAccount, Line, Money};

/// What the form says, every field valid by having been read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    #[serde(flatten)]
    pub head: Head,
    pub amount: Money,
    /// The amount post by post, where the form is for several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<PostAmount>,
    pub period: Period,
    pub account: GiroAccount,
    pub payment_reference: Option<Line<35>>,
}

impl Content {
    /// What is asked for by post, in the agreement's order.
    pub fn by_post<'a>(&'a self, form: &'a str) -> Vec<(&'a str, Money)> {
        by_post(form, self.amount, &self.amounts)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostAmount {
    pub post: String,
    pub amount: Money,
}

/// What was fixed for signature.
pub type Edition = case::Edition<Content>;

/// An amount by post: all on the one that the form is for, where it is for one.
pub(super) fn by_post<'a>(form: &'a str, amount: Money, amounts: &'a [PostAmount]) -> Vec<(&'a str, Money)> {
    match amounts {
        [] => vec![(form, amount)],
        several => several.iter().map(|of| (of.post.as_str(), of.amount)).collect(),
    }
}

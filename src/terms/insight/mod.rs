//! Insight (*insyn*): which organisation may read which agreement, with everything that is filed under it, and change
//! nothing. The paying authority gives it and takes it back; what an authority pays itself, it reads without being given
//! it.

pub mod form;
pub mod pages;
pub mod paths;
pub mod store;
pub mod verbs;

use chrono::{DateTime, Utc};
use thiserror::Error;

use crate::{
    ground::infra::failure,
    people::{
        access::{Actor, Doer, Role},
        recipient::Organisation,
    },
    terms::agreement::Agreement,
};
use values::{Id, calendar::long_time};

/// That an organisation may read an agreement.
#[derive(Debug, Clone)]
pub struct Insight {
    pub reader: Organisation,
    pub given_by: Doer,
    pub given_at: DateTime<Utc>,
}

/// Which agreements these eyes see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// Those that the organisation pays.
    PaidBy(Id<Organisation>),
    /// Those that it was given insight into, and those that it pays.
    ReadBy(Id<Organisation>),
    /// Those whose authority publishes them: what anybody may see of them is open data.
    Public,
}

impl Sight {
    pub fn of(actor: &Actor) -> Self {
        let organisation = actor.organisation.id;
        if actor.has(Role::Reader) { Self::ReadBy(organisation) } else { Self::PaidBy(organisation) }
    }
}

/// Whether the agreement's authority can let the organisation read it: one of the parties or authorities around it, and
/// not itself.
pub fn may_be_given(organisation: &Organisation, agreement: &Agreement) -> bool {
    organisation.kind.may_read() && organisation.id != agreement.authority.id
}

/// Why nothing was changed.
#[derive(Debug, Error)]
pub enum Refusal {
    #[error("{} har redan insyn. {} gav den {}.", .0.reader.name, .0.given_by, long_time(.0.given_at))]
    GivenAlready(Box<Insight>),
    #[error("{reader} har inte insyn längre. Någon annan har redan tagit tillbaka den.")]
    TakenAlready { reader: String },
    #[error("{reader} kan inte få insyn.")]
    NotAReader { reader: String },
}

impl failure::Refusal for Refusal {}

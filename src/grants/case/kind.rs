//! A case (*ärende*) of a grant. It is of one of four kinds, and each kind has its own states and transitions. How a case is found,
//! locked, written and told of is the same for all: [`super::store`] and [`super::verbs`].

use crate::{
    grants::grant::{Entry, Grant},
    ground::{history::Event, infra::failure::Refusal},
    people::access::Person,
};
use values::Id;

/// What a case can be. A new kind is added here, and what it is missing elsewhere does not compile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Requisition,
    Report,
    AccountRequest,
    FurtherReport,
}

impl Kind {
    /// As the table of cases names it.
    pub fn key(self) -> &'static str {
        match self {
            Self::Requisition => "requisition",
            Self::Report => "report",
            Self::AccountRequest => "account_request",
            Self::FurtherReport => "further_report",
        }
    }

    pub fn parse(key: &str) -> Option<Self> {
        let all = [Self::Requisition, Self::Report, Self::AccountRequest, Self::FurtherReport];
        all.into_iter().find(|kind| kind.key() == key)
    }
}

/// What the frame asks of every kind.
pub trait Case: Clone + Sized + 'static {
    const KIND: Kind;
    type Refusal: Refusal;

    fn id(&self) -> Id<Self>;
    fn grant_id(&self) -> Id<Grant>;
    /// Changes with every write: what a page was made from.
    fn revision(&self) -> i64;
    /// `AO22-1440-R1`.
    fn case_number(&self, grant: &Grant) -> String;
    /// It can be filled in.
    fn is_editable(&self) -> bool;
    /// Somebody else has changed it since the page was made.
    fn changed() -> Self::Refusal;

    /// What goes from `before` to `after` moves in the grant's ledger.
    fn movements(_before: &Self, _after: &Self, _grant: &Grant) -> Result<Vec<Entry>, Self::Refusal> {
        Ok(Vec::new())
    }
}

/// A case that an officer at the authority handles.
pub trait Handled: Case {
    const ASSIGNED: Event;
    /// The states in which an officer has it before him or her.
    const OPEN: &'static [&'static str];

    fn officer(&self) -> Option<Id<Person>>;
    /// An officer takes the case, hands it over, or lets it go.
    fn assign(self, officer: Option<Id<Person>>) -> Result<Self, Self::Refusal>;
}

//! A unit's way through a grant (*ansökan*), from the invitation to the report back.
//!
//! ```text
//! Invited ──apply──► Received ──grant──► Granted ────report────► Reported
//!   ▲                   │                   ▲  │                    │
//!   │                   └──refuse──► Refused└──┼─request completion─┘
//!   └────────reopen, before anything is paid───┘
//! ```
//!
//! What a unit gets, and what came back, are entries of the [`Fund`](super::fund::Fund), not of its state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{
    Plan,
    fund::NotEnough,
    model::{Model, NoTier, Tier},
    unit::{self, Unit},
};
use crate::{
    grants::case::alike::Alike,
    ground::infra::{conflict::Saved, failure},
    people::access::{Doer, NoMandate},
};
use values::{Email, GiroAccount, Id, Line, Money, Telephone, calendar::Deadline};

#[derive(Debug, Clone)]
pub struct Application {
    pub id: Id<Application>,
    pub plan: Id<Plan>,
    pub unit: Unit,
    pub status: Status,
    /// Which link is the unit's: a new one makes the old ones lead nowhere.
    pub link: i32,
    pub revision: i64,
    /// Who made that revision.
    pub saved: Option<Saved>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    Invited {
        /// What it applied with before, when the municipality gave that back to be put right.
        #[serde(default)]
        given_back: Option<Box<GivenBack>>,
    },
    Received {
        application: Received,
    },
    Refused {
        application: Received,
        reason: String,
        by: Doer,
        at: DateTime<Utc>,
    },
    Granted {
        application: Received,
        by: Doer,
        at: DateTime<Utc>,
        /// What is missing in the report that was sent back.
        to_complete: Option<Completion>,
    },
    Reported {
        application: Received,
        by: Doer,
        at: DateTime<Utc>,
        report: Report,
    },
}

/// An application that was wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenBack {
    pub application: Received,
    pub message: String,
    pub by: Doer,
    pub at: DateTime<Utc>,
}

/// What the unit applied with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    pub at: DateTime<Utc>,
    /// The unit as the register had it, with the size that the unit says.
    pub unit: unit::Content,
    /// What the register had: another size is shown to whoever decides.
    pub registered_size: u32,
    pub amount: Money,
    pub content: Content,
    /// Another account that it applied with before, when that was given back to be put right.
    #[serde(default)]
    pub account_before: Option<GiroAccount>,
    /// Accounts that came after the one it applied with, the latest last.
    #[serde(default)]
    pub later_accounts: Vec<LaterAccount>,
}

/// Another account than a unit applied with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaterAccount {
    pub account: GiroAccount,
    /// The payment lists from this number are paid to it; those before it stay as they were sent.
    pub from_list: i32,
    pub reason: String,
    pub by: Doer,
    pub at: DateTime<Utc>,
}

impl Received {
    /// Where a payment list with this number pays it.
    pub fn account(&self, list: i32) -> GiroAccount {
        let later = self.later_accounts.iter().rev().find(|later| later.from_list <= list);
        later.map_or(self.content.account, |later| later.account)
    }

    /// What it applied with when it first did.
    pub fn account_at_first(&self) -> GiroAccount {
        self.account_before.unwrap_or(self.content.account)
    }

    /// Where it is paid next.
    pub fn account_now(&self) -> GiroAccount {
        self.account(i32::MAX)
    }
}

/// What the unit types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub size: u32,
    /// Of the permitted ones.
    pub uses: Vec<String>,
    pub intention: String,
    pub contact: Line<100>,
    pub telephone: Telephone,
    pub email: Email,
    pub account: GiroAccount,
}

/// *Återrapport*: how the money was used, and what good it does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    pub at: DateTime<Utc>,
    pub by: Line<100>,
    pub used: Money,
    pub uses: Vec<String>,
    pub used_for: String,
    pub benefit: String,
}

/// What the municipality wants more of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    pub report: Report,
    pub message: String,
    pub by: Doer,
    pub at: DateTime<Utc>,
}

/// Why a unit gets nothing, or something is not done with what is handed on, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("{0} (R1041)")]
    NoTier(#[from] NoTier),
    #[error("Enheten ligger i {elsewhere}. Enligt modellen ska verksamheten ligga i {municipality}. (R1042)")]
    Elsewhere { elsewhere: String, municipality: String },
    #[error("Enheten är nedlagd i kommunens register.")]
    Closed,
    #[error("Sista dagen att ansöka var {0}. (R1043)")]
    TooLate(Deadline),
    #[error("Enheten har redan ansökt. Kontakta kommunen om något ska ändras.")]
    Applied,
    #[error("Det går inte nu: ansökan är {0}.")]
    NotInThisState(&'static str),
    #[error("Någon annan har ändrat ansökan sedan du öppnade sidan. Läs den som den är nu och försök igen.")]
    Changed,
    #[error(transparent)]
    NotEnough(#[from] NotEnough),
    /// It is a signatory's, and the mandate does not hold.
    #[error(transparent)]
    NoMandate(#[from] NoMandate),
    /// The page asks, with the rule's number.
    #[error("{0}")]
    Alike(Alike),
    #[error("{0}")]
    Hindered(&'static str),
}

impl failure::Refusal for Refusal {}

/// The tier that a unit gets its amount by, or why it gets none.
pub fn admitted<'a>(
    model: &'a Model,
    municipality: &str,
    unit: &unit::Content,
    size: u32,
) -> Result<&'a Tier, Refusal> {
    let (kind, tier) = model.tier(unit.kind.as_str(), size)?;
    if let Some(elsewhere) = unit.elsewhere.as_ref().filter(|_| kind.inside) {
        let (elsewhere, municipality) = (elsewhere.to_string(), municipality.to_owned());
        return Err(Refusal::Elsewhere { elsewhere, municipality });
    }
    Ok(tier)
}

impl Application {
    pub fn apply(
        mut self,
        model: &Model,
        municipality: &str,
        content: Content,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Invited { ref given_back } => {
                if self.unit.is_closed {
                    return Err(Refusal::Closed);
                }
                let tier = admitted(model, municipality, &self.unit.content, content.size)?;
                // What was given back came in once.
                if model.apply_by.passed(at) && given_back.is_none() {
                    return Err(Refusal::TooLate(model.apply_by));
                }
                let registered_size = self.unit.content.size;
                let unit = unit::Content { size: content.size, ..self.unit.content.clone() };
                let account_before = given_back
                    .as_ref()
                    .map(|before| before.application.account_at_first())
                    .filter(|before| *before != content.account);
                Status::Received {
                    application: Received {
                        at,
                        unit,
                        registered_size,
                        amount: tier.amount,
                        content,
                        account_before,
                        later_accounts: Vec::new(),
                    },
                }
            }
            Status::Received { .. }
            | Status::Refused { .. }
            | Status::Granted { .. }
            | Status::Reported { .. } => return Err(Refusal::Applied),
        };
        Ok(self)
    }

    pub fn grant(mut self, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Received { application } => Status::Granted { application, by, at, to_complete: None },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    pub fn refuse(mut self, reason: String, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Received { application } => Status::Refused { application, reason, by, at },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The municipality lets the unit put right what it applied with. The caller takes back what was granted, and sees to it
    /// that nothing of that is paid.
    pub fn reopen(mut self, message: String, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Received { application }
            | Status::Refused { application, .. }
            | Status::Granted { application, to_complete: None, .. } => {
                Status::Invited { given_back: Some(Box::new(GivenBack { application, message, by, at })) }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// What it has not been paid yet goes to another account.
    pub fn pay_to(mut self, later: LaterAccount) -> Result<Self, Refusal> {
        match &mut self.status {
            Status::Granted { application, .. } | Status::Reported { application, .. } => {
                application.later_accounts.push(later);
                Ok(self)
            }
            other => Err(other.not_now()),
        }
    }

    /// The unit tells how it used the money.
    pub fn report(mut self, report: Report) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Granted { application, by, at, .. } => Status::Reported { application, by, at, report },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The municipality wants more: the report is the unit's again, with what it said.
    pub fn request_completion(
        mut self,
        message: String,
        by: Doer,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Reported { application, by: granted_by, at: granted_at, report } => Status::Granted {
                application,
                by: granted_by,
                at: granted_at,
                to_complete: Some(Completion { report, message, by, at }),
            },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    pub fn received(&self) -> Option<&Received> {
        self.status.received()
    }

    /// The unit as it applied, or as the register has it.
    pub fn of(&self) -> &unit::Content {
        self.received().map_or(&self.unit.content, |received| &received.unit)
    }

    pub fn has_money(&self) -> bool {
        matches!(self.status, Status::Granted { .. } | Status::Reported { .. })
    }

    /// It has had something, and has not said that it is done.
    pub fn can_have_more(&self) -> bool {
        matches!(self.status, Status::Granted { .. })
    }

    pub fn reported(&self) -> Option<&Report> {
        match &self.status {
            Status::Reported { report, .. } => Some(report),
            Status::Invited { .. }
            | Status::Received { .. }
            | Status::Refused { .. }
            | Status::Granted { .. } => None,
        }
    }
}

impl Status {
    pub fn received(&self) -> Option<&Received> {
        match self {
            Self::Invited { .. } => None,
            Self::Received { application }
            | Self::Refused { application, .. }
            | Self::Granted { application, .. }
            | Self::Reported { application, .. } => Some(application),
        }
    }

    pub fn key(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "invited",
            Self::Received { .. } => "received",
            Self::Refused { .. } => "refused",
            Self::Granted { .. } => "granted",
            Self::Reported { .. } => "reported",
        }
    }

    pub fn label(&self) -> &'static str {
        match self {
            Self::Invited { given_back: None } => "Inbjuden",
            Self::Invited { given_back: Some(_) } => "Ska rättas",
            Self::Received { .. } => "Ansökan inkommen",
            Self::Refused { .. } => "Avslagen",
            Self::Granted { to_complete: None, .. } => "Beviljad",
            Self::Granted { to_complete: Some(_), .. } => "Ska kompletteras",
            Self::Reported { .. } => "Återrapporterad",
        }
    }

    pub fn tone(&self) -> &'static str {
        match self {
            Self::Invited { given_back: None } => "neutral",
            Self::Invited { given_back: Some(_) } => "warning",
            Self::Received { .. } => "warning",
            Self::Refused { .. } => "danger",
            Self::Granted { to_complete: None, .. } => "info",
            Self::Granted { to_complete: Some(_), .. } => "warning",
            Self::Reported { .. } => "success",
        }
    }

    /// As it stands in a sentence: *ansökan är …*.
    pub fn told(&self) -> &'static str {
        match self {
            Self::Invited { .. } => "inte inkommen",
            Self::Received { .. } => "inkommen och väntar på beslut",
            Self::Refused { .. } => "avslagen",
            Self::Granted { .. } => "beviljad",
            Self::Reported { .. } => "beviljad och återrapporterad",
        }
    }

    fn not_now(&self) -> Refusal {
        Refusal::NotInThisState(self.told())
    }
}

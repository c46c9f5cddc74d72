//! Where a requisition stands, with what belongs to it there, and why a verb was refused.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::content::{PostAmount, by_post};
use crate::{
    grants::{
        case::{CameIn, FieldRemark, ImpossibleArrival, Signature, alike::Alike},
        grant::Overdrawn,
        requisition::Requisition,
    },
    ground::infra::failure,
    people::access::{Doer, NoMandate},
};
use values::{Id, Money, calendar::LastDay};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    Draft,
    AwaitingSignature { answers: Option<CompletionRequest> },
    Submitted { received: Received },
    Returned(CompletionRequest),
    Approved { received: Received, by: Doer, at: DateTime<Utc> },
    Refused { received: Received, by: Doer, at: DateTime<Utc>, reason: String },
    Withdrawn { received: Received, by: Doer, at: DateTime<Utc>, reason: String },
    Discarded { by: Doer, at: DateTime<Utc> },
}

/// That it came in: which edition, when first, and how it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When the requisition first came in; a completed one keeps it.
    pub at: DateTime<Utc>,
    pub version: i32,
    pub amount: Money,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<PostAmount>,
    pub signature: Signature,
    /// When this version came in.
    pub completed_at: DateTime<Utc>,
}

impl Received {
    pub fn came_in(&self) -> CameIn {
        CameIn::new(self.at, self.completed_at, &self.signature)
    }

    /// Its amount by post, in the agreement's order.
    pub(super) fn by_post<'a>(&'a self, form: &'a str) -> Vec<(&'a str, Money)> {
        by_post(form, self.amount, &self.amounts)
    }
}

/// That the authority wants it completed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CompletionRequest {
    pub received: Received,
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub message: String,
    pub remarks: Vec<FieldRemark>,
}

/// Why a verb could not be carried out, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det går inte nu: rekvisitionen är {}.", .0.to_lowercase())]
    NotInThisState(&'static str),
    #[error(
        "Någon annan har ändrat rekvisitionen sedan du öppnade sidan. Läs den som den är nu och försök igen."
    )]
    Changed,
    #[error("Sista dag för rekvisition var {0}. Rätten till bidraget har förfallit.")]
    TooLate(LastDay),
    #[error(transparent)]
    Overdrawn(#[from] Overdrawn),
    #[error("De extra medlen kan rekvireras först när kommunen har lämnat in rekvisitionen av {0}.")]
    NotOpenYet(String),
    #[error(
        "Rekvisitionen kan inte återkallas så länge det finns en rekvisition av {0}, som förutsätter den."
    )]
    OthersDependOnIt(String),
    #[error("Hela tilldelningen är redan rekvirerad.")]
    NothingLeft,
    #[error(
        "{number} väntar på underskrift och begär allt som är kvar. Skriv under den, eller ta tillbaka den om något ska ändras."
    )]
    AllWaits { id: Id<Requisition>, number: String },
    #[error("Ni har redan påbörjat {0}. Fortsätt på något av utkasten, eller ta bort dem som inte behövs.")]
    TooManyDrafts(String),
    #[error("Du har registrerat rekvisitionen från papper. En annan handläggare godkänner den.")]
    OwnRegistration,
    #[error(transparent)]
    ImpossibleArrival(#[from] ImpossibleArrival),
    #[error(transparent)]
    NoMandate(#[from] NoMandate),
    /// One that looks the same is registered from paper, and nobody has said that this is another.
    #[error("{0}")]
    Alike(Alike),
}

impl failure::Refusal for Refusal {}

impl Status {
    pub const KEYS: [(&'static str, &'static str); 8] = [
        ("draft", "Utkast"),
        ("awaiting_signature", "Väntar på underskrift"),
        ("submitted", "Inlämnad"),
        ("returned", "Återsänd för komplettering"),
        ("approved", "Godkänd"),
        ("refused", "Avslagen"),
        ("withdrawn", "Återkallad"),
        ("discarded", "Borttagen"),
    ];

    pub fn key(&self) -> &'static str {
        self.key_and_label().0
    }

    pub fn label(&self) -> &'static str {
        self.key_and_label().1
    }

    fn key_and_label(&self) -> (&'static str, &'static str) {
        let index = match self {
            Self::Draft => 0,
            Self::AwaitingSignature { .. } => 1,
            Self::Submitted { .. } => 2,
            Self::Returned(_) => 3,
            Self::Approved { .. } => 4,
            Self::Refused { .. } => 5,
            Self::Withdrawn { .. } => 6,
            Self::Discarded { .. } => 7,
        };
        Self::KEYS[index]
    }

    /// It claims nothing any more, and never will.
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Withdrawn { .. } | Self::Discarded { .. })
    }

    pub(super) fn not_now(&self) -> Refusal {
        Refusal::NotInThisState(self.label())
    }
}

/// The tone of a status tag. The text says the same: colour is never alone.
pub fn tone(status: &Status, lapsed: bool) -> &'static str {
    match status {
        _ if lapsed => "danger",
        Status::Draft | Status::Withdrawn { .. } | Status::Discarded { .. } => "neutral",
        Status::AwaitingSignature { .. } | Status::Returned(_) => "warning",
        Status::Submitted { .. } => "info",
        Status::Approved { .. } => "success",
        Status::Refused { .. } => "danger",
    }
}

//! Where a report stands, with what belongs to it there, and why a verb was refused.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::certificate::{Certificate, Verdict};
use crate::{
    grants::case::{CameIn, FieldRemark, ImpossibleArrival, NoRoom, Signature},
    ground::infra::failure,
    people::access::{Doer, NoMandate},
};
use values::{Money, Prose};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// Being filled in. With `answers` it came in and was returned. The certificate is kept while section 3 stays as it was.
    Draft {
        answers: Option<CompletionRequest>,
        certificate: Option<Certificate>,
    },
    AwaitingCertificate {
        answers: Option<CompletionRequest>,
    },
    /// Certified, where the agreement asks for it.
    AwaitingSignature {
        answers: Option<CompletionRequest>,
        certificate: Option<Certificate>,
    },
    Submitted {
        received: Received,
    },
    Approved(Approval),
}

/// That it came in: which edition, when first, what it says was spent, who certified it and how it was signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// When the report first came in; a completed or corrected one keeps it.
    pub at: DateTime<Utc>,
    pub version: i32,
    /// What had been paid out, which it accounts for.
    pub accounts_for: Money,
    pub costs: BTreeMap<String, Money>,
    pub certificate: Option<Certificate>,
    pub signature: Signature,
    /// When this version came in.
    pub completed_at: DateTime<Utc>,
    /// Why whoever certified it also signed it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alone: Option<Prose<500>>,
}

impl Received {
    pub fn came_in(&self) -> CameIn {
        CameIn::new(self.at, self.completed_at, &self.signature)
    }

    /// What the finance head says, where one certifies.
    pub fn verdict(&self) -> Option<&Verdict> {
        self.certificate.as_ref().map(|certificate| &certificate.statement.verdict)
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    pub received: Received,
    pub by: Doer,
    pub at: DateTime<Utc>,
}

/// That an approved report is being changed: by whom, when, why, and what stands meanwhile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    pub of: Approval,
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub reason: String,
}

/// Why a verb could not be carried out, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det går inte nu: redovisningen är {}.", .0.to_lowercase())]
    NotInThisState(&'static str),
    #[error(
        "Någon annan har ändrat redovisningen sedan du öppnade sidan. Läs den som den är nu och försök igen."
    )]
    Changed,
    #[error("Redovisningen kan påbörjas när bidraget har betalats ut.")]
    NotPaidYet,
    #[error(
        "Det utbetalda beloppet har ändrats sedan redovisningen gjordes klar för underskrift. Den behöver ändras av mottagaren: det nya beloppet fylls i när den tas tillbaka eller återsänds."
    )]
    PaidOutChanged,
    #[error(
        "{0} har intygat redovisningen. Portalens egen regel är att någon annan skriver under. Finns ingen annan som får göra det: skriv varför."
    )]
    SamePerson(String),
    #[error("Fler än 100 filer går inte att bifoga. Slå ihop några av dem till en PDF.")]
    TooManyFiles,
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    #[error("Du har registrerat redovisningen från papper. En annan handläggare godkänner den.")]
    OwnRegistration,
    #[error(transparent)]
    ImpossibleArrival(#[from] ImpossibleArrival),
    #[error(transparent)]
    NoMandate(#[from] NoMandate),
}

impl failure::Refusal for Refusal {}

impl Status {
    pub const KEYS: [(&'static str, &'static str); 6] = [
        ("draft", "Utkast"),
        ("awaiting_certificate", "Väntar på intyg"),
        ("awaiting_signature", "Väntar på underskrift"),
        ("submitted", "Inlämnad"),
        ("returned", "Återsänd för komplettering"),
        ("approved", "Godkänd"),
    ];

    pub fn key(&self) -> &'static str {
        self.key_and_label().0
    }

    pub fn label(&self) -> &'static str {
        self.key_and_label().1
    }

    fn key_and_label(&self) -> (&'static str, &'static str) {
        let index = match self {
            Self::Draft { answers: None, .. } => 0,
            Self::AwaitingCertificate { .. } => 1,
            Self::AwaitingSignature { .. } => 2,
            Self::Submitted { .. } => 3,
            Self::Draft { answers: Some(_), .. } => 4,
            Self::Approved(_) => 5,
        };
        Self::KEYS[index]
    }

    /// The tone of a status tag. The text says the same: colour is never alone.
    pub fn tone(&self) -> &'static str {
        match self {
            Self::Draft { answers: None, .. } => "neutral",
            Self::AwaitingCertificate { .. }
            | Self::AwaitingSignature { .. }
            | Self::Draft { answers: Some(_), .. } => "warning",
            Self::Submitted { .. } => "info",
            Self::Approved(_) => "success",
        }
    }

    pub(super) fn not_now(&self) -> Refusal {
        Refusal::NotInThisState(self.label())
    }
}

//! The financial report (*ekonomisk redovisning*): what was used of a grant, what was not, certified and signed.
//!
//! ```text
//!            ┌──────────────recall─────────────────┬──────────────────────┐
//!            ▼                                     │                      │
//! none ──► Draft ──issue──► AwaitingCertificate ──certify──► AwaitingSignature ──submit──► Submitted ──approve──► Approved
//!            ▲  └─issue, punkt 3 as it was certified──────────────▲                          │                    │
//!            ├──────────────────request completion───────────────────────────────────────────┘                    │
//!            └───────────────────────────correct, with its reason──────────────────────────────────────────────────┘
//! ```
//!
//! Where the agreement asks for no certificate (2018), issuing leads straight to `AwaitingSignature`.
//!
//! One report per grant, with all posts that were paid out. A draft that answers a return is one that came in and is being
//! completed; one that is a correction leaves the approved version standing until the corrected one is approved.
//!
//! The certificate is of section 3 as it was: it holds through changes elsewhere in the form, and falls with any change
//! there.

pub mod certificate;
mod content;
pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod sheet;
mod status;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod survey;
pub mod verbs;

pub use certificate::{Certificate, Verdict};
pub use content::{Answer, Content, CostItem, Edition, PartAccount, PostAccount};
pub use status::{Approval, CompletionRequest, Correction, Received, Refusal, Status};

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        case::{self, FieldRemark, Handled, Kind, Signature, store::Attachment},
        grant::{self, Account, Entry, Grant, Ledger},
    },
    ground::history::Event,
    people::access::{Doer, Person},
};
use values::{Id, Money, Prose};

#[derive(Debug, Clone)]
pub struct Report {
    pub id: Id<Report>,
    pub grant_id: Id<Grant>,
    pub status: Status,
    /// Why an approved report is being changed, and what stands until then.
    pub correction: Option<Correction>,
    pub draft: form::ReportForm,
    /// How many times it has been issued; the newest edition has this number.
    pub version: i32,
    /// Changes with every write: what a page was made from.
    pub revision: i64,
    /// The case officer who handles it.
    pub officer: Option<Id<Person>>,
}

/// A report with its grant and its standing edition.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub report: Report,
    pub grant: Grant,
    pub edition: Option<Edition>,
}

impl Dossier {
    pub fn number(&self) -> String {
        number_of(&self.grant)
    }
}

/// `AO21-1440-E1`: the agreement's code, the recipient's, and that it is the grant's *ekonomiska redovisning*.
pub fn number_of(grant: &Grant) -> String {
    case_number(&grant.agreement.terms.code, &grant.recipient.code)
}

pub fn case_number(agreement_code: &str, recipient_code: &str) -> String {
    format!("{agreement_code}-{recipient_code}-E1")
}

/// Whoever signs in the portal, and why it is the one who certified, when it is.
#[derive(Debug, Clone, Copy)]
pub struct Signer<'a> {
    pub person_id: &'a str,
    pub alone: Option<&'a Prose<500>>,
}

impl<'a> Signer<'a> {
    /// Who certified nothing.
    #[cfg(test)]
    fn other(person_id: &'a str) -> Self {
        Self { person_id, alone: None }
    }
}

impl case::Case for Report {
    const KIND: Kind = Kind::Report;
    type Refusal = Refusal;

    fn id(&self) -> Id<Self> {
        self.id
    }

    fn grant_id(&self) -> Id<Grant> {
        self.grant_id
    }

    fn revision(&self) -> i64 {
        self.revision
    }

    fn case_number(&self, grant: &Grant) -> String {
        number_of(grant)
    }

    fn is_editable(&self) -> bool {
        matches!(self.status, Status::Draft { .. })
    }

    fn changed() -> Refusal {
        Refusal::Changed
    }

    /// The ledger follows from the states: what the report that came in last says, and what the approved one says.
    fn movements(before: &Self, after: &Self, grant: &Grant) -> Result<Vec<Entry>, Refusal> {
        let of_post = |key: &str| {
            let reported = grant::movement(key, Account::Reported, before.reported(key), after.reported(key));
            let costs = grant::movement(key, Account::Costs, before.costs(key), after.costs(key));
            [reported, costs]
        };
        let posts = grant.agreement.terms.posts.iter();
        Ok(posts.flat_map(|post| of_post(&post.key)).flatten().collect())
    }
}

impl Handled for Report {
    const ASSIGNED: Event = Event::ReportAssigned;
    const OPEN: &'static [&'static str] =
        &["submitted", "returned", "draft", "awaiting_certificate", "awaiting_signature"];

    fn officer(&self) -> Option<Id<Person>> {
        self.officer
    }

    /// Not before it came in, and not when it is decided.
    fn assign(mut self, officer: Option<Id<Person>>) -> Result<Self, Refusal> {
        match self.status {
            Status::Approved(_) => Err(self.status.not_now()),
            Status::Draft { .. } | Status::AwaitingCertificate { .. } | Status::AwaitingSignature { .. }
                if self.received().is_none() =>
            {
                Err(self.status.not_now())
            }
            Status::Draft { .. }
            | Status::AwaitingCertificate { .. }
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. } => {
                self.officer = officer;
                Ok(self)
            }
        }
    }
}

impl Report {
    /// The submission that counts, if it ever came in.
    pub fn received(&self) -> Option<&Received> {
        match &self.status {
            Status::Draft { answers: Some(returned), .. }
            | Status::AwaitingCertificate { answers: Some(returned) }
            | Status::AwaitingSignature { answers: Some(returned), .. } => Some(&returned.received),
            Status::Submitted { received } => Some(received),
            Status::Approved(approval) => Some(&approval.received),
            Status::Draft { answers: None, .. }
            | Status::AwaitingCertificate { answers: None }
            | Status::AwaitingSignature { answers: None, .. } => {
                self.correction.as_ref().map(|correction| &correction.of.received)
            }
        }
    }

    /// The approval that stands, also while a correction is made.
    pub fn approval(&self) -> Option<&Approval> {
        match &self.status {
            Status::Approved(approval) => Some(approval),
            Status::Draft { .. }
            | Status::AwaitingCertificate { .. }
            | Status::AwaitingSignature { .. }
            | Status::Submitted { .. } => self.correction.as_ref().map(|correction| &correction.of),
        }
    }

    /// More has been paid out since the report was approved: it is to be corrected.
    pub fn is_outpaid(&self, ledger: &Ledger) -> bool {
        self.approval()
            .is_some_and(|approval| approval.received.accounts_for < ledger.total(Account::PaidOut))
    }

    /// A file that went with what came in, or with what may come on paper. What is attached after is the recipient's own.
    pub fn has_handed_in(&self, file: &Attachment) -> bool {
        self.received().is_none_or(|received| {
            file.uploaded_at <= received.completed_at || received.signature.scan() == Some(file.id)
        })
    }

    /// The costs of a post in the report that came in last: what the ledger has on *Redovisade kostnader*.
    pub fn reported(&self, post: &str) -> Money {
        self.received().and_then(|received| received.costs.get(post).copied()).unwrap_or_default()
    }

    /// The costs of a post in the report that was approved last: what the ledger has on *Kostnader*.
    pub fn costs(&self, post: &str) -> Money {
        self.approval().and_then(|approval| approval.received.costs.get(post).copied()).unwrap_or_default()
    }

    /// Where it stands, in a word or two. What is approved and being corrected is no draft.
    pub fn label(&self) -> &'static str {
        if self.is_being_corrected() { "Rättelse pågår" } else { self.status.label() }
    }

    /// The tone of its tag. The text says the same: colour is never alone.
    pub fn tone(&self) -> &'static str {
        if self.is_being_corrected() { "warning" } else { self.status.tone() }
    }

    pub fn is_being_corrected(&self) -> bool {
        self.correction.is_some() && matches!(self.status, Status::Draft { answers: None, .. })
    }

    /// What the authority asked for and that is not answered yet.
    pub fn returned(&self) -> Option<&CompletionRequest> {
        match &self.status {
            Status::Draft { answers, .. }
            | Status::AwaitingCertificate { answers }
            | Status::AwaitingSignature { answers, .. } => answers.as_ref(),
            Status::Submitted { .. } | Status::Approved(_) => None,
        }
    }

    /// The certificate that holds for the edition that is to be signed, or that came in.
    pub fn certificate(&self) -> Option<&Certificate> {
        match &self.status {
            Status::AwaitingSignature { certificate, .. } => certificate.as_ref(),
            Status::AwaitingCertificate { .. } => None,
            Status::Draft { .. } | Status::Submitted { .. } | Status::Approved(_) => {
                self.received().and_then(|received| received.certificate.as_ref())
            }
        }
    }

    /// The edition that speaks for it: the one to be certified or signed, or the one that came in.
    pub fn standing_version(&self) -> Option<i32> {
        match &self.status {
            Status::AwaitingCertificate { .. } | Status::AwaitingSignature { .. } => Some(self.version),
            Status::Draft { .. } | Status::Submitted { .. } | Status::Approved(_) => {
                self.received().map(|received| received.version)
            }
        }
    }

    /// It has come in, or is certified and may come on paper. Before that it is the recipient's own.
    pub fn is_seen_by_authority(&self) -> bool {
        self.received().is_some() || matches!(self.status, Status::AwaitingSignature { .. })
    }

    /// Fixes the content. It goes straight to signature when nobody is to certify it, or when section 3 is as it was
    /// certified; otherwise the certificate falls. The caller keeps the [`Edition`] with the next version.
    pub fn issue(mut self, section_3: &str, is_to_be_certified: bool) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Draft { answers, certificate } => {
                match certificate.filter(|certificate| certificate.section_3 == section_3) {
                    None if is_to_be_certified => Status::AwaitingCertificate { answers },
                    certificate => Status::AwaitingSignature { answers, certificate },
                }
            }
            other => return Err(other.not_now()),
        };
        self.version += 1;
        Ok(self)
    }

    /// Back to be changed. The certificate comes along, for as long as section 3 stays as it is.
    pub fn recall(mut self) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::AwaitingCertificate { answers } => Status::Draft { answers, certificate: None },
            Status::AwaitingSignature { answers, certificate } => Status::Draft { answers, certificate },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The grant passes to a successor: back to be changed, and the predecessor's certificate falls. What came in stays.
    pub fn transfer(mut self) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Draft { answers, .. }
            | Status::AwaitingCertificate { answers }
            | Status::AwaitingSignature { answers, .. } => Status::Draft { answers, certificate: None },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The finance head has reviewed section 3 (Bilaga 2 punkt 4).
    pub fn certify(mut self, certificate: Certificate) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::AwaitingCertificate { answers } => {
                Status::AwaitingSignature { answers, certificate: Some(certificate) }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The signed document has come in. `signer` is whoever signs in the portal: not the one who certified, unless nobody else
    /// may sign and the reason is told.
    pub fn submit(
        mut self,
        edition: &Edition,
        signature: Signature,
        signer: Option<Signer<'_>>,
        at: DateTime<Utc>,
    ) -> Result<Self, Refusal> {
        let first_received = self.received().map(|received| received.at);
        let certificate = match self.status {
            Status::AwaitingSignature { certificate, .. } => certificate,
            other => return Err(other.not_now()),
        };
        let own = certificate
            .as_ref()
            .filter(|certificate| signer.is_some_and(|signer| signer.person_id == certificate.person_id));
        let alone = signer.and_then(|signer| signer.alone).filter(|_| own.is_some()).cloned();
        if let (Some(certificate), None) = (own, &alone) {
            return Err(Refusal::SamePerson(certificate.by.clone()));
        }
        self.status = Status::Submitted {
            received: Received {
                at: first_received.unwrap_or(at),
                version: edition.version,
                accounts_for: edition.content.received(),
                costs: edition.content.costs_by_post(),
                certificate,
                signature,
                completed_at: at,
                alone,
            },
        };
        Ok(self)
    }

    pub fn request_completion(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        message: String,
        remarks: Vec<FieldRemark>,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received } => {
                let certificate = received.certificate.clone();
                Status::Draft {
                    answers: Some(CompletionRequest { received, by, at, message, remarks }),
                    certificate,
                }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// What was corrected is past: the editions and the history keep it.
    pub fn approve(mut self, by: Doer, at: DateTime<Utc>) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { received } if received.signature.is_registered_by(&by) => {
                return Err(Refusal::OwnRegistration);
            }
            Status::Submitted { received } => Status::Approved(Approval { received, by, at }),
            other => return Err(other.not_now()),
        };
        self.correction = None;
        Ok(self)
    }

    /// Opens an approved report for a new version. What was approved stands until the new one is.
    pub fn correct(mut self, by: Doer, at: DateTime<Utc>, reason: String) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Approved(approval) => {
                let certificate = approval.received.certificate.clone();
                self.correction = Some(Correction { of: approval, by, at, reason });
                Status::Draft { answers: None, certificate }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// Gives a correction up: what was approved is the report again. Not when it has been returned: that is answered.
    pub fn give_up_correction(mut self) -> Result<Self, Refusal> {
        self.status = match (self.status, self.correction.take()) {
            (Status::Draft { answers: None, .. }, Some(correction)) => Status::Approved(correction.of),
            (other, _) => return Err(other.not_now()),
        };
        Ok(self)
    }
}

#[cfg(test)]
mod tests;

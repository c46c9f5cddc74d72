//! Further reports (*verksamhetsrapport, delredovisning, slutredovisning*): what an agreement asks for beside the financial
//! report, each with an addressee and a last day, such as *Delredovisning … till Socialstyrelsen senast den 30 september 2020*
//! (2020 God och nära vård §7, §10.2). Owed by whoever holds the grant and has a share of one of the posts that it is about.
//!
//! ```text
//! Draft ──submit──► Submitted
//!   ▲                   │
//!   └─────send back─────┘
//! ```
//!
//! The recipient adds files, one at a time; a signatory signs and hands them in. What is handed in stays: a completion is
//! added to it. What counts is when it first came in.

pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    grants::{
        case::{self, Case as _, Kind, NoRoom, store::Attachment},
        grant::{Grant, Ledger},
    },
    ground::infra::failure,
    people::access::{Doer, NoMandate},
    terms::agreement::{FurtherReport, Terms},
};
use values::{Id, calendar::Deadline};

/// A further report of one grant, once its recipient has begun it.
#[derive(Debug, Clone)]
pub struct OwedReport {
    pub id: Id<OwedReport>,
    pub grant_id: Id<Grant>,
    /// Which of its agreement's.
    pub key: String,
    pub status: Status,
    /// Changes with every write: what a page was made from.
    pub revision: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// It is the recipient's turn.
    Draft {
        answers: Option<Returned>,
    },
    Submitted {
        filed: Filed,
    },
}

/// What was handed in, the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filed {
    /// Who signed it.
    pub by: Doer,
    pub at: DateTime<Utc>,
    /// The first time. Kept through every completion.
    pub first_at: DateTime<Utc>,
    /// The recipient's formal name then: it may be called something else by now, or have a successor.
    pub recipient: String,
    /// Every file that has been handed in, now and before, by id.
    pub files: Vec<Id<Attachment>>,
}

/// That the addressee wants more or something else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Returned {
    pub filed: Filed,
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub message: String,
}

/// Why a verb could not be carried out, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det går inte nu: rapporten är {}.", .0.to_lowercase())]
    NotInThisState(&'static str),
    #[error(
        "Någon annan har ändrat rapporten sedan du öppnade sidan. Läs den som den är nu och försök igen."
    )]
    Changed,
    #[error("Ladda upp minst en fil som inte redan är inlämnad. (R851)")]
    NothingToHandIn,
    #[error("En rapport kan ha högst {MOST_FILES} filer. Slå ihop flera till en PDF. (R852)")]
    TooManyFiles,
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    #[error("Filen är redan inlämnad och kan inte tas bort.")]
    HandedIn,
    #[error(transparent)]
    NoMandate(#[from] NoMandate),
}

impl failure::Refusal for Refusal {}

/// More files than a report needs.
pub const MOST_FILES: usize = 100;

impl case::Case for OwedReport {
    const KIND: Kind = Kind::FurtherReport;
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
        let terms = &grant.agreement.terms;
        let place =
            owed(terms, &grant.ledger).find(|(_, report)| report.key == self.key).map(|(place, _)| place);
        case_number(&terms.code, &grant.recipient.code, place.unwrap_or_default())
    }

    fn is_editable(&self) -> bool {
        matches!(self.status, Status::Draft { .. })
    }

    fn changed() -> Refusal {
        Refusal::Changed
    }
}

impl OwedReport {
    /// A signatory hands in what was added. `files` are all that are there.
    pub fn submit(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        recipient: String,
        files: Vec<Id<Attachment>>,
    ) -> Result<Self, Refusal> {
        let before = self.handed_in().len();
        self.status = match self.status {
            Status::Draft { .. } if files.len() <= before => return Err(Refusal::NothingToHandIn),
            Status::Draft { answers } => {
                let first_at = answers.map_or(at, |returned| returned.filed.first_at);
                Status::Submitted { filed: Filed { by, at, first_at, recipient, files } }
            }
            Status::Submitted { .. } => return Err(self.not_now()),
        };
        Ok(self)
    }

    /// The addressee says what is missing.
    pub fn request_completion(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        message: String,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Submitted { filed } => {
                Status::Draft { answers: Some(Returned { filed, by, at, message }) }
            }
            Status::Draft { .. } => return Err(self.not_now()),
        };
        Ok(self)
    }

    /// What was handed in last, if anything was. The addressee sees that and nothing else.
    pub fn filed(&self) -> Option<&Filed> {
        match &self.status {
            Status::Draft { answers } => answers.as_ref().map(|returned| &returned.filed),
            Status::Submitted { filed } => Some(filed),
        }
    }

    pub fn returned(&self) -> Option<&Returned> {
        match &self.status {
            Status::Draft { answers } => answers.as_ref(),
            Status::Submitted { .. } => None,
        }
    }

    /// The files that the addressee has, by id. They stay.
    pub fn handed_in(&self) -> &[Id<Attachment>] {
        self.filed().map_or(&[], |filed| &filed.files)
    }

    pub fn not_now(&self) -> Refusal {
        Refusal::NotInThisState(match &self.status {
            Status::Draft { .. } => "Inte inlämnad",
            Status::Submitted { .. } => "Inlämnad",
        })
    }
}

impl Filed {
    /// Who signed, for whom.
    pub fn signature(&self) -> String {
        format!("{}, {}", self.by, self.recipient)
    }

    /// When the last completion came in, if there was one.
    pub fn completed_at(&self) -> Option<DateTime<Utc>> {
        (self.at != self.first_at).then_some(self.at)
    }
}

impl Status {
    pub fn key(&self) -> &'static str {
        match self {
            Self::Draft { .. } => "draft",
            Self::Submitted { .. } => "submitted",
        }
    }
}

/// How a report stands, begun or not, as everybody who sees it is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OwedState {
    Overdue,
    Waiting,
    Returned,
    FiledLate,
    Filed,
    /// The right to the whole grant has lapsed, and nothing has come in.
    NotOwed,
}

impl OwedState {
    pub const ALL: [Self; 6] =
        [Self::Overdue, Self::Waiting, Self::Returned, Self::FiledLate, Self::Filed, Self::NotOwed];

    /// `has_nothing` to report: see [`Grant::has_nothing_to_report`].
    pub fn of(report: Option<&OwedReport>, due: Deadline, has_nothing: bool, now: DateTime<Utc>) -> Self {
        match report.and_then(|report| Some((report, report.filed()?))) {
            None if has_nothing => Self::NotOwed,
            None if due.passed(now) => Self::Overdue,
            None => Self::Waiting,
            Some((report, _)) if report.is_editable() => Self::Returned,
            Some((_, filed)) if due.passed(filed.first_at) => Self::FiledLate,
            Some(_) => Self::Filed,
        }
    }

    pub fn key(self) -> &'static str {
        match self {
            Self::Overdue => "forsenad",
            Self::Waiting => "inte-inlamnad",
            Self::Returned => "komplettering",
            Self::FiledLate => "for-sent",
            Self::Filed => "inlamnad",
            Self::NotOwed => "inget",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Overdue => "Försenad",
            Self::Waiting => "Inte inlämnad",
            Self::Returned => "Väntar på komplettering",
            Self::FiledLate => "Inlämnad för sent",
            Self::Filed => "Inlämnad",
            Self::NotOwed => "Inget att redovisa",
        }
    }

    /// The text says the same: colour is never alone.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Overdue => "danger",
            Self::Waiting | Self::NotOwed => "neutral",
            Self::Returned | Self::FiledLate => "warning",
            Self::Filed => "success",
        }
    }
}

/// What whoever has these shares owes, each with its place among the agreement's further reports, from 1.
pub fn owed<'a>(terms: &'a Terms, ledger: &'a Ledger) -> impl Iterator<Item = (usize, &'a FurtherReport)> {
    (1..)
        .zip(&terms.further_reports)
        .filter(|(_, report)| ledger.shares().any(|share| report.posts.iter().any(|post| post == share)))
}

/// `GNV20-R12-V1`: the agreement's code, the recipient's, and the report's place among the agreement's.
pub fn case_number(agreement_code: &str, recipient_code: &str, place: usize) -> String {
    format!("{agreement_code}-{recipient_code}-V{place}")
}

/// One of the reports that a grant owes, as far as it has come: what a page is made of.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub grant: Grant,
    pub asked: FurtherReport,
    pub place: usize,
    /// The addressee's formal name.
    pub addressee: String,
    /// Nothing until a file is added.
    pub report: Option<OwedReport>,
}

impl Dossier {
    pub fn number(&self) -> String {
        case_number(&self.grant.agreement.terms.code, &self.grant.recipient.code, self.place)
    }

    pub fn standing(&self, now: DateTime<Utc>) -> OwedState {
        let has_nothing = self.grant.has_nothing_to_report(now);
        OwedState::of(self.report.as_ref(), self.asked.due, has_nothing, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn due() -> Deadline {
        Deadline("2020-09-30".parse().unwrap())
    }

    fn begun() -> OwedReport {
        OwedReport {
            id: Id::new(),
            grant_id: Id::new(),
            key: "delredovisning".to_owned(),
            status: Status::Draft { answers: None },
            revision: 1,
        }
    }

    /// One whose id ends in this letter.
    fn file(letter: &str) -> Id<Attachment> {
        format!("00000000-0000-7000-8000-00000000000{letter}").parse().unwrap()
    }

    fn submitted(report: OwedReport, files: &[&str], when: &str) -> Result<OwedReport, Refusal> {
        let files = files.iter().map(|letter| file(letter)).collect();
        report.submit(Doer::named("F"), at(when), "Region Skåne".to_owned(), files)
    }

    /// The last second in Stockholm's summer time, and the next.
    const LAST: &str = "2020-09-30T21:59:59Z";
    const MIDNIGHT: &str = "2020-09-30T22:00:00Z";

    #[test]
    fn a_report_has_a_file() {
        assert_eq!(submitted(begun(), &[], LAST).unwrap_err(), Refusal::NothingToHandIn);
        let filed = submitted(begun(), &["a"], LAST).unwrap();
        assert_eq!(filed.handed_in(), [file("a")]);
        assert_eq!(
            submitted(filed, &["a", "b"], LAST).unwrap_err(),
            Refusal::NotInThisState("Inlämnad"),
            "only what was sent back is handed in again"
        );
    }

    #[test]
    fn a_completion_is_added_and_keeps_the_day_it_first_came_in() {
        let back = |report: OwedReport| {
            report.request_completion(Doer::named("H"), at("2020-10-05T08:00:00Z"), "Mål saknas.".to_owned())
        };
        assert_eq!(back(begun()).unwrap_err(), Refusal::NotInThisState("Inte inlämnad"));
        let returned = back(submitted(begun(), &["a"], LAST).unwrap()).unwrap();
        assert_eq!(returned.returned().unwrap().message, "Mål saknas.");
        assert_eq!(returned.handed_in(), [file("a")], "what came in is still there");
        assert_eq!(OwedState::of(Some(&returned), due(), false, at(MIDNIGHT)), OwedState::Returned);
        let same = submitted(returned.clone(), &["a"], "2020-10-06T08:00:00Z");
        assert_eq!(same.unwrap_err(), Refusal::NothingToHandIn);
        let again = submitted(returned, &["a", "b"], "2020-10-06T08:00:00Z").unwrap();
        assert_eq!(again.filed().unwrap().first_at, at(LAST));
        assert_eq!(OwedState::of(Some(&again), due(), false, at("2020-11-01T08:00:00Z")), OwedState::Filed);
    }

    #[test]
    fn late_is_from_midnight_in_stockholm() {
        assert_eq!(OwedState::of(None, due(), false, at(LAST)), OwedState::Waiting);
        assert_eq!(OwedState::of(None, due(), false, at(MIDNIGHT)), OwedState::Overdue);
        assert_eq!(OwedState::of(None, due(), true, at(MIDNIGHT)), OwedState::NotOwed);
        assert_eq!(OwedState::of(Some(&begun()), due(), false, at(MIDNIGHT)), OwedState::Overdue);
        let late = submitted(begun(), &["a"], MIDNIGHT).unwrap();
        assert_eq!(OwedState::of(Some(&late), due(), false, at(MIDNIGHT)), OwedState::FiledLate);
    }

    #[test]
    fn what_is_owed_follows_from_the_shares() {
        let text = include_str!("../../../agreements/nara-vard-2020/agreement.toml");
        let terms = crate::terms::agreement::definition::parse("agreement.toml", text).unwrap();
        let owed_with = |post: &str| {
            let mut ledger = Ledger::default();
            ledger.add(&crate::grants::grant::Entry {
                post: post.to_owned(),
                account: crate::grants::grant::Account::Allocated,
                amount: values::Money::kronor(1),
            });
            owed(&terms, &ledger)
                .map(|(place, report)| format!("V{place} {}", report.key))
                .collect::<Vec<_>>()
        };
        assert_eq!(owed_with("e-halsa"), ["V1 delredovisning", "V2 slutredovisning"]);
        assert_eq!(owed_with("skr"), ["V3 delrapport", "V4 verksamhetsrapport"]);
    }
}

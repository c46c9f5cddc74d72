//! Requests for accounts (*begäran om räkenskaper*): *Regeringskansliet (Socialdepartementet) och Kammarkollegiet har rätt
//! att begära in kopior av räkenskaper … i form av ekonomisk redovisning och övrigt underlag* (2021 §7.1, 2022 §7.1).
//!
//! ```text
//! Open ──answer──► Answered ──close──► Closed
//!   ▲                 │
//!   └───ask for more──┘
//! ```
//!
//! The recipient adds files while it is open, one at a time, and hands them in together. What is handed in stays: when the
//! authority asks for more, more is added to it.

pub mod form;
pub mod pages;
pub mod paths;
pub mod rules;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod verbs;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    grants::{
        case::{self, Kind, NoRoom, alike::Alike, store::Attachment},
        grant::Grant,
    },
    ground::infra::failure,
    people::{
        access::{Actor, Doer, Role},
        recipient::Organisation,
    },
    terms::agreement::About,
};
use values::{
    Id,
    calendar::{Deadline, long_date, long_time},
    text,
};

#[derive(Debug, Clone)]
pub struct AccountRequest {
    pub id: Id<AccountRequest>,
    pub grant_id: Id<Grant>,
    /// Counts the grant's requests from 1.
    pub number: i32,
    pub asks_for: String,
    /// The last day to answer; a later one when more was asked for.
    pub due: Deadline,
    pub asked_by: Doer,
    pub asked_at: DateTime<Utc>,
    pub status: Status,
    /// Changes with every write: what a page was made from.
    pub revision: i64,
    /// Whose request it is, where that is not the paying authority.
    pub asker: Option<Id<Organisation>>,
}

/// A request with its grant: what a page is made of.
#[derive(Debug, Clone)]
pub struct Dossier {
    pub request: AccountRequest,
    pub grant: Grant,
    /// Whose request it is.
    pub asker: Organisation,
}

impl Dossier {
    pub fn number(&self) -> String {
        number_of(&self.grant, &self.request)
    }

    /// Whoever asked closes it, or asks for more: somebody of the same organisation.
    pub fn is_for(&self, actor: &Actor) -> bool {
        actor.organisation.id == self.asker.id && may_ask(actor, &self.grant)
    }
}

/// The paying authority's case officers ask for accounts; so do those with insight, at another organisation that the terms give
/// the right. Whoever only reads at the paying authority does not.
pub fn may_ask(actor: &Actor, grant: &Grant) -> bool {
    if actor.organisation.id == grant.agreement.authority.id {
        return actor.has(Role::CaseOfficer);
    }
    let ground = grant.agreement.terms.ground_of(About::Accounts, &grant.ledger.shares().collect::<Vec<_>>());
    actor.has(Role::Reader)
        && ground.is_some_and(|ground| ground.organisations.contains(&actor.organisation.code))
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Status {
    /// It is the recipient's turn.
    Open {
        more: Option<More>,
    },
    Answered {
        answer: Answer,
    },
    Closed {
        answer: Answer,
        by: Doer,
        at: DateTime<Utc>,
        remark: String,
    },
}

/// What was handed in, the last time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub by: Doer,
    pub at: DateTime<Utc>,
    /// The first answer, where this one adds to it. What was stored before it was kept has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<FirstAnswer>,
    /// Empty when the files speak for themselves.
    pub message: String,
    /// Every file that has been handed in, now and before, by id.
    pub files: Vec<Id<Attachment>>,
    /// The last day as it was then.
    pub due: Deadline,
}

/// When the request was first answered, and the last day as it was then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FirstAnswer {
    pub at: DateTime<Utc>,
    pub due: Deadline,
}

impl Answer {
    pub fn is_late(&self) -> bool {
        self.due.passed(self.at)
    }

    /// The first answer: this one, where none came before.
    pub fn first(&self) -> FirstAnswer {
        self.first.unwrap_or(FirstAnswer { at: self.at, due: self.due })
    }
}

impl FirstAnswer {
    pub fn is_late(self) -> bool {
        self.due.passed(self.at)
    }
}

/// That the authority wants more than the answer had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct More {
    pub answer: Answer,
    pub by: Doer,
    pub at: DateTime<Utc>,
    pub message: String,
}

/// Why a verb could not be carried out, in words for whoever tried.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    #[error("Det går inte nu: begäran är {}.", .0.to_lowercase())]
    NotInThisState(&'static str),
    #[error("Någon annan har ändrat begäran sedan du öppnade sidan. Läs den som den är nu och försök igen.")]
    Changed,
    #[error("Sista dagen kan inte ligga före i dag, {}. (R803)", long_date(*.0))]
    DayHasPassed(NaiveDate),
    #[error(
        "Ladda upp minst en fil, eller skriv i meddelandet varför ni inte har något att lämna in. (R805)"
    )]
    NothingToHandIn,
    #[error("En begäran kan ha högst {MOST_FILES} filer. Slå ihop flera till en PDF. (R806)")]
    TooManyFiles,
    #[error(transparent)]
    NoRoom(#[from] NoRoom),
    #[error("Filen är redan inlämnad och kan inte tas bort.")]
    HandedIn,
    /// The same is asked for already, and nobody has said that this is another request.
    #[error("{0}")]
    Alike(Alike),
}

impl failure::Refusal for Refusal {}

/// More files than an answer needs.
pub const MOST_FILES: usize = 100;

impl case::Case for AccountRequest {
    const KIND: Kind = Kind::AccountRequest;
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
        number_of(grant, self)
    }

    fn is_editable(&self) -> bool {
        matches!(self.status, Status::Open { .. })
    }

    fn changed() -> Refusal {
        Refusal::Changed
    }
}

impl AccountRequest {
    /// The recipient hands in what it has added. `files` are all that are there.
    pub fn answer(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        message: String,
        files: Vec<Id<Attachment>>,
    ) -> Result<Self, Refusal> {
        let before = self.handed_in().len();
        let first = self.last_answer().map(Answer::first);
        self.status = match self.status {
            Status::Open { .. } if files.len() <= before && message.is_empty() => {
                return Err(Refusal::NothingToHandIn);
            }
            Status::Open { .. } => {
                Status::Answered { answer: Answer { by, at, first, message, files, due: self.due } }
            }
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The authority has what it needs.
    pub fn close(mut self, by: Doer, at: DateTime<Utc>, remark: String) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Answered { answer } => Status::Closed { answer, by, at, remark },
            other => return Err(other.not_now()),
        };
        Ok(self)
    }

    /// The authority wants more, by another day.
    pub fn ask_for_more(
        mut self,
        by: Doer,
        at: DateTime<Utc>,
        message: String,
        due: NaiveDate,
    ) -> Result<Self, Refusal> {
        self.status = match self.status {
            Status::Answered { answer } => Status::Open { more: Some(More { answer, by, at, message }) },
            other => return Err(other.not_now()),
        };
        self.due = Deadline(due);
        Ok(self)
    }

    /// The same is asked for: perhaps the same request, registered once already.
    fn asks_the_same_as(&self, other: &Self) -> bool {
        text::same(&self.asks_for, &other.asks_for)
    }

    /// Named where another one looks the same.
    fn alike(&self, grant: &Grant) -> Alike {
        let (number, due) = (number_of(grant, self), long_date(self.due.0));
        let (by, at) = (&self.asked_by, long_time(self.asked_at));
        Alike {
            told: format!("{number} med samma text, sista dag {due}, av {by} {at}"),
            href: paths::Review(&self.id).to_string(),
        }
    }

    /// The last answer, if there is one.
    pub fn last_answer(&self) -> Option<&Answer> {
        match &self.status {
            Status::Open { more } => more.as_ref().map(|more| &more.answer),
            Status::Answered { answer } | Status::Closed { answer, .. } => Some(answer),
        }
    }

    /// The files that the authority has, by id. They stay.
    pub fn handed_in(&self) -> &[Id<Attachment>] {
        self.last_answer().map_or(&[], |answer| &answer.files)
    }

    pub fn is_open(&self) -> bool {
        matches!(self.status, Status::Open { .. })
    }

    /// Not answered by the last day, or answered after it.
    pub fn is_late(&self, now: DateTime<Utc>) -> bool {
        match &self.status {
            Status::Open { .. } => self.due.passed(now),
            Status::Answered { answer } | Status::Closed { answer, .. } => answer.is_late(),
        }
    }

    /// What a status tag says, and its tone. The text says the same: colour is never alone.
    pub fn tag(&self, now: DateTime<Utc>) -> (&'static str, &'static str) {
        match (&self.status, self.is_late(now)) {
            (Status::Open { .. }, true) => ("Försenad", "danger"),
            (Status::Open { more: None }, false) => ("Väntar på svar", "warning"),
            (Status::Open { more: Some(_) }, false) => ("Väntar på komplettering", "warning"),
            (Status::Answered { .. }, false) => ("Inlämnad", "info"),
            (Status::Answered { .. }, true) => ("Inlämnad för sent", "warning"),
            (Status::Closed { .. }, _) => ("Avslutad", "success"),
        }
    }
}

impl Status {
    pub fn key(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Answered { .. } => "answered",
            Self::Closed { .. } => "closed",
        }
    }

    fn label(&self) -> &'static str {
        match self {
            Self::Open { .. } => "Inte besvarad",
            Self::Answered { .. } => "Inlämnad",
            Self::Closed { .. } => "Avslutad",
        }
    }

    pub fn not_now(&self) -> Refusal {
        Refusal::NotInThisState(self.label())
    }
}

/// `AO21-1440-B1`: the agreement's code, the recipient's, and the request's number within the grant.
pub fn case_number(agreement_code: &str, recipient_code: &str, number: i32) -> String {
    format!("{agreement_code}-{recipient_code}-B{number}")
}

pub fn number_of(grant: &Grant, request: &AccountRequest) -> String {
    case_number(&grant.agreement.terms.code, &grant.recipient.code, request.number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn asked() -> AccountRequest {
        AccountRequest {
            id: Id::new(),
            grant_id: Id::new(),
            number: 1,
            asks_for: "Huvudbok".to_owned(),
            due: Deadline("2022-03-31".parse().unwrap()),
            asked_by: Doer::named("H"),
            asked_at: at("2022-03-01T08:00:00Z"),
            status: Status::Open { more: None },
            revision: 1,
            asker: None,
        }
    }

    /// One whose id ends in this letter.
    fn file(letter: &str) -> Id<Attachment> {
        format!("00000000-0000-7000-8000-00000000000{letter}").parse().unwrap()
    }

    fn answered(files: &[&str], when: &str) -> Result<AccountRequest, Refusal> {
        let files = files.iter().map(|letter| file(letter)).collect();
        asked().answer(Doer::named("E"), at(when), String::new(), files)
    }

    #[test]
    fn an_answer_has_a_file_or_a_message() {
        assert_eq!(answered(&[], "2022-03-02T08:00:00Z").unwrap_err(), Refusal::NothingToHandIn);
        let told = asked().answer(
            Doer::named("E"),
            at("2022-03-02T08:00:00Z"),
            "Finns inte.".to_owned(),
            Vec::new(),
        );
        assert!(told.is_ok());
    }

    #[test]
    fn more_is_added_to_what_was_handed_in() {
        let first = answered(&["a"], "2022-03-02T08:00:00Z").unwrap();
        let day = "2022-04-30".parse().unwrap();
        let more =
            first.ask_for_more(Doer::named("H"), at("2022-03-03T08:00:00Z"), "Mer".to_owned(), day).unwrap();
        assert_eq!((more.handed_in(), more.due.0), ([file("a")].as_slice(), day));
        let same =
            more.clone().answer(Doer::named("E"), at("2022-04-02T08:00:00Z"), String::new(), vec![file("a")]);
        assert_eq!(same.unwrap_err(), Refusal::NothingToHandIn);
        let both = vec![file("a"), file("b")];
        let second = more.answer(Doer::named("E"), at("2022-04-02T08:00:00Z"), String::new(), both).unwrap();
        assert_eq!(second.handed_in().len(), 2);
        // Both days stay: the first answer was in time.
        let answer = second.last_answer().unwrap();
        assert_eq!(answer.first().at, at("2022-03-02T08:00:00Z"));
        assert!(!answer.first().is_late() && answer.at == at("2022-04-02T08:00:00Z"));
        let closed = second.close(Doer::named("H"), at("2022-04-03T08:00:00Z"), "Klart".to_owned()).unwrap();
        assert!(closed.clone().close(Doer::named("H"), at("2022-04-03T08:00:00Z"), String::new()).is_err());
        let late = closed.answer(Doer::named("E"), at("2022-04-03T08:00:00Z"), "x".to_owned(), Vec::new());
        assert_eq!(late.unwrap_err(), Refusal::NotInThisState("Avslutad"));
    }

    #[test]
    fn late_is_from_midnight_in_stockholm() {
        let (last, midnight) = ("2022-03-31T21:59:59Z", "2022-03-31T22:00:00Z");
        assert!(!asked().is_late(at(last)));
        assert!(asked().is_late(at(midnight)));
        assert_eq!(answered(&["a"], last).unwrap().tag(at("2023-01-01T00:00:00Z")).0, "Inlämnad");
        assert_eq!(answered(&["a"], midnight).unwrap().tag(at(midnight)).0, "Inlämnad för sent");
    }
}

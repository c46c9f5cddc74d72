//! The overview (*översikt*): every recipient of an agreement on one page, and every agreement on one. Owns no state.
//!
//! From the ledgers and the requisitions' states (an [`Outcome`]) to [`Row`]s and a [`Summary`]; a [`view::View`] says
//! which rows and in what order. What a recipient has not issued is its own and is not seen here.

pub mod cache;
mod export;
pub mod form;
pub mod pages;
pub mod store;
pub mod view;

use chrono::{DateTime, Utc};

use crate::{
    access::{Actor, Role},
    agreement::{Agreement, Later},
    grant::{Account, Ledger},
    ids::Id,
    money::Money,
    recipient::{Organisation, sort_key},
};

/// Which agreements these eyes see: an authority those it pays, a reader every one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    PaidBy(Id<Organisation>),
    Every,
}

impl Sight {
    pub fn of(actor: &Actor) -> Self {
        if actor.has(Role::Reader) { Self::Every } else { Self::PaidBy(actor.organisation.id) }
    }
}

/// How far a requisition has come, of what others than the recipient may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    AwaitingSignature,
    Submitted,
    Returned,
    Approved,
    Refused,
    Withdrawn,
}

impl Stage {
    /// From the key of a [`crate::requisition::Status`]; `None` for what is nobody's but the recipient's.
    fn parse(key: &str) -> Result<Option<Self>, String> {
        match key {
            "draft" | "discarded" => Ok(None),
            "awaiting_signature" => Ok(Some(Self::AwaitingSignature)),
            "submitted" => Ok(Some(Self::Submitted)),
            "returned" => Ok(Some(Self::Returned)),
            "approved" => Ok(Some(Self::Approved)),
            "refused" => Ok(Some(Self::Refused)),
            "withdrawn" => Ok(Some(Self::Withdrawn)),
            unknown => Err(format!("status {unknown}")),
        }
    }
}

/// A requisition that has been issued.
#[derive(Debug, Clone)]
pub struct Filing {
    pub post: String,
    pub stage: Stage,
    /// It came in at some time, whatever became of it.
    pub received: bool,
}

/// One recipient's share and what it has filed.
#[derive(Debug, Clone)]
pub struct Standing {
    pub recipient: Organisation,
    pub later: Later,
    pub ledger: Ledger,
    pub filings: Vec<Filing>,
}

/// An agreement with everyone who has a share of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub agreement: Agreement,
    pub standings: Vec<Standing>,
}

/// Where a recipient stands, in the order of who needs attention first: what waits for the authority, then for the
/// recipient, then what is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Submitted,
    Returned,
    AwaitingSignature,
    Lapsed,
    NotStarted,
    Refused,
    Withdrawn,
    PartlyApproved,
    Approved,
}

impl State {
    pub const ALL: [Self; 9] = [
        Self::Submitted,
        Self::Returned,
        Self::AwaitingSignature,
        Self::Lapsed,
        Self::NotStarted,
        Self::Refused,
        Self::Withdrawn,
        Self::PartlyApproved,
        Self::Approved,
    ];

    /// One state for several requisitions (posts, partial amounts). What waits for somebody comes before what is
    /// decided: *Inlämnad*, then *Återsänd*, then *Väntar på underskrift*. With nothing waiting, what is approved
    /// decides; with nothing approved, a refusal before a withdrawal. `lapses` when the last day has passed and the
    /// right went with it (2022 §7.1): what was never received by then counts for nothing.
    fn derive<'a>(
        filings: impl Iterator<Item = &'a Filing>,
        (approved, allocated): (Money, Money),
        lapses: bool,
    ) -> Self {
        let stages: Vec<Stage> =
            filings.filter(|filing| filing.received || !lapses).map(|filing| filing.stage).collect();
        let any = |stage| stages.contains(&stage);
        match () {
            () if any(Stage::Submitted) => Self::Submitted,
            () if any(Stage::Returned) => Self::Returned,
            () if any(Stage::AwaitingSignature) => Self::AwaitingSignature,
            () if any(Stage::Approved) && approved >= allocated => Self::Approved,
            () if any(Stage::Approved) => Self::PartlyApproved,
            () if any(Stage::Refused) => Self::Refused,
            () if any(Stage::Withdrawn) => Self::Withdrawn,
            () if lapses => Self::Lapsed,
            () => Self::NotStarted,
        }
    }

    /// In addresses.
    pub fn key(self) -> &'static str {
        self.words().0
    }

    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    pub fn label(self) -> &'static str {
        self.words().1
    }

    pub fn tone(self) -> &'static str {
        self.words().2
    }

    /// For the legend.
    pub fn meaning(self) -> &'static str {
        self.words().3
    }

    #[rustfmt::skip]
    fn words(self) -> (&'static str, &'static str, &'static str, &'static str) {
        match self {
            Self::Submitted => ("inlamnad", "Inlämnad", "info", "En rekvisition har kommit in och väntar på beslut."),
            Self::Returned => ("atersand", "Återsänd", "warning", "Mottagaren har ombetts att komplettera sin rekvisition."),
            Self::AwaitingSignature => ("underskrift", "Väntar på underskrift", "warning", "En rekvisition är klar men har inte undertecknats och lämnats in."),
            Self::Lapsed => ("forfallen", "Förfallen", "danger", "Sista dagen har passerat utan att någon rekvisition har kommit in."),
            Self::NotStarted => ("ej-paborjad", "Ej påbörjad", "neutral", "Ingen rekvisition har kommit in. Mottagarens egna utkast syns inte här."),
            Self::Refused => ("avslagen", "Avslagen", "danger", "Rekvisitionen har avslagits."),
            Self::Withdrawn => ("aterkallad", "Återkallad", "neutral", "Mottagaren har återkallat sin rekvisition."),
            Self::PartlyApproved => ("delvis-godkand", "Delvis godkänd", "success", "En del av det tilldelade beloppet är godkänd."),
            Self::Approved => ("godkand", "Godkänd", "success", "Hela det tilldelade beloppet är godkänt."),
        }
    }
}

/// One recipient as the page shows it: over all posts, or for one of them.
#[derive(Debug, Clone)]
pub struct Row {
    pub name: String,
    pub formal_name: String,
    pub code: String,
    pub county: String,
    pub allocated: Money,
    pub requisitioned: Money,
    pub approved: Money,
    pub state: State,
    /// Something has come in.
    pub answered: bool,
    /// Something has been issued, so the authority has a case to open.
    pub has_case: bool,
}

impl Row {
    pub fn left(&self) -> Money {
        self.allocated - self.requisitioned
    }
}

impl Outcome {
    /// True when the last day has passed and the right to the rest is lost.
    pub fn lapses(&self, now: DateTime<Utc>) -> bool {
        self.agreement.terms.deadlines.right_has_lapsed(now)
    }

    /// A row for everyone who has a share: of the post, or of any.
    pub fn rows(&self, post: Option<&str>, now: DateTime<Utc>) -> Vec<Row> {
        let deadlines = self.agreement.terms.deadlines;
        self.standings
            .iter()
            .map(|standing| row(standing, post, deadlines.extended(standing.later).right_has_lapsed(now)))
            .filter(|row| row.allocated > Money::ZERO)
            .collect()
    }

    /// The counties of the recipients, in Swedish order.
    pub fn counties(&self) -> Vec<&str> {
        let mut counties: Vec<&str> =
            self.standings.iter().map(|standing| standing.recipient.county.as_str()).collect();
        counties.sort_by_cached_key(|county| sort_key(county));
        counties.dedup();
        counties.retain(|county| !county.is_empty());
        counties
    }
}

fn row(standing: &Standing, post: Option<&str>, lapses: bool) -> Row {
    let sum = |account| match post {
        Some(post) => standing.ledger.of(post, account),
        None => standing.ledger.total(account),
    };
    let filings = || standing.filings.iter().filter(|filing| post.is_none_or(|post| filing.post == post));
    let (allocated, approved) = (sum(Account::Allocated), sum(Account::Approved));
    Row {
        name: standing.recipient.name.clone(),
        formal_name: standing.recipient.formal_name.clone(),
        code: standing.recipient.code.clone(),
        county: standing.recipient.county.clone(),
        allocated,
        requisitioned: sum(Account::Requisitioned),
        approved,
        state: State::derive(filings(), (approved, allocated), lapses),
        answered: filings().any(|filing| filing.received),
        has_case: filings().next().is_some(),
    }
}

/// What the rows come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub recipients: usize,
    pub allocated: Money,
    pub requisitioned: Money,
    pub approved: Money,
    /// From whom nothing has come in, and what is allocated to them.
    pub unanswered: usize,
    pub unanswered_amount: Money,
    /// How many in each state that somebody is in.
    pub states: Vec<(State, usize)>,
}

impl Summary {
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut summary = Self::default();
        let mut counts = [0_usize; State::ALL.len()];
        for row in rows {
            summary.recipients += 1;
            summary.allocated += row.allocated;
            summary.requisitioned += row.requisitioned;
            summary.approved += row.approved;
            if !row.answered {
                summary.unanswered += 1;
                summary.unanswered_amount += row.allocated;
            }
            counts[row.state as usize] += 1;
        }
        summary.states = State::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        summary
    }

    /// Before the last day the kronor at risk, after it those that lapsed.
    pub fn left(&self) -> Money {
        self.allocated - self.requisitioned
    }

    pub fn percent_requisitioned(&self) -> i64 {
        self.percent(self.requisitioned)
    }

    pub fn percent_approved(&self) -> i64 {
        self.percent(self.approved)
    }

    /// Whole percent of what is allocated, rounded down: 100 only when all of it is.
    fn percent(&self, part: Money) -> i64 {
        match self.allocated.to_ore() {
            0 => 0,
            whole => i64::try_from(i128::from(part.to_ore()) * 100 / i128::from(whole)).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOCATED: i64 = 1_000;

    fn filing(stage: Stage) -> Filing {
        Filing { post: "bas".to_owned(), stage, received: stage != Stage::AwaitingSignature }
    }

    fn derive(stages: &[Stage], approved: i64, lapses: bool) -> State {
        let filings: Vec<Filing> = stages.iter().copied().map(filing).collect();
        State::derive(filings.iter(), (Money::kronor(approved), Money::kronor(ALLOCATED)), lapses)
    }

    #[test]
    fn one_requisition_gives_its_own_state() {
        for (stage, state) in [
            (Stage::AwaitingSignature, State::AwaitingSignature),
            (Stage::Submitted, State::Submitted),
            (Stage::Returned, State::Returned),
            (Stage::Refused, State::Refused),
            (Stage::Withdrawn, State::Withdrawn),
        ] {
            assert_eq!(derive(&[stage], 0, false), state);
        }
        assert_eq!(derive(&[Stage::Approved], ALLOCATED, false), State::Approved);
        assert_eq!(derive(&[Stage::Approved], ALLOCATED - 1, false), State::PartlyApproved);
        assert_eq!(derive(&[], 0, false), State::NotStarted);
    }

    #[test]
    fn of_several_what_waits_for_somebody_comes_first() {
        use Stage::{Approved, AwaitingSignature, Refused, Returned, Submitted, Withdrawn};
        assert_eq!(derive(&[Approved, Returned, Submitted], 600, false), State::Submitted);
        assert_eq!(derive(&[AwaitingSignature, Returned], 0, false), State::Returned);
        assert_eq!(derive(&[Approved, AwaitingSignature], 600, false), State::AwaitingSignature);
        assert_eq!(derive(&[Refused, Approved, Withdrawn], 600, false), State::PartlyApproved);
        assert_eq!(derive(&[Withdrawn, Refused], 0, false), State::Refused);
    }

    #[test]
    fn after_the_last_day_only_what_was_received_counts() {
        assert_eq!(derive(&[], 0, true), State::Lapsed);
        assert_eq!(derive(&[Stage::AwaitingSignature], 0, true), State::Lapsed);
        assert_eq!(derive(&[Stage::Approved, Stage::AwaitingSignature], 600, true), State::PartlyApproved);
        assert_eq!(derive(&[Stage::Submitted], 0, true), State::Submitted);
        // Returned in time and issued again: it was received and may still be completed.
        let answer = Filing { post: "bas".to_owned(), stage: Stage::AwaitingSignature, received: true };
        let amounts = (Money::ZERO, Money::kronor(ALLOCATED));
        assert_eq!(State::derive([&answer].into_iter(), amounts, true), State::AwaitingSignature);
    }

    #[test]
    fn a_draft_is_the_recipients_own_and_every_status_is_known() {
        assert_eq!(Stage::parse("draft"), Ok(None));
        for (key, _) in crate::requisition::Status::KEYS {
            assert!(Stage::parse(key).is_ok(), "{key}");
        }
        assert!(Stage::parse("lost").is_err());
    }

    fn of(allocated: i64, requisitioned: i64, state: State) -> Row {
        Row {
            name: String::new(),
            formal_name: String::new(),
            code: String::new(),
            county: String::new(),
            allocated: Money::kronor(allocated),
            requisitioned: Money::kronor(requisitioned),
            approved: Money::ZERO,
            state,
            answered: requisitioned > 0,
            has_case: requisitioned > 0,
        }
    }

    #[test]
    fn a_summary_adds_up() {
        let rows =
            [of(600, 600, State::Submitted), of(300, 0, State::NotStarted), of(100, 50, State::Submitted)];
        let summary = Summary::of(&rows);
        assert_eq!(summary.states, [(State::Submitted, 2), (State::NotStarted, 1)]);
        assert_eq!((summary.recipients, summary.unanswered), (3, 1));
        assert_eq!((summary.left(), summary.unanswered_amount), (Money::kronor(350), Money::kronor(300)));
        assert_eq!(summary.percent(summary.requisitioned), 65);
        assert_eq!(summary.percent(summary.allocated - Money::ore(1)), 99);
        assert_eq!(Summary::default().percent(Money::ZERO), 0);
    }

    #[test]
    fn state_keys_are_read_back_and_the_order_is_that_of_attention() {
        for state in State::ALL {
            assert_eq!(State::parse(state.key()), Some(state));
        }
        assert!(State::ALL.is_sorted());
    }
}

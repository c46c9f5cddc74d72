//! Where a recipient stands (*läge*): from its requisitions and its report to one word. What is late, at risk or lapsed is not
//! read off this word, which tells one thing only: see [`crate::grants::standing`].

use chrono::{DateTime, Utc};

use super::{Filing, Position};
use crate::{
    grants::{grant::Account, repayment::Settlement, standing::Obligation},
    terms::agreement::Terms,
};
use values::Money;

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
    /// From the key of a [`crate::grants::requisition::Status`]; `None` for what is nobody's but the recipient's.
    pub fn parse(key: &str) -> Result<Option<Self>, String> {
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

/// Where a recipient stands, in the order of who needs attention first: what waits for the authority, then for the
/// recipient, then what is decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    Submitted,
    ReportSubmitted,
    Returned,
    ReportReturned,
    AwaitingSignature,
    ReportLate,
    ToRepay,
    Lapsed,
    NotStarted,
    Refused,
    Withdrawn,
    PartlyApproved,
    Approved,
    ToReport,
    Closed,
}

/// How far the report of what has been paid out has come.
#[derive(Debug, Clone, Copy)]
pub struct Reporting {
    pub submitted: bool,
    pub returned: bool,
    pub settlement: Settlement,
    /// The last day to report has passed and nothing came in.
    pub late: bool,
}

impl State {
    pub const ALL: [Self; 15] = [
        Self::Submitted,
        Self::ReportSubmitted,
        Self::Returned,
        Self::ReportReturned,
        Self::AwaitingSignature,
        Self::ReportLate,
        Self::ToRepay,
        Self::Lapsed,
        Self::NotStarted,
        Self::Refused,
        Self::Withdrawn,
        Self::PartlyApproved,
        Self::Approved,
        Self::ToReport,
        Self::Closed,
    ];

    /// One state for several requisitions (posts, partial amounts). What waits for somebody comes before what is
    /// decided: *Inlämnad*, then *Återsänd*, then *Väntar på underskrift*. With nothing waiting, what is approved
    /// decides; with nothing approved, a refusal before a withdrawal. Once something is paid out and no requisition waits,
    /// its `reporting` decides. `filings` are those that count: what was not received by the last day counts for nothing where
    /// the right went with it (2022 §7.1). `lapsed` when nothing more can be requisitioned for that reason.
    pub fn derive<'a>(
        filings: impl Iterator<Item = &'a Filing>,
        (approved, allocated): (Money, Money),
        lapsed: bool,
        reporting: Option<Reporting>,
    ) -> Self {
        let stages: Vec<Stage> = filings.map(|filing| filing.stage).collect();
        let any = |stage| stages.contains(&stage);
        let reported = reporting.map(Reporting::state);
        match () {
            () if any(Stage::Submitted) => Self::Submitted,
            () if reported == Some(Self::ReportSubmitted) => Self::ReportSubmitted,
            () if any(Stage::Returned) => Self::Returned,
            () if reported == Some(Self::ReportReturned) => Self::ReportReturned,
            () if any(Stage::AwaitingSignature) => Self::AwaitingSignature,
            () => reported.unwrap_or_else(|| Self::decided(any, (approved, allocated), lapsed)),
        }
    }

    /// Before anything is paid out.
    fn decided(any: impl Fn(Stage) -> bool, (approved, allocated): (Money, Money), lapsed: bool) -> Self {
        match () {
            () if any(Stage::Approved) && approved >= allocated => Self::Approved,
            () if any(Stage::Approved) => Self::PartlyApproved,
            () if any(Stage::Refused) => Self::Refused,
            () if any(Stage::Withdrawn) => Self::Withdrawn,
            () if lapsed => Self::Lapsed,
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
            Self::Lapsed => ("forfallen", "Förfallen", "danger", "Sista dagen har passerat utan att någon rekvisition har kommit in. Mottagaren har inget att redovisa."),
            Self::NotStarted => ("ej-paborjad", "Ej påbörjad", "neutral", "Ingen rekvisition har kommit in. Mottagarens egna utkast syns inte här."),
            Self::Refused => ("avslagen", "Avslagen", "danger", "Rekvisitionen har avslagits."),
            Self::Withdrawn => ("aterkallad", "Återkallad", "neutral", "Mottagaren har återkallat sin rekvisition."),
            Self::PartlyApproved => ("delvis-godkand", "Delvis godkänd", "success", "En del av det tilldelade beloppet är godkänd."),
            Self::Approved => ("godkand", "Godkänd", "success", "Hela det tilldelade beloppet är godkänt."),
            Self::ReportSubmitted => ("redovisad", "Redovisning inlämnad", "info", "Den ekonomiska redovisningen har kommit in och väntar på beslut. Kostnaderna är preliminära."),
            Self::ReportReturned => ("redovisning-atersand", "Redovisning återsänd", "warning", "Mottagaren har ombetts att komplettera sin redovisning."),
            Self::ReportLate => ("redovisning-forsenad", "Redovisning försenad", "danger", "Bidraget är utbetalt, sista dagen att redovisa har passerat och ingen redovisning har kommit in."),
            Self::ToReport => ("att-redovisa", "Att redovisa", "neutral", "Bidraget är utbetalt och ingen redovisning har kommit in än."),
            Self::ToRepay => ("att-aterbetala", "Att återbetala", "warning", "Redovisningen är godkänd och allt som inte har förbrukats är inte återbetalt."),
            Self::Closed => ("avslutad", "Avslutad", "success", "Redovisningen är godkänd och inget är kvar att betala tillbaka."),
        }
    }
}

impl Reporting {
    /// `None` before anything is paid out.
    pub fn of(position: &Position, terms: &Terms, now: DateTime<Utc>) -> Option<Self> {
        if position.ledger.total(Account::PaidOut).is_zero() {
            return None;
        }
        let report = position.report.as_ref();
        let facts = position.facts(terms);
        let is = |status: &str| report.is_some_and(|report| report.status == status);
        Some(Self {
            submitted: is("submitted"),
            returned: is("returned")
                || report.is_some_and(|report| report.received && !report.approved) && !is("submitted"),
            settlement: facts.settlement(),
            late: facts.report(None, now).as_ref().is_some_and(Obligation::is_late),
        })
    }

    fn state(self) -> State {
        match self {
            Self { submitted: true, .. } => State::ReportSubmitted,
            Self { returned: true, .. } => State::ReportReturned,
            Self { late: true, .. } => State::ReportLate,
            Self { settlement, .. } if settlement.is_closed() => State::Closed,
            Self { settlement, .. } if settlement.is_settled => State::ToRepay,
            Self { .. } => State::ToReport,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::grants::grant::{Entry, Ledger};

    const ALLOCATED: i64 = 1_000;

    fn filing(stage: Stage) -> Filing {
        Filing { form: "bas".to_owned(), stage, received: stage != Stage::AwaitingSignature }
    }

    fn derive(stages: &[Stage], approved: i64, lapses: bool) -> State {
        let filings: Vec<Filing> = stages.iter().copied().map(filing).collect();
        let counted = filings.iter().filter(|filing| filing.counts(lapses));
        State::derive(counted, (Money::kronor(approved), Money::kronor(ALLOCATED)), lapses, None)
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
        let answer = Filing { form: "bas".to_owned(), stage: Stage::AwaitingSignature, received: true };
        let amounts = (Money::ZERO, Money::kronor(ALLOCATED));
        assert!(answer.counts(true));
        assert_eq!(State::derive([&answer].into_iter(), amounts, true, None), State::AwaitingSignature);
    }

    #[test]
    fn a_draft_is_the_recipients_own_and_every_status_is_known() {
        assert_eq!(Stage::parse("draft"), Ok(None));
        for (key, _) in crate::grants::requisition::Status::KEYS {
            assert!(Stage::parse(key).is_ok(), "{key}");
        }
        assert!(Stage::parse("lost").is_err());
    }

    #[test]
    fn once_it_is_paid_the_report_and_the_rest_decide() {
        let reporting = |settled: bool, unspent: i64, late: bool| {
            let mut ledger = Ledger::default();
            for (account, kronor) in [(Account::PaidOut, ALLOCATED), (Account::Costs, ALLOCATED - unspent)] {
                let amount = Money::kronor(kronor);
                ledger.add(&Entry { post: "bas".to_owned(), account, amount });
            }
            let settlement = Settlement::of(&ledger, settled);
            Reporting { submitted: false, returned: false, settlement, late }
        };
        assert_eq!(reporting(false, ALLOCATED, false).state(), State::ToReport);
        assert_eq!(reporting(false, ALLOCATED, true).state(), State::ReportLate);
        assert_eq!(reporting(true, 10, false).state(), State::ToRepay);
        assert_eq!(reporting(true, 0, false).state(), State::Closed);
        assert_eq!(reporting(true, -10, false).state(), State::Closed);
        // A requisition of the rest that waits for the authority comes first.
        let more = [filing(Stage::Approved), filing(Stage::Submitted)];
        let amounts = (Money::kronor(600), Money::kronor(ALLOCATED));
        let of = |filings: &[Filing]| {
            State::derive(filings.iter(), amounts, false, Some(reporting(true, 0, false)))
        };
        assert_eq!(of(&more), State::Submitted);
        assert_eq!(of(&more[..1]), State::Closed);
    }

    #[test]
    fn state_keys_are_read_back_and_the_order_is_that_of_attention() {
        for state in State::ALL {
            assert_eq!(State::parse(state.key()), Some(state));
        }
        assert!(State::ALL.is_sorted());
    }
}

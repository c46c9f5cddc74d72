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

use view::Column;

use crate::{
    agreement::{Agreement, Deadlines, Later},
    grant::{Account, Grant, Ledger},
    ids::Id,
    money::Money,
    recipient::{Organisation, sort_key},
    repayment::Settlement,
    report::store::Progress,
};

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
    pub report: Option<Progress>,
    pub grant: Id<Grant>,
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
struct Reporting {
    submitted: bool,
    returned: bool,
    settlement: Settlement,
    /// The last day to report has passed and nothing came in.
    late: bool,
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
    /// its `reporting` decides. `lapses` when the last day has passed and the
    /// right went with it (2022 §7.1): what was never received by then counts for nothing.
    fn derive<'a>(
        filings: impl Iterator<Item = &'a Filing>,
        (approved, allocated): (Money, Money),
        lapses: bool,
        reporting: Option<Reporting>,
    ) -> Self {
        let stages: Vec<Stage> =
            filings.filter(|filing| filing.received || !lapses).map(|filing| filing.stage).collect();
        let any = |stage| stages.contains(&stage);
        let reported = reporting.map(Reporting::state);
        match () {
            () if any(Stage::Submitted) => Self::Submitted,
            () if reported == Some(Self::ReportSubmitted) => Self::ReportSubmitted,
            () if any(Stage::Returned) => Self::Returned,
            () if reported == Some(Self::ReportReturned) => Self::ReportReturned,
            () if any(Stage::AwaitingSignature) => Self::AwaitingSignature,
            () => reported.unwrap_or_else(|| Self::decided(any, (approved, allocated), lapses)),
        }
    }

    /// Before anything is paid out.
    fn decided(any: impl Fn(Stage) -> bool, (approved, allocated): (Money, Money), lapses: bool) -> Self {
        match () {
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
    pub paid: Money,
    /// Of the report that came in last, approved or not.
    pub costs: Option<Money>,
    /// Negative where it is a deficit.
    pub unspent: Option<Money>,
    /// What has been paid back, and what is left of what is owed: of the grant as a whole, not of a post.
    pub repaid: Option<Money>,
    pub left_to_repay: Option<Money>,
    pub grant: Id<Grant>,
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

    /// What stands in a column; nothing where it is not known yet, or is no amount.
    pub fn amount(&self, column: Column) -> Option<Money> {
        match column {
            Column::Allocated => Some(self.allocated),
            Column::Requisitioned => Some(self.requisitioned),
            Column::Approved => Some(self.approved),
            Column::Left => Some(self.left()),
            Column::Paid => Some(self.paid),
            Column::Costs => self.costs,
            Column::Unspent => self.unspent,
            Column::Repaid => self.repaid,
            Column::LeftToRepay => self.left_to_repay,
            Column::Recipient | Column::State | Column::Code | Column::County => None,
        }
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
            .map(|standing| row(standing, post, deadlines.extended(standing.later), now))
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

impl Reporting {
    /// `None` before anything is paid out.
    fn of(standing: &Standing, deadlines: &Deadlines, now: DateTime<Utc>) -> Option<Self> {
        if standing.ledger.total(Account::PaidOut).is_zero() {
            return None;
        }
        let report = standing.report.as_ref();
        let is = |status: &str| report.is_some_and(|report| report.status == status);
        Some(Self {
            submitted: is("submitted"),
            returned: report.is_some_and(|report| report.received && !report.approved) && !is("submitted"),
            settlement: Settlement::of(&standing.ledger, report.is_some_and(|report| report.approved)),
            late: deadlines.report.passed(now) && !report.is_some_and(|report| report.received),
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

fn row(standing: &Standing, post: Option<&str>, deadlines: Deadlines, now: DateTime<Utc>) -> Row {
    let lapses = deadlines.right_has_lapsed(now);
    let reporting = Reporting::of(standing, &deadlines, now);
    let sum = |account| match post {
        Some(post) => standing.ledger.of(post, account),
        None => standing.ledger.total(account),
    };
    let filings = || standing.filings.iter().filter(|filing| post.is_none_or(|post| filing.post == post));
    let (allocated, approved) = (sum(Account::Allocated), sum(Account::Approved));
    let paid = sum(Account::PaidOut);
    let has_reported = standing.report.as_ref().is_some_and(|report| report.received) && !paid.is_zero();
    let reported = has_reported.then(|| sum(Account::Reported));
    let settlement = reporting.map(|reporting| reporting.settlement).filter(|_| post.is_none());
    Row {
        name: standing.recipient.name.clone(),
        formal_name: standing.recipient.formal_name.clone(),
        code: standing.recipient.code.clone(),
        county: standing.recipient.county.clone(),
        allocated,
        requisitioned: sum(Account::Requisitioned),
        approved,
        paid,
        costs: reported,
        unspent: reported.map(|costs| paid - costs),
        repaid: settlement.map(|settlement| settlement.came_in()),
        left_to_repay: settlement.map(|settlement| settlement.left),
        grant: standing.grant,
        state: State::derive(filings(), (approved, allocated), lapses, reporting),
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
    pub paid: Money,
    pub costs: Money,
    /// What is unspent of those who have reported; a deficit takes nothing of it.
    pub unspent: Money,
    pub repaid: Money,
    pub left_to_repay: Money,
    /// How many have been paid, and how many of them have reported.
    pub paid_recipients: usize,
    pub reported: usize,
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
            summary.paid += row.paid;
            summary.costs += row.costs.unwrap_or_default();
            summary.unspent += row.unspent.unwrap_or_default().max(Money::ZERO);
            summary.repaid += row.repaid.unwrap_or_default();
            summary.left_to_repay += row.left_to_repay.unwrap_or_default();
            summary.paid_recipients += usize::from(!row.paid.is_zero());
            summary.reported += usize::from(row.costs.is_some());
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

    /// What the column comes to.
    pub fn amount(&self, column: Column) -> Money {
        match column {
            Column::Allocated => self.allocated,
            Column::Requisitioned => self.requisitioned,
            Column::Approved => self.approved,
            Column::Left => self.left(),
            Column::Paid => self.paid,
            Column::Costs => self.costs,
            Column::Unspent => self.unspent,
            Column::Repaid => self.repaid,
            Column::LeftToRepay => self.left_to_repay,
            Column::Recipient | Column::State | Column::Code | Column::County => Money::ZERO,
        }
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
        State::derive(filings.iter(), (Money::kronor(approved), Money::kronor(ALLOCATED)), lapses, None)
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
        assert_eq!(State::derive([&answer].into_iter(), amounts, true, None), State::AwaitingSignature);
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
            paid: Money::ZERO,
            costs: None,
            unspent: None,
            repaid: None,
            left_to_repay: None,
            grant: Id::new(),
            state,
            answered: requisitioned > 0,
            has_case: requisitioned > 0,
        }
    }

    #[test]
    fn once_it_is_paid_the_report_and_the_rest_decide() {
        let reporting = |settled: bool, unspent: i64, late: bool| {
            let mut ledger = Ledger::default();
            for (account, kronor) in [(Account::PaidOut, ALLOCATED), (Account::Costs, ALLOCATED - unspent)] {
                let amount = Money::kronor(kronor);
                ledger.add(&crate::grant::Entry { post: "bas".to_owned(), account, amount });
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

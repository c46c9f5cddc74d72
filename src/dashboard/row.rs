//! One recipient of one agreement as the overview shows it, and what many of them come to.

use chrono::{DateTime, NaiveDate, Utc};

use super::{Figures, Outcome, Reporting, Standing, State};
use crate::{
    agreement::{Deadlines, Post},
    calendar::{self, LastDay},
    extension::Kind,
    grant::Grant,
    history::Event,
    ids::Id,
    money::Money,
    recipient::Organisation,
    report::Verdict,
};

/// Over all posts, or for one of them.
#[derive(Debug, Clone)]
pub struct Row {
    pub recipient: Organisation,
    /// The name of whoever holds the grant now.
    pub holder: String,
    pub grant: Id<Grant>,
    pub figures: Figures,
    pub state: State,
    /// Something has come in.
    pub answered: bool,
    pub late: Option<Late>,
    /// The posts that it has a share of.
    pub posts: Vec<String>,
    /// Its share of a post that has a floor is the floor.
    pub at_floor: bool,
    /// The report is approved: until then its costs are preliminary.
    pub is_settled: bool,
    /// What the finance head says of the report that came in last.
    pub verdict: Option<Verdict>,
    pub last_event: Option<(Event, NaiveDate)>,
    /// The last day to requisition, this recipient's own.
    pub requisition_until: LastDay,
    /// That day has passed, and with it the right to the rest.
    pub has_lapsed: bool,
}

/// A last day that passed without what was due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late {
    pub what: Kind,
    pub last_day: NaiveDate,
    pub days: i64,
    /// What lapsed, what is not accounted for, or what is not repaid.
    pub amount: Money,
}

impl Row {
    pub fn has_deviations(&self) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| !verdict.is_correct())
    }

    /// Until a last day, what is to be requisitioned by then. Without such a day there is nothing to be late with.
    pub fn outstanding(&self, now: DateTime<Utc>) -> Money {
        let is_open = self.requisition_until.0.is_some_and(|last_day| !last_day.passed(now));
        if is_open { self.figures.left().max(Money::ZERO) } else { Money::ZERO }
    }
}

pub(super) fn row(outcome: &Outcome, standing: &Standing, post: Option<&str>, now: DateTime<Utc>) -> Row {
    let terms = &outcome.agreement.terms;
    let deadlines = terms.deadlines_of(standing.ledger.shares(), standing.later);
    let reporting = Reporting::of(standing, &deadlines, now);
    let form = post.and_then(|post| terms.post(post)).map(Post::form);
    let filings = || standing.filings.iter().filter(|filing| form.is_none_or(|form| filing.form == form));
    let figures = Figures::of(standing, post, reporting.map(|reporting| reporting.settlement));
    let lapses = deadlines.right_has_lapsed(now);
    let state = State::derive(filings(), (figures.approved, figures.allocated), lapses, reporting);
    let report = standing.report.as_ref();
    Row {
        recipient: standing.recipient.clone(),
        holder: standing.holder.clone(),
        grant: standing.grant,
        state,
        answered: filings().any(|filing| filing.received),
        late: late(state, &figures, &deadlines, now),
        posts: standing.shares().map(|(post, _)| post.to_owned()).collect(),
        at_floor: standing.shares().any(|(key, amount)| {
            let floor = terms.post(key).and_then(|post| post.floor);
            floor.is_some_and(|floor| amount == Money::kronor(floor))
        }),
        is_settled: reporting.is_some_and(|reporting| reporting.settlement.is_settled),
        verdict: report.and_then(|report| report.verdict.clone()),
        last_event: standing.last_event.map(|(event, at)| (event, calendar::day(at))),
        requisition_until: deadlines.requisition,
        has_lapsed: lapses,
        figures,
    }
}

fn late(state: State, figures: &Figures, deadlines: &Deadlines, now: DateTime<Utc>) -> Option<Late> {
    let (what, amount) = match state {
        State::Lapsed | State::NotStarted => (Kind::Requisition, figures.left()),
        State::ReportLate => (Kind::Report, figures.paid),
        State::ToRepay => (Kind::Repayment, figures.left_to_repay?),
        _ => return None,
    };
    let deadline = what.of(deadlines);
    let deadline = deadline.0.filter(|deadline| deadline.passed(now))?;
    Some(Late { what, last_day: deadline.0, days: -deadline.days_left(now), amount })
}

/// What the rows come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub recipients: usize,
    pub figures: Figures,
    /// How many have been paid, and how many of them have reported.
    pub paid_recipients: usize,
    pub reported: usize,
    /// From whom nothing has come in, and what is allocated to them.
    pub unanswered: usize,
    pub unanswered_amount: Money,
    pub late: usize,
    /// How many in each state that somebody is in.
    pub states: Vec<(State, usize)>,
}

impl Summary {
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut summary = Self::default();
        let mut counts = [0_usize; State::ALL.len()];
        for row in rows {
            summary.recipients += 1;
            summary.figures += &row.figures;
            summary.paid_recipients += usize::from(!row.figures.paid.is_zero());
            summary.reported += usize::from(row.figures.costs.is_some());
            summary.late += usize::from(row.late.is_some());
            if !row.answered {
                summary.unanswered += 1;
                summary.unanswered_amount += row.figures.allocated;
            }
            counts[row.state as usize] += 1;
        }
        summary.states = State::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        summary
    }

    pub fn is_paid(&self) -> bool {
        !self.figures.paid.is_zero()
    }

    pub fn percent_requisitioned(&self) -> i64 {
        self.percent(self.figures.requisitioned)
    }

    pub fn percent_approved(&self) -> i64 {
        self.percent(self.figures.approved)
    }

    /// Whole percent of what is allocated, rounded down: 100 only when all of it is.
    fn percent(&self, part: Money) -> i64 {
        match self.figures.allocated.to_ore() {
            0 => 0,
            whole => i64::try_from(i128::from(part.to_ore()) * 100 / i128::from(whole)).unwrap_or(0),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::recipient::Kind as OrganisationKind;

    /// A municipality that was allocated and has requisitioned some kronor.
    pub fn row(name: &str, code: &str, county: &str, kronor: (i64, i64), state: State) -> Row {
        Row {
            recipient: Organisation {
                id: Id::new(),
                code: code.to_owned(),
                kind: OrganisationKind::Municipality,
                name: name.to_owned(),
                formal_name: format!("{name} kommun"),
                county: county.to_owned(),
                organisation_number: None,
            },
            holder: name.to_owned(),
            grant: Id::new(),
            figures: Figures {
                allocated: Money::kronor(kronor.0),
                requisitioned: Money::kronor(kronor.1),
                ..Figures::default()
            },
            state,
            answered: kronor.1 > 0,
            late: None,
            posts: vec!["bas".to_owned()],
            at_floor: false,
            is_settled: false,
            verdict: None,
            last_event: None,
            requisition_until: LastDay::default(),
            has_lapsed: false,
        }
    }

    #[test]
    fn a_summary_adds_up() {
        let of = |allocated, requisitioned, state| row("", "", "", (allocated, requisitioned), state);
        let rows =
            [of(600, 600, State::Submitted), of(300, 0, State::NotStarted), of(100, 50, State::Submitted)];
        let summary = Summary::of(&rows);
        assert_eq!(summary.states, [(State::Submitted, 2), (State::NotStarted, 1)]);
        assert_eq!((summary.recipients, summary.unanswered), (3, 1));
        let figures = &summary.figures;
        assert_eq!((figures.left(), summary.unanswered_amount), (Money::kronor(350), Money::kronor(300)));
        assert_eq!(summary.percent_requisitioned(), 65);
        assert_eq!(summary.percent(figures.allocated - Money::ore(1)), 99);
        assert_eq!(Summary::default().percent(Money::ZERO), 0);
    }

    #[test]
    fn what_is_late_follows_from_the_state_and_its_last_day() {
        let deadlines: Deadlines = toml::from_str(
            "requisition = 2022-12-01\nreport = 2023-03-31\nrepayment = 2023-03-31\n\
             late_requisition = \"lapses\"\nlate_report = \"may_reclaim\"",
        )
        .unwrap();
        let figures = Figures {
            allocated: Money::kronor(100),
            requisitioned: Money::kronor(40),
            paid: Money::kronor(40),
            left_to_repay: Some(Money::kronor(7)),
            ..Figures::default()
        };
        let on = |state, day: &str| {
            let noon = day.parse::<NaiveDate>().unwrap().and_hms_opt(12, 0, 0).unwrap().and_utc();
            late(state, &figures, &deadlines, noon).map(|late| (late.what, late.days, late.amount))
        };
        assert_eq!(on(State::Lapsed, "2022-12-02"), Some((Kind::Requisition, 1, Money::kronor(60))));
        assert_eq!(on(State::ReportLate, "2023-04-10"), Some((Kind::Report, 10, Money::kronor(40))));
        assert_eq!(on(State::ToRepay, "2023-03-31"), None);
        assert_eq!(on(State::ToRepay, "2023-04-01"), Some((Kind::Repayment, 1, Money::kronor(7))));
        assert_eq!(on(State::Closed, "2024-01-01"), None);
    }
}

//! One recipient of one agreement as the overview shows it, and what many of them come to.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::{AgreementPositions, Figures, Position, Reporting, State};
use crate::{
    grants::{
        extension::Kind,
        grant::{Account, Grant, Ledger, store::Holder},
        report::Verdict,
        standing::{Obligation, Timing, What},
    },
    ground::history::Event,
    people::recipient::Organisation,
    terms::agreement::{Deadlines, Post},
};
use values::{Id, Money, calendar};

/// Over all posts, or for one of them.
#[derive(Debug, Clone)]
pub struct Row {
    pub recipient: Organisation,
    /// Whoever holds the grant now.
    pub holder: Holder,
    pub grant: Id<Grant>,
    pub figures: Figures,
    pub state: State,
    /// Something has come in.
    pub answered: bool,
    /// What is still due, each by itself.
    pub obligations: Vec<Obligation>,
    /// This recipient's own last days.
    pub deadlines: Deadlines,
    /// The posts that it has a share of.
    pub posts: Vec<String>,
    /// Its share of a post that has a floor is the floor.
    pub at_floor: bool,
    /// The report is approved, and no correction with other costs waits: otherwise its costs are preliminary.
    pub is_settled: bool,
    /// What the finance head says of the report that came in last.
    pub verdict: Option<Verdict>,
    pub last_event: Option<(Event, NaiveDate)>,
}

impl Row {
    pub fn has_deviations(&self) -> bool {
        self.verdict.as_ref().is_some_and(|verdict| !verdict.is_correct())
    }

    /// A last day has passed without what was due, which is still to be done.
    pub fn is_late(&self) -> bool {
        self.obligations.iter().any(Obligation::is_late)
    }

    /// The right to something has lapsed.
    pub fn has_lapsed(&self) -> bool {
        self.obligations.iter().any(Obligation::has_lapsed)
    }

    /// Something can still be requisitioned.
    pub fn is_open(&self) -> bool {
        is_open(&self.obligations)
    }

    pub fn has_passed(&self) -> bool {
        self.holder.code != self.recipient.code
    }
}

fn is_open(obligations: &[Obligation]) -> bool {
    obligations.iter().any(|due| due.what == What::Requisition && !due.has_lapsed())
}

pub(super) fn row(
    outcome: &AgreementPositions,
    position: &Position,
    post: Option<&str>,
    now: DateTime<Utc>,
) -> Row {
    let terms = &outcome.agreement.terms;
    let deadlines = match post {
        Some(post) => terms.deadlines_of([post], position.later),
        None => terms.deadlines_of(position.ledger.shares(), position.later),
    };
    let obligations = position.facts(terms).obligations(post, now);
    let reporting = Reporting::of(position, terms, now);
    let form = post.and_then(|post| terms.post(post)).map(Post::form);
    let filings = || position.filings.iter().filter(|filing| form.is_none_or(|form| filing.form == form));
    let counted = filings().filter(|filing| {
        let posts = terms.posts_of_form(&filing.form).map(|post| post.key.as_str());
        filing.counts(terms.deadlines_of(posts, position.later).right_has_lapsed(now))
    });
    let figures = Figures::of(position, post, reporting.map(|reporting| reporting.settlement));
    let lapsed = obligations.iter().any(Obligation::has_lapsed) && !is_open(&obligations);
    let state = State::derive(counted, (figures.approved, figures.allocated), lapsed, reporting);
    Row {
        recipient: position.recipient.clone(),
        holder: position.holder.clone(),
        grant: position.grant,
        state,
        answered: filings().any(|filing| filing.received),
        obligations,
        deadlines,
        posts: position.shares().map(|(post, _)| post.to_owned()).collect(),
        at_floor: position.shares().any(|(key, amount)| {
            let floor = terms.post(key).and_then(|post| post.floor);
            floor.is_some_and(|floor| amount == Money::kronor(floor))
        }),
        is_settled: reporting.is_some_and(|reporting| reporting.settlement.is_settled)
            && stands(&position.ledger),
        verdict: position.report.as_ref().and_then(|report| report.verdict.clone()),
        last_event: position.last_event.map(|(event, at)| (event, calendar::day(at))),
        figures,
    }
}

/// Whether the costs are those that were approved: a correction that came in has other costs, or the same of other posts, until it is
/// approved too.
fn stands(ledger: &Ledger) -> bool {
    let of = |account| {
        ledger.of_account(account).filter(|(_, amount)| !amount.is_zero()).collect::<BTreeMap<_, _>>()
    };
    of(Account::Reported) == of(Account::Costs)
}

/// How many of them have another last day than these: later, or none.
pub fn otherwise(rows: &[Row], kind: Kind, agreed: &Deadlines) -> usize {
    rows.iter().filter(|row| kind.of(&row.deadlines) != kind.of(agreed)).count()
}

/// So many recipients, and so many kronor of theirs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub recipients: usize,
    pub amount: Money,
}

/// What the rows come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    pub recipients: usize,
    pub figures: Figures,
    /// How many have been paid, and how many of them have reported.
    pub paid_recipients: usize,
    pub reported: usize,
    /// Of those who have reported, how many have a surplus and how many a deficit.
    pub with_surplus: usize,
    pub with_deficit: usize,
    /// From whom nothing has come in, and what is allocated to them.
    pub unanswered: usize,
    pub unanswered_amount: Money,
    /// How many are late with something.
    pub late: usize,
    /// How many in each state that somebody is in.
    pub states: Vec<(State, usize)>,
    /// What is due, in the order of [`What::ALL`] and [`Timing::ALL`].
    due: [[Tally; Timing::ALL.len()]; What::ALL.len()],
}

impl Summary {
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Self {
        let mut summary = Self::default();
        let mut counts = [0_usize; State::ALL.len()];
        for row in rows {
            let figures = &row.figures;
            summary.recipients += 1;
            summary.figures += figures;
            summary.paid_recipients += usize::from(!figures.paid.is_zero());
            summary.reported += usize::from(figures.costs.is_some());
            summary.with_surplus += usize::from(figures.surplus.is_some_and(|sum| !sum.is_zero()));
            summary.with_deficit += usize::from(figures.deficit().is_some_and(|sum| !sum.is_zero()));
            summary.late += usize::from(row.is_late());
            if !row.answered {
                summary.unanswered += 1;
                summary.unanswered_amount += figures.allocated;
            }
            counts[row.state as usize] += 1;
            summary.add_due(&row.obligations);
        }
        summary.states = State::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
        summary
    }

    /// What one recipient has to do: it counts once, also with several posts of the same kind.
    fn add_due(&mut self, obligations: &[Obligation]) {
        for (what, tallies) in What::ALL.into_iter().zip(&mut self.due) {
            for (timing, tally) in Timing::ALL.into_iter().zip(tallies) {
                let of = || obligations.iter().filter(|due| due.what == what && due.timing == timing);
                tally.recipients += usize::from(of().next().is_some());
                tally.amount += of().filter_map(|due| due.amount).sum::<Money>();
            }
        }
    }

    /// How much of this is so.
    pub fn due(&self, what: What, timing: Timing) -> Tally {
        self.due[what as usize][timing as usize]
    }

    /// *Förfallet*: not requisitioned by the last day that each of them has.
    pub fn lapsed(&self) -> Tally {
        self.due(What::Requisition, Timing::Lapsed)
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
    use crate::{
        people::recipient::Kind as OrganisationKind,
        terms::agreement::{LateReport, LateRequisition},
    };
    use values::calendar::LastDay;

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
            holder: Holder { name: name.to_owned(), code: code.to_owned() },
            grant: Id::new(),
            figures: Figures {
                allocated: Money::kronor(kronor.0),
                requisitioned: Money::kronor(kronor.1),
                ..Figures::default()
            },
            state,
            answered: kronor.1 > 0,
            obligations: Vec::new(),
            deadlines: Deadlines {
                requisition: LastDay::default(),
                report: LastDay::default(),
                repayment: LastDay::default(),
                late_requisition: LateRequisition::Lapses,
                late_report: LateReport::MayReclaim,
                may_be_decided: Vec::new(),
            },
            posts: vec!["bas".to_owned()],
            at_floor: false,
            is_settled: false,
            verdict: None,
            last_event: None,
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
}

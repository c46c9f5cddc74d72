//! Where a grant stands (*läge*): what is due of it, by when, and whether that day has passed.
//!
//! Each [`Obligation`] is reckoned by itself: every post to requisition, the report, the repayment and each further report. One
//! never hides another. Every page, file and report that says *late*, *at risk* or *lapsed* asks here; none reckons it anew.

#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};

use crate::{
    grants::{
        extension::Kind,
        further_report,
        grant::{self, Account, Grant, Ledger},
        repayment::Settlement,
        report::Report,
    },
    terms::agreement::{Deadlines, Later, Terms},
};
use values::{Money, calendar::LastDay};

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    Requisition,
    Report,
    Repayment,
    FurtherReport,
}

impl What {
    pub const ALL: [Self; 4] = [Self::Requisition, Self::Report, Self::Repayment, Self::FurtherReport];

    pub fn label(self) -> &'static str {
        match self {
            Self::Requisition => Kind::Requisition.label(),
            Self::Report => Kind::Report.label(),
            Self::Repayment => Kind::Repayment.label(),
            Self::FurtherReport => "Övrig redovisning",
        }
    }
}

/// How an obligation that is not fulfilled stands against its last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Timing {
    /// The last day has passed. It is still to be done.
    Late,
    /// The last day is to come: *i riskzonen* if nothing is done.
    AtRisk,
    /// The last day has passed, and the right went with it. Nothing is left to do, so no days are counted.
    Lapsed,
    /// There is no last day.
    Open,
}

impl Timing {
    pub const ALL: [Self; 4] = [Self::Late, Self::AtRisk, Self::Lapsed, Self::Open];

    pub fn label(self) -> &'static str {
        match self {
            Self::Late => "Sen",
            Self::AtRisk => "I riskzonen",
            Self::Lapsed => "Förfallet",
            Self::Open => "Utan sista dag",
        }
    }

    /// The text says the same: colour is never alone.
    pub fn tone(self) -> &'static str {
        match self {
            Self::Late => "danger",
            Self::AtRisk => "warning",
            Self::Lapsed | Self::Open => "neutral",
        }
    }

    fn of(last_day: LastDay, right_can_lapse: bool, now: DateTime<Utc>) -> Self {
        match last_day.0 {
            None => Self::Open,
            Some(day) if !day.passed(now) => Self::AtRisk,
            Some(_) if right_can_lapse => Self::Lapsed,
            Some(_) => Self::Late,
        }
    }
}

/// Something that the holder of a grant has not done yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obligation {
    pub what: What,
    /// The name of the post or of the further report; empty where there is one only.
    pub name: String,
    /// This recipient's own.
    pub last_day: LastDay,
    pub timing: Timing,
    /// Days from today to the last day, negative when late. Nothing without a last day, and once the right has lapsed.
    pub days_left: Option<i64>,
    /// What is not requisitioned, not accounted for or not repaid. A further report is of no amount.
    pub amount: Option<Money>,
}

impl Obligation {
    fn new(
        (what, name): (What, &str),
        (last_day, right_can_lapse): (LastDay, bool),
        amount: Option<Money>,
        now: DateTime<Utc>,
    ) -> Self {
        let timing = Timing::of(last_day, right_can_lapse, now);
        let days_left = if timing == Timing::Lapsed { None } else { last_day.days_left(now) };
        Self { what, name: name.to_owned(), last_day, timing, days_left, amount }
    }

    pub fn is_late(&self) -> bool {
        self.timing == Timing::Late
    }

    pub fn has_lapsed(&self) -> bool {
        self.timing == Timing::Lapsed
    }

    /// `Rekvisition: Stöd till modellkommuner`
    pub fn label(&self) -> String {
        match (self.what, self.name.as_str()) {
            (What::FurtherReport, name) => name.to_owned(),
            (what, "") => what.label().to_owned(),
            (what, name) => format!("{}: {name}", what.label()),
        }
    }
}

/// What a grant's obligations follow from.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    pub terms: &'a Terms,
    pub ledger: &'a Ledger,
    pub later: Later,
    pub report: Reported,
    /// The keys of the further reports that have come in.
    pub filed: &'a [String],
}

/// How far the financial report has come. A correction takes nothing of it back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reported {
    pub received: bool,
    pub approved: bool,
}

impl Reported {
    pub fn of(report: Option<&Report>) -> Self {
        Self {
            received: report.is_some_and(|report| report.received().is_some()),
            approved: report.is_some_and(|report| report.approval().is_some()),
        }
    }
}

impl<'a> Facts<'a> {
    /// Of a grant, but for its further reports.
    pub fn of(grant: &'a Grant, report: Option<&Report>) -> Self {
        Self {
            terms: &grant.agreement.terms,
            ledger: &grant.ledger,
            later: grant.later,
            report: Reported::of(report),
            filed: &[],
        }
    }

    /// Everything that is due of the grant, or of one of its posts.
    pub fn obligations(&self, post: Option<&str>, now: DateTime<Utc>) -> Vec<Obligation> {
        let mut due: Vec<Obligation> = self.requisitions(post, now).collect();
        due.extend(self.report(post, now));
        // What is repaid is of the grant as a whole.
        due.extend(self.repayment(now).filter(|_| post.is_none()));
        due.extend(self.further_reports(post, now));
        due
    }

    /// What is left to requisition, post by post. What waits for a signature, is refused or withdrawn is left.
    pub fn requisitions(&self, post: Option<&str>, now: DateTime<Utc>) -> impl Iterator<Item = Obligation> {
        let is_one_of_several = self.terms.posts.len() > 1;
        let posts = self.terms.posts.iter().filter(move |of| post.is_none_or(|post| post == of.key));
        posts.filter_map(move |post| {
            let left = Some(self.ledger.left_to_requisition(&post.key)).filter(|left| *left > Money::ZERO)?;
            let deadlines = self.terms.deadlines_of([post.key.as_str()], self.later);
            let name = if is_one_of_several { post.name.as_str() } else { "" };
            let due = (deadlines.requisition, deadlines.right_can_lapse());
            Some(Obligation::new((What::Requisition, name), due, Some(left), now))
        })
    }

    /// The report of what is paid out, until it has come in.
    pub fn report(&self, post: Option<&str>, now: DateTime<Utc>) -> Option<Obligation> {
        let paid = match post {
            Some(post) => self.ledger.of(post, Account::PaidOut),
            None => self.ledger.total(Account::PaidOut),
        };
        let due = (self.deadlines().report, false);
        let is_due = !paid.is_zero() && !self.report.received;
        is_due.then(|| Obligation::new((What::Report, ""), due, Some(paid), now))
    }

    /// What is left to repay by the report that was approved last. Before that nothing is owed.
    pub fn repayment(&self, now: DateTime<Utc>) -> Option<Obligation> {
        let left = self.settlement().left;
        let due = (self.deadlines().repayment, false);
        (!left.is_zero()).then(|| Obligation::new((What::Repayment, ""), due, Some(left), now))
    }

    /// The further reports that have not come in. Whoever lost its right to all of the grant has nothing to report.
    fn further_reports(&self, post: Option<&str>, now: DateTime<Utc>) -> impl Iterator<Item = Obligation> {
        let has_nothing = grant::has_nothing_to_report(self.terms, self.ledger, self.later, now);
        further_report::owed(self.terms, self.ledger)
            .filter(move |_| !has_nothing)
            .filter(move |(_, report)| post.is_none_or(|post| report.posts.iter().any(|of| of == post)))
            .filter(|(_, report)| !self.filed.contains(&report.key))
            .map(move |(_, report)| {
                let of = (What::FurtherReport, report.name.as_str());
                Obligation::new(of, (report.due.into(), false), None, now)
            })
    }

    pub fn settlement(&self) -> Settlement {
        Settlement::of(self.ledger, self.report.approved)
    }

    fn deadlines(&self) -> Deadlines {
        self.terms.deadlines_of(self.ledger.shares(), self.later)
    }
}

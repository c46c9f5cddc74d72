//! The numbered rules of an extension. R503, R504 and R507 are checked while the grant is locked: [`super::check`].

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Which of the last days is moved: §7.1 has one each for requisition, report and repayment.
    Kind = 501,
    /// The new last day, as a date.
    Until = 502,
    /// Later than the day that holds: an extension takes no time away.
    Later = 503,
    /// At most two years after the agreement's own day: beyond that it is a slip of the pen.
    NotTooFar = 504,
    /// The authority's own reference to its decision: without one it is no extension.
    Decision = 505,
    /// Why it was given.
    Reason = 506,
    /// Not a day that has passed: it gives nobody any time. Asked about, and can be answered.
    Passed = 507,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

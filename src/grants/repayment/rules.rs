//! The numbered rules of repayments. Each stops what it is about; [`Rule::Alike`] can be answered.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The day the money came in: not in the future, and not before there was anything to pay back, which is never before
    /// the first day of the agreement's period (2021 §7.1: unused money is paid back after the period).
    ReceivedOn = 701,
    /// Kronor and öre above zero. What is owed is *Bidrag – totala kostnader* (Bilaga 2, Ekonomisk redovisning punkt 3),
    /// but what comes in may be any amount: a part, or too much.
    Amount = 702,
    /// A reference of at most 80 characters. An OCR number of the portal's own decides which grant it is for.
    Reference = 703,
    /// Who paid, at most 80 characters.
    Payer = 704,
    /// The same money is registered once (2021 §7.1: what was not used is repaid, not more).
    Alike = 705,
    /// The recipient that an amount is matched to by hand has a grant of the agreement.
    Recipient = 706,
    /// A reason that says something, where an amount is taken away, sent back or struck.
    Reason = 707,
    /// No more is returned to the recipient than came in above what is owed (Bilaga 2, Ekonomisk redovisning punkt 3).
    ExcessLeft = 708,
    /// What was returned to the recipient must have come in.
    NotBelowReturned = 709,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

//! The numbered rules of the requisition, beside those of every form (`case::rules`). An error stops it, a warning asks for
//! a confirmation and is shown to the reviewer.

use std::fmt;

/// Rules that stop a requisition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// Bilaga 2 punkt 2, Belopp som rekvireras: whole kronor above zero.
    Amount = 108,
    /// Bilaga 1: at most what is left of the recipient's share.
    AmountLeft = 109,
    /// Bilaga 2 punkt 2, Rekvisitionen avser perioden: two days in order, inside the agreement's year.
    Period = 110,
    /// Bilaga 2 punkt 3, Bankgiro/Plusgiro: the kind chosen, the number with its check digit.
    Account = 111,
    /// Bilaga 2 punkt 3, Önskad betalningsreferens: optional, at most 35 characters (the most a payment file carries).
    PaymentReference = 112,
}

/// Things that may be right but deserve a second look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caution {
    /// Bilaga 2 punkt 3: another account than the last time.
    AccountChanged = 203,
    /// Bilaga 1: less than what is left; the rest lapses after the last day (§7.1).
    LessThanLeft = 204,
    /// Bilaga 2 punkt 2: not the whole of the agreement's period.
    PartOfPeriod = 205,
    /// Bilaga 1: together with another that waits for a signature it asks for more than is left.
    AnotherWaits = 206,
    /// Rekvisitionens sista dag has passed, where the agreement does not say what becomes of a late one.
    LastDayPassed = 207,
    /// Bilaga 2, Ekonomisk redovisning punkt 3: a report of the grant has come in, and accounts for less than would be paid.
    ReportCameIn = 208,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

impl fmt::Display for Caution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

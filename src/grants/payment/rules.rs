//! The numbered rules of payments.

use std::fmt;

/// Rules that stop the registering or the reversing of a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// 2021 §7.1: the money is paid out on a requisition. Only an approved one is paid.
    Approved = 601,
    /// Bilaga 2 punkt 2: a requisition is of whole kronor, and so is what is paid of it; above zero.
    Amount = 602,
    /// 2021 §7.1: paid once and for all (*engångsvis*). The payments of a requisition sum to at most what is approved.
    AmountLeft = 603,
    /// A payment officer marks what *has been* paid: a day, and not one that is still to come.
    PaidOn = 604,
    /// 2021 §7.1: paid on requisition, so not before the day (in Stockholm) on which it was approved.
    PaidAfterApproval = 605,
    /// What the payment is found by at the bank: 1 to 35 characters, the most that a payment file carries.
    Reference = 606,
    /// A mistaken registration is put right with a reason, which the history keeps.
    ReversalReason = 607,
    /// Bilaga 2, Ekonomisk redovisning punkt 3: costs and what is not spent are held against what was paid out. When they
    /// have been, it does not change under them.
    NotAccountedFor = 608,
    /// 2021 §7.1: paid once and for all. The same day, amount and reference are asked about, and can be answered.
    Alike = 609,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

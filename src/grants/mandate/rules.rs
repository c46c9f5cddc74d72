//! The numbered rules of a mandate.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The first day and the last, each a date or left empty.
    Day = 901,
    /// The last day is not before the first.
    Order = 902,
    /// A limited mandate rests on a decision, which is named.
    Decision = 903,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

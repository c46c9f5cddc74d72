//! The numbered rules of the register.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What it is called, on one line.
    Name = 951,
    /// What it is called on a form (Bilaga 2 R 1, *Bidragsmottagare*).
    FormalName = 952,
    /// No two organisations answer to one name, alias, code or number.
    Unique = 953,
    /// Since when: not in the future, since it holds from when it is registered, and after the change before it.
    Day = 954,
    /// Why.
    Reason = 955,
    /// Bilaga 2 R 1: ten digits with a check digit.
    Number = 956,
    /// What kind of organisation is added.
    Kind = 957,
    /// Which county it belongs to.
    County = 958,
    /// Somebody in the register that receives grants.
    Party = 959,
    /// Somebody else than those it takes over from.
    Other = 960,
    /// There is something to take over.
    Holds = 961,
    /// The decision that a succession rests on.
    Decision = 962,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

//! The numbered rules of a further report.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What is handed in has a file that was not there before.
    SomethingHandedIn = 851,
    /// At most so many files.
    MostFiles = 852,
    /// What is missing, when it is sent back.
    Missing = 853,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

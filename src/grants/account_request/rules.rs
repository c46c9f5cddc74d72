//! The numbered rules of a request for accounts and its answer (2021 §7.1).

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// What is asked for: copies of the accounts *och övrigt underlag*.
    AsksFor = 801,
    /// The last day to answer, as a date.
    Due = 802,
    /// Not before the day it is asked.
    DueAhead = 803,
    /// A message, a remark: at most so long.
    Message = 804,
    /// An answer has a file, or says why there is none.
    SomethingHandedIn = 805,
    /// At most so many files.
    MostFiles = 806,
    /// What to add, when more is asked for.
    More = 807,
    /// The same is asked for once. The same text is asked about, and can be answered.
    Alike = 808,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "R{}", *self as u16)
    }
}

//! Import of a published table (*import av fördelningstabell*): from a file to shares, with the proof of what it says.
//!
//! Five steps, each of them plain data in and plain data out: [`reading`] makes rows and cells of a file, [`guess`]
//! guesses what its columns are (their [`mapping`]), [`matching`] finds whom a row is about, [`lines`] reads the rows with their amounts, and
//! [`proof`] holds them against the decision, the registry and the round before. Nothing is mended in silence: what
//! cannot be read is a [`Fault`] with its place and how to mend it, and what is odd is a warning to confirm.

pub mod amount;
mod column;
pub mod guess;
mod kind;
pub mod lines;
pub mod mapping;
pub mod matching;
mod name;
pub mod proof;
#[cfg(test)]
mod tests;
pub mod unit;
mod unseen;
pub mod warning;

use std::fmt;

pub use files::reading::{self, column_letters};

/// What stops a table from being published, for the one who has the file before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub place: Place,
    /// What stands there, cut where it is long.
    pub value: String,
    pub reason: String,
    pub mend: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} {}", self.place, self.reason, self.mend)
    }
}

/// Where in a table, as a spreadsheet shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Empty for a file of text, which has no sheets.
    pub sheet: String,
    pub row: Option<usize>,
    /// From 0.
    pub column: Option<usize>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sheet = (!self.sheet.is_empty()).then(|| format!("bladet {}", self.sheet));
        let row = self.row.map(|row| format!("rad {row}"));
        let column = self.column.map(|column| format!("kolumn {}", column_letters(column)));
        let parts: Vec<String> = [sheet, row, column].into_iter().flatten().collect();
        f.write_str(if parts.is_empty() { "hela tabellen" } else { "" })?;
        f.write_str(&parts.join(", "))
    }
}

/// A cell's text, short enough to repeat.
fn shown(value: &str) -> String {
    const LONGEST: usize = 60;
    if value.chars().count() <= LONGEST {
        return value.to_owned();
    }
    value.chars().take(LONGEST).chain(['…']).collect()
}

//! The operator's commands: what each of them does, and what it says. Which there are, and their arguments, is in `main.rs`.

pub mod check;
pub mod database;
pub mod jobs;
pub mod people;

use std::{fmt::Display, io::Write};

/// Says something on standard output. One that nobody can write to (a full disk, a reader that has left) stops nothing.
pub fn say(text: impl Display) {
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// The same on standard error.
pub fn complain(text: impl Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

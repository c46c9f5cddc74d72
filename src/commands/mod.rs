//! The operator's commands: what each of them does, and what it says. Which there are, and their arguments, is in `main.rs`.

pub mod database;
pub mod people;

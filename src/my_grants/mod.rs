//! *Mina bidrag*: the recipient's desk. Every agreement and year, its state, and what to do next. Owns no state.

pub mod pages;

//! What runs the program: a first start, the operator's commands, work at times, practice mode.

pub mod commands;
pub mod install;
pub mod operation;
pub mod practice;

//! Documents (*handlingar*): what is printed, as PDF/A-2a that is also PDF/UA-1, made in the program by Typst.

pub mod letter;
mod printable;
pub mod report;
pub mod sheet;
pub mod typeset;

//! Operation (*drift*): whether the program is alive and ready, its figures, and what it does by itself at times.

pub mod jobs;
pub mod pages;
pub mod paths;
pub mod scanning;
pub mod upkeep;

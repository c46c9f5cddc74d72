//! The start page and the pages about the portal itself.

pub mod pages;
pub mod paths;

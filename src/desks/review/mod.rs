//! Review (*granskning*): the authority's desk. Calls the rooms below; owns no state.

pub mod comparison;
pub mod form;
pub mod pages;
pub mod paths;
pub mod queue;

//! The desk's pages about financial reports: their queue, a case, the decisions on it.

pub mod case;
pub mod decide;
pub mod queue;

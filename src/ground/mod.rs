//! What every room stands on and knows nothing of grants: database, forms, pages, files, log; and the history of who did what.

pub mod history;
pub mod infra;

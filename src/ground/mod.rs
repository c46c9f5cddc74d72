//! What every room stands on and knows nothing of grants: database, forms, pages, files, log; the
//! history of who did what; and work outside a request.

pub mod history;
pub mod infra;
pub mod job;

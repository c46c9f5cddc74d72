//! What was agreed: the terms as data, the published table of shares, and who may read.

pub mod agreement;
pub mod allocation;
pub mod insight;

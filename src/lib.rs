//! Bidragsporten: targeted state grants, from the published amount to the repaid rest.
//!
//! The folders are wings, and each stands only on those before it: [`ground`], [`people`], [`terms`], [`grants`], [`desks`],
//! [`run`]. What knows nothing of grants is a crate of its own in `crates/`: `values`, `files`, `table`, `picture`, `document`.
//!
//! The tour: an [`agreement`](terms::agreement) is data; its [`allocation`](terms::allocation) gives every
//! [`recipient`](people::recipient) a [`grant`](grants::grant), whose ledger is the only arithmetic of funds. A recipient
//! fills in and signs a [`requisition`](grants::requisition); the authority decides on it in [`review`](desks::review) and
//! pays it ([`payment`](grants::payment)). The recipient accounts for what it got in a [`report`](grants::report) and pays
//! back the rest ([`repayment`](grants::repayment)). Where the terms let it, it hands the money on to care providers
//! ([`onward`](grants::onward)). What is due of a grant, and whether it is late, [`standing`](grants::standing) alone says.
//! [`dashboard`](desks::dashboard) shows everybody at once, and [`history`](ground::history) remembers who did what.
//! `ARCHITECTURE.md` is the way in.

pub mod desks;
pub mod grants;
pub mod ground;
pub mod paths;
pub mod people;
pub mod routes;
pub mod run;
pub mod server;
pub mod terms;

//! Organisations and persons: who somebody is, what they may, and how they get in.

pub mod access;
pub mod account;
pub mod identity;
pub mod recipient;

//! A recipient's share of an agreement and all that happens to it, from the requisition to the repaid rest.

pub mod account_request;
pub mod case;
pub mod extension;
pub mod further_report;
pub mod grant;
pub mod mandate;
pub mod onward;
pub mod payment;
pub mod repayment;
pub mod report;
pub mod requisition;
pub mod search;
pub mod standing;

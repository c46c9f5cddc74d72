//! Bidragsporten: targeted state grants, from the published amount to the repaid rest.
//!
//! The tour: an [`agreement`] is data; its [`allocation`] gives every [`recipient`] a [`grant`], whose ledger is the
//! only arithmetic of funds. A recipient files a [`requisition`], signs it as a [`document`], and the authority decides on
//! it in [`review`] and pays it ([`payment`]). The recipient accounts for what it got in a [`report`], a [`filing`] like the
//! requisition, and pays back the rest ([`repayment`]). What else the terms ask for is a [`further_report`] to its addressee.
//! Where the terms let it, it hands the money on to care providers: [`onward`].
//! The [`registry`] knows who is called what, and who takes over from whom. The next agreement is prepared as a [`proposal`].
//! What is due of a grant, and whether it is late, [`standing`] alone says. [`my_grants`] is the recipient's desk, [`dashboard`] shows everybody at once, also to those who were given [`insight`],
//! [`open_data`] what of it is for anybody, and [`history`] remembers who did what. [`access`] proves who may; an [`account`] is
//! how somebody gets in, [`identity`] lets in whom an employer vouches for, and [`colleague`] is how an organisation says who has
//! which role. [`commands`] are the operator's. [`infra`] is what all of it stands on. Read
//! `ARCHITECTURE.md` for three walks through the house.

pub mod about;
pub mod access;
pub mod account;
pub mod account_request;
pub mod agreement;
pub mod allocation;
pub mod calendar;
pub mod colleague;
pub mod commands;
pub mod dashboard;
pub mod document;
pub mod extension;
pub mod file;
pub mod filing;
pub mod further_report;
pub mod grant;
pub mod history;
pub mod identity;
pub mod ids;
pub mod infra;
pub mod insight;
pub mod install;
pub mod mandate;
pub mod money;
pub mod my_grants;
pub mod numbers;
pub mod onward;
pub mod open_data;
pub mod operation;
pub mod payment;
pub mod personal_data;
pub mod picture;
pub mod practice;
pub mod proposal;
pub mod recipient;
pub mod registry;
pub mod repayment;
pub mod report;
pub mod requisition;
pub mod review;
pub mod routes;
pub mod saved_view;
pub mod search;
pub mod server;
pub mod standing;
pub mod table;
pub mod text;

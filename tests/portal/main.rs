//! The portal as its users meet it: a server on a fresh database, real forms filled in, real pages read.
//!
//! Runs on SQLite, or with `TEST_DATABASE=postgres` on the PostgreSQL at `TEST_POSTGRES_URL`.

mod access;
mod accounts;
mod accounts_local;
mod bad_input;
mod browser;
mod colleagues;
mod completions;
mod deadlines;
mod extensions;
mod filed_reports;
mod forms;
mod further_reports;
mod government;
mod grants;
mod import;
mod imports;
mod insight;
mod journeys;
mod ledger;
mod mandates;
mod open_data;
mod outage;
mod overview;
mod payments;
mod portal;
mod program;
mod proposals;
mod races;
mod registry;
mod repayments;
mod report_review;
mod reports;
mod sessions;
mod sources;
mod startup;
mod steps;
mod strangers;
mod unavailable;
mod uploads;

//! The portal as its users meet it: a server on a fresh database, real forms filled in, real pages read.
//!
//! Runs on SQLite, or with `TEST_DATABASE=postgres` on the PostgreSQL at `TEST_POSTGRES_URL`.

mod access;
mod browser;
mod completions;
mod journeys;
mod portal;
mod races;
mod steps;

//! The pages of an account: signing in with a password and a code, the account itself, and where an invitation leads.

pub mod confirm;
mod own;
mod passkey_questions;
mod passkeys;
mod second_factor;
mod sign_in;
mod welcome;

use crate::{
    ground::infra::error::AppError,
    people::access::{password, routing::Routes, turns},
};

pub fn routes(routes: &mut Routes<'_>) {
    confirm::routes(routes);
    passkey_questions::routes(routes);
    passkeys::routes(routes);
    routes
        .post("/logga-in", sign_in::create)
        .get("/logga-in/kod", sign_in::ask)
        .post("/logga-in/kod", sign_in::complete)
        .get("/konto", own::show)
        .post("/konto/losenord", own::change_password)
        .get("/konto/tvafaktor", second_factor::show)
        .post("/konto/tvafaktor", second_factor::begin)
        .post("/konto/tvafaktor/kod", second_factor::confirm)
        .post("/konto/tvafaktor/borttagning", second_factor::remove)
        .post("/konto/tvafaktor/reservkoder", second_factor::renew_codes)
        .get("/valkommen/{token}", welcome::show)
        .post("/valkommen/{token}", welcome::create)
        .post("/valkommen/{token}/konto", welcome::join)
        .post("/valkommen/{token}/losenord", welcome::reset);
}

/// Hashing takes its time: not on the threads that answer, and with no connection held.
async fn hash(password: String) -> Result<String, AppError> {
    turns::in_turn(move |memory| password::hash_in(&password, memory)).await?.map_err(AppError::from)
}

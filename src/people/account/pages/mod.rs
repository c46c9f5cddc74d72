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
    paths,
    people::access::{password, routing::Routes, turns},
};

pub fn routes(routes: &mut Routes<'_>) {
    confirm::routes(routes);
    passkey_questions::routes(routes);
    passkeys::routes(routes);
    routes
        .post(paths::access::SignIn::PATTERN, sign_in::create)
        .get(paths::account::Code::PATTERN, sign_in::ask)
        .post(paths::account::Code::PATTERN, sign_in::complete)
        .get(paths::account::Own::PATTERN, own::show)
        .post(paths::account::ChangePassword::PATTERN, own::change_password)
        .get(paths::account::SecondFactor::PATTERN, second_factor::show)
        .post(paths::account::SecondFactor::PATTERN, second_factor::begin)
        .post(paths::account::ConfirmSecondFactor::PATTERN, second_factor::confirm)
        .post(paths::account::RemoveSecondFactor::PATTERN, second_factor::remove)
        .post(paths::account::RenewCodes::PATTERN, second_factor::renew_codes)
        .get(paths::account::Welcome::PATTERN, welcome::show)
        .post(paths::account::Welcome::PATTERN, welcome::create)
        .post(paths::account::Join::PATTERN, welcome::join)
        .post(paths::account::ResetPassword::PATTERN, welcome::reset);
}

/// Hashing takes its time: not on the threads that answer, and with no connection held.
async fn hash(password: String) -> Result<String, AppError> {
    turns::in_turn(move |memory| password::hash_in(&password, memory)).await?.map_err(AppError::from)
}

//! Rows and queries of invitations, second factors, and tries to sign in.

mod codes;
mod factors;
mod invitations;
pub mod passkeys;
mod steps;
mod tries;

pub use codes::{count_wrong_code, failed_codes, forget_wrong_codes};
pub use factors::{
    codes_left, confirm_factor, delete_app, factor_since, has_second_factor, insert_factor, pending_secret,
    replace_codes, use_app_code, use_recovery_code,
};
pub use invitations::{
    by_token, end, end_all_to, find, has_invited_administrator, insert, open_of, open_with_tokens,
};
pub use steps::{Step, count_code, end_step, end_steps_of, start_step, step};
pub use tries::{Try, begin_try, forget_browsers, forget_one_try, forget_tries, is_known, remember_browser};

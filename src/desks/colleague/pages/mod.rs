//! The pages of the organisation's administrator, and the one on which an authority invites the first.

mod first;
mod invitation;
mod list;
mod person;
mod removal;

use chrono::{DateTime, Utc};

use crate::{
    ground::infra::{Portal, browser::BrowserToken},
    paths,
    people::{
        access::{Act, proof::By, routing::Routes},
        account::Invitation,
    },
};
use values::{Id, calendar::long_time};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::colleague::List::PATTERN, list::list)
        .post(paths::colleague::Invite::PATTERN, invitation::invite)
        .get(paths::colleague::Invited::PATTERN, invitation::show)
        .post(paths::colleague::WithdrawInvitation::PATTERN, invitation::withdraw)
        .get(paths::colleague::Colleague::PATTERN, person::show)
        .post(paths::colleague::GiveRole::PATTERN, person::give)
        .post(paths::colleague::NewPassword::PATTERN, person::offer_new_password)
        .get(paths::colleague::Remove::PATTERN, removal::show)
        .post(paths::colleague::Remove::PATTERN, removal::remove)
        .get(paths::colleague::FirstAdministrator::PATTERN, first::show)
        .post(paths::colleague::FirstAdministrator::PATTERN, first::invite);
}

/// What an administrator does, at an authority also to its cases.
fn act<R>(by: &By<R>, portal: &Portal) -> Act {
    Act::of_authority(by, portal.clock.now())
}

/// An invitation's token, made again from its id for whoever made it, in the browser session in which it was made. It is stored
/// nowhere.
fn token(browser: &BrowserToken, id: Id<Invitation>) -> String {
    browser.derived(&format!("invitation:{id}"))
}

fn signed_in(at: Option<DateTime<Utc>>) -> String {
    at.map_or_else(|| "Aldrig".to_owned(), long_time)
}

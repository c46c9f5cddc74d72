//! The pages of the organisation's administrator, and the one on which an authority invites the first.

mod first;
mod invitation;
mod list;
mod person;
mod removal;

use chrono::{DateTime, Utc};

use crate::{
    grants::case::Act,
    ground::infra::{Portal, browser::BrowserToken},
    people::{
        access::{proof::By, routing::Routes},
        account::Invitation,
    },
};
use values::{Id, calendar::long_time};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/kollegor", list::list)
        .post("/kollegor/inbjudningar", invitation::invite)
        .get("/kollegor/inbjudningar/{invitation}", invitation::show)
        .post("/kollegor/inbjudningar/{invitation}/aterkallande", invitation::withdraw)
        .get("/kollegor/{id}", person::show)
        .post("/kollegor/{id}/roller", person::give)
        .post("/kollegor/{id}/losenord", person::offer_new_password)
        .get("/kollegor/{id}/borttagning", removal::show)
        .post("/kollegor/{id}/borttagning", removal::remove)
        .get("/register/{code}/administrator", first::show)
        .post("/register/{code}/administrator", first::invite);
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

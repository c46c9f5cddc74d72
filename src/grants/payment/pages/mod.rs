//! The payment officer's pages: what is to be paid and what has been, and one requisition's payments.

mod list;
mod one;

use crate::{
    ground::infra::Portal,
    paths,
    people::access::{Act, Actor, routing::Routes},
};

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get(paths::payment::List::PATTERN, list::list)
        .post(paths::payment::List::PATTERN, list::register)
        .get(paths::payment::ListCsv::PATTERN, list::csv)
        .get(paths::payment::Case::PATTERN, one::show)
        .post(paths::payment::Case::PATTERN, one::register)
        .post(paths::payment::Reverse::PATTERN, one::reverse);
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

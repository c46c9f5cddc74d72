//! The payment officer's pages: what is to be paid and what has been, and one requisition's payments.

mod list;
mod one;

use crate::{
    grants::{case::Act, requisition::Requisition},
    ground::infra::Portal,
    people::access::{Actor, routing::Routes},
};
use values::Id;

pub fn routes(routes: &mut Routes<'_>) {
    routes
        .get("/utbetalningar", list::list)
        .post("/utbetalningar", list::register)
        .get("/utbetalningar.csv", list::csv)
        .get("/utbetalningar/{id}", one::show)
        .post("/utbetalningar/{id}", one::register)
        .post("/utbetalningar/{id}/rattelse", one::reverse);
}

fn act(actor: &Actor, portal: &Portal) -> Act {
    Act::of_authority(actor, portal.clock.now())
}

fn address(id: Id<Requisition>) -> String {
    format!("/utbetalningar/{id}")
}

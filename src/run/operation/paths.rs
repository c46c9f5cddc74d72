//! The addresses of the room.

use crate::ground::{infra::address::addresses, job::Job};
use values::Id;

addresses! {
    Alive = "/healthz";
    Ready = "/readyz";
    Figures = "/metrics";
    Jobs = "/drift/jobb";
    AllAgain = "/drift/jobb/igen";
    Again(id: Id<Job>) = "/drift/jobb/{id}/igen";
}

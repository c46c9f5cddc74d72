//! The addresses of the room.

use crate::{grants::requisition::Requisition, ground::infra::address::addresses};
use values::Id;

addresses! {
    List = "/utbetalningar";
    ListCsv = "/utbetalningar.csv";
    Case(id: Id<Requisition>) = "/utbetalningar/{id}";
    Reverse(id: Id<Requisition>) = "/utbetalningar/{id}/rattelse";
}
